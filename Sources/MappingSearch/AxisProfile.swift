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

  /// The factors of the terms of the energy, then of those of the occupancy: inputs, weights and outputs in turn.
  var numbers: (Int, Int, Int, Int, Int, Int) {
    (rowsMoved, weightVisits, outputVisits, rowsHeld, weightsHeld, outputsHeld)
  }

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

  /// Whether no factor is larger than another profile's.
  func isAsGood(as other: AxisFactors) -> Bool { lowered(by: other) == self }

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
}
