import Mappings
import Workloads

/// What one spatial axis contributes to the cost of a mapping: a factor of each term.
///
/// "Output blocks" are blocks of output rows and "kernel blocks" blocks of kernel rows, whichever axis it is.
struct AxisFactors: Hashable, Comparable, Sendable {
  /// Input rows read over all boxes, net of sliding: a factor of the inputs read.
  var rowsMoved: Int
  /// The most input rows of a box: a factor of the inputs held.
  var rowsHeld: Int
  /// The largest output block at the outputs' keep: a factor of the outputs held.
  var outputsHeld: Int
  /// Output blocks at the weights' keep: a factor of how often each weight is read.
  var weightVisits: Int
  /// The largest kernel block at the weights' keep: a factor of the weights held.
  var weightsHeld: Int
  /// Kernel blocks at the outputs' keep: a factor of how often each output is visited.
  var outputVisits: Int

  /// The number of factors.
  static let count = 6

  /// A factor by its place.
  subscript(place: Int) -> Int {
    switch place {
    case 0: rowsMoved
    case 1: rowsHeld
    case 2: outputsHeld
    case 3: weightVisits
    case 4: weightsHeld
    default: outputVisits
    }
  }

  /// Larger than any profile's.
  static let largest = AxisFactors(
    rowsMoved: .max, rowsHeld: .max, outputsHeld: .max, weightVisits: .max, weightsHeld: .max, outputVisits: .max)

  /// Whether no factor is larger than the other's.
  func dominates(_ other: AxisFactors) -> Bool {
    rowsMoved <= other.rowsMoved && rowsHeld <= other.rowsHeld && outputsHeld <= other.outputsHeld
      && weightVisits <= other.weightVisits && weightsHeld <= other.weightsHeld
      && outputVisits <= other.outputVisits
  }

  /// Each factor's least value in either.
  func lowered(by other: AxisFactors) -> AxisFactors {
    AxisFactors(
      rowsMoved: min(rowsMoved, other.rowsMoved), rowsHeld: min(rowsHeld, other.rowsHeld),
      outputsHeld: min(outputsHeld, other.outputsHeld), weightVisits: min(weightVisits, other.weightVisits),
      weightsHeld: min(weightsHeld, other.weightsHeld), outputVisits: min(outputVisits, other.outputVisits))
  }

  /// Each factor's largest value in either.
  func raised(by other: AxisFactors) -> AxisFactors {
    AxisFactors(
      rowsMoved: max(rowsMoved, other.rowsMoved), rowsHeld: max(rowsHeld, other.rowsHeld),
      outputsHeld: max(outputsHeld, other.outputsHeld), weightVisits: max(weightVisits, other.weightVisits),
      weightsHeld: max(weightsHeld, other.weightsHeld), outputVisits: max(outputVisits, other.outputVisits))
  }

  /// A total order in which nothing comes before what dominates it.
  static func < (a: AxisFactors, b: AxisFactors) -> Bool {
    if a.rowsMoved != b.rowsMoved { return a.rowsMoved < b.rowsMoved }
    if a.rowsHeld != b.rowsHeld { return a.rowsHeld < b.rowsHeld }
    if a.outputsHeld != b.outputsHeld { return a.outputsHeld < b.outputsHeld }
    if a.weightVisits != b.weightVisits { return a.weightVisits < b.weightVisits }
    if a.weightsHeld != b.weightsHeld { return a.weightsHeld < b.weightsHeld }
    return a.outputVisits < b.outputVisits
  }
}

/// The loops of one axis: the block sizes of both its dimensions and the loop that slides.
struct AxisLoops: Hashable, Comparable, Sendable {
  /// Which loop is innermost in the segment just outside the inputs' keep, so that its steps reuse overlaps.
  enum Slide: Int, Sendable {
    case none
    case output
    case kernel
  }

  /// Of the output rows or columns: p or q.
  var output: Tiles
  /// Of the kernel rows or columns: r or s.
  var kernel: Tiles
  var slide: Slide

  static func < (a: AxisLoops, b: AxisLoops) -> Bool {
    if a.slide != b.slide { return a.slide.rawValue < b.slide.rawValue }
    return a.output == b.output ? a.kernel < b.kernel : a.output < b.output
  }
}

/// The loops of one axis with what they contribute to the cost.
struct AxisProfile: Sendable {
  var factors: AxisFactors
  var loops: AxisLoops

  /// The profiles that no other dominates, one of each set of equals, in the order of their factors.
  static func undominated(_ profiles: [AxisProfile]) -> [AxisProfile] {
    if profiles.count < 2 { return profiles }
    let champions = champions(of: profiles)
    let order = profiles.indices.lazy.filter { index in
      !champions.contains { $0.dominates(profiles[index].factors) && $0 != profiles[index].factors }
    }.map { (factors: profiles[$0].factors, index: $0) }.sorted { a, b in
      a.factors == b.factors ? profiles[a.index].loops < profiles[b.index].loops : a.factors < b.factors
    }
    var kept: [AxisProfile] = []
    var factors: [AxisFactors] = []
    // What dominates one profile often dominates the next.
    var last = 0
    for (candidate, index) in order {
      if last < factors.count, factors[last].dominates(candidate) { continue }
      if let dominating = factors.firstIndex(where: { $0.dominates(candidate) }) {
        last = dominating
        continue
      }
      factors.append(candidate)
      kept.append(profiles[index])
    }
    return kept
  }

  /// A few factors that dominate many profiles: the best of a sample.
  private static func champions(of profiles: [AxisProfile]) -> [AxisFactors] {
    let size = 48
    if profiles.count < 4 * size { return [] }
    let sample = (0..<size).map { profiles[$0 * profiles.count / size].factors }
    return sample.filter { candidate in !sample.contains { $0.dominates(candidate) && $0 != candidate } }
  }
}
