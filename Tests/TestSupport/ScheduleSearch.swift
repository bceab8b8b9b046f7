import EnergyModel
public import Mappings
import Workloads

/// The cheapest of all schedules of a tiny layer, whatever their order: a shortest path over what may be done and held.
///
/// A schedule reads words, creates sums, runs MACs, writes sums back and forgets. Each MAC on a real input runs once, with its
/// input, its weight and its sum in the Buffer, which never holds more than its capacity. A sum that is forgotten unfinished
/// is written before, at the width of partial sums, and read again; a finished one is written once, at the width of outputs.
///
/// Every used word is read a first time and every output written when finished, whatever the schedule. Besides these only
/// what is dropped costs, a word that is needed again: it will be read once more, and a sum is written. States are the MACs
/// done and the words held, and these moves lose nothing:
///
/// * words are read just before a MAC that needs them, and only those that it lacks;
/// * a word is dropped only when one that is read needs the room, and no more words than that takes;
/// * a MAC whose words are all held runs at once, and a word that no MAC needs any more leaves at once;
/// * of images, groups and channels that no MAC has touched, which are alike, the first comes first.
///
/// A tensor on the chip is in the Buffer from beginning to end and costs nothing. In a Buffer in parts each part has room of its own.
/// What a copy of a box takes no schedule says that has no boxes: problems with double-buffered tensors are refused.
public struct ScheduleSearch {
  /// What a schedule costs, and the most bits that it holds.
  public struct Cost: Hashable, Sendable {
    /// The energy of moving data, in quanta.
    public var energy: Int
    /// The most bits in the Buffer at once.
    public var occupancy: Int
  }

  /// The words of each MAC, as a set of bits.
  private var operands: [UInt64] = []
  /// The MACs that need each word.
  private var users: [UInt32] = []
  /// For each MAC, sets of which each must have been begun: those of its index or of the one before, for every dimension
  /// whose indices are alike.
  private var begun: [[UInt32]] = []
  /// The words of each tensor, with their bits and what one costs that is dropped though it is needed.
  private var kinds: [(words: UInt64, bits: Int, dropped: Int)]
  /// What every schedule costs.
  private let once: Int
  private let all: UInt32
  /// The Buffer's parts, by their tensors and bits; none for one room.
  private let parts: [(tensors: [Int], capacity: Int)]
  /// The bits of each tensor that is on the chip, 0 of others.
  private let onChip: [Int]

  /// All schedules of a problem's layer; nil of one with more than 20 MACs on real inputs, or with none.
  public init?(_ problem: Problem) {
    if !problem.layout.doubleBuffered.isEmpty { return nil }
    parts = problem.layout.parts.map { part in
      (Tensor.allCases.indices.filter { part.tensors.contains(Tensor.allCases[$0]) }, part.capacity.count)
    }
    onChip = Tensor.allCases.map { tensor in
      problem.layout.onChip.contains(tensor)
        ? problem.layer.usedElements(of: tensor).count * problem.widths.inBuffer(tensor).count : 0
    }
    let (layer, widths, model) = (problem.layer, problem.widths, problem.energyModel)
    let macs = RealMAC.all(of: layer)
    guard 1...20 ~= macs.count else { return nil }
    let (read, write) = (model.readQuanta, model.writeQuanta)
    let bits = [widths.inputs.count, widths.weights.count, widths.partialSums.count]
    kinds = bits.map { (0, $0, read * $0) }
    kinds[2].dropped = (read + write) * bits[2]
    all = UInt32(1) << UInt32(macs.count) - 1
    var numbers: [[Int]: Int] = [:]
    for (index, mac) in macs.enumerated() {
      var words: UInt64 = 0
      for (kind, operand) in mac.operands.enumerated() where onChip[kind] == 0 {
        let word = numbers[[kind] + operand] ?? users.count
        if word == users.count {
          numbers[[kind] + operand] = word
          users.append(0)
          kinds[kind].words |= 1 << word
        }
        users[word] |= 1 << index
        words |= 1 << word
      }
      operands.append(words)
    }
    begun = macs.map { mac in
      // Images and groups, and output and input channels of one group.
      [(0, false), (1, false), (2, true), (3, true)].filter { mac.place[$0.0] > 0 }.map { dimension, isOfGroup in
        macs.indices.reduce(0) { set, other in
          let place = macs[other].place
          let isAlike = !isOfGroup || place[1] == mac.place[1]
          return isAlike && 0...1 ~= mac.place[dimension] - place[dimension] ? set | 1 << other : set
        }
      }
    }
    let outputs = onChip[2] > 0 ? 0 : layer.usedElements(of: .outputs).count
    once =
      read * (kinds.dropLast().reduce(layer.biases.count * bits[2]) { $0 + $1.words.nonzeroBitCount * $1.bits })
      + write * outputs * widths.outputs.count
  }

  private func bits(_ words: UInt64) -> Int { bits(words, of: kinds.indices) }

  private func bits(_ words: UInt64, of tensors: some Sequence<Int>) -> Int {
    tensors.reduce(0) { $0 + (words & kinds[$1].words).nonzeroBitCount * kinds[$1].bits }
  }

  /// The words that share a room, with the bits that those of the room that are not on the chip have in a Buffer of so many.
  private func rooms(_ capacity: Int) -> [(words: UInt64, left: Int)] {
    let rooms = parts.isEmpty ? [(tensors: Array(kinds.indices), capacity: capacity)] : parts
    return rooms.map { room in
      room.tensors.reduce((0, room.capacity)) { ($0.0 | kinds[$1].words, $0.1 - onChip[$1]) }
    }
  }

  private func dropped(_ words: UInt64) -> Int {
    kinds.reduce(0) { $0 + (words & $1.words).nonzeroBitCount * $1.dropped }
  }

  /// What is done, and the words that are held and needed.
  private struct State: Hashable {
    var done: UInt32 = 0
    var held: UInt64 = 0
  }

  /// The least energy within a capacity, and what a schedule holds that attains it.
  ///
  /// - Parameters:
  ///   - capacity: the Buffer's size in bits; in parts it is that of the parts.
  ///   - mostStates: how many states are looked at before the search gives up.
  /// - Returns: nil when no MAC fits, or the search gave up.
  public func cheapest(capacity: Int, mostStates: Int = .max) -> Cost? {
    let rooms = rooms(capacity)
    if rooms.contains(where: { $0.left < 0 }) { return nil }
    var table = StateTable<State>()
    var queue: [[Int]] = [[table.number(of: State())]]
    var (costs, peaks, isSettled) = ([0], [0], [false])
    var cost = 0
    while cost < queue.count {
      guard let number = queue[cost].popLast() else {
        cost += 1
        continue
      }
      if isSettled[number] { continue }
      isSettled[number] = true
      let state = table.states[number]
      if state.done == all { return Cost(energy: once + cost, occupancy: peaks[number]) }
      if table.states.count > mostStates { return nil }
      for (mac, words) in operands.enumerated() where state.done & 1 << mac == 0 {
        if begun[mac].contains(where: { $0 & state.done == 0 }) { continue }
        if rooms.contains(where: { bits(words & $0.words) > $0.left }) { continue }
        forEachDrop(from: state.held, for: words, rooms[...], 0) { drop in
          let held = state.held & ~drop | words
          let next = self.run(State(done: state.done, held: held))
          let (successor, cost) = (table.number(of: next), cost + dropped(drop))
          if successor == costs.count {
            costs.append(.max)
            peaks.append(0)
            isSettled.append(false)
          }
          if cost >= costs[successor] { return }
          (costs[successor], peaks[successor]) = (cost, max(peaks[number], bits(held)))
          while queue.count <= cost { queue.append([]) }
          queue[cost].append(successor)
        }
      }
    }
    return nil
  }

  /// Runs every MAC whose words are held, and lets go of the words that none needs any more.
  private func run(_ state: State) -> State {
    var state = state
    for (mac, words) in operands.enumerated() where words & ~state.held == 0 { state.done |= 1 << mac }
    var rest = state.held
    while rest != 0 {
      let word = rest.trailingZeroBitCount
      rest &= rest - 1
      if users[word] & ~state.done == 0 { state.held &= ~(1 << word) }
    }
    return state
  }

  /// The sets of words that make room for others in each of some rooms, with those chosen so far.
  private func forEachDrop(
    from held: UInt64, for words: UInt64, _ rooms: ArraySlice<(words: UInt64, left: Int)>, _ chosen: UInt64,
    _ body: (UInt64) -> Void
  ) {
    guard let room = rooms.first else { return body(chosen) }
    let excess = bits((held | words) & room.words) - room.left
    forEachDrop(from: held & ~words & room.words, freeing: excess) {
      forEachDrop(from: held, for: words, rooms.dropFirst(), chosen | $0, body)
    }
  }

  /// The sets of words that free so many bits and would not without any one of them.
  private func forEachDrop(from words: UInt64, freeing excess: Int, _ body: (UInt64) -> Void) {
    if excess <= 0 { return body(0) }
    func extend(_ chosen: UInt64, _ rest: UInt64, freed: Int, narrowest: Int) {
      if freed >= excess {
        if freed - narrowest < excess { body(chosen) }
        return
      }
      var rest = rest
      while rest != 0 {
        let word = rest & (~rest + 1)
        rest &= rest - 1
        let bits = bits(word)
        extend(chosen | word, rest, freed: freed + bits, narrowest: min(narrowest, bits))
      }
    }
    extend(0, words, freed: 0, narrowest: .max)
  }
}

/// States numbered in the order in which they are first met.
private struct StateTable<State: Hashable> {
  private(set) var states: [State] = []
  private var numbers: [State: Int] = [:]

  mutating func number(of state: State) -> Int {
    if let number = numbers[state] { return number }
    numbers[state] = states.count
    states.append(state)
    return states.count - 1
  }
}
