import EnergyModel
import Mappings
import Parallel
import Workloads

/// The engine of problems with a Buffer of parts, copies or chosen tiles, over another engine that leaves nests out there.
///
/// What the other finds is where steps to better tiles of the same loops begin, see `Problem.refined`. In parts a larger box may cost no
/// room, and a chosen tile has few sizes: from one good nest to the next several tiles change together.
struct RefinedEngine: SearchEngine {
  let problem: Problem
  private let base: any SearchEngine
  private let limit: TimeLimit?

  /// What each order of keeps has alone at capacities that were asked for.
  private let owns = Guarded<[AskedAt: Optimum?]>([:])

  init(_ problem: Problem, _ base: any SearchEngine, _ limit: TimeLimit?) {
    (self.problem, self.base, self.limit) = (problem, base, limit)
  }

  var isComplete: Bool { base.isComplete }

  var exactCurves: Bits { isComplete ? base.exactCurves : Bits(0) }

  /// Larger layers of the three networks tried gained nothing by it, see Proofs.md.
  static func helps(_ layer: Layer) -> Bool { layer.macs <= 1 << 20 }

  /// What may be looked at from one nest on.
  private static let work = 1 << 14
  /// Of layers with so many MACs each tile is also changed and kept while the others follow.
  private static let fewMACs = 1 << 16

  func optimum(capacity: Bits, dataflow: Dataflow?, options: SearchOptions) -> Optimum? {
    if isComplete { return base.optimum(capacity: capacity, dataflow: dataflow, options: options) }
    if let dataflow { return own(capacity, dataflow, options) }
    // No order of keeps alone has what all of them have not.
    guard let found = base.optimum(capacity: capacity, dataflow: nil, options: options) else { return nil }
    var best = found.evaluation
    for dataflow in problem.dataflows where !limit.endsSearch() {
      guard let own = own(capacity, dataflow, options)?.evaluation else { continue }
      if problem.isBetter(own, than: best) { best = own }
    }
    return Optimum(best, found.statistics)
  }

  private func own(_ capacity: Bits, _ dataflow: Dataflow, _ options: SearchOptions) -> Optimum? {
    let asked = AskedAt(dataflow: dataflow, capacity: capacity)
    if let known = owns.withLock({ $0[asked] }) { return known }
    let own = base.optimum(capacity: capacity, dataflow: dataflow, options: options).map {
      Optimum(refined($0.evaluation, capacity), $0.statistics)
    }
    owns.withLock { $0[asked] = .some(own) }
    return own
  }

  private func refined(_ evaluation: Evaluation, _ capacity: Bits) -> Evaluation {
    let unfilled = evaluation.mapping.withoutFilledLoops
    if unfilled == evaluation.mapping { return refinedPlain(evaluation, capacity) }
    let refined = refinedPlain(problem.evaluate(unfilled), capacity)
    return problem.isBetter(refined, than: evaluation) ? refined : evaluation
  }

  /// The same of a nest without filled loops, which templates do not have.
  private func refinedPlain(_ evaluation: Evaluation, _ capacity: Bits) -> Evaluation {
    let refined = problem.refined(
      evaluation, within: capacity, work: Self.work, isThorough: problem.layer.macs <= Self.fewMACs, limit)
    var loads = TensorLoads(problem)
    return problem.improved(refined, within: capacity, &loads, limit)
  }

  func attains(_ dataQuanta: Int, capacity: Bits, _ dataflow: Dataflow) -> Bool {
    if let own = owns.withLock({ $0[AskedAt(dataflow: dataflow, capacity: capacity)] }) {
      return own.map { $0.energy.dataQuanta <= dataQuanta } ?? false
    }
    return base.attains(dataQuanta, capacity: capacity, dataflow)
  }

  func curve(dataflow: Dataflow?, at capacities: [Bits]?, options: SearchOptions) -> ParetoCurve {
    guard let capacities, !isComplete else {
      return base.curve(dataflow: dataflow, at: capacities, options: options)
    }
    let optima = Set(capacities).sorted().compactMap { optimum(capacity: $0, dataflow: dataflow, options: options) }
    return ParetoCurve(problem, bestOf: optima)
  }

  func curve(including capacities: [Bits], options: SearchOptions) -> ParetoCurve {
    isComplete
      ? base.curve(including: capacities, options: options) : mergedCurve(including: capacities, options: options)
  }
}
