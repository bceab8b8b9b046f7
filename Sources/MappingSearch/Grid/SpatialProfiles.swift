import Scoring

/// Profiles of one axis laid out for scoring: in chunks whose least factors are close to each of theirs.
struct SpatialProfiles: Sendable {
  let profiles: [AxisProfile]
  let table: FactorTable
  let chunks: [Range<Int>]
  /// The least factors in each chunk.
  let corners: FactorTable
  /// Chunks next to each other, whose factors are near too.
  let clusters: [Range<Int>]
  /// The least factors in each cluster.
  let clusterCorners: FactorTable

  /// The most profiles of a chunk.
  private static let mostInChunk = 8
  /// The most chunks of a cluster.
  private static let mostInCluster = 8

  /// The profiles in chunks and clusters.
  ///
  /// - Complexity: O(n log² n) for n profiles.
  init(_ unordered: [AxisProfile]) {
    let factors = unordered.map(\.factors)
    var order = Array(unordered.indices)
    var chunks: [Range<Int>] = []
    if !order.isEmpty { Self.split(&order, 0..<order.count, factors, into: &chunks) }
    let profiles = order.map { unordered[$0] }
    let table = FactorTable(profiles.map(\.factors))
    self.profiles = profiles
    self.table = table
    self.chunks = chunks
    corners = FactorTable(leastOf: table, chunks)
    clusters = stride(from: 0, to: chunks.count, by: Self.mostInCluster).map {
      $0..<min($0 + Self.mostInCluster, chunks.count)
    }
    clusterCorners = FactorTable(leastOf: corners, clusters)
  }

  /// The number of profiles in a cluster.
  func profileCount(cluster: Int) -> Int { clusters[cluster].reduce(0) { $0 + chunks[$1].count } }

  /// Halves a range of the order by the factor that spreads most, until it is a chunk.
  private static func split(
    _ order: inout [Int], _ range: Range<Int>, _ factors: [CostFactors], into chunks: inout [Range<Int>]
  ) {
    if range.count <= mostInChunk {
      chunks.append(range)
      return
    }
    var least = CostFactors(all: .max)
    var most = CostFactors(all: 0)
    for place in order[range] {
      least = .least(least, factors[place])
      most = .largest(most, factors[place])
    }
    func spread(_ term: CostFactors.Term) -> Double { Double(most[term]) / Double(max(1, least[term])) }
    let widest = CostFactors.inOrderOfProfiles.reduce(.inputsMoved) { spread($1) > spread($0) ? $1 : $0 }
    // The profiles come in the order of their factors, so that places break ties.
    order[range].sort { (factors[$0][widest], $0) < (factors[$1][widest], $1) }
    let middle = range.lowerBound + (range.count / mostInChunk + 1) / 2 * mostInChunk
    split(&order, range.lowerBound..<middle, factors, into: &chunks)
    split(&order, middle..<range.upperBound, factors, into: &chunks)
  }
}
