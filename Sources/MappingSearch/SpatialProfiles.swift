import DenseKernels
import Mappings
import Workloads

/// Profiles of one axis laid out for scoring: in chunks whose least numbers are close to each of theirs.
///
/// The numbers are, in the order of the terms of the energy, rows moved, visits of weights and visits of outputs, and, in
/// that of the terms of the occupancy, rows held, weights held and outputs held.
struct SpatialProfiles: Sendable {
  let profiles: [AxisProfile]
  let table: FactorTable
  let chunks: [Range<Int>]
  /// The least of each number in a chunk.
  let corners: FactorTable

  /// The most profiles of a chunk.
  private static let mostInChunk = 8

  init(_ unordered: [AxisProfile]) {
    var profiles = unordered
    var chunks: [Range<Int>] = []
    if !profiles.isEmpty { Self.split(&profiles, 0..<profiles.count, into: &chunks) }
    let table = FactorTable(count: profiles.count) { place in
      let factors = profiles[place].factors
      return (
        factors.rowsMoved, factors.weightVisits, factors.outputVisits, factors.rowsHeld, factors.weightsHeld,
        factors.outputsHeld
      )
    }
    self.profiles = profiles
    self.table = table
    self.chunks = chunks
    corners = FactorTable(leastOf: table, chunks)
  }

  /// Halves a range by the factor that spreads most, until it is a chunk.
  private static func split(_ profiles: inout [AxisProfile], _ range: Range<Int>, into chunks: inout [Range<Int>]) {
    if range.count <= mostInChunk {
      chunks.append(range)
      return
    }
    var least = AxisFactors.largest
    var most = AxisFactors(rowsMoved: 0, rowsHeld: 0, outputsHeld: 0, weightVisits: 0, weightsHeld: 0, outputVisits: 0)
    for profile in profiles[range] {
      least = least.lowered(by: profile.factors)
      most = most.raised(by: profile.factors)
    }
    func spread(_ factor: Int) -> Double { Double(most[factor]) / Double(max(1, least[factor])) }
    let widest = (1..<AxisFactors.count).reduce(0) { spread($1) > spread($0) ? $1 : $0 }
    profiles[range].sort { a, b in
      a.factors[widest] == b.factors[widest] ? a.factors < b.factors : a.factors[widest] < b.factors[widest]
    }
    let middle = range.lowerBound + (range.count / mostInChunk + 1) / 2 * mostInChunk
    split(&profiles, range.lowerBound..<middle, into: &chunks)
    split(&profiles, middle..<range.upperBound, into: &chunks)
  }
}
