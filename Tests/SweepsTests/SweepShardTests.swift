import EnergyModel
import Foundation
import Interchange
import Mappings
import Parallel
import TestSupport
import Testing
import Workloads

@testable import Sweeps

/// Parts of sweeps: which layers each has, and what it leaves on disk.
struct SweepShardTests {
  /// A shard by its text.
  static func shard(_ number: Int, _ count: Int) throws -> SweepShard { try #require(SweepShard(number, of: count)) }

  /// Networks of products and convolutions of random sizes.
  private func sweep(_ random: inout SplitMix64) throws -> Sweep {
    var request = SweepRequest()
    for number in 0...random.pick(0...2) {
      let entries = try (0...random.pick(0...9)).map { index in
        let layer =
          random.pick(0...1) == 0
          ? try Layer.gemm(
            name: "\(index)", m: random.pick(1...4000), n: random.pick(1...4000), k: random.pick(1...4000))
          : try Layer(
            name: "\(index)", inputChannels: random.pick(1...999), input: Extent(random.pick(7...224)),
            outputChannels: random.pick(1...999), kernel: Extent(random.pick(2...7)))
        return Network.Entry(layer: layer, count: random.pick(1...9))
      }
      request.networks.append(try Network(name: "net\(number)", source: "", entries: entries))
    }
    request.capacities = [Bits(1 << 20)]
    request.reuse = [.sliding, .overlap]
    return try Sweep(request)
  }

  /// Shards' units follow one another without a gap, and none has more than its share and half of its first and last layers.
  @Test(arguments: seeds(0..<16)) func shardsCoverTheSweepAndAreBalanced(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let sweep = try sweep(&random)
    let costs = sweep.units.map { sweep.cost(of: $0).microseconds }
    let most = Double(try #require(costs.max()))
    for count in [1, 2, 3, 7, sweep.units.count, 100] {
      var next = 0
      for number in 1...count {
        let units = sweep.units(of: try Self.shard(number, count))
        #expect(units.lowerBound == next, "seed \(seed), \(number)/\(count)")
        next = units.upperBound
        let cost = Double(costs[units].reduce(0, +))
        let share = Double(costs.reduce(0, +)) / Double(count)
        #expect(abs(cost - share) <= most + 1e-6 * share || units.isEmpty, "seed \(seed), \(number)/\(count)")
      }
      #expect(next == sweep.units.count, "seed \(seed), \(count) shards")
    }
    #expect(sweep.units(of: nil) == sweep.units.indices)
  }

  @Test func numbersOfShards() {
    for (number, count) in [(0, 4), (5, 4), (-1, 4), (1, 0), (1, SweepShard.mostShards + 1)] {
      #expect(SweepShard(number, of: count) == nil)
    }
    #expect(SweepShard(3, of: 16)?.text == "3/16" && SweepShard(3, of: 16)?.description == "shard 3 of 16")
  }

  /// Larger layers cost more, and each capacity and each ratio of prices does.
  @Test func costsGrow() throws {
    func cost(
      _ k: Int, kernel: Int = 3, _ reuse: ReusePolicy = .overlap, ratios: Int = 1, capacities: Int = 1,
      layout: BufferLayout = .shared
    ) throws -> Int {
      let layer = try Layer(
        name: "", inputChannels: 16, input: Extent(30), outputChannels: k, kernel: Extent(kernel))
      let looked = Array(repeating: capacities, count: ratios)
      return SweepCost(layer, reuse: reuse, capacities: looked, layout: layout).microseconds
    }
    for reuse in ReusePolicy.allCases {
      for kernel in [1, 3] {
        let costs = try [1, 2, 3, 5, 100, 1000].map { try cost($0, kernel: kernel, reuse) }
        #expect(zip(costs, costs.dropFirst()).allSatisfy(<), "\(costs)")
        let one = try cost(8, kernel: kernel, reuse)
        #expect(try abs(cost(8, kernel: kernel, reuse, ratios: 3) - 3 * one) <= 3)
        #expect(try cost(8, kernel: kernel, reuse, capacities: 9) > one)
        let doubled = try BufferLayout(doubleBuffered: Set(Tensor.allCases))
        #expect(try cost(8, kernel: kernel, reuse, layout: doubled) > one)
        func inParts(of bits: Int) throws -> Int {
          let parts = Tensor.allCases.map { BufferLayout.Part([$0], capacity: Bits(bits)) }
          return try cost(8, kernel: kernel, reuse, layout: BufferLayout(parts: parts))
        }
        // Where a tensor fits its part the search ends sooner; under the other rules there is one fit for all sizes.
        #expect(
          try reuse == .overlap ? inParts(of: 1 << 20) < inParts(of: 512) : inParts(of: 1 << 20) == inParts(of: 512))
        if kernel > 1 { #expect(try inParts(of: 1 << 20) < one) }
      }
    }
    // Computed by hand, in the same few operations: on every machine sweeps are cut at the same places.
    #expect(try [cost(8), cost(1000, kernel: 1, .sliding)] == [72_090, 2_023])
  }

  /// A shard goes on from wherever it was ended, and ends with the same files; another shard does not go on with it.
  @Test(arguments: SweepForm.allCases) func shardsGoOn(form: SweepForm) throws {
    let sweep = try Sweep(MergeExamples.request())
    let shard = try Self.shard(2, 2)
    try withTemporaryFolder { folder in
      let (file, ended) = ("\(folder)/s", "\(folder)/ended")
      let states = Guarded<[(done: Int, files: [String: Data])]>([])
      let run = try SweepRun(sweep, to: file, form: form, shard: shard)
      _ = try run.run(threads: 2, command: "c") { now in
        #expect(now.all == run.recordCount && now.all < sweep.recordCount)
        guard let files = try? contents(of: folder) else { return }
        states.withLock { $0.append((now.done, files)) }
      }
      let whole = try contents(of: folder)
      #expect(Set(whole.keys) == ["s", "s.index.json"] && states.value.count == sweep.units(of: shard).count)
      func restore(_ state: [String: Data]) throws {
        try? FileManager.default.removeItem(atPath: ended)
        try FileManager.default.createDirectory(atPath: ended, withIntermediateDirectories: true)
        for (name, data) in state { try data.write(to: URL(fileURLWithPath: "\(ended)/\(name)")) }
      }
      for (done, var state) in states.value {
        // Ended while a record was written, or while the index was.
        state["s.part"]?.append(Data("half".utf8))
        state["s.index.json.part"] = Data("half".utf8)
        try restore(state)
        for other in [nil, try Self.shard(1, 2), try Self.shard(2, 3)] {
          let message = refusal { _ = try SweepRun(sweep, to: "\(ended)/s", form: form, shard: other) }
          #expect(
            message == "\(ended)/s: was begun as shard 2 of 2, and \(other?.description ?? "the whole sweep") is asked "
              + "for; --restart begins anew")
        }
        let again = try SweepRun(sweep, to: "\(ended)/s", form: form, shard: shard)
        #expect(again.resumed == done)
        let result = try again.run(threads: 1, command: "c", keepsAnswers: true) { _ in }
        #expect(try contents(of: ended) == whole && result.answers.count == again.recordCount)
      }
      // Done: it is not taken for another part, nor for all.
      let done = try SweepRun(sweep, to: file, form: form, shard: shard)
      #expect(done.isComplete && done.resumed == run.recordCount)
      #expect(try done.run(threads: 1, command: "c") { _ in }.isComplete)
      for other in [nil, try Self.shard(1, 2)] {
        let message = refusal { _ = try SweepRun(sweep, to: file, form: form, shard: other) }
        #expect(
          message == "\(file): holds shard 2 of 2, and \(other?.description ?? "the whole sweep") is asked for; "
            + "--restart replaces it, another --output leaves it")
      }
      #expect(
        SweepIndex.command(thatMade: file) == "c --shard 2/2 --output s")
      // Two at once.
      try restore(states.value[0].files)
      let first = try SweepRun(sweep, to: "\(ended)/s", form: form, shard: shard)
      #expect(
        refusal { _ = try SweepRun(sweep, to: "\(ended)/s", form: form, shard: shard) }
          == "\(ended)/s: is being written by another sweep that has not ended")
      #expect(!first.isComplete)
    }
  }

  /// A file that has lost its name since it was opened is another's work by now.
  @Test func filesThatWereRenamedAreNotLocked() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/f"
      let (first, second) = (try OpenFile(path), try OpenFile(path))
      #expect(try [first, second].map { try $0.lock() } == [true, false])
      try first.rename(to: "\(folder)/g")
      let third = try OpenFile(path)
      #expect(try [first, second, third].map { try $0.lock() } == [false, false, true])
    }
  }

  /// Lines of any length, one after the other.
  @Test(arguments: seeds(0..<8)) func linesAreRead(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let lines = (0..<random.pick(1...9)).map { _ in
      String(repeating: "x", count: random.pick(0...1) == 0 ? random.pick(0...9) : random.pick(60_000...140_000))
    }
    try withTemporaryFolder { folder in
      let text = lines.joined(separator: "\n") + (seed % 2 == 0 ? "\n" : "")
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/f"))
      var reader = LineReader(try OpenFile(reading: "\(folder)/f"))
      var read: [String] = []
      while let line = try reader.next() { read.append(String(decoding: line, as: UTF8.self)) }
      #expect(read == (seed % 2 == 1 && lines.last == "" ? lines.dropLast() : lines), "seed \(seed)")
    }
  }
}
