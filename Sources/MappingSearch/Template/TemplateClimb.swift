import EnergyModel
import Mappings
import Workloads

/// Goes from one nest of a template to better ones near it.
struct TemplateClimb {
  private let space: TemplateSpace
  private let capacity: Bits
  private let limit: TimeLimit?
  private let leastQuanta: Int
  /// The most work, as ``TemplateCosts/work`` counts it.
  private let mostWork: Int
  private(set) var costs: TemplateCosts

  /// Of one tile so many sizes on either side are tried, and as many numbers of blocks.
  private static let nearby = 4
  private static let blockCounts = 16
  /// Of the tile that is changed so many numbers of blocks are.
  private static let kicks = 6

  init(
    _ space: TemplateSpace, capacity: Bits, leastQuanta: Int, _ costs: TemplateCosts, mostWork: Int, _ limit: TimeLimit?
  ) {
    (self.space, self.capacity, self.leastQuanta, self.costs) = (space, capacity, leastQuanta, costs)
    self.mostWork = costs.work + mostWork
    self.limit = limit
  }

  /// The nest that is reached from one by going to the best with another tile of a loop, and with one of another loop fitted to
  /// it, loop by loop, until none is better.
  ///
  /// - Parameters:
  ///   - start: the nest to start at.
  ///   - fixed: a loop whose tile stays, or nil.
  /// - Returns: the nest.
  mutating func top(from start: TemplateCosts.Found, fixing fixed: Int? = nil) -> TemplateCosts.Found {
    var best = start
    let slots = space.slots.indices.filter { $0 != fixed }
    var (index, unchanged) = (0, 0)
    while unchanged < slots.count, !isDone(best) {
      let before = best
      for tiles in neighbours(of: before.tiles, at: slots[index]) {
        for own in [costs.found(tiles, within: capacity)] + refitted(tiles, slots.filter { $0 != slots[index] }) {
          if let own, own.isBetter(than: best) { best = own }
        }
      }
      unchanged = best.tiles == before.tiles ? unchanged + 1 : 0
      index = (index + 1) % slots.count
    }
    return best
  }

  /// The nest that is reached from one by giving one loop after the other another tile and going to the top from there with
  /// this tile, until none is better.
  mutating func highest(from start: TemplateCosts.Found) -> TemplateCosts.Found {
    var best = start
    var (slot, unchanged) = (0, 0)
    while unchanged < space.slots.count, !isDone(best) {
      let before = best
      for size in space.sizes(.some(Self.kicks), slot, of: block(of: slot, before.tiles))
      where size != before.tiles[slot] {
        let tiles = fitted(before.tiles, slot, size)
        let others = space.slots.indices.filter { $0 != slot }
        let starts = [costs.found(tiles, within: capacity)] + refitted(tiles, others)
        guard let first = starts.compactMap(\.self).min(by: { $0.isBetter(than: $1) }) else { continue }
        let own = top(from: first, fixing: slot)
        if own.isBetter(than: best) { best = own }
      }
      if best.tiles != before.tiles { best = top(from: best) }
      unchanged = best.tiles == before.tiles ? unchanged + 1 : 0
      slot = (slot + 1) % space.slots.count
    }
    return best
  }

  private func isDone(_ best: TemplateCosts.Found) -> Bool {
    best.energy <= leastQuanta || costs.work >= mostWork || limit.endsSearch()
  }

  /// The nests in which the tile of one of some loops is the largest that fits beside the others.
  private mutating func refitted(_ tiles: [Int], _ slots: [Int]) -> [TemplateCosts.Found?] {
    slots.map { largest($0, beside: tiles) }
  }

  private func neighbours(of tiles: [Int], at slot: Int) -> [[Int]] {
    let block = block(of: slot, tiles)
    let near = (-Self.nearby...Self.nearby).map { tiles[slot] + $0 }.filter { (1...block).contains($0) }
    let sizes = Set(near).union(Array(space.sizes(.some(Self.blockCounts), slot, of: block)))
    return sizes.subtracting([tiles[slot]]).sorted().map { fitted(tiles, slot, $0) }
  }

  /// The nest with another tile of a loop. Loops within it that were absent stay so.
  private func fitted(_ tiles: [Int], _ slot: Int, _ size: Int) -> [Int] {
    var other = tiles
    for inner in space.slots.indices where inner > slot && space.slots[inner].dimension == space.slots[slot].dimension {
      if other[inner] == tiles[slot], size > tiles[slot] { other[inner] = size }
    }
    other[slot] = size
    return space.fitted(other)
  }

  /// The block that a free loop cuts.
  private func block(of slot: Int, _ tiles: [Int]) -> Int {
    var found = 1
    _ = space.chosen { other, block in
      if other == slot { found = block }
      return tiles[other]
    }
    return found
  }

  /// The nest with the largest tile of another loop that fits, of the smallest for each number of blocks.
  private mutating func largest(_ slot: Int, beside tiles: [Int]) -> TemplateCosts.Found? {
    let sizes = Array(space.sizes(.everyBlockCount, slot, of: block(of: slot, tiles)))
    // Larger tiles hold more, double buffers and padding apart.
    var (low, high) = (0, sizes.count)
    while low < high {
      let middle = (low + high) / 2
      if costs.held(by: fitted(tiles, slot, sizes[middle])) > capacity { low = middle + 1 } else { high = middle }
    }
    if low == sizes.count || sizes[low] == tiles[slot] { return nil }
    return costs.found(fitted(tiles, slot, sizes[low]), within: capacity)
  }
}
