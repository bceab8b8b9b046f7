import EnergyModel
import Mappings
import Workloads

/// The best mapping at every occupancy of a range, and nothing that does not beat those that hold less.
struct OccupancyWindow: OverlapPool {
  let occupancies: Range<Int>
  var largestEnergy: Int
  /// Of so many bits in a row one occupancy is told from others.
  let unit: Int
  private var energies: [Int]
  private var places: [OverlapPlace?]
  /// The least energy known of each occupancy and those below.
  private var least: [Int]
  private let prunes: Bool

  init(_ occupancies: Range<Int>, unit: Int, below energy: Int, prunes: Bool) {
    self.occupancies = occupancies
    self.unit = unit
    largestEnergy = energy == .max ? .max : energy - 1
    energies = Array(repeating: .max, count: (occupancies.count - 1) / unit + 1)
    places = Array(repeating: nil, count: energies.count)
    least = Array(repeating: largestEnergy, count: energies.count)
    self.prunes = prunes
  }

  func mostOccupancy(costing energy: Int) -> Int {
    if !prunes || least.last ?? .max >= energy { return occupancies.upperBound - 1 }
    // The last slot at which no mapping known costs less.
    let next = least.indices.partitionPoint { least[$0] < energy }
    return occupancies.lowerBound + next * unit - 1
  }

  mutating func offer(energy: Int, occupancy: Int, _ place: OverlapPlace) {
    if energy > largestEnergy { return }
    let slot = (occupancy - occupancies.lowerBound) / unit
    if energy > energies[slot] { return }
    if energy == energies[slot], let known = places[slot], known < place { return }
    energies[slot] = energy
    places[slot] = place
    var above = slot
    while above < least.count, least[above] > energy {
      least[above] = energy
      above += 1
    }
  }

  /// The mappings that none that holds less beats.
  func append(to points: inout OverlapPoints, _ grids: [OverlapGrid]) {
    for slot in energies.indices {
      guard let place = places[slot] else { continue }
      points.append(energies[slot], occupancy: grids[Int(place.grid)].occupancy(of: place), place)
    }
  }
}

/// The points of a curve. Points in a row mostly differ in the words of the third tensor alone, which follow from the
/// occupancy, so that places are kept for runs of points.
struct OverlapPoints: Sendable {
  private(set) var points: [(occupancy: Int, energy: Int)] = []
  /// The first point of each run, and the place of it.
  private var runs: [(first: Int, place: OverlapPlace)] = []

  var lastEnergy: Int { points.last?.energy ?? .max }

  mutating func append(_ energy: Int, occupancy: Int, _ place: OverlapPlace) {
    if energy >= lastEnergy { return }
    if let run = runs.last {
      var same = place
      same.third = run.place.third
      if same != run.place { runs.append((points.count, place)) }
    } else {
      runs.append((0, place))
    }
    points.append((occupancy, energy))
  }

  /// The place of a point; a word of the third tensor has `width` bits in the grid that it lies in.
  func place(_ index: Int, _ grids: [OverlapGrid]) -> OverlapPlace {
    let run = runs[runs.indices.partitionPoint { runs[$0].first > index } - 1]
    var place = run.place
    let width = grids[Int(place.grid)].widths.third
    place.third += (points[index].occupancy - points[run.first].occupancy) / width
    return place
  }
}

extension OverlapSearch {
  func curve(dataflow: Dataflow?, at capacities: [Bits]?, options: SearchOptions) -> ParetoCurve {
    if let capacities { return curve(dataflow, at: capacities, options) }
    let (points, statistics) = points(dataflow, prunes: options.prunes)
    let steps = points.points.map {
      StepCurve.Point(capacity: Bits($0.occupancy + room.besides), dataQuanta: problem.dataQuanta(ofGroup: $0.energy))
    }
    return ParetoCurve(problem, steps, statistics) { index in
      problem.recounted(mapping(points.place(index, grids)), atMost: points.points[index].energy)
    }
  }

  /// The optima at some capacities alone.
  private func curve(_ dataflow: Dataflow?, at capacities: [Bits], _ options: SearchOptions) -> ParetoCurve {
    var statistics = SearchStatistics()
    var found: [ParetoCurve.Candidate] = []
    for capacity in Set(capacities).sorted() where capacity >= problem.leastCapacity {
      guard let optimum = optimum(capacity: capacity, dataflow: dataflow, options: options) else { continue }
      statistics = optimum.statistics
      found.append(problem.candidate(optimum.evaluation))
    }
    // Where boxes may lie there twice, a nest may hold less than the search counts, and less than one found in less room.
    return ParetoCurve(problem, bestOf: found, statistics)
  }

  /// Ranges of occupancy are halved down to so many different ones, or to such a part of an octave.
  private static let fewOccupancies = 64
  private static let partsOfOctave = 64
  /// Of ranges with more occupancies than this only some are looked at, so that a curve has no more than some hundred
  /// thousand points; it is then not complete. That begins at some 2^18 words.
  private static let mostOccupancies = 1 << 12
  /// So many of them.
  private static let sampledOccupancies = 1 << 10

  var exactCurves: Bits { Bits(Self.partsOfOctave * Self.mostOccupancies * problem.widths.unit - 1) }

  /// All mappings that no other beats in both occupancy and energy.
  func points(_ dataflow: Dataflow?, prunes: Bool) -> (points: OverlapPoints, statistics: SearchStatistics) {
    let (grids, positions) = (grids, positions(dataflow))
    // Of a Buffer in parts whole curves are not searched.
    let limits = problem.dataflows.map { room.limits($0.order, capacity: 0, countsResidents: true) }
    var points = OverlapPoints()
    var statistics = SearchStatistics()
    statistics.isComplete = positions.allSatisfy { grids[$0].isComplete }
    statistics.mappings = positions.reduce(0) { $0 + grids[$1].tileCount(within: .max) }
    let unit = problem.widths.unit
    var scored = ScoredTiles(grids)
    /// The best of some tiles within a range, in halves where it is long.
    func search(_ tiles: [OverlapGrid.Tile], _ occupancies: Range<Int>) {
      let (low, end) = (occupancies.lowerBound, occupancies.upperBound)
      var tiles = tiles
      if prunes {
        tiles = tiles.compactMap { tile in
          var tile = tile
          tile.leastEnergy = grids[Int(tile.grid)].leastEnergy(of: tile, capacity: end - 1)
          return tile.leastOccupancy < end && tile.leastEnergy < points.lastEnergy ? tile : nil
        }
      }
      if tiles.isEmpty { return }
      if occupancies.count > max(Self.fewOccupancies * unit, low / Self.partsOfOctave) {
        let middle = low + occupancies.count / 2
        search(tiles, low..<middle)
        search(tiles, middle..<end)
        return
      }
      let isLong = occupancies.count / unit > Self.mostOccupancies
      if isLong { statistics.isComplete = false }
      var window = OccupancyWindow(
        occupancies, unit: isLong ? occupancies.count / Self.sampledOccupancies : unit, below: points.lastEnergy,
        prunes: prunes)
      // What may cost least first, so that it leaves most of the others out.
      if prunes { tiles.sort { $0.leastEnergy < $1.leastEnergy } }
      for tile in tiles {
        grids[Int(tile.grid)].offer(tile, limits[Int(tile.grid)], to: &window)
        scored.insert(tile)
      }
      window.append(to: &points, grids)
    }
    // From some occupancy on one tensor is whole in the Buffer, and no word moves twice.
    let most = positions.map { grids[$0].mostNeeded }.min() ?? 0
    var low = 1
    while low <= most {
      let end = low > most / 2 ? most + 1 : low * 2
      let tiles = positions.flatMap {
        grids[$0].tiles($0, capacity: end - 1, energy: prunes ? points.lastEnergy : .max)
      }
      search(tiles, low..<end)
      low = end
    }
    statistics.scored = scored.count
    statistics.prunedByEnergy = statistics.mappings - statistics.scored
    return (points, statistics)
  }
}

/// Which tiles were scored: a bit for each.
private struct ScoredTiles {
  private let grids: [OverlapGrid]
  /// The first bit of each grid.
  private let firsts: [Int]
  private var words: [UInt64]
  private(set) var count = 0

  init(_ grids: [OverlapGrid]) {
    self.grids = grids
    var (firsts, total) = ([Int](), 0)
    for grid in grids {
      firsts.append(total)
      total += grid.xCuts.count * grid.yCuts.count * OverlapNest.Arrangement.allCases.count
    }
    self.firsts = firsts
    words = Array(repeating: 0, count: (total + 63) / 64)
  }

  mutating func insert(_ tile: OverlapGrid.Tile) {
    let grid = Int(tile.grid)
    let row = Int(tile.x) * grids[grid].yCuts.count + Int(tile.y)
    let bit = firsts[grid] + row * OverlapNest.Arrangement.allCases.count + tile.arrangement.rawValue
    let mask: UInt64 = 1 << UInt64(bit % 64)
    if words[bit / 64] & mask == 0 { count += 1 }
    words[bit / 64] |= mask
  }
}

extension WordWidths {
  /// What is held is a multiple of so many bits.
  var unit: Int {
    Tensor.allCases.reduce(0) { greatestCommonDivisor($0, inBuffer($1).count) }
  }
}
