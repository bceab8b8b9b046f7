import Answers
import ArgumentParser
import EnergyModel
import Interchange
import MappingSearch
import Mappings
import Reports
import Workloads

extension Curve {
  /// Finds mappings in pieces of every layer at each capacity.
  func curveInPieces(
    _ network: String?, _ entries: [Network.Entry], at capacities: [Bits]?, in setting: Problem.Setting,
    _ accelerator: Accelerator?, as format: OutputOptions.Format, _ threads: Int, _ picture: CurvePicture?
  ) throws {
    guard let capacities = capacities.map({ Set($0).sorted() }) else {
      throw CommandFailure(
        code: .usage,
        message: "--pieces takes the sizes at which mappings in pieces are sought, as in --capacity 1KiB...1MiB")
    }
    if within != nil {
      throw CommandFailure(
        code: .usage, message: "--within sets the knee of curves of one nest; it does not go with --pieces")
    }
    if plot != nil {
      if !layers.isNetwork, entries.count > 1 {
        throw CommandFailure(code: .usage, message: "--plot with --pieces draws one layer or a whole network")
      }
      if plotIn == .words, setting.energyModel.buffer != nil {
        throw CommandFailure(
          code: .usage,
          message:
            "--plot-in words does not go with --pieces where the Buffer's accesses cost energy: take energy or total")
      }
    }
    try setting.layout.refuse(for: "a mapping in pieces takes")
    let answers = try answers(network, entries, at: capacities, in: setting, accelerator, as: format, threads)
    let rows = capacities.indices.map { index in (capacities[index], answers.map { $0[index] }) }
    let totals = rows.compactMap { NetworkAnswer($1.map(\.answer)) }
    let written = OutputTransaction()
    if let picture {
      let curves = try nests(entries, at: capacities, in: setting, threads)
      try picture.draw(
        network: network, isNetwork: layers.isNetwork, wholes: [], entries, curves.map { ($0.steps, []) },
        inPieces: (pieces.title, totals), isComplete: curves.allSatisfy(\.statistics.isComplete))
    }
    let records = total ? [] : answers.joined().map(\.answer)
    switch format {
    case .json:
      try output.emit(
        ResultFile.json(
          records, totals: layers.isNetwork ? totals : nil, command: Invocation.text(), producer: Invocation.producer))
    case .csv:
      let points = totals.map {
        CurveTotal(network: $0.name, layers: $0.layers, capacity: $0.capacity, $0.energy)
      }
      try output.emit(total ? ResultFile.csv(points) : ResultFile.csv(records))
    case .table:
      let form = output.form
      var lines = output.fitted([model.heading(network ?? entries[0].layer.name, setting, accelerator)])
      func tables() -> [String] {
        if layers.isNetwork || entries.count == 1 { return [""] + PiecesReport.curve(rows, form: form) }
        return zip(entries, answers).flatMap { entry, own in
          ["", "\(entry.layer.name):"] + PiecesReport.curve(zip(capacities, own).map { ($0, [$1]) }, form: form)
        }
      }
      if !quiet { lines += tables() }
      lines += output.fitted(["", pieces.note])
      try output.emit(lines.joined(separator: "\n") + "\n")
    }
    try written.commit()
  }

  /// For each layer an answer at each capacity: what was found there or at a smaller one.
  private func answers(
    _ network: String?, _ entries: [Network.Entry], at capacities: [Bits], in setting: Problem.Setting,
    _ accelerator: Accelerator?, as format: OutputOptions.Format, _ threads: Int
  ) throws -> [[PiecesAnswer]] {
    struct Item {
      let entry: Network.Entry
      let capacity: Bits
    }
    let items = entries.flatMap { entry in capacities.map { Item(entry: entry, capacity: $0) } }
    let found = try LayerProgress.map(
      items, each: "searches", threads: threads, name: { "\($0.entry.layer.name) at \(CapacityText.text($0.capacity))" }
    ) { item in
      // Dataflows are no part of a table.
      try pieces.found(
        for: Problem(item.entry.layer, in: setting.at(item.capacity)), item.capacity,
        SearchOptions(threads: items.count == 1 ? threads : 1), namesDataflows: format != .table)
    }
    return entries.indices.map { index in
      let own = found[index * capacities.count..<(index + 1) * capacities.count]
      var last: PiecesOptimum?
      return own.map { found in
        let best = last.map { found.search.better(of: found.optimum, $0) } ?? found.optimum
        last = best
        let answer = Answer(
          network: network, entry: entries[index], on: accelerator?.identity, found.search, best,
          attainedBy: best == found.optimum ? found.dataflows : nil)
        return PiecesAnswer(answer, best)
      }
    }
  }

  /// The curves of one nest, which have the optima at the capacities.
  private func nests(
    _ entries: [Network.Entry], at capacities: [Bits], in setting: Problem.Setting, _ threads: Int
  ) throws -> [ParetoCurve] {
    let searched = setting.withoutBuffer
    let options = SearchOptions(threads: entries.count == 1 ? threads : 1)
    return try LayerProgress.map(entries, threads: threads) { entry in
      Optimizer(try Problem(entry.layer, in: searched)).curve(including: capacities, options: options)
    }
  }
}
