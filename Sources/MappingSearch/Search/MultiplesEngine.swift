import EnergyModel
import Mappings
import Workloads

/// The engine of problems of which tiles are multiples.
///
/// It searches the problem in which each such multiple is one index of larger words: a mapping of the one is a
/// mapping of the other, and they cost and hold the same where the multiples cut all dimensions evenly. Where they do not, the
/// last block counts as a whole one there, so that a mapping found may not be the best.
struct MultiplesEngine: SearchEngine {
  let problem: Problem
  private let search: Optimizer

  init(_ problem: Problem, _ limit: TimeLimit?) {
    self.problem = problem
    guard let coarse = try? problem.coarse() else {
      preconditionFailure("energies of the problem in multiples were found exact when it was made")
    }
    search = Optimizer(coarse, limit: limit)
  }

  var isComplete: Bool { problem.isCutEvenly && search.isComplete }

  var exactCurves: Bits { problem.isCutEvenly ? search.engine?.exactCurves ?? Bits(.max) : Bits(0) }

  func optimum(capacity: Bits, dataflow: Dataflow?, options: SearchOptions) -> Optimum? {
    search.optimum(capacity: capacity, dataflow: dataflow, options: options).map {
      Optimum(problem.evaluate(problem.fine($0.mapping)), counted($0.statistics))
    }
  }

  func curve(dataflow: Dataflow?, at capacities: [Bits]?, options: SearchOptions) -> ParetoCurve {
    let (problem, isEven) = (problem, problem.isCutEvenly)
    let curve = search.curve(dataflow: dataflow, at: capacities, options: options)
    @Sendable func evaluated(_ index: Int) -> Evaluation {
      problem.evaluate(problem.fine(curve.evaluated(index).mapping))
    }
    let points = curve.steps.points.indices.map { index in
      if isEven {
        let point = curve.steps.points[index]
        return StepCurve.Point(capacity: point.capacity, dataQuanta: point.dataQuanta + problem.biasQuanta)
      }
      let evaluation = evaluated(index)
      return StepCurve.Point(capacity: problem.held(by: evaluation), dataQuanta: evaluation.energy.dataQuanta)
    }
    // Counted anew, some are no better than others that hold less.
    var best: [Int] = []
    for index in points.indices.sorted(by: {
      (points[$0].capacity, points[$0].dataQuanta, $0) < (points[$1].capacity, points[$1].dataQuanta, $1)
    }) where best.last.map({ points[index].dataQuanta < points[$0].dataQuanta }) ?? true {
      best.append(index)
    }
    return ParetoCurve(problem, best.map { points[$0] }, counted(curve.statistics)) { [best] in evaluated(best[$0]) }
  }

  private func counted(_ statistics: SearchStatistics) -> SearchStatistics {
    var statistics = statistics
    if !problem.isCutEvenly { statistics.isComplete = false }
    return statistics
  }
}
