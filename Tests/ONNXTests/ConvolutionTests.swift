import TestSupport
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
      let depth = attributes.isEmpty ? "windows of 3 overlap at a stride of 1" : "windows read padding"
      #expect(
        model.unresolved.map(\.reason) == [
          "it is a convolution along 3 axes, and \(depth) along its depth, windows of 3 overlap at a stride of 1 along its "
            + "height, windows of 3 overlap at a stride of 1 along its width: a layer has two axes, and a further one only "
            + "where each input is read once"
        ])
    }
    // A kernel of one frame reads padding alone where the depth is padded.
    let padded = try convolution(
      input: [1, 3, 16, 14, 14], weights: [8, 3, 1, 3, 3], ["pads": .integers([1, 0, 0, 1, 0, 0])])
    #expect(padded.layers.isEmpty)
  }

  /// A third axis is folded exactly where all MACs, and the elements of all tensors that they use, stay the same: counted
  /// one by one.
  @Test(arguments: seeds(0..<200))
  func foldedAxesDoTheProductsOfTheDefinition(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let axes = (0..<3).map { _ in
      WindowAxis(
        input: random.pick(1...6), kernel: random.pick(1...3), stride: random.pick(1...3), dilation: random.pick(1...2),
        before: random.oneIn(4) ? 1 : 0, after: random.oneIn(4) ? 1 : 0)
    }
    if axes.contains(where: { $0.output < 1 }) { return }
    let model = try convolution(
      input: [2, 4] + axes.map(\.input), weights: [6, 2] + axes.map(\.kernel),
      [
        "group": .integer(2), "strides": .integers(axes.map(\.stride)), "dilations": .integers(axes.map(\.dilation)),
        "pads": .integers(axes.map(\.before) + axes.map(\.after)),
      ])
    guard let layer = model.layers.first else {
      // No axis may be left out of which each input is read once, whatever the others are.
      for axis in axes {
        let pairs = (0..<axis.output).flatMap { row in
          (0..<axis.kernel).map { axis.stride * row + axis.dilation * $0 - axis.before }
        }
        let isReadOnce = Set(pairs).count == pairs.count && pairs.allSatisfy { (0..<axis.input).contains($0) }
        #expect(!isReadOnce, "seed \(seed)")
      }
      return
    }
    let used = axes.map { axis in
      Set(
        (0..<axis.output).flatMap { row in
          (0..<axis.kernel).map { axis.stride * row + axis.dilation * $0 - axis.before }
        }.filter { (0..<axis.input).contains($0) }
      ).count
    }
    let (outputs, kernels) = (axes.map(\.output).reduce(1, *), axes.map(\.kernel).reduce(1, *))
    #expect(layer.macs == 2 * 6 * 2 * outputs * kernels, "seed \(seed)")
    #expect(layer.usedElements(of: .inputs) == Words(2 * 4 * used.reduce(1, *)), "seed \(seed)")
    #expect(layer.usedElements(of: .outputs) == Words(2 * 6 * outputs), "seed \(seed)")
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

  /// The scales of a dynamic quantisation are single numbers.
  @Test func dynamicallyQuantisedConvolutions() throws {
    let model = try layers(of: "dynamic-quantize")
    #expect(model.layers.map(\.macs) == [221_184, 294_912] && model.unresolved.isEmpty)
  }

  /// QONNX's quantizers keep the shapes of what they quantise.
  @Test func quantizersOfQONNX() throws {
    let model = try layers(of: "qonnx")
    #expect(model.layers.map(\.macs) == [194_400, 225_792] && model.unresolved.isEmpty && model.remarks.isEmpty)
    #expect(model.layers.map { [$0[.k], $0[.c], $0[.p], $0[.q]] } == [[8, 3, 30, 30], [4, 8, 28, 28]])
    for domain in ["qonnx.custom_op.general", "onnx.brevitas", "finn.custom_op.general"] {
      for type in ["Quant", "BipolarQuant", "Trunc", "MultiThreshold", "IntQuant", "FloatQuant"] {
        let model = builtModel { graph in
          graph.input("x", [1, 3, 8, 8])
          // Scales and thresholds of each channel.
          graph.initializer = [.weights("w", [4, 3, 3, 3]), .weights("s", [3, 15])]
          graph.node(type, ["x", "s", "s", "s"], ["q"], domain: domain)
          graph.node(type, ["w", "s", "s", "s"], ["wq"], domain: domain)
          graph.node("Conv", ["q", "wq"], ["y"])
        }
        let read = try layers(of: model)
        #expect(read.layers.map(\.macs) == [4 * 3 * 9 * 36] && read.remarks.isEmpty, "\(domain).\(type)")
      }
    }
  }

  /// QONNX's own poolings, and standard operators on images and weights with the channels last.
  @Test func channelsLastInQONNX() throws {
    let model = try layers(
      of: builtModel { graph in
        graph.input("x", [1, 32, 30, 3])
        graph.initializer = [.weights("w", [8, 5, 3, 3]), .weights("v", [4, 8, 1, 1]), .weights("s", [8])]
        let (general, last) = ("qonnx.custom_op.general", "qonnx.custom_op.channels_last")
        graph.node("Conv", ["x", "w"], ["a"], domain: last, ["pads": .integers([1, 0, 1, 0])])
        graph.node("BatchNormalization", ["a", "s", "s", "s", "s"], ["n"], domain: last)
        graph.node(
          "MaxPool", ["n"], ["m"], domain: last, ["kernel_shape": .integers([2, 1]), "strides": .integers([2, 1])])
        graph.node(
          "MaxPoolNHWC", ["m"], ["p"], domain: general,
          ["kernel_shape": .integers([1, 2]), "strides": .integers([1, 2])])
        graph.node(
          "QuantAvgPool2d", ["p"], ["q"], domain: general,
          ["kernel": .integer(3), "stride": .integer(2), "data_layout": .text("NHWC")])
        graph.node("Transpose", ["q"], ["t"], ["perm": .integers([0, 3, 1, 2])])
        graph.node("QuantAvgPool2d", ["t"], ["u"], domain: general, ["kernel": .integer(2), "stride": .integer(1)])
        graph.node("Conv", ["u", "v"], ["y"])
      })
    #expect(model.unresolved.isEmpty && model.remarks.isEmpty)
    #expect(
      model.layers.map { [$0[.k], $0[.c], $0[.r], $0[.s], $0[.p], $0[.q]] } == [
        [8, 3, 5, 3, 30, 28], [4, 8, 1, 1, 6, 5],
      ])
  }

  /// What ONNX Runtime makes of convolutions whose channels it lays out in blocks, filling them up.
  @Test func blockedConvolutions() throws {
    let single = try layers(of: "only-unknown-operators")
    #expect(single.layers.map(\.macs) == [194_400] && single.unresolved.isEmpty)
    let model = try layers(
      of: builtModel { graph in
        graph.input("x", [1, 20, 16, 16])
        graph.initializer = [
          .weights("w", [48, 32, 3, 3]), .weights("dw", [48, 1, 3, 3]), .weights("pw", [32, 48, 1, 1]),
          .weights("b", [48]),
          .weights("last", [5, 24, 1, 1]),
        ]
        let domain = "com.microsoft.nchwc"
        graph.node("ReorderInput", ["x"], ["xb"], domain: domain, ["channels_last": .integer(0)])
        graph.node("Conv", ["xb", "w", "b"], ["a"], domain: domain, ["pads": .integers([1, 1, 1, 1])])
        graph.node(
          "MaxPool", ["a"], ["m"], domain: domain, ["kernel_shape": .integers([2, 2]), "strides": .integers([2, 2])])
        graph.node("Conv", ["m", "dw"], ["d"], domain: domain, ["group": .integer(48)])
        graph.node("Conv", ["d", "pw"], ["p"], domain: domain)
        graph.node("Upsample", ["p"], ["u"], domain: domain, ["scales": .integers([1, 1, 2, 3])])
        graph.node("ReorderOutput", ["u"], ["y"], domain: domain, ["channels": .integer(24)])
        graph.node("Conv", ["y", "last"], ["z"])
      })
    #expect(model.unresolved.isEmpty)
    #expect(
      model.layers.map { [$0.groups, $0[.k], $0[.c], $0[.p], $0[.q]] } == [
        [1, 48, 32, 16, 16], [48, 1, 1, 6, 6], [1, 32, 48, 6, 6], [1, 5, 24, 12, 18],
      ])
    #expect(model.remarks.first?.hasPrefix("3 convolutions are laid out in blocks of 8 or 16 channels") == true)
  }

  /// Quantised images with the channels last, whose weights have them first: what ONNX Runtime makes of quantised models.
  @Test func channelsMayComeLast() throws {
    let model = try layers(
      of: builtModel { graph in
        graph.input("x", [2, 3, 32, 30])
        graph.initializer = [
          .weights("w", [20, 3, 2, 3]), .weights("s", []), .weights("dw", [20, 1, 3, 3]), .weights("v", [7, 20, 1, 1]),
        ]
        let last: [String: BuiltAttribute] = ["channels_last": .integer(1)]
        let domain = "com.microsoft"
        let rest = ["s", "s", "s", "s"]
        graph.node("Transpose", ["x"], ["t"], ["perm": .integers([0, 2, 3, 1])])
        graph.node("QLinearConv", ["t", "s", "s", "w"] + rest, ["a"], domain: domain, last)
        graph.node("NhwcMaxPool", ["a"], ["m"], domain: domain, ["kernel_shape": .integers([1, 2])])
        graph.node(
          "QLinearConv", ["m", "s", "s", "dw"] + rest, ["d"], domain: domain,
          last.merging(["group": .integer(20)]) { $1 })
        graph.node(
          "QLinearAveragePool", ["d"] + rest, ["p"], domain: domain,
          last.merging(["kernel_shape": .integers([3, 2]), "strides": .integers([2, 2])]) { $1 })
        graph.node("QLinearGlobalAveragePool", ["p"] + rest, ["g"], domain: domain, last)
        graph.node("Transpose", ["g"], ["back"], ["perm": .integers([0, 3, 1, 2])])
        graph.node("Conv", ["back", "v"], ["y"])
      })
    #expect(model.unresolved.isEmpty)
    #expect(
      model.layers.map { [$0.groups, $0[.k], $0[.c], $0[.p], $0[.q]] } == [
        [1, 20, 3, 31, 28], [20, 1, 1, 29, 25], [1, 7, 20, 1, 1],
      ])
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
