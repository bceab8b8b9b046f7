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

  /// Computes the layer's curves, one for each ratio of read to write energy, and looks all records up in them.
  init(_ unit: Sweep.Unit, of sweep: Sweep, threads: Int) throws {
    let (layer, setting) = (unit.entry.layer, unit.setting)
    let bounds = LowerBounds(layer, widths: setting.widths)
    var curves: [PriceRatio: Curves] = [:]
    var records: [ResultRecord] = []
    for model in setting.energyModels {
      let known = try curves[model.ratio] ?? Curves(layer, setting, model.ratio, sweep, threads)
      curves[model.ratio] = known
      for capacity in sweep.capacities {
        guard let index = known.all.steps.index(capacity: capacity) else {
          throw SweepError.nothingFits(layer, capacity, setting.widths)
        }
        var record = ResultRecord(
          network: unit.network.name, entry: unit.entry, capacity: capacity, widths: setting.widths,
          reuse: setting.reuse, try known.all.optimum(at: index, pricedBy: model), bounds: bounds)
        if sweep.comparesDataflows {
          record.compare(
            known.each, on: layer, widths: setting.widths, capacity: capacity, model,
            quantaPerStep: model.quantaPerRatio)
        }
        records.append(record)
      }
    }
    self.records = records
  }

  /// The exact curve of a layer for a ratio of prices, and each dataflow's own where they are compared.
  private struct Curves {
    let all: ParetoCurve
    let each: [(dataflow: Dataflow, curve: StepCurve)]

    init(_ layer: Layer, _ setting: Sweep.Setting, _ ratio: PriceRatio, _ sweep: Sweep, _ threads: Int) throws {
      let optimizer = try Optimizer(
        layer, widths: setting.widths, energyModel: .comparing(ratio), reuse: setting.reuse,
        dataflows: Set(sweep.dataflows))
      let options = SearchOptions(threads: threads)
      all = optimizer.curve(options: options)
      each =
        sweep.comparesDataflows
        ? sweep.dataflows.map { ($0, optimizer.curve(dataflow: $0, options: options).steps) } : []
    }
  }
}
