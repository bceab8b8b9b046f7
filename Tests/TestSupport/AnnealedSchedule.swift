import EnergyModel
import Foundation
public import Mappings
public import Workloads

/// Cheap schedules of small layers that need not be nests: the MACs of a nest in its order, which is then changed at random
/// for as long as that pays.
///
/// MACs run one by one. What one needs is read just before, and what is dropped for it is the word that is needed again last,
/// sooner where it costs less. So what is found can be had, and says nothing of what cannot.
public struct AnnealedSchedule {
  private let macs: [SIMD3<Int32>]
  /// Bits of each word, and what it costs to drop it though it is needed again, in quanta.
  private var bits: [Int32] = []
  private var dropped: [Int32] = []
  /// What every schedule costs.
  private let once: Int
  private let numbers: [[Int]: Int32]

  /// The schedules of a problem's layer.
  public init(_ problem: Problem) {
    let (layer, widths, model) = (problem.layer, problem.widths, problem.energyModel)
    let (read, write) = (model.readQuanta, model.writeQuanta)
    let widthOf = [widths.inputs.count, widths.weights.count, widths.partialSums.count]
    let costOf = [read * widthOf[0], read * widthOf[1], (read + write) * widthOf[2]]
    var words: [[Int]: Int32] = [:]
    var numbers: [[Int]: Int32] = [:]
    var macs: [SIMD3<Int32>] = []
    var once =
      read * layer.biases.count * widthOf[2] + write * layer.usedElements(of: .outputs).count * widths.outputs.count
    for mac in RealMAC.all(of: layer) {
      var operands = SIMD3<Int32>()
      for (kind, operand) in mac.operands.enumerated() {
        let name = [kind] + operand
        if words[name] == nil {
          words[name] = Int32(bits.count)
          bits.append(Int32(widthOf[kind]))
          dropped.append(Int32(costOf[kind]))
          if kind < 2 { once += read * widthOf[kind] }
        }
        operands[kind] = words[name] ?? 0
      }
      numbers[mac.place] = Int32(macs.count)
      macs.append(operands)
    }
    self.macs = macs
    self.numbers = numbers
    self.once = once
  }

  /// The number of MACs on real inputs.
  public var macCount: Int { macs.count }

  /// The MACs in the order in which a nest runs them.
  public func order(of mapping: Mapping, on layer: Layer) -> [Int32] {
    var elements = Dimension.allCases.map { Array(0..<layer[$0]) }
    var goesBackward = mapping.nodes.map { _ in false }
    var order: [Int32] = []
    func run(_ position: Int) {
      guard position < mapping.nodes.count else {
        for place in elements.reduce([[]], { places, own in places.flatMap { place in own.map { place + [$0] } } }) {
          if let number = numbers[place] { order.append(number) }
        }
        return
      }
      guard case .loop(let loop) = mapping.nodes[position] else { return run(position + 1) }
      let whole = elements[loop.dimension.index]
      var blocks: [[Int]]
      switch loop.cut {
      case .tile(let tile):
        blocks = stride(from: 0, to: whole.count, by: tile).map { Array(whole[$0..<min($0 + tile, whole.count)]) }
      case .phases(let phases):
        blocks = (0..<min(phases, whole.count)).map { phase in
          stride(from: phase, to: whole.count, by: phases).map { whole[$0] }
        }
      }
      if goesBackward[position] { blocks.reverse() }
      if loop.direction == .backAndForth { goesBackward[position].toggle() }
      for block in blocks {
        elements[loop.dimension.index] = block
        run(position + 1)
      }
      elements[loop.dimension.index] = whole
    }
    run(0)
    return order
  }

  /// What is reused from one order to the next.
  private struct Room {
    /// For each MAC in order and each of its words, the position of the next MAC that needs the word, or the end.
    var next: [SIMD3<Int32>]
    /// The last position seen of each word.
    var seen: [Int32]
    /// The words held, and where each is among them, or -1.
    var held: [Int32]
    var place: [Int32]
    /// For each word held when it is needed again.
    var due: [Int32]
  }

  /// What the MACs cost in an order, in quanta, or something above a limit.
  private func cost(_ order: [Int32], capacity: Int32, limit: Int, _ room: inout Room) -> Int {
    let end = Int32(order.count)
    for word in bits.indices { (room.seen[word], room.place[word]) = (end, -1) }
    for position in order.indices.reversed() {
      let words = macs[Int(order[position])]
      for kind in 0..<3 {
        room.next[position][kind] = room.seen[Int(words[kind])]
        room.seen[Int(words[kind])] = Int32(position)
      }
    }
    room.held.removeAll(keepingCapacity: true)
    var (cost, used) = (once, Int32(0))
    func remove(_ place: Int, _ room: inout Room) {
      let (word, last) = (room.held[place], room.held[room.held.count - 1])
      room.held[place] = last
      room.place[Int(last)] = Int32(place)
      room.held.removeLast()
      room.place[Int(word)] = -1
      used -= bits[Int(word)]
    }
    for position in order.indices {
      let words = macs[Int(order[position])]
      var needed: Int32 = 0
      for kind in 0..<3 where room.place[Int(words[kind])] < 0 { needed += bits[Int(words[kind])] }
      while used + needed > capacity {
        var victim = -1
        var latest: Float = -1
        for place in room.held.indices {
          let word = room.held[place]
          if any(words .== SIMD3(repeating: word)) { continue }
          let wait =
            Float(room.due[Int(word)] - Int32(position)) * Float(bits[Int(word)]) / Float(max(1, dropped[Int(word)]))
          if wait > latest { (victim, latest) = (place, wait) }
        }
        if victim < 0 { return .max }
        cost += Int(dropped[Int(room.held[victim])])
        if cost > limit { return cost }
        remove(victim, &room)
      }
      for kind in 0..<3 {
        let word = words[kind]
        if room.place[Int(word)] < 0 {
          room.place[Int(word)] = Int32(room.held.count)
          room.held.append(word)
          used += bits[Int(word)]
        }
        room.due[Int(word)] = room.next[position][kind]
      }
      // What none needs any more leaves at once.
      for kind in 0..<3 where room.next[position][kind] == end { remove(Int(room.place[Int(words[kind])]), &room) }
    }
    return cost
  }

  /// The cheapest schedule found, in quanta, or nil where no MAC fits.
  ///
  /// - Parameters:
  ///   - order: the order to begin with.
  ///   - capacity: the Buffer's size in bits.
  ///   - trials: how many changes are tried.
  ///   - random: where changes come from.
  /// - Returns: what the order costs, and what the cheapest one found does.
  public func cheapest(
    from order: [Int32], capacity: Int, trials: Int, _ random: inout SplitMix64
  ) -> (start: Int, best: Int)? {
    var room = Room(
      next: Array(repeating: SIMD3(), count: order.count), seen: Array(repeating: 0, count: bits.count), held: [],
      place: Array(repeating: -1, count: bits.count), due: Array(repeating: 0, count: bits.count))
    let capacity = Int32(clamping: capacity)
    let start = cost(order, capacity: capacity, limit: .max, &room)
    if start == .max { return nil }
    var (order, current, best) = (order, start, start)
    let unit = Double(dropped.max() ?? 1)
    for trial in 0..<trials where order.count > 2 {
      // From some three words down to a small part of one.
      let warmth = 3 * unit * (1 - Double(trial) / Double(trials)) + 0.01
      let changed = Self.changed(order, &random)
      let chance = Double(random.next() >> 11) * 0x1p-53
      let limit = current + Int(-warmth * log(max(chance, 1e-12)))
      let cost = cost(changed, capacity: capacity, limit: limit, &room)
      if cost > limit { continue }
      (order, current) = (changed, cost)
      best = min(best, cost)
    }
    return (start, best)
  }

  /// An order with a run of MACs moved elsewhere, or turned round, or both.
  private static func changed(_ order: [Int32], _ random: inout SplitMix64) -> [Int32] {
    func size(_ most: Int) -> Int {
      // Every order of magnitude as often.
      var size = 1
      while size < most, random.oneIn(2) { size *= 2 }
      return Int.random(in: 1...max(1, min(size, most)), using: &random)
    }
    var changed = order
    let count = size(order.count / 2)
    let first = Int.random(in: 0...order.count - count, using: &random)
    var run = Array(order[first..<first + count])
    if random.oneIn(2) { run.reverse() }
    if random.oneIn(4) {
      changed.replaceSubrange(first..<first + count, with: run)
      return changed
    }
    changed.removeSubrange(first..<first + count)
    let distance = size(order.count)
    let place = random.oneIn(2) ? max(0, first - distance) : min(changed.count, first + distance)
    changed.insert(contentsOf: run, at: place)
    return changed
  }
}
