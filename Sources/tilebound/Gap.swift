import ArgumentParser
import EnergyModel
import Interchange
import LowerBounds
import MappingSearch
import Mappings
import Reports
import Workloads

/// `tilebound gap`: the optimum beside the lower bound and what each dataflow gives away.
struct Gap: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Hold the optimum against the best lower bound for every schedule, per layer and in total.",
    discussion: """
      The gap is the optimum's energy over the bound's, less 1; no schedule need attain the bound. Each dataflow's own \
      best is given too, and what the two reference dataflows of the energy complexity model move where they fit: \
      output-maps streams all inputs past the weights of one output map after another, input-maps adds one input map \
      after another to spilled partial sums.

      Examples:
        tilebound gap --network resnet50 --capacity 128KiB
        tilebound gap vgg16 --layer 'conv3_*' --dataflow ws --capacity 1KiB...4MiB --quiet
        tilebound gap --gemm 512x512x512 --capacity 64KiB,128KiB --format json
      """)

  @OptionGroup var layers: LayerOptions
  @OptionGroup var capacities: CapacityOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var reuse: ReuseOptions
  @OptionGroup var chosen: DataflowOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Leave the layers out of a table: totals and the summary alone.")
  var quiet = false

  func run() throws {
    let format = try output.parsedFormat()
    let capacities = try capacities.list(example: "tilebound gap --network resnet50 --capacity 128KiB")
    let energyModel = try model.energyModel()
    let widths = try model.widths(energyModel)
    let reuse = try self.reuse.policy()
    let dataflows = try chosen.dataflows()
    let (network, entries) = try layers.entries(example: "tilebound gap --network resnet50 --capacity 128KiB")

    let byLayer = try entries.concurrentMap(threads: try threads.count()) { entry in
      let layer = entry.layer
      let optimizer = try Optimizer(layer, widths: widths, energyModel: energyModel, reuse: reuse, dataflows: dataflows)
      let bounds = LowerBounds(layer, widths: widths)
      let curves = DataflowCurves(optimizer)
      let records = try capacities.map { capacity in
        guard let optimum = optimizer.optimum(capacity: capacity) else {
          throw CommandFailure.nothingFits(layer, capacity, widths)
        }
        var record = ResultRecord(
          network: network, entry: entry, capacity: capacity, widths: widths, reuse: reuse, optimum, bounds: bounds,
          attainedBy: curves.dataflows(attaining: optimum, capacity: capacity))
        try record.compare(curves, on: layer, widths: widths, capacity: capacity, energyModel)
        return record
      }
      return (records: records, curve: curves.all)
    }
    let byCapacity = capacities.indices.map { index in byLayer.map { $0.records[index] } }
    let records = byCapacity.flatMap { $0 }
    switch format {
    case .json:
      let curves = zip(entries, byLayer).map { (entry: $0, curve: $1.curve) }
      let summaries = (try? NetworkCurve(curves, widths: widths, energyModel)).map { whole in
        CurveSummary.all(
          network: network, curves, whole, isNetwork: layers.isNetwork, energyModel, within: [0.05, 0])
      }
      try output.emit(
        ResultFile.json(
          records, totals: byCapacity.compactMap(NetworkTotal.init), wholes: WholeRecord.all(of: records),
          curves: summaries, command: Invocation.text(), producer: Invocation.producer))
    case .csv: try output.emit(ResultFile.csv(records))
    case .table:
      let heading = model.heading(network ?? entries[0].layer.name, energyModel, widths, reuse)
      let lines = [heading, ""] + GapReport.lines(byCapacity, showsLayers: !quiet)
      try output.emit(lines.joined(separator: "\n") + "\n")
    }
  }
}
