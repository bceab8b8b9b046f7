/// Whether loops over phases of p, q, r and s are searched (theory §1).
///
/// A given nest with such loops is counted unless `off` was asked for by name.
public enum PhasePolicy: String, CaseIterable, Hashable, Sendable {
  /// Nests with loops over phases are searched.
  case on
  /// Only nests over runs of neighbours are.
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
}
