import EnergyModel
public import Mappings
import Parallel
public import Workloads

// The mapping that a search returns is one of many with the same energy, often of several dataflows: which of them it is of
// says little. What follows finds every dataflow that attains that energy.

extension Optimizer {
  /// The dataflows that attain the energy of an optimum: those whose own optimum at the capacity costs no more.
  ///
  /// What counts is what the mappings themselves move. The search may count more for a mapping of one dataflow, where some
  /// loop has a single block, if another dataflow has a mapping that moves the same.
  ///
  /// - Parameters:
  ///   - optimum: an optimum that this optimizer found over all dataflows.
  ///   - capacity: the Buffer's size, for which it was found.
  ///   - options: how to search; the answer does not depend on it.
  /// - Returns: the dataflows in the order of `Dataflow.allCases`; nil unless all were searched, and to the end, since of
  ///   others nothing is known.
  public func dataflows(
    attaining optimum: Optimum, capacity: Bits, options: SearchOptions = SearchOptions()
  ) -> [Dataflow]? {
    guard problem.dataflows == Dataflow.allCases else { return nil }
    let attaining = problem.dataflows.filter { dataflow in
      if limit.endedSearch { return false }
      return dataflow == optimum.mapping.dataflow
        || attains(optimum.energy.dataQuanta, capacity: capacity, dataflow, options)
    }
    return limit.endedSearch ? nil : attaining
  }

  /// Whether a dataflow has a mapping at a capacity of which moving data costs no more than so much.
  func attains(
    _ dataQuanta: Int, capacity: Bits, _ dataflow: Dataflow, _ options: SearchOptions = SearchOptions()
  ) -> Bool {
    if let engine { return engine.attains(dataQuanta, capacity: capacity, dataflow) }
    let own = optimum(capacity: capacity, dataflow: dataflow, options: options)
    return own.map { $0.energy.dataQuanta <= dataQuanta } ?? false
  }
}

/// Each dataflow's own curve, to hold optima of all dataflows against.
public struct DataflowCurves: Sendable {
  /// A dataflow with its own curve, which is searched when it is first needed.
  private struct Own: Sendable {
    let dataflow: Dataflow
    let searched: Lazily<ParetoCurve>
    var curve: ParetoCurve { searched.value }
  }

  private let curves: [Own]
  private let optimizer: Optimizer
  /// Where the curves have to have the optima, or nil where they are asked for as a whole.
  private let capacities: Set<Bits>?

  /// The curves of the dataflows that an optimizer searches.
  ///
  /// - Parameters:
  ///   - optimizer: the optimizer.
  ///   - capacities: the only capacities at which each dataflow's own optimum is asked for, none where it is only asked who
  ///     attains an energy, or nil for whole curves.
  ///   - options: how to search; the curves do not depend on it.
  public init(_ optimizer: Optimizer, at capacities: [Bits]? = nil, options: SearchOptions = SearchOptions()) {
    self.optimizer = optimizer
    self.capacities = capacities.map { Set($0) }
    curves = optimizer.problem.dataflows.map { dataflow in
      Own(
        dataflow: dataflow,
        searched: Lazily { optimizer.curve(dataflow: dataflow, at: capacities, options: options) })
    }
  }

  /// Each dataflow's occupancies and energies as the search counts them, in the order of `Dataflow.allCases`.
  public var steps: [StepCurve] { curves.map(\.curve.steps) }

  /// The curve of all dataflows searched.
  public var all: StepCurve { optimizer.engine == nil ? StepCurve(leastOf: steps) : optimizer.curve().steps }

  /// Each dataflow's own optimum at a capacity, where anything fits.
  ///
  /// - Parameters:
  ///   - capacity: the Buffer's size, one of those that the curves are for.
  ///   - problem: the problem that the curves are for, or the same priced by a model with its ratio of read to write energy.
  /// - Returns: a dictionary with an optimum for each dataflow searched.
  public func optima(capacity: Bits, of problem: Problem) -> [Dataflow: Optimum] {
    var optima: [Dataflow: Optimum] = [:]
    for own in curves {
      guard let index = own.curve.steps.index(capacity: capacity) else { continue }
      optima[own.dataflow] = own.curve.optimum(at: index, of: problem)
    }
    return optima
  }

  /// The dataflows that attain the energy of an optimum, as ``Optimizer/dataflows(attaining:capacity:options:)`` finds them.
  ///
  /// - Parameters:
  ///   - optimum: an optimum over all dataflows under the energy model that the curves are for.
  ///   - capacity: the Buffer's size, for which it was found.
  /// - Returns: the dataflows in the order of `Dataflow.allCases`; nil unless all were searched.
  public func dataflows(attaining optimum: Optimum, capacity: Bits) -> [Dataflow]? {
    guard curves.map(\.dataflow) == Dataflow.allCases else { return nil }
    let least = optimum.energy.dataQuanta
    if let engine = optimizer.engine {
      let isKnown = capacities.map { $0.contains(capacity) } ?? (capacity <= engine.exactCurves)
      if !isKnown { return optimizer.dataflows(attaining: optimum, capacity: capacity) }
    }
    return curves.filter { own in
      if own.dataflow == optimum.mapping.dataflow { return true }
      guard let index = own.curve.steps.index(capacity: capacity) else { return false }
      // A mapping moves no more than is counted for it: where that attains the energy it need not be evaluated.
      let counted = own.curve.steps.points[index].dataQuanta
      if counted <= least { return true }
      if optimizer.engine != nil, counted > optimizer.problem.largestSum(recountedTo: least) { return false }
      return own.curve.evaluated(index).energy.dataQuanta <= least
    }.map(\.dataflow)
  }
}
