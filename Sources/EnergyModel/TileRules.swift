public import Workloads

/// Which sizes a tensor's box may have along each dimension that the tensor depends on.
///
/// The last box along a dimension may be smaller unless blocks have to divide what they cut.
public struct TileRules: Hashable, Sendable {
  /// The sizes allowed along a dimension.
  public enum Choice: Hashable, Sendable {
    /// One of these, from the smallest to the largest. A dimension no larger than the largest is allowed as a whole.
    case oneOf([Int])
    /// Any up to this one.
    case atMost(Int)
  }

  /// What is allowed along each dimension, where that is not every size; of n, k, c, p, q, r and s.
  public private(set) var choices: [Dimension: Choice]
  /// Whether every loop cuts its range into blocks of one size.
  public var cutsEvenly: Bool

  /// The dimensions that ``choices`` may be of.
  public static let dimensions: [Dimension] = Dimension.allCases.filter { $0 != .g }

  /// Every size is allowed.
  public static let none = TileRules()

  private init() { (choices, cutsEvenly) = ([:], false) }

  /// Rules by what they allow.
  ///
  /// - Throws: ``BufferLayoutError/withoutTiles(_:)`` and ``BufferLayoutError/tile(_:_:)``.
  public init(_ choices: [Dimension: Choice], cutsEvenly: Bool = false) throws(BufferLayoutError) {
    var sorted: [Dimension: Choice] = [:]
    for (dimension, choice) in choices.sorted(by: { $0.key.index < $1.key.index }) {
      guard Self.dimensions.contains(dimension) else { throw .withoutTiles(dimension) }
      let sizes: [Int]
      switch choice {
      case .oneOf(let given):
        sizes = Set(given).sorted()
        sorted[dimension] = .oneOf(sizes)
      case .atMost(let most):
        sizes = [most]
        sorted[dimension] = choice
      }
      for size in sizes where !(1...Layer.largestSize).contains(size) { throw .tile(dimension, size) }
    }
    self.choices = sorted
    self.cutsEvenly = cutsEvenly
  }

  /// The same without choices that leave a layer every size along a dimension.
  package func restricting(_ layer: Layer) -> TileRules {
    var rules = self
    rules.choices = choices.filter { dimension, choice in
      let whole = layer[dimension]
      switch choice {
      case .atMost(let most): return most < whole
      case .oneOf(let sizes):
        return !cutsEvenly && sizes.count + 1 < whole
          || (1...whole).contains { !(cutsEvenly && whole % $0 > 0) && !allows($0, of: dimension, whole: whole) }
      }
    }
    return rules
  }

  /// Whether a box may have a size along a dimension of `whole` indices.
  public func allows(_ size: Int, of dimension: Dimension, whole: Int) -> Bool {
    if cutsEvenly, whole % size > 0 { return false }
    switch choices[dimension] {
    case nil: return true
    case .oneOf(let sizes): return sizes.contains(size) || size == whole && !cutsEvenly && whole <= sizes.last ?? 0
    case .atMost(let most): return size <= most
    }
  }

  /// The smallest size that a box may have along a dimension of `whole` indices, or nil where there is none.
  public func leastTile(_ dimension: Dimension, whole: Int) -> Int? {
    guard case .oneOf(let sizes) = choices[dimension] else { return 1 }
    return (sizes + [whole]).first { $0 <= whole && allows($0, of: dimension, whole: whole) }
  }

  /// The sizes of at most `most` that a box may have along a dimension of `whole` indices, from the largest on, where they are
  /// listed; nil where it may have any up to a number.
  package func listed(_ dimension: Dimension, upTo most: Int, whole: Int) -> [Int]? {
    guard case .oneOf(let sizes) = choices[dimension] else { return nil }
    return Set(sizes + [whole]).filter { $0 <= most && allows($0, of: dimension, whole: whole) }.sorted(by: >)
  }
}
