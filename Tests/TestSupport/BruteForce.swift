public import EnergyModel
public import Mappings
public import Workloads

/// The best energy at every occupancy over whole families of loop nests, by trying each of them.
public struct BruteForce {
  /// Least energy found by occupancy, in bits.
  public private(set) var best: [Int: Int] = [:]
  /// Whether to keep the nests of least energy, which takes time and memory.
  public var keepsNests = false
  /// Those nests, by occupancy.
  private var nests: [Int: [[BoxWalker.Line]]] = [:]
  /// The nests tried.
  public private(set) var count = 0
  private var walker: BoxWalker
  private let layer: Layer

  /// Nothing tried yet on a layer, with prices of a bit read and a bit written.
  public init(
    _ layer: Layer, widths: WordWidths, reuse: ReusePolicy = .sliding, readEnergy: Int = 1, writeEnergy: Int = 1
  ) {
    self.layer = layer
    walker = BoxWalker(layer, widths: widths, reuse: reuse, readEnergy: readEnergy, writeEnergy: writeEnergy)
  }

  /// The (occupancy, energy) pairs that no tried nest beats in both, by growing occupancy.
  public var paretoPoints: [(occupancy: Int, energy: Int)] {
    var points: [(occupancy: Int, energy: Int)] = []
    for (occupancy, energy) in best.sorted(by: { $0.key < $1.key }) where energy < points.last?.energy ?? .max {
      points.append((occupancy, energy))
    }
    return points
  }

  private mutating func record(_ nest: [BoxWalker.Line]) {
    let (occupancy, energy) = walker.evaluate(nest)
    count += 1
    let known = best[occupancy] ?? .max
    best[occupancy] = min(known, energy)
    if !keepsNests || energy > known { return }
    if energy < known { nests[occupancy] = [] }
    nests[occupancy, default: []].append(nest)
  }

  /// The nests of least energy among those that hold so many bits, if they are kept.
  public func mappings(occupancy: Int) -> [Mapping] {
    (nests[occupancy] ?? []).map { nest in
      guard let mapping = try? Mapping(nest.map(\.node)) else { preconditionFailure("every tensor is kept once") }
      return mapping
    }
  }

  /// Tries every loop nest: all orders of loops and keeps, any number of loops over a dimension, all tiles.
  ///
  /// Left out are only loops that make a single pass and loops inside the last keep, which change nothing.
  public mutating func tryAllNests() {
    var nest: [BoxWalker.Line] = []
    var block = Dimension.allCases.map { layer[$0] }
    extend(&nest, &block, kept: [])
  }

  private mutating func extend(_ nest: inout [BoxWalker.Line], _ block: inout [Int], kept: Set<Tensor>) {
    if kept.count == 3 { return record(nest) }
    for tensor in Tensor.allCases where !kept.contains(tensor) {
      nest.append(BoxWalker.Line(keep: tensor))
      extend(&nest, &block, kept: kept.union([tensor]))
      nest.removeLast()
    }
    for dimension in Dimension.allCases {
      let enclosing = block[dimension.index]
      for tile in stride(from: 1, to: enclosing, by: 1) {
        block[dimension.index] = tile
        nest.append(BoxWalker.Line(dimension, tile: tile))
        extend(&nest, &block, kept: kept)
        nest.removeLast()
      }
      block[dimension.index] = enclosing
    }
  }

  /// A restriction of theory §4 on the block sizes D ≥ t1 ≥ t2 ≥ t3 at the three keeps.
  public enum Fact: Int, CaseIterable, Sendable {
    /// t1 = D, t2 = t1, t3 = t2 where the tensor kept there does not depend on the dimension.
    case irrelevantUncut = 1
    /// Weights or outputs kept innermost have a box of one word.
    case singleWordInside
    /// The block of k (and of c for weights outside outputs) at the middle keep.
    case middleChannels
    /// The block of c at the inputs' keep, inside another, is 1 or the enclosing one.
    case inputChannels
  }

  /// Tries all nests with at most one loop over a dimension between two keeps, in all orders, whose block sizes obey
  /// the given facts.
  public mutating func tryNests(obeying facts: Set<Fact> = []) {
    for dataflow in Dataflow.allCases {
      var tiles: [[Int]] = Array(repeating: [1, 1, 1], count: 8)
      choose(0, &tiles, dataflow, facts)
    }
  }

  private mutating func choose(_ index: Int, _ tiles: inout [[Int]], _ dataflow: Dataflow, _ facts: Set<Fact>) {
    if index == 8 {
      var nest: [BoxWalker.Line] = []
      return order(&nest, tiles, dataflow, segment: 0)
    }
    let dimension = Dimension.allCases[index]
    let size = layer[dimension]
    for first in 1...size {
      for second in 1...first {
        for third in 1...second {
          tiles[index] = [first, second, third]
          if obeys(dimension, tiles[index], dataflow, facts) { choose(index + 1, &tiles, dataflow, facts) }
        }
      }
    }
  }

  private func obeys(_ d: Dimension, _ t: [Int], _ dataflow: Dataflow, _ facts: Set<Fact>) -> Bool {
    let order = dataflow.order
    let enclosing = [layer[d], t[0], t[1]]
    if facts.contains(.irrelevantUncut) {
      for level in 0...2 where !order[level].isRelevant(d) && t[level] != enclosing[level] { return false }
    }
    if facts.contains(.singleWordInside), order[2] != .inputs, order[2].isRelevant(d), t[2] != 1 { return false }
    if facts.contains(.middleChannels) {
      switch (order[1], order[2], d) {
      case (.outputs, .weights, .k), (.weights, .outputs, .k): if t[1] != 1 { return false }
      case (.outputs, .inputs, .k), (.weights, .inputs, .k), (.weights, .outputs, .c): if t[1] != t[0] { return false }
      default: break
      }
    }
    if facts.contains(.inputChannels), d == .c {
      for level in 1...2 where order[level] == .inputs && t[level] != 1 && t[level] != enclosing[level] { return false }
    }
    return true
  }

  /// All orders of the loops of each segment.
  private mutating func order(
    _ nest: inout [BoxWalker.Line], _ tiles: [[Int]], _ dataflow: Dataflow, segment: Int
  ) {
    if segment == 3 { return record(nest) }
    let loops = Dimension.allCases.filter {
      tiles[$0.index][segment] < (segment == 0 ? layer[$0] : tiles[$0.index][segment - 1])
    }
    permute(loops, &nest, tiles, dataflow, segment)
  }

  private mutating func permute(
    _ rest: [Dimension], _ nest: inout [BoxWalker.Line], _ tiles: [[Int]], _ dataflow: Dataflow, _ segment: Int
  ) {
    if rest.isEmpty {
      nest.append(BoxWalker.Line(keep: dataflow.order[segment]))
      order(&nest, tiles, dataflow, segment: segment + 1)
      nest.removeLast()
      return
    }
    for (index, dimension) in rest.enumerated() {
      var others = rest
      others.remove(at: index)
      nest.append(BoxWalker.Line(dimension, tile: tiles[dimension.index][segment]))
      permute(others, &nest, tiles, dataflow, segment)
      nest.removeLast()
    }
  }
}
