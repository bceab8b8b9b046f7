import Answers
import ArgumentParser
import EnergyModel
import Interchange
import MappingSearch
import Mappings
import Reports
import Workloads

/// In how many pieces a layer may be split.
struct Pieces: ExpressibleByArgument, CustomStringConvertible {
  /// The most pieces where each has to save something to speak of.
  static let mostByThemselves = 16

  static let one = Pieces(most: 1, leastSaving: 0)

  /// The most pieces.
  let most: Int
  /// What a further piece must save, as a share of what one nest costs to move data.
  let leastSaving: Double

  var description: String { leastSaving > 0 ? "auto" : String(most) }

  private init(most: Int, leastSaving: Double) { (self.most, self.leastSaving) = (most, leastSaving) }

  init?(argument: String) {
    if argument == "auto" {
      self.init(most: Self.mostByThemselves, leastSaving: 0.001)
    } else if let most = Int(argument), 1...MappingTree.largestPieceCount ~= most {
      self.init(most: most, leastSaving: 0)
    } else {
      return nil
    }
  }
}

extension Optimize {
  /// Refuses what goes with single nests alone.
  private func refuseBesidePieces(_ format: OutputOptions.Format) throws {
    if format != .table {
      throw CommandFailure(
        code: .usage, message: "--pieces \(pieces) is told of in a table alone, not as \(format.rawValue)")
    }
    for (option, value) in [("--plot", plot), ("--timeloop", timeloop.timeloop)] where value != nil {
      throw CommandFailure(code: .usage, message: "\(option) takes mappings of one nest; it does not go with --pieces")
    }
  }

  /// Finds a mapping in pieces of every layer.
  func optimizePieces(
    _ network: String?, _ entries: [Network.Entry], in setting: Problem.Setting, _ accelerator: Accelerator?,
    _ capacity: Bits, as format: OutputOptions.Format, threads: Int, timeLimit: Duration?
  ) throws {
    try refuseBesidePieces(format)
    try setting.layout.refuse(for: "a mapping in pieces takes")
    let options = SearchOptions(threads: entries.count == 1 ? threads : 1)
    let found = try LayerProgress.map(entries, threads: threads) { entry in
      let problem = try Problem(entry.layer, in: setting)
      let search = PieceSearch(
        problem, capacity: capacity, limit: timeLimit.map(TimeLimit.init), options: options)
      guard let optimum = search.optimum(pieces: pieces.most, leastSaving: pieces.leastSaving) else {
        throw CommandFailure.nothingFits(problem, capacity)
      }
      return (
        answer: PiecesAnswer(network: network, entry: entry, search, optimum), isEnded: optimum.isEndedByLimit
      )
    }
    let answers = found.map(\.answer)
    TimeLimitOptions.tell(found.filter(\.isEnded).map(\.answer.name))
    let heading = model.heading(
      "\(network ?? entries[0].layer.name) at \(CapacityText.text(capacity))", setting, accelerator)
    let report = PiecesReport(answers, form: output.form)
    let note =
      pieces.most == 2
      ? "the split is the best of those tried; points are left out where shorter parts cost too much already"
      : "the first split is the best of those tried; others split again the piece where that saves most"
    let lines =
      output.fitted([heading, ""]) + (quiet ? [] : report.details) + report.table + [""] + output.fitted([note])
    try output.emit(lines.joined(separator: "\n") + "\n")
    if let mapping, let answer = answers.first {
      try OutputOptions.write(
        MappingFile.text(answer.evaluation.tree, layer: network == nil ? nil : answer.name), to: mapping)
    }
  }
}
