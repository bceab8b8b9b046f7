import Answers
import ArgumentParser
import EnergyModel
import Interchange
import LowerBounds
import MappingSearch
import Mappings
import Reports
import Workloads

/// `tilebound bound`: every family's lower bound.
struct Bound: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bound",
    abstract: "Give the lower bounds of every family, which hold for every schedule and not only for loop nests.",
    discussion: """
      Examples:
        tilebound bound --network vgg16 --layer conv3_2 --capacity 64KiB,128KiB
        tilebound bound --gemm 512x512x512 --capacity 1KiB...1MiB --format csv
      """)

  @OptionGroup var layers: LayerOptions
  @OptionGroup var capacities: CapacityOptions
  @OptionGroup var machine: AcceleratorOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var layout: LayoutOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let format = try output.format()
    let example = "tilebound bound --network vgg16 --layer conv3_2 --capacity 64KiB"
    let accelerator = try machine.named(
      besides: [("--capacity", capacities.capacity)] + model.ofAccelerator + layout.ofAccelerator)
    let (capacities, parted) =
      try accelerator.map { ([$0.capacity], .shared) } ?? capacities.list(for: layers, example: example)
    let setting = try model.setting(layout: try layout.layout(parted, of: accelerator), of: accelerator)
    let (network, wholes) = try layers.wholes(example: example)
    try output.checkFiles()
    var bounds: [BoundAnswer] = []
    for whole in wholes {
      for capacity in capacities {
        try CommandFailure.refuse([capacity], inWhichNothingFitsOf: try whole.problems(in: try setting.at(capacity)))
      }
      bounds += try BoundAnswer.all(network: network, whole, in: setting, capacities: capacities)
    }
    switch format {
    case .json: try output.emit(ResultFile.json(bounds, command: Invocation.text(), producer: Invocation.producer))
    case .csv: try output.emit(ResultFile.csv(bounds))
    case .table:
      let heading = model.heading(network ?? wholes[0].name, setting, accelerator, namesReuse: false)
      try output.emit(
        (output.fitted([heading, ""]) + BoundReport.lines(bounds, form: output.form)).joined(separator: "\n") + "\n")
    }
  }
}
