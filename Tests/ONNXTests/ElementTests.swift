import TestSupport
import Testing
import Workloads

@testable import ONNX

/// Elements of constants of any number of dimensions, which shapes are computed with.
struct ElementTests {
  /// PyTorch's padding, as its exporter computes it, and parts of that: all give a padding of one on each side.
  @Test(arguments: ["pads-transposed", "pads-sliced-2d", "pads-joined-2d", "pads-computed"])
  func computedPaddingIsKnown(name: String) throws {
    let model = try layers(of: name)
    let layer = try #require(model.layers.first)
    #expect(model.unresolved.isEmpty && model.symbolicDimensions.isEmpty)
    #expect((layer.vertical.inputSize, layer.horizontal.inputSize) == (34, 34))
    #expect((layer[.p], layer[.q]) == (32, 32))
    #expect(layer.macs == 221_184)
  }

  /// What some nodes make of constants of integers.
  private func elements(
    of output: String, _ constants: [BuiltTensor], _ build: (inout BuiltGraph) -> Void
  ) throws -> (shape: [Int], elements: [Int])? {
    let facts = try walked(
      builtModel { graph in
        graph.initializer = constants
        build(&graph)
      }
    ).facts(of: output)
    guard let shape = facts?.shape?.compactMap(\.integer), let elements = facts?.elements?.compactMap(\.integer) else {
      return nil
    }
    return (shape, elements)
  }

  private static let table = BuiltTensor.integers("a", shape: [2, 3], [1, 2, 3, 4, 5, 6])

  @Test(
    arguments: [
      ("Transpose", [], ["perm": .integers([1, 0])], [3, 2], [1, 4, 2, 5, 3, 6]),
      ("Gather", [.integers("i", [-1, 0])], ["axis": .integer(1)], [2, 2], [3, 1, 6, 4]),
      ("Gather", [.integers("i", shape: [1, 2], [1, 0])], ["axis": .integer(0)], [1, 2, 3], [4, 5, 6, 1, 2, 3]),
      (
        "GatherElements", [.integers("i", shape: [2, 2], [2, -3, 1, 1])], ["axis": .integer(1)], [2, 2], [3, 1, 5, 5]
      ),
      ("GatherND", [.integers("i", shape: [2, 2], [1, 0, 0, -1])], [:], [2], [4, 3]),
      ("GatherND", [.integers("i", shape: [2, 1], [1, 0])], [:], [2, 3], [4, 5, 6, 1, 2, 3]),
      ("GatherND", [.integers("i", shape: [2, 1], [1, 0])], ["batch_dims": .integer(1)], [2], [2, 4]),
      ("Concat", [.integers("i", shape: [2, 1], [7, 8])], ["axis": .integer(-1)], [2, 4], [1, 2, 3, 7, 4, 5, 6, 8]),
      ("Tile", [.integers("i", [2, 1])], [:], [4, 3], [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]),
      ("Pad", [.integers("i", [0, 1, 1, -1])], [:], [3, 3], [0, 1, 2, 0, 4, 5, 0, 0, 0]),
      ("ReduceSum", [.integers("i", [0])], ["keepdims": .integer(0)], [3], [5, 7, 9]),
      ("ReduceMax", [], ["axes": .integers([1])], [2, 1], [3, 6]),
      ("NonZero", [], [:], [2, 6], [0, 0, 0, 1, 1, 1, 0, 1, 2, 0, 1, 2]),
      ("Compress", [.integers("i", [0, 1, 1])], ["axis": .integer(1)], [2, 2], [2, 3, 5, 6]),
      ("Compress", [.integers("i", [1, 0, 0, 1])], [:], [2], [1, 4]),
      (
        "Slice",
        [.integers("i", [-1, 5]), .integers("j", [-9, -9]), .integers("k", [0, 1]), .integers("l", [-1, -2])], [:],
        [2, 2], [6, 4, 3, 1]
      ),
    ] as [(String, [BuiltTensor], [String: BuiltAttribute], [Int], [Int])])
  func elementsAreArranged(
    type: String, operands: [BuiltTensor], attributes: [String: BuiltAttribute], shape: [Int], expected: [Int]
  ) throws {
    let found = try elements(of: "y", [Self.table] + operands) { graph in
      graph.node(type, ["a"] + operands.map(\.name), ["y"], attributes)
    }
    #expect(found?.shape == shape && found?.elements == expected)
  }

  @Test func partsAndUpdates() throws {
    let split = try elements(of: "second", [Self.table, .integers("parts", [1, 2])]) { graph in
      graph.node("Split", ["a", "parts"], ["first", "second"], ["axis": .integer(1)])
    }
    #expect(split?.shape == [2, 2] && split?.elements == [2, 3, 5, 6])
    let places = BuiltTensor.integers("i", shape: [1, 2], [1, -1])
    let scattered = try elements(of: "y", [Self.table, places, .integers("u", shape: [1, 2], [8, 9])]) { graph in
      graph.node("ScatterElements", ["a", "i", "u"], ["y"], ["axis": .integer(1)])
    }
    #expect(scattered?.elements == [1, 8, 9, 4, 5, 6])
    let rows = try elements(
      of: "y", [Self.table, .integers("i", shape: [1, 1], [-1]), .integers("u", shape: [1, 3], [7, 8, 9])]
    ) { graph in graph.node("ScatterND", ["a", "i", "u"], ["y"]) }
    #expect(rows?.elements == [1, 2, 3, 7, 8, 9])
  }

  /// An index that is not known leaves what it would choose unknown, and the rest known.
  @Test func unknownIndicesChooseUnknownElements() throws {
    let model = builtModel { graph in
      graph.input("x", ["N", 3])
      graph.initializer = [Self.table, .integers("zero", [0])]
      graph.node("Shape", ["x"], ["s"])
      graph.node("Gather", ["s", "zero"], ["n"])
      graph.node("Concat", ["zero", "n"], ["i"], ["axis": .integer(0)])
      graph.node("Gather", ["a", "i"], ["y"])
    }
    let elements = try walked(model).facts(of: "y")?.elements
    #expect(elements?.map(\.integer) == [1, 2, 3, nil, nil, nil])
    #expect(try walked(model, dimensions: ["N": 1]).facts(of: "y")?.elements?.map(\.integer) == [1, 2, 3, 4, 5, 6])
  }

  /// Transposing, slicing and joining, one after another in any order, against arrays of arrays.
  @Test(arguments: seeds(0..<100))
  func chainsOfArrangements(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    var rows = (0..<random.pick(1...4)).map { row in (0..<3).map { 10 * row + $0 } }
    let first = rows
    var nodes: [BuiltNode] = []
    var constants: [BuiltTensor] = []
    for step in 0..<random.pick(1...5) {
      let (input, output) = ("t\(step)", "t\(step + 1)")
      switch random.pick(0...2) {
      case 0:
        nodes.append(.init("Transpose", [input], [output]))
        rows = rows[0].indices.map { column in rows.map { $0[column] } }
      case 1:
        for (name, value) in [("s", -1), ("e", Int.min + 1), ("x", 0), ("d", -1)] {
          constants.append(.integers("\(name)\(step)", [value]))
        }
        nodes.append(.init("Slice", [input] + ["s", "e", "x", "d"].map { "\($0)\(step)" }, [output]))
        rows.reverse()
      default:
        nodes.append(.init("Concat", [input, input], [output], ["axis": .integer(1)]))
        rows = rows.map { $0 + $0 }
      }
    }
    constants.append(.integers("t0", shape: [first.count, 3], first.flatMap { $0 }))
    let found = try elements(of: "t\(nodes.count)", constants) { $0.node = nodes }
    #expect(found?.shape == [rows.count, rows[0].count] && found?.elements == rows.flatMap { $0 }, "seed \(seed)")
  }

  /// Shapes may be written in any type of integers.
  @Test(
    arguments: [
      (2, [0xff]), (3, [0xff]), (4, [0xfe, 0xff]), (5, [0xfe, 0xff]), (6, [0xfe, 0xff, 0xff, 0xff]),
      (7, [0xfe] + Array(repeating: 0xff, count: 7)), (12, [0xfe, 0xff, 0xff, 0xff]),
      (13, [0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
    ] as [(Int, [UInt8])])
  func typesOfIntegers(type: Int, bytes: [UInt8]) throws {
    let model = builtModel { $0.initializer = [BuiltTensor(name: "x", type: type, dims: [1], raw: bytes)] }
    let expected = [
      2: 255, 3: -1, 4: 65534, 5: -2, 6: -2, 7: -2, 12: Int(UInt32.max) - 1, 13: Int(UInt32.max) - 1,
    ]
    #expect(try walked(model).facts(of: "x")?.elements == [.integer(expected[type] ?? 0)])
  }

  /// What does not fit a type is not known, whatever a machine makes of it.
  @Test(arguments: [(6, Int.max), (2, -1), (3, 128), (12, -1), (13, -1)])
  func castsOutOfRange(type: Int, value: Int) throws {
    func cast(_ value: Int) throws -> Int? {
      try elements(of: "y", [.integers("x", [value])]) { graph in
        graph.node("Cast", ["x"], ["y"], ["to": .integer(type)])
      }?.elements.first
    }
    #expect(try cast(value) == nil)
    #expect(try cast(100) == 100)
  }
}
