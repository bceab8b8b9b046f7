import Answers
import EnergyModel
import Mappings
import TestSupport
import Testing
import Workloads

@testable import Interchange

/// Mappings in pieces in files of results.
struct PieceRecordTests {
  private static func answer(_ tree: MappingTree, on layer: Layer, reuse: ReusePolicy = .overlap) throws -> Answer {
    let problem = try Problem(layer, widths: WordWidths(.byte), reuse: reuse)
    return Answer(
      network: "net", entry: Network.Entry(layer: layer, count: 2), setting: problem.setting, capacity: nil,
      counted: .pieces(try problem.evaluate(counting: tree)))
  }

  /// What is written in any of the three forms is read back as it was, and so is the mapping alone in JSON.
  @Test func everyFormIsReadBack() throws {
    let seed = Int.random(in: 0..<1 << 30)
    var layers = RandomLayers(seed: seed, largestSize: 6, largestMACs: 600)
    var answers: [Answer] = []
    for _ in 0..<40 {
      var layer = layers.steppedLayer()
      while Dimension.allCases.allSatisfy({ layer[$0] == 1 }) { layer = layers.steppedLayer() }
      let tree = layers.tree(on: layer, splits: layers.random.pick(1...4))
      let answer = try Self.answer(tree, on: layer, reuse: layers.random.pick(ReusePolicy.allCases))
      answers.append(answer)
      #expect(answer.dataflow == nil && !answer.ownDataflows.isEmpty, "seed \(seed): \(tree)")
      let read = try MappingFile.parseTree(MappingFile.json(tree, layer: "l"), origin: "-")
      #expect(read == ("l", tree), "seed \(seed): \(tree)")
    }
    let lines = try answers.map { try ResultFile.jsonLine($0) }.joined()
    for text in [try ResultFile.json(answers), ResultFile.csv(answers), lines] {
      let read = try ResultReader.parse(text, origin: "r").answers
      #expect(read.count == answers.count, "seed \(seed)")
      for (answer, read) in zip(answers, read) {
        let failure: Comment = "seed \(seed): \(describe(answer.layer)), \(answer.mapping)"
        #expect(read.mapping == answer.mapping && read.occupancy == answer.occupancy, failure)
        #expect(read.evaluation.traffic == answer.evaluation.traffic, failure)
        #expect(ResultRecord(read) == ResultRecord(answer), failure)
      }
    }
  }

  private static let line =
    "split k:3 { k:2 [outputs] [inputs] [weights] } { split c:1 { [weights] [inputs] [outputs] } "
    + "{ [inputs] [weights] [outputs] } }"

  private static func record() throws -> ResultRecord {
    let layer = try Layer.gemm(name: "gemm", m: 3, n: 5, k: 4)
    return ResultRecord(try answer(NestText.parseTree(line, origin: "-"), on: layer))
  }

  /// The dataflow is that of all pieces, and the mapping stands in a table as in a line.
  @Test func columns() throws {
    let record = try Self.record()
    #expect(record.dataflow == "os-iw|ws-io|is-wo")
    #expect(record.mapping.count == 1 && record.mapping[0].split == "k" && record.mapping[0].at == 3)
    #expect(ResultFile.csv([record]).contains(",os-iw|ws-io|is-wo,,\(Self.line),"))
  }

  @Test func tamperedRecordsAreRefused() throws {
    let record = try Self.record()
    func message(_ change: (inout ResultRecord) -> Void) throws -> String {
      var changed = record
      change(&changed)
      return refusal { _ = try ResultReader.parse(ResultFile.jsonLine(changed), origin: "r") }
    }
    let counts = "r: record 1 (gemm): mapping: the record's counts are not those of its mapping on its shape"
    let kind = "is neither a loop, with "
    #expect(try message { _ in } == "accepted")
    #expect(try message { $0.mapping[0].at = 2 } == counts)
    #expect(try message { $0.dataflow = "os-iw" } == counts)
    #expect(try message { $0.trafficBits.weightsRead += 1 } == counts)
    #expect(try message { $0.mapping[0].at = 5 }.hasSuffix("splits k at 5, but k is 5 there; 1 to 4 is accepted"))
    #expect(try message { $0.mapping[0].tile = 5 }.contains("mapping[0]: \(kind)"))
    #expect(try message { $0.mapping[0].rest?[0].first?[1].tile = 5 }.contains("mapping[0].rest[0].first[1]: \(kind)"))
    #expect(try message { $0.mapping[0].rest = nil }.contains("mapping: inputs is kept 0 times"))
    #expect(try message { $0.mapping += $0.mapping }.contains("mapping: 'split' stands where nothing is expected"))
    #expect(try message { $0.optimalDataflows = ["os-iw"] }.contains("optimal_dataflows: is no list of"))
    let doubled = ResultRecord.Layout(try BufferLayout(doubleBuffered: [.weights]))
    #expect(try message { $0.buffer = doubled }.contains("mapping: is in pieces, which take a Buffer that all tensors"))
  }

  /// However deep splits lie in a file, they are refused.
  @Test func deepSplits() throws {
    var record = try Self.record()
    record.mapping = [.init(keep: "outputs"), .init(keep: "inputs"), .init(keep: "weights")]
    let nest = "[\(record.mapping.map(\.json).joined(separator: ","))]".replacing(" ", with: "")
    let line = try ResultFile.jsonLine(record)
    #expect(line.contains(nest))
    for (depth, message) in [(65, "mapping: splits lie more than 64 deep"), (100_000, "is not valid JSON")] {
      let (head, tail) = ("[{\"split\":\"k\",\"at\":1,\"rest\":\(nest),\"first\":", "}]")
      let deep = String(repeating: head, count: depth) + nest + String(repeating: tail, count: depth)
      let text = line.replacing(nest, with: deep)
      #expect(refusal { _ = try ResultReader.parse(text, origin: "r") }.hasSuffix(message))
    }
  }
}
