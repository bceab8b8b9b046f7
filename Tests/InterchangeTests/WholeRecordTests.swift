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

/// Results of layers that are parts of others.
struct WholeRecordTests {
  private static let widths = WordWidths(
    inputs: .byte, weights: .byte, outputs: .byte, partialSums: BitWidth(24) ?? .byte)

  /// Two parts that read the same inputs, by themselves and as their whole.
  private static let entries = Result {
    try [(1, 0, 3), (0, 1, 2)].map { top, bottom, channels in
      Network.Entry(
        layer: try Layer(
          name: "up/\(top)", inputChannels: 3, input: Extent(height: 6, width: 5), outputChannels: channels,
          kernel: Extent(height: 2, width: 1), padding: Padding(top: top, bottom: bottom, left: 0, right: 0)),
        count: 4, partOf: "up", hasOwnInputs: false)
    }
  }

  private static func model() throws -> EnergyModel {
    try EnergyModel(name: "m", source: "", unit: "pJ", mac: 0.25, read: 2, write: 5)
  }

  private static func setting() throws -> Problem.Setting {
    Problem.Setting(widths: widths, energyModel: try model(), reuse: .sliding)
  }

  private func answer(
    _ entry: Network.Entry, capacity: Int, comparesDataflows: Bool = false
  ) throws -> Answer {
    let problem = try Problem(entry.layer, in: Self.setting())
    let optimizer = Optimizer(problem)
    let optimum = try #require(optimizer.optimum(capacity: .bytes(capacity)))
    var answer = Answer(
      network: "net", entry: entry, problem, capacity: .bytes(capacity), optimum, bounds: LowerBounds(problem))
    if comparesDataflows { answer.compare(DataflowCurves(optimizer), of: problem, capacity: .bytes(capacity)) }
    return answer
  }

  /// The records of a text.
  private func read(_ text: String) throws -> [ResultRecord] {
    try ResultReader.parse(text, origin: "r").answers.map { ResultRecord($0) }
  }

  /// A part has no bound, and names its whole in all three forms; other records do not change.
  @Test func partsAreReadBack() throws {
    var entries = try Self.entries.get()
    entries[1] = Network.Entry(layer: entries[1].layer, count: 4, partOf: "up", hasOwnInputs: true)
    entries.append(Network.Entry(layer: try Layer.gemm(name: "fc", m: 3, n: 4, k: 5), count: 1))
    let answers = try entries.map { try answer($0, capacity: 64) }
    let records = answers.map { ResultRecord($0) }
    #expect(records.map(\.partOf) == ["up", "up", nil] && records.map(\.ownInputs) == [nil, true, nil])
    #expect(records.map { $0.lowerBound == nil } == [true, true, false])
    #expect(records.map { $0.gap == nil } == [true, true, false])
    #expect(try read(ResultFile.json(answers)) == records)
    let lines = try answers.map { try ResultFile.jsonLine($0) }
    #expect(try read(lines.joined()) == records)
    let table = ResultFile.csv(answers)
    #expect(table.hasPrefix("network,layer,part_of,own_inputs,shape,count,"))
    #expect(table.contains("net,up/1,up,,") && table.contains("net,up/0,up,true,") && table.contains("net,fc,,,"))
    #expect(try read(table) == records)
    #expect(!lines[2].contains("part_of") && !lines[2].contains("own_inputs"))
    #expect(ResultFile.csv([answers[2]]).hasPrefix("network,layer,shape,count,"))
  }

  @Test func boundsOfPartsAreRefused() throws {
    var part = ResultRecord(try answer(try Self.entries.get()[0], capacity: 64))
    part.lowerBound = ResultRecord.Bound(EnergyBound(sum: 1, compute: part.energy.compute))
    let message = refusal { _ = try ResultReader.parse(try ResultFile.jsonLine(part), origin: "r") }
    #expect(
      message
        == "r: record 1 (up/1): lower_bound: is of a part of 'up': parts read inputs in common, and have none of their own"
    )
    part.lowerBound = nil
    part.partOf = "a\u{1b}b"
    #expect(
      refusal { _ = try ResultReader.parse(try ResultFile.jsonLine(part), origin: "r") }
        == "r: record 1 (up/1): part_of: is empty or has control characters")
  }

  /// The whole costs what its parts do one after the other, until its 90 inputs fit beside the weights of a channel.
  @Test(arguments: [(20, false), (98, false), (99, true), (4096, true)])
  func wholes(capacity: Int, sharesInputs: Bool) throws {
    let entries = try Self.entries.get()
    let answers = try entries.map { try answer($0, capacity: capacity, comparesDataflows: true) }
    let records = answers.map { ResultRecord($0) }
    let wholeAnswer = try #require(WholeAnswer(answers))
    let whole = WholeRecord(wholeAnswer)
    #expect(whole.layer == "up" && whole.parts == ["up/1", "up/0"] && whole.count == 4 && whole.network == "net")
    #expect(whole.sharesInputs == sharesInputs && whole.capacityBits == 8 * capacity)
    let problems = try entries.map { try Problem($0.layer, in: Self.setting()) }
    let bound = LowerBounds(problems).best(capacity: .bytes(capacity))
    let least = try #require(bound.energy(of: problems))
    #expect(whole.lowerBound.data == least.data && whole.lowerBound.total == least.total)
    #expect(whole.lowerBound.family == bound.family.rawValue && whole.lowerBound.discount == bound.discount)
    #expect(whole.gap.data == whole.energy.data / least.data - 1)
    #expect(whole.gap.total == whole.energy.total / least.total - 1)
    let sum: Double = records.map(\.energy.data).reduce(0, +)
    let moved: Int = records.map(\.trafficBits.total).reduce(0, +)
    if sharesInputs {
      // 90 inputs, 30 weights and 150 outputs, once each.
      #expect(whole.trafficBits.total == 8 * (90 + 30 + 150) && whole.gap.data == 0)
      #expect(whole.energy.data == 8 * (2 * 120 + 5 * 150) && whole.energy.data < sum)
    } else {
      #expect(whole.trafficBits.total == moved && whole.energy.data == sum)
    }
    #expect(whole.energy.compute == records.map(\.energy.compute).reduce(0, +))
    #expect(whole.energy.total == whole.energy.compute + whole.energy.data)
    #expect(whole.dataflows?["os-iw"] == records.map { $0.dataflows?["os-iw"] ?? .nan }.reduce(0, +))
    #expect(WholeAnswer.all(of: answers) == [wholeAnswer])

    let plain = try answer(
      Network.Entry(layer: try Layer.gemm(name: "fc", m: 3, n: 4, k: 5), count: 2), capacity: capacity)
    let total = NetworkTotal(try #require(NetworkAnswer(answers + [plain])))
    #expect(total.layers == 6)
    #expect(total.energy.data == 4 * whole.energy.data + 2 * plain.energy.data)
    #expect(total.energy.total == total.energy.data + total.energy.compute)
    let plainBound = try #require(plain.bound)
    #expect(total.lowerBound?.data == 4 * whole.lowerBound.data + 2 * plainBound.data)
    #expect(total.lowerBound?.total == 4 * whole.lowerBound.total + 2 * plainBound.total)
    // The sum of bounds that the parts would have by themselves would be no bound.
    let byThemselves = try problems.reduce(0) { sum, problem in
      let bound = LowerBounds(problem).best(capacity: .bytes(capacity))
      return sum + (try #require(bound.energy(of: [problem]))).data
    }
    if sharesInputs { #expect(byThemselves > whole.energy.data) }
  }

  @Test func onlyPartsOfOneLayerAreAWhole() throws {
    let answers = try Self.entries.get().map { try answer($0, capacity: 64) }
    func isWhole(_ change: (inout Answer) -> Void) -> Bool {
      var changed = answers
      change(&changed[1])
      return WholeAnswer(changed) != nil
    }
    func entry(_ entry: Network.Entry, partOf whole: String?) -> Network.Entry {
      Network.Entry(layer: entry.layer, count: entry.count, partOf: whole)
    }
    #expect(isWhole { _ in })
    #expect(!isWhole { $0.entry = entry($0.entry, partOf: "on") })
    #expect(!isWhole { $0.entry = entry($0.entry, partOf: nil) })
    #expect(!isWhole { $0.network = nil })
    #expect(!isWhole { $0.capacity = Bits(1) })
    #expect(!isWhole { $0.setting.reuse = .none })
    #expect(WholeAnswer([]) == nil)
    // Where parts occur more often than others, so often only as all do.
    var uneven = answers
    uneven[0].entry.count = 7
    #expect(WholeAnswer(uneven)?.whole.count == 4)
  }

  /// Parts whose bits together cannot be counted have no whole.
  @Test func sumsBeyondCountingAreNone() throws {
    let layer = try Layer.gemm(name: "huge", m: 1 << 18, n: 1 << 19, k: 1 << 18)
    let problem = try Problem(layer, widths: WordWidths(.one), reuse: .sliding)
    let spilling = problem.evaluate(
      try Mapping([.loop(.c, tile: 1), .keep(.inputs), .loop(.k, tile: 1), .keep(.outputs), .keep(.weights)]))
    let answers = (0..<40).map { _ in
      Answer(
        network: nil, entry: Network.Entry(layer: layer, count: 1, partOf: "all"), setting: problem.setting,
        capacity: Bits(1 << 40), spilling)
    }
    #expect(spilling.traffic.bits(problem.widths).total.count > 1 << 54)
    #expect(WholeAnswer(Array(answers.prefix(2))) != nil && WholeAnswer((0..<20).flatMap { _ in answers }) == nil)
  }
}
