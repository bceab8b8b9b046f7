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

/// Files that are compressed as `gzip` does it, and files that are read some at a time.
struct CompressedFileTests {
  private static func bytes(_ random: inout SplitMix64, _ count: Int) -> [UInt8] {
    // Few values, so that there is something to compress.
    (0..<count).map { _ in UInt8(random.pick(97...101)) }
  }

  /// What a file holds that comes in pieces of so many bytes, or why it holds nothing.
  private static func content(_ file: [UInt8], pieces: Int) -> Result<[UInt8], FormatError> {
    var rest = file[...]
    return Result { () throws(FormatError) in
      let content = try FileContent(origin: "f", limit: 1 << 20) { () throws(FormatError) in
        defer { rest = rest.dropFirst(pieces) }
        return rest.prefix(pieces)
      }
      var all: [UInt8] = []
      while true {
        let more = try content.next()
        if more.isEmpty { return all }
        all += more
      }
    }
  }

  @Test(arguments: seeds(0..<16)) func membersAreReadBack(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    var (file, held): ([UInt8], [UInt8]) = ([], [])
    for _ in 0...random.pick(0...4) {
      let bytes = Self.bytes(&random, random.pick(0...3) == 0 ? 0 : random.pick(1...5_000))
      held += bytes
      file += try random.pick(0...1) == 0 ? Gzip.member(bytes) : Gzip.storedMember(bytes)
    }
    for pieces in [1, 7, 1 << 16] {
      #expect(try Self.content(file, pieces: pieces).get() == held, "seed \(seed), \(pieces)")
      // Tapes are filled up with zeros.
      #expect(try Self.content(file + [0, 0, 0], pieces: pieces).get() == held, "seed \(seed), \(pieces)")
    }
    #expect(try Gzip.content(file, origin: "f") == held, "seed \(seed)")
  }

  /// A larger file, of which a step holds a part of what is compressed and a part of what is not.
  @Test func longFilesAreReadBack() throws {
    let seed = Int.random(in: 0..<1 << 30)
    var random = SplitMix64(seed: seed)
    let bytes = Self.bytes(&random, 500_000) + [UInt8](repeating: 7, count: 500_000)
    let file = try Gzip.member(bytes)
    #expect(file.count < 300_000)
    #expect(try Self.content(file, pieces: 1 << 16).get() == bytes, "seed \(seed)")
    let tooMuch = Self.content(file + (try Gzip.member(bytes)), pieces: 1 << 16)
    #expect(
      tooMuch == .failure(FormatError(origin: "f", message: "is larger than the 1048576 bytes that are accepted")))
  }

  /// `gzip` itself reads and writes the same.
  @Test func gzipAgrees() throws {
    try withTemporaryFolder { folder in
      let text = String(repeating: "so many words\n", count: 1000)
      try Data(Gzip.storedMember(Array("head\n".utf8)) + Gzip.member(Array(text.utf8)))
        .write(to: URL(fileURLWithPath: "\(folder)/f.gz"))
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      process.arguments = ["-c", "gzip -dc f.gz >f && gzip -c f >again.gz"]
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      #expect(try String(contentsOfFile: "\(folder)/f", encoding: .utf8) == "head\n" + text)
      let again = Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/again.gz")))
      #expect(try Gzip.content(again, origin: "f") == Array(("head\n" + text).utf8))
    }
  }

  /// A file that was cut or changed is refused wherever that was, unless it is one that could have been written.
  @Test func damageIsFound() throws {
    let seed = Int.random(in: 0..<1 << 30)
    var random = SplitMix64(seed: seed)
    let members = try (0..<3).map { _ in try Gzip.member(Self.bytes(&random, 200)) }
    let file = members.flatMap { $0 }
    let ends = [members[0].count, members[0].count + members[1].count]
    for end in 2..<file.count where !ends.contains(end) {
      #expect(
        Self.content(Array(file.prefix(end)), pieces: 50)
          == .failure(
            FormatError(origin: "f", message: "ends within its compressed data: a part of the file is missing")),
        "seed \(seed), \(end)")
    }
    let whole = try Self.content(file, pieces: 50).get()
    for place in 2..<file.count {
      var changed = file
      changed[place] ^= 1 << UInt8(random.pick(0...7))
      // Of the head, some bits say nothing of what it holds.
      if let held = try? Self.content(changed, pieces: 50).get() {
        #expect(held == whole, "seed \(seed), \(place)")
      }
    }
    for more in [Array("junk".utf8), [0, 0, 1, 2], [0x1f, 0x8c]] {
      #expect(
        Self.content(file + more, pieces: 50)
          == .failure(FormatError(origin: "f", message: "has something behind its compressed data that is none")))
    }
  }

  /// Results in any form that come in pieces, compressed or not, are those that come at once, and so is what is wrong.
  @Test func resultsComeInPieces() throws {
    let layer = try Layer(
      name: "b, \"c\"", inputChannels: 2, input: Extent(5), outputChannels: 3, kernel: Extent(2))
    let problem = try Problem(layer, widths: WordWidths(.byte))
    let optimum = try #require(Optimizer(problem).optimum(capacity: Bits(512)))
    let answers = (1...9).map { number in
      Answer(
        network: "n\(number)", entry: Network.Entry(layer: layer, count: number), problem, capacity: Bits(512), optimum,
        bounds: LowerBounds(problem), attainedBy: nil, seconds: nil)
    }
    let lines = try answers.map { try ResultFile.jsonLine($0) }.joined()
    let table = ResultFile.csv(answers)
    let same: [String] = [
      try ResultFile.json(answers, command: "c"), lines, "\u{feff}\(lines)\n \n", String(lines.dropLast()), table,
      "\n\(table)\r\n\n",
    ]
    // A quotation mark inside a name is one of its characters.
    let others = [table.replacing("n7", with: "n7\"")]
    let wrong: [String] = [
      "\(table),x\n", "\(lines){}\n", "\(lines)\"", "\(table)\"", table.replacing("n7", with: "\"n\n7\""), "x\(table)",
      "",
      lines.replacing("\"macs\":384", with: "\"macs\":385"), lines.replacing("n5", with: "\u{0}"),
    ]
    let texts = same + others + wrong
    for (number, text) in texts.enumerated() {
      func outcome(_ bytes: [UInt8], pieces: Int, step: Int) -> Result<[ResultRecord], FormatError> {
        var rest = bytes[...]
        return Result<[ResultRecord], FormatError> { () throws(FormatError) in
          let content = try FileContent(origin: "r", limit: .max) { () throws(FormatError) in
            defer { rest = rest.dropFirst(pieces) }
            return rest.prefix(pieces)
          }
          var stream = try ResultStream(content, documentLimit: .max, step: step)
          var records: [ResultRecord] = []
          while let more = try stream.next() { records += more.map { ResultRecord($0) } }
          return records
        }
      }
      let bytes = Array(text.utf8)
      let whole = outcome(bytes, pieces: 1 << 20, step: 1 << 20)
      let parsed = Result { () throws(FormatError) in try ResultReader.parse(text, origin: "r") }
      #expect(whole == parsed.map { $0.answers.map { ResultRecord($0) } }, "text \(number)")
      if number < same.count { #expect(try whole.get() == answers.map { ResultRecord($0) }, "text \(number)") }
      #expect((try? whole.get()) == nil || number < same.count + others.count, "text \(number)")
      for (pieces, step) in [(1, 1), (64, 1), (1000, 500), (1000, 5000)] {
        #expect(outcome(bytes, pieces: pieces, step: step) == whole, "text \(number), pieces of \(pieces), \(step)")
      }
      #expect(outcome(try Gzip.member(bytes), pieces: 100, step: 500) == whole, "text \(number), compressed")
    }
  }
}
