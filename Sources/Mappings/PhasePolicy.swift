public import Workloads

/// Over phases of which dimensions loops are searched (theory §1).
///
/// A given nest with other loops over phases is counted unless a policy that excludes them was asked for by name.
public enum PhasePolicy: String, CaseIterable, Hashable, Sendable {
  /// Over those of p, q, r and s.
  case on
  /// Over those of kernel rows and columns, r and s.
  case kernels
  /// Over those of output rows and columns, p and q.
  case outputs
  /// Only nests over runs of neighbours are searched.
  case off

  /// What is searched under a rule of reuse unless something else is asked for.
  public static func usual(under reuse: ReusePolicy) -> PhasePolicy {
    switch reuse {
    case .overlap: .on
    case .sliding, .none: .off
    }
  }

  /// The policy where it is not what is usual under a rule of reuse; nil where it is. Files and headings name it only then.
  public func named(under reuse: ReusePolicy) -> PhasePolicy? { self == .usual(under: reuse) ? nil : self }

  /// Whether loops over phases of a dimension are searched.
  public func allows(_ dimension: Dimension) -> Bool {
    switch dimension {
    case .r, .s: self == .on || self == .kernels
    case .p, .q: self == .on || self == .outputs
    case .n, .g, .k, .c: false
    }
  }

  /// The first dimension of some with loops over phases over whose phases none are.
  public func excluded(_ dimensions: Set<Dimension>) -> Dimension? {
    Dimension.allCases.first { dimensions.contains($0) && !allows($0) }
  }
}
