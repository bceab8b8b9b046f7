/// A dimension of the iteration space of one grouped convolution, under its usual one-letter name.
///
/// One multiply-accumulate (MAC) runs at every point (n, g, k, c, p, q, r, s). `k` and `c` count within one group.
public enum Dimension: String, CaseIterable, Hashable, Sendable {
  /// Images of the batch, N of them.
  case n
  /// Groups, G of them.
  case g
  /// Output channels of one group, K of them.
  case k
  /// Input channels of one group, C of them.
  case c
  /// Output rows, P of them.
  case p
  /// Output columns, Q of them.
  case q
  /// Kernel rows, R of them.
  case r
  /// Kernel columns, S of them.
  case s

  /// The position in `allCases`, to index arrays with one entry per dimension.
  public var index: Int {
    switch self {
    case .n: 0
    case .g: 1
    case .k: 2
    case .c: 3
    case .p: 4
    case .q: 5
    case .r: 6
    case .s: 7
    }
  }
}

/// One of the three tensors of a layer.
public enum Tensor: String, CaseIterable, Hashable, Sendable {
  /// Input feature maps.
  case inputs
  /// Kernels.
  case weights
  /// Output feature maps, as partial sums until they are finished.
  case outputs

  /// Whether an index of `dimension` selects a part of this tensor.
  ///
  /// Inputs depend on n, g, c, p, q, r, s; weights on g, k, c, r, s; outputs on n, g, k, p, q.
  public func isRelevant(_ dimension: Dimension) -> Bool {
    switch self {
    case .inputs: dimension != .k
    case .weights: dimension != .n && dimension != .p && dimension != .q
    case .outputs: dimension != .c && dimension != .r && dimension != .s
    }
  }
}
