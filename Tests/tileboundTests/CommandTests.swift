import Foundation
import TestSupport
import Testing

/// The program as users run it: arguments in; text, exit code and files out.
struct CommandTests {
  @Test func optimizePrintsTableAndNests() throws {
    let outcome = try Program.run("optimize --shape k=8,c=4,p=6,r=3 --capacity 100B")
    #expect(outcome.code == 0 && outcome.error.isEmpty)
    #expect(outcome.output.contains("shape at 100 B: energy model unit, word widths 8/8/8/8"))
    #expect(outcome.output.contains("keep outputs: "))
    #expect(
      outcome.output.split(separator: "\n").contains { $0.hasPrefix("layer  count ") && $0.contains("energy [bit]") })
    let quiet = try Program.run("optimize --shape k=8,c=4,p=6,r=3 --capacity 100B --quiet")
    #expect(quiet.output.split(separator: "\n").count == 3)
  }

  /// What takes long says what it is doing, on a terminal and nowhere else, and takes that away.
  @Test func longSearchesTellOfThemselves() throws {
    let line = Self.longSearch + " --time-limit 1s"
    let clearing = "\r\u{1b}[K"
    let ended = "tilebound: --time-limit ended the search of shape: the best found is given"
    let long = try Program.shell("script -qec 'tilebound \(line)' /dev/null").output
    let expected = "\(clearing)0 of 1 layer, 0 %, shape\(clearing)\(ended)\r\nshape at 4 KiB: energy model unit"
    #expect(long.hasPrefix(expected), "\(long.prefix(200))")
    #expect(try Program.run(line).error == ended + "\n")
  }

  /// A search that takes some seconds.
  private static let longSearch =
    "optimize --shape k=16,c=16,h=56,w=56,r=67,s=3,padding=33 --capacity 4KiB --reuse sliding --threads 1 --quiet"

  /// A limit ends searches that would go on, and says of which layers; others have their optima.
  @Test func timeLimits() throws {
    let line = "optimize alexnet --layer conv1,conv2 --capacity 16KiB --format csv --no-timing"
    let all = try Program.run(line)
    let ended = try Program.run(line + " --time-limit 1ms")
    #expect(ended.code == 0)
    #expect(
      ended.error == "tilebound: --time-limit ended the search of conv1 and 1 more: the best found is given\n",
      "\(ended.error)")
    #expect(ended.output.split(separator: "\n").count == 3 && ended.output != all.output)
    let enough = try Program.run(line + " --time-limit 1h")
    #expect(enough.error.isEmpty && enough.output == all.output)
    for text in ["10", "-1s", "1 day", "1e3s", "0s", "1001h", "0.1ms"] {
      let refused = try Program.run(line.split(separator: " ").map(String.init) + ["--time-limit=\(text)"])
      #expect(refused.code == 64 && refused.output.isEmpty, "\(text)")
      #expect(refused.error.hasPrefix("tilebound: --time-limit: '\(text)' is "), "\(refused.error)")
    }
  }

  /// Contents count unless something else is asked for.
  @Test(arguments: [
    "optimize --shape k=8,c=4,p=6,r=3 --capacity 20B --no-timing", "curve --shape k=8,c=4,p=6,r=3",
    "gap --shape k=8,c=4,p=6,r=3 --capacity 20B",
    "evaluate --shape k=4,p=9,r=5 --nest p:4_k:2~_[outputs]_[inputs]_[weights]",
    "sweep resnet18 --layer fc --capacity 300B --output -",
  ])
  func overlapIsTheDefault(line: String) throws {
    func run(_ more: String...) throws -> String {
      let outcome = try Program.run(line.split(separator: " ").map { String($0).replacing("_", with: " ") } + more)
      #expect(outcome.code == 0, "\(outcome.error)")
      return outcome.output
    }
    let answer = try run()
    #expect(try answer == run("--reuse", "overlap") && answer != run("--reuse", "sliding"))
    #expect(answer.contains("reuse overlap\n") || answer.contains("\"reuse\":\"overlap\""))
  }

  /// A search that left nests out is told of in every form, in tables unless the bound proves what was found.
  @Test func incompleteSearches() throws {
    let shape = "--shape k=8,c=4,p=6,r=3 --format"
    let note = "\nnot all of the mapspace was searched: an optimum above its bound may be lower\n"
    for command in ["optimize", "gap"] {
      func run(_ form: String, _ options: String) throws -> String {
        try Program.run("\(command) \(shape) \(form) \(options)").output
      }
      #expect(try run("table", "--capacity 20B").hasSuffix(note))
      #expect(try run("table", "--capacity 20B --reuse sliding").contains("mapspace") == false)
      #expect(try run("table", "--capacity 1KiB").contains(note) == false)
      #expect(try run("json", "--capacity 20B").contains("\"complete\" : false"))
      #expect(try run("json", "--capacity 20B --reuse sliding").contains("\"complete\" : true"))
    }
  }

  @Test func resultsDoNotDependOnThreads() throws {
    let one = try Program.run("optimize --network alexnet --capacity 16KiB --format json --no-timing --threads 1")
    let three = try Program.run("optimize --network alexnet --capacity 16KiB --format json --no-timing --threads 3")
    #expect(one.code == 0 && one.output == three.output)
    #expect(one.output.contains("\"schema\" : \"tilebound-results/1\""))
    #expect(!one.output.contains("seconds"))
  }

  /// What `optimize` finds, `evaluate --replay` counts again.
  @Test func optimizedMappingsReplay() throws {
    let shape = "n=2,g=2,k=5,c=3,h=9,w=8,r=3,s=2,stride=2x1,padding=1"
    try withTemporaryFolder { folder in
      let file = "\(folder)/m.yaml"
      let found = try Program.run(
        "optimize --shape \(shape) --capacity 60B --bits partial-sums=24 --format json --no-timing --mapping \(file)")
      let document = try #require(try JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [String: Any])
      let record = try #require((document["records"] as? [[String: Any]])?.first)
      let evaluated = try Program.run(
        "evaluate --mapping \(file) --shape \(shape) --capacity 60B --bits partial-sums=24 --replay --format json")
      #expect(evaluated.code == 0, "\(evaluated.error)")
      let again = try #require(
        (try JSONSerialization.jsonObject(with: Data(evaluated.output.utf8)) as? [String: Any])?["records"]
          as? [[String: Any]])
      #expect(again[0]["traffic_bits"] as? [String: Int] == record["traffic_bits"] as? [String: Int])
      #expect(again[0]["replay_agrees"] as? Bool == true)
      let small = try Program.run("evaluate --mapping \(file) --shape \(shape) --capacity 10B --bits partial-sums=24")
      #expect(small.code == 2 && small.error.contains("does not fit 10 B; the mapping needs "))
    }
  }

  /// Output that cannot be written is an error in one line, not a crash and not silence.
  @Test(arguments: ["networks", "--help", "optimize --shape p=3 --capacity 64B", "bound --shape p=3 --capacity 64B"])
  func fullStandardOutput(line: String) throws {
    let process = Process()
    process.executableURL = Program.url
    process.arguments = line.split(separator: " ").map(String.init)
    let error = Pipe()
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    process.standardError = error
    try process.run()
    let text = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(text == "tilebound: standard output: cannot be written: No space left on device\n")
  }

  /// Mappings with billions of pairs of blocks take no longer than their blocks, not their pairs, do.
  @Test(
    .timeLimit(.minutes(5)),
    arguments: [
      ("h=131072,r=65536", "p:2 k:1 r:2 p:1 r:1"), ("h=131072,r=65536,padding=65536x0", "p:2 k:1 r:2 p:1 r:1"),
      ("h=1,w=2,s=9999,padding=0x99999,stride=1x2", "q:2 k:1 s:2"),
    ])
  func evaluateManyBlocks(shape: String, loops: String) throws {
    let line = ["evaluate", "--shape", "k=2,\(shape)", "--nest", "\(loops) [inputs] [outputs] [weights]"]
    let outcome = try Program.run(line + ["--reuse", "sliding"])
    #expect(outcome.code == 0 && outcome.error.isEmpty && outcome.output.contains("inputs read"))
    // By contents not all can be counted.
    let contents = try Program.run(line)
    #expect(
      contents.code == 0
        || contents.code == 1
          && contents.error
            == "tilebound: --nest: its loops cut ranges in too many different ways to be counted in closed form; "
            + "--reuse sliding or none counts them\n",
      "\(contents.error)")
  }

  /// Loops back and forth and over phases, in one line and in a file, under each rule.
  @Test func evaluateWideMappings() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/mapping.yaml"
      try Data(
        """
        mapping:
          - {for: k, tile: 2}
          - {for: p, tile: 4, direction: back-and-forth}
          - {keep: outputs}
          - {for: r, phases: 2, direction: back-and-forth}
          - {for: c, tile: 1, direction: back-and-forth}
          - {keep: inputs}
          - {keep: weights}
        """.utf8
      ).write(to: URL(fileURLWithPath: file))
      let shape = "k=4,c=3,p=9,r=5,stride=2x1,padding=1x0"
      var moved: [String: String] = [:]
      for reuse in ["overlap", "sliding", "none"] {
        let nest = "k:2 p:4~ [outputs] r%2~ c:1~ [inputs] [weights]"
        let common = ["evaluate", "--shape", shape, "--reuse", reuse, "--replay"]
        let (one, other) = (try Program.run(common + ["--nest", nest]), try Program.run(common + ["--mapping", file]))
        #expect(one.code == 0 && one.error.isEmpty, "\(one.error)")
        #expect(one.output == other.output)
        #expect(one.output.contains("for p in 9 by 4, back and forth\n"))
        #expect(one.output.contains("for r in 5 by phases of 2, back and forth\n"))
        let csv = try Program.run(common + ["--nest", nest, "--format", "csv"])
        #expect(csv.output.contains(nest) && csv.output.contains(",\(reuse),"))
        moved[reuse] = one.output
      }
      #expect(Set(moved.values.map { $0.drop { $0 != "\n" } }).count == 3)
      let export = try Program.run("evaluate --shape \(shape) --mapping \(file) --timeloop \(folder)/timeloop.yaml")
      #expect(export.code == 1 && export.output.hasPrefix("shape: energy model unit, "))
      #expect(
        export.error.hasSuffix(
          ": cannot be written for Timeloop: a loop over p runs back and forth: in Timeloop loops run forward\n"))
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/timeloop.yaml"))
    }
  }

  /// Loops over phases under the rule `sliding`: searched where asked for, named in every form, refused for Timeloop.
  @Test func phases() throws {
    try withTemporaryFolder { folder in
      let search = "optimize --shape k=4,c=2,p=12,r=5,stride=2x1 --bits 1 --capacity 8bit --reuse sliding --threads 1"
      let (off, usual) = (try Program.run(search + " --phases off"), try Program.run(search))
      #expect(off.code == 0 && off.output.hasPrefix(usual.output.prefix { $0 != "\n" } + "\n"))
      #expect(!usual.output.contains("phases"))
      let on = try Program.run(search + " --phases on")
      #expect(on.code == 0 && on.output.contains(", reuse sliding, phases on\n"), "\(on.output)")
      #expect(on.output.contains(" by phases of 2"), "\(on.output)")
      let csv = try Program.run(search + " --phases on --format csv")
      #expect(csv.output.contains(",reuse,phases,dataflow,") && csv.output.contains(",sliding,on,"))
      #expect(!(try Program.run(search + " --format csv")).output.contains("phases"))
      let json = try Program.run(search + " --phases on --format json --output \(folder)/on.json")
      #expect(json.code == 0 && json.error.isEmpty, "\(json.error)")
      let text = try String(contentsOfFile: "\(folder)/on.json", encoding: .utf8)
      #expect(text.contains("\"phases\" : \"on\""))
      #expect(try Program.run("report \(folder)/on.json --output \(folder)/on.html").code == 0)
      #expect(try String(contentsOfFile: "\(folder)/on.html", encoding: .utf8).contains("--reuse sliding --phases on"))
      let export = try Program.run(search + " --phases on --timeloop \(folder)/timeloop.yaml")
      #expect(export.code == 1 && export.output == on.output)
      #expect(
        export.error.contains("cannot be written for Timeloop: a loop walks phases of r")
          && export.error.split(separator: "\n").count == 1, "\(export.error)")
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/timeloop.yaml"))
      for command in [
        "optimize", "curve", "gap", "evaluate --nest x", "sweep --network alexnet --capacity 1KiB --output -",
      ] {
        let wrong = try Program.run("\(command) --phases maybe")
        #expect(wrong.code == 64 && wrong.output.isEmpty && wrong.error.contains("--phases"), "\(wrong.error)")
      }
      let nest = ["evaluate", "--shape", "p=12,r=5,stride=2x1", "--nest", "r%2 [outputs] [inputs] [weights]"]
      for allowed in [[], ["--phases", "on"], ["--phases", "kernels"]] {
        #expect(try Program.run(nest + allowed).code == 0, "\(allowed)")
      }
      for phases in ["off", "outputs"] {
        let excluded = try Program.run(nest + ["--phases", phases])
        #expect(excluded.code == 64 && excluded.output.isEmpty)
        #expect(excluded.error.hasSuffix(": a loop walks phases of r, which --phases \(phases) excludes\n"))
      }
      let kernels = try Program.run(search + " --phases kernels --format csv")
      #expect(kernels.output.contains(",sliding,kernels,") && kernels.output.contains("r%2"), "\(kernels.output)")
      // A record with a loop that its policy excludes is refused.
      for phases in ["off", "outputs"] {
        let changed = kernels.output.replacing(",sliding,kernels,", with: ",sliding,\(phases),")
        try changed.write(toFile: "\(folder)/\(phases).csv", atomically: true, encoding: .utf8)
        let refused = try Program.run("report \(folder)/\(phases).csv --output \(folder)/\(phases).html")
        #expect(refused.code == 64 && refused.output.isEmpty)
        #expect(
          refused.error.contains("phases: is \(phases), and the mapping walks phases of r\n"), "\(refused.error)")
      }
      let outputs = try Program.run(search + " --phases outputs --format csv")
      #expect(outputs.output.contains(",sliding,outputs,") && !outputs.output.contains("%2"), "\(outputs.output)")
    }
  }

  @Test func evaluateExample() throws {
    let outcome = try Program.run(
      "evaluate --network alexnet --mapping configs/mappings/alexnet-conv2.yaml --format csv")
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.output.contains("k:20 [outputs] c:1 [inputs] k:1 r:1 s:1 [weights]"))
  }

  @Test func gapHoldsOptimaAgainstBounds() throws {
    let outcome = try Program.run(
      "gap --shape k=32,c=24,p=13,q=13,r=3,s=3 --capacity 64B,1KiB...4KiB --reuse sliding --format json --threads 2")
    #expect(outcome.code == 0, "\(outcome.error)")
    let document = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    let records = try #require(document["records"] as? [[String: Any]])
    #expect(records.compactMap { $0["capacity_bits"] as? Int } == [512, 8192, 16384, 32768])
    for record in records {
      let energy = try #require((record["energy"] as? [String: Any])?["data"] as? Double)
      let bound = try #require((record["lower_bound"] as? [String: Any])?["data"] as? Double)
      let gap = try #require((record["gap"] as? [String: Any])?["data"] as? Double)
      #expect(bound <= energy && abs(gap - (energy / bound - 1)) < 1e-12)
      let dataflows = try #require(record["dataflows"] as? [String: Double])
      #expect(dataflows.count == 6 && dataflows.values.min() == energy)
      #expect(
        Set(try #require(record["optimal_dataflows"] as? [String])) == Set(dataflows.filter { $0.value == energy }.keys)
      )
      let references = try #require(record["references"] as? [String: Double])
      #expect(references.values.allSatisfy { $0 >= energy })
      #expect((record["search"] as? [String: Any])?["complete"] as? Bool == true)
    }
    // At 64 B neither reference dataflow has room, at 4 KiB both do.
    #expect((records.first?["references"] as? [String: Double])?.isEmpty == true)
    #expect((records.last?["references"] as? [String: Double])?.count == 2)
    #expect((document["totals"] as? [[String: Any]])?.count == 4)
    // The knees are those that `curve` finds, whatever capacities were asked.
    func knees(_ document: [String: Any]) throws -> [[String: AnyHashable]] {
      let curves = try #require(document["curves"] as? [[String: Any]])
      return try curves.flatMap { try #require($0["knees"] as? [[String: AnyHashable]]) }
    }
    let curve = try Program.run("curve --shape k=32,c=24,p=13,q=13,r=3,s=3 --reuse sliding --format json")
    let whole = try #require(try JSONSerialization.jsonObject(with: Data(curve.output.utf8)) as? [String: Any])
    #expect(try knees(document) == knees(whole) && knees(document).count == 2)
    let table = try Program.run("gap --network alexnet --capacity 16KiB,64KiB --reuse sliding --quiet")
    #expect(table.output.contains("gap in data energy over 16 distinct layers and capacities: median "))
    #expect(table.output.split(separator: "\n").count { $0.hasPrefix("total") } == 2)
  }

  /// A dataflow is said to attain an optimum where searching it alone finds as little energy; where not all were searched
  /// nothing is said.
  @Test func optimalDataflowsAreThoseThatAttain() throws {
    let shape = "--shape g=4,k=4,c=4,p=28,q=28,r=3,s=3,padding=1 --reuse sliding"
    func record(_ options: String) throws -> [String: Any] {
      let outcome = try Program.run("optimize \(shape) --format json \(options)")
      #expect(outcome.code == 0, "\(outcome.error)")
      let document = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      return try #require((document["records"] as? [[String: Any]])?.first)
    }
    func data(_ record: [String: Any]) -> Double? { (record["energy"] as? [String: Any])?["data"] as? Double }
    for capacity in cases(["40B", "300B", "4KiB"]) {
      let all = try record("--capacity \(capacity)")
      let names = try #require(all["optimal_dataflows"] as? [String])
      #expect(names.contains(try #require(all["dataflow"] as? String)))
      for name in ["os-iw", "os-wi", "ws-io", "ws-oi", "is-ow", "is-wo"] {
        let own = try record("--capacity \(capacity) --dataflow \(name)")
        #expect(own["optimal_dataflows"] == nil)
        #expect((data(own) == data(all)) == names.contains(name), "\(name) at \(capacity)")
      }
    }
    // Alike in every form and in the points of the curve.
    let table = try Program.run("optimize \(shape) --capacity 40B --quiet").output.split(separator: "\n")
    #expect(table[1].contains(" attained by ") && table.count == 3)
    let one = try Program.run("optimize \(shape) --capacity 40B --quiet --dataflow os-iw").output
    #expect(!one.contains("attained by"))
    let fields = try Program.run("optimize \(shape) --capacity 40B --format csv --no-timing").output
    let names = try #require(try record("--capacity 40B")["optimal_dataflows"] as? [String])
    #expect(fields.contains(",\(names.joined(separator: "|")),"))
    let points = try Program.run("curve \(shape) --capacity 40B --format csv").output
    #expect(points.contains(",\(names.joined(separator: "|")),"))
  }

  /// Every point of a curve is the optimum at its capacity, and a network's curve is the sum of its layers'.
  @Test func curveGivesEveryOptimum() throws {
    let shape = "--shape k=6,c=4,p=7,q=7,r=3,s=3,padding=1 --reuse sliding"
    func document(_ line: String) throws -> [String: Any] {
      let outcome = try Program.run(line)
      #expect(outcome.code == 0, "\(outcome.error)")
      return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }
    func data(_ record: [String: Any]) throws -> Double {
      try #require((record["energy"] as? [String: Any])?["data"] as? Double)
    }
    let curve = try document("curve \(shape) --format json")
    let points = try #require(curve["records"] as? [[String: Any]])
    #expect(points.count > 5)
    for point in [points[0], points[points.count / 2], points[points.count - 1]] {
      let capacity = try #require(point["capacity_bits"] as? Int)
      #expect(point["occupancy_bits"] as? Int == capacity)
      let optimum = try document("optimize \(shape) --capacity \(capacity)bit --format json")
      let found = try #require((optimum["records"] as? [[String: Any]])?.first)
      #expect(try data(found) == data(point))
      #expect(found["mapping"] as? [[String: AnyHashable]] == point["mapping"] as? [[String: AnyHashable]])
    }
    let summary = try #require((curve["curves"] as? [[String: Any]])?.first)
    let knees = try #require(summary["knees"] as? [[String: Any]])
    #expect(knees.compactMap { $0["within"] as? Double } == [0.05, 0])
    #expect(knees.last?["capacity_bits"] as? Int == points.last?["capacity_bits"] as? Int)

    let network = try document("curve --network alexnet --capacity 4KiB,64KiB --reuse sliding --format json")
    let records = try #require(network["records"] as? [[String: Any]])
    let totals = try #require(network["totals"] as? [[String: Any]])
    #expect(records.count == 16 && totals.count == 2)
    for total in totals {
      let capacity = try #require(total["capacity_bits"] as? Int)
      let sum = try records.filter { $0["capacity_bits"] as? Int == capacity }.reduce(0.0) { try $0 + data($1) }
      #expect(try data(total) == sum)
    }
  }

  @Test func curveTables() throws {
    let layer = try Program.run("curve --network alexnet --layer fc8 --within 20% --reuse sliding --threads 2")
    #expect(layer.code == 0 && layer.output.contains("within 20.0 %") && layer.output.contains("capacity [bit]"))
    let network = try Program.run("curve --network alexnet --reuse sliding --threads 2")
    #expect(network.output.contains("\ntotal ") && network.output.contains("data over least"))
    let quiet = try Program.run("curve --network alexnet --reuse sliding --quiet --threads 1")
    #expect(network.output.hasPrefix(quiet.output))
    let points = try Program.run("curve --network alexnet --layer fc8 --reuse sliding --format csv")
    #expect(points.output.hasPrefix("network,layer,shape,count,capacity_bits,"))
    let total = try Program.run("curve --network alexnet --reuse sliding --total --format csv")
    #expect(total.output.hasPrefix("network,layers,capacity_bits,"))
  }

  @Test func boundListsEveryFamily() throws {
    let outcome = try Program.run("bound --shape p=512,k=512,c=512 --capacity 64KiB --format csv")
    #expect(outcome.code == 0, "\(outcome.error)")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count == 14)
    #expect(lines.count { $0.hasSuffix(",true") } == 1)
    #expect(lines.contains { $0.contains(",loomis-whitney-outputs,1,") && $0.hasSuffix(",true") })
    #expect(try Program.run("bound --shape p=5 --capacity 64B").output.contains("best"))
    #expect(try Program.run("bound --shape p=5 --capacity 64B --format json").output.contains("tilebound-bounds/1"))
  }

  /// An accelerator stands in place of capacity, energy model and word widths, which are refused beside it.
  @Test func accelerators() throws {
    let own = try Program.run(
      "optimize alexnet --layer conv2 --reuse sliding --quiet --no-timing --accelerator eyeriss-chip")
    let same = try Program.run(
      "optimize alexnet --layer conv2 --reuse sliding --quiet --no-timing --capacity 108KiB --energy eyeriss-lpddr4-int16"
    )
    #expect(
      own.code == 0 && own.output.hasPrefix("alexnet at 108 KiB on eyeriss-chip: energy model eyeriss-lpddr4-int16"))
    let row = try #require(same.output.split(separator: "\n").last)
    #expect(own.output.split(separator: "\n").last?.hasPrefix(row) ?? false)
    for command in ["optimize", "gap", "bound", "evaluate --nest 'k:1 [outputs] [inputs] [weights]'"] {
      for option in ["--capacity 1KiB", "--energy unit", "--bits 8"] {
        let outcome = try Program.shell(
          "tilebound \(command) alexnet --layer fc8 --accelerator tpu-v1 \(option)", in: Program.root.path)
        let name = option.split(separator: " ")[0]
        #expect(
          outcome.code == 64
            && outcome.error
              == "tilebound: \(name) does not go with --accelerator 'tpu-v1', whose file alone says it\n"
        )
      }
    }
    // 223 948 800 MACs at 168 a cycle of 200 MHz take 6.67 ms.
    #expect(!same.output.contains("limited by"))
    let timed = try Program.run("optimize alexnet --layer conv2 --reuse sliding --accelerator eyeriss-chip")
    #expect(
      timed.output.contains("time       6.67 ms, limited by compute: compute 6.67 ms, data 1.37 ms; at least 6.67 ms"))
    let roof = try Program.run("optimize alexnet --layer fc8 --capacity 4KiB --plot x.svg")
    #expect(roof.code == 64 && roof.error.contains("--plot draws a roofline, which needs an --accelerator with rates"))
    let curve = try Program.run("curve alexnet --total --accelerator ethos-u65-512 --reuse sliding --quiet")
    #expect(
      curve.output.contains("ethos-u65-512: data 3.964 mJ in its Buffer of 384 KiB, 0.0 % above the least"))
    #expect(try Program.run("curve alexnet --accelerator tpu-v1 --energy unit").code == 64)
    let sweep = try Program.run(
      "sweep alexnet --layer fc8 --accelerator tpu-v1,eyeriss-chip --reuse sliding --output -")
    #expect(sweep.code == 0 && sweep.output.count { $0 == "\n" } == 2, "\(sweep.error)")
    let both = try Program.run("sweep alexnet --accelerator tpu-v1 --capacity 1KiB --output -")
    #expect(
      both.code == 64
        && both.error == "tilebound: --capacity does not go with --accelerator: accelerators have their own\n")
    #expect(try Program.run("networks tpu-v1").output.contains("simplified: The Unified Buffer is one Buffer"))
    try withTemporaryFolder { folder in
      try Data(sweep.output.utf8).write(to: URL(fileURLWithPath: "\(folder)/s.jsonl"))
      let page = try Program.run("report \(folder)/s.jsonl --no-plots --output \(folder)/s.html")
      #expect(page.code == 0, "\(page.error)")
      let html = try String(contentsOfFile: "\(folder)/s.html", encoding: .utf8)
      #expect(html.contains("Setting 2: accelerator eyeriss-chip") && html.contains("--accelerator tpu-v1 --reuse"))
    }
  }

  /// A Buffer in parts, with boxes there twice and with tensors on the chip, in every command that takes it, in records and back.
  @Test func layouts() throws {
    let (parts, fc) = (Self.inParts, Self.fc)
    let found = try Program.run("optimize \(fc) \(parts) --double-buffer inputs,weights --no-timing")
    #expect(found.code == 0, "\(found.error)")
    #expect(
      found.output.contains(
        "reuse overlap, parts inputs=8KiB,weights=16KiB,outputs=8KiB, double-buffered inputs, weights"))
    for (command, expected) in [
      ("gap \(fc) \(parts)", "parts inputs=8KiB"), ("bound \(fc) \(parts)", "compulsory"),
      ("curve \(fc) \(parts) --scale 1/4...2", "131 072"),
      ("curve \(fc) --double-buffer all --quiet", "double-buffered inputs, weights, outputs"),
      ("optimize \(fc) --capacity 8KiB --on-chip inputs --leave-on-chip outputs --quiet", "32 768 000"),
      ("optimize \(fc) --accelerator diana-digital --quiet", "on diana-digital"),
      ("evaluate \(fc) \(parts) --nest 'k:8 [outputs] c:8 [inputs] [weights]' --replay", "are the same"),
      (
        "evaluate \(fc) --on-chip inputs --capacity 8KiB --nest '[inputs] k:8 [outputs] c:8 [weights]' --replay",
        "inputs read 0,"
      ),
    ] {
      let outcome = try Program.shell("tilebound \(command)", in: Program.root.path)
      #expect(outcome.code == 0 && outcome.output.contains(expected), "\(command): \(outcome.output)\(outcome.error)")
    }
    try withTemporaryFolder { folder in
      let sweep = """
        networks: alexnet
        layers: fc8
        capacities: [32KiB, "inputs=8KiB,weights=16KiB,outputs=8KiB", {inputs+outputs: 16KiB, weights: 16KiB}]
        double-buffer: [weights]
        """
      try Data(sweep.utf8).write(to: URL(fileURLWithPath: "\(folder)/s.yaml"))
      for form in ["csv", "jsonl"] {
        let html = try pageOfSweep(in: folder, form)
        #expect(
          html.contains("--capacity inputs+outputs=16KiB,weights=16KiB") && html.contains("--double-buffer weights"))
      }
      // The same in options.
      let capacities = "32KiB; inputs=8KiB,weights=16KiB,outputs=8KiB; inputs+outputs=16KiB,weights=16KiB"
      let options = try Program.run([
        "sweep", "alexnet", "--layer", "fc8", "--capacity", capacities, "--double-buffer", "weights", "--output",
        "\(folder)/o.csv",
      ])
      func rows(_ file: String) throws -> [Substring] {
        // But for the time that each took.
        try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8).split(separator: "\n").map { $0.prefix(400) }
      }
      #expect(try options.code == 0 && rows("o.csv") == rows("s.csv") && rows("o.csv").count == 4, "\(options)")
      // A record says nothing that its mapping does not.
      let text = try String(contentsOfFile: "\(folder)/s.jsonl", encoding: .utf8)
      let changed = text.replacing("\"parts\":\"inputs=8KiB", with: "\"parts\":\"inputs=1bit")
      try Data(changed.utf8).write(to: URL(fileURLWithPath: "\(folder)/t.jsonl"))
      #expect(try Program.run("report \(folder)/t.jsonl --output \(folder)/t.html").code == 64)
      let program = try Program.run("export --result \(folder)/s.jsonl --layer fc8 --capacity 32KiB --to c")
      #expect(program.code == 64)
      #expect(
        program.error.contains("--to c writes for a Buffer that all tensors share, each box there once: leave out"))
    }
  }

  /// Bursts that a replay counts, in words, records and back.
  @Test func bursts() throws {
    let line = "tilebound evaluate --shape k=4,c=8,h=8,w=8 --nest 'q:2 [outputs] c:4 [inputs] [weights]' --replay"
    let told = try Program.shell("\(line) --burst 8B --memory-order nhwc", in: Program.root.path)
    #expect(told.code == 0 && told.output.contains("of 8 B (nhwc), "), "\(told.output)\(told.error)")
    try withTemporaryFolder { folder in
      for form in ["json", "csv"] {
        let made = try Program.shell("\(line) --burst 64bit --output a.\(form)", in: folder)
        #expect(made.code == 0, "\(made.error)")
        let page = try Program.run("report a.\(form) --no-plots --output a.html", in: folder)
        #expect(page.code == 0, "\(page.error)")
        #expect(try String(contentsOfFile: "\(folder)/a.html", encoding: .utf8).contains("of 8\u{A0}B (nchw), "))
        let text = try String(contentsOfFile: "\(folder)/a.\(form)", encoding: .utf8)
        let changed = form == "json" ? text.replacing("\"order\" : \"nchw\"", with: "\"order\" : \"hcnw\"") : ""
        if changed.isEmpty { continue }
        try Data(changed.utf8).write(to: URL(fileURLWithPath: "\(folder)/b.json"))
        let other = try Program.run("report b.json --output b.html", in: folder)
        #expect(other.code == 64 && other.error.contains("bursts: are of no size or order that can be"))
      }
    }
    for (options, message) in [
      ("--burst 8B", "--burst goes with --replay"),
      ("--memory-order nhwc --replay", "--memory-order goes with --burst"),
      ("--burst 8B --memory-order hwcn --replay", "--memory-order: 'hwcn' is unknown; accepted: nchw, nhwc"),
      ("--burst 8 --replay", "--burst: '8' has no unit"),
    ] {
      let refused = try Program.shell(
        line.replacing(" --replay", with: "") + " " + options, in: Program.root.path)
      #expect(refused.code == 64 && refused.error.contains(message), "\(options): \(refused.error)")
    }
  }

  /// Tiles that are multiples, in every command that takes a layout, in records and back.
  @Test func tiles() throws {
    let (fc, tiles) = (Self.fc, "--tiles k=8*,c=16*")
    for (command, expected) in [
      ("optimize \(fc) --capacity 32KiB \(tiles) --quiet", "tiles k=8*,c=16*"),
      ("gap \(fc) --capacity 32KiB \(tiles)", "tiles k=8*,c=16*"),
      ("bound \(fc) --capacity 32KiB \(tiles)", "compulsory"),
      ("curve \(fc) --capacity 1KiB...4KiB \(tiles)", "8 192"),
      ("curve \(fc) --capacity inputs=8KiB,weights=16KiB,outputs=8KiB --scale 1,2 \(tiles) --quiet", "tiles k=8*"),
      ("optimize \(fc) --accelerator nvdla-large --quiet", "tiles k=32*,c=64*"),
      (
        "evaluate \(fc) --capacity 8KiB --nest 'k:8 [outputs] c:16 [inputs] [weights]' \(tiles) --replay",
        "are the same"
      ),
    ] {
      let outcome = try Program.shell("tilebound \(command)", in: Program.root.path)
      #expect(outcome.code == 0 && outcome.output.contains(expected), "\(command): \(outcome.output)\(outcome.error)")
    }
    let uneven = try Program.shell(
      "tilebound evaluate \(fc) --nest 'k:7 [outputs] [inputs] [weights]' --tiles k=8*", in: Program.root.path)
    #expect(uneven.code == 2 && uneven.error.contains("has a loop over k by 7, and tiles are k=8*"), "\(uneven.error)")
    try withTemporaryFolder { folder in
      let sweep = "networks: alexnet\nlayers: fc8\ncapacities: 2KiB...8KiB\ntiles: {k: 8*, c: 16*}\n"
      try Data(sweep.utf8).write(to: URL(fileURLWithPath: "\(folder)/s.yaml"))
      for form in ["csv", "jsonl"] {
        let html = try pageOfSweep(in: folder, form)
        #expect(html.contains("--tiles &#39;k=8*,c=16*&#39;"))
      }
      // A record says nothing that its mapping does not.
      let text = try String(contentsOfFile: "\(folder)/s.jsonl", encoding: .utf8)
      try Data(text.replacing("c=16*", with: "c=9999*").utf8).write(to: URL(fileURLWithPath: "\(folder)/t.jsonl"))
      let other = try Program.run("report \(folder)/t.jsonl --output \(folder)/t.html")
      #expect(other.code == 64 && other.error.contains("has a loop over c by "), "\(other.error)")
    }
  }

  /// The same of sizes to choose from, largest sizes and divisors.
  @Test func tileRules() throws {
    let (fc, tiles) = ("--network alexnet --layer fc8", "--tiles 'k=8|16,c<=64' --divisors")
    for (command, expected) in [
      ("optimize \(fc) --capacity 32KiB \(tiles) --quiet", "tiles k=8|16,c<=64,divisors"),
      ("gap \(fc) --capacity 32KiB \(tiles)", "tiles k=8|16,c<=64,divisors"),
      ("bound \(fc) --capacity 32KiB \(tiles)", "compulsory"),
      ("curve \(fc) --capacity 1KiB...4KiB \(tiles)", "8 192"),
      ("optimize \(fc) --capacity inputs=8KiB,weights=16KiB,outputs=8KiB \(tiles) --quiet", "divisors"),
      (
        "evaluate \(fc) --capacity 8KiB --nest 'k:8 [outputs] c:64 [inputs] [weights]' \(tiles) --replay",
        "are the same"
      ),
    ] {
      let outcome = try Program.shell("tilebound \(command)", in: Program.root.path)
      #expect(outcome.code == 0 && outcome.output.contains(expected), "\(command): \(outcome.output)\(outcome.error)")
    }
    for (nest, message) in [
      ("k:4 [outputs] c:64 [inputs] [weights]", "has boxes of weights with k 4, and tiles are k=8|16,c<=64,divisors"),
      ("k:8 [outputs] [inputs] [weights]", "has boxes of inputs with c 4096"),
      ("k:16 [outputs] c:60 [inputs] [weights]", "has a loop over k by 16 that cuts 1000 unevenly"),
    ] {
      let outcome = try Program.shell("tilebound evaluate \(fc) --nest '\(nest)' \(tiles)", in: Program.root.path)
      #expect(outcome.code == 2 && outcome.error.contains(message), "\(outcome.error)")
    }
    try withTemporaryFolder { folder in
      let sweep = "networks: alexnet\nlayers: fc8\ncapacities: 2KiB...8KiB\ntiles: {k: 8|16, c: <=64}\ndivisors: true\n"
      try Data(sweep.utf8).write(to: URL(fileURLWithPath: "\(folder)/s.yaml"))
      for form in ["csv", "jsonl"] {
        let html = try pageOfSweep(in: folder, form)
        #expect(html.contains("--tiles &#39;k=8|16,c&lt;=64,divisors&#39;"))
      }
      let text = try String(contentsOfFile: "\(folder)/s.jsonl", encoding: .utf8)
      try Data(text.replacing("c<=64", with: "c<=1").utf8).write(to: URL(fileURLWithPath: "\(folder)/t.jsonl"))
      let other = try Program.run("report \(folder)/t.jsonl --output \(folder)/t.html")
      #expect(other.code == 64 && other.error.contains("has boxes of inputs with c "), "\(other.error)")
    }
  }

  /// Makes the sweep of three records that s.yaml asks for, sees that it has nothing left to do, and has the page of it.
  private func pageOfSweep(in folder: String, _ form: String) throws -> String {
    let made = try Program.run("sweep \(folder)/s.yaml --output \(folder)/s.\(form) --quiet")
    #expect(made.code == 0, "\(made.error)")
    let again = try Program.run("sweep \(folder)/s.yaml --output \(folder)/s.\(form)")
    #expect(again.output.contains("3 records, all there already"), "\(again.output)")
    let page = try Program.run("report \(folder)/s.\(form) --no-plots --output \(folder)/s.html")
    #expect(page.code == 0, "\(page.error)")
    return try String(contentsOfFile: "\(folder)/s.html", encoding: .utf8)
  }

  private static let inParts = "--capacity inputs=8KiB,weights=16KiB,outputs=8KiB"
  private static let fc = "alexnet --layer fc8"

  @Test(arguments: [
    (
      "optimize \(fc) --capacity inputs=1bit,weights=1KiB,outputs=1KiB", 2,
      "fc8: no mapping fits the part for inputs of 1 bit; the least that would do is 1 B"
    ),
    (
      "optimize \(fc) --capacity inputs=1bit,weights=2bit,outputs=1KiB", 2,
      "fc8: no mapping fits the parts inputs=1bit,weights=2bit; the least that would do is inputs=1B,weights=1B"
    ),
    ("optimize \(fc) --capacity inputs=1KiB,weights=1KiB", 64, "outputs has no part"),
    ("optimize \(fc) --capacity inputs=1KiB,weights=1KiB,outputs", 64, "'outputs' is no part of a Buffer"),
    ("optimize \(fc) --capacity inputs=1,weights=1KiB,outputs=1KiB", 64, "'1' has no unit"),
    ("optimize \(fc) --capacity inputs=900000GiB,weights=900000GiB,outputs=1B", 64, "together less than 1 PiB"),
    ("optimize \(fc) --capacity inputs=0,weights=1KiB,outputs=1KiB", 64, "--capacity: '0' is not positive; at least"),
    (
      "optimize \(fc) --capacity 1KiB --double-buffer all,inputs", 64, "--double-buffer: 'all,inputs': all stands alone"
    ),
    (
      "sweep \(fc) --capacity 1KiB --output x.csv --on-chip inputs,all", 64, "--on-chip: 'inputs,all': all stands alone"
    ),
    ("optimize \(fc) --capacity 1KiB --on-chip outputs", 64, "--on-chip: unknown tensor 'outputs'; "),
    (
      "optimize \(fc) --capacity 64KiB --on-chip inputs --dataflow os", 64,
      "--dataflow: inputs are on the chip, and none of these orders of keeps begins with them"
    ),
    (
      "sweep \(fc) --capacity 64KiB --on-chip inputs --leave-on-chip outputs --dataflow is-wo,os-wi --output s.csv", 64,
      "--dataflow: inputs and outputs are on the chip, and none of these orders of keeps begins with them"
    ),
    (
      "optimize \(fc) --accelerator diana-digital --double-buffer all", 64,
      "--double-buffer does not go with --accelerator"
    ),
    (
      "curve \(fc) --accelerator diana-digital \(inParts)", 64,
      "--capacity in parts does not go with --accelerator 'diana-digital', which has its own"
    ),
    ("optimize \(fc) \(inParts) --timeloop x.yaml", 64, "--timeloop is written for a Buffer that all tensors share"),
    ("optimize \(fc) \(inParts) --pieces 2", 64, "a mapping in pieces takes a Buffer that all tensors share"),
    ("optimize \(fc) --capacity 1KiB --tiles k=16+", 64, "--tiles: 'k=16+' is not understood; tiles are written k=16*"),
    ("optimize \(fc) --capacity 1KiB --tiles s=2*", 64, "--tiles: tiles of s cannot be asked to be multiples"),
    ("optimize \(fc) --capacity 1KiB --tiles k<=0", 64, "--tiles: k: 0 is no tile; 1 to"),
    ("optimize \(fc) --capacity 1KiB --tiles k=1|", 64, "--tiles: 'k=1|' is not understood; tiles are written k=16*"),
    ("optimize \(fc) --capacity 1KiB --tiles g<=2", 64, "--tiles: tiles of g cannot be chosen; those of n, k, c, p, q"),
    ("optimize \(fc) --capacity 1KiB --divisors --reuse none", 64, "--reuse overlap alone, not under none"),
    ("optimize \(fc) --capacity 1KiB --tiles c<=4 --pieces 2", 64, "leave out tiles c<=4"),
    ("optimize \(fc) --accelerator tpu-v1 --divisors", 64, "--divisors does not go with --accelerator"),
    ("optimize \(fc) --capacity 1KiB --tiles z=2*", 64, "--tiles: 'z' is no dimension"),
    ("optimize \(fc) --capacity 1KiB --tiles k=0*", 64, "--tiles: k: 0 is no multiple"),
    ("optimize \(fc) --capacity 1KiB --tiles k=64*,c=64*", 2, "no mapping fits"),
    ("optimize \(fc) --capacity 8KiB --tiles k=8* --pieces 2", 64, "leave out tiles k=8*"),
    ("optimize \(fc) --accelerator tpu-v1 --tiles k=8*", 64, "--tiles does not go with --accelerator"),
    (
      "optimize alexnet --layer conv2 --capacity 8KiB --tiles p=2*", 64,
      "conv2: tiles of p can be asked to be multiples only where kernels have one row"
    ),
    (
      "optimize alexnet --capacity 64KiB --on-chip weights", 2,
      "fc6: no mapping fits 64 KiB; the least capacity that would is 37 748 738 B"
    ),
    (
      "sweep alexnet --capacity 64KiB --on-chip weights --output x.csv", 2,
      "fc6: no mapping fits 64 KiB; the least capacity that would is 37 748 738 B"
    ),
    ("curve \(fc) --scale 1", 64, "--scale goes with a Buffer in parts"),
    ("curve \(fc) \(inParts) --scale 1/0", 64, "'1/0' is no factor"),
  ])
  func layoutRefusals(line: String, code: Int32, message: String) throws {
    try expectRefusal(of: line, code: code, message: message)
  }

  @Test(arguments: [
    (
      ["--on-chip", "inputs", "--nest", "c:8 [inputs] [outputs] [weights]"],
      "inputs are on the chip, and the mapping does not keep them whole"
    ),
    (
      ["--capacity", "inputs=8B,weights=64KiB,outputs=8KiB", "--nest", "k:8 [outputs] c:9 [inputs] [weights]"],
      "does not fit the part for inputs of 8 B; the mapping needs 9 B"
    ),
    (
      [
        "--capacity", "inputs=8B,weights=64KiB,outputs=1B", "--double-buffer", "outputs",
        "--nest", "k:8 [outputs] c:9 [inputs] [weights]",
      ],
      "does not fit the parts inputs=8B,outputs=1B; the mapping needs inputs=9B,outputs=16B"
    ),
  ])
  func nestsThatDoNotFit(arguments: [String], message: String) throws {
    let line = ["evaluate"] + Self.fc.split(separator: " ").map(String.init) + arguments
    try expectRefusal(of: line, code: 2, message: message)
  }

  /// Energy models that tell what the Buffer costs, for which capacities these are, and where the energy of all is least.
  @Test func bufferEnergies() throws {
    try withTemporaryFolder { folder in
      let model = "--energy cacti-45nm-int8 --reuse sliding"
      let curve = try Program.run("curve alexnet --total \(model) --plot-in total --plot \(folder)/c.svg")
      #expect(curve.code == 0 && curve.output.contains("least energy at"), "\(curve.error)")
      #expect(curve.output.contains("capacities are those from 4 KiB to 4 MiB"))
      #expect(try String(contentsOfFile: "\(folder)/c.svg", encoding: .utf8).contains("least at 21.3 KiB"))
      // No octave has less, and a search at the capacity named finds what is said of it.
      let row = try #require(curve.output.split(separator: "\n").first { $0.hasPrefix("total ") })
      #expect(row.contains("21 817 B") && row.hasSuffix(" 4.634"))
      let found = try Program.run("optimize alexnet --capacity 21817B --quiet \(model)")
      #expect(found.output.contains(" 4 634.478 "))
      let exact = try Program.run("curve alexnet --total \(model) --capacity 21817B --format csv")
      #expect(exact.output.contains("4634478184.75"))
      for (line, message) in [
        ("optimize alexnet --capacity 2KiB \(model)", "a Buffer of 2 KiB is out of the table"),
        ("curve alexnet --capacity 1KiB...8KiB \(model)", "tells of 4 KiB to 4 MiB"),
        ("gap alexnet --capacity 4KiB,8MiB \(model)", "a Buffer of 8 MiB is out of the table"),
        ("bound alexnet --capacity 1KiB --energy cacti-45nm-int8", "a Buffer of 1 KiB is out of the table"),
        ("sweep alexnet --capacity 1KiB --output - \(model)", "a Buffer of 1 KiB is out of the table"),
        (
          "evaluate alexnet --mapping configs/mappings/alexnet-conv2.yaml \(model)",
          "has what accesses of the Buffer cost, which depends on its capacity: give one"
        ),
      ] {
        let outcome = try Program.run(line)
        #expect(outcome.code == 64 && outcome.output.isEmpty && outcome.error.contains(message), "\(outcome.error)")
        #expect(outcome.error.count { $0 == "\n" } == 1)
      }
      let gap = try Program.run(
        "gap alexnet --layer fc8 --capacity 4KiB...4MiB --format json --output \(folder)/g.json \(model)")
      #expect(gap.code == 0, "\(gap.error)")
      let page = try Program.run("report \(folder)/g.json --output \(folder)/g.html")
      #expect(page.code == 0, "\(page.error)")
      let html = try String(contentsOfFile: "\(folder)/g.html", encoding: .utf8)
      #expect(html.contains("least of these at 4 KiB") && html.contains("Setting 1:") && !html.contains("Setting 2:"))
    }
  }

  @Test func networks() throws {
    let outcome = try Program.run("networks")
    #expect(
      outcome.code == 0 && outcome.output.contains("714 188 480") && outcome.output.contains("horowitz-45nm-int8"))
    let widest = outcome.output.split(separator: "\n").map(\.count).max() ?? 0
    #expect(widest <= 100, "the listing fits a terminal")
    // Energies are as their files have them, not as they are rounded.
    #expect(outcome.output.contains("horowitz-45nm-int8               0.3       20.3125"))
    let simba = try Program.run("networks simba").output
    #expect(simba.contains("0.5608") && simba.contains("accumulator") && simba.contains("3 236 096 B"))
    #expect(try Program.run("networks configs/energy/simba.yaml").output.contains("0.5608"))
    #expect(try Program.run("networks configs/platforms/eyeriss-like.yaml").output.contains("weight scratchpad"))
    let version = try Program.run("--version").output
    #expect(version.wholeMatch(of: /0\.1\.0( \(commit [0-9a-f]{40}(-dirty)?\))?\n/) != nil, "\(version)")
    let layers = try Program.run("networks resnet18").output
    #expect(layers.hasPrefix("resnet18: K. He") && layers.contains("layer4.0.downsample"))
    let total = try #require(layers.split(separator: "\n").last)
    #expect(total.hasPrefix("total ") && total.contains(" 21 ") && total.contains("1 814 073 344"))
    let model = try Program.run("networks hbm2-fp16").output
    #expect(model.hasPrefix("hbm2-fp16: M. O'Connor") && model.contains("16/16/16/16"))
  }

  /// Whatever is printed fits 80 columns, but for words and columns that must stay; colours are there when they are asked for.
  @Test func tablesFitTheTerminal() throws {
    let lines = [
      "networks", "networks resnet50", "networks simba", "networks eyeriss", "networks cacti-45nm-int8",
      "networks tpu-v1",
      "sweep alexnet --layer fc8 --capacity 64KiB --output x.csv --plan",
      "validate Documentation/Samples/measured.csv --columns k,total,compute,data --shape c=3,h=227,w=227,r=11,s=11,stride=4 "
        + "--platform simba --levels",
    ]
    for line in lines {
      let narrow = try Program.shell("COLUMNS=80 tilebound \(line)")
      #expect(narrow.code == 0, "\(line): \(narrow.error)")
      for row in narrow.output.split(separator: "\n") { #expect(row.count <= 80, "\(line): \(row)") }
      let wide = try Program.shell("COLUMNS=80 tilebound \(line) --wide").output
      #expect(try Program.shell("tilebound \(line)").output == wide, "\(line)")
      #expect(!narrow.output.contains("\u{1b}"))
      let coloured = try Program.shell("NO_COLOR=1 tilebound \(line) --color always").output
      #expect(coloured.contains("\u{1b}[1m") && coloured.replacing(#/\u{1b}\[\d+m/#, with: "") == wide, "\(line)")
    }
    // However narrow it is said to be.
    for width in [40, 19, 9] {
      let narrow = try Program.shell("COLUMNS=\(width) tilebound bound alexnet --layer fc8 --capacity 64KiB")
      let heading = narrow.output.split(separator: "\n").prefix(2)
      #expect(narrow.code == 0 && heading.allSatisfy { $0.count <= width }, "\(width): \(heading)")
    }
    let refused = try Program.run("networks --color red")
    #expect(refused.code == 64 && refused.error.contains("--color") && refused.error.contains("never"))
    try withTemporaryFolder { folder in
      let bound = "bound alexnet --layer fc8 --capacity 64KiB --color always"
      #expect(try Program.run(bound).output.contains("\u{1b}[32mbest\u{1b}[0m"))
      #expect(try Program.run("\(bound) --output \(folder)/b.txt").code == 0)
      let written = try String(contentsOfFile: "\(folder)/b.txt", encoding: .utf8)
      #expect(!written.isEmpty && !written.contains("\u{1b}"))
    }
  }

  /// A sweep's totals have a Buffer that is the same in all rows above them, and times where accelerators give their rates.
  @Test func totalsFitTheTerminal() throws {
    try withTemporaryFolder { folder in
      let sweep = "tilebound sweep alexnet --layer conv5,fc8"
      let parts = "--capacity inputs=16KiB,weights=32KiB,outputs=8KiB --double-buffer inputs,weights"
      let narrow = try Program.shell("COLUMNS=80 \(sweep) \(parts) --output p.csv", in: folder)
      #expect(narrow.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(narrow)")
      #expect(
        narrow.output.contains(
          "\nBuffer: parts inputs=16KiB,weights=32KiB,outputs=8KiB, double-buffered inputs,\n  weights\n\n"),
        "\(narrow)")
      #expect(narrow.output.contains("  gap data\nalexnet  unit [bit]  "), "\(narrow)")
      // Buffers of one size are told apart at any width.
      let several = "--capacity '56KiB; inputs=16KiB,weights=32KiB,outputs=8KiB; inputs+outputs=24KiB,weights=32KiB'"
      let numbered = try Program.shell("COLUMNS=65 \(sweep) \(several) --output b.csv", in: folder).output
      #expect(
        numbered.contains(
          """

          Buffer 1: shared
          Buffer 2: parts inputs=16KiB,weights=32KiB,outputs=8KiB
          Buffer 3: parts inputs+outputs=24KiB,weights=32KiB

          network  energy      Buffer  capacity
          """), "\(numbered)")
      #expect(numbered.contains("\nalexnet  unit [bit]  3         56 KiB"), "\(numbered)")
      let rules = try Program.shell(
        "COLUMNS=50 \(sweep) --capacity 16KiB --reuse sliding,none --output r.csv", in: folder
      ).output
      #expect(rules.contains("sliding") && rules.contains("none") && !rules.contains("data  gap data"), "\(rules)")
      let machines = "\(sweep) --accelerator ethos-u65-512,tpu-v1 --output a.csv"
      let timed = try Program.shell("COLUMNS=80 \(machines)", in: folder)
      #expect(timed.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(timed)")
      #expect(timed.output.contains("  gap data     time\n"), "\(timed)")
      let wide = try Program.shell("\(machines) --wide", in: folder).output.split(separator: "\n")
      #expect(wide.contains { $0.hasSuffix("  gap data  gap total     time  at least  limited by") }, "\(wide)")
      #expect(wide.contains { $0.contains("  ethos-u65-512  ") && $0.hasSuffix("  1.29 ms   1.29 ms  bandwidth") })
    }
  }

  @Test func helpShowsExamples() throws {
    for command in ["optimize", "gap", "bound", "evaluate", "export", "report", "networks"] {
      let outcome = try Program.run("\(command) --help")
      #expect(outcome.code == 0 && outcome.output.contains("tilebound \(command)"))
      #expect(outcome.output.contains("Example"))
    }
  }

  @Test func filesAreWrittenWholeOrNotAtAll() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/r.csv"
      let outcome = try Program.run("optimize --shape p=4,k=4,c=4 --capacity 20B --format csv --output \(file)")
      #expect(outcome.code == 0 && outcome.output.isEmpty)
      #expect(try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").count == 2)
      let failed = try Program.run("optimize --shape p=4,k=4,c=4 --capacity 2B --format csv --output \(file)2")
      #expect(failed.code == 2)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["r.csv"])
      let target = "\(folder)/target.csv"
      try Data("old".utf8).write(to: URL(fileURLWithPath: target))
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/link.csv", withDestinationPath: target)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: target)
      _ = try Program.run("optimize --shape p=4,k=4,c=4 --capacity 20B --format csv --output \(folder)/link.csv")
      #expect(try String(contentsOfFile: target, encoding: .utf8).hasPrefix("network,layer"))
      #expect(try FileManager.default.attributesOfItem(atPath: target)[.posixPermissions] as? Int == 0o600)
      let nowhere = try Program.run("optimize --shape p=4,k=4,c=4 --capacity 20B --output \(folder)/no/r.csv")
      #expect(nowhere.code == 1 && nowhere.error.contains("cannot be written: No such file or directory"))
    }
  }

  /// A layer's energies have one unit, whatever they are made of.
  @Test func oneUnit() throws {
    try withTemporaryFolder { folder in
      let layer = "--gemm 128x64x128 --energy lpddr4-int8"
      let found = try Program.run("optimize \(layer) --capacity 64KiB --mapping m.yaml", in: folder)
      let given = try Program.run("evaluate \(layer) --mapping m.yaml", in: folder)
      for outcome in [found, given] {
        #expect(outcome.output.contains("\n  energy     2.412 µJ: compute 0.314, data 2.097\n"), "\(outcome)")
      }
      #expect(found.output.contains("energy [µJ]"))
    }
  }

  private static let refused: [(line: String, code: Int32, message: String)] = [
    (
      "optimize", 64,
      "needs a layer and the Buffer's size: give --network, --shape or --gemm, and --capacity, for example: tilebound"
    ),
    (
      "optimize --gemm 2x2x2", 64, "needs the Buffer's size: give --capacity, for example: tilebound optimize --network"
    ),
    ("gap", 64, "needs a layer and the Buffer's size: give --network, --shape or --gemm, and --capacity, for example"),
    ("bound", 64, "needs a layer and the Buffer's size: give --network, --shape or --gemm, and --capacity, for exampl"),
    ("export --to c", 64, "needs a layer and a mapping: give --network, --shape or --gemm, and --capacity to search"),
    ("export --to c --gemm 2x2x2", 64, "needs a mapping: give --capacity to search for one, --mapping, --nest or"),
    ("evaluate", 64, "needs a layer and a mapping: give --network, --shape or --gemm, and either --mapping, a file"),
    ("optimize --capacity 64KiB", 64, "needs a layer: give --network, --shape or --gemm, for example: tilebound"),
    ("optimize --network alexnet --shape p=3 --capacity 1KiB", 64, "--network and --shape both name the layer"),
    ("optimize --network alexnt --capacity 1KiB", 64, "did you mean 'alexnet'?"),
    ("optimize --network none.yaml --capacity 1KiB", 64, "none.yaml: cannot be read: No such file or directory"),
    (
      "optimize --network alexnet --layer conv9 --capacity 1KiB", 64,
      "alexnet has no layer 'conv9'; did you mean 'conv1'? it has"
    ),
    ("optimize --shape p=3 --layer a --capacity 1KiB", 64, "--layer goes with --network"),
    ("optimize --shape p=3 --dim a=1 --capacity 1KiB", 64, "--dim goes with --network, not with --shape"),
    (
      "optimize alexnet --dim a=1 --capacity 1KiB", 64, "--dim: there is no symbolic dimension 'a'; all sizes are fixed"
    ),
    ("convert alexnet --dim a=1", 64, "--dim: there is no symbolic dimension 'a'; all sizes are fixed"),
    ("sweep alexnet --dim a=1 --capacity 1KiB --output x.csv", 64, "--dim: there is no symbolic dimension 'a'; all"),
    ("curve --shape p=3 --dim a=1", 64, "--dim goes with --network, not with --shape"),
    ("optimize --network alexnet --capacity 64", 64, "--capacity: '64' has no unit"),
    ("optimize --network alexnet --capacity 0", 64, "--capacity: '0' is not positive; at least 1 bit and less than"),
    ("optimize --network alexnet --capacity 1B", 2, "conv1: no mapping fits 1 B; the least capacity that would is 3 B"),
    ("optimize --shape p=3 --capacity 1KiB --bits 99", 64, "--bits: '99' is no width"),
    (
      "optimize --shape p=3 --capacity 1KiB --reuse some", 64,
      "--reuse: 'some' is unknown; accepted: overlap, sliding, none"
    ),
    ("optimize --shape p=3 --capacity 1KiB --dataflow xyz", 64, "--dataflow: unknown dataflow 'xyz'; accepted: any,"),
    (
      "optimize --shape p=3 --capacity 1KiB --format xml", 64,
      "--format: 'xml' is unknown; accepted: table, json, csv"
    ),
    ("optimize --shape p=3 --capacity 1KiB --threads 0", 64, "--threads: is 0; 1 to 1024 is accepted"),
    ("optimize --shape p=3 --capacity 1KiB --threads two", 64, "'two'"),
    ("optimize --shape p=3 --capacity 1KiB --energy joule", 64, "--energy: unknown energy model 'joule'"),
    ("optimize --shape p=3 --capacity", 64, "--capacity: has no value; <size> is expected"),
    ("optimize --frobnicate", 64, "unknown option '--frobnicate'"),
    (
      "optimize --network alexnet --capacity 1KiB --mapping m.yaml", 64, "--mapping takes the mapping of a single layer"
    ),
    ("optimize --shape p=3 --capacity 1KiB --output /dev/full", 1, "/dev/full: cannot be written: No space left"),
    ("optimise", 64, "unknown command 'optimise'; did you mean 'optimize'?"),
    ("gap --network alexnet", 64, "needs the Buffer's size: give --capacity, for example: tilebound gap"),
    (
      "gap --network alexnet --capacity 3KiB...1KiB", 64, "'3KiB...1KiB' is no range; it ends below its start"
    ),
    ("gap --network alexnet --capacity 1KiB,", 64, "'1KiB,' lacks a capacity"),
    ("gap --network alexnet --capacity 1B", 2, "conv1: no mapping fits 1 B"),
    ("optimize --shape p=3 --capacity 1KiB,2KiB", 64, "'1KiB,2KiB' is no single capacity"),
    ("optimize --shape p=3 --capacity 1KiB --mapping x --output x", 64, "--mapping and --output name the same file"),
    ("optimize --shape p=3 --capacity 1KiB --mapping ./x --output x", 64, "--mapping and --output name the same file"),
    ("bound --shape p=3 --capacity 2B", 2, "shape: no mapping fits 2 B; the least capacity that would is 3 B"),
    ("bound --capacity 1KiB", 64, "needs a layer: give --network, --shape or --gemm, for example: tilebound"),
    ("bound --shape p=3 --capacity 1KiB --format pdf", 64, "--format: 'pdf' is unknown; accepted: "),
    ("evaluate --network alexnet", 64, "needs one mapping: give either --mapping, a file, or --nest"),
    ("evaluate --network alexnet --mapping none.yaml", 64, "none.yaml: cannot be read: No such file or directory"),
    ("evaluate --network alexnet --mapping configs/energy/unit.yaml", 64, "unknown key 'energy'"),
    (
      "evaluate --network vgg16 --mapping configs/mappings/alexnet-conv2.yaml", 64,
      "alexnet-conv2.yaml: layer: unknown layer 'conv2'; "
    ),
    (
      "evaluate --network alexnet --mapping configs/mappings/alexnet-conv2.yaml --capacity 1KiB", 2,
      "does not fit 1 KiB"
    ),
    ("curve --within 5%", 64, "needs a layer: give --network, --shape or --gemm, for example: tilebound"),
    ("curve --shape p=3 --within much", 64, "--within: 'much' is no share; a number with a percent sign is"),
    ("curve --shape p=3 --capacity 2B", 2, "shape: no mapping fits 2 B; the least capacity that would is 3 B"),
    ("curve --network alexnet --total --capacity 2B", 2, "no mapping fits 2 B; the least capacity that would is 3 B"),
    ("curve --shape p=3 --total", 64, "--total is the curve of a whole network; give --network alone"),
    ("curve --network alexnet --layer fc8 --total", 64, "--total is the curve of a whole network"),
    ("curve --shape p=3 --dataflow os-io", 64, "--dataflow: unknown dataflow 'os-io'; did you mean 'os-iw'?"),
    ("sweep", 64, "needs a sweep file or --network and --capacity, for example: tilebound sweep --network alexnet"),
    ("sweep --capacity 1KiB", 64, "needs a sweep file or --network, for example: tilebound sweep --network alexnet"),
    ("sweep --network alexnet", 64, "needs the Buffer's size: give --capacity, for example: tilebound sweep"),
    ("sweep --network alexnet --capacity 1KiB", 64, "needs a file to write: give --output"),
    ("sweep none.yaml --output /tmp/x.csv", 64, "none.yaml: cannot be read: No such file or directory"),
    ("sweep --network alexnet --capacity 1KiB --output /dev/full", 64, "/dev/full: is not a regular file"),
    ("sweep --network alexnet --capacity 1B --output x.csv", 2, "conv1: no mapping fits 1 B; the least capacity"),
    ("sweep --network alexnet --capacity 1KiB...4KiB/0 --output x.csv", 64, "has '0' steps an octave; 1 to 64 is"),
    ("sweep --network alexnet --capacity 1KiB --bits 8,70 --output x.csv", 64, "--bits: '70' is no width"),
    ("sweep --network alexnet --capacity 1KiB --reuse some --output x.csv", 64, "--reuse: 'some' is unknown"),
    ("sweep --network alexnet --capacity 1KiB --energy joule --output x.csv", 64, "unknown energy model 'joule'"),
    (
      "sweep --network alexnet --capacity 1KiB --output x.csv --format xml", 64,
      "--format: 'xml' is unknown; accepted: jsonl, csv"
    ),
    (
      "sweep --network alexnet --capacity 1KiB --output no/x.csv", 1,
      "no/x.csv: cannot be written: No such file"
    ),
    ("optimize --gemm 4x4x4 --capacity 1KiB --output configs", 64, "--output: 'configs' is a folder; a file's name is"),
    ("optimize --gemm 4x4x4 --capacity 1KiB --mapping configs", 64, "--mapping: 'configs' is a folder; a file's name"),
    ("export --gemm 4x4x4 --capacity 1KiB --to c --output configs", 64, "--output: 'configs' is a folder; a file's"),
    ("convert alexnet --output configs", 64, "--output: 'configs' is a folder; a file's name is expected"),
    ("merge part-1.csv --output configs", 64, "--output: 'configs' is a folder; a file's name is expected"),
    ("sweep alexnet --capacity 1KiB --output configs --restart", 64, "--output: 'configs' is a folder; a file's name"),
    (
      "sweep --network alexnet --capacity 1KiB --output x.csv --plot-format gif", 64,
      "--plot-format: 'gif' is unknown; accepted: svg, png, pdf"
    ),
    ("curve --network alexnet --plot x.gif", 64, "--plot: 'x.gif' names no kind of picture; a name in .svg, .png"),
    ("curve --network alexnet --plot svg", 64, "--plot: 'svg' names no kind of picture"),
    (
      "curve --network alexnet --plot x.svg --output x.svg --format csv", 64,
      "'x.svg' ends in .svg, and CSV (--format csv)"
    ),
    (
      "curve --network alexnet --plot x.svg --plot-in bytes", 64,
      "--plot-in: 'bytes' is unknown; accepted: energy, total, words"
    ),
    (
      "curve --shape p=3 --bits partial-sums=24 --plot x.svg --plot-in words", 64,
      "words are counted where all have one"
    ),
    ("curve --network alexnet --plot-in bytes", 64, "accepted: energy, total, words"),
    (
      "curve --network alexnet --plot x.svg --capacity 64KiB", 64,
      "--plot: shows a range of capacities; --capacity names one"
    ),
    ("sweep --network alexnet --capacity 1KiB --output x.csv --plot README.md", 64, "--plot: 'README.md' is no folder"),
    ("gap --network vgg16 --capacity 1KiB --output no/x.csv", 1, "no/x.csv: cannot be written: No such file"),
    ("bound --network vgg16 --capacity 1KiB --output no/x.csv", 1, "no/x.csv: cannot be written: No such file"),
    ("curve --network alexnet --output no/x.csv", 1, "no/x.csv: cannot be written: No such file or directory"),
    ("optimize --gemm 4x4x4 --capacity 1KiB --output README.md/x.csv", 1, "README.md/x.csv: cannot be written: Not a"),
    ("curve --network alexnet --plot no/x.svg", 1, "no/x.svg: cannot be written: No such file or directory"),
    ("report", 64, "missing expected argument '<file> ...'; 'tilebound help report' tells what is accepted"),
    ("report none.json", 64, "none.json: cannot be read: No such file or directory"),
    ("report configs", 64, "configs: is a folder; a file is expected"),
    ("optimize configs --capacity 1KiB", 64, "--network: 'configs' is a folder; the name or the file of a network is"),
    ("optimize configs/networks --capacity 1KiB", 64, "configs/networks: is a folder; a file is expected"),
    ("gap alexnet --energy configs --capacity 1KiB", 64, "'configs' is a folder; the name or the file of an energy"),
    ("report configs/energy/unit.yaml", 64, "configs/energy/unit.yaml:1: is no header of a table of results"),
    ("report none.json --capacity 64", 64, "--capacity: '64' has no unit"),
    ("report none.json --output ./none.json", 64, "--output names none.json, which is to be read"),
    ("networks nonesuch", 64, "unknown network, energy model, accelerator or platform 'nonesuch'; accepted: alexnet"),
    (
      "networks nonesuch", 64,
      "cacti-32nm-int8, eyeriss-chip, ethos-u65-512, diana-digital, nvdla-large, simba-chiplet, tpu-v1, "
        + "simba-accelergy-0-3, simplearch (a file's name"
    ),
    ("networks --dim batch=1", 64, "--dim: goes with a network"),
    ("networks simba --dim batch=1", 64, "--dim: goes with a network, which simba is not"),
    (
      "gap --network alexnet,vgg16 --capacity 64KiB", 64,
      "--network: 'alexnet,vgg16' is a list; one network is expected; 'tilebound sweep' takes several\n"
    ),
    (
      "gap --network configs/networks/alexnet.yaml,vgg16 --capacity 64KiB", 64,
      "--network: 'configs/networks/alexnet.yaml,vgg16' is a list; one network is expected; 'tilebound sweep' takes"
    ),
    (
      "optimize --network alexnet --energy unit,simba --capacity 64KiB", 64,
      "--energy: 'unit,simba' is a list; one energy model is expected; 'tilebound sweep' takes several\n"
    ),
    ("convert alexnet,vgg16", 64, "convert: 'alexnet,vgg16' is a list; one network is expected\n"),
    ("gap --network configs/energy/simba.yaml --capacity 64KiB", 64, "is an energy model, which --energy takes"),
    ("gap --network results/built-in.yaml --capacity 64KiB", 64, "is a sweep, which 'tilebound sweep' takes"),
    ("gap --network results/built-in.csv.index.json --capacity 64KiB", 64, "is results, which 'tilebound report' and"),
    ("gap --network configs/platforms/simba-like.yaml --capacity 64KiB", 64, "is a platform, which"),
    ("gap --network results/validation/published.yaml --capacity 64KiB", 64, "measurements of a validation"),
    (
      "gap --network configs/mappings/alexnet-conv2.yaml --capacity 64KiB", 64,
      "is a mapping, which 'tilebound evaluate"
    ),
    (
      "sweep configs/networks/alexnet.yaml --output x.csv", 64,
      "needs the Buffer's size: give --capacity, for example: tilebound sweep"
    ),
    (
      "sweep model.onnx --capacity 1KiB --output x.csv", 64, "model.onnx: cannot be read: No such file or directory"
    ),
    ("sweep configs/energy/simba.yaml --output x.csv", 64, "is an energy model, which --energy takes; a sweep is"),
    ("sweep configs/platforms/simba-like.yaml --output x.csv", 64, "is a platform, which 'tilebound validate"),
    ("sweep configs/mappings/alexnet-conv2.yaml --output x.csv", 64, "is a mapping, which 'tilebound evaluate"),
    ("sweep results/validation/published.yaml --output x.csv", 64, "is the measurements of a validation, which 'tile"),
    (
      "sweep results/built-in.yaml Fuzz/corpus/sweep/all.yaml --output x.csv", 64,
      "results/built-in.yaml and Fuzz/corpus/sweep/all.yaml are 2 sweep files; one is expected\n"
    ),
  ]

  /// An empty name is none, as a variable of a script may have it.
  @Test(arguments: [
    "gap --gemm 4x4x4 --capacity 1KiB --output", "optimize --gemm 4x4x4 --capacity 1KiB --timeloop",
    "export --gemm 4x4x4 --capacity 1KiB --to c --output", "convert alexnet --output",
    "report results/built-in.csv --no-plots --output", "sweep alexnet --capacity 1KiB --output", "merge x.csv --output",
  ])
  func emptyNames(line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    try expectRefusal(of: words + [""], code: 64, message: "\(words.last ?? ""): is empty; a file's name is expected")
  }

  @Test(arguments: cases(refused))
  func refusals(line: String, code: Int32, message: String) throws {
    try expectRefusal(of: line, code: code, message: message)
  }

  /// The same of lines with words in which there are blanks, or nothing.
  @Test func refusalsOfOtherWords() throws {
    try expectRefusal(
      of: ["evaluate", "--shape", "k=4096,c=4096,p=200", "--nest", "[outputs] [inputs] [weights]", "--replay"],
      code: 64,
      message: "--replay: the layer has 3355443200 MACs; a replay takes layers of at most")
    try expectRefusal(
      of: ["convert", "configs/networks/alexnet.yaml", "--name", ""], code: 64,
      message: "--name: is empty; a text is expected")
  }

  /// A file whose name is no file's is pointed out.
  @Test func filesWithoutDots() throws {
    try withTemporaryFolder { folder in
      let outcome = try Program.shell("touch net && tilebound gap net --capacity 64KiB", in: folder)
      #expect(outcome.code == 64)
      #expect(
        outcome.error
          == "tilebound: --network: 'net' has neither a dot nor a slash, which a file's name has; './net' is the file\n"
      )
    }
  }
}
