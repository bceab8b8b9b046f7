import Testing
import Workloads

@testable import ONNX

/// Convolutions as layers.
struct ConvolutionTests {
  /// A model of one convolution.
  private func convolution(
    input: [Int], weights: [Int], _ attributes: [String: BuiltAttribute] = [:], type: String = "Conv",
    hasBiases: Bool = false
  ) throws -> ONNXModel {
    try layers(
      of: builtModel { graph in
        graph.input("x", input.map { .number($0) })
        graph.initializer = [.weights("w", weights), .weights("b", [weights[0]])]
        graph.node(type, ["x", "w"] + (hasBiases ? ["b"] : []), ["y"], name: "conv", attributes)
      })
  }

  @Test func heightComesFirst() throws {
    let model = try convolution(
      input: [2, 3, 20, 30], weights: [5, 3, 1, 3],
      ["strides": .integers([2, 1]), "pads": .integers([1, 2, 3, 4]), "dilations": .integers([1, 2])])
    let expected = try Layer(
      name: "conv", batch: 2, inputChannels: 3, input: Extent(height: 20, width: 30), outputChannels: 5,
      kernel: Extent(height: 1, width: 3), stride: Extent(height: 2, width: 1),
      dilation: Extent(height: 1, width: 2), padding: Padding(top: 1, bottom: 3, left: 2, right: 4))
    #expect(model.layers == [expected])
    #expect(model.unresolved.isEmpty && model.remarks.isEmpty)
  }

  /// Input, kernel, stride, dilation, rule, and the padding that the rule's definition gives.
  @Test(arguments: [
    (7, 3, 2, 1, "SAME_UPPER", 1, 1), (8, 3, 2, 1, "SAME_UPPER", 0, 1), (8, 3, 2, 1, "SAME_LOWER", 1, 0),
    (8, 2, 1, 1, "SAME_UPPER", 0, 1), (8, 2, 1, 1, "SAME_LOWER", 1, 0), (9, 3, 1, 2, "SAME_UPPER", 2, 2),
    (9, 1, 2, 1, "SAME_UPPER", 0, 0), (9, 4, 2, 2, "SAME_LOWER", 3, 3), (9, 3, 2, 1, "VALID", 0, 0),
    (9, 3, 1, 1, "NOTSET", 5, 5),
  ])
  func automaticPadding(
    input: Int, kernel: Int, stride: Int, dilation: Int, rule: String, before: Int, after: Int
  ) throws {
    let pads: [String: BuiltAttribute] = rule == "NOTSET" ? ["pads": .integers([0, 5, 0, 5])] : [:]
    let model = try convolution(
      input: [1, 1, 1, input], weights: [1, 1, 1, kernel],
      pads.merging([
        "auto_pad": .text(rule), "strides": .integers([1, stride]), "dilations": .integers([1, dilation]),
      ]) { a, _ in a })
    let axis = try #require(model.layers.first).horizontal
    #expect((axis.paddingBefore, axis.paddingAfter) == (before, after))
    if rule.hasPrefix("SAME") { #expect(axis.outputSize == (input + stride - 1) / stride) }
  }

  @Test func groupsAndBiases() throws {
    let model = try convolution(
      input: [1, 6, 8, 8], weights: [12, 2, 3, 3], ["group": .integer(3)], hasBiases: true)
    let layer = try #require(model.layers.first)
    #expect(layer.groups == 3 && layer[.k] == 4 && layer[.c] == 2 && layer.hasBiases)
    #expect(model.remarks == ["1 layer has biases, which are read too"])
  }

  @Test func oneAxisIsTheWidth() throws {
    let model = try convolution(
      input: [2, 4, 10], weights: [8, 4, 3], ["pads": .integers([1, 2]), "strides": .integers([3])])
    let layer = try #require(model.layers.first)
    #expect((layer.vertical.inputSize, layer[.p], layer[.r]) == (1, 1, 1))
    #expect((layer.horizontal.inputSize, layer[.s], layer.horizontal.stride) == (10, 3, 3))
    #expect((layer.horizontal.paddingBefore, layer.horizontal.paddingAfter) == (1, 2))
    #expect(model.remarks == ["1 convolution has one axis: it is the width, and the height is 1"])
  }

  @Test func aThirdAxisThatReadsEachInputOnceIsImagesAndChannels() throws {
    // A video's patches: two frames deep, every second frame a new one.
    let model = try convolution(
      input: [1, 3, 16, 14, 14], weights: [8, 3, 2, 7, 7], ["strides": .integers([2, 7, 7])])
    let layer = try #require(model.layers.first)
    #expect((layer.batch, layer.inputChannels, layer[.p], layer[.r]) == (8, 6, 2, 7))
    #expect(layer.macs == 8 * 2 * 2 * 8 * 3 * 2 * 7 * 7)
    #expect(layer.usedElements(of: .inputs) == Words(3 * 16 * 14 * 14))
    #expect(layer.usedElements(of: .weights) == Words(8 * 3 * 2 * 7 * 7))
    // A kernel of one frame, of which the stride skips every other.
    let single = try convolution(
      input: [1, 3, 16, 14, 14], weights: [8, 3, 1, 3, 3], ["strides": .integers([2, 1, 1])])
    #expect(single.layers.first?.batch == 8)
    // The width is the axis to fold where depth and height overlap.
    let width = try convolution(input: [1, 3, 9, 9, 4], weights: [8, 3, 3, 3, 4])
    #expect(width.layers.first.map { [$0.batch, $0.inputChannels, $0[.p], $0[.q]] } == [1, 12, 7, 7])
  }

  @Test func threeAxesThatOverlapAreNoLayer() throws {
    for attributes: [String: BuiltAttribute] in [[:], ["pads": .integers([1, 0, 0, 1, 0, 0])]] {
      let model = try convolution(input: [1, 3, 16, 14, 14], weights: [8, 3, 3, 3, 3], attributes)
      #expect(model.layers.isEmpty)
      #expect(model.unresolved.first?.reason.hasPrefix("it is a convolution along 3 axes") == true)
    }
    // A kernel of one frame reads padding alone where the depth is padded.
    let padded = try convolution(
      input: [1, 3, 16, 14, 14], weights: [8, 3, 1, 3, 3], ["pads": .integers([1, 0, 0, 1, 0, 0])])
    #expect(padded.layers.isEmpty)
  }

  @Test func negativePaddingLeavesRowsOut() throws {
    let model = try convolution(
      input: [1, 1, 10, 10], weights: [1, 1, 3, 3], ["pads": .integers([-2, 0, -1, 1])])
    let layer = try #require(model.layers.first)
    #expect((layer.vertical.inputSize, layer[.p], layer.vertical.paddingBefore) == (7, 5, 0))
    #expect((layer.horizontal.inputSize, layer[.q], layer.horizontal.paddingAfter) == (10, 9, 1))
  }

  @Test func quantisedConvolutions() throws {
    let model = try layers(
      of: builtModel { graph in
        graph.input("x", [1, 3, 8, 8])
        graph.input("scale", [])
        graph.initializer = [.weights("w", [4, 3, 3, 3]), .weights("b", [4])]
        graph.node("QuantizeLinear", ["x", "scale"], ["q"])
        graph.node(
          "QLinearConv", ["q", "scale", "zero", "w", "scale", "zero", "scale", "zero", "b"], ["y"], name: "quantised")
        graph.node("ConvInteger", ["y", "w2"], ["z"], name: "integer")
        graph.node("com.microsoft.Conv", ["y", "w2"], ["other"])
        graph.initializer.append(.weights("w2", [2, 4, 1, 1]))
      })
    #expect(model.layers.map(\.name) == ["quantised", "integer"])
    #expect(model.layers.map { [$0.outputChannels, $0[.p], $0[.r]] } == [[4, 6, 3], [2, 6, 1]])
    #expect(model.layers.map(\.hasBiases) == [true, false])
  }

  @Test(
    arguments: [
      ([1, 4, 8, 8], [5, 3, 3, 3], [:], "its input has 4 channels, and its weights have 3 in each of 1 groups"),
      ([1, 3, 8, 8], [5, 3, 9, 3], [:], "it has no output along its height"),
      ([1, 3, 8], [5, 3, 3, 3], [:], "its input has 3 dimensions, its weights have 4"),
      ([1, 3], [5, 3], [:], "its input has 2 dimensions; at least 3 are expected"),
      (
        [1, 3, 8, 8], [5, 3, 3, 3], ["kernel_shape": BuiltAttribute.integers([3, 5])],
        "its kernel is [3, 5] by 'kernel_shape', and its weights are [5,3,3,3]"
      ),
      (
        [1, 3, 8, 8], [5, 3, 3, 3], ["strides": .integers([1])], "its attribute 'strides' has 1 values; 2 are expected"
      ),
      (
        [1, 3, 8, 8], [5, 3, 3, 3], ["strides": .integers([0, 1])],
        "a size of its strides is 0; 1 to 268435456 is accepted"
      ),
      (
        [1, 3, 8, 8], [5, 3, 3, 3], ["auto_pad": .text("SAME")],
        "its auto_pad is 'SAME'; NOTSET, VALID, SAME_UPPER or SAME_LOWER is expected"
      ),
      (
        [1, 4, 8, 8], [6, 1, 3, 3], ["group": .integer(4)], "output channels (6) cannot be divided into 4 equal groups"
      ),
    ] as [([Int], [Int], [String: BuiltAttribute], String)])
  func whatCannotBe(input: [Int], weights: [Int], attributes: [String: BuiltAttribute], reason: String) throws {
    let model = try convolution(input: input, weights: weights, attributes)
    #expect(model.layers.isEmpty)
    #expect(model.unresolved == [ONNXModel.Unresolved(name: "conv", reason: reason)])
  }

  @Test func quantisedOperatorsBetweenConvolutions() throws {
    let model = try layers(
      of: builtModel { graph in
        graph.input("x", [1, 3, 8, 8])
        graph.initializer = [
          .weights("v", [7, 3, 1, 1]), .weights("w", [4, 10, 3, 3]), .weights("u", [2, 4, 1, 1]), .weights("s", []),
        ]
        let rest = ["s", "s", "s", "s"]
        graph.node("QLinearConv", ["x", "s", "s", "v", "s"] + rest.dropFirst(), ["y"])
        graph.node(
          "QLinearConcat", ["s", "s", "x", "s", "s", "y", "s", "s"], ["z"], domain: "com.microsoft",
          ["axis": .integer(1)])
        graph.node("QLinearAdd", ["z", "s", "s", "z"] + rest, ["sum"], domain: "com.microsoft")
        graph.node("QLinearConv", ["sum", "s", "s", "w"] + rest, ["last"])
        graph.node("QLinearGlobalAveragePool", ["last"] + rest, ["mean"], domain: "com.microsoft")
        graph.node("Conv", ["mean", "u"], ["end"])
      })
    #expect(model.layers.map(\.name) == ["y", "last", "end"] && model.remarks.isEmpty)
    #expect(model.layers.map { [$0[.c], $0[.p]] } == [[3, 8], [10, 6], [4, 1]])
  }

  @Test func weightsComeFromManyPlaces() throws {
    let model = try layers(
      of: builtModel { graph in
        graph.input("x", [1, 3, 8, 8])
        graph.input("given", [2, 3, 1, 1])
        graph.initializer = [
          .integers("shape", [4, 3, 5, 5]), .weights("half", [3, 6, 7, 7]), .integers("flat", [7, 3, 1, -1]),
          .weights("list", [63]), .weights("scale", []),
        ]
        graph.node("ConstantOfShape", ["shape"], ["w1"])
        graph.node("Constant", [], ["w2"], ["value": .tensor(.weights("", [5, 3, 3, 1]))])
        graph.node("Transpose", ["half"], ["w3"], ["perm": .integers([1, 0, 2, 3])])
        graph.node("Reshape", ["list", "flat"], ["w4"])
        graph.node("DequantizeLinear", ["w1", "scale"], ["w5"])
        graph.node("Identity", ["w5"], ["w6"])
        graph.node("Cast", ["w6"], ["w7"], ["to": .integer(1)])
        for (index, weights) in ["w1", "w2", "w3", "w4", "w7", "given"].enumerated() {
          graph.node("Conv", ["x", weights], ["y\(index)"])
        }
      })
    #expect(model.unresolved.isEmpty)
    #expect(model.layers.map(\.name) == ["y0", "y1", "y2", "y3", "y4", "y5"])
    #expect(
      model.layers.map { [$0.outputChannels, $0[.r], $0[.s]] } == [
        [4, 5, 5], [5, 3, 1], [6, 7, 7], [7, 1, 3], [4, 5, 5], [2, 1, 1],
      ])
  }
}
