import Answers
import ArgumentParser
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
  func write(_ answer: Answer, capacity: Bits) throws {
    guard let timeloop else { return }
    let files: TimeloopFiles
    do {
      files = try TimeloopExport.files(
        layer: answer.layer, mapping: answer.mapping, capacity: capacity, widths: answer.setting.widths,
        reuse: answer.setting.reuse)
    } catch {
      throw CommandFailure(
        code: .failed, message: "\(timeloop): \(answer.name): cannot be written for Timeloop: \(error)")
    }
    try OutputOptions.write(files.text, to: timeloop)
  }
}
