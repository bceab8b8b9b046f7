import Foundation
import TestSupport
import Testing

/// Validations as users run them.
struct ValidateCommandTests {
  /// Layers of k output maps with energies of 50 pJ a MAC and a tenth more in every third row.
  private static let table: String = {
    var text = "k;total;compute;data\n"
    for k in 1...12 {
      let macs = Double(k * 9 * 6 * 6)
      let data = macs * (k % 3 == 0 ? 55 : 50)
      text += "\(8 * k);\(8 * (data + 0.5608 * macs));\(8 * 0.5608 * macs);\(8 * data)\n"
    }
    return text
  }()

  private func withTable(_ body: (_ file: String, _ folder: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/measured.csv"
      try Self.table.write(toFile: file, atomically: true, encoding: .utf8)
      try body(file, folder)
    }
  }

  private static let options = "--shape p=6,q=6,r=3,s=3 --platform simba"

  @Test func tableAndJSONAndCSV() throws {
    try withTable { file, _ in
      let text = try Program.run("validate \(file) \(Self.options) --levels")
      #expect(text.code == 0, "\(text.error)")
      #expect(text.output.hasPrefix("measured: 12 layers on simba, energies in pJ\n"))
      #expect(text.output.contains("computing over MACs: 0.5608000 to 0.5608000; the platform's MAC: 0.5608000"))
      #expect(text.output.contains("data ~ v + v², v = k"))
      #expect(text.output.contains("all levels") && text.output.contains("12 of 12"))
      // Each row of a table of bounds is explained, and its factors have one form.
      #expect(text.output.contains("  DRAM: with a Buffer of all memories on the chip, then of each level alone"))
      let bounds = text.output.matches(of: #/\d of 12 ([ \d.]+) line/#).map(\.output.1)
      let factors = bounds.flatMap { $0.split(separator: " ") }
      #expect(bounds.count == 4 && factors.count == 5 * bounds.count, "\(text.output)")
      #expect(factors.allSatisfy { $0.drop { "0.".contains($0) }.filter(\.isNumber).count == 4 }, "\(factors)")
      let plain = try Program.run("validate \(file) \(Self.options)")
      #expect(plain.code == 0 && !plain.output.contains("all levels"))

      #expect(!plain.output.contains("not those that were measured") && !plain.output.contains("does not hold"))
      let strange = try Program.run("validate \(file) --shape p=6,q=6,r=30,s=30 --platform eyeriss")
      #expect(strange.output.contains("so layers, units or the platform are not those that were measured"))
      #expect(strange.output.contains("where one does not hold, what was measured has other energies"))

      let json = try Program.run("validate \(file) \(Self.options) --levels --format json")
      let document = try #require(
        try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
      #expect(document["schema"] as? String == "tilebound-validation/1")
      #expect((document["producer"] as? [String: String]).map { Set($0.keys) } == Program.producerKeys)
      let set = try #require((document["data_sets"] as? [[String: Any]])?.first)
      let rows = try #require(set["rows"] as? [[String: Any]])
      #expect(
        rows.count == 12 && rows[0]["shape"] as? String == "k=8,p=6,q=6,r=3,s=3,h=8,w=8" || rows[0]["line"] as? Int == 2
      )
      let csv = try Program.run("validate \(file) \(Self.options) --levels --format csv")
      let lines = csv.output.split(separator: "\n")
      #expect(lines.count == 13 && lines[0].hasPrefix("data_set,platform,line,shape,macs,term,"))
      #expect(lines[1].hasPrefix("measured,simba,2,\""))
      // The same whatever the number of threads.
      #expect(
        try Program.run("validate \(file) \(Self.options) --levels --format csv --threads 1").output == csv.output)
    }
  }

  @Test func pagesAndPictures() throws {
    try withTable { file, folder in
      let html = try Program.run("validate \(file) \(Self.options) --levels --page \(folder)/page.html --quiet")
      #expect(html.code == 0 && html.output.isEmpty, "\(html.error)")
      let page = try String(contentsOfFile: "\(folder)/page.html", encoding: .utf8)
      #expect(page.contains("<svg") && page.contains("data ~ v + v²") && !page.contains("{{"))
      let markdown = try Program.run(
        "validate \(file) \(Self.options) --page \(folder)/page.md --plot \(folder)/plots --quiet")
      #expect(markdown.code == 0, "\(markdown.error)")
      let text = try String(contentsOfFile: "\(folder)/page.md", encoding: .utf8)
      for part in text.components(separatedBy: "](").dropFirst() {
        let picture = "\(folder)/\(part.prefix { $0 != ")" })"
        #expect(FileManager.default.fileExists(atPath: picture), "\(picture)")
      }
      #expect(text.contains("](plots/measured-series.svg)"))
      // Without a folder of pictures the page has its tables alone.
      let bare = try Program.run("validate \(file) \(Self.options) --page \(folder)/page.md --quiet")
      #expect(bare.code == 0, "\(bare.error)")
      let lines = text.split(separator: "\n")
      #expect(
        try String(contentsOfFile: "\(folder)/page.md", encoding: .utf8).split(separator: "\n")
          == lines.filter { !$0.hasPrefix("![") } && lines.contains { $0.hasPrefix("![") })
    }
  }

  /// A table of a network's layers has a line for each.
  @Test func layersOfANetwork() throws {
    try withTemporaryFolder { folder in
      // A byte of each tensor crosses once, at 8 pJ a bit; measured is twice that.
      let words = [(6, 9216 + 37_748_736 + 4096), (7, 4096 + 16_777_216 + 4096), (8, 4096 + 4_096_000 + 1000)]
      let rows = words.map { "\($0);\(3 * 64 * $1);\(64 * $1);\(2 * 64 * $1)\n" }
      try ("layer;total;compute;data\n" + rows.joined()).write(
        toFile: "\(folder)/fc.csv", atomically: true, encoding: .utf8)
      let outcome = try Program.run("validate fc.csv --network alexnet --platform simplearch", in: folder)
      #expect(outcome.code == 0, "\(outcome.error)")
      let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
      let start = try #require(lines.firstIndex(of: "measured energy of data, layer by layer"))
      #expect(
        lines[start + 1] == "layer MACs measured bound, DRAM measured over it measured a MAC above DRAM's bound a MAC")
      #expect(lines[start + 2] == "fc6 37 748 736 4.834e+09 2.417e+09 2.000 128.0 64.02")
      #expect(lines[start + 4] == "fc8 4 096 000 5.249e+08 2.625e+08 2.000 128.2 64.08")
      #expect(!outcome.output.contains("residuals by parameter"))
      let refused = try Program.run("validate fc.csv --platform simplearch", in: folder)
      #expect(refused.code == 64)
      #expect(
        refused.error == "tilebound: fc.csv: the column 'layer' needs a network, as in --network alexnet\n",
        "\(refused.error)")
    }
  }

  @Test func refusals() throws {
    try withTable { file, folder in
      func check(_ arguments: String, _ message: String) throws {
        let outcome = try Program.run("validate " + arguments)
        #expect(outcome.code == 64 && outcome.output.isEmpty, "\(arguments)")
        #expect(outcome.error.split(separator: "\n").count == 1, "\(arguments)")
        #expect(outcome.error.contains(message), "\(arguments): \(outcome.error)")
      }
      try check(file, "give --platform, one of simba, simba-accelergy-0-3, eyeriss, simplearch, or a file")
      try check("\(file) --platform simbo", "did you mean 'simba'?")
      try check("\(file) --platform simba", "measured.csv:2: '")
      try check("\(folder)/gone.csv --platform simba", "gone.csv: cannot be read")
      try check("\(file) \(Self.options) --bins 0", "--bins: is 0")
      try check("\(file) \(Self.options) --below 5", "--below: limits what goes into --bins")
      try check("\(file) \(Self.options) --bins 50", "measured.csv: ")
      try check("\(file) \(Self.options) --page x.txt", "a name in .html or .md is accepted")
      try check("\(file) \(Self.options) --data-folder x", "goes with a YAML file")
      try check("results/validation/published.yaml --shape k=3", "--shape: stands in")
      try check("results/validation/published.yaml --network alexnet", "--network: stands in")
      try check("results/validation/published.yaml", "simba_energy_d.csv: cannot be read")
    }
  }
}
