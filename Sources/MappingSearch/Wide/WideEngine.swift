import EnergyModel
import LowerBounds
import Mappings
import Workloads

/// The engine of problems under the rule `overlap` whose input boxes overlap.
///
/// Optima under the rule `sliding` are mappings under this one too, which cost no more; the search begins with them.
struct WideEngine: SearchEngine {
  let problem: Problem

  /// Other nests than those of the templates are known to be better on some layers.
  var isComplete: Bool { false }

  func optimum(capacity: Bits, dataflow: Dataflow?, options: SearchOptions) -> Optimum? {
    let search = WideSearch(problem, dataflow)
    let proof = OptimalityProof(problem, capacity: capacity)
    let other = sliding.optimum(capacity: capacity, dataflow: dataflow).map { problem.evaluate($0.mapping) }
    let found = search.optimum(
      capacity: capacity.count, known: other.map(incumbent), prunes: options.prunes
    ) { incumbent in
      proof.holds(dataQuanta: problem.dataQuanta(ofGroup: incumbent.energy), occupancy: Bits(incumbent.occupancy))
    }
    guard let evaluation = found.place.map({ problem.recounted(search.mapping($0), atMost: found.energy) }) ?? other
    else {
      return nil
    }
    return Optimum(evaluation, search.statistics)
  }

  func curve(dataflow: Dataflow?, options: SearchOptions) -> ParetoCurve {
    let search = WideSearch(problem, dataflow, all: WideSearch.isSmallForCurves(problem.layer))
    var others: [(incumbent: WideIncumbent, evaluation: Evaluation)] = []
    let curve = sliding.curve(dataflow: dataflow, options: options)
    for index in curve.steps.points.indices {
      let evaluation = problem.evaluate(curve.optimum(at: index).mapping)
      others.append((incumbent(evaluation), evaluation))
    }
    others.sort { ($0.incumbent.occupancy, $0.incumbent.energy) < ($1.incumbent.occupancy, $1.incumbent.energy) }
    var evaluations: [Evaluation] = []
    for best in search.optima(besides: others.map(\.incumbent)) {
      let evaluation =
        best.place.map { problem.recounted(search.mapping($0), atMost: best.energy) }
        ?? others.first { $0.incumbent.occupancy == best.occupancy && $0.incumbent.energy == best.energy }?.evaluation
      // Counted anew, a mapping may cost less than its sums say, and so no more than the next.
      guard let evaluation, evaluation.energy.dataQuanta < evaluations.last?.energy.dataQuanta ?? .max else { continue }
      while let last = evaluations.last, held(last) >= held(evaluation) { evaluations.removeLast() }
      evaluations.append(evaluation)
    }
    let steps = evaluations.map { StepCurve.Point(capacity: held($0), dataQuanta: $0.energy.dataQuanta) }
    return ParetoCurve(problem, steps, search.statistics) { [evaluations] in evaluations[$0] }
  }

  /// The search of the same layer under the rule `sliding`.
  private var sliding: Optimizer {
    var setting = problem.setting
    setting.reuse = .sliding
    do {
      return Optimizer(try Problem(problem.layer, in: setting))
    } catch {
      preconditionFailure("what is exact under one rule is under another: \(error)")
    }
  }

  /// A mapping of another search.
  private func incumbent(_ evaluation: Evaluation) -> WideIncumbent {
    WideIncumbent(energy: problem.energyOfGroup(evaluation), occupancy: held(evaluation).count)
  }

  private func held(_ evaluation: Evaluation) -> Bits { evaluation.occupancy.bits(problem.widths) }
}
