import Answers
import EnergyModel
import LowerBounds
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

@testable import Interchange

struct ExecutionTimeTests {
  private static func rates(_ macs: Int, _ clock: Double, _ bandwidth: Double) throws -> Accelerator.Throughput {
    try #require(Accelerator.Throughput(macsPerCycle: macs, clock: clock, bandwidth: bandwidth))
  }

  /// By hand: 1000 MACs at 4 a cycle and 100 cycles a second take 2.5 seconds, 600 bits at 200 a second 3.
  @Test func timesOfRates() throws {
    let slow = ExecutionTime(macs: 1000, moved: Bits(600), atLeast: Bits(400), on: try Self.rates(4, 100, 200))
    #expect(slow.compute == 2.5 && slow.data == 3 && slow.total == 3 && slow.limit == .bandwidth)
    // 400 bits take 2 seconds, the MACs longer.
    #expect(slow.bound == 2.5)
    let quick = ExecutionTime(macs: 1000, moved: Bits(600), atLeast: nil, on: try Self.rates(4, 100, 300))
    #expect(quick.total == 2.5 && quick.limit == .compute && quick.bound == nil)
    #expect(Accelerator.Throughput(macsPerCycle: 0, clock: 1, bandwidth: 1) == nil)
    #expect(Accelerator.Throughput(macsPerCycle: 1, clock: .nan, bandwidth: 1) == nil)
  }

  /// Of several layers the limit is that of those which take most of the time, whatever both would take for themselves.
  @Test func limitsOfSums() throws {
    func time(_ macs: Int, _ bits: Int) throws -> ExecutionTime {
      ExecutionTime(macs: macs, moved: Bits(bits), atLeast: nil, on: try Self.rates(1, 1, 1))
    }
    // Three layers wait 9 seconds each and compute for 8, one computes for 20 and moves nothing.
    let layers = [(time: try time(8, 9), count: 3), (time: try time(20, 0), count: 1)]
    let sum = ExecutionTime(sumOf: layers)
    #expect(sum.compute == 44 && sum.data == 27 && sum.total == 47 && sum.limit == .bandwidth)
    #expect(ExecutionTime(sumOf: layers.map { ($0.time, $0.count == 3 ? 2 : 1) }).limit == .compute)
    let parts = ExecutionTime(of: try time(28, 9), parts: layers.map(\.time), sharesInputs: false)
    #expect(parts.total == 29 && parts.limit == .compute && parts.compute == 28)
    #expect(ExecutionTime(of: try time(28, 30), parts: layers.map(\.time), sharesInputs: true).total == 30)
  }

  private static func answers(seed: Int, _ rates: Accelerator.Throughput) throws -> [Answer] {
    var layers = RandomLayers(seed: seed, largestSize: 6, largestMACs: 3000)
    // Reads are dear: what costs the least energy need not move the fewest bits.
    let model = try EnergyModel(name: "m", source: "", unit: "pJ", mac: 1, read: 9, write: 1)
    let widths = layers.widths()
    return try (1...6).map { count in
      let problem = try Problem(layers.layer(), widths: widths, energyModel: model, reuse: .sliding)
      let capacity = Bits(2000)
      let optimum = try #require(Optimizer(problem).optimum(capacity: capacity))
      return Answer(
        network: "net", entry: Network.Entry(layer: problem.layer, count: count), problem,
        on: Accelerator.Identity(name: "a", throughput: rates), capacity: capacity, optimum,
        bounds: LowerBounds(problem))
    }
  }

  /// The bound is one on bits, whatever they cost: no mapping that any energy model makes the best moves fewer.
  @Test func boundsHoldUnderEveryPrice() throws {
    let seed = Int.random(in: 0..<1 << 30)
    for answer in try Self.answers(seed: seed, Self.rates(1, 1, 1)) {
      let least = try #require(answer.leastMoved)
      for (read, write) in [(1.0, 1.0), (0, 1), (1, 0), (9, 1), (1, 9)] {
        let model = try EnergyModel(name: "p", source: "", unit: "pJ", mac: 0, read: read, write: write)
        let problem = try Problem(
          answer.layer, widths: answer.setting.widths, energyModel: model, reuse: .sliding)
        let optimum = try #require(Optimizer(problem).optimum(capacity: Bits(2000)))
        #expect(optimum.traffic.bits(problem.widths).total >= least, "seed \(seed)")
        #expect(LowerBounds(problem).best(capacity: Bits(2000)).total == least, "seed \(seed)")
      }
    }
  }

  /// A network takes the sum of its layers' times, repeated ones as often as they occur, and at least the sum of their bounds.
  @Test func networksTakeTheSum() throws {
    let seed = Int.random(in: 0..<1 << 30)
    let answers = try Self.answers(seed: seed, Self.rates(2, 50, 400))
    let total = try #require(NetworkAnswer(answers)?.time)
    var (expected, bound) = (0.0, 0.0)
    for answer in answers {
      let compute = Double(answer.layer.macs) / 100
      expected += Double(answer.count) * max(compute, Double(answer.traffic.total.count) / 400)
      bound += try Double(answer.count) * max(compute, Double(#require(answer.leastMoved).count) / 400)
    }
    #expect(abs(total.total - expected) <= 1e-9 * expected, "seed \(seed)")
    #expect(try abs(#require(total.bound) - bound) <= 1e-9 * bound && bound <= expected * (1 + 1e-12), "seed \(seed)")
  }

  @Test func recordsAreReadBackAndChecked() throws {
    let seed = Int.random(in: 0..<1 << 30)
    let answers = try Self.answers(seed: seed, Self.rates(2, 50, 400))
    let records = answers.map { ResultRecord($0) }
    #expect(records.allSatisfy { $0.time?.bound != nil && $0.time?.leastBits != nil })
    let lines = try answers.map { try ResultFile.jsonLine($0) }.joined()
    for text in [try ResultFile.json(answers), lines, ResultFile.csv(answers)] {
      let read = try ResultReader.parse(text, origin: "r").answers
      #expect(read.map { ResultRecord($0) } == records && read.map(\.time) == answers.map(\.time), "seed \(seed)")
    }
    func refused(_ change: (inout ResultRecord) -> Void) -> String {
      var record = records[0]
      change(&record)
      return refusal { _ = try ResultReader.parse(ResultFile.jsonLine(record), origin: "r") }
    }
    let changes: [(expected: String, message: String)] = [
      ("time: does not follow from the record's counts and rates", refused { $0.time?.total *= 2 }),
      ("time: does not follow", refused { $0.time?.bound = 0 }),
      ("time: does not follow", refused { $0.time?.limit = "luck" }),
      ("time.least_bits: is no lower bound", refused { $0.time?.leastBits = 1 << 50 }),
      ("time: is that of an accelerator's rates, which the record lacks", refused { $0.accelerator = nil }),
    ]
    for (expected, message) in changes { #expect(message.contains(expected), "\(message), seed \(seed)") }
  }
}
