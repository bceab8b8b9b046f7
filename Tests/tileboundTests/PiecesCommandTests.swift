import Foundation
import TestSupport
import Testing

/// `--pieces` as users run it, and what becomes of mappings in pieces.
struct PiecesCommandTests {
  private static let gemm = "--gemm 24x20x32 --capacity 200B"

  private func records(_ line: String) throws -> [[String: Any]] {
    let timing = line.hasPrefix("optimize") ? " --no-timing" : ""
    let outcome = try Program.run("\(line)\(timing) --format json")
    #expect(outcome.code == 0, "\(line): \(outcome.error)")
    let document = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    return try #require(document?["records"] as? [[String: Any]], "\(line)")
  }

  /// The file of a network of these layers.
  private func network(_ layers: [String], in folder: String) throws -> String {
    let table = "network: net\nsource: a test\nlayers:\n" + layers.map { "  - \($0)\n" }.joined()
    try Data(table.utf8).write(to: URL(fileURLWithPath: "\(folder)/net.yaml"))
    return "\(folder)/net.yaml"
  }

  private func energy(_ record: [String: Any]) throws -> Double {
    try #require((record["energy"] as? [String: Any])?["total"] as? Double)
  }

  /// A record in pieces says what a table says, and its mapping replays from every form.
  @Test func recordsReplay() throws {
    try withTemporaryFolder { folder in
      let line = "optimize \(Self.gemm) --pieces 3"
      let record = try #require(records(line).first)
      let search = try #require(record["search"] as? [String: Any])
      #expect((record["mapping"] as? [[String: Any]])?.first?["first"] != nil && record["optimal_dataflows"] == nil)
      #expect(search["complete"] as? Bool == false && search["scored"] as? Int ?? 0 > 0)
      let single = try energy(#require(records("optimize \(Self.gemm)").first))
      #expect(try energy(record) < single)
      let table = try Program.run("\(line) --mapping \(folder)/given.yaml --quiet")
      #expect(table.output.replacing(" ", with: "").contains("gemm12\(Int(try energy(record)))\(Int(single))"))

      for form in ["json", "csv"] {
        #expect(try Program.run("\(line) --no-timing --output \(folder)/pieces.\(form)").code == 0)
        let export = "export --result \(folder)/pieces.\(form) --to json --output \(folder)/\(form).json"
        #expect(try Program.run(export).code == 0)
        let page = try Program.run("report \(folder)/pieces.\(form) --no-plots")
        #expect(page.code == 0 && page.output.contains("piece 2: "), "\(page.error)")
      }
      for file in ["given.yaml", "json.json", "csv.json"] {
        let evaluate = "evaluate \(Self.gemm) --mapping \(folder)/\(file) --replay --format csv"
        let outcome = try Program.run("\(evaluate) --output \(folder)/replayed.csv")
        #expect(outcome.code == 0, "\(outcome.error)")
        let replayed = try String(contentsOfFile: "\(folder)/replayed.csv", encoding: .utf8)
        #expect(replayed.contains(",split ") && replayed.hasSuffix(",true\n"), "\(replayed)")
        #expect(replayed.contains(",\(Int(try energy(record))),"), "\(replayed)")
      }
    }
  }

  /// A program of a mapping in pieces runs, with its words in places of their own for each.
  @Test(.enabled(if: (try? Program.shell("cc --version"))?.code == 0, "needs a C compiler, cc"))
  func programRuns() throws {
    try withTemporaryFolder { folder in
      let commands = [
        "tilebound optimize \(Self.gemm) --pieces 2 --output pieces.csv",
        "tilebound export --result pieces.csv --to c --output gemm.c", "cc -std=c11 -O1 gemm.c -o gemm", "./gemm",
      ]
      let outcome = try Program.shell(commands.joined(separator: " && "), in: folder)
      #expect(outcome.code == 0 && outcome.output.hasPrefix("gemm: 0 of 480 outputs differ"), "\(outcome.error)")
    }
  }

  /// Where a layer ends with one piece its record is that of one nest.
  @Test func oneNestIsAsWithoutPieces() throws {
    try withTemporaryFolder { folder in
      let layers = [
        "{name: whole, gemm: {m: 3, n: 5, k: 7}, count: 2, biases: true}", "{name: gemm, gemm: {m: 24, n: 20, k: 32}}",
      ]
      let line = "optimize \(try network(layers, in: folder)) --capacity 200B"
      func data(_ records: [[String: Any]]) throws -> [Data] {
        try records.map { try JSONSerialization.data(withJSONObject: $0, options: .sortedKeys) }
      }
      let nests = try data(records(line))
      let pieces = try data(records("\(line) --pieces auto"))
      #expect(nests[0] == pieces[0] && nests[1] != pieces[1])
      #expect(try data(records("\(line) --pieces 1")) == nests)
    }
  }

  /// Layers that are given in parts have no bound each, and their total has one.
  @Test func partsHaveATotal() throws {
    try withTemporaryFolder { folder in
      let layers = [
        "{name: up-1, part-of: up, gemm: {m: 24, n: 20, k: 32}}",
        "{name: up-2, part-of: up, gemm: {m: 24, n: 12, k: 32}}", "{name: fc, gemm: {m: 3, n: 5, k: 7}}",
      ]
      let line = "optimize \(try network(layers, in: folder)) --capacity 200B --pieces 2 --quiet"
      let outcome = try Program.run(line)
      #expect(outcome.code == 0, "\(outcome.error)")
      let rows = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      for name in ["up", "total"] {
        let row = try #require(rows.first { $0.first == name })
        #expect(row.last == "%" && row.count { $0 == "%" } == 2, "\(outcome.output)")
      }
    }
  }

  /// A curve has at each capacity what optimize finds there, or what it finds at a smaller one; never more than one nest.
  @Test func curves() throws {
    try withTemporaryFolder { folder in
      let layers = [
        "{name: first, gemm: {m: 24, n: 20, k: 32}, count: 2}", "{name: second, gemm: {m: 12, n: 17, k: 9}}",
      ]
      let file = try network(layers, in: folder)
      let (bytes, options) = ([60, 90, 130, 200, 300], "--pieces 2")
      let capacities = bytes.map { "\($0)B" }.joined(separator: ",")
      let points = try records("curve \(file) --capacity \(capacities) \(options)")
      #expect(points.count == 2 * bytes.count)
      var nestsAreBeaten = 0
      for (layer, name) in ["first", "second"].enumerated() {
        var least = Double.infinity
        for (index, bytes) in bytes.enumerated() {
          let one = "optimize \(file) --layer \(name) --capacity \(bytes)B"
          let (found, nest) = (
            try energy(#require(records("\(one) \(options)").first)), try energy(#require(records(one).first))
          )
          least = min(least, found)
          let point = points[layer * 5 + index]
          #expect(point["layer"] as? String == name && point["capacity_bits"] as? Int == 8 * bytes)
          #expect(try energy(point) == least && least <= nest, "\(name) at \(bytes)")
          #expect(point["occupancy_bits"] as? Int ?? .max <= 8 * bytes)
          nestsAreBeaten += least < nest ? 1 : 0
        }
      }
      #expect(nestsAreBeaten > 2)
      let totals = try Program.run("curve \(file) --capacity \(capacities) \(options) --total --format csv").output
      let sums = totals.split(separator: "\n").dropFirst().map { $0.split(separator: ",").map(String.init) }
      for (index, row) in sums.enumerated() {
        let sum = try 2 * energy(points[index]) + energy(points[5 + index])
        #expect(row.prefix(3) == ["net", "3", "\(8 * bytes[index])"] && row.last.flatMap(Double.init) == sum, "\(row)")
      }
      let table = try Program.run("curve \(file) --capacity \(capacities) \(options)").output
      #expect(table.contains("capacity") && table.contains("one nest") && !table.contains("pieces  "), "\(table)")
      let quiet = try Program.run("curve \(file) --capacity \(capacities) \(options) --quiet").output
      #expect(quiet.contains("best of those tried") && !quiet.contains("one nest"), "\(quiet)")
      let single = try Program.run("curve \(file) --layer first --capacity 200B \(options)").output
      #expect(single.contains("   200 B       2  "), "\(single)")
    }
  }

  @Test(arguments: [
    ("curve \(gemm) --pieces 2 --within 5%", 64, "--within sets the knee of curves of one nest"),
    ("curve --gemm 24x20x32 --pieces 2", 64, "--pieces takes the sizes at which mappings in pieces are sought"),
    ("curve --gemm 24x20x32 --capacity inputs=1KiB,weights+outputs=2KiB --pieces 2", 64, "that all tensors share"),
    (
      "curve alexnet --layer fc7,fc8 --capacity 1KiB,2KiB --pieces 2 --plot x.svg", 64,
      "draws one layer or a whole network"
    ),
    ("curve --gemm 24x20x32 --capacity 2B --pieces 2", 2, "no mapping fits 2 B"),
    ("optimize \(gemm) --pieces 0", 64, "--pieces: is '0'; 1 to 256 is accepted, or auto"),
    ("optimize \(gemm) --pieces 2 --plot x.svg", 64, "--plot"),
    ("optimize \(gemm) --pieces 2 --timeloop x.yaml", 64, "--timeloop takes mappings of one nest"),
    ("optimize --gemm 24x20x32 --capacity 2B --pieces 2", 2, "no mapping fits 2 B"),
  ])
  func refusals(line: String, code: Int32, message: String) throws {
    try expectRefusal(of: line, code: code, message: message)
  }

  private static let nest = "[inputs] [weights] [outputs]"

  @Test(arguments: [
    (["export", "--to", "mlir"], 64, "cannot be written in MLIR: it is a mapping in pieces"),
    (["evaluate", "--timeloop", "x.yaml"], 64, "--timeloop takes a mapping of one nest, not one in pieces"),
    (["evaluate", "--capacity", "50B"], 2, "does not fit 50 B; the mapping needs"),
  ])
  func refusedNests(arguments: [String], code: Int32, message: String) throws {
    let given = ["--gemm", "4x6x5", "--nest", "split k:2 { \(Self.nest) } { \(Self.nest) }"]
    try expectRefusal(of: arguments + given, code: code, message: message)
  }
}
