import DenseKernels
import Mappings
import Workloads

/// Profiles of one axis laid out for scoring: in chunks whose least numbers are close to each of theirs.
///
/// The numbers are those of ``AxisFactors/numbers``.
struct SpatialProfiles: Sendable {
  let profiles: [AxisProfile]
  let table: FactorTable
  let chunks: [Range<Int>]
  /// The least of each number in a chunk.
  let corners: FactorTable
  /// Chunks next to each other, which are near in their numbers too.
  let groups: [Range<Int>]
  /// The least of each number in a group.
  let groupCorners: FactorTable

  /// The most profiles of a chunk.
  private static let mostInChunk = 8
  /// The most chunks of a group.
  private static let mostInGroup = 8

  init(_ unordered: [AxisProfile]) {
    let factors = unordered.map(\.factors)
    var order = Array(unordered.indices)
    var chunks: [Range<Int>] = []
    if !order.isEmpty { Self.split(&order, 0..<order.count, factors, into: &chunks) }
    let profiles = order.map { unordered[$0] }
    let table = FactorTable(count: profiles.count) { profiles[$0].factors.numbers }
    self.profiles = profiles
    self.table = table
    self.chunks = chunks
    corners = FactorTable(leastOf: table, chunks)
    groups = stride(from: 0, to: chunks.count, by: Self.mostInGroup).map {
      $0..<min($0 + Self.mostInGroup, chunks.count)
    }
    groupCorners = FactorTable(leastOf: corners, groups)
  }

  /// The number of profiles in a group.
  func profileCount(group: Int) -> Int { groups[group].reduce(0) { $0 + chunks[$1].count } }

  /// Halves a range of the order by the factor that spreads most, until it is a chunk.
  private static func split(
    _ order: inout [Int], _ range: Range<Int>, _ factors: [AxisFactors], into chunks: inout [Range<Int>]
  ) {
    if range.count <= mostInChunk {
      chunks.append(range)
      return
    }
    var least = AxisFactors.largest
    var most = AxisFactors(rowsMoved: 0, rowsHeld: 0, outputsHeld: 0, weightVisits: 0, weightsHeld: 0, outputVisits: 0)
    for place in order[range] {
      least = least.lowered(by: factors[place])
      most = most.raised(by: factors[place])
    }
    func spread(_ factor: Int) -> Double { Double(most[factor]) / Double(max(1, least[factor])) }
    let widest = (1..<AxisFactors.count).reduce(0) { spread($1) > spread($0) ? $1 : $0 }
    // The profiles come in the order of their factors, so that places break ties.
    order[range].sort { (factors[$0][widest], $0) < (factors[$1][widest], $1) }
    let middle = range.lowerBound + (range.count / mostInChunk + 1) / 2 * mostInChunk
    split(&order, range.lowerBound..<middle, factors, into: &chunks)
    split(&order, middle..<range.upperBound, factors, into: &chunks)
  }
}
