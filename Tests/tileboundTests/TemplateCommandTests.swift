import Foundation
import TestSupport
import Testing

/// `optimize` and `curve --template` as users run them.
struct TemplateCommandTests {
  private static let layer = "--gemm 24x20x32 --capacity 200B"
  private static let template = "k~ [outputs] c~ p~ [inputs] [weights]"

  private static let refused: [(template: String, options: String, message: String)] = [
    ("", layer, "--template: is empty; a nest is expected, as k [weights] p q [inputs] c [outputs]"),
    (
      "k: [outputs] [inputs] [weights]", layer,
      "--template: word 1: 'k:' is neither a loop as in k, k:20 or r%2, back and forth as in k~ or k:20~, nor a keep as in "
        + "[outputs]"
    ),
    ("k x~ [outputs] [inputs] [weights]", layer, "--template: word 2: 'x~' is neither a loop"),
    ("k % [outputs] [inputs] [weights]", layer, "--template: word 2: '%' is neither a loop"),
    ("k [output] [inputs] [weights]", layer, "--template: word 2: unknown tensor 'output'; did you mean 'outputs'?"),
    ("k [outputs] [inputs]", layer, "--template: weights is kept 0 times; each of"),
    (
      "k:2 k:3 [outputs] [inputs] [weights]", layer,
      "--template: the loop k:3 is inside k:2; up to k:2 is accepted there"
    ),
    ("k%2 [outputs] [inputs] [weights]", layer, "--template: a loop walks phases of k; only p, q, r and s have phases"),
    ("split k:2 { k [outputs] }", layer, "--template: word 1: 'split' is neither a loop"),
    (
      "k:99 [outputs] [inputs] [weights]", layer,
      "--template: the loop k:99 has a tile of 99, but k is 20; 1 to 20 is accepted"
    ),
    (template, "\(layer) --pieces 2", "--template: is one nest, which does not go with --pieces"),
    (
      template, "\(layer) --dataflow ws",
      "--template: its keeps are in the order os-iw, which --dataflow excludes; leave that out"
    ),
    (
      template, "\(layer) --phases on",
      "--template: the nest has no loops over phases, which --phases on asks for; they are written as r%2"
    ),
    (
      template, "\(layer) --phases outputs",
      "--template: the nest has no loops over phases, which --phases outputs asks for; they are written as p%2"
    ),
    (
      "p%2 [outputs] [inputs] [weights]", "\(layer) --phases off",
      "--template: a loop walks phases of p, which --phases off excludes"
    ),
    (
      "k:3 [weights] [inputs] [outputs]", "\(layer) --tiles k=2*",
      "gemm: the template: the loop over k has a tile of 3, and tiles of k are multiples of 2"
    ),
    (
      "k:3 [weights] [inputs] [outputs]", "--gemm 24x20x32 --capacity 2KiB --on-chip weights",
      "gemm: the template: the loop over k by 3 cuts weights, which are on the chip whole; it belongs inside their keep"
    ),
  ]

  @Test("What is no template, or contradicts other options, is refused", arguments: refused.indices)
  func refusals(_ index: Int) throws {
    let (template, options, message) = Self.refused[index]
    let arguments = ["optimize"] + options.split(separator: " ").map(String.init) + ["--template", template]
    try expectRefusal(of: arguments, code: 64, message: message)
  }

  @Test func nothingFits() throws {
    try expectRefusal(
      of: ["optimize", "--gemm", "24x20x32", "--capacity", "40B", "--template", "k [outputs] c [inputs] [weights]"],
      code: 2, message: "gemm: no tile sizes of the template fit 40 B; the smallest need 49 B")
  }

  @Test(arguments: ["k<=2", "divisors"]) func noTileSuits(rule: String) throws {
    try expectRefusal(
      of: [
        "optimize", "--gemm", "6x4x8", "--capacity", "1KiB", "--template", "k:3 [weights] [inputs] [outputs]",
        "--tiles", rule,
      ],
      code: 64, message: "gemm: no tile sizes of the template were found that are \(rule)")
  }

  /// What a record says is counted again from its mapping, in every form and under every rule and layout.
  @Test(arguments: [
    "", "--reuse sliding", "--reuse none", "--double-buffer inputs", "--tiles k=4*,c=2*", "--dataflow os",
    "--bits inputs=4,weights=8,outputs=8,partial-sums=24", "--time-limit 1min",
  ])
  func recordsReplay(options: String) throws {
    try withTemporaryFolder { folder in
      let line = "tilebound optimize \(Self.layer) --template '\(Self.template)' --no-timing \(options)"
      let replay = options.hasPrefix("--time") || options.hasPrefix("--dataflow") ? "" : options
      for command in [
        "\(line) --output a.json", "\(line) --output a.csv", "\(line) --mapping a.yaml --quiet",
        "tilebound evaluate \(Self.layer) --mapping a.yaml --replay --output b.json \(replay)",
        "tilebound report a.json --no-plots --output a.html", "tilebound report a.csv --no-plots --output b.html",
      ] {
        let outcome = try Program.shell(command, in: folder)
        #expect(outcome.code == 0, "\(command): \(outcome.error)")
      }
      func record(_ file: String) throws -> [String: Any] {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)"))
        let document = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return try #require((document?["records"] as? [[String: Any]])?.first)
      }
      let (found, replayed) = (try record("a.json"), try record("b.json"))
      #expect(replayed["replay_agrees"] as? Bool == true)
      for key in ["mapping", "traffic_bits", "occupancy_bits", "energy"] {
        #expect((found[key] as? NSObject) == (replayed[key] as? NSObject), "\(key)")
      }
      #expect(found["dataflow"] as? String == "os-iw" && found["optimal_dataflows"] == nil)
      #expect((found["search"] as? [String: Any])?["complete"] as? Bool == true)
    }
  }

  /// No order of keeps but the template's is said to attain anything.
  @Test func table() throws {
    let outcome = try Program.shell(
      "tilebound optimize alexnet --layer conv5,fc8 --capacity 64KiB --template 'k [weights] p q c:8 [inputs] [outputs]' --quiet",
      in: Program.root.path)
    #expect(outcome.code == 0, "\(outcome.error)")
    #expect(outcome.output.contains("template k [weights] p q c:8 [inputs] [outputs]"))
    #expect(!outcome.output.contains("attained by") && outcome.output.contains("conv5"))
  }

  /// `gap` holds what `optimize` finds against the bound and the best of each order of keeps.
  @Test func gap() throws {
    let shape = "--gemm 24x20x32 --capacity 128B,777B --template '\(Self.template)'"
    func document(_ line: String) throws -> [String: Any] {
      let outcome = try Program.shell("tilebound \(line) --format json", in: Program.root.path)
      #expect(outcome.code == 0, "\(outcome.error)")
      return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }
    let gaps = try document("gap \(shape)")
    #expect(gaps["curves"] == nil)
    let records = try #require(gaps["records"] as? [[String: Any]])
    #expect(records.count == 2)
    for (record, capacity) in zip(records, ["128B", "777B"]) {
      let line = shape.replacing("128B,777B", with: capacity)
      let alone = try #require((try document("optimize \(line)")["records"] as? [[String: Any]])?.first)
      #expect(record["mapping"] as? NSObject == alone["mapping"] as? NSObject)
      #expect(record["energy"] as? NSObject == alone["energy"] as? NSObject && record["optimal_dataflows"] == nil)
      let free = try document("gap \(line)".replacing(" --template '\(Self.template)'", with: ""))
      let other = try #require((free["records"] as? [[String: Any]])?.first)
      #expect(record["dataflows"] as? NSObject == other["dataflows"] as? NSObject && other["dataflows"] != nil)
    }
    let table = try Program.shell("tilebound gap \(shape) --wide", in: Program.root.path)
    #expect(table.output.contains("template") && !table.output.contains("attain"), "\(table.output)")
    try expectRefusal(
      of: ["gap", "--gemm", "24x20x32", "--capacity", "40B", "--template", "k [outputs] c [inputs] [weights]"],
      code: 2, message: "gemm: no tile sizes of the template fit 40 B; the smallest need 49 B")
  }

  /// A curve has what `optimize` finds at each size, or less where a smaller one has that.
  @Test(arguments: ["", "--reuse sliding", "--double-buffer inputs"])
  func curve(options: String) throws {
    func dataBits(_ command: String, _ capacities: String) throws -> [Double] {
      let outcome = try Program.shell(
        "tilebound \(command) --gemm 24x20x32 --capacity \(capacities) --template '\(Self.template)' --format json \(options)",
        in: Program.root.path)
      #expect(outcome.code == 0, "\(outcome.error)")
      let document = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
      #expect(document?["curves"] == nil)
      return try #require(document?["records"] as? [[String: Any]]).map { record in
        #expect(record["optimal_dataflows"] == nil)
        return try #require((record["energy"] as? [String: Any])?["data"] as? Double)
      }
    }
    let capacities = ["128B", "200B", "256B", "777B", "1KiB"]
    let alone = try capacities.flatMap { try dataBits("optimize", $0) }
    let least = alone.indices.map { alone[...$0].min() ?? .infinity }
    #expect(try dataBits("curve", capacities.joined(separator: ",")) == least)
  }

  /// A sweep has what `curve` finds, whether the template stands in its file or among the options, whole or in shards.
  @Test func sweep() throws {
    try withTemporaryFolder { folder in
      func run(_ line: String) throws -> String {
        let outcome = try Program.shell("tilebound \(line)", in: folder)
        #expect(outcome.code == 0, "\(outcome.error)")
        return outcome.output
      }
      try "network: g\nlayers:\n  - {name: a, gemm: {m: 24, n: 20, k: 32}}\n  - {name: b, gemm: {m: 30, n: 7, k: 9}}\n"
        .write(
          toFile: "\(folder)/g.yaml", atomically: true, encoding: .utf8)
      try "networks: g.yaml\ncapacities: [128B, 777B]\ntemplate: '\(Self.template)'\n".write(
        toFile: "\(folder)/s.yaml", atomically: true, encoding: .utf8)
      let table = try run("sweep s.yaml --output whole.csv")
      #expect(table.contains("each at its capacities\ntemplate \(Self.template)\n"), "\(table)")
      let whole = try String(contentsOfFile: "\(folder)/whole.csv", encoding: .utf8)
      let options = "g.yaml --capacity 128B,777B --template '\(Self.template)'"
      #expect(try run("sweep \(options) --output - --format csv --quiet") == whole)
      _ = try run("sweep s.yaml --shard 1/2 --output 1.csv && tilebound sweep s.yaml --shard 2/2 --output 2.csv")
      _ = try run("merge 1.csv 2.csv --output merged.csv")
      #expect(try String(contentsOfFile: "\(folder)/merged.csv", encoding: .utf8) == whole)
      let curve = try run("curve \(options) --layer a,b --format csv")
      func energies(_ csv: String) throws -> Set<[String]> {
        let rows = csv.split(separator: "\n").map {
          $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let places = try ["layer", "energy_data", "mapping"].map { try #require(rows[0].firstIndex(of: $0)) }
        return Set(rows.dropFirst().map { row in places.map { row[$0] } })
      }
      #expect(try energies(curve) == energies(whole))
      let refusal = try Program.shell("tilebound sweep s.yaml --capacity 4B --output x.csv", in: folder)
      #expect(refusal.code == 2 && refusal.error.contains("no tile sizes of the template fit 4 B"), "\(refusal.error)")
    }
  }

  @Test(arguments: [
    ("", 64, "--template takes the sizes at which nests are sought, as in --capacity 1KiB...1MiB"),
    ("--capacity 1KiB --within 5%", 64, "--within takes a curve of all capacities"),
    ("--capacity 1KiB --plot a.svg", 64, "--plot takes a curve of all capacities"),
    ("--capacity 1KiB --pieces 2", 64, "--template: is one nest, which does not go with --pieces"),
    ("--capacity 4B,1KiB", 2, "gemm: no tile sizes of the template fit 4 B; the smallest need 26 B"),
  ])
  func curveRefuses(options: String, code: Int32, message: String) throws {
    let arguments =
      ["curve", "--gemm", "24x20x32", "--template", Self.template] + options.split(separator: " ").map(String.init)
    try expectRefusal(of: arguments, code: code, message: message)
  }

  /// Of layers one by one each has its points, of a network the sum.
  @Test func curveTables() throws {
    let line = "tilebound curve alexnet --capacity 64KiB,1MiB --template 'k [weights] p q [inputs] c [outputs]'"
    let layers = try Program.shell("\(line) --layer conv5,fc8", in: Program.root.path)
    #expect(layers.output.contains("\nconv5:\n") && layers.output.contains("\nfc8:\n"), "\(layers.error)")
    let network = try Program.shell(line, in: Program.root.path)
    #expect(network.output.contains("data over least") && !network.output.contains("fits from"), "\(network.error)")
  }
}
