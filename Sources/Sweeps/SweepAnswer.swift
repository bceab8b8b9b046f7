import Answers
import EnergyModel
import LowerBounds
import MappingSearch
import Mappings
import Workloads

/// The answers for one layer in one setting, at every capacity under every energy model.
struct SweepAnswer: Sendable {
  /// In the order of energy models and capacities.
  let answers: [Answer]
  /// The layer's curve for each of the setting's ratios of prices, under the model that compares by it.
  let curves: [StepCurve]

  /// Computes the layer's curves, those of each ratio of read to write energy, and looks all answers up in them.
  init(_ unit: Sweep.Unit, of sweep: Sweep, threads: Int) throws {
    let setting = unit.setting
    var known: [PriceRatio: Curves] = [:]
    for ratio in setting.ratios {
      known[ratio] = try Curves(try sweep.problem(unit, .comparing(ratio)), setting.capacities, sweep, threads)
    }
    var answers: [Answer] = []
    for models in setting.models {
      for (step, (model, capacity)) in zip(models, setting.capacities).enumerated() {
        guard let known = known[model.ratio] else { continue }
        let (problem, place) = (try sweep.problem(unit, model), known.places[step])
        var answer = Answer(
          network: unit.network.name, entry: unit.entry, problem, on: setting.accelerator, capacity: capacity,
          known.all.optimum(at: place.point, of: problem), bounds: known.bounds, attainedBy: place.dataflows)
        if sweep.comparesDataflows, let each = known.each { answer.compare(each, of: problem, capacity: capacity) }
        answers.append(answer)
      }
    }
    self.answers = answers
    curves = setting.ratios.compactMap { known[$0]?.all.steps }
  }

  /// What holds for all energy models with one ratio of prices.
  private struct Curves {
    let bounds: LowerBounds
    let all: ParetoCurve
    /// Each dataflow's own, unless only some are searched and not compared.
    let each: DataflowCurves?
    /// For each capacity the curve's point there, and the dataflows that attain it.
    let places: [(point: Int, dataflows: [Dataflow]?)]

    init(_ problem: Problem, _ capacities: [Bits], _ sweep: Sweep, _ threads: Int) throws {
      let optimizer = Optimizer(problem)
      let options = SearchOptions(threads: threads)
      // Of a Buffer in parts a curve is as much work as the optima at its capacities.
      let hasParts = !problem.layout.parts.isEmpty
      let all = hasParts ? optimizer.curve(at: capacities, options: options) : optimizer.curve(options: options)
      let isWanted = sweep.comparesDataflows || sweep.dataflows.count == Dataflow.allCases.count
      let each =
        isWanted
        ? DataflowCurves(optimizer, at: sweep.comparesDataflows || hasParts ? capacities : [], options: options) : nil
      places = try capacities.map { capacity in
        guard let point = all.steps.index(capacity: capacity) else {
          throw SweepError.nothingFits(problem, capacity)
        }
        return (point, each?.dataflows(attaining: all.optimum(at: point), capacity: capacity))
      }
      (bounds, self.all, self.each) = (LowerBounds(problem), all, each)
    }
  }
}
