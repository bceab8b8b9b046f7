import TestSupport
import Testing
import Workloads

@testable import ONNX

/// Loops whose rounds are known before.
struct LoopTests {
  /// The body of a loop that multiplies its state, and what decides the next round.
  private func body(_ build: (inout BuiltGraph) -> Void) -> BuiltGraph {
    var graph = BuiltGraph()
    graph.input("round", [])
    graph.input("goes", [])
    // The state has the shape that it is given.
    graph.input("v", nil)
    build(&graph)
    return graph
  }

  /// A body that multiplies the state by a square matrix.
  private var square: BuiltGraph {
    body { graph in
      graph.node("Identity", ["goes"], ["on"])
      graph.node("MatMul", ["v", "w"], ["next"], name: "step")
      graph.output("on")
      graph.output("next")
    }
  }

  private func model(
    _ body: BuiltGraph, rounds: BuiltTensor? = .integers("n", [5], isScalar: true),
    goes: BuiltTensor? = .truth("c", true),
    input: [BuiltSize] = [10, 64], outputs: [String] = ["y"], more: (inout BuiltGraph) -> Void = { _ in }
  ) -> BuiltModel {
    builtModel { graph in
      graph.input("x", input)
      graph.initializer = [rounds, goes].compactMap { $0 } + [.weights("w", [64, 64]), .weights("last", [64, 7])]
      graph.node(
        "Loop", [rounds?.name ?? "", goes?.name ?? "", "x"], outputs, name: "again", ["body": .graph(body)])
      graph.node("MatMul", ["y", "last"], ["z"], name: "after")
      more(&graph)
    }
  }

  private func counts(_ model: ONNXModel) -> [String] { model.entries.map { "\($0.layer.name) \($0.count)" } }

  private func macs(_ model: ONNXModel) -> Int { model.entries.reduce(0) { $0 + $1.count * $1.layer.macs } }

  @Test func aConstantNumberOfRoundsIsACount() throws {
    let read = try layers(of: model(square))
    #expect(read.unresolved.isEmpty && counts(read) == ["step 5", "after 1"])
    #expect(macs(read) == 5 * 40_960 + 10 * 64 * 7)
    #expect(read.remarks.first == "1 loop runs a known number of rounds: layers within count once for each round")
    // Without a condition before the first round there is one all the same.
    #expect(counts(try layers(of: model(square, goes: nil))) == ["step 5", "after 1"])
    #expect(counts(try layers(of: model(square, rounds: .integers("n", [1])))) == ["step 1", "after 1"])
    #expect(counts(try layers(of: model(square, rounds: .integers("n", [100_000])))) == ["step 100000", "after 1"])
  }

  @Test func loopsWithinLoopsMultiply() throws {
    let outer = body { graph in
      graph.initializer = [.integers("inner rounds", [3], isScalar: true), .truth("true", true)]
      graph.node("Identity", ["goes"], ["on"])
      graph.node("Loop", ["inner rounds", "true", "v"], ["next"], ["body": .graph(square)])
      graph.output("on")
      graph.output("next")
    }
    let read = try layers(of: model(outer))
    #expect(counts(read) == ["step 15", "after 1"])
    let many = try layers(of: model(outer, rounds: .integers("n", [1 << 20])))
    #expect(many.unresolved.map(\.reason) == ["it runs more often than the 1048576 times that are accepted"])
  }

  @Test(arguments: [true, false])
  func noRoundsGiveTheFirstState(hasNumber: Bool) throws {
    let none = model(
      square, rounds: .integers("n", [hasNumber ? 0 : 5]), goes: .truth("c", hasNumber))
    #expect(counts(try layers(of: none)) == ["after 1"])
  }

  /// Rounds that differ are looked at one by one, and those that do the same are one layer.
  @Test func statesMayGrow() throws {
    let growing = body { graph in
      graph.node("Identity", ["goes"], ["on"])
      graph.node("MatMul", ["v", "w"], ["m"], name: "step")
      graph.node("MatMul", ["fixed", "w"], ["f"], name: "same")
      graph.node("Concat", ["m", "f"], ["next"], ["axis": .integer(0)])
      graph.initializer = [.weights("fixed", [4, 64])]
      graph.output("on")
      graph.output("next")
      graph.output("f")
    }
    let grown = model(growing, rounds: .integers("n", [3]), outputs: ["y", "all"])
    let read = try layers(of: grown)
    #expect(read.unresolved.isEmpty && counts(read) == ["step 1", "same 3", "step#2 1", "step#3 1", "after 1"])
    #expect(macs(read) == 64 * 64 * (10 + 14 + 18 + 3 * 4) + 22 * 64 * 7)
    #expect(try walked(grown).facts(of: "y")?.shape == [.integer(22), .integer(64)])
    #expect(try walked(grown).facts(of: "all")?.shape == [.integer(3), .integer(4), .integer(64)])
  }

  /// The condition counts the rounds: no number is given.
  @Test(arguments: [1, 4])
  func conditionsThatAreComputedBefore(limit: Int) throws {
    let counting = body { graph in
      graph.initializer = [.integers("limit", [limit], isScalar: true), .integers("one", [1], isScalar: true)]
      graph.node("Add", ["round", "one"], ["count"])
      graph.node("Less", ["count", "limit"], ["on"])
      graph.node("MatMul", ["v", "w"], ["next"], name: "step")
      graph.output("on")
      graph.output("next")
    }
    for rounds in [nil, BuiltTensor.integers("n", [.max])] {
      #expect(counts(try layers(of: model(counting, rounds: rounds))) == ["step \(limit)", "after 1"])
    }
  }

  /// What a value decides while the network runs is no count; the shape behind is known all the same.
  @Test func conditionsOfValuesAreListed() throws {
    let deciding = body { graph in
      graph.initializer = [.numbers("limit", [1])]
      graph.node("MatMul", ["v", "w"], ["next"], name: "step")
      graph.node("ReduceSum", ["next"], ["sum"])
      graph.node("Less", ["sum", "limit"], ["on"])
      graph.output("on")
      graph.output("next")
    }
    let reason = "it is in the body of the Loop 'again', and how often that runs is not known before"
    for read in [
      try layers(of: model(deciding)), try layers(of: model(deciding, rounds: nil)),
      try layers(of: model(square, rounds: nil)), try layers(of: model(square, rounds: .weights("n", []))),
      try layers(of: model(square, goes: .weights("c", []))),
    ] {
      #expect(read.unresolved == [.init(name: "step", reason: reason)])
      #expect(counts(read) == ["after 1"])
    }
  }

  /// As many rounds as an open size says.
  @Test func roundsOfAnOpenSize() throws {
    let open = builtModel { graph in
      graph.input("x", ["N", 64])
      graph.initializer = [.integers("zero", [0], isScalar: true), .truth("true", true), .weights("w", [64, 64])]
      graph.node("Shape", ["x"], ["s"])
      graph.node("Gather", ["s", "zero"], ["n"])
      graph.node("Loop", ["n", "true", "x"], ["y"], name: "again", ["body": .graph(square)])
    }
    #expect(
      try layers(of: open).unresolved.map(\.reason) == [
        "it is in the body of the Loop 'again', and how often that runs is unknown: the symbolic dimension 'N' of the "
          + "input 'x' [N,64] decides it: give its size in your runs, as in --dim N=1"
      ])
    #expect(counts(try layers(of: open, dimensions: ["N": 6])) == ["step 6"])
  }

  /// A Scan runs once for each slice.
  @Test func scansRunOnceForEachSlice() throws {
    var graph = BuiltGraph()
    graph.input("state", nil)
    graph.input("slice", nil)
    graph.node("MatMul", ["slice", "w"], ["m"], name: "inputs")
    graph.node("MatMul", ["state", "r"], ["h"], name: "state-product")
    graph.node("Add", ["m", "h"], ["next"])
    graph.output("next")
    graph.output("m")
    let model = builtModel { outer in
      outer.input("h0", [3, 8])
      outer.input("x", [3, 20, 64])
      outer.initializer = [.weights("w", [64, 8]), .weights("r", [8, 8])]
      outer.node(
        "Scan", ["h0", "x"], ["last", "all"], name: "scan",
        [
          "body": .graph(graph), "num_scan_inputs": .integer(1), "scan_input_axes": .integers([1]),
          "scan_output_axes": .integers([-2]),
        ])
    }
    let read = try layers(of: model)
    #expect(read.unresolved.isEmpty && counts(read) == ["inputs 20", "state-product 20"])
    #expect(macs(read) == 20 * 3 * 8 * (64 + 8))
    #expect(try walked(model).facts(of: "all")?.shape == [.integer(3), .integer(20), .integer(8)])
    #expect(try walked(model).facts(of: "last")?.shape == [.integer(3), .integer(8)])
  }

  /// Loops in each other, each of which is walked through several times, end soon: all numbers in them count each time.
  @Test func loopsCannotMultiply() throws {
    var inner = square
    inner.node[0].attributes["numbers"] = .integers(Array(repeating: 1, count: 4096))
    // The messages of more loops would lie too deep in one another.
    for _ in 0..<18 {
      let graph = inner
      inner = body { outer in
        outer.initializer = [.integers("n", [2], isScalar: true), .truth("true", true)]
        outer.node("Identity", ["goes"], ["on"])
        outer.node("Loop", ["n", "true", "v"], ["next"], ["body": .graph(graph)])
        outer.output("on")
        outer.output("next")
      }
    }
    let error = #expect(throws: ONNXError.self) { try walked(model(inner)) }
    #expect(error?.description.hasPrefix("is larger than what is accepted") == true)
  }
}
