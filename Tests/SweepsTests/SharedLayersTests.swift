import EnergyModel
import Foundation
import Interchange
import Mappings
import Parallel
import TestSupport
import Testing
import Workloads

@testable import Sweeps

/// Layers that several networks have, or one network under several names: searched once, answered for each.
struct SharedLayersTests {
  /// Two networks of five and six layers, of which four are equal, one of them twice in the second.
  private func networks() throws -> [Network] {
    func product(_ name: String, _ k: Int, _ count: Int) throws -> Network.Entry {
      Network.Entry(layer: try Layer.gemm(name: name, m: 4, n: 6, k: k), count: count)
    }
    func part(_ name: String, top: Int, of whole: String?, _ count: Int) throws -> Network.Entry {
      Network.Entry(
        layer: try Layer(
          name: name, inputChannels: 3, input: Extent(6), outputChannels: 2 + top, kernel: Extent(2),
          padding: Padding(top: top, bottom: 1 - top, left: 1, right: 0)), count: count, partOf: whole,
        hasOwnInputs: whole != nil)
    }
    return [
      try Network(
        name: "first", source: "",
        entries: [
          product("a", 7, 1), part("up/0", top: 0, of: "up", 2), part("up/1", top: 1, of: "up", 2), product("b", 8, 3),
          product("c", 9, 1),
        ]),
      try Network(
        name: "second", source: "",
        entries: [
          product("d", 8, 1), part("alone", top: 1, of: nil, 4), product("e", 10, 1),
          part("to/0", top: 0, of: "to", 1), part("to/1", top: 1, of: "to", 1), product("f", 7, 5),
        ]),
    ]
  }

  /// Two rules of reuse and two energy models, or three accelerators, two of them of the same widths.
  private func request(onAccelerators: Bool) throws -> SweepRequest {
    var request = try MergeExamples.request()
    request.networks = try networks()
    request.phases = []
    request.comparesDataflows = true
    if !onAccelerators { return request }
    (request.capacities, request.energyModels, request.widths) = ([], [], [])
    let wide = WordWidths(inputs: .byte, weights: .one, outputs: .byte, partialSums: .byte)
    let machines = [
      ("small", 1.0, 256, WordWidths(.byte)), ("large", 2, 999, WordWidths(.byte)), ("wide", 1, 999, wide),
    ]
    request.accelerators = try machines.map { name, price, capacity, widths in
      Accelerator(
        Accelerator.Identity(name: name, throughput: nil), source: "", capacity: Bits(capacity),
        energyModel: try Examples.model("of \(name)", read: price, write: price), widths: widths)
    }
    return request
  }

  private func write(_ sweep: Sweep, _ shard: SweepShard?, to file: String, _ form: SweepForm) throws {
    try MergeExamples.write(sweep, shard, to: file, form)
  }

  /// A sweep of networks has the records, totals and curves of the sweeps of each of them alone.
  @Test(arguments: SweepForm.allCases, [false, true])
  func recordsAreThoseOfEachNetworkAlone(form: SweepForm, onAccelerators: Bool) throws {
    var request = try request(onAccelerators: onAccelerators)
    let sweep = try Sweep(request)
    try withTemporaryFolder { folder in
      try write(sweep, nil, to: "\(folder)/both", form)
      #expect(Set(try contents(of: folder).keys) == ["both", "both.index.json"])
      var records = Data(sweep.head(form).utf8)
      var (totals, curves): ([SweepTotal], [SweepCurve]) = ([], [])
      for network in request.networks {
        request.networks = [network]
        let own = try Sweep(request)
        let file = "\(folder)/\(network.name)"
        try write(own, nil, to: file, form)
        records += try #require(FileManager.default.contents(atPath: file)).dropFirst(own.head(form).utf8.count)
        let index = try #require(SweepIndex.read(of: file))
        totals += index.totals
        curves += index.networkCurves ?? []
      }
      #expect(FileManager.default.contents(atPath: "\(folder)/both") == records)
      let index = try #require(SweepIndex.read(of: "\(folder)/both"))
      #expect(index.totals == totals && index.networkCurves == curves && index.curves == sweep.curveCount)
    }
  }

  /// Each unit is counted once, with the records of all its items.
  @Test func unitsAreCountedOnce() throws {
    let sweep = try Sweep(request(onAccelerators: false))
    // Six different layers under two rules of reuse, and two ratios of prices.
    #expect(sweep.items.count == 2 * (5 + 6) && sweep.units.count == 2 * 6 && sweep.curveCount == 2 * 2 * 6)
    #expect(sweep.units.map(\.items.count).sorted() == [1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3])
    #expect(sweep.workOrder(sweep.units.indices).sorted() == Array(sweep.items.indices))
    let whole = try #require(sweep.estimates(shards: nil, threads: 1).first)
    #expect(whole.layers == 12 && whole.curves == sweep.curveCount && whole.records == sweep.recordCount)
    for count in [1, 2, 5, 40] {
      let shards = sweep.estimates(shards: count, threads: 1)
      #expect(shards.reduce(0) { $0 + $1.layers } == whole.layers)
      #expect(shards.reduce(0) { $0 + $1.curves } == whole.curves)
      #expect(shards.reduce(0) { $0 + $1.records } == whole.records)
      #expect(abs(shards.reduce(0) { $0 + $1.seconds } - whole.seconds) < 1e-9)
    }
    let costs = try sweep.measuredCosts(of: nil) { _, _, _ in }
    #expect(costs.count == 12 && Set(costs.map(\.network)) == ["first", "second"])
    // Accelerators of the same widths share curves at whatever capacities.
    let accelerators = try Sweep(request(onAccelerators: true))
    #expect(accelerators.items.count == 2 * 3 * 11 && accelerators.units.count == 2 * 2 * 6)
    #expect(accelerators.curveCount == 2 * 2 * 6)
    #expect(Set(accelerators.units.flatMap { $0.lookUps.map(\.capacities.count) }) == [1, 2])
  }

  /// Parts share no unit, and what is merged of them is the whole.
  @Test(arguments: [(SweepForm.csv, ""), (.jsonLines, ".gz")], [false, true])
  func partsShareNoUnit(form: (SweepForm, String), onAccelerators: Bool) throws {
    let sweep = try Sweep(request(onAccelerators: onAccelerators))
    let (form, ending) = form
    try withTemporaryFolder { folder in
      try write(sweep, nil, to: "\(folder)/whole\(ending)", form)
      let whole = try contents(of: folder)
      for count in [2, 3, 50] {
        let parts = "\(folder)/\(count)"
        try FileManager.default.createDirectory(atPath: parts, withIntermediateDirectories: true)
        let shards = try (1...count).map { try SweepShardTests.shard($0, count) }
        #expect(shards.flatMap { Array(sweep.units(of: $0)) } == Array(sweep.units.indices))
        #expect(shards.flatMap { sweep.items(of: $0) }.sorted() == Array(sweep.items.indices))
        let files = try MergeExamples.write(sweep, parts: count, in: parts, form, ending)
        for (shard, file) in zip(shards, files) {
          let names = sweep.items(of: shard).flatMap { number in
            Array(repeating: sweep.items[number].entry.layer.name, count: sweep.recordCount(of: sweep.items[number]))
          }
          // A part has its records in the order of the sweep.
          if !names.isEmpty { #expect(try ResultReader.read(file: file).answers.map(\.name) == names) }
          #expect(try SweepRun(sweep, to: file, form: form, shard: shard).isComplete)
        }
        var merge = try SweepMerge(files)
        merge.mostOpened = 1
        _ = try merge.write(to: "\(parts)/whole\(ending)")
        for (name, data) in whole { #expect(FileManager.default.contents(atPath: "\(parts)/\(name)") == data) }
      }
    }
  }

  /// Ended after any unit, or while records are put in order, a sweep or a part goes on and ends with the same files.
  @Test(arguments: [nil, 1, 2]) func goesOn(shard number: Int?) throws {
    let sweep = try Sweep(request(onAccelerators: false))
    let shard = try number.map { try SweepShardTests.shard($0, 2) }
    try withTemporaryFolder { folder in
      let states = Guarded<[(done: Int, files: [String: Data])]>([])
      let first = try SweepRun(sweep, to: "\(folder)/s", form: .csv, shard: shard)
      let result = try first.run(threads: 2, command: "c", keepsAnswers: true) { now in
        guard let files = try? contents(of: folder) else { return }
        states.withLock { $0.append((now.done, files)) }
      }
      let whole = try contents(of: folder)
      #expect(Set(whole.keys) == ["s", "s.index.json"] && states.value.count == sweep.units(of: shard).count)
      let written = try ResultReader.read(file: "\(folder)/s").answers
      #expect(result.answers.map { ResultRecord($0) } == written.map { ResultRecord($0) })
      let last = try #require(states.value.last?.files)
      // The unit that is cut is done anew, whichever of its items' lines is there.
      var ends = states.value.enumerated().map { number, state -> (done: Int, files: [String: Data]) in
        if number % 2 == 0 { return state }
        var files = state.files
        files["s.progress"]?.removeLast(1)
        return (states.value[number - 1].done, files)
      }
      ends.append((first.recordCount, last.merging(["s.ordered": Data("half".utf8)]) { $1 }))
      ends.append((first.recordCount, last.merging(["s.index.json": try #require(whole["s.index.json"])]) { $1 }))
      ends.append((first.recordCount, last.merging(whole) { $1 }))
      for (done, files) in ends {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
          try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        for (name, data) in files { try data.write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
        let run = try SweepRun(sweep, to: "\(folder)/s", form: .csv, shard: shard)
        #expect(run.resumed == done)
        let resumed = try run.run(threads: 2, command: "c", keepsAnswers: true) { _ in }
        #expect(try contents(of: folder) == whole)
        #expect(resumed.answers == result.answers && resumed.totals == result.totals)
      }
    }
  }
}
