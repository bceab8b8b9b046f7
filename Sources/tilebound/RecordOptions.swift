import Answers
import ArgumentParser
import EnergyModel
import Interchange
import Mappings
import Workloads

/// A record of a file of results, whose mapping is wanted.
struct RecordOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The mapping of a record of a file of results: --network, --layer, --capacity and --reuse choose it where there are "
        + "several.", valueName: "file"), completion: .file())
  var result: String?

  /// The one record that is meant.
  ///
  /// - Throws: an error that says how many are left and how to choose.
  func answer(_ file: String, of layers: LayerOptions, capacity: Bits?, reuse: ReusePolicy?) throws -> Answer {
    for (option, value) in [("--shape", layers.shape), ("--gemm", layers.gemm), ("--dim", layers.dimensions.dim.first)]
    where value != nil {
      throw CommandFailure(
        code: .usage, message: "\(option) does not go with --result, whose record has its layer")
    }
    var document = try ResultReader.read(file: file)
    let all = document.answers
    let network = try layers.network.map { try Self.known($0, among: all.compactMap(\.network).uniqued()) }
    let names = try layers.names.selection.chosen(among: all.map(\.name), of: [TextFile.shown(file)])
    document.select { answer in
      (network ?? answer.network) == answer.network && names.contains(answer.name)
        && (capacity ?? answer.capacity) == answer.capacity && (reuse ?? answer.setting.reuse) == answer.setting.reuse
    }
    guard let answer = document.answers.first else {
      throw CommandFailure(
        code: .usage,
        message: "\(TextFile.shown(file)): "
          + (all.count == 1 ? "its one record is not" : "none of its \(all.count) records is")
          + " the one that is asked for")
    }
    let others = document.answers.filter {
      $0.layer != answer.layer || $0.mapping != answer.mapping || $0.setting.reuse != answer.setting.reuse
    }
    if others.isEmpty { return answer }
    throw CommandFailure(
      code: .usage,
      message: "\(TextFile.shown(file)): \(document.answers.count) records have different mappings; choose one by "
        + "--network, --layer, --capacity or --reuse")
  }

  /// The network of the records that is meant by a name, whatever its case and hyphens.
  static func known(_ name: String, among names: [String]) throws -> String {
    guard let network = NearestName.match(name, among: names) else {
      throw FormatError(
        origin: "--network",
        message: names.isEmpty ? "no record has a network" : unknown("network", name, known: names))
    }
    return network
  }
}
