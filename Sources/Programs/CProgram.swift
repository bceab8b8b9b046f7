public import Mappings
public import Workloads

/// A mapping as a C program: copies between DRAM and one Buffer, the MACs, and a count of the words that it moves.
///
/// The program is C11 and stands in one file. It moves what the closed form of `Traffic` counts, word for word, and its
/// Buffer has room for the mapping's largest boxes and nothing else.
public struct CProgram: Hashable, Sendable {
  /// What the elements of tensors are.
  public enum Elements: String, CaseIterable, Hashable, Sendable {
    /// Inputs and weights of 8 bits, sums and outputs of 32.
    case int8
    /// Numbers of 32 bits throughout.
    case float
  }

  /// The largest number of loops with several passes: C compilers need not take deeper blocks.
  public static let largestLoopCount = 100
  /// The most input rows, or columns, or kernel rows that are looked up in a table, and the most biases.
  public static let largestTable = 1 << 16
  /// The most pairs of an output row and a kernel row, or of columns, of a layer whose mapping is in pieces.
  public static let mostPairs = 1 << 22

  /// The file.
  public let text: String
  /// What all its names begin with: the layer's name as an identifier.
  public let name: String
  /// The bytes of the Buffer.
  public let bufferBytes: Int

  /// The program of a mapping on the layer of its problem.
  ///
  /// - Parameters:
  ///   - evaluation: the mapping with what it holds and moves.
  ///   - problem: the layer, and what stays in the Buffer when a box takes the place of another.
  ///   - elements: what the elements of tensors are.
  ///   - includesMain: whether there is a `main` that runs the mapping on small whole numbers, compares its outputs with
  ///     those of plain loops, and its counts with those of `evaluation`.
  /// - Throws: ``CProgramError``.
  public init(
    _ evaluation: Evaluation, of problem: Problem, elements: Elements, includesMain: Bool = true
  ) throws(CProgramError) {
    let printer = try CPrinter(evaluation, of: problem, elements)
    text = printer.text(includesMain: includesMain)
    name = printer.names.layer
    bufferBytes = printer.bufferBytes
  }

  /// The program of a mapping in pieces on the layer of its problem.
  ///
  /// Pieces run one after the other on one Buffer, which has room for the largest boxes of each of them and nothing else.
  /// What stays from one to the next moves within it.
  ///
  /// - Parameters:
  ///   - evaluation: the mapping with what it holds and moves.
  ///   - problem: the layer, and what stays in the Buffer when a box takes the place of another.
  ///   - elements: what the elements of tensors are.
  ///   - includesMain: whether there is a `main`, as for one nest.
  /// - Throws: ``CProgramError``.
  public init(
    _ evaluation: TreeEvaluation, of problem: Problem, elements: Elements, includesMain: Bool = true
  ) throws(CProgramError) {
    let printer = try CPieces(evaluation, of: problem, elements)
    text = printer.text(includesMain: includesMain)
    name = printer.names.layer
    bufferBytes = printer.bufferBytes
  }
}

/// Why there is no C program of a mapping.
public enum CProgramError: Error, Hashable, Sendable, CustomStringConvertible {
  /// More loops than blocks may be nested.
  case tooManyLoops(Int)
  /// A loop over this dimension is filled.
  case filled(Dimension)
  /// More rows or columns of this name than a table has.
  case tooLong(String, Int)
  /// More biases than are held beside the Buffer.
  case tooManyBiases(Int)
  /// More pairs of an output row and a kernel row, or of columns, than are compared to tell what stays between pieces.
  case tooManyPairs(Int)

  /// What is wrong and what would be accepted, in one line.
  public var description: String {
    switch self {
    case .tooManyLoops(let count):
      "\(count) loops have several passes; at most \(CProgram.largestLoopCount) can be written in C"
    case .filled(let dimension):
      "a loop over \(dimension.rawValue) is filled, which cannot be written in C; the same nest without can be"
    case .tooLong(let name, let count):
      "its boxes hold \(name) at uneven distances, which takes a table, and there are \(count); at most "
        + "\(CProgram.largestTable) can be"
    case .tooManyBiases(let count):
      "the layer has \(count) biases, which are held beside the Buffer; at most \(CProgram.largestTable) can be"
    case .tooManyPairs(let count):
      "there are \(count) pairs of an output row or column and a kernel row or column, of which it is looked up what "
        + "stays from a piece to the next; at most \(CProgram.mostPairs) can be"
    }
  }
}
