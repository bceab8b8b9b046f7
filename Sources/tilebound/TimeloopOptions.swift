import ArgumentParser
import EnergyModel
import Interchange
import Mappings
import Workloads

/// A mapping for Timeloop.
struct TimeloopOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write a single layer's architecture, problem and mapping for timeloop-model to this file, with the accesses that "
        + "its v3.0.3 and its master branch are to count.",
      valueName: "file"))
  var timeloop: String?

  /// Writes the file, if one is asked for.
  func write(
    _ mapping: Mapping, of layer: Layer, capacity: Bits, _ widths: WordWidths, _ reuse: ReusePolicy
  ) throws {
    guard let timeloop else { return }
    let files: TimeloopFiles
    do {
      files = try TimeloopExport.files(
        layer: layer, mapping: mapping, capacity: capacity, widths: widths, reuse: reuse)
    } catch {
      throw CommandFailure(
        code: .failed, message: "\(timeloop): \(layer.name): cannot be written for Timeloop: \(error)")
    }
    try OutputOptions.write(files.text, to: timeloop)
  }
}
