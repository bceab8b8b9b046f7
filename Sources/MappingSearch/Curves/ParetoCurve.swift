import EnergyModel
public import Mappings
public import Workloads

/// The Pareto curve of a layer: the mappings that no other of the mapspace beats in both occupancy and energy of moving
/// data (theory §7), as far as the mapspace is searched.
///
/// It answers every capacity: the optimum there is the last point that fits. It is exact where ``statistics`` are complete.
public struct ParetoCurve: Sendable {
  /// Occupancies and energies.
  public let steps: StepCurve
  /// What the search looked at.
  public let statistics: SearchStatistics
  /// What was asked.
  public let problem: Problem
  /// The mapping of a point, counted anew.
  let evaluated: @Sendable (Int) -> Evaluation

  /// A curve of points with their mappings, which are counted anew when they are asked for.
  init(
    _ problem: Problem, _ points: [StepCurve.Point], _ statistics: SearchStatistics,
    evaluated: @escaping @Sendable (_ index: Int) -> Evaluation
  ) {
    self.problem = problem
    steps = StepCurve(points)
    self.statistics = statistics
    self.evaluated = evaluated
  }

  /// A point that a curve may have, with its mapping.
  typealias Candidate = (point: StepCurve.Point, evaluated: @Sendable () -> Evaluation)

  /// The curve of those of some points that no other beats.
  init(_ problem: Problem, bestOf candidates: [Candidate], _ statistics: SearchStatistics) {
    var best: [Candidate] = []
    for candidate in candidates.sorted(by: {
      ($0.point.capacity, $0.point.dataQuanta) < ($1.point.capacity, $1.point.dataQuanta)
    }) where candidate.point.dataQuanta < best.last?.point.dataQuanta ?? .max {
      best.append(candidate)
    }
    self.init(problem, best.map(\.point), statistics) { [best] in best[$0].evaluated() }
  }

  /// The curve of those of some optima that no other beats.
  init(_ problem: Problem, bestOf optima: [Optimum]) {
    self.init(
      problem, bestOf: optima.map { problem.candidate($0.evaluation) },
      optima.reduce(into: SearchStatistics()) { $0.add($1.statistics) })
  }

  /// The points with their mappings.
  var candidates: [Candidate] {
    steps.points.indices.map { index in (steps.points[index], { evaluated(index) }) }
  }

  /// The least of this curve and of mappings of the same problem.
  func merged(with others: [Candidate]) -> ParetoCurve {
    others.isEmpty ? self : ParetoCurve(problem, bestOf: candidates + others, statistics)
  }

  /// The mapping of a point with what it costs.
  ///
  /// - Parameter index: an index of the points of ``steps``.
  /// - Returns: the mapping, its traffic and its energy.
  public func optimum(at index: Int) -> Optimum { Optimum(evaluated(index), statistics) }

  /// The same under another model with the same ratio of read to write energy, of which the curve is the curve too.
  ///
  /// - Parameters:
  ///   - index: an index of the points of ``steps``.
  ///   - problem: the same problem, priced by the other model.
  /// - Returns: the mapping, its traffic and its energy.
  public func optimum(at index: Int, of problem: Problem) -> Optimum {
    optimum(at: index).priced(in: problem)
  }
}

extension Problem {
  /// A point of a curve that a mapping gives.
  func candidate(_ evaluation: Evaluation) -> ParetoCurve.Candidate {
    let point = StepCurve.Point(capacity: held(by: evaluation), dataQuanta: evaluation.energy.dataQuanta)
    return (point, { evaluation })
  }
}

extension Optimizer {
  /// The curve over the searched dataflows, which has the optima at some capacities too where it does not have all.
  ///
  /// - Parameters:
  ///   - capacities: sizes of the Buffer.
  ///   - options: how to search; the curve does not depend on it.
  /// - Returns: the curve.
  public func curve(including capacities: [Bits], options: SearchOptions = SearchOptions()) -> ParetoCurve {
    engine?.curve(including: capacities, options: options) ?? curve(options: options)
  }

  /// The Pareto curve over the searched dataflows.
  ///
  /// - Parameters:
  ///   - dataflow: the only dataflow to consider, one of the problem's, or nil for all.
  ///   - options: how to search; the curve does not depend on it.
  /// - Returns: the curve; it has a point at the least capacity at which anything fits.
  public func curve(dataflow: Dataflow? = nil, options: SearchOptions = SearchOptions()) -> ParetoCurve {
    curve(dataflow: dataflow, at: nil, options: options)
  }

  /// The curve of which the optima at some capacities alone are wanted: elsewhere it may be above them.
  public func curve(at capacities: [Bits], options: SearchOptions = SearchOptions()) -> ParetoCurve {
    curve(dataflow: nil, at: capacities, options: options)
  }

  /// The same, of which the optima at some capacities alone may be wanted: elsewhere the curve may then be above them.
  func curve(dataflow: Dataflow?, at capacities: [Bits]?, options: SearchOptions) -> ParetoCurve {
    if let engine { return engine.curve(dataflow: dataflow, at: capacities, options: options) }
    let (pool, statistics) = search(dataflow, ParetoFrontier(), options)
    let found = pool.mappings
    let points = found.map { StepCurve.Point(capacity: Bits($0.occupancy + room.held), dataQuanta: dataQuanta($0)) }
    return ParetoCurve(problem, points, statistics) { evaluated(found[$0]) }
  }
}
