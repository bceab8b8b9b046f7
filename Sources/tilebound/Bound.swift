import ArgumentParser
import EnergyModel
import Interchange
import LowerBounds
import MappingSearch
import Reports
import Workloads

/// `tilebound bound`: every family's lower bound.
struct Bound: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Give the lower bounds of every family, which hold for every schedule and not only for loop nests.",
    discussion: """
      Examples:
        tilebound bound --network vgg16 --layer conv3_2 --capacity 64KiB,128KiB
        tilebound bound --shape p=512,k=512,c=512 --capacity 1KiB...1MiB --format csv
      """)

  @OptionGroup var layers: LayerOptions
  @OptionGroup var capacities: CapacityOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let format = try output.parsedFormat()
    let example = "tilebound bound --network vgg16 --layer conv3_2 --capacity 64KiB"
    let capacities = try capacities.list(example: example)
    let energyModel = try model.energyModel()
    let widths = try model.widths(energyModel)
    let (network, entries) = try layers.entries(example: example)
    var records: [BoundRecord] = []
    for entry in entries {
      guard energyModel.isExact(for: entry.layer, widths: widths) else {
        throw OptimizerError.inexact(layer: entry.layer.name)
      }
      let bounds = LowerBounds(entry.layer, widths: widths)
      for capacity in capacities {
        if capacity < Optimizer.leastCapacity(of: entry.layer, widths: widths) {
          throw CommandFailure.nothingFits(entry.layer, capacity, widths)
        }
        let families = bounds.all(capacity: capacity)
        let best = LowerBounds.best(of: families)
        for bound in families {
          guard let energy = bound.energy(of: entry.layer, energyModel) else {
            throw OptimizerError.inexact(layer: entry.layer.name)
          }
          records.append(
            BoundRecord(
              network: network, entry: entry, capacity: capacity, bound: bound, energy: energy,
              isBest: bound.family == best.family))
        }
      }
    }
    switch format {
    case .json: try output.emit(ResultFile.json(records, command: Invocation.text(), producer: Invocation.producer))
    case .csv: try output.emit(ResultFile.csv(records))
    case .table:
      let heading = model.heading(network ?? "shape", energyModel, widths, nil)
      try output.emit(([heading, ""] + BoundReport.lines(records)).joined(separator: "\n") + "\n")
    }
  }
}
