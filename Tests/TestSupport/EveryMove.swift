import EnergyModel
public import Mappings
import Workloads

/// The cheapest of all schedules of a very tiny layer, one move at a time: none is left out because another is as good.
///
/// It is what ``ScheduleSearch`` is held to where both can go.
public struct EveryMove {
  /// The MACs done, the words held, and the sums that are outside as they are, those held among them.
  private struct State: Hashable {
    var done: Set16 = 0
    var held: Set16 = 0
    var written: Set16 = 0
  }

  private typealias Set16 = UInt16

  private struct Word {
    let bits: Int
    let isSum: Bool
    var users: Set16 = 0
  }

  private let problem: Problem
  private var macs: [Set16] = []
  private var words: [Word] = []

  /// All schedules of a problem's layer; nil of one with more than 16 MACs on real inputs or that use more than 16 words.
  public init?(_ problem: Problem) {
    self.problem = problem
    let all = RealMAC.all(of: problem.layer)
    let names = Array(Set(all.flatMap { mac in mac.operands.enumerated().map { [$0] + $1 } })).sorted {
      $0.lexicographicallyPrecedes($1)
    }
    if all.count > 16 || names.count > 16 { return nil }
    let widths = [problem.widths.inputs, problem.widths.weights, problem.widths.partialSums]
    words = names.map { Word(bits: widths[$0[0]].count, isSum: $0[0] == 2) }
    for (index, mac) in all.enumerated() {
      let operands = mac.operands.enumerated().map { [$0] + $1 }
      let own = names.indices.filter { operands.contains(names[$0]) }
      for word in own { words[word].users |= 1 << index }
      macs.append(own.reduce(0) { $0 | 1 << $1 })
    }
  }

  /// How many words there are.
  public var wordCount: Int { words.count }

  /// The states that a move leads to, and what the move costs.
  private func moves(_ state: State, capacity: Int) -> [(State, Int)] {
    let (read, write) = (problem.energyModel.readQuanta, problem.energyModel.writeQuanta)
    var moves: [(State, Int)] = []
    func add(_ cost: Int, _ change: (inout State) -> Void) {
      var next = state
      change(&next)
      moves.append((next, cost))
    }
    let room = capacity - words.indices.reduce(0) { $0 + (state.held & 1 << $1 == 0 ? 0 : words[$1].bits) }
    for (index, word) in words.enumerated() {
      let bit: Set16 = 1 << index
      if state.held & bit == 0 {
        let isNew = word.isSum && word.users & state.done == 0
        if word.bits <= room { add(isNew ? 0 : read * word.bits) { $0.held |= bit } }
        continue
      }
      if !word.isSum || state.written & bit != 0 { add(0) { $0.held &= ~bit } }
      if word.isSum, state.written & bit == 0 {
        let isFinished = word.users & ~state.done == 0
        add(write * (isFinished ? problem.widths.outputs.count : word.bits)) { $0.written |= bit }
      }
    }
    for (index, own) in macs.enumerated() where state.done & 1 << index == 0 && own & ~state.held == 0 {
      add(0) { next in
        next.done |= 1 << index
        for (word, bit) in zip(self.words, 0...) where word.isSum { next.written &= ~(own & 1 << bit) }
      }
    }
    return moves
  }

  /// The least energy of moving data within a capacity, or nil when no MAC fits.
  public func least(capacity: Int) -> Int? {
    let outputs = words.indices.filter { words[$0].isSum }.reduce(Set16(0)) { $0 | 1 << $1 }
    let (layer, model) = (problem.layer, problem.energyModel)
    let others = layer.usedElements(of: .outputs).count - outputs.nonzeroBitCount
    let besides =
      model.readQuanta * layer.biases.count * problem.widths.partialSums.count
      + model.writeQuanta * others * problem.widths.outputs.count
    var costs = [State(): 0]
    var queue = [[State()]]
    var cost = 0
    while cost < queue.count {
      guard let state = queue[cost].popLast() else {
        cost += 1
        continue
      }
      if costs[state] != cost { continue }
      if state.done.nonzeroBitCount == macs.count, outputs & ~state.written == 0 { return cost + besides }
      for (next, price) in moves(state, capacity: capacity) where cost + price < costs[next] ?? .max {
        costs[next] = cost + price
        while queue.count <= cost + price { queue.append([]) }
        queue[cost + price].append(next)
      }
    }
    return nil
  }
}
