import Answers
import ArgumentParser
import EnergyModel
import Interchange
import MappingSearch
import Mappings
import Reports
import Workloads

/// In how many pieces a layer may be split.
struct Pieces: CustomStringConvertible {
  /// The most pieces where each has to save something to speak of.
  static let mostByThemselves = 16

  static let one = Pieces(most: 1, leastSaving: 0)

  /// The most pieces.
  let most: Int
  /// What a further piece must save, as a share of what one nest costs to move data.
  let leastSaving: Double

  var description: String { leastSaving > 0 ? "auto" : String(most) }

  /// What they are called in legends.
  var title: String { "found in up to \(most) pieces" }

  /// What splits were tried.
  var note: String {
    most == 2
      ? "the split is the best of those tried; points are left out where shorter parts cost too much already"
      : "the first split is the best of those tried; others split again the piece where that saves most"
  }

  private init(most: Int, leastSaving: Double) { (self.most, self.leastSaving) = (most, leastSaving) }

  init(option: String) throws {
    if option == "auto" {
      self.init(most: Self.mostByThemselves, leastSaving: 0.001)
    } else if let most = Int(option), 1...MappingTree.largestPieceCount ~= most {
      self.init(most: most, leastSaving: 0)
    } else {
      throw ValidationError("\((1...MappingTree.largestPieceCount).accepted), or auto")
    }
  }
}

extension Pieces {
  /// What was found for a layer at a capacity.
  struct Found: Sendable {
    let search: PieceSearch
    let optimum: PiecesOptimum
    /// All dataflows that attain it, where it is one nest and they are wanted.
    let dataflows: [Dataflow]?
    /// How long it took, without these.
    let seconds: Double
  }

  /// Finds the mapping of a layer at a capacity.
  ///
  /// - Parameters:
  ///   - problem: what is asked.
  ///   - capacity: the Buffer's size.
  ///   - limit: when the search ends with what it has, or nil.
  ///   - options: how to search.
  ///   - namesDataflows: whether all dataflows that attain an optimum of one nest are wanted.
  /// - Returns: what was found, and how.
  /// - Throws: ``CommandFailure`` where nothing fits.
  func found(
    for problem: Problem, _ capacity: Bits, limit: TimeLimit? = nil, _ options: SearchOptions, namesDataflows: Bool
  ) throws -> Found {
    let start = ContinuousClock.now
    let search = PieceSearch(problem, capacity: capacity, limit: limit, options: options)
    guard let optimum = search.optimum(pieces: most, leastSaving: leastSaving) else {
      throw CommandFailure.nothingFits(problem, capacity)
    }
    let seconds = start.duration(to: .now).seconds
    let dataflows =
      namesDataflows && optimum.evaluation.tree.singleNest != nil
      ? search.optimizer.dataflows(attaining: optimum.nest, capacity: capacity, options: options) : nil
    return Found(search: search, optimum: optimum, dataflows: dataflows, seconds: seconds)
  }
}

extension Optimize {
  /// Refuses what goes with single nests alone.
  private func refuseBesidePieces() throws {
    for (option, value) in [("--plot", plot), ("--timeloop", timeloop.timeloop)] where value != nil {
      throw CommandFailure(code: .usage, message: "\(option) takes mappings of one nest; it does not go with --pieces")
    }
  }

  /// Finds a mapping in pieces of every layer.
  func optimizePieces(
    _ network: String?, _ entries: [Network.Entry], in setting: Problem.Setting, _ accelerator: Accelerator?,
    _ capacity: Bits, as format: OutputOptions.Format, threads: Int, timeLimit: Duration?
  ) throws {
    try refuseBesidePieces()
    try setting.layout.refuse(for: "a mapping in pieces takes")
    let options = SearchOptions(threads: entries.count == 1 ? threads : 1)
    let found = try LayerProgress.map(entries, threads: threads) { entry in
      // Dataflows are no part of a table.
      let found = try pieces.found(
        for: Problem(entry.layer, in: setting), capacity, limit: timeLimit.map(TimeLimit.init), options,
        namesDataflows: format != .table)
      let answer = Answer(
        network: network, entry: entry, on: accelerator?.identity, found.search, found.optimum,
        attainedBy: found.dataflows, seconds: noTiming ? nil : found.seconds)
      return (answer: PiecesAnswer(answer, found.optimum), isEnded: found.optimum.isEndedByLimit)
    }
    let answers = found.map(\.answer)
    TimeLimitOptions.tell(found.filter(\.isEnded).map(\.answer.answer.name))
    let written = OutputTransaction()
    try write(answers, network, in: setting, accelerator, capacity, as: format)
    if let mapping, let answer = answers.first {
      try OutputOptions.write(
        MappingFile.text(answer.evaluation.tree, layer: network == nil ? nil : answer.answer.name), to: mapping)
    }
    try written.commit()
  }

  private func write(
    _ answers: [PiecesAnswer], _ network: String?, in setting: Problem.Setting, _ accelerator: Accelerator?,
    _ capacity: Bits, as format: OutputOptions.Format
  ) throws {
    let records = answers.map(\.answer)
    switch format {
    case .json:
      return try output.emit(
        ResultFile.json(
          records, wholes: WholeAnswer.all(of: records), command: Invocation.text(), producer: Invocation.producer))
    case .csv: return try output.emit(ResultFile.csv(records))
    case .table: break
    }
    let heading = model.heading(
      "\(network ?? records[0].name) at \(CapacityText.text(capacity))", setting, accelerator)
    let report = PiecesReport(answers, form: output.form)
    let lines =
      output.fitted([heading, ""]) + (quiet ? [] : report.details) + report.table + [""] + output.fitted([pieces.note])
    try output.emit(lines.joined(separator: "\n") + "\n")
  }
}
