import Answers
import EnergyModel
import Foundation
import Interchange
import Mappings
import TestSupport
import Testing
import Workloads

@testable import Reports

/// Pages about more records than a page shows.
struct ReportDigestTests {
  private static let settings = [ReusePolicy.sliding, .none].map {
    Problem.Setting(widths: WordWidths(.byte), reuse: $0)
  }

  /// Records of two networks in two settings, in the order of a sweep; some of the layers lack a bound.
  private func records(_ random: inout SplitMix64, layers: Int, lacking: Int = 0) throws -> [Answer] {
    var records: [Answer] = []
    for network in ["net", "other"] {
      for setting in Self.settings {
        for layer in 0..<layers {
          for capacity in [1 << 13, 1 << 14, 1 << 16] {
            let data = Double(random.pick(1_000...9_999))
            var one = try answer(
              network: network, layer: "conv\(layer)", count: 1 + layer % 3, capacityBits: capacity, data: data,
              bound: data - Double(random.pick(0...900)), in: setting)
            if layer < lacking { one.bound = nil }
            records.append(one)
          }
        }
      }
    }
    return records
  }

  private func digest(
    _ files: [[Answer]], _ filter: ReportIntake.Filter = ReportIntake.Filter()
  ) throws -> ReportDigest {
    var intake = ReportIntake(filter, mostShown: 5)
    for (number, records) in files.enumerated() {
      intake.begin("f\(number)")
      for some in records.chunked(7) { intake.add(some) }
      intake.end(command: number == 0 ? "tilebound sweep s" : nil)
    }
    guard case .digest(let digest) = intake.outcome else {
      throw FormatError(origin: "test", message: "there is no digest")
    }
    return digest
  }

  /// What stands in a page between a table's caption and its end.
  private func table(_ page: String, _ caption: String) -> [Substring] {
    page.components(separatedBy: "<caption><span>\(caption)").dropFirst().map { $0.prefix { $0 != "\u{0}" } }.map {
      rest in
      rest.firstRange(of: "</table>").map { rest[..<$0.lowerBound] } ?? rest
    }
  }

  /// Sums and settings are those of the page that has all records.
  @Test(arguments: [0, 1]) func sumsAreThoseOfAllRecords(lacking: Int) throws {
    let seed = Int.random(in: 0..<1 << 30)
    var random = SplitMix64(seed: seed)
    let records = try records(&random, layers: 5, lacking: lacking)
    let whole = try HTMLReport(documents: [ResultDocument(file: "f0", command: "c", answers: records)]).page()
    let page = try HTMLReport(digest([records])).page()
    for caption in ["Sums over each network", "Settings;"] {
      let tables = table(page, caption)
      #expect(tables.count == (caption.hasPrefix("Sums") ? 2 : 1))
      #expect(tables == table(whole, caption), "seed \(seed)")
    }
    #expect(page.contains("<p class=\"subtitle\">60 records from 1 result file</p>"))
    #expect(page.contains("<pre><code>tilebound sweep s</code></pre>") && page.contains(">60 records</span>"))
    #expect(
      page.contains("Of 60 records the table has those with the largest gaps, one for each layer in a setting: 20."))
  }

  /// The records shown are those with the largest gaps, one for each layer in a setting, the largest first.
  @Test func largestGapsAreShown() throws {
    let seed = Int.random(in: 0..<1 << 30)
    var random = SplitMix64(seed: seed)
    let records = try records(&random, layers: 40)
    let digest = try digest([Array(records.prefix(100)), Array(records.dropFirst(100))])
    func key(_ record: Answer) -> String { "\(record.network ?? "") \(record.name) \(record.setting.reuse)" }
    func gap(_ record: Answer) -> Double { record.gap?.total ?? -1 }
    let best = Dictionary(grouping: records, by: key).values.compactMap { $0.map(gap).max() }
    let shown = digest.shown.flatMap(\.answers)
    #expect(shown.map(gap).sorted(by: >) == Array(best.sorted(by: >).prefix(ReportDigest.mostLayers)), "seed \(seed)")
    #expect(Set(shown.map(key)).count == ReportDigest.mostLayers, "seed \(seed)")
    for document in digest.shown {
      #expect(document.answers.map(gap) == document.answers.map(gap).sorted(by: >), "seed \(seed)")
    }
    #expect(digest.shown.map(\.file) == ["f0", "f1"] && digest.count == records.count)
  }

  /// What cannot be added up is not, and the page says so.
  @Test func whatHasNoSum() throws {
    var random = SplitMix64(seed: 1)
    let records = try records(&random, layers: 3)
    func page(_ records: [Answer]) throws -> String { try HTMLReport(digest([records])).page() }
    let twice = try page(records + [records[0]])
    #expect(twice.contains("net has layers with several records at a capacity: there is no sum."))
    #expect(table(twice, "Sums over each network")[0].matches(of: /<tr>/).count == 4)
    let fewer = try page(Array(records.dropFirst()))
    #expect(fewer.contains("net: no sum at 1 capacity, where not all of its 3 distinct layers have a record."))
    var other = records[0]
    other.capacity = nil
    #expect(try page(records + [other]).contains("net: 1 record without a capacity, not in the sums."))
  }

  @Test func figuresAreOfNetworks() throws {
    var random = SplitMix64(seed: 2)
    let figures = try digest([records(&random, layers: 3)]).figures()
    #expect(figures.count == 10 && Set(figures.map(\.name)).count == 10)
    #expect(figures.count { $0.title.hasPrefix("2 networks") } == 2)
    #expect(figures.count { $0.title == "other: gap to the lower bound" } == 2)
  }

  @Test func capacitiesAreEvenlyChosen() {
    #expect(ReportDigest.evenly(3, 5) == [0, 1, 2] && ReportDigest.evenly(0, 5) == [])
    for (count, most) in [(6, 5), (769, 36), (1000, 2)] {
      let places = ReportDigest.evenly(count, most)
      #expect(places.first == 0 && places.last == count - 1 && Set(places).count == most)
      let steps = zip(places, places.dropFirst()).map { $1 - $0 }
      #expect(steps.allSatisfy { abs($0 - (count - 1) / (most - 1)) <= 1 })
    }
  }

  /// Where few enough are wanted, they are the ones that filters leave of all, however few may be kept on the way.
  @Test func wantedRecordsAreKept() throws {
    let seed = Int.random(in: 0..<1 << 30)
    var random = SplitMix64(seed: seed)
    let records = try records(&random, layers: 4)
    let filter = ReportIntake.Filter(
      network: "Net", layers: LayerSelection(["conv2,conv3"]), capacities: [Bits(1 << 13), Bits(1 << 16)])
    let wanted = records.filter {
      $0.network == "net" && ["conv2", "conv3"].contains($0.name) && $0.capacity != Bits(1 << 14)
    }
    for mostShown in [8, 9, 20, 47, 48, 100] {
      var intake = ReportIntake(filter, mostShown: mostShown)
      for (name, some) in [("a", records.prefix(20)), ("b", records.dropFirst(20))] {
        intake.begin(name)
        intake.add(Array(some))
        intake.end(command: nil)
      }
      guard case .documents(let documents) = intake.outcome else {
        Issue.record("seed \(seed): a digest of \(mostShown)")
        continue
      }
      let areAll = mostShown >= records.count
      #expect(documents.flatMap(\.answers) == (areAll ? records : wanted), "seed \(seed), \(mostShown)")
      #expect(documents.reduce(0) { $0 + $1.answers.count + $1.omittedRecords } == 48, "seed \(seed), \(mostShown)")
      #expect(intake.networks == ["net", "other"] && intake.layers == ["conv0", "conv1", "conv2", "conv3"])
    }
    let few = try digest([records], filter)
    #expect(few.count == wanted.count && few.files[0].omitted == records.count - wanted.count)
  }
}

extension Array {
  /// So many at a time.
  fileprivate func chunked(_ count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
  }
}
