import Answers
import EnergyModel
import Foundation
import Interchange
import MappingSearch
import Mappings
import Parallel
import TestSupport
import Testing
import Workloads

@testable import Sweeps

/// What a sweep leaves on disk, however it was ended.
struct SweepRunTests {
  private func replace(_ folder: String, with contents: [String: Data]) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    for (name, data) in contents { try data.write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
  }

  private func run(_ sweep: Sweep, _ file: String, _ form: SweepForm, threads: Int = 2, restarts: Bool = false) throws {
    _ = try SweepRun(sweep, to: file, form: form, restarts: restarts).run(threads: threads, command: "c") { _ in }
  }

  @Test(arguments: SweepForm.allCases)
  func filesDoNotDependOnThreads(form: SweepForm) throws {
    let sweep = try Sweep(Examples.request())
    try withTemporaryFolder { folder in
      let file = "\(folder)/s"
      try run(sweep, file, form, threads: 1)
      let one = try contents(of: folder)
      #expect(Set(one.keys) == ["s", "s.index.json"])
      for threads in [2, 3, 8] {
        try replace(folder, with: [:])
        try run(sweep, file, form, threads: threads)
        #expect(try contents(of: folder) == one)
      }
      let document = try ResultReader.read(file: file)
      #expect(document.answers.count == sweep.recordCount)
    }
  }

  /// Whether an answer is one of those that a total is of.
  private func belongs(_ answer: Answer, to total: SweepTotal) -> Bool {
    let setting = answer.setting
    return answer.network == total.network && ResultRecord.Widths(setting.widths) == total.bits
      && setting.reuse.rawValue == total.reuse && setting.energyModel.name == total.energy.model
      && answer.capacity?.count == total.capacityBits
  }

  /// An index that is written in pieces is the document that it would be at once.
  @Test func indexIsADocument() throws {
    let sweep = try Sweep(Examples.shortRequest())
    try withTemporaryFolder { folder in
      try run(sweep, "\(folder)/s", .csv)
      let whole = try #require(SweepIndex.read(of: "\(folder)/s"))
      #expect(whole.totals.count > 1 && whole.networkCurves?.isEmpty == false)
      let text = try String(contentsOfFile: "\(folder)/s.index.json", encoding: .utf8)
      #expect(try text == ResultFile.json(whole))
      var (bare, none) = (whole, whole)
      (bare.totals, bare.networkCurves) = ([], nil)
      none.networkCurves = []
      bare.command = "a\n  \"totals\" : [\nb"
      for index in [bare, none] {
        var text = ""
        try index.pieces { text += $0 }
        #expect(try text == ResultFile.json(index))
      }
    }
  }

  /// The totals of the index are the sums of the records.
  @Test func indexSumsUp() throws {
    let sweep = try Sweep(Examples.request())
    try withTemporaryFolder { folder in
      try run(sweep, "\(folder)/s", .csv)
      let index = try #require(SweepIndex.read(of: "\(folder)/s"))
      let answers = try ResultReader.read(file: "\(folder)/s").answers
      #expect(index.records == answers.count && index.curves == sweep.curveCount && index.complete)
      #expect(index.totals.count == 2 * 4 * 5 * 6)
      for total in index.totals {
        let own = answers.filter { belongs($0, to: total) }
        #expect(own.count == 2 && total.layers == 3)
        #expect(total.energy.data == own.reduce(0) { $0 + Double($1.count) * $1.energy.data })
        #expect(total.energy.compute == own.reduce(0) { $0 + Double($1.count) * $1.energy.compute })
        #expect(total.lowerBound.data == own.reduce(0) { $0 + Double($1.count) * ($1.bound?.data ?? -1) })
        #expect(total.lowerBound.total == total.lowerBound.data + total.energy.compute)
      }
    }
  }

  /// Two parts of a layer that read the same inputs.
  private static func parts() throws -> [Network.Entry] {
    try (0...1).map { top in
      Network.Entry(
        layer: try Layer(
          name: "up/\(top)", inputChannels: 3, input: Extent(6), outputChannels: 2 + top, kernel: Extent(2),
          padding: Padding(top: top, bottom: 1 - top, left: 1, right: 0)), count: 2, partOf: "up")
    }
  }

  /// Where accelerators give their rates totals have the time that all layers take, of those in parts as a whole.
  @Test func indexHasTimes() throws {
    var request = try Examples.request()
    let model = request.energyModels[0]
    (request.capacities, request.energyModels, request.widths, request.reuse) = ([], [], [], [.sliding])
    request.accelerators = try [(400, 3.0), (4096, 20), (4096, nil)].enumerated().map { number, machine in
      let rates = try machine.1.map {
        try #require(Accelerator.Throughput(macsPerCycle: 4, clock: 1e6, bandwidth: $0 * 1e6))
      }
      return Accelerator(
        Accelerator.Identity(name: "a\(number)", throughput: rates), source: "", capacity: Bits(machine.0),
        energyModel: model, widths: WordWidths(.byte))
    }
    let plain = try Examples.network("one", seed: 0)
    request.networks = [try Network(name: "parts", source: "", entries: try Self.parts() + plain.entries)]
    let sweep = try Sweep(request)
    try withTemporaryFolder { folder in
      try run(sweep, "\(folder)/s", .csv)
      let answers = try ResultReader.read(file: "\(folder)/s").answers
      let totals = try #require(SweepIndex.read(of: "\(folder)/s")?.totals)
      #expect(totals.map { $0.time == nil } == [false, false, true])
      var shared: [Bool] = []
      for total in totals {
        let own = answers.filter { $0.accelerator?.name == total.accelerator }
        let expected = NetworkTotal(try #require(NetworkAnswer(own)))
        #expect(total.time == expected.time && total.energy == expected.energy)
        shared += WholeAnswer.all(of: own).map(\.sharesInputs)
      }
      #expect(shared == [false, true, true])
    }
  }

  /// Of layers that are given in parts the totals have the bound of the whole, and what it costs where parts share inputs.
  @Test(arguments: SweepForm.allCases)
  func indexSumsUpWholes(form: SweepForm) throws {
    var request = try Examples.request()
    let parts = try Self.parts()
    let plain = try Examples.network("one", seed: 0)
    request.networks = [
      plain, try Network(name: "parts", source: "", entries: parts + plain.entries),
    ]
    let sweep = try Sweep(request)
    #expect(sweep.hasParts)
    try withTemporaryFolder { folder in
      try run(sweep, "\(folder)/s", form)
      let answers = try ResultReader.read(file: "\(folder)/s").answers
      #expect(answers.count { $0.partOf == "up" } == 2 * answers.count / 6)
      #expect(answers.allSatisfy { ($0.bound == nil) == ($0.partOf != nil) })
      let index = try #require(SweepIndex.read(of: "\(folder)/s"))
      var shared = 0
      for total in index.totals {
        let own = answers.filter { belongs($0, to: total) }
        let expected = NetworkTotal(try #require(NetworkAnswer(own)))
        #expect(total.layers == expected.layers && total.energy == expected.energy)
        #expect(total.lowerBound == expected.lowerBound && total.gap == expected.gap)
        shared += WholeAnswer.all(of: own).count(where: \.sharesInputs)
        // The network's curve is that of the wholes: from each knee on, and not before, the total is within it.
        let curve = try #require(
          index.networkCurves?.first {
            $0.network == total.network && $0.bits == total.bits && $0.reuse == total.reuse
              && $0.energyModel == total.energy.model
          })
        #expect(curve.layers == total.layers && curve.knees.count == 2)
        for knee in curve.knees {
          #expect((total.energy.data <= knee.data) == (total.capacityBits >= knee.capacityBits))
        }
      }
      #expect(shared > 0 && shared < index.totals.count / 2)
      // Parts that read other inputs are another sweep's.
      request.networks[1] = try Network(
        name: "parts", source: "",
        entries: parts.map { .init(layer: $0.layer, count: 2, partOf: "on") } + plain.entries)
      #expect(throws: SweepError.self) { try SweepRun(try Sweep(request), to: "\(folder)/s", form: form) }
    }
  }

  /// Knees in the index are those of the exact curves, not of the capacities asked.
  @Test func indexHasExactKnees() throws {
    let sweep = try Sweep(Examples.request())
    try withTemporaryFolder { folder in
      try run(sweep, "\(folder)/s", .csv)
      let curves = try #require(SweepIndex.read(of: "\(folder)/s")?.networkCurves)
      var rest = curves[...]
      for network in sweep.networks {
        for setting in sweep.settings {
          for model in setting.energyModels {
            let curve = rest.removeFirst()
            let sum = try StepCurve(
              sumOf: network.entries.map { entry in
                let optimizer = try Optimizer(
                  Problem(entry.layer, widths: setting.widths, energyModel: model, reuse: setting.reuse))
                return (optimizer.curve().steps, entry.count)
              })
            #expect(curve.network == network.name && curve.energyModel == model.name && curve.layers == 3)
            #expect(curve.bits == ResultRecord.Widths(setting.widths) && curve.reuse == setting.reuse.rawValue)
            #expect(curve.points == sum.points.count && curve.unit == model.unit)
            #expect(curve.leastCapacityBits == sum.points.first?.capacity.count)
            for (knee, part) in zip(curve.knees, [0.05, 0]) {
              let point = try #require(sum.knee(within: part).map { sum.points[$0] })
              #expect(knee.within == part && knee.capacityBits == point.capacity.count)
              #expect(knee.data == model.inUnits(quanta: point.dataQuanta))
            }
          }
        }
      }
      #expect(rest.isEmpty && curves.contains { !sweep.capacities.map(\.count).contains($0.knees[0].capacityBits) })
    }
  }

  /// A progress whose lines say less than the records need, or no curve, is not gone on with from there.
  @Test func progressThatWasChangedIsRefused() throws {
    let sweep = try Sweep(Examples.request())
    let perUnit = sweep.recordCount / sweep.units.count
    try withTemporaryFolder { folder in
      let file = "\(folder)/s"
      let begun = Guarded<[String: Data]>([:])
      _ = try SweepRun(sweep, to: file, form: .csv).run(threads: 1, command: "c") { now in
        if now.done == 3 * perUnit, let state = try? contents(of: folder) { begun.withLock { $0 = state } }
      }
      let progress = String(decoding: try #require(begun.value["s.progress"]), as: UTF8.self)
      func resumed(_ change: (String) -> String) throws -> Int {
        var lines = progress.split(separator: "\n").map(String.init)
        lines[2] = change(lines[2])
        try replace(folder, with: begun.value.merging(["s.progress": Data(lines.joined(separator: "\n").utf8)]) { $1 })
        return try SweepRun(sweep, to: file, form: .csv).resumed
      }
      #expect(try resumed { $0 } == 2 * perUnit)
      // Capacities that do not rise are no curve: that line vouches for nothing.
      #expect(try resumed { $0.replacing(/"capacities":\[\d+/) { _ in "\"capacities\":[99999999" } } == perUnit)
      let message = refusal { _ = try resumed { $0.replacing(/"curves":\[\{[^}]*\},/) { _ in "\"curves\":[" } } }
      #expect(
        message == "\(file).progress: is not the progress of a sweep that can be gone on with; --restart begins anew")
    }
  }

  /// Whatever state an end of the program leaves, going on from it ends with the same files.
  @Test(arguments: [(SweepForm.csv, "s"), (.jsonLines, "s"), (.csv, "s.gz")])
  func goesOnFromEveryState(form: SweepForm, name: String) throws {
    let sweep = try Sweep(Examples.shortRequest())
    let perUnit = sweep.recordCount / sweep.units.count
    let seed = Int.random(in: 0..<1 << 30)
    var random = SplitMix64(seed: seed)
    try withTemporaryFolder { folder in
      let file = "\(folder)/\(name)"
      let states = Guarded<[[String: Data]]>([])
      let first = try SweepRun(sweep, to: file, form: form)
      let result = try first.run(threads: 2, command: "c", keepsAnswers: true) { _ in
        guard let now = try? contents(of: folder) else { return }
        states.withLock { $0.append(now) }
      }
      let whole = try contents(of: folder)
      #expect(states.value.count == sweep.units.count)
      let read = try ResultReader.read(file: file).answers
      #expect(result.answers.map { ResultRecord($0) } == read.map { ResultRecord($0) })
      // Where few cases are tried, the last six, each kind of end among them: the least is left of these sweeps.
      let tried = seeds(0..<3 * states.value.count).count
      for (number, state) in states.value.enumerated().suffix(tried) {
        var state = state
        var vouched = number + 1
        switch number % 5 {
        case 1:
          // Records beyond what the progress vouches for, the last of them cut.
          let later = try #require(states.value.last?["\(name).part"])
          let length = try #require(state["\(name).part"]?.count)
          state["\(name).part"] = later.prefix(length + random.pick(0...later.count - length))
        case 2:
          // A progress line that is cut.
          state["\(name).progress"]?.removeLast(random.pick(1...20))
          vouched -= 1
        case 3:
          // Records that the disk lost though the progress has them.
          state["\(name).part"]?.removeLast(random.pick(1...100))
          vouched -= 1
        case 4:
          // A byte of the last records that the disk garbled.
          let place = try #require(state["\(name).part"]).endIndex - random.pick(1...100)
          state["\(name).part"]?[place] ^= 0x20
          vouched -= 1
        default: break
        }
        try replace(folder, with: state)
        let run = try SweepRun(sweep, to: file, form: form)
        #expect(run.resumed == vouched * perUnit, "seed \(seed), state \(number)")
        let counts = Guarded<[Int]>([])
        let later = Guarded<[[String: Data]]>([])
        let resumed = try run.run(threads: 2, command: "c", keepsAnswers: true) { now in
          counts.withLock { $0.append(now.done) }
          guard let now = try? contents(of: folder) else { return }
          later.withLock { $0.append(now) }
        }
        #expect(try contents(of: folder) == whole, "seed \(seed), state \(number)")
        // What the file had already is read, and is as if it had been found now.
        #expect(resumed.answers == result.answers, "seed \(seed), state \(number)")
        #expect(counts.value == Array(stride(from: run.resumed + perUnit, through: sweep.recordCount, by: perUnit)))
        // Ended a second time after it went on.
        guard let second = later.value.first else { continue }
        try replace(folder, with: second)
        let again = try SweepRun(sweep, to: file, form: form)
        #expect(again.resumed == run.resumed + perUnit, "seed \(seed), state \(number)")
        _ = try again.run(threads: 1, command: "c") { _ in }
        #expect(try contents(of: folder) == whole, "seed \(seed), state \(number)")
      }
      // Ended between the index, the file's name and the end of the progress.
      let last = try #require(states.value.last)
      try replace(folder, with: last.merging(["\(name).index.json": try #require(whole["\(name).index.json"])]) { $1 })
      try run(sweep, file, form)
      #expect(try contents(of: folder) == whole)
      try replace(folder, with: whole.merging(["\(name).progress": try #require(last["\(name).progress"])]) { $1 })
      let done = try SweepRun(sweep, to: file, form: form)
      #expect(done.isComplete && done.resumed == sweep.recordCount)
      let known = try done.run(threads: 1, command: "c", keepsAnswers: true) { _ in }
      #expect(known.answers == result.answers && known.networkCurves == result.networkCurves)
      #expect(try contents(of: folder) == whole)
    }
  }

  @Test func otherSweepsAreRefused() throws {
    var request = try Examples.shortRequest()
    let sweep = try Sweep(request)
    request.capacities.removeLast()
    let changed = try Sweep(request)
    try withTemporaryFolder { folder in
      let file = "\(folder)/s"
      // Begun: nothing is touched without --restart.
      _ = try SweepRun(sweep, to: file, form: .csv).run(threads: 1, command: "c") { now in
        if now.done == 2 * sweep.recordCount / sweep.units.count {
          #expect(
            refusal { _ = try SweepRun(sweep, to: file, form: .csv) }
              == "\(file): is being written by another sweep that has not ended")
          try? FileManager.default.copyItem(atPath: folder, toPath: folder + "-begun")
        }
      }
      defer { try? FileManager.default.removeItem(atPath: folder + "-begun") }
      let begun = "\(folder)-begun/s"
      let before = try contents(of: folder + "-begun")
      #expect(
        refusal { _ = try SweepRun(changed, to: begun, form: .csv) }
          == "\(begun): was begun by another sweep: the capacities changed; --restart begins anew")
      #expect(
        refusal { _ = try SweepRun(sweep, to: begun, form: .jsonLines) }
          == "\(begun): was begun by another sweep: the form changed; --restart begins anew")
      #expect(
        refusal { _ = try SweepRun(sweep, to: begun, form: .csv, producer: Producer(commit: "abc")) }
          == "\(begun): was begun by tilebound \(Producer.version), and this is tilebound \(Producer.version) of commit abc; "
          + "--restart begins anew")
      #expect(try contents(of: folder + "-begun") == before)
      try run(changed, begun, .csv, restarts: true)
      // Done.
      let ways = "--restart replaces it, another --output leaves it"
      let whole = try contents(of: folder)
      #expect(
        refusal { _ = try SweepRun(changed, to: file, form: .csv) }
          == "\(file): holds another sweep: the capacities changed; \(ways)")
      #expect(try contents(of: folder) == whole)
      // Changed by somebody.
      try Data("x".utf8).write(to: URL(fileURLWithPath: file))
      #expect(
        refusal { _ = try SweepRun(sweep, to: file, form: .csv) }
          == "\(file): was changed after it was written; \(ways)")
      try FileManager.default.removeItem(atPath: "\(file).index.json")
      #expect(
        refusal { _ = try SweepRun(sweep, to: file, form: .csv) }
          == "\(file): exists and has no index that says which sweep it is; \(ways)")
      try run(sweep, file, .csv, restarts: true)
      #expect(try contents(of: folder) == whole)
      // No file to be made there.
      #expect(
        refusal { _ = try SweepRun(sweep, to: folder, form: .csv) } == "\(folder): is a folder; a file is expected")
      #expect(
        refusal { _ = try SweepRun(sweep, to: "\(folder)/no/s", form: .csv) }
          == "\(folder)/no/s.progress: cannot be written: No such file or directory")
      // Strangers under the names of the part and the progress.
      try replace(folder, with: ["s.part": Data("mine".utf8)])
      #expect(refusal { _ = try SweepRun(sweep, to: file, form: .csv) }.hasSuffix("--restart begins anew"))
      try replace(folder, with: ["s.progress": Data("mine\n".utf8)])
      #expect(refusal { _ = try SweepRun(sweep, to: file, form: .csv) }.hasSuffix("--restart begins anew"))
      #expect(try contents(of: folder)["s.progress"] == Data("mine\n".utf8))
    }
  }

  /// While a file is made anew, the old one stays.
  @Test func theOldFileStaysUntilTheNewOneIsWhole() throws {
    let sweep = try Sweep(Examples.shortRequest())
    try withTemporaryFolder { folder in
      let file = "\(folder)/s"
      try Data("old".utf8).write(to: URL(fileURLWithPath: file))
      _ = try SweepRun(sweep, to: file, form: .csv, restarts: true).run(threads: 1, command: "c") { _ in
        #expect(FileManager.default.contents(atPath: file) == Data("old".utf8))
      }
      #expect(try ResultReader.read(file: file).answers.count == sweep.recordCount)
    }
  }
}
