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
  /// - Returns: the dataflows in the order of `Dataflow.allCases`; nil unless all were searched, since of others nothing is
  ///   known.
  public func dataflows(
    attaining optimum: Optimum, capacity: Bits, options: SearchOptions = SearchOptions()
  ) -> [Dataflow]? {
    guard problem.dataflows == Dataflow.allCases else { return nil }
    return problem.dataflows.filter { dataflow in
      if dataflow == optimum.mapping.dataflow { return true }
      if let engine { return engine.attains(optimum.energy.dataQuanta, capacity: capacity, dataflow) }
      let own = self.optimum(capacity: capacity, dataflow: dataflow, options: options)
      return own.map { $0.energy.dataQuanta <= optimum.energy.dataQuanta } ?? false
    }
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
  /// Where a few optima are found in less time than a curve, the optimizer and the optima that were asked for.
  private let optimizer: Optimizer?
  private let asked = Guarded<[Bits: [Dataflow: Optimum]]>([:])
  /// Whether each dataflow's own optima are asked for in any case, which then tell who attains an energy.
  private let compares: Bool

  /// The curves of the dataflows that an optimizer searches.
  ///
  /// - Parameters:
  ///   - optimizer: the optimizer.
  ///   - options: how to search; the curves do not depend on it.
  ///   - compares: whether each dataflow's own optimum is asked for at every capacity, so that it need not be searched for
  ///     besides whether it attains an energy.
  public init(_ optimizer: Optimizer, options: SearchOptions = SearchOptions(), compares: Bool = false) {
    self.compares = compares
    curves = optimizer.problem.dataflows.map { dataflow in
      Own(dataflow: dataflow, searched: Lazily { optimizer.curve(dataflow: dataflow, options: options) })
    }
    self.optimizer = optimizer.engine == nil ? nil : optimizer
  }

  /// Each dataflow's occupancies and energies as the search counts them, in the order of `Dataflow.allCases`.
  public var steps: [StepCurve] { curves.map(\.curve.steps) }

  /// The curve of all dataflows searched.
  public var all: StepCurve { optimizer?.curve().steps ?? StepCurve(leastOf: steps) }

  /// Each dataflow's own optimum at a capacity, where anything fits.
  ///
  /// - Parameters:
  ///   - capacity: the Buffer's size.
  ///   - problem: the problem that the curves are for, or the same priced by a model with its ratio of read to write energy.
  /// - Returns: a dictionary with an optimum for each dataflow searched.
  public func optima(capacity: Bits, of problem: Problem) -> [Dataflow: Optimum] {
    var optima: [Dataflow: Optimum] = [:]
    if let optimizer { return self.optima(capacity, optimizer).mapValues { $0.priced(in: problem) } }
    for own in curves {
      guard let index = own.curve.steps.index(capacity: capacity) else { continue }
      optima[own.dataflow] = own.curve.optimum(at: index, of: problem)
    }
    return optima
  }

  /// The same for the problem of the optimizer, searched for at this capacity alone.
  private func optima(_ capacity: Bits, _ optimizer: Optimizer) -> [Dataflow: Optimum] {
    asked.withLock { asked in
      if let known = asked[capacity] { return known }
      var optima: [Dataflow: Optimum] = [:]
      for own in curves { optima[own.dataflow] = optimizer.optimum(capacity: capacity, dataflow: own.dataflow) }
      asked[capacity] = optima
      return optima
    }
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
    if let optimizer, !compares { return optimizer.dataflows(attaining: optimum, capacity: capacity) }
    if let optimizer {
      let own = optima(capacity, optimizer)
      return Dataflow.allCases.filter { own[$0].map { $0.energy.dataQuanta <= least } ?? false }
    }
    return curves.filter { own in
      guard let index = own.curve.steps.index(capacity: capacity) else { return false }
      // A mapping moves no more than is counted for it: where that attains the energy it need not be evaluated.
      return own.curve.steps.points[index].dataQuanta <= least
        || own.curve.evaluated(index).energy.dataQuanta <= least
    }.map(\.dataflow)
  }
}
