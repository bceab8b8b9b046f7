import Mappings
import Scoring
import Workloads

/// The loops of one axis with what they contribute to the cost.
///
/// "Output blocks" are blocks of output rows and "kernel blocks" blocks of kernel rows, whichever axis it is.
struct AxisProfile: Sendable {
  /// A factor of each term, see ``CostFactors/init(rowsMoved:rowsHeld:output:kernel:weightsHeld:of:in:)``.
  var factors: CostFactors
  var loops: AxisLoops
}

/// The loops of one axis: the block sizes of both its dimensions, the loops over phases and the loop that slides.
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
  var phases = PhasePlaces()

  static func < (a: AxisLoops, b: AxisLoops) -> Bool {
    if a.phases != b.phases { return a.phases < b.phases }
    if a.slide != b.slide { return a.slide.rawValue < b.slide.rawValue }
    return a.output == b.output ? a.kernel < b.kernel : a.output < b.output
  }
}

/// The segments in which loops over phases split the rows of an axis.
struct PhasePlaces: Hashable, Comparable, Sendable {
  // Small, since profiles are copied often; none is -1.
  private var outputSegment: Int8 = -1
  private var kernelSegment: Int8 = -1

  /// Loops over phases in some segments, 0 outermost.
  init(output: Int? = nil, kernel: Int? = nil) {
    outputSegment = Int8(output ?? -1)
    kernelSegment = Int8(kernel ?? -1)
  }

  /// Of the output rows, all phases of a period.
  func output(_ axis: ConvolutionAxis) -> PhaseSplit? { Self.split(outputSegment, axis.outputPeriod) }

  /// Of the kernel rows, all phases of a period.
  func kernel(_ axis: ConvolutionAxis) -> PhaseSplit? { Self.split(kernelSegment, axis.kernelPeriod) }

  private static func split(_ segment: Int8, _ period: Int) -> PhaseSplit? {
    segment < 0 ? nil : PhaseSplit(segment: Int(segment), count: period)
  }

  static func < (a: PhasePlaces, b: PhasePlaces) -> Bool {
    (a.outputSegment, a.kernelSegment) < (b.outputSegment, b.kernelSegment)
  }
}

extension CostFactors {
  /// What the loops of one axis contribute to the cost.
  ///
  /// - Parameters:
  ///   - rowsMoved: input rows read over all boxes, net of sliding.
  ///   - rowsHeld: the most input rows of a box.
  ///   - output: the sizes of output blocks at the three keeps.
  ///   - kernel: the sizes of kernel blocks at the three keeps.
  ///   - weightsHeld: the most weights of a kernel block at the weights' keep.
  ///   - axis: the axis.
  ///   - mapspace: the order of the keeps.
  @inline(__always)
  init(
    rowsMoved: Int, rowsHeld: Int, output: Tiles, kernel: Tiles, weightsHeld: Int, of axis: ConvolutionAxis,
    in mapspace: Mapspace
  ) {
    self.init(
      rowsMoved: rowsMoved, rowsHeld: rowsHeld,
      weightVisits: output.blockCount(of: axis.outputSize, level: mapspace.weightLevel),
      outputVisits: kernel.blockCount(of: axis.kernelSize, level: mapspace.outputLevel),
      weightsHeld: weightsHeld, outputsHeld: output[mapspace.outputLevel])
  }

  /// The same by its parts.
  ///
  /// - Parameters:
  ///   - rowsMoved: input rows read over all boxes, net of sliding.
  ///   - rowsHeld: the most input rows of a box.
  ///   - weightVisits: output blocks at the weights' keep, for each of which every weight is read.
  ///   - outputVisits: kernel blocks at the outputs' keep, for each of which every output is visited.
  ///   - weightsHeld: the most weights, kernel rows that meet some input, of a kernel block at the weights' keep.
  ///   - outputsHeld: the largest output block at the outputs' keep.
  @inline(__always)
  init(rowsMoved: Int, rowsHeld: Int, weightVisits: Int, outputVisits: Int, weightsHeld: Int, outputsHeld: Int) {
    self.init(
      inputsMoved: rowsMoved, weightsMoved: weightVisits, outputsMoved: outputVisits, inputsHeld: rowsHeld,
      weightsHeld: weightsHeld, outputsHeld: outputsHeld)
  }

  /// The terms in the order in which profiles are compared and told apart.
  static let inOrderOfProfiles: [Term] = [
    .inputsMoved, .inputsHeld, .outputsHeld, .weightsMoved, .weightsHeld, .outputsMoved,
  ]

  /// Whether factors come before others in the order of profiles, in which nothing comes before what dominates it.
  func precedes(_ other: CostFactors) -> Bool {
    if inputsMoved != other.inputsMoved { return inputsMoved < other.inputsMoved }
    if inputsHeld != other.inputsHeld { return inputsHeld < other.inputsHeld }
    if outputsHeld != other.outputsHeld { return outputsHeld < other.outputsHeld }
    if weightsMoved != other.weightsMoved { return weightsMoved < other.weightsMoved }
    if weightsHeld != other.weightsHeld { return weightsHeld < other.weightsHeld }
    return outputsMoved < other.outputsMoved
  }
}
