import Answers
import EnergyModel
import Foundation
import Interchange
import LowerBounds
import MappingSearch
import Mappings
import Testing
import Workloads

@testable import Reports

/// The report as text; how a browser takes it is tested apart.
struct HTMLReportTests {
  /// The optimum of a product of two matrices, as a record.
  private func record(
    _ name: String, network: String? = "net", count: Int = 1, m: Int = 8, capacity: Int = 20, bits: Int = 8,
    model: EnergyModel = .bitsMoved, reuse: ReusePolicy = .sliding
  ) throws -> Answer {
    let layer = try Layer.gemm(name: name, m: m, n: 6, k: 5, hasBiases: true)
    let widths = WordWidths(try #require(BitWidth(bits)))
    let problem = try Problem(layer, widths: widths, energyModel: model, reuse: reuse)
    let optimizer = Optimizer(problem)
    let optimum = try #require(optimizer.optimum(capacity: .bytes(capacity)))
    return Answer(
      network: network, entry: Network.Entry(layer: layer, count: count), problem, capacity: .bytes(capacity), optimum,
      bounds: LowerBounds(problem), attainedBy: optimizer.dataflows(attaining: optimum, capacity: .bytes(capacity)),
      seconds: nil)
  }

  private func document(
    _ records: [Answer], command: String? = nil, file: String = "results.json"
  ) throws -> ResultDocument {
    try ResultReader.parse(try ResultFile.json(records, command: command), origin: file)
  }

  private func page(
    _ documents: [ResultDocument], figures: [Figure] = [], title: String? = nil
  ) throws -> String {
    try HTMLReport(documents: documents, figures: figures, title: title).page()
  }

  /// The cells of the table row that a text begins.
  private func row(_ page: String, startingWith text: String) throws -> [String] {
    let line = try #require(page.split(separator: "\n").first { $0.contains(text) && $0.hasPrefix("<tr>") })
    return line.matches(of: /<t[hd][^>]*>(?:<a[^>]*>)?([^<]*)/).map { String($0.output.1) }
  }

  @Test func standsAloneAndIsTheSameAgain() throws {
    let document = try document([record("fc")], command: "tilebound optimize --network net")
    let page = try page([document])
    #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    #expect(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "))
    #expect(!page.contains("http:") && !page.contains("https:") && !page.contains("@import") && !page.contains("{{"))
    #expect(try self.page([document]) == page)
    #expect(page.contains("<title>Tilebound report: net</title>"))
    #expect(page.contains("<pre><code>tilebound optimize --network net</code></pre>"))
    #expect(page.matches(of: /<h2 id="([a-z]+)">/).map(\.output.1) == ["asked", "summary", "layers", "mappings"])
  }

  /// A nest that `evaluate` was given, with loops that no search comes upon.
  @Test func loopsBackAndForthAndOverPhases() throws {
    let layer = try Layer(
      name: "conv", inputChannels: 3, input: Extent(height: 19, width: 1), outputChannels: 8,
      kernel: Extent(height: 5, width: 1), stride: Extent(height: 2, width: 1))
    let mapping = try NestText.parse("k:3~ [outputs] r%2 c:1~ [inputs] [weights]", origin: "-")
    let problem = try Problem(layer, widths: WordWidths(.byte), reuse: .overlap)
    let record = Answer(
      network: nil, entry: Network.Entry(layer: layer, count: 1), setting: problem.setting, capacity: nil,
      problem.evaluate(mapping))
    let page = try page([document([record])])
    #expect(page.contains("<code>for k in 8 by 3, back and forth</code> <i>(3 blocks)</i>"))
    #expect(page.contains("<code>for r in 5 by phases of 2</code> <i>(2 phases)</i>"))
    #expect(
      page.contains(
        "<code>for k in 3, p in 8, r in 3 by 1</code> <i>in any order, one MAC each</i>"))
    #expect(page.contains("k:3~ [outputs] r%2 c:1~ [inputs] [weights]") && page.contains("--reuse overlap"))
  }

  /// A mapping in pieces has a nest for each, and a command that replays all of them.
  @Test func pieces() throws {
    let layer = try Layer.gemm(name: "fc", m: 6, n: 8, k: 4)
    let line = "split k:5 { k:3 [outputs] [inputs] [weights] } { [weights] c:2 [inputs] [outputs] }"
    let problem = try Problem(layer, widths: WordWidths(.byte))
    let record = Answer(
      network: nil, entry: Network.Entry(layer: layer, count: 1), setting: problem.setting, capacity: .bytes(90),
      counted: .pieces(try problem.evaluate(counting: try NestText.parseTree(line, origin: "-"))))
    let page = try page([document([record])])
    #expect(page.contains("<p class=\"aside\">piece 1: k 0...4, c 4, p 6, os-iw, holds 432\u{A0}bit</p>"))
    #expect(page.contains("<p class=\"aside\">piece 2: k 5...7, c 4, p 6, ws-io, holds 336\u{A0}bit</p>"))
    #expect(page.contains("<code>for k in 5 by 3</code>") && page.contains("<code>for c in 4 by 2</code>"))
    #expect(page.contains("2 pieces (os-iw, ws-io)") && page.contains("from piece to piece: words of inputs 12,"))
    #expect(page.contains("--nest &#39;\(line)&#39; --capacity 720bit"))
  }

  /// Whatever names hold, and wherever they stand, they are text. Marks that combine hide a quote or a bracket from
  /// whoever looks at whole characters.
  @Test(arguments: [
    "<script>alert(1)</script>", "\"&'", "</style>", "</title>", "<!--", "{{title}}", "{{{style}}}",
    "\"\u{301} onfocus=",
    "\u{600}<img src=x>", "\u{600}</code>", "<\u{338}b>", "'\u{200d}>",
  ])
  func namesAreEscaped(name: String) throws {
    func named(_ name: String) throws -> Answer {
      let model = try EnergyModel(name: name, source: "", unit: name, mac: 0, read: 1, write: 1)
      return try self.record(name, network: name, model: model)
    }
    let (record, harmless) = (try named(name), try named("x"))
    let plain = try page([document([harmless], command: "x", file: "x")], title: "x")
    let page = try page([document([record], command: name, file: name)], title: name)
    func count(_ scalar: Unicode.Scalar, _ text: String) -> Int { text.unicodeScalars.count { $0 == scalar } }
    // As much markup as for a harmless name.
    #expect(count("<", page) == count("<", plain))
    #expect(count("\"", page) == count("\"", plain))
    let escaped = name.unicodeScalars.map { scalar in
      ["<": "&lt;", ">": "&gt;", "&": "&amp;", "\"": "&quot;", "'": "&#39;"][scalar] ?? String(scalar)
    }.joined()
    #expect(page.utf8.split(separator: UInt8(ascii: "\n")).contains { Array($0) == Array("<h1>\(escaped)</h1>".utf8) })
  }

  @Test func numbersAreThoseOfTheRecord() throws {
    let record = try record("fc", count: 3)
    let page = try page([document([record])])
    let bound = try #require(record.bound)
    func grouped(_ value: Double) -> String { value < 1000 ? "\(Int(value))" : "\(Int(value))".group }
    func grouped(_ value: Bits) -> String { grouped(Double(value.count)) }
    let cells = try row(page, startingWith: "fc</a>")
    let traffic = record.traffic
    #expect(
      cells == [
        "net", "fc", "20 B", String(format: "%.1f %%", 100 * (record.energy.data / bound.data - 1)),
        DataflowsText.attaining(record), grouped(record.energy.total),
        grouped(bound.total), "3", "240", grouped(traffic.inputsRead),
        grouped(traffic.weightsRead + traffic.biasesRead),
        grouped(traffic.partialSumsRead + traffic.partialSumsWritten), grouped(traffic.outputsWritten),
        "\(record.occupancy.count)",
      ], "\(cells)")
    let total = try row(page, startingWith: "net<td data-value=160>20 B")
    #expect(total[1] == "20 B" && total[3] == grouped(3 * record.energy.data) && total[5] == "3")
    // Every output moves once and serves as many MACs as there are terms in its sum.
    #expect(page.contains("5.00 MACs per word moved, each element moved 1.00 times"))
    let biases = try row(page, startingWith: "biases<td")
    #expect(Array(biases[1...4]) == ["48", "0", "6", "1.00"])
  }

  /// Which dataflows attain an optimum, or that this is not known, stands in the table, the summary and beside the nest.
  @Test func tiesAreTold() throws {
    func page(
      _ dataflows: [Dataflow]?, isComplete: Bool = true, template: NestTemplate? = nil
    ) throws -> String {
      var record = try record("fc", count: 3)
      record.template = template
      record.optimalDataflows = dataflows
      record.search?.isComplete = isComplete
      return try self.page([document([record])])
    }
    let dataflow = try #require(record("fc").dataflow)
    let own = dataflow.rawValue
    let pair = Dataflow.allCases.filter { $0.stationary == dataflow.stationary }
    for (dataflows, cell, summary, fact) in [
      (
        [dataflow], own, "one dataflow alone attains 1 (\(own) 1); several attain 0.", "which alone attains this energy"
      ),
      (
        pair, "\(own.prefix(2))-*", "attains 0; several attain 1.",
        "; so do \(pair.filter { $0 != dataflow }[0].rawValue)"
      ),
      (Dataflow.allCases, "any", "several attain 1, all six 1 of those.", "; so do all others"),
      (nil, "\(own) or others", "Of 1 optimum of net it is not known which dataflows attain it.", "(\(own))</div>"),
    ] as [([Dataflow]?, String, String, String)] {
      let page = try page(dataflows)
      #expect(try row(page, startingWith: "fc</a>").contains(cell))
      #expect(page.contains(summary), "\(summary)")
      #expect(page.contains(fact), "\(fact)")
    }
    // A template's nest is of one dataflow, and none is asked of.
    let nodes = try #require(record("fc").mapping.singleNest).nodes.map { node -> NestTemplate.Node in
      switch node {
      case .loop(let loop): .free(loop.dimension, loop.direction)
      case .keep(let tensor): .keep(tensor)
      }
    }
    let nests = try page(nil, template: try NestTemplate(nodes))
    #expect(!nests.contains("it is not known which dataflows") && !nests.contains(" or others"))
    let incomplete = try page([dataflow], isComplete: false)
    #expect(incomplete.contains("one dataflow alone is known to attain 1 (\(own) 1); several attain 0."))
    #expect(incomplete.contains("the only one known to attain this energy"))
  }

  @Test func settingsAreNotMixed() throws {
    let model = try EnergyModel(name: "mine", source: "", unit: "pJ", mac: 1, read: 2, write: 3)
    let page = try page([
      document([record("a"), record("a", bits: 16, model: model), record("b", reuse: .none), record("b")]),
      document([record("a", capacity: 24)], file: "more.json"),
    ])
    #expect(page.matches(of: /<h3>Setting [0-9]:/).count == 3)
    #expect(page.contains("<h3>Setting 2: energy model mine, word widths 16/16/16/16, reuse sliding</h3>"))
    #expect(page.contains("net: no sum at 1 capacity, where not all of its 2 distinct layers have a record."))
    let first = try row(page, startingWith: "<th scope=row>net<td")
    let sum = try record("a").energy.total + record("b").energy.total
    #expect(first[1] == "20 B" && first[3] == "\(Int(sum))".group && first[5] == "2")
    // What MACs cost besides stands only where they cost anything.
    #expect(page.contains("energy total [pJ]") && !page.contains("energy total [bit]"))
  }

  @Test func recordsThatCannotBeAddedUpAreNot() throws {
    let page = try page([document([record("a"), record("a", m: 9)])])
    #expect(page.contains("net has layers of one name that differ"))
    // The same result twice is one layer.
    let twice = try self.page([document([record("a")]), document([record("a")], file: "again.json")])
    #expect(try row(twice, startingWith: "<th scope=row>net<td")[5] == "1")
  }

  @Test func curvesAreSummedUpByLayer() throws {
    let layer = try Layer.gemm(name: "fc", m: 8, n: 6, k: 5)
    let widths = WordWidths(.byte)
    let curve = try Optimizer(Problem(layer, widths: widths, reuse: .sliding)).curve()
    let records = curve.steps.points.indices.map { index in
      Answer(
        network: nil, entry: Network.Entry(layer: layer, count: 1), curve.problem,
        capacity: curve.steps.points[index].capacity, curve.optimum(at: index), bounds: LowerBounds(curve.problem))
    }
    let page = try page([document(records, file: "curve.csv")])
    #expect(!page.contains("Sums over each network"))
    let cells = try row(page, startingWith: "<td class=text><th scope=row>k=6,c=5,h=8<td")
    #expect(cells.contains("\(records.count)") && cells.last == "\(Int(records.map(\.energy.data).min() ?? 0))".group)
    #expect(
      page.contains(
        "<pre><code>tilebound curve --shape k=6,c=5,h=8 --bits inputs=8,weights=8,outputs=8,partial-sums=8 "
          + "--reuse sliding --format csv</code></pre>"))
  }

  /// Where the file does not say which command made it, one that comes to the same is built from its records.
  @Test func equivalentCommands() throws {
    let network = try #require(try BuiltIn.network("alexnet"))
    func records(_ entries: [Network.Entry], _ capacities: [Int], comparesDataflows: Bool = false) throws
      -> [Answer]
    {
      try entries.flatMap { entry in
        let optimizer = try Optimizer(Problem(entry.layer, widths: WordWidths(.byte), reuse: .sliding))
        return try capacities.map { capacity in
          let optimum = try #require(optimizer.optimum(capacity: .bytes(capacity)))
          var record = Answer(
            network: "alexnet", entry: entry, optimizer.problem, capacity: .bytes(capacity), optimum,
            bounds: LowerBounds(optimizer.problem))
          if comparesDataflows { record.dataflows = [:] }
          return record
        }
      }
    }
    func commands(_ records: [Answer]) throws -> [String] {
      let page = try page([document(records)])
      let asked = try #require(page.split(separator: "<h2 id=\"summary\">").first)
      return asked.matches(of: /<pre><code>(.*)<\/code><\/pre>/).map { String($0.output.1) }
    }
    let tail = "--bits inputs=8,weights=8,outputs=8,partial-sums=8 --reuse sliding --format csv"
    let all = network.entries
    #expect(
      try commands(records(all, [65536])) == ["tilebound optimize --network alexnet --capacity 64KiB \(tail)"])
    #expect(
      try commands(records([all[7]], [1024, 2048, 4096, 5000], comparesDataflows: true))
        == ["tilebound gap --network alexnet --layer fc8 --capacity 1KiB...4KiB,5000B \(tail)"])
    #expect(
      try commands(records([all[6], all[7]], [1024, 4096]))
        == ["tilebound curve --network alexnet --layer fc7 --layer fc8 --capacity 1KiB,4KiB \(tail)"])
    #expect(
      try commands([record("fc")])
        == ["tilebound optimize --shape k=6,c=5,h=8,biases=true --capacity 20B \(tail)"])
    // What was not searched for alike does not share a command, nor a setting.
    let free = try records([all[7]], [1024])
    var searched = free
    searched[0].setting.dataflows = [.outputsInputsWeights, .weightsInputsOutputs]
    searched.append(free[0])
    let template = try NestTemplate(
      try #require(free[0].mapping.singleNest).nodes.map { node in
        switch node {
        case .loop(let loop): .free(loop.dimension, loop.direction)
        case .keep(let tensor): .keep(tensor)
        }
      })
    searched[1].template = template
    let found = "tilebound optimize --network alexnet --layer fc8 --capacity 1KiB"
    let options = tail.replacing(" --format csv", with: "")
    #expect(
      try commands(free + searched) == [
        "\(found) \(tail)", "\(found) \(options) --dataflow os-iw,ws-io --format csv",
        "\(found) \(options) --template &#39;\(NestText.text(template))&#39; --format csv",
      ])
    let report = try self.page([document(free + searched)])
    #expect(
      report.contains("reuse sliding, dataflows os-iw, ws-io")
        && report.contains("reuse sliding, template \(NestText.text(template))"))
    #expect(report.contains("Setting 3"))
  }

  @Test func figuresStandInTheirSection() throws {
    let axis = Figure.Axis(title: "x", scale: .linear, from: 0, to: 1, ticks: [])
    let figures = ["one", "two"].map { name in
      var figure = Figure(
        name: name, title: "\(name) <", subtitle: "of \"\(name)\"", frame: (100, 80),
        margins: Figure.Margins(left: 10, right: 10, top: 10, bottom: 10), x: axis, y: axis)
      figure.description = "a '\(name)'"
      return figure
    }
    let page = try page([document([record("fc")])], figures: figures)
    #expect(page.contains("<li><a href=\"#plots\">Plots</a></li>") && page.contains("<h2 id=\"plots\">"))
    #expect(page.contains("<figure id=\"figure-2\">\n<h3>two &lt;</h3>"))
    #expect(page.contains("role=\"img\" aria-label=\"two &lt;, of &quot;two&quot;. a &#39;two&#39;\""))
    #expect(page.contains("<p class=\"aside\">of &quot;two&quot;</p>"))
    #expect(page.contains("<figcaption>a &#39;two&#39;</figcaption>"))
  }

  @Test func longReportsSayWhatTheyLeaveOut() throws {
    let record = try record("fc")
    let many = try document((0..<1_003).map { _ in record })
    let page = try HTMLReport(documents: [many], mappingCount: 100).page()
    #expect(page.matches(of: /<details id/).count == 100)
    #expect(page.contains("Mappings are drawn for the first 100 of 1 003 records."))
    #expect(page.contains("#mapping-100>") && !page.contains("#mapping-101>"))
  }

  /// What 4 000 records take besides their plots, which have some three megabytes.
  @Test func longReportsStaySmall() throws {
    #expect(HTMLReport.usualMappingCount(of: 700) > 700 && HTMLReport.usualMappingCount(of: 1_000_000) == 100)
    let record = try record("layer1.0.downsample")
    let many = try document((0..<4_000).map { _ in record })
    let page = try HTMLReport(documents: [many]).page()
    #expect(page.matches(of: /<details id/).count == HTMLReport.usualMappingCount(of: 4_000))
    #expect(page.utf8.count < 1_700_000, "\(page.utf8.count)")
  }

  @Test func selectedRecordsAreSaidToBeSome() throws {
    var document = try document([record("a"), record("b"), record("c")])
    document.select { $0.name != "b" }
    #expect(document.answers.map(\.name) == ["a", "c"] && document.omittedRecords == 1)
    #expect(try page([document]).contains("2 records of 3, as chosen for this report"))
  }
}

extension String {
  /// The digits in groups of three.
  fileprivate var group: String {
    let reversed = Array(self.reversed())
    return String(
      stride(from: 0, to: reversed.count, by: 3).map { String(reversed[$0..<Swift.min($0 + 3, reversed.count)]) }
        .joined(separator: " ").reversed())
  }
}
