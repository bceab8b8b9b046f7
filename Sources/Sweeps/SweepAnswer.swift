import EnergyModel
import Interchange
import LowerBounds
import MappingSearch
import Mappings
import Workloads

/// The records of one layer in one setting, at every capacity under every energy model.
struct SweepAnswer: Sendable {
  /// In the order of energy models and capacities.
  let records: [ResultRecord]
  /// The layer's curve for each of the setting's ratios of prices, under the model that compares by it.
  let curves: [StepCurve]

  /// Computes the layer's curves, those of each ratio of read to write energy, and looks all records up in them.
  init(_ unit: Sweep.Unit, of sweep: Sweep, threads: Int) throws {
    let (layer, setting) = (unit.entry.layer, unit.setting)
    let bounds = LowerBounds(layer, widths: setting.widths)
    var answers: [PriceRatio: Answers] = [:]
    for ratio in setting.ratios { answers[ratio] = try Answers(layer, setting, ratio, sweep, threads) }
    var records: [ResultRecord] = []
    for model in setting.energyModels {
      guard let known = answers[model.ratio] else { continue }
      for (capacity, place) in zip(sweep.capacities, known.places) {
        var record = ResultRecord(
          network: unit.network.name, entry: unit.entry, capacity: capacity, widths: setting.widths,
          reuse: setting.reuse, try known.all.optimum(at: place.point, pricedBy: model), bounds: bounds,
          attainedBy: place.dataflows)
        if sweep.comparesDataflows, let each = known.each {
          try record.compare(each, on: layer, widths: setting.widths, capacity: capacity, model)
        }
        records.append(record)
      }
    }
    self.records = records
    curves = setting.ratios.compactMap { answers[$0]?.all.steps }
  }

  /// What holds for all energy models with one ratio of prices.
  private struct Answers {
    let all: ParetoCurve
    /// Each dataflow's own, unless only some are searched and not compared.
    let each: DataflowCurves?
    /// For each capacity the curve's point there, and the dataflows that attain it.
    let places: [(point: Int, dataflows: [Dataflow]?)]

    init(_ layer: Layer, _ setting: Sweep.Setting, _ ratio: PriceRatio, _ sweep: Sweep, _ threads: Int) throws {
      let optimizer = try Optimizer(
        layer, widths: setting.widths, energyModel: .comparing(ratio), reuse: setting.reuse,
        dataflows: Set(sweep.dataflows))
      let options = SearchOptions(threads: threads)
      let all = optimizer.curve(options: options)
      let isWanted = sweep.comparesDataflows || sweep.dataflows.count == Dataflow.allCases.count
      let each = isWanted ? DataflowCurves(optimizer, options: options) : nil
      places = try sweep.capacities.map { capacity in
        guard let point = all.steps.index(capacity: capacity) else {
          throw SweepError.nothingFits(layer, capacity, setting.widths)
        }
        return (point, each?.dataflows(attaining: all.optimum(at: point), capacity: capacity))
      }
      (self.all, self.each) = (all, each)
    }
  }
}
