import EnergyModel
import Mappings
import Workloads

/// The search of a problem under the rule `overlap` whose input boxes have no halo, at one capacity or at all.
struct OverlapSearch: SearchEngine {
  let problem: Problem

  /// Whether a layer is searched: its kernels are 1×1, and they read no padding.
  static func accepts(_ layer: Layer) -> Bool {
    [layer.vertical, layer.horizontal].allSatisfy { $0.kernelSize == 1 && !$0.hasPaddedMACs }
  }

  /// A mapping found, with what it costs in one group of channels.
  struct Found: Sendable {
    var energy: Int
    var occupancy: Int
    var place: OverlapPlace
  }

  /// The grids of one order of keeps or of all.
  func grids(_ dataflow: Dataflow?) -> [OverlapGrid] {
    problem.dataflows.filter { dataflow == nil || $0 == dataflow }.map { OverlapGrid(problem, $0) }
  }

  /// The loop nest of a mapping found.
  func mapping(_ place: OverlapPlace, _ grids: [OverlapGrid]) -> Mapping {
    let grid = grids[Int(place.grid)]
    return grid.nest(place).mapping(of: problem.layer, in: grid.mapspace)
  }

  /// Whether all panels are listed.
  var isComplete: Bool { grids(nil).allSatisfy(\.isComplete) }

  func optimum(capacity: Bits, dataflow: Dataflow?, options: SearchOptions) -> Optimum? {
    let (prunes, proof) = (options.prunes, OptimalityProof(problem, capacity: capacity))
    let capacity = capacity.count
    let grids = grids(dataflow)
    var incumbent = OverlapIncumbent(
      capacity: capacity, prunes: prunes, leastEnergy: problem.mostEnergyOfGroup(proof.leastQuanta))
    var statistics = SearchStatistics()
    statistics.isComplete = grids.allSatisfy(\.isComplete)
    var tiles: [OverlapGrid.Tile] = []
    for (index, grid) in grids.enumerated() {
      tiles += grid.tiles(index, capacity: capacity, energy: .max)
      statistics.mappings += grid.tileCount
    }
    statistics.prunedByCapacity = statistics.mappings - tiles.count
    if prunes { tiles.sort { ($0.leastEnergy, $0.leastOccupancy) < ($1.leastEnergy, $1.leastOccupancy) } }
    for tile in tiles {
      if let best = incumbent.best, prunes {
        if tile.leastEnergy > best.energy { break }
        // With as much energy it is of use only where it holds less, or as much and comes before.
        if tile.leastEnergy == best.energy {
          let isWithin = tile.leastOccupancy <= best.occupancy
          let grid = grids[Int(tile.grid)]
          if !isWithin || grid.leastEnergy(of: tile, capacity: best.occupancy) > best.energy { continue }
        }
        if proof.holds(dataQuanta: problem.dataQuanta(ofGroup: best.energy), occupancy: Bits(best.occupancy)) {
          statistics.prunedByBound = tiles.count - statistics.scored
          break
        }
      }
      grids[Int(tile.grid)].offer(tile, to: &incumbent)
      statistics.scored += 1
    }
    statistics.prunedByEnergy = tiles.count - statistics.scored - statistics.prunedByBound
    guard let best = incumbent.best else { return nil }
    return Optimum(problem.recounted(mapping(best.place, grids), atMost: best.energy), statistics)
  }
}

/// The best mapping known at one capacity.
private struct OverlapIncumbent: OverlapPool {
  let capacity: Int
  let unit = 1
  let prunes: Bool
  /// No mapping costs less.
  let leastEnergy: Int
  var best: OverlapSearch.Found?

  init(capacity: Int, prunes: Bool, leastEnergy: Int) {
    self.capacity = capacity
    self.prunes = prunes
    self.leastEnergy = leastEnergy
  }

  var largestEnergy: Int { prunes ? best?.energy ?? .max : .max }

  func largestEnergy(holding occupancy: Int) -> Int { largestEnergy }

  /// Once none can cost less, only what holds no more is of use.
  var occupancies: Range<Int> {
    guard prunes, let best, best.energy <= leastEnergy else { return 0..<capacity + 1 }
    return 0..<best.occupancy + 1
  }

  mutating func offer(energy: Int, occupancy: Int, _ place: OverlapPlace) {
    if let best {
      let (known, new) = ((best.energy, best.occupancy), (energy, occupancy))
      if known < new || known == new && best.place < place { return }
    }
    best = OverlapSearch.Found(energy: energy, occupancy: occupancy, place: place)
  }
}
