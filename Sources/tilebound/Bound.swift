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
        tilebound bound --gemm 512x512x512 --capacity 1KiB...1MiB --format csv
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
    let (network, wholes) = try layers.wholes(example: example)
    var records: [BoundRecord] = []
    for whole in wholes {
      if whole.parts.contains(where: { !energyModel.isExact(for: $0, widths: widths) }) {
        throw OptimizerError.inexact(layer: whole.name)
      }
      let bounds = LowerBounds(whole.parts, widths: widths)
      for capacity in capacities {
        for part in whole.parts where capacity < Optimizer.leastCapacity(of: part, widths: widths) {
          throw CommandFailure.nothingFits(part, capacity, widths)
        }
        let families = bounds.all(capacity: capacity)
        let best = LowerBounds.best(of: families)
        for bound in families {
          guard let energy = bound.energy(of: whole.parts, energyModel) else {
            throw OptimizerError.inexact(layer: whole.name)
          }
          records.append(
            BoundRecord(
              network: network, whole: whole, capacity: capacity, bound: bound, energy: energy,
              isBest: bound.family == best.family))
        }
      }
    }
    switch format {
    case .json: try output.emit(ResultFile.json(records, command: Invocation.text(), producer: Invocation.producer))
    case .csv: try output.emit(ResultFile.csv(records))
    case .table:
      let heading = model.heading(network ?? wholes[0].name, energyModel, widths, nil)
      try output.emit(([heading, ""] + BoundReport.lines(records)).joined(separator: "\n") + "\n")
    }
  }
}
