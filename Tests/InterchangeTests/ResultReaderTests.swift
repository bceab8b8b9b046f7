import Answers
import EnergyModel
import Foundation
import LowerBounds
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

@testable import Interchange

struct ResultReaderTests {
  /// Optima of random layers with everything that a record can hold.
  private func answers(seed: Int, count: Int) throws -> [Answer] {
    var layers = RandomLayers(seed: seed, largestSize: 6, largestMACs: 4000)
    let model = try EnergyModel(name: "m, \"x\"", source: "", unit: "pJ", mac: 0.3, read: 20.3125, write: 7.1)
    return try (0..<count).map { number in
      let layer = layers.layer()
      let widths = layers.widths()
      let problem = try Problem(
        layer, widths: widths, energyModel: model, reuse: number % 3 == 0 ? .none : .sliding)
      let optimizer = Optimizer(problem)
      let capacity = problem.leastCapacity + Bits(number * 37)
      let optimum = try #require(optimizer.optimum(capacity: capacity))
      var answer = Answer(
        network: number % 4 == 0 ? nil : "n\\e\"té", entry: Network.Entry(layer: layer, count: 1 + number % 3), problem,
        capacity: capacity, optimum, bounds: LowerBounds(problem),
        attainedBy: number % 7 == 6 ? nil : optimizer.dataflows(attaining: optimum, capacity: capacity),
        seconds: number % 2 == 0 ? nil : 0.25)
      if number % 5 == 0 { answer.compare(DataflowCurves(optimizer), of: problem, capacity: capacity) }
      return answer
    }
  }

  /// The records of a text.
  private func read(_ text: String) throws -> [ResultRecord] {
    try ResultReader.parse(text, origin: "r").answers.map { ResultRecord($0) }
  }

  /// What is written in any of the three forms is read back as it was.
  @Test func everyFormIsReadBack() throws {
    let seed = Int.random(in: 0..<1 << 30)
    let answers = try answers(seed: seed, count: 40)
    let records = answers.map { ResultRecord($0) }
    let json = try ResultFile.json(answers, command: "tilebound optimize")
    #expect(try read(json) == records, "seed \(seed)")
    #expect(try ResultReader.parse(json, origin: "r").command == "tilebound optimize")
    let lines = try answers.map { try ResultFile.jsonLine($0) }
    #expect(try read(lines.joined()) == records, "seed \(seed)")
    #expect(try read(lines[0]) == [records[0]], "seed \(seed)")
    // A table has a column for all or none: the groups of a record are told apart by their cells.
    for group in [answers.filter { $0.dataflows != nil }, answers.filter { $0.dataflows == nil }] {
      #expect(try read(ResultFile.csv(group)) == group.map { ResultRecord($0) }, "seed \(seed)")
    }
    // Prices and bounds, too, are those that were written, and not only their text.
    for (answer, read) in zip(answers, try ResultReader.parse(json, origin: "r").answers) {
      #expect(read.evaluation == answer.evaluation || read.evaluation.energy.model != answer.evaluation.energy.model)
      #expect(read.bound == answer.bound && read.gap == answer.gap && read.dataflows == answer.dataflows)
    }
  }

  /// A shape says everything about a layer but its name.
  @Test func shapesSurviveARoundTrip() throws {
    let seed = Int.random(in: 0..<1 << 30)
    var layers = RandomLayers(seed: seed, largestSize: 9, largestMACs: 1 << 40)
    for _ in 0..<300 {
      let layer = layers.layer()
      let text = ShapeText.text(layer)
      let read = try ShapeText.parse(text, origin: "-")
      #expect(Dimension.allCases.allSatisfy { read[$0] == layer[$0] }, "seed \(seed): \(text)")
      #expect(read.vertical == layer.vertical && read.horizontal == layer.horizontal, "seed \(seed): \(text)")
      #expect(read.biases == layer.biases, "seed \(seed): \(text)")
      let mapping = layers.mapping(on: layer)
      #expect(try NestText.parse(NestText.text(mapping), origin: "-") == mapping)
    }
    let biased = try Layer.gemm(name: "g", groups: 3, m: 2, n: 4, k: 5, hasBiases: true)
    #expect(ShapeText.text(biased) == "g=3,k=4,c=5,h=2,biases=true")
    let shared = try Layer.gemm(name: "g", groups: 3, m: 2, n: 4, k: 5, hasBiases: true, channelsPerBias: 2)
    #expect(ShapeText.text(shared) == "g=3,k=4,c=5,h=2,biases=true,channels-per-bias=2")
    #expect(try ShapeText.parse(ShapeText.text(shared), origin: "-").biases == Words(6))
  }

  private func message(_ text: String) -> String { refusal { _ = try ResultReader.parse(text, origin: "r") } }

  /// Figures that do not follow from the mapping are refused, whichever they are.
  @Test func tamperedRecordsAreRefused() throws {
    let record = ResultRecord(try answers(seed: 1, count: 2)[1])
    func message(_ change: (inout ResultRecord) -> Void) throws -> String {
      var changed = record
      change(&changed)
      return self.message(try ResultFile.jsonLine(changed))
    }
    let counts = "r: record 1 (random): mapping: the record's counts are not those of its mapping on its shape"
    #expect(try message { _ in } == "accepted")
    #expect(try message { $0.trafficBits.inputsRead += 1 } == counts)
    #expect(try message { $0.trafficBits.total -= 1 } == counts)
    #expect(try message { $0.occupancyBits += 1 } == counts)
    #expect(try message { $0.macs *= 2 } == counts)
    #expect(try message { $0.dataflow = $0.dataflow == "os-iw" ? "os-wi" : "os-iw" } == counts)
    for (key, change) in [
      ("energy.data", { $0.energy.data *= 1.000_001 }), ("energy.compute", { $0.energy.compute += 1 }),
      ("energy.total", { $0.energy.total -= 1 }), ("energy.data", { $0.energy.perBitRead *= 2 }),
    ] as [(String, (inout ResultRecord) -> Void)] {
      #expect(
        try message(change)
          == "r: record 1 (random): \(key): does not follow from the record's traffic and prices")
    }
    #expect(try message { $0.energy.perBitRead = -1 }.contains("energy: read is -1.0; 0 to 1000000 is accepted"))
    #expect(
      try message { $0.energy.perBitRead = 20.3 }.contains(
        "energy.per_bit_read: is 20.3, which is no multiple of 2^-10"))
    #expect(try message { $0.lowerBound?.family = "best" }.contains("lower_bound.family: unknown family 'best'"))
    #expect(try message { $0.references = ["os": 1] }.contains("references: unknown name 'os'"))
    let least = try #require(record.lowerBound?.data)
    #expect(try message { $0.dataflows = ["os-iw": least] } == "accepted")
    for key in ["dataflows.os-iw", "references.output-maps"] {
      for value in [least - 1, -1] {
        let change = { (record: inout ResultRecord) in
          if key.hasPrefix("d") {
            record.dataflows = ["os-iw": value]
          } else {
            record.references = ["output-maps": value]
          }
        }
        let told =
          "\(key): is \(Int(exactly: value).map(String.init) ?? "\(value)"), less than the record's bound of every schedule, or than none"
        #expect(try message(change).contains(told))
      }
    }
    for (key, change) in [
      ("mappings", { $0.search?.mappings = -1 }), ("scored", { $0.search?.scored = -1 }),
      ("pruned_by.capacity", { $0.search?.prunedBy.capacity = -1 }),
      ("pruned_by.energy", { $0.search?.prunedBy.energy = -1 }),
      ("pruned_by.bound", { $0.search?.prunedBy.bound = -1 }),
    ] as [(String, (inout ResultRecord) -> Void)] {
      #expect(try message(change).contains("search.\(key): is -1, and less than none cannot be"))
    }
    #expect(try message { $0.search?.pruned += 1 }.contains(", not the sum of what is in pruned_by"))
    // Numbers end at the largest there is.
    #expect(
      try message {
        $0.search?.pruned = .max
        $0.search?.prunedBy = ResultRecord.PrunedBy(capacity: .max, energy: 1, bound: 0)
      } == "accepted")
    #expect(try message { $0.search?.seconds = -0.5 }.contains("search.seconds: is -0.5, and less than none cannot be"))
    let bound = "r: record 1 (random): lower_bound: is no lower bound of the record's energy"
    #expect(try message { $0.lowerBound?.data = $0.energy.data + 1 } == bound)
    #expect(try message { $0.lowerBound?.data = -1 } == bound)
    #expect(try message { $0.lowerBound?.total += 1 } == bound)
    #expect(try message { $0.gap?.data = 7 }.contains("gap.data: does not follow from the record's energy and bound"))
    #expect(try message { $0.gap?.total = nil }.contains("gap.total: does not follow"))
    #expect(try message { $0.lowerBound = nil }.contains("gap: is above a bound that the record lacks"))
    #expect(
      try message {
        $0.gap = nil
        $0.lowerBound = nil
      } == "accepted")
    #expect(try message { $0.capacityBits = $0.occupancyBits - 1 }.contains("more than the capacity of "))
    #expect(
      try message { $0.reuse = "all" }.contains("reuse: unknown reuse policy 'all'; accepted: overlap, sliding, none"))
    #expect(
      try message { $0.phases = "yes" }.contains("phases: unknown policy 'yes'; accepted: on, kernels, outputs, off"))
    #expect(try message { $0.phases = "on" } == "accepted")
    #expect(try message { $0.bits.inputs = 65 }.contains("bits: a width is out of range; 1 to 64 is accepted"))
    #expect(try message { $0.layer = "a\nb" }.contains("layer: is empty or has control characters"))
    #expect(try message { $0.count = 0 }.contains("count: the count or the capacity is out of range"))
    #expect(try message { $0.shape = "k=0" }.contains("shape"))
    #expect(try message { $0.mapping.removeAll() }.contains("kept 0 times"))
    // What a node says is not passed over.
    let node =
      "is neither a loop, with 'for', 'tile' or 'phases', and 'direction' if it is back-and-forth and 'filled' if it is, "
      + "nor a keep, nor a split, with 'split', 'at', 'first' and 'rest'"
    for index in record.mapping.indices {
      #expect(try message { $0.mapping[index].direction = "sideways" }.contains("mapping[\(index)]: \(node)"))
      let isLoop = record.mapping[index].keep == nil
      #expect(try message { $0.mapping[index].filled = false }.contains("mapping[\(index)]: \(node)"))
      #expect(
        try message { isLoop ? ($0.mapping[index].keep = "inputs") : ($0.mapping[index].phases = 2) }
          .contains("mapping[\(index)]: \(node)"))
    }
  }

  /// A record whose mapping has 2^33 pairs of blocks is recounted, not walked.
  @Test(.timeLimit(.minutes(5))) func manyBlocksAreRecounted() throws {
    let padding = 1 << 15
    let layer = try ShapeText.parse("k=2,h=\(1 << 17),r=\(1 << 16),padding=\(padding)x0", origin: "-")
    let mapping = try NestText.parse("p:1 k:1 r:1 [inputs] [outputs] [weights]", origin: "-")
    let widths = WordWidths(.byte)
    // Boxes of one word; one without inputs for each pair on padding, and there are as many at either end.
    let real = layer[.p] * layer[.r] - padding * (padding + 1)
    let all = 2 * layer[.p] * layer[.r]
    let finished = 2 * layer[.p]
    let traffic = Traffic(
      inputsRead: Words(2 * real), weightsRead: Words(all), biasesRead: .zero, partialSumsRead: .zero,
      partialSumsWritten: .zero, outputsWritten: Words(finished))
    let problem = try Problem(layer, widths: widths, reuse: .sliding)
    let evaluation = problem.evaluate(mapping)
    #expect(evaluation.traffic == traffic)
    #expect(evaluation.occupancy == Occupancy(inputs: Words(1), weights: Words(1), outputs: Words(1)))
    var record = ResultRecord(
      Answer(
        network: nil, entry: Network.Entry(layer: layer, count: 1), setting: problem.setting, capacity: nil, evaluation)
    )
    #expect(message(try ResultFile.jsonLine(record)) == "accepted")
    record.trafficBits.inputsRead += 8
    record.trafficBits.total += 8
    #expect(message(try ResultFile.jsonLine(record)).hasSuffix("are not those of its mapping on its shape"))
  }

  /// Dataflows that are said to attain an optimum are names in their order, the mapping's own among them, and none whose own
  /// best costs more is there or costs as little and is not.
  @Test func optimalDataflowsAreChecked() throws {
    let layer = try Layer(
      name: "conv", inputChannels: 3, input: Extent(8), outputChannels: 4, kernel: Extent(3), padding: Padding(1))
    let widths = WordWidths(.byte)
    let problem = try Problem(layer, widths: widths, reuse: .sliding)
    let optimizer = Optimizer(problem)
    let each = DataflowCurves(optimizer)
    func record(_ capacity: Int) throws -> ResultRecord {
      let optimum = try #require(optimizer.optimum(capacity: .bytes(capacity)))
      var answer = Answer(
        network: "net", entry: Network.Entry(layer: layer, count: 1), problem, capacity: .bytes(capacity), optimum,
        bounds: LowerBounds(problem), attainedBy: each.dataflows(attaining: optimum, capacity: .bytes(capacity)))
      answer.compare(each, of: problem, capacity: .bytes(capacity))
      return ResultRecord(answer)
    }
    let capacity = try #require((3..<300).first { try (2...4).contains(record($0).optimalDataflows?.count ?? 0) })
    let known = try record(capacity)
    let attaining = try #require(known.optimalDataflows)
    let other = try #require(Dataflow.allCases.map(\.rawValue).first { !attaining.contains($0) })
    func message(_ dataflows: [String]?, ownBests: Bool = true) throws -> String {
      var changed = known
      changed.optimalDataflows = dataflows
      if !ownBests { changed.dataflows = nil }
      let line = self.message(try ResultFile.jsonLine(changed))
      #expect(self.message(ResultFile.csv([changed])) == line)
      return line
    }
    let place = "r: record 1 (conv): optimal_dataflows: "
    #expect(try message(attaining) == "accepted")
    let order = Dataflow.allCases.map(\.rawValue)
    let more = order.filter { attaining.contains($0) || $0 == other }
    #expect(try message(more) == "\(place)has \(other), whose own best in 'dataflows' says otherwise")
    #expect(try message(more, ownBests: false) == "accepted")
    let fewer = attaining.filter { $0 == known.dataflow }
    #expect(try message(fewer).hasPrefix("\(place)lacks "))
    #expect(try message(fewer, ownBests: false) == "accepted")
    for wrong in [
      attaining.filter { $0 != known.dataflow }, attaining.reversed(), attaining + attaining, attaining + ["x"],
    ] {
      #expect(try message(wrong).hasPrefix("\(place)is no list of different dataflows, that of the mapping among them"))
    }
    // Written before they were recorded: nothing is known of others.
    #expect(try message(nil) == "accepted")
    let rows = ResultFile.csv([known]).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let column = try #require(rows[0].firstIndex(of: "optimal_dataflows"))
    // The shape before it has commas of its own.
    let commas = known.shape.count { $0 == "," }
    #expect(rows[1][column + commas] == attaining.joined(separator: "|"))
    let old = [(rows[0], column), (rows[1], column + commas)].map { row, place in
      var row = row
      row.remove(at: place)
      return row.joined(separator: ",")
    }
    let read = try read(old.joined(separator: "\n") + "\n")
    var expected = known
    expected.optimalDataflows = nil
    #expect(read == [expected])
  }

  /// A record names what was searched where that was not all, in both forms.
  @Test func whatWasSearchedIsChecked() throws {
    let layer = try Layer(
      name: "conv", inputChannels: 3, input: Extent(8), outputChannels: 4, kernel: Extent(3), padding: Padding(1))
    let dataflows: Set<Dataflow> = [.weightsInputsOutputs, .outputsInputsWeights]
    let problem = try Problem(layer, in: Problem.Setting(widths: WordWidths(.byte), dataflows: dataflows))
    let optimum = try #require(Optimizer(problem).optimum(capacity: .bytes(64)))
    var answer = Answer(
      network: "net", entry: Network.Entry(layer: layer, count: 1), problem, capacity: .bytes(64), optimum,
      bounds: LowerBounds(problem))
    let loops = optimum.mapping.nodes.map { node -> NestTemplate.Node in
      switch node {
      case .loop(let loop): if case .tile = loop.cut { .free(loop.dimension, loop.direction) } else { .loop(loop) }
      case .keep(let tensor): .keep(tensor)
      }
    }
    answer.template = try NestTemplate(loops)
    let known = ResultRecord(answer)
    #expect(known.search?.dataflows == Dataflow.allCases.filter(dataflows.contains).map(\.rawValue))
    #expect(try read(ResultFile.jsonLine(known)) == [known])
    #expect(try read(ResultFile.csv([known])) == [known])
    let again = try known.answer()
    #expect(again.template == answer.template && again.setting.dataflows == dataflows)
    func message(_ change: (inout ResultRecord.Search) -> Void) throws -> String {
      var changed = known
      var search = try #require(known.search)
      change(&search)
      changed.search = search
      let line = self.message(try ResultFile.jsonLine(changed))
      #expect(self.message(ResultFile.csv([changed])) == line)
      return line
    }
    let place = "r: record 1 (conv): search."
    let other = try #require(Dataflow.allCases.first { $0.rawValue != known.dataflow }).rawValue
    for wrong in [[other], [known.dataflow, known.dataflow], [known.dataflow, "x"]] {
      #expect(try message { $0.dataflows = wrong }.hasPrefix("\(place)dataflows: is no list of different dataflows"))
    }
    #expect(try message { $0.template = "k [" }.hasPrefix("\(place)template"))
    #expect(
      try message { $0.template = "[inputs] [weights] [outputs]" }
        == "\(place)template: has other loops or keeps than the record's mapping")
    // What was written before this was recorded tells nothing of it.
    #expect(
      try message {
        $0.dataflows = nil
        $0.template = nil
      } == "accepted")
  }

  @Test func strangersAreRefused() throws {
    let record = ResultRecord(try answers(seed: 2, count: 2)[1])
    let line = try ResultFile.jsonLine(record)
    #expect(message("") == "r: the file is empty; results in JSON, JSON lines or CSV are expected")
    #expect(message(" \n\t\n").hasPrefix("r: the file is empty"))
    #expect(message("{}") == "r: names no schema; a file of results with 'tilebound-results/1' is expected")
    #expect(message("{\"schema\": \"other/2\"}") == "r: schema: is 'other/2'; only 'tilebound-results/1' can be read")
    #expect(message("{\"schema\": 3}") == "r: schema: is of another kind than the text that is expected")
    #expect(
      message("{\"schema\": \"tilebound-results/1\"}")
        == "r: the key 'records' is missing; a file of results is expected")
    #expect(message("{\"schema\": \"tilebound-results/1\", \"records\": []}") == "r: has no records")
    #expect(
      message("{\"schema\": \"tilebound-results/1\", \"records\": [{}]}")
        == "r: records[0]: the key 'layer' is missing")
    #expect(message("{\"schema\": ") == "r: is not valid JSON")
    #expect(message(line + "{\"schema\": \"x\"}\n").hasPrefix("r:2: schema: is 'x'"))
    #expect(message(line + line.dropLast(20) + "\n") == "r:2: is not valid JSON")
    #expect(message("a,b\n1,2\n").hasPrefix("r:1: is no header of a table of results"))
    #expect(message("<html>\n").hasPrefix("r:1: is no header of a table of results"))
    let table = ResultFile.csv([record])
    let lines = table.split(separator: "\n").map(String.init)
    #expect(message(lines[0] + "\n") == "r: has no records")
    #expect(message(lines[0] + ",more\n" + lines[1] + ",1\n") == "r:1: unknown column 'more'")
    #expect(message(lines[0] + ",macs\n" + lines[1] + ",1\n") == "r:1: the column 'macs' is given twice")
    #expect(message(lines[0] + "\n" + lines[1] + ",1\n").hasPrefix("r:2: has 46 fields; the header has 45"))
    // The row that differs from the header is named, whatever the others have.
    for (row, count) in [(lines[1] + ",1", 46), (String(lines[1].prefix { $0 != "," }) + ",a", 2)] {
      let table = [lines[0], lines[1], "", row, lines[1]].joined(separator: "\n")
      #expect(message(table) == "r:4: has \(count) fields; the header has 45")
    }
    var open = table
    open.remove(at: try #require(open.lastIndex(of: "\"")))
    #expect(message(open).hasPrefix("r:2: has a quotation mark that is not closed in column "))
    func replacing(_ old: String, _ new: String) -> String { table.replacingOccurrences(of: old, with: new) }
    #expect(message(replacing("\(record.macs),\"m,", "many,\"m,")) == "r:2: macs: 'many' is no number")
    #expect(message(replacing(",true,", ",yes,")) == "r:2: search_complete: 'yes' is neither true nor false")
    #expect(message(replacing("[outputs]", "[output]")).hasPrefix("r:2: mapping: unknown tensor 'output'"))
    #expect(
      message(replacing("\(record.macs),\"m,", "1.5,\"m,"))
        == "r:2: macs: is out of range, or not whole where it must be")
    #expect(message(replacing("\(record.macs),\"m,", ",\"m,")) == "r:2: the key 'macs' is missing")
  }

  @Test func badNests() {
    func message(_ text: String) -> String {
      do {
        _ = try NestText.parse(text, origin: "--nest")
        return "accepted"
      } catch { return error.description }
    }
    #expect(message("k:2 [outputs] [inputs] [weights]") == "accepted")
    for part in ["k=2", "z:2", "k2", "k:", "k~", "~", "k:2~~", "k~:2", "r%", "kk:2", "k:2%3", "r%2:1"] {
      #expect(
        message("\(part) [outputs]")
          == "--nest: '\(part)' is neither a loop as in k:20 or r%2, back and forth as in k:20~, nor a keep as in [outputs]"
      )
    }
    #expect(message("k:2~ r%2 s%3~ [outputs] [inputs] [weights]") == "accepted")
    #expect(message("k%2 [outputs]") == "--nest: a loop walks phases of k; only p, q, r and s have phases")
    #expect(message("r%1~ [outputs]") == "--nest: the phases of a loop over r are 1; at least 2 is accepted")
    #expect(message("[weight]") == "--nest: unknown tensor 'weight'; did you mean 'weights'?")
    #expect(
      message("k:0 [outputs] [inputs] [weights]") == "--nest: the tile of a loop over k is 0; at least 1 is accepted")
    #expect(message("[outputs] [inputs]").hasPrefix("--nest: weights is kept 0 times"))
  }
}
