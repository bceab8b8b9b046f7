import Testing
import Workloads

@testable import ONNX

/// Shapes that are computed in the graph, symbolic dimensions, and names.
struct ShapeTests {
  /// A classifier whose features are flattened by way of the batch's size, as exporters write it.
  private static let flattened = builtModel { graph in
    graph.input("x", ["N", 3, "H", 32])
    graph.initializer = [
      .weights("w", [8, 3, 3, 3]), .integers("zero", [0], isScalar: true), .integers("rest", [-1]),
      .weights("fc", [8 * 16 * 16, 10]), .integers("axis", [0]),
    ]
    graph.node(
      "Conv", ["x", "w"], ["y"], name: "conv", ["pads": .integers([1, 1, 1, 1]), "strides": .integers([2, 2])])
    graph.node("Shape", ["y"], ["shape"])
    graph.node("Gather", ["shape", "zero"], ["batch"], ["axis": .integer(0)])
    graph.node("Unsqueeze", ["batch", "axis"], ["batches"])
    graph.node("Concat", ["batches", "rest"], ["target"], ["axis": .integer(0)])
    graph.node("Reshape", ["y", "target"], ["flat"])
    graph.node("MatMul", ["flat", "fc"], ["z"], name: "fc")
  }

  @Test func shapesAreComputedFromDimensions() throws {
    let model = try layers(of: Self.flattened, dimensions: ["N": 4, "H": 32])
    #expect(model.unresolved.isEmpty)
    #expect(model.layers.map(\.name) == ["conv", "fc"])
    #expect(model.layers.map(\.macs) == [4 * 8 * 3 * 9 * 16 * 16, 4 * 2048 * 10])
    #expect(model.symbolicDimensions == ["N", "H"])
  }

  @Test func missingDimensionsAreNamed() throws {
    let without = try layers(of: Self.flattened)
    #expect(
      without.unresolved.map(\.reason) == [
        "its batch, input's height are unknown: the symbolic dimensions 'H', 'N' of the input 'x' [N,3,H,32] decide it: "
          + "give their sizes in your runs, as in --dim H=SIZE --dim N=1",
        "its number of rows is unknown: the symbolic dimension 'N' of the input 'x' [N,3,H,32] decides it: give its size "
          + "in your runs, as in --dim N=1",
      ])
    let half = try layers(of: Self.flattened, dimensions: ["H": 32])
    #expect(half.unresolved.map(\.name) == ["conv", "fc"])
    #expect(
      half.unresolved.map(\.reason) == [
        "its batch is unknown: the symbolic dimension 'N' of the input 'x' [N,3,H,32] decides it: give its size in your "
          + "runs, as in --dim N=1",
        "its number of rows is unknown: the symbolic dimension 'N' of the input 'x' [N,3,H,32] decides it: give its size "
          + "in your runs, as in --dim N=1",
      ])
  }

  /// What a model does not have may be another one's, read with the same sizes.
  @Test func dimensionsThatAreNotThereAreIgnored() throws {
    let model = try layers(of: Self.flattened, dimensions: ["batch": 1, "N": 4, "H": 32])
    #expect(model.unresolved.isEmpty && model.symbolicDimensions == ["N", "H"])
    #expect(try layers(of: builtModel { $0.input("x", [1]) }, dimensions: ["N": 1]).symbolicDimensions.isEmpty)
  }

  @Test func dimensionsHaveLimits() throws {
    for size in [0, -1, 1 << 21] {
      let error = #expect(throws: ONNXError.self) { try layers(of: Self.flattened, dimensions: ["N": size]) }
      #expect(error?.description == "the dimension 'N' cannot be \(size); 1 to 1048576 is accepted")
    }
  }

  @Test func dimensionsWithoutANameAreCalledByPosition() throws {
    let model = builtModel { graph in
      graph.input("x", [0, 3, nil, "?"])
      graph.initializer = [.weights("w", [8, 3, 3, 3])]
      graph.node("Conv", ["x", "w"], ["y"])
    }
    #expect(try layers(of: model).symbolicDimensions == ["x.0", "x.2", "x.3"])
    let layer = try #require(try layers(of: model, dimensions: ["x.0": 2, "x.2": 9, "x.3": 5]).layers.first)
    #expect([layer.batch, layer.vertical.inputSize, layer.horizontal.inputSize] == [2, 9, 5])
  }

  @Test func sizesOfSlicesQuotientsAndConditions() throws {
    // Half of the height, by way of slices, a division, a comparison and a choice.
    let model = builtModel { graph in
      graph.input("x", ["N", 64, 28, 28])
      graph.initializer = [
        .integers("two", [2]), .integers("four", [4]), .integers("one", [1]), .integers("minus", [-1]),
        .integers("start", [0]), .weights("w", [4, 64, 3, 3]), .integers("last", [-1]), .integers("huge", [Int.max]),
      ]
      graph.node("Shape", ["x"], ["shape"])
      graph.node("Slice", ["shape", "two", "four"], ["image"])
      graph.node("Slice", ["shape", "start", "two"], ["head"])
      graph.node("Div", ["image", "two"], ["half"])
      graph.node("Concat", ["head", "half"], ["all"], ["axis": .integer(0)])
      graph.node("Equal", ["all", "minus"], ["open"])
      graph.node("Where", ["open", "one", "all"], ["target"])
      graph.node("Resize", ["x", "", "", "target"], ["small"])
      graph.node("Conv", ["small", "w"], ["y"], name: "conv")
      graph.node("Slice", ["shape", "last", "huge"], ["width"])
      graph.node("Range", ["zero", "count", "step"], ["positions"])
    }
    let layer = try #require(try layers(of: model, dimensions: ["N": 3]).layers.first)
    #expect([layer.batch, layer.vertical.inputSize, layer.horizontal.inputSize] == [3, 14, 14])
    #expect(try walked(model).facts(of: "small")?.shape == [.open("N"), .integer(64), .integer(14), .integer(14)])
    #expect(try walked(model).facts(of: "width")?.elements == [.integer(28)])
  }

  @Test func attentionWithDynamicSizes() throws {
    // Heads are split off by a reshape to the sizes that Shape gives.
    let model = builtModel { graph in
      graph.input("x", ["batch", "tokens", 768])
      graph.initializer = [
        .integers("heads", [12, 64]), .integers("zero", [0]), .integers("two", [2]), .weights("w", [768, 768]),
        .integers("merged", [0, 0, 768]),
      ]
      graph.node("MatMul", ["x", "w"], ["q"], name: "query")
      graph.node("Shape", ["x"], ["shape"])
      graph.node("Slice", ["shape", "zero", "two"], ["sizes"])
      graph.node("Concat", ["sizes", "heads"], ["target"], ["axis": .integer(0)])
      graph.node("Reshape", ["q", "target"], ["split"])
      graph.node("Transpose", ["split"], ["queries"], ["perm": .integers([0, 2, 1, 3])])
      graph.node("Transpose", ["split"], ["keys"], ["perm": .integers([0, 2, 3, 1])])
      graph.node("MatMul", ["queries", "keys"], ["scores"], name: "scores")
      graph.node("Softmax", ["scores"], ["weights"])
      graph.node("MatMul", ["weights", "queries"], ["mixed"], name: "mix")
      graph.node("Transpose", ["mixed"], ["back"], ["perm": .integers([0, 2, 1, 3])])
      graph.node("Reshape", ["back", "merged"], ["joined"])
      graph.node("MatMul", ["joined", "w"], ["out"], name: "output")
    }
    let read = try layers(of: model, dimensions: ["batch": 2, "tokens": 197])
    #expect(read.unresolved.isEmpty)
    #expect(
      read.layers.map { [$0.groups, $0[.p], $0[.k], $0[.c]] } == [
        [1, 394, 768, 768], [24, 197, 197, 64], [24, 197, 64, 197], [1, 394, 768, 768],
      ])
  }

  @Test func statedShapesHelpBehindUnknownOperators() throws {
    let model = builtModel { graph in
      graph.input("x", [1, 3, 8, 8])
      graph.initializer = [.weights("w", [4, 5, 1, 1])]
      graph.node("Mystery", ["x"], ["seen"], domain: "some.tools")
      graph.node("Mystery", ["x"], ["unseen"], domain: "some.tools")
      graph.state("seen", [1, 5, 7, 7])
      graph.node("Conv", ["seen", "w"], ["a"])
      graph.node("Conv", ["unseen", "w"], ["b"])
    }
    let read = try layers(of: model)
    #expect(read.layers.map(\.name) == ["a"])
    #expect(
      read.unresolved == [
        .init(
          name: "b", reason: "its input's shape is unknown: the operator 'some.tools.Mystery' of 'unseen' decides it")
      ])
    #expect(
      read.remarks == ["operators that are not known, whose MACs if any are not counted: some.tools.Mystery (2)"])
  }

  @Test func contradictionsAreNamedAndNotResolved() throws {
    let model = builtModel { graph in
      graph.input("x", [1, 3, 8, 8])
      graph.initializer = [.weights("w", [3, 3, 3, 3])]
      graph.state("y", [1, 3, 8, 8])
      graph.node("Conv", ["x", "w"], ["y"])
      graph.node("Relu", ["y"], ["r"])
      graph.node("Conv", ["r", "w"], ["z"])
    }
    let text = "the file states the shape [1,3,8,8] for 'y', and its operators give [1,3,6,6]"
    #expect(
      try layers(of: model).unresolved == [
        .init(name: "y", reason: text), .init(name: "z", reason: "its input's shape is unknown: \(text)"),
      ])
  }

  @Test func namesAreUnique() throws {
    let model = builtModel { graph in
      graph.input("x", [4, 4])
      graph.node("MatMul", ["x", "x"], ["a"], name: "own")
      graph.node("MatMul", ["x", "x"], ["b"], name: "shared")
      graph.node("MatMul", ["x", "x"], ["c"], name: "shared")
      graph.node("MatMul", ["x", "x"], ["own"])
      graph.node("MatMul", ["x", "x"], [""])
      graph.node("MatMul", ["x", "x"], ["d"], name: "two\nlines")
    }
    #expect(try layers(of: model).layers.map(\.name) == ["own", "b", "c", "own#2", "node 5", "d"])
  }

  @Test func oldFilesListWeightsAmongTheInputs() throws {
    let model = builtModel(version: 6) { graph in
      graph.input("x", [1, 3, 8, 8])
      graph.input("w", ["K", nil, 3, 3])
      graph.input("scale", [4, 1, 1])
      graph.initializer = [.weights("w", [4, 3, 3, 3])]
      graph.node("Conv", ["x", "w"], ["y"])
      graph.node("Mul", ["y", "scale"], ["scaled"], ["broadcast": .integer(1), "axis": .integer(1)])
      graph.node("Conv", ["scaled", "w2"], ["z"])
      graph.initializer.append(.weights("w2", [2, 4, 1, 1]))
    }
    let read = try layers(of: model)
    #expect(read.layers.count == 2 && read.symbolicDimensions.isEmpty)
  }
}
