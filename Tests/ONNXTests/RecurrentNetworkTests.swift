import Foundation
import TestSupport
import Testing
import Workloads

@testable import ONNX

/// LSTM, GRU and RNN as their products.
struct RecurrentNetworkTests {
  private static let gates = ["LSTM": 4, "GRU": 3, "RNN": 1]

  /// A model of one recurrent network of 64 inputs and 8 hidden units.
  private func network(
    _ type: String, input: [BuiltSize] = [20, 3, 64], _ attributes: [String: BuiltAttribute] = [:],
    hasBiases: Bool = false, lengths: BuiltTensor? = nil, more: (inout BuiltGraph) -> Void = { _ in }
  ) -> BuiltModel {
    let gates = Self.gates[type] ?? 1
    var isBidirectional = false
    if case .text("bidirectional")? = attributes["direction"] { isBidirectional = true }
    let directions = isBidirectional ? 2 : 1
    return builtModel { graph in
      graph.input("x", input)
      graph.initializer = [
        .weights("w", [directions, gates * 8, 64]), .weights("r", [directions, gates * 8, 8]),
        .weights("b", [directions, 2 * gates * 8]),
      ]
      if let lengths { graph.initializer.append(lengths) }
      graph.node(
        type, ["x", "w", "r", hasBiases ? "b" : "", lengths?.name ?? ""], ["y", "last", "cell"], name: "rnn",
        ["hidden_size": BuiltAttribute.integer(8)].merging(attributes) { $1 })
      more(&graph)
    }
  }

  /// Name, count, M, N and K of each entry.
  private func sizes(_ model: ONNXModel) -> [String] {
    model.entries.map { entry in
      "\(entry.layer.name) \(entry.count)x \(entry.layer[.p]) \(entry.layer[.k]) \(entry.layer[.c])"
    }
  }

  @Test(arguments: [("LSTM", 32), ("RNN", 8)])
  func eachStepMultipliesTheState(type: String, columns: Int) throws {
    let model = try layers(of: network(type))
    #expect(sizes(model) == ["rnn/inputs 1x 60 \(columns) 64", "rnn/state 20x 3 \(columns) 8"])
    #expect(model.unresolved.isEmpty && model.layers.allSatisfy { !$0.hasBiases })
    #expect(model.remarks.first?.hasPrefix("1 recurrent network is given as the product of all steps' inputs") == true)
  }

  /// The new state of a GRU is made of a state that the reset gate has been applied to, unless that comes afterwards.
  @Test func aGRUsNewStateMayHaveAnOperandOfItsOwn() throws {
    #expect(
      sizes(try layers(of: network("GRU")))
        == ["rnn/inputs 1x 60 24 64", "rnn/state-gates 20x 3 16 8", "rnn/state 20x 3 8 8"])
    let after = try layers(of: network("GRU", ["linear_before_reset": .integer(1)]))
    #expect(sizes(after) == ["rnn/inputs 1x 60 24 64", "rnn/state 20x 3 24 8"])
  }

  @Test(arguments: ["LSTM", "GRU", "RNN"])
  func bothDirectionsHaveTheirOwn(type: String) throws {
    let single = try layers(of: network(type))
    let both = try layers(of: network(type, ["direction": .text("bidirectional")]))
    #expect(both.entries.count == 2 * single.entries.count)
    #expect(macs(both) == 2 * macs(single))
    #expect(both.layers.first?.name == "rnn/forward/inputs" && both.layers.last?.name == "rnn/backward/state")
    #expect(macs(try layers(of: network(type, ["direction": .text("reverse")]))) == macs(single))
  }

  private func macs(_ model: ONNXModel) -> Int { model.entries.reduce(0) { $0 + $1.count * $1.layer.macs } }

  /// The definition's products, one by one: for each step and sequence, each gate of each unit meets each input and each
  /// unit's state.
  @Test(arguments: seeds(0..<30))
  func productsAreThoseOfTheDefinition(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let type = random.pick(["LSTM", "GRU", "RNN"])
    let (steps, batch) = (random.pick(1...9), random.pick(1...4))
    let isBatchFirst = random.oneIn(2)
    let isBidirectional = random.oneIn(2)
    let model = try layers(
      of: network(
        type, input: (isBatchFirst ? [batch, steps, 64] : [steps, batch, 64]).map { .number($0) },
        [
          "layout": .integer(isBatchFirst ? 1 : 0), "direction": .text(isBidirectional ? "bidirectional" : "forward"),
          "linear_before_reset": .integer(random.pick(0...1)),
        ], hasBiases: random.oneIn(2)))
    let gates = Self.gates[type] ?? 1
    #expect(macs(model) == (isBidirectional ? 2 : 1) * steps * batch * gates * 8 * (64 + 8), "seed \(seed)")
    #expect(model.layers.filter { $0.name.hasSuffix("inputs") }.allSatisfy { $0[.p] == steps * batch })
  }

  @Test func biasesBelongToTheInputs() throws {
    let model = try layers(of: network("LSTM", hasBiases: true))
    #expect(model.layers.map(\.hasBiases) == [true, false])
  }

  /// Networks on top of each other: the states of both directions become the next one's inputs.
  @Test(arguments: [0, 1])
  func outputsAreInputsOfTheNext(layout: Int) throws {
    let model = network(
      "LSTM", input: layout == 1 ? [3, 20, 64] : [20, 3, 64],
      ["direction": .text("bidirectional"), "layout": .integer(layout)]
    ) { graph in
      graph.initializer += [
        .weights("w2", [1, 15, 16]), .weights("r2", [1, 15, 5]), .integers("merged", [0, 0, -1]),
        .weights("fc", [5, 7]),
        .integers("axis", [1]),
      ]
      if layout == 1 {
        graph.node("Reshape", ["y", "merged"], ["z"])
      } else {
        graph.node("Transpose", ["y"], ["t"], ["perm": .integers([0, 2, 1, 3])])
        graph.node("Reshape", ["t", "merged"], ["z"])
      }
      graph.node(
        "GRU", ["z", "w2", "r2"], ["y2", "last2"], name: "top",
        ["hidden_size": .integer(5), "layout": .integer(layout), "linear_before_reset": .integer(1)])
      graph.node("MatMul", ["last2", "fc"], ["out"], name: "fc")
    }
    let read = try layers(of: model)
    #expect(read.unresolved.isEmpty)
    #expect(
      Array(sizes(read).dropFirst(4)) == ["top/inputs 1x 60 15 16", "top/state 20x 3 15 5", "fc 1x 3 7 5"])
    let facts = try walked(model)
    #expect(facts.facts(of: "y")?.shape?.map(\.integer) == (layout == 1 ? [3, 20, 2, 8] : [20, 2, 3, 8]))
    for name in ["last", "cell"] {
      #expect(facts.facts(of: name)?.shape?.map(\.integer) == (layout == 1 ? [3, 2, 8] : [2, 3, 8]))
    }
  }

  /// Lengths that are known bound the steps; others are told of.
  @Test(arguments: [([12, 12, 12], 12, false), ([12, 5, 7], 12, true), ([25, 25, 25], 20, false)])
  func lengthsOfSequences(lengths: [Int], steps: Int, isTold: Bool) throws {
    let model = try layers(of: network("RNN", lengths: .integers("lengths", lengths)))
    #expect(sizes(model) == ["rnn/inputs 1x \(3 * steps) 8 64", "rnn/state \(steps)x 3 8 8"])
    #expect(model.remarks.contains { $0.contains("as long as the longest may be") } == isTold)
  }

  @Test func whatIsOpenIsNamed() throws {
    let model = network("LSTM", input: ["T", "N", 64])
    let read = try layers(of: model)
    #expect(
      read.unresolved == [
        .init(
          name: "rnn",
          reason: "its number of steps, batch are unknown: the symbolic dimensions 'N', 'T' of the input 'x' [T,N,64] "
            + "decide it: give their sizes in your runs, as in --dim N=1 --dim T=SIZE")
      ])
    let set = try layers(of: model, dimensions: ["T": 20, "N": 3])
    #expect(sizes(set) == ["rnn/inputs 1x 60 32 64", "rnn/state 20x 3 32 8"])
  }

  @Test func whatCannotBe() throws {
    func reason(_ input: [BuiltSize], _ attributes: [String: BuiltAttribute] = [:]) throws -> String? {
      try layers(of: network("LSTM", input: input, attributes)).unresolved.first?.reason
    }
    #expect(try reason([20, 64]) == "its input has 2 dimensions; 3 are expected")
    #expect(try reason([20, 3, 63]) == "its first weights are [1,32,64] and [1,32,63] is expected")
    #expect(
      try reason([20, 3, 64], ["hidden_size": .integer(9)])
        == "its first weights are [1,32,64] and [1,36,64] is expected")
    #expect(
      try reason([20, 3, 64], ["direction": .text("sideways")])
        == "its direction is 'sideways'; forward, reverse or bidirectional is expected")
  }

  /// ONNX Runtime's dynamically quantised one has its weights transposed.
  @Test func dynamicallyQuantised() throws {
    let model = builtModel { graph in
      graph.input("x", [20, 3, 64])
      graph.initializer = [.weights("w", [1, 64, 32]), .weights("r", [1, 8, 32])]
      graph.node(
        "DynamicQuantizeLSTM", ["x", "w", "r"], ["y"], name: "rnn", domain: "com.microsoft",
        ["hidden_size": .integer(8)])
    }
    #expect(sizes(try layers(of: model)) == ["rnn/inputs 1x 60 32 64", "rnn/state 20x 3 32 8"])
  }

  /// 20 steps of 64 inputs and 128 hidden units: 20 × 512 × (64 + 128).
  @Test func macsOfALargerOne() throws {
    let model = builtModel { graph in
      graph.input("x", [20, 1, 64])
      graph.initializer = [.weights("w", [1, 512, 64]), .weights("r", [1, 512, 128])]
      graph.node("LSTM", ["x", "w", "r"], ["y"], name: "l", ["hidden_size": .integer(128)])
    }
    let read = try layers(of: model)
    #expect(sizes(read) == ["l/inputs 1x 20 512 64", "l/state 20x 1 512 128"])
    #expect(macs(read) == 1_966_080)
  }

  private static let shared: String? = {
    let file = Program.root.deletingLastPathComponent().appending(path: "shared/cases/files/09-lstm.onnx").path
    return FileManager.default.fileExists(atPath: file) ? file : nil
  }()

  @Test(.enabled(if: shared != nil, "there is no model in ../shared/cases"))
  func theSameFromAFile() throws {
    let read = try ONNXModel.read(file: try #require(Self.shared))
    #expect(sizes(read) == ["l/inputs 1x 20 512 64", "l/state 20x 1 512 128"])
    #expect(macs(read) == 1_966_080)
  }
}
