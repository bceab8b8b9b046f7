import TestSupport
import Testing
import Workloads

@testable import ONNX

/// Transposed convolutions as the convolutions of their phases, against a count of their products one by one.
struct TransposedConvolutionTests {
  /// One axis as a node gives it.
  struct Axis {
    var input: Int
    var kernel: Int
    var stride = 1
    var dilation = 1
    var before = 0
    var after = 0
    var extra = 0

    var output: Int { stride * (input - 1) + extra + dilation * (kernel - 1) + 1 - before - after }

    /// Products whose result lies in the output.
    var products: Int {
      (0..<input).reduce(0) { total, row in
        total + (0..<kernel).count { (0..<output).contains(stride * row + dilation * $0 - before) }
      }
    }

    /// Output rows in phases of which some row gets a product.
    var inReachedPhases: Int {
      let reached = Set(
        (0..<input).flatMap { row in (0..<kernel).map { stride * row + dilation * $0 - before } }
          .filter { (0..<output).contains($0) }.map { $0 % stride })
      return (0..<output).count { reached.contains($0 % stride) }
    }
  }

  private func model(_ height: Axis, _ width: Axis, groups: Int = 1, hasBiases: Bool = false) throws -> ONNXModel {
    try layers(
      of: builtModel { graph in
        graph.input("x", [2, .number(3 * groups), .number(height.input), .number(width.input)])
        graph.initializer = [
          .weights("w", [3 * groups, 5, height.kernel, width.kernel]), .weights("b", [5 * groups]),
        ]
        graph.node(
          "ConvTranspose", ["x", "w"] + (hasBiases ? ["b"] : []), ["y"], name: "up",
          [
            "strides": .integers([height.stride, width.stride]),
            "dilations": .integers([height.dilation, width.dilation]),
            "pads": .integers([height.before, width.before, height.after, width.after]),
            "output_padding": .integers([height.extra, width.extra]), "group": .integer(groups),
          ])
      })
  }

  @Test func strideOneIsOneConvolutionWithTheRestOfThePadding() throws {
    let model = try model(
      Axis(input: 6, kernel: 3, dilation: 2, before: 1, after: 3), Axis(input: 9, kernel: 4), hasBiases: true)
    let expected = try Layer(
      name: "up", batch: 2, inputChannels: 3, input: Extent(height: 6, width: 9), outputChannels: 5,
      kernel: Extent(height: 3, width: 4), dilation: Extent(height: 2, width: 1),
      padding: Padding(top: 3, bottom: 1, left: 3, right: 3), hasBiases: true)
    #expect(model.layers == [expected])
    #expect(model.entries.allSatisfy { $0.partOf == nil })
  }

  @Test func phasesAreNamedByRowAndColumn() throws {
    let axis = Axis(input: 4, kernel: 4, stride: 2, before: 1, after: 1)
    let model = try model(axis, axis)
    #expect(model.layers.map(\.name) == ["up/phase-0-0", "up/phase-0-1", "up/phase-1-0", "up/phase-1-1"])
    #expect(model.layers.allSatisfy { $0[.r] == 2 && $0[.s] == 2 && $0[.p] == 4 && $0[.q] == 4 && $0[.k] == 5 })
    #expect(model.layers.map(\.horizontal.paddingBefore) == [1, 0, 1, 0])
    #expect(model.remarks.count == 1 && model.remarks[0].hasPrefix("1 transposed convolution is given as parts"))
    #expect(model.entries.allSatisfy { $0.partOf == "up" && !$0.hasOwnInputs })
  }

  /// With a kernel as large as the stride each output reads one input: all phases are output channels of one layer.
  @Test(arguments: [1, 3], [false, true])
  func kernelsOfTheStrideAreOneLayer(groups: Int, hasBiases: Bool) throws {
    let model = try model(
      Axis(input: 4, kernel: 2, stride: 2), Axis(input: 7, kernel: 3, stride: 3), groups: groups, hasBiases: hasBiases)
    let expected = try Layer(
      name: "up", batch: 2, groups: groups, inputChannels: 3 * groups, input: Extent(height: 4, width: 7),
      outputChannels: 6 * 5 * groups, kernel: Extent(1), hasBiases: hasBiases, channelsPerBias: 6)
    #expect(model.layers == [expected])
    #expect(model.entries.allSatisfy { $0.partOf == nil })
    #expect(model.layers[0].biases == Words(hasBiases ? 5 * groups : 0))
    #expect(model.remarks[0].hasPrefix("1 transposed convolution has phases of the stride that read the same inputs"))
    #expect(model.remarks.count == (hasBiases ? 2 : 1))
  }

  /// Rows whose phases read the same inputs are together, columns of which they do not make parts.
  @Test func somePhasesAreAlike() throws {
    let model = try model(
      Axis(input: 4, kernel: 4, stride: 4), Axis(input: 4, kernel: 4, stride: 3, before: 1), hasBiases: true)
    #expect(model.layers.map(\.name) == ["up/phase-0..3-0+1", "up/phase-0..3-2"])
    #expect(model.layers.map { $0[.k] } == [40, 20] && model.layers.map { $0[.s] } == [1, 2])
    #expect(model.layers.map(\.channelsPerBias) == [8, 4] && model.layers.allSatisfy { $0.biases == Words(5) })
    #expect(model.entries.count { $0.partOf != nil } == 2)
    // One node has biases, whatever its parts.
    #expect(model.remarks.last == "1 layer has biases, which are read too")
  }

  /// Padding that leaves input rows out may do so for one phase and not for another.
  @Test func phasesMayLeaveInputsOut() throws {
    let model = try model(Axis(input: 1, kernel: 1), Axis(input: 5, kernel: 2, stride: 2, before: 1, after: 1))
    #expect(model.layers.map(\.name) == ["up/phase-0-0", "up/phase-0-1"])
    // Columns 0 to 3 and columns 1 to 4: they look the same.
    #expect(model.layers.map(\.horizontal.inputSize) == [4, 4])
    #expect(model.layers[0].named("") == model.layers[1].named(""))
    #expect(model.entries.map(\.hasOwnInputs) == [true, true])
  }

  /// Of phases that are more than a layer may have channels for each set makes a layer.
  @Test func manyChannels() throws {
    let model = try layers(
      of: builtModel { graph in
        graph.input("x", [1, 1, 2, 2])
        graph.initializer = [.weights("w", [1, 1 << 19, 2, 2])]
        graph.node("ConvTranspose", ["x", "w"], ["y"], name: "up", ["strides": .integers([2, 2])])
      })
    #expect(model.layers.map(\.name) == ["up/phase-0+1-0", "up/phase-0+1-1"])
    #expect(model.layers.allSatisfy { $0[.k] == 1 << 20 })
  }

  @Test(arguments: seeds(0..<300))
  func phasesDoTheProductsOfTheDefinition(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    func axis() -> Axis {
      var axis = Axis(input: random.pick(1...6), kernel: random.pick(1...5))
      axis.stride = random.pick(1...4)
      axis.dilation = random.pick(1...3)
      axis.extra = random.pick(0...max(axis.stride, axis.dilation) - 1)
      axis.before = random.pick(0...3)
      axis.after = random.pick(0...3)
      return axis
    }
    let (height, width) = (axis(), axis())
    let groups = random.pick(1...2)
    let model = try model(height, width, groups: groups)
    let products = height.output > 0 && width.output > 0 ? height.products * width.products : 0
    if products == 0 {
      #expect(model.layers.isEmpty && model.unresolved.count == 1)
      return
    }
    let (all, kept) = (height.output * width.output, height.inReachedPhases * width.inReachedPhases)
    if kept < all {
      #expect(model.layers.isEmpty)
      #expect(
        model.unresolved.map(\.reason) == [
          "\(all - kept) of the \(all) positions of its output get no product, by stride and dilation, and are written "
            + "all the same, which no convolution does"
        ], "seed \(seed)")
      return
    }
    #expect(model.unresolved.isEmpty)
    #expect(model.layers.reduce(0) { $0 + realMACs($1) } == 2 * groups * 3 * 5 * products)
    // No output is computed twice, and none is left out.
    #expect(model.layers.reduce(0) { $0 + $1[.p] * $1[.q] * $1[.k] / 5 } == all)
    #expect(model.layers.allSatisfy { $0.groups == groups && $0.batch == 2 })
  }

  /// The products one by one: which kernel element meets which input for each output, as a set, is what the phases say.
  @Test(arguments: seeds(0..<100))
  func phasesReadTheInputsOfTheDefinition(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    var width = Axis(input: random.pick(1...7), kernel: random.pick(1...6))
    width.stride = random.pick(1...4)
    width.dilation = random.pick(1...3)
    width.before = random.pick(0...2)
    width.after = random.pick(0...2)
    if width.output < 1 { return }
    let model = try model(Axis(input: 1, kernel: 1), width)
    if width.inReachedPhases < width.output { return }
    // For each output row, how many inputs it reads.
    var expected: [Int: Int] = [:]
    for row in 0..<width.input {
      for kernel in 0..<width.kernel {
        let output = width.stride * row + width.dilation * kernel - width.before
        if (0..<width.output).contains(output) { expected[output, default: 0] += 1 }
      }
    }
    var found: [Int: Int] = [:]
    for layer in model.layers {
      let phases = model.layers.count == 1 ? Array(0..<layer[.k] / 5) : try Self.columns(of: layer.name)
      #expect(layer[.k] == 5 * phases.count)
      for position in 0..<layer[.q] {
        let count = (0..<layer[.s]).count { layer.horizontal.inputRow(output: position, kernel: $0) != nil }
        if count > 0 { for phase in phases { found[phase + width.stride * position] = count } }
      }
    }
    #expect(found == expected)
  }

  /// The phases along the columns that a layer's name tells.
  private static func columns(of name: String) throws -> [Int] {
    try #require(name.split(separator: "-").last).split(separator: "+").flatMap { part in
      let ends = part.split(separator: ".").compactMap { Int($0) }
      return Array(try #require(ends.first)...(try #require(ends.last)))
    }
  }

  @Test(arguments: [
    ("NOTSET", 3, 2, 9, 1, 1), ("SAME_UPPER", 3, 2, 8, 0, 1), ("SAME_LOWER", 3, 2, 8, 1, 0), ("VALID", 3, 2, 9, 0, 0),
  ])
  func automaticPadding(rule: String, kernel: Int, stride: Int, output: Int, before: Int, after: Int) throws {
    let model = builtModel { graph in
      graph.input("x", [1, 1, 1, 4])
      graph.initializer = [.weights("w", [1, 1, 1, kernel])]
      graph.node(
        "ConvTranspose", ["x", "w"], ["y"],
        ["auto_pad": .text(rule), "strides": .integers([1, stride])])
    }
    #expect(try walked(model).facts(of: "y")?.shape?.last == .integer(output))
    var axis = Axis(input: 4, kernel: kernel, stride: stride)
    if rule.hasPrefix("SAME") { (axis.before, axis.after) = (before, after) }
    #expect(try layers(of: model).layers.reduce(0) { $0 + realMACs($1) } == axis.products)
  }

  @Test func anOutputShapeDecidesThePadding() throws {
    func model(_ shape: [Int]) -> BuiltModel {
      builtModel { graph in
        graph.input("x", [1, 1, 3, 3])
        graph.initializer = [.weights("w", [1, 1, 3, 3])]
        graph.node(
          "ConvTranspose", ["x", "w"], ["y"], name: "up",
          ["strides": .integers([2, 2]), "output_shape": .integers(shape)])
      }
    }
    #expect(try walked(model([6, 7])).facts(of: "y")?.shape == [.integer(1), .integer(1), .integer(6), .integer(7)])
    #expect(try layers(of: model([6, 7])).unresolved.isEmpty)
    // Larger than what the kernel reaches: its place is not defined, its size is.
    #expect(try walked(model([8, 7])).facts(of: "y")?.shape?[2] == .integer(8))
    #expect(try layers(of: model([8, 7])).unresolved.count == 1)
  }
}
