import EnergyModel
import Foundation
import Interchange
import Mappings
import TestSupport
import Testing
import Workloads

@testable import Sweeps

/// Small sweeps to be done in parts.
enum MergeExamples {
  /// Two networks, one with a layer in parts and all layers of the other, in four settings with two energy models: 24 items of
  /// 16 units, with 4 records each.
  static func request() throws -> SweepRequest {
    var request = try Examples.request()
    let parts = try (0...1).map { top in
      Network.Entry(
        layer: try Layer(
          name: "up/\(top)", inputChannels: 3, input: Extent(6), outputChannels: 2 + top, kernel: Extent(2),
          padding: Padding(top: top, bottom: 1 - top, left: 1, right: 0)), count: 2, partOf: "up", hasOwnInputs: true)
    }
    let plain = try Examples.network("plain", seed: 1)
    request.networks = [plain, try Network(name: "parts", source: "", entries: parts + plain.entries)]
    request.capacities = [Bits(512), Bits(1 << 16)]
    request.energyModels = [.bitsMoved, try Examples.model("writes", read: 0.5, write: 7)]
    request.widths.removeLast()
    request.reuse = [.none, .sliding]
    request.phases = [.off, .on]
    return request
  }

  /// Does a part of a sweep into a file.
  static func write(
    _ sweep: Sweep, _ shard: SweepShard?, to file: String, _ form: SweepForm = .csv, producer: Producer = Producer()
  ) throws {
    _ = try SweepRun(sweep, to: file, form: form, shard: shard, producer: producer)
      .run(threads: 2, command: "tilebound sweep s") { _ in }
  }

  /// Does a sweep in so many parts; their files.
  static func write(
    _ sweep: Sweep, parts count: Int, in folder: String, _ form: SweepForm = .csv, _ ending: String = ""
  ) throws -> [String] {
    try (1...count).map { number in
      let file = "\(folder)/part-\(number)\(ending)"
      try write(sweep, try SweepShardTests.shard(number, count), to: file, form)
      return file
    }
  }
}

/// Parts of sweeps put together.
struct SweepMergeTests {
  /// The merged file and its index are those of the sweep that was done at once, however many parts there are.
  @Test(arguments: [(SweepForm.csv, ""), (.jsonLines, ""), (.csv, ".gz")])
  func mergedIsTheWhole(form: SweepForm, ending: String) throws {
    let sweep = try Sweep(MergeExamples.request())
    #expect(sweep.hasParts && sweep.namesPhases && sweep.items.count == 24 && sweep.units.count == 16)
    try withTemporaryFolder { folder in
      try MergeExamples.write(sweep, nil, to: "\(folder)/whole\(ending)", form)
      let whole = try contents(of: folder)
      let bytes = Array(try #require(whole["whole\(ending)"]))
      // Standard output has no name that says that it is to be compressed.
      let plain = ending.isEmpty ? bytes : try Gzip.content(bytes, origin: "whole")
      let result = try SweepRun(sweep, to: "\(folder)/whole\(ending)", form: form).run(threads: 1, command: "") { _ in }
      // More parts than layers leave some of them empty.
      for count in cases([1, 3, 30]) {
        let parts = "\(folder)/\(count)"
        try FileManager.default.createDirectory(atPath: parts, withIntermediateDirectories: true)
        let files = try MergeExamples.write(sweep, parts: count, in: parts, form, ending)
        let before = try contents(of: parts)
        var merge = try SweepMerge(files.reversed())
        #expect(merge.count == count && merge.form == form)
        var records: [Int] = []
        let merged = try merge.write(to: "\(parts)/whole\(ending)") { records.append($0) }
        #expect(records.last == sweep.recordCount && merged.totals == result.totals)
        #expect(merged.networkCurves == result.networkCurves && merged.isComplete == result.isComplete)
        #expect(try contents(of: parts) == before.merging(whole) { $1 }, "\(count) parts")
        var printed: [UInt8] = []
        _ = try merge.print { printed += $0 }
        #expect(printed == plain)
        // Parts are closed and opened again where there are many.
        merge.mostOpened = 1
        // The sweep takes it for its own, and it may be merged once more.
        #expect(try SweepRun(sweep, to: "\(parts)/whole\(ending)", form: form).isComplete)
        _ = try merge.write(to: "\(parts)/whole\(ending)")
        #expect(try contents(of: parts) == before.merging(whole) { $1 }, "\(count) parts")
      }
    }
  }

  /// Parts that are compressed make a file that is not, and the other way round: those of sweeps to files of these names.
  @Test func mergeCompressesAndDecompresses() throws {
    var request = try MergeExamples.request()
    request.reuse = [.sliding]
    let sweep = try Sweep(request)
    try withTemporaryFolder { folder in
      let plain = try MergeExamples.write(sweep, parts: 2, in: folder)
      let compressed = try MergeExamples.write(sweep, parts: 2, in: folder, .csv, ".gz")
      for (name, files) in [("whole", compressed), ("whole.gz", plain)] {
        try MergeExamples.write(sweep, nil, to: "\(folder)/\(name)")
        let at = try contents(of: folder)
        _ = try SweepMerge(files).write(to: "\(folder)/\(name)")
        #expect(try contents(of: folder) == at)
      }
      #expect(
        refusal { _ = try SweepMerge([plain[0], compressed[1]]) }
          == "\(compressed[1]): is of another sweep: it differs from \(plain[0]) in the compression")
      // The records of a part that was cut after it was written.
      let second = URL(fileURLWithPath: compressed[1])
      try Data(contentsOf: second).dropLast(9).write(to: second)
      let message = refusal { _ = try SweepMerge(compressed).write(to: "\(folder)/again") }
      #expect(message == "\(compressed[1]): was changed after it was written, or its index was")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/again"))
    }
  }

  /// What cannot be merged is named, and nothing is written.
  @Test func refusals() throws {
    var request = try MergeExamples.request()
    request.reuse = [.sliding]
    request.phases = []
    let sweep = try Sweep(request)
    request.capacities.removeLast()
    let other = try Sweep(request)
    try withTemporaryFolder { folder in
      let files = try MergeExamples.write(sweep, parts: 3, in: folder)
      try MergeExamples.write(sweep, nil, to: "\(folder)/whole")
      for (name, sweep, shard, form, commit) in [
        ("again", sweep, (2, 3), SweepForm.csv, nil), ("foreign", other, (2, 3), .csv, nil),
        ("fewer", sweep, (2, 2), .csv, nil), ("json", sweep, (2, 3), .jsonLines, nil),
        ("newer", sweep, (2, 3), .csv, "abc"),
      ] as [(String, Sweep, (Int, Int), SweepForm, String?)] {
        try MergeExamples.write(
          sweep, try SweepShardTests.shard(shard.0, shard.1), to: "\(folder)/\(name)", form,
          producer: Producer(commit: commit))
      }
      try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder)/stranger"))
      try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder)/begun.progress"))
      let before = try contents(of: folder)
      func message(_ names: [String]) -> String {
        refusal { _ = try SweepMerge(names.map { "\(folder)/\($0)" }) }.replacing("\(folder)/", with: "")
      }
      let all = files.map { String($0.dropFirst(folder.count + 1)) }
      #expect(message([]) == "a sweep needs at least one part")
      #expect(
        message(["part-3", "part-1"])
          == "shard 2 of 3 is missing: tilebound sweep s --shard 2/3 --output FILE makes it")
      #expect(
        message(["part-2"])
          == "shards 1, 3 of 3 are missing: tilebound sweep s --shard 1/3 --output FILE makes the first")
      #expect(message(all + ["again"]) == "again: is shard 2 of 3, which part-2 is too; give one of them")
      #expect(message(all + ["part-1"]) == "part-1: is given twice")
      #expect(
        message(all + ["foreign"]) == "foreign: is of another sweep: it differs from part-1 in the capacities")
      #expect(message(all + ["json"]) == "json: is of another sweep: it differs from part-1 in the form")
      #expect(message(all + ["fewer"]) == "fewer: is shard 2 of 2, and part-1 is shard 1 of 3")
      let name = "tilebound \(Producer.version)"
      #expect(message(all + ["newer"]) == "newer: was made by \(name) of commit abc, and this is \(name)")
      #expect(message(all + ["whole"]) == "whole: holds a whole sweep and no shard of one")
      #expect(message(all + ["begun"]) == "begun: is not finished: the command that began it goes on with it")
      #expect(
        message(all + ["stranger"])
          == "stranger: is no shard of a sweep: there is no stranger.index.json that says which")
      #expect(message(all + ["part-1.index.json"]) == "part-1.index.json: is the index of a part; give the parts alone")
      #expect(message(all + ["nowhere"]) == "nowhere: cannot be read: No such file or directory")
      #expect(message(all + ["."]).hasSuffix(": is a folder; a file is expected"))
      #expect(
        refusal { _ = try SweepMerge(["-"]) }
          == "standard input: has no index beside it that says which shard it is; give parts as files")
      // What is to be written must not be lost.
      let merge = try SweepMerge(files)
      #expect(merge.part(at: "\(folder)/./part-2") == files[1] && merge.part(at: "\(folder)/new") == nil)
      #expect(merge.part(at: "\(folder)/part-3.index.json") == files[2])
      for (output, why) in [
        ("stranger", "exists and is not this sweep's; give another file, or remove it"),
        ("begun", "was begun by a sweep; give another file"), (".", "is a folder; a file is expected"),
      ] {
        #expect(refusal { _ = try merge.write(to: "\(folder)/\(output)") } == "\(folder)/\(output): \(why)")
      }
      #expect(
        refusal { _ = try merge.write(to: "\(folder)/no/where") }
          == "\(folder)/no/where.merging: cannot be written: No such file or directory")
      #expect(try contents(of: folder) == before)
    }
  }

  /// Records or index lines that are not what was written are noticed, wherever they stand.
  @Test func changesAreNoticed() throws {
    var request = try MergeExamples.request()
    request.networks.removeLast()
    request.reuse = [.sliding]
    request.phases = []
    let sweep = try Sweep(request)
    let seed = Int.random(in: 0..<1 << 30)
    var random = SplitMix64(seed: seed)
    try withTemporaryFolder { folder in
      let files = try MergeExamples.write(sweep, parts: 2, in: folder)
      let before = try contents(of: folder)
      func refused(_ name: String, _ change: (inout Data) -> Void) throws {
        var data = try #require(before[name])
        change(&data)
        try data.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        let message = refusal {
          let merge = try SweepMerge(files)
          _ = try merge.write(to: "\(folder)/whole")
        }
        #expect(message.hasPrefix("\(folder)/part-") && !message.contains("\n"), "seed \(seed): \(message)")
        #expect(try contents(of: folder) == before.merging([name: data]) { $1 }, "seed \(seed): \(message)")
        #expect(
          refusal { _ = try SweepMerge(files).print { _ in Issue.record("seed \(seed): printed") } } == message)
        try before[name]?.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      for name in ["part-1", "part-2"] {
        for name in [name, "\(name).index.json"] {
          for _ in seeds(0..<20) {
            let place = random.pick(0...(before[name]?.count ?? 0) - 2)
            try refused(name) { $0[place] ^= 1 << UInt8(random.pick(0...6)) }
            try refused(name) { $0.removeLast(random.pick(2...$0.count)) }
          }
        }
        // A shard that cannot be, by whoever made a checksum for it.
        for shard in [(0, 2), (-1, 2), (3, 2), (1, 0), (1, -3), (1, 1 << 40)] {
          try refused("\(name).index.json") { data in
            let text = String(decoding: data, as: UTF8.self)
            let other = "\"shard\":{\"count\":\(shard.1),\"number\":\(shard.0)}"
            data = Data(text.replacing(/"shard":\{[^}]*\}/, with: other).utf8)
          }
        }
        try refused(name) { $0.append(Data("more\n".utf8)) }
        try refused("\(name).index.json") { $0 = Data($0.split(separator: 10).dropLast(2).joined(separator: [10])) }
        for (part, other) in [
          ("\"bytes\":1", "\"bytes\":2"), ("\"items\":[", "\"items\":"), ("\"curves\":[", "\"curve\":["),
          ("\"reuse\":\"sliding\"", "\"reuse\":\"overlap\""), ("\"shape\":\"", "\"shape\":\"q=2,"),
        ] {
          try refused("\(name).index.json") { data in
            data = Data(String(decoding: data, as: UTF8.self).replacing(part, with: other, maxReplacements: 1).utf8)
          }
        }
      }
      _ = try SweepMerge(files).write(to: "\(folder)/whole")
    }
  }

  /// Until all is there nothing has the file's name; what a merge that was ended left is no hindrance to the next, and two
  /// at once do not get in each other's way.
  @Test func mergesThatAreEnded() throws {
    var request = try MergeExamples.request()
    request.networks.removeLast()
    request.reuse = [.sliding]
    let sweep = try Sweep(request)
    try withTemporaryFolder { folder in
      let files = try MergeExamples.write(sweep, parts: 3, in: folder)
      let before = try contents(of: folder)
      var states: [[String: Data]] = []
      let merge = try SweepMerge(files)
      _ = try merge.write(to: "\(folder)/whole") { _ in
        #expect(
          refusal { _ = try merge.write(to: "\(folder)/whole") }
            == "\(folder)/whole: is being written by another merge that has not ended")
        if let now = try? contents(of: folder) { states.append(now) }
      }
      let whole = try contents(of: folder)
      #expect(
        states.count == sweep.units.count && Set(whole.keys) == Set(before.keys).union(["whole", "whole.index.json"]))
      for state in states {
        #expect(Set(state.keys) == Set(before.keys).union(["whole.merging"]))
        for name in ["whole", "whole.index.json"] { try FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
        try state["whole.merging"]?.write(to: URL(fileURLWithPath: "\(folder)/whole.merging"))
        _ = try merge.write(to: "\(folder)/whole")
        #expect(try contents(of: folder) == whole)
      }
    }
  }
}
