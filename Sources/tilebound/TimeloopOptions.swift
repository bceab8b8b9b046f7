import Answers
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
      valueName: "file"), completion: .file())
  var timeloop: String?

  /// Refuses a Buffer that the file could not say.
  func refuse(_ layout: BufferLayout) throws {
    if timeloop != nil { try layout.refuse(for: "--timeloop is written for") }
  }

  /// Writes the file, if one is asked for.
  ///
  /// - Parameters:
  ///   - answer: the mapping.
  ///   - capacity: the Buffer's size.
  ///   - isSearched: whether the mapping was searched for, so that another search may find one that can be written.
  /// - Returns: what Timeloop does not have, to be said after the answer, which stands without the file; nil where it is written.
  /// - Throws: ``CommandFailure`` where the file cannot be written.
  func write(_ answer: Answer, capacity: Bits, isSearched: Bool) throws -> CommandFailure? {
    guard let timeloop else { return nil }
    guard let nest = answer.mapping.singleNest else {
      throw CommandFailure(code: .usage, message: "--timeloop takes a mapping of one nest, not one in pieces")
    }
    let files: TimeloopFiles
    do {
      files = try TimeloopExport.files(
        layer: answer.layer, mapping: nest, capacity: capacity, widths: answer.setting.widths,
        reuse: answer.setting.reuse)
    } catch {
      let remedy = isSearched ? Self.remedy(error, answer.setting.reuse).map { "; \($0)" } ?? "" : ""
      return CommandFailure(
        code: .failed, message: "\(timeloop): \(answer.name): cannot be written for Timeloop: \(error)\(remedy)")
    }
    try OutputOptions.write(files.text, to: timeloop)
    return nil
  }

  /// How to search for a mapping without what Timeloop does not have.
  private static func remedy(_ error: TimeloopExportError, _ reuse: ReusePolicy) -> String? {
    switch (error, reuse) {
    case (.backAndForth, _), (.filled, _), (.phases, .overlap):
      "--reuse sliding or none searches nests of forward loops over tiles alone"
    case (.phases, _): "--phases off leaves such loops out"
    case (.uneven, .overlap): "--reuse sliding or none may find a nest without"
    case (.uneven, _), (.overCapacity, _), (.tooLarge, _): nil
    }
  }
}
