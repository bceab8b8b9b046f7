import EnergyModel
import Mappings
import Parallel
import Workloads

/// The search of a problem under the rule `overlap` whose input boxes have no halo, at one capacity or at all.
struct OverlapSearch: SearchEngine {
  let problem: Problem
  let room: RoomRule
  /// The grids of all orders of keeps, listed when they are first needed.
  private let listed: Lazily<[OverlapGrid]>

  /// What no mapping of a grid within a power of two of bits costs less than, by the grid and the power.
  private let leastEnergies = Guarded<[SIMD2<Int>: Int]>([:])
  /// When a search at one capacity ends, or nil.
  private let limit: TimeLimit?

  init(_ problem: Problem, _ room: RoomRule, _ limit: TimeLimit? = nil) {
    self.problem = problem
    self.room = room
    self.limit = limit
    listed = Lazily { problem.dataflows.map { OverlapGrid(problem, $0, room) } }
  }

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

  var grids: [OverlapGrid] { listed.value }

  /// The grids of one order of keeps or of all, by their positions: those that keep resident tensors first.
  func positions(_ dataflow: Dataflow?) -> [Int] {
    problem.dataflows.indices.filter {
      let own = problem.dataflows[$0]
      return (dataflow == nil || own == dataflow) && room.isKept(by: own)
    }
  }

  /// The loop nest of a mapping found.
  func mapping(_ place: OverlapPlace) -> Mapping {
    let grid = grids[Int(place.grid)]
    return grid.nest(place).mapping(of: problem.layer, in: grid.mapspace).keepingFirst(room.resident)
  }

  /// Whether all panels are listed.
  var isComplete: Bool { grids.allSatisfy(\.isComplete) }

  func optimum(capacity: Bits, dataflow: Dataflow?, options: SearchOptions) -> Optimum? {
    sample(capacity: capacity, dataflow: dataflow, besides: nil, options: options)
  }

  func sample(capacity: Bits, dataflow: Dataflow?, besides known: Evaluation?, options: SearchOptions) -> Optimum? {
    let most = known.map { problem.largestSum(recountedTo: problem.energyOfGroup($0)) }
    let (best, statistics) = search(capacity, dataflow, prunes: options.prunes, atMost: most ?? .max)
    return best.map { Optimum(problem.recounted(mapping($0.place), atMost: $0.energy), statistics) }
  }

  func attains(_ dataQuanta: Int, capacity: Bits, _ dataflow: Dataflow) -> Bool {
    let energy = problem.largestSum(recountedTo: problem.mostEnergyOfGroup(dataQuanta))
    if positions(dataflow).allSatisfy({ leastEnergy($0, capacity) > energy }) { return false }
    return search(capacity, dataflow, atMost: energy).best
      .map { problem.evaluate(mapping($0.place)).energy.dataQuanta <= dataQuanta } ?? false
  }

  /// What no mapping of a grid costs less than within a capacity, or the next power of two, for which it is found once: many
  /// capacities are asked for in a row, and most dataflows are far from the best.
  private func leastEnergy(_ position: Int, _ capacity: Bits) -> Int {
    let power = Int.bitWidth - (capacity.count - 1).leadingZeroBitCount
    return leastEnergies.withLock { known in
      if let least = known[[position, power]] { return least }
      let least = grids[position].leastEnergy(capacity: 1 << power)
      known[[position, power]] = least
      return least
    }
  }

  /// The best mapping within a capacity that costs no more than so much.
  private func search(
    _ capacity: Bits, _ dataflow: Dataflow?, prunes: Bool = true, atMost energy: Int = .max
  ) -> (best: Found?, statistics: SearchStatistics) {
    let proof = OptimalityProof(problem, capacity: capacity)
    let limits = problem.dataflows.map {
      room.limits($0.order, capacity: capacity.count, countsResidents: true)
    }
    let capacity = capacity.count - room.besides
    let (grids, positions) = (grids, positions(dataflow))
    var incumbent = OverlapIncumbent(
      capacity: capacity, prunes: prunes, mostEnergy: energy,
      leastEnergy: problem.mostEnergyOfGroup(proof.leastQuanta))
    var statistics = SearchStatistics()
    statistics.isComplete = positions.allSatisfy { grids[$0].isComplete }
    var queue = OverlapQueue(
      grids, positions, capacity: capacity, most: limits.map(\.most), energy: energy, isOrdered: prunes)
    let fitting = positions.reduce(0) { $0 + grids[$1].tileCount(within: capacity) }
    statistics.mappings = positions.reduce(0) { $0 + grids[$1].tileCount(within: .max) }
    statistics.prunedByCapacity = statistics.mappings - fitting
    while let tile = queue.next(atMost: prunes ? incumbent.largestEnergy : energy) {
      if incumbent.best != nil, limit.endsSearch() {
        break
      }
      if let best = incumbent.best, prunes {
        // With as much energy it is of use only where it holds less, or as much and comes before.
        if tile.leastEnergy == best.energy {
          let isWithin = tile.leastOccupancy <= best.occupancy
          let grid = grids[Int(tile.grid)]
          let least = grid.leastEnergy(of: tile, capacity: best.occupancy, most: limits[Int(tile.grid)].most)
          if !isWithin || least > best.energy { continue }
        }
        let occupancy = Bits(best.occupancy + room.besides)
        if proof.holds(dataQuanta: problem.dataQuanta(ofGroup: best.energy), occupancy: occupancy) {
          statistics.prunedByBound = fitting - statistics.scored
          break
        }
      }
      grids[Int(tile.grid)].offer(tile, limits[Int(tile.grid)], to: &incumbent)
      statistics.scored += 1
    }
    statistics.prunedByEnergy = fitting - statistics.scored - statistics.prunedByBound
    if limit.endedSearch { statistics.endEarly() }
    return (incumbent.best, statistics)
  }
}

/// The best mapping known at one capacity.
struct OverlapIncumbent: OverlapPool {
  let capacity: Int
  let unit = 1
  let prunes: Bool
  /// Mappings that cost more are not looked for.
  let mostEnergy: Int
  /// No mapping costs less.
  let leastEnergy: Int
  var best: OverlapSearch.Found?

  init(capacity: Int, prunes: Bool, mostEnergy: Int, leastEnergy: Int) {
    self.capacity = capacity
    self.prunes = prunes
    self.mostEnergy = mostEnergy
    self.leastEnergy = leastEnergy
  }

  var largestEnergy: Int { prunes ? best?.energy ?? mostEnergy : mostEnergy }

  func mostOccupancy(costing energy: Int) -> Int {
    guard prunes, let best, best.energy <= energy else { return capacity }
    return best.occupancy
  }

  /// Once none can cost less, only what holds no more is of use.
  var occupancies: Range<Int> {
    guard prunes, let best, best.energy <= leastEnergy else { return 0..<capacity + 1 }
    return 0..<best.occupancy + 1
  }

  mutating func offer(energy: Int, occupancy: Int, _ place: OverlapPlace) {
    if energy > mostEnergy { return }
    if let best {
      let (known, new) = ((best.energy, best.occupancy), (energy, occupancy))
      if known < new || known == new && best.place < place { return }
    }
    best = OverlapSearch.Found(energy: energy, occupancy: occupancy, place: place)
  }
}
