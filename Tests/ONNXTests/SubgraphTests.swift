import Testing
import Workloads

@testable import ONNX

/// Functions, branches and loops.
struct SubgraphTests {
  private func branch(_ weights: [Int]) -> BuiltGraph {
    var graph = BuiltGraph()
    graph.initializer = [.weights("w\(weights[0])", weights)]
    graph.node("Conv", ["x", "w\(weights[0])"], ["inner\(weights[0])"], name: "conv\(weights[0])")
    graph.output("inner\(weights[0])")
    return graph
  }

  private func model(condition: [Int]?, _ other: [Int] = [5, 3, 1, 1]) -> BuiltModel {
    builtModel { graph in
      graph.input("x", [1, 3, 8, 8])
      if let condition {
        graph.initializer = [.integers("condition", condition)]
      } else {
        graph.input("condition", [1])
      }
      graph.node(
        "If", ["condition"], ["y"], name: "choice",
        ["then_branch": .graph(branch([4, 3, 3, 3])), "else_branch": .graph(branch(other))])
      graph.node("Conv", ["y", "last"], ["z"])
      graph.initializer.append(.weights("last", [2, condition == [0] ? 5 : 4, 1, 1]))
    }
  }

  @Test func aKnownConditionChoosesABranch() throws {
    #expect(try layers(of: model(condition: [1])).layers.map(\.name) == ["conv4", "z"])
    #expect(try layers(of: model(condition: [0])).layers.map(\.name) == ["conv5", "z"])
  }

  @Test func branchesThatAreChosenLaterAreListed() throws {
    let read = try layers(of: model(condition: nil))
    let reason = "it is in a branch of 'choice', which is chosen while the network runs"
    #expect(
      read.unresolved == [
        .init(name: "conv4", reason: reason), .init(name: "conv5", reason: reason),
        .init(name: "z", reason: "its input's shape is unknown: the branches of 'choice' give different shapes"),
      ])
    // Branches of the same shape leave no doubt behind them.
    #expect(try layers(of: model(condition: nil, [4, 3, 3, 3])).layers.map(\.name) == ["z"])
  }

  @Test func loopsAreListed() throws {
    for type in ["Loop", "Scan"] {
      let model = builtModel { graph in
        graph.input("x", [1, 3, 8, 8])
        graph.node(type, ["", "", "x"], ["y"], name: "again", ["body": .graph(branch([4, 3, 3, 3]))])
        graph.node("MatMul", ["y", "y"], ["z"])
      }
      let read = try layers(of: model)
      #expect(read.layers.isEmpty && read.remarks.isEmpty)
      #expect(read.unresolved.map(\.name) == ["conv4", "z"])
      #expect(
        read.unresolved[0].reason
          == "it is in the body of the \(type) 'again', and how often that runs is not known before")
    }
  }

  private func function(_ name: String, _ nodes: [BuiltNode]) -> BuiltFunction {
    BuiltFunction(name: name, input: ["in", "weights"], output: ["out"], node: nodes)
  }

  @Test func functionsAreWalkedThroughForEachCall() throws {
    let block = function(
      "Block",
      [
        .init("Conv", ["in", "weights"], ["c"], name: "conv", ["strides": .reference("steps")]),
        .init("Relu", ["c"], ["out"]),
      ])
    let model = builtModel(functions: [block]) { graph in
      graph.input("x", [1, 3, 32, 32])
      graph.initializer = [.weights("a", [8, 3, 3, 3]), .weights("b", [4, 8, 3, 3])]
      graph.node("Block", ["x", "a"], ["y"], name: "first", domain: "own", ["steps": .integers([2, 1])])
      graph.node("Block", ["y", "b"], ["z"], domain: "own")
    }
    let read = try layers(of: model)
    #expect(read.unresolved.isEmpty && read.remarks.isEmpty)
    #expect(read.layers.map(\.name) == ["first/conv", "z/conv"])
    #expect(read.layers.map { [$0[.p], $0[.q]] } == [[15, 30], [13, 28]])
  }

  @Test func functionsThatCallThemselvesAreRefused() throws {
    let endless = function("Block", [.init("Block", ["in", "weights"], ["out"], domain: "own")])
    let model = builtModel(functions: [endless]) { graph in
      graph.input("x", [1, 3, 32, 32])
      graph.node("Block", ["x", "x"], ["y"], name: "first", domain: "own")
    }
    let error = #expect(throws: ONNXError.self) { try layers(of: model) }
    #expect(error?.description.hasPrefix("calls functions in functions more than 24 deep") == true)
  }

  @Test func functionsThatMultiplyAreRefused() throws {
    // Each calls the one before many times: together, more calls than there is time for.
    let functions = (0..<20).map { level in
      var function = function(
        "F\(level)",
        (0..<16).map {
          .init(level == 0 ? "Relu" : "F\(level - 1)", ["in"], ["t\($0)"], domain: level == 0 ? "" : "own")
        })
      function.output = ["t0"]
      return function
    }
    let model = builtModel(functions: functions) { graph in
      graph.input("x", [1, 3])
      graph.node("F19", ["x"], ["y"], domain: "own")
    }
    let error = #expect(throws: ONNXError.self) { try layers(of: model) }
    #expect(error?.description.hasPrefix("is larger than what is accepted") == true)
  }
}
