import EnergyModel
import Mappings
import Workloads

/// The engine of problems of which tiles are multiples.
///
/// It searches the problem in which each such multiple is one index of larger words: a mapping of the one is a
/// mapping of the other, and they cost and hold the same where the multiples cut all dimensions evenly. Where they do not, the
/// last block counts as a whole one there, so that a mapping holds and costs less than it does there. What is found there at
/// larger capacities too is then counted anew, and the best that fits may still not be the best of all.
struct MultiplesEngine: SearchEngine {
  let problem: Problem
  private let search: Optimizer
  private let limit: TimeLimit?

  init(_ problem: Problem, _ limit: TimeLimit?) {
    (self.problem, self.limit) = (problem, limit)
    search = Optimizer(problem.coarse, limit: limit)
  }

  var isComplete: Bool { problem.isCutEvenly && search.isComplete }

  var exactCurves: Bits {
    if problem.isCutEvenly { return search.engine?.exactCurves ?? Bits(.max) }
    // Elsewhere an optimum is the curve's.
    return problem.layout.parts.isEmpty && limit == nil ? Bits(.max) : Bits(0)
  }

  func optimum(capacity: Bits, dataflow: Dataflow?, options: SearchOptions) -> Optimum? {
    // A time limit ends no curve.
    if problem.isCutEvenly || limit != nil {
      return search.optimum(capacity: capacity, dataflow: dataflow, options: options).map {
        Optimum(counted($0.mapping), counted($0.statistics))
      }
    }
    // What no schedule can beat needs no search of larger capacities.
    if options.prunes, let first = search.optimum(capacity: capacity, dataflow: dataflow, options: options) {
      let counted = counted(first.mapping)
      if counted.energy.dataQuanta <= OptimalityProof(problem, capacity: capacity).leastQuanta {
        return Optimum(counted, self.counted(first.statistics))
      }
    }
    let curve = curve(dataflow: dataflow, at: [capacity], options: options)
    return curve.steps.index(capacity: capacity).map { curve.optimum(at: $0) }
  }

  func curve(including capacities: [Bits], options: SearchOptions) -> ParetoCurve {
    problem.isCutEvenly
      ? counted(search.curve(including: capacities, options: options))
      : mergedCurve(including: capacities, options: options)
  }

  func curve(dataflow: Dataflow?, at capacities: [Bits]?, options: SearchOptions) -> ParetoCurve {
    if problem.isCutEvenly { return counted(search.curve(dataflow: dataflow, at: capacities, options: options)) }
    // Each order of keeps alone may have what costs less when it is counted anew.
    let dataflows = dataflow.map { [$0] } ?? [nil] + problem.dataflows
    let curves = dataflows.map { uneven(dataflow: $0, at: capacities, options) }
    return curves[0].merged(with: curves.dropFirst().flatMap(\.candidates))
  }

  private func uneven(dataflow: Dataflow?, at capacities: [Bits]?, _ options: SearchOptions) -> ParetoCurve {
    let larger = problem.layout.parts.isEmpty ? nil : capacities?.flatMap(capacitiesTried)
    let curve = search.curve(dataflow: dataflow, at: larger, options: options)
    let found = curve.steps.points.indices.map { index -> ParetoCurve.Candidate in
      let evaluation = counted(curve.evaluated(index).mapping)
      let point = StepCurve.Point(capacity: problem.held(by: evaluation), dataQuanta: evaluation.energy.dataQuanta)
      return (point, { counted(curve.evaluated(index).mapping) })
    }
    return ParetoCurve(problem, bestOf: found, counted(curve.statistics))
  }

  /// A capacity and larger ones, some eight an octave, up to what a mapping that fits it may hold in the coarse problem.
  private func capacitiesTried(_ capacity: Bits) -> [Bits] {
    let grown = BufferLayout.dimensionsWithMultiples.reduce(1.0) { grown, dimension in
      let size = search.problem.layer[dimension] * problem.layout.leastTile(dimension, of: problem.layer)
      return grown * Double(size) / Double(problem.layer[dimension])
    }
    let most = Int(Double(capacity.count) * grown)
    var capacities = [capacity]
    while let last = capacities.last, last.count < most { capacities.append(last + Bits(max(1, last.count / 8))) }
    return capacities
  }

  /// A curve of the coarse problem, of which each mapping costs the same.
  private func counted(_ curve: ParetoCurve) -> ParetoCurve {
    let points = curve.steps.points.map {
      StepCurve.Point(capacity: $0.capacity, dataQuanta: $0.dataQuanta + problem.biasQuanta)
    }
    return ParetoCurve(problem, points, curve.statistics) { counted(curve.evaluated($0).mapping) }
  }

  /// What a mapping of the coarse problem costs.
  private func counted(_ mapping: Mapping) -> Evaluation { problem.evaluate(problem.fine(mapping)) }

  private func counted(_ statistics: SearchStatistics) -> SearchStatistics {
    var statistics = statistics
    if !problem.isCutEvenly { statistics.isComplete = false }
    return statistics
  }
}
