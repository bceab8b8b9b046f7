public import DenseKernels

/// Why figures cannot be had from some data.
public enum StatisticsError: Error, Hashable, Sendable {
  /// Fewer rows than a figure needs.
  case tooFewRows(count: Int, needed: Int)
  /// A variable has more or fewer values than the first one.
  case differentLengths(name: String, count: Int, expected: Int)
  /// A value is infinite or not a number; rows are counted from 1.
  case notFinite(name: String, row: Int)
  /// A variable has the same value in all rows, where it must vary.
  case constant(name: String)
  /// A term is a linear combination of others, or too near to one for doubles to tell.
  case dependent(name: String)
  /// A model without terms.
  case noTerms
  /// A figure of a term is larger than any double.
  case outOfRange(name: String)
  /// Bins of less than one value.
  case binSize(Int)
  /// There is no OpenBLAS, which a fit needs.
  case noLibrary(OpenBLASError)
}

extension StatisticsError: CustomStringConvertible {
  /// What is wrong, in one line.
  public var description: String {
    switch self {
    case .tooFewRows(let count, let needed):
      "\(count) \(count == 1 ? "row is" : "rows are") too few: at least \(needed) are needed"
    case .differentLengths(let name, let count, let expected):
      "'\(name)' has \(count) values: \(expected) are expected, as many as the others have"
    case .notFinite(let name, let row): "'\(name)' is not a finite number in row \(row)"
    case .constant(let name): "'\(name)' has the same value in all rows: it must vary"
    case .dependent(let name):
      "'\(name)' is a linear combination of other terms, or too near to one: leave out one of them"
    case .noTerms: "a model needs at least one term"
    case .outOfRange(let name): "the figures of '\(name)' are too large for doubles: choose a larger unit for it"
    case .binSize(let size): "bins of \(size) values cannot be: at least 1 is needed"
    case .noLibrary(let error): error.description
    }
  }
}

extension StatisticsError {
  /// A figure that takes OpenBLAS.
  static func unlessNoLibrary<Figure>(
    _ figure: () throws(OpenBLASError) -> Figure
  ) throws(StatisticsError) -> Figure {
    do { return try figure() } catch { throw .noLibrary(error) }
  }
}
