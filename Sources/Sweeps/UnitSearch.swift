import Answers
import EnergyModel
import Interchange
import LowerBounds
import MappingSearch
import Mappings
import Workloads

/// The answers for one item, at every capacity under every energy model.
struct SweepAnswer: Sendable {
  /// In the order of energy models and capacities.
  let answers: [Answer]
  /// The layer's curve for each of the setting's ratios of prices, under the model that compares by it.
  let curves: [StepCurve]
}

/// What is searched of a unit: a curve for each ratio of read to write energy, in which all answers of its items are looked up.
struct UnitSearch {
  private let sweep: Sweep
  private var known: [PriceRatio: Curves] = [:]

  /// Computes the curves.
  init(_ unit: Sweep.Unit, of sweep: Sweep, threads: Int) throws {
    self.sweep = sweep
    let item = sweep.items[unit.items[0]]
    for (ratio, capacities) in unit.lookUps {
      known[ratio] = Curves(
        try sweep.problem(item, .comparing(ratio)), capacities.sorted(), sweep,
        try sweep.template.map { template in try sweep.templateSearch(template, for: item, .comparing(ratio)) }, threads
      )
    }
  }

  /// The answers for one of the unit's items.
  mutating func answer(for item: Sweep.Item) throws -> SweepAnswer {
    let setting = item.setting
    var answers: [Answer] = []
    for models in setting.models {
      for (model, capacity) in zip(models, setting.capacities) {
        let problem = try sweep.problem(item, model)
        guard let found = known[model.ratio]?.place(at: capacity, of: setting.capacities),
          let known = known[model.ratio]
        else {
          throw known[model.ratio]?.template.map { .noNest(NoNestOfTemplate($0, capacity)) }
            ?? SweepError.nothingFits(problem, capacity, on: setting.accelerator?.name)
        }
        var answer = Answer(
          network: item.network.name, entry: item.entry, problem, on: setting.accelerator, capacity: capacity,
          known.all.optimum(at: found.point, of: problem), bounds: known.bounds, attainedBy: found.dataflows,
          of: sweep.template)
        if sweep.comparesDataflows, let each = found.each { answer.compare(each, of: problem, capacity: capacity) }
        answers.append(answer)
      }
    }
    return SweepAnswer(answers: answers, curves: setting.ratios.compactMap { known[$0]?.all.steps })
  }

  /// What holds for all energy models with one ratio of prices.
  private struct Curves {
    let bounds: LowerBounds
    let all: ParetoCurve
    /// The search of the template, where the sweep has one.
    let template: TemplateSearch?
    private let optimizer: Optimizer
    private let options: SearchOptions
    /// Whether all dataflows are searched or each is compared.
    private let isEachWanted: Bool
    /// Whether dataflows' own optima are wanted at the capacities, and not only whether they attain one.
    private let areCompared: Bool
    private var lookUps: [[Bits]: LookUps] = [:]

    /// The curve's point at a capacity, and the dataflows that attain it, with each dataflow's own curve.
    typealias Place = (point: Int, dataflows: [Dataflow]?, each: DataflowCurves?)

    /// What was looked up for settings with some capacities.
    private struct LookUps {
      /// Each dataflow's own curve, unless only some are searched and not compared.
      let each: DataflowCurves?
      /// Whether the dataflows that attain a point are known: a template's nests alone tell nothing of them.
      private let namesDataflows: Bool
      private var places: [Bits: Place] = [:]

      init(_ each: DataflowCurves?, namesDataflows: Bool) { (self.each, self.namesDataflows) = (each, namesDataflows) }

      mutating func place(at capacity: Bits, on all: ParetoCurve) -> Place? {
        if let known = places[capacity] { return known }
        guard let point = all.steps.index(capacity: capacity) else { return nil }
        let attaining = namesDataflows ? each?.dataflows(attaining: all.optimum(at: point), capacity: capacity) : nil
        places[capacity] = (point, attaining, each)
        return places[capacity]
      }
    }

    init(_ problem: Problem, _ capacities: [Bits], _ sweep: Sweep, _ template: TemplateSearch?, _ threads: Int) {
      self.template = template
      optimizer = Optimizer(problem)
      options = SearchOptions(threads: threads)
      // Of a Buffer in parts a curve is as much work as the optima at its capacities.
      let hasParts = !problem.layout.parts.isEmpty
      all =
        template?.curve(at: capacities)
        ?? (hasParts
          ? optimizer.curve(at: capacities, options: options)
          : optimizer.curve(including: capacities, options: options))
      areCompared = sweep.comparesDataflows || hasParts
      isEachWanted =
        sweep.comparesDataflows || template == nil && sweep.dataflows.count == Dataflow.allCases.count
      bounds = LowerBounds(problem)
    }

    /// The optimum at one of a setting's capacities, where anything fits, found once however often it is asked for.
    mutating func place(at capacity: Bits, of capacities: [Bits]) -> Place? {
      let compared = areCompared ? capacities : []
      if lookUps[compared] == nil {
        lookUps[compared] = LookUps(
          isEachWanted ? DataflowCurves(optimizer, at: compared, options: options) : nil,
          namesDataflows: template == nil)
      }
      let all = all
      return lookUps[compared]?.place(at: capacity, on: all)
    }
  }
}
