import EnergyModel
import Mappings
import Scoring
import TestSupport
import Testing

@testable import MappingSearch

extension RandomProblem {
  /// What to say of a failure.
  var comment: Comment { Comment(rawValue: description) }

  func optimizer(
    _ arithmetic: Scorer.Arithmetic? = nil, following debugSolution: DebugSolution? = nil
  ) -> Optimizer {
    Optimizer(problem, arithmetic: arithmetic, debugSolution: debugSolution)
  }

  func debugSolution(_ mapping: Mapping) -> DebugSolution? { DebugSolution(mapping, of: problem) }
}
