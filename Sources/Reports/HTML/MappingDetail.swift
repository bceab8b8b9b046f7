import EnergyModel
import Answers
import Interchange
import Mappings
import Workloads

/// A record's loop nest, what it moves and holds, and how to replay it.
struct MappingDetail {
  /// A line of the drawing.
  struct Line {
    let text: String
    /// What stands behind it: a loop's blocks, a box, or that the order does not matter.
    let remark: String
    /// The tensor that is kept, if it is a keep.
    let tensor: String?
    /// How often what is moved is used.
    let reuse: String?
  }

  /// The nest of a piece, or the only one.
  struct Nest {
    /// What the piece runs, where there are several.
    let title: String?
    let lines: [Line]
  }

  struct Fact {
    let name: String
    /// In which no number is broken at the end of a line.
    let text: String

    init(name: String, text: String) { (self.name, self.text) = (name, NumberText.unbroken(text)) }
  }

  let number: Int
  let capacity: String
  let setting: String?
  let dataflow: String
  let energy: String
  let gap: String?
  let nests: [Nest]
  let facts: [Fact]
  let traffic: HTMLTable
  let command: String
  /// What is to be known of the command.
  let remark: String?

  init(_ entry: ReportContents.Entry, setting: String?) throws {
    let record = entry.record
    let model = record.setting.energyModel
    let moved = TensorTraffic.all(record)
    number = entry.number
    capacity = record.capacityTitle
    self.setting = setting
    dataflow = DataflowsText.own(record)
    energy = "\(NumberText.energy(record.energy.total)) \(record.energy.unit)"
    gap = record.gap?.data.map(NumberText.percent)
    nests = Self.nests(record, moved)
    facts = Self.facts(record)
    traffic = Self.table(record, moved)
    command = ReportCommand.replay(record)
    remark =
      ReportCommand.isBuiltIn(record.setting)
      ? nil
      : "The command counts bits. For these energies add --energy with the file of the energy model "
        + "\(model.name): per MAC \(NumberText.price(model.perMAC)), per bit read "
        + "\(NumberText.price(model.perBitRead)), per bit written "
        + "\(NumberText.price(model.perBitWritten)) \(model.unit)."
  }

  private static func nests(_ record: Answer, _ moved: [TensorTraffic]) -> [Nest] {
    switch record.evaluation {
    case .nest(let evaluation):
      [
        Nest(
          title: nil,
          lines: NestDrawing(evaluation.mapping, on: record.layer).lines.map { line($0, record, moved) })
      ]
    case .pieces(let evaluation):
      evaluation.pieces.indices.map { index in
        let piece = evaluation.pieces[index]
        return Nest(
          title: PiecesReport.title(of: index, evaluation, on: record.layer, record.setting.widths),
          // How often a word is used is known of all pieces together.
          lines: NestDrawing(piece.mapping, on: piece.layer).lines.map { line($0, record, []) })
      }
    }
  }

  private static func line(_ line: NestDrawing.Line, _ record: Answer, _ moved: [TensorTraffic]) -> Line {
    switch line {
    case .loop(let loop, let range):
      let blocks =
        switch loop.cut {
        case .tile(let tile): ReportContents.count((range + tile - 1) / tile, "block")
        case .phases(let phases): ReportContents.count(min(range, phases), "phase")
        }
      return Line(text: line.text, remark: "(\(blocks))", tensor: nil, reuse: nil)
    case .keep(let tensor, let largestBox, let sizes):
      let width = record.setting.widths.inBuffer(tensor)
      let box = "\(largestBox), \(NumberText.grouped(largestBox * width)) bit"
      let extents = sizes.map(\.description).joined(separator: ", ")
      return Line(
        text: line.text, remark: box + (extents.isEmpty ? "" : " (\(extents))"), tensor: tensor.rawValue,
        reuse: TensorTraffic.reuseText(of: tensor, moved, macs: record.layer.macs))
    case .rest(let sizes):
      return Line(
        text: line.text, remark: sizes.isEmpty ? "" : "in any order, one MAC each", tensor: nil, reuse: nil)
    }
  }

  private static func facts(_ record: Answer) -> [Fact] {
    var facts = [
      Fact(name: "Dataflow", text: DataflowsText.inFull(record)),
      Fact(
        name: "Energy",
        text: "\(NumberText.grouped(record.energy.total)) \(record.energy.unit): compute "
          + "\(NumberText.grouped(record.energy.compute)), data \(NumberText.grouped(record.energy.data))"),
      Fact(
        name: "Occupancy",
        text: "\(NumberText.grouped(record.occupancy)) bit"
          + (record.capacity.map {
            " of \(CapacityText.text($0)), \(NumberText.percent(Double(record.occupancy.count) / Double($0.count)))"
          } ?? "; the record names no capacity")),
    ]
    if let bound = record.bound {
      facts.append(
        Fact(
          name: "Bound",
          text: "\(NumberText.grouped(bound.total)) \(record.energy.unit), data \(NumberText.grouped(bound.data)) "
            + "(\(WholeText.family(bound)))"))
      if let gap = record.gap {
        let shares = [("data", gap.data), ("total", gap.total)].compactMap { name, share in
          share.map { "\(name) \(NumberText.percent($0))" }
        }
        if !shares.isEmpty { facts.append(Fact(name: "Gap", text: shares.joined(separator: ", "))) }
      }
    }
    if let time = record.time {
      facts.append(
        Fact(
          name: "Time",
          text:
            "\(TimeText.text(time.total)), limited by \(time.limit.rawValue): compute \(TimeText.text(time.compute)), "
            + "data \(TimeText.text(time.data))"
            + (time.bound.map { "; at least \(TimeText.text($0)) for every schedule" } ?? "")))
    }
    if let whole = record.partOf {
      facts.append(Fact(name: "Part of", text: "\(whole), which alone has a bound: parts read inputs in common"))
    }
    if case .pieces(let evaluation) = record.evaluation {
      let carried = evaluation.carried
      facts.append(
        Fact(
          name: "Carried",
          text: "from piece to piece: words of inputs \(NumberText.grouped(carried.inputs.count)), weights "
            + "\(NumberText.grouped(carried.weights.count)), outputs \(NumberText.grouped(carried.outputs.count))"))
    }
    if let search = record.search { facts.append(Fact(name: "Search", text: search.text)) }
    if let agrees = record.replayAgrees {
      facts.append(Fact(name: "Replay", text: agrees ? "counted the same when the record was made" : "DIFFERED"))
    }
    if let transactions = record.transactions {
      facts.append(Fact(name: "Bursts", text: BurstText.text(transactions, moved: record.traffic.total)))
    }
    return facts
  }

  private static func table(_ record: Answer, _ moved: [TensorTraffic]) -> HTMLTable {
    var table = HTMLTable(
      caption: "What moves between DRAM and the Buffer",
      [
        ("tensor", false), ("read [bit]", true), ("written [bit]", true), ("words", true), ("times each moves", true),
        ("energy [\(record.energy.unit)]", true), ("share", true),
      ])
    func add(_ name: String, _ read: Bits, _ written: Bits, _ words: Int, _ times: Double?, _ energy: Double) {
      table.add([
        .header(name), .bits(read), .bits(written), .number(words), .number(times, NumberText.factor),
        .number(energy), .percent(record.energy.data > 0 ? energy / record.energy.data : nil),
      ])
    }
    for row in moved {
      add(row.name, row.read, row.written, row.words, row.timesEach, row.energy(record.setting.energyModel))
    }
    add(
      "all", moved.reduce(.zero) { $0 + $1.read }, moved.reduce(.zero) { $0 + $1.written },
      moved.reduce(0) { $0 + $1.words }, nil, record.energy.data)
    return table
  }
}

// Reports have many mappings: a template that looks each value up takes many times as long.
extension MappingDetail {
  /// It in HTML.
  func write(to html: inout String) {
    html += "<details id=\"mapping-\(number)\">\n<summary>"
    html += Self.span("capacity", capacity) + " " + Self.span("dataflow", dataflow) + " " + Self.span("energy", energy)
    if let gap { html += " " + Self.span("gap", "gap \(gap)") }
    if let setting { html += " " + Self.span("aside", setting) }
    html += "</summary>\n<div class=\"detail\">\n<h4>Loop nest</h4>\n"
    for nest in nests { nest.write(to: &html) }
    html += "<h4>Costs</h4>\n<dl>\n"
    for fact in facts {
      html += "<div><dt>\(EscapedHTML.escaped(fact.name))<dd>\(EscapedHTML.escaped(fact.text))</div>\n"
    }
    html += "</dl>\n"
    traffic.write(to: &html)
    html += "\n<h4>Replay</h4>\n<pre><code>\(EscapedHTML.escaped(command))</code></pre>\n"
    if let remark { html += "<p class=\"remark\">\(EscapedHTML.escaped(remark))</p>\n" }
    html += "</div>\n</details>"
  }

  private static func span(_ kind: String, _ text: String) -> String {
    "<span class=\"\(kind)\">\(EscapedHTML.escaped(text))</span>"
  }
}

extension MappingDetail.Nest {
  /// Writes it as lists, each in the one before.
  fileprivate func write(to html: inout String) {
    if let title { html += "<p class=\"aside\">\(EscapedHTML.escaped(NumberText.unbroken(title)))</p>\n" }
    html += "<div class=\"scroll\" role=\"group\" aria-label=\"Loop nest\" tabindex=\"0\"><div class=\"nest\">"
    for line in lines {
      html += "<ol><li><div"
      if let tensor = line.tensor { html += " class=\"tensor \(EscapedHTML.escaped(tensor))\"" }
      html += "><code>\(EscapedHTML.escaped(line.text))</code> <i>\(EscapedHTML.escaped(line.remark))</i>"
      if let reuse = line.reuse { html += " <i class=reuse>\(EscapedHTML.escaped(reuse))</i>" }
      html += "</div>"
    }
    for _ in lines { html += "</ol>" }
    html += "</div></div>\n"
  }
}
