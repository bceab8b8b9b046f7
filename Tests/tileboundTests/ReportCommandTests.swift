import Foundation
import TestSupport
import Testing

/// `tilebound report` on files that other commands wrote.
struct ReportCommandTests {
  /// What stands in the page as a command, as a shell gets it.
  private func commandLines(_ page: String) -> [String] {
    page.matches(of: /<pre><code>(.*)<\/code><\/pre>/).map { match in
      [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")].reduce(String(match.output.1)) {
        $0.replacingOccurrences(of: $1.0, with: $1.1)
      }
    }
  }

  /// The command under a mapping replays it and counts the same; the one for a file without a command finds it again.
  @Test(
    arguments: cases([
      "--shape n=2,g=2,k=5,c=3,h=5,w=4,r=3,s=2,stride=2x1,padding=1,biases=true --capacity 60B --bits partial-sums=24",
      "--shape k=4,c=3,p=6,q=5,r=3,s=3,padding=1x2x0x0 --capacity 55B --reuse none",
      "--network alexnet --layer fc8 --capacity 4KiB --energy horowitz-45nm-int8",
    ]))
  func commandsOnThePageWork(arguments: String) throws {
    try withTemporaryFolder { folder in
      let made = try Program.run("optimize \(arguments) --format csv --no-timing --output \(folder)/r.csv")
      #expect(made.code == 0, "\(made.error)")
      let report = try Program.run("report \(folder)/r.csv --no-plots")
      #expect(report.code == 0, "\(report.error)")
      let lines = commandLines(report.output)
      #expect(lines.count == 2)
      let first = try #require(lines.first)
      let again = try Program.shell(first + " --no-timing")
      let original = try String(contentsOfFile: "\(folder)/r.csv", encoding: .utf8)
      #expect(again.code == 0 && again.output == original, "\(first): \(again.error)")

      let replay = try #require(lines.last)
      #expect(replay.hasSuffix(" --replay"))
      let replayed = try Program.shell(replay + " --format json")
      #expect(replayed.code == 0, "\(replay): \(replayed.error)")
      let (counted, found) = (
        try record(replayed.output), try record(Program.run("optimize \(arguments) --format json").output)
      )
      for key in ["traffic_bits", "energy", "occupancy_bits", "mapping", "shape", "bits", "reuse", "capacity_bits"] {
        #expect(counted[key] == found[key] && found[key] != nil, "\(key)")
      }
      #expect(counted["replay_agrees"] == "[true]")
    }
  }

  /// The values of a document's first record, each as text.
  private func record(_ text: String) throws -> [String: String] {
    let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let record = try #require((document["records"] as? [[String: Any]])?.first)
    return try record.mapValues {
      String(decoding: try JSONSerialization.data(withJSONObject: [$0], options: .sortedKeys), as: UTF8.self)
    }
  }

  @Test func filtersChooseRecords() throws {
    try withTemporaryFolder { folder in
      _ = try Program.run(
        "gap --network alexnet --capacity 8KiB...32KiB --reuse sliding --format json --output \(folder)/a.json")
      _ = try Program.run("optimize --shape p=4,k=4,c=4 --capacity 16KiB --format csv --output \(folder)/s.csv")
      func records(_ filters: String) throws -> Int {
        let outcome = try Program.run("report \(folder)/a.json \(folder)/s.csv \(filters) --title Chosen --no-plots")
        #expect(outcome.code == 0 && outcome.output.contains("<h1>Chosen</h1>"), "\(outcome.error)")
        return outcome.output.matches(of: /<details id/).count
      }
      #expect(try records("") == 25)
      #expect(try records("--network alexnet") == 24)
      #expect(try records("--layer conv2") == 3)
      #expect(try records("--layer conv2 --layer fc8") == 6)
      #expect(try records("--capacity 16KiB") == 9)
      #expect(try records("--network Alex-Net --layer conv2,fc*") == 12)
      #expect(try records("--layer conv2 --capacity 8KiB,16KiB --network alexnet") == 2)
      let page = "\(folder)/r.html"
      let written = try Program.run("report \(folder)/a.json --output \(page)")
      #expect(written.code == 0 && written.output.isEmpty)
      let printed = try Program.run("report \(folder)/a.json")
      #expect(try String(contentsOfFile: page, encoding: .utf8) == printed.output)
      #expect(
        printed.output.contains("tilebound gap --network alexnet --capacity 8KiB...32KiB --reuse sliding --format json")
      )
      #expect(printed.output.hasSuffix("</html>\n"))
    }
  }

  /// Where the program does not have the energy model, the page says what the command under a mapping lacks; and where a
  /// sweep made the file, its command is there, complete.
  @Test func commandsAreCompleteOrSaidNotToBe() throws {
    try withTemporaryFolder { folder in
      try Data("energy: mine\nunit: pJ\nmac: 0.5\nread: 1\nwrite: 4\n".utf8).write(
        to: URL(fileURLWithPath: "\(folder)/mine.yaml"))
      let sweep = "sweep --network alexnet --capacity 64KiB --energy mine.yaml,horowitz-45nm-int8 --reuse sliding"
      #expect(try Program.run("\(sweep) --output s.csv --quiet", in: folder).code == 0)
      let page = try Program.run("report s.csv --no-plots", in: folder).output
      #expect(page.contains("<pre><code>tilebound \(sweep) --output s.csv</code></pre>"))
      let remark =
        "For these energies add --energy with the file of the energy model mine: per MAC 0.5, per bit read 1, "
        + "per bit written 4 pJ."
      #expect(page.components(separatedBy: remark).count == 9)
      #expect(page.components(separatedBy: "--energy horowitz-45nm-int8 --replay").count == 9)
      // A file that was changed is no longer what the sweep made.
      let text = try String(contentsOfFile: "\(folder)/s.csv", encoding: .utf8)
      try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: "\(folder)/s.csv"))
      #expect(try Program.run("report s.csv --no-plots", in: folder).output.contains("does not record the command"))
    }
  }

  /// The knees that a sweep's index has are those of a search, and of all its layers alone.
  @Test func kneesWithAnIndexAreThoseWithout() throws {
    try withTemporaryFolder { folder in
      let sweep = "sweep alexnet --layer conv5,fc* --capacity 16KiB...128KiB --reuse sliding --output s.csv --quiet"
      #expect(try Program.run(sweep, in: folder).code == 0)
      try FileManager.default.copyItem(atPath: "\(folder)/s.csv", toPath: "\(folder)/alone.csv")
      func knees(_ arguments: String) throws -> [String] {
        let outcome = try Program.run("report \(arguments)", in: folder)
        #expect(outcome.code == 0, "\(outcome.error)")
        return outcome.output.matches(of: /within 5 % from [^;<]*/).map { String($0.output) }
      }
      let whole = try knees("s.csv")
      #expect(try !whole.isEmpty && knees("alone.csv") == whole)
      let one = try knees("s.csv --layer fc8")
      #expect(try !one.isEmpty && one != whole && knees("alone.csv --layer fc8") == one)
    }
  }

  @Test func refusals() throws {
    try withTemporaryFolder { folder in
      _ = try Program.run(
        "optimize --network alexnet --capacity 8KiB --reuse sliding --format json --output \(folder)/a.json")
      let text = try String(contentsOfFile: "\(folder)/a.json", encoding: .utf8)
      func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      try write("other.json", text.replacingOccurrences(of: "tilebound-results/1", with: "tilebound-results/9"))
      try write("bounds.json", Program.run("bound --shape p=4 --capacity 64B --format json").output)
      try write("tampered.json", text.replacing(/"inputs_read" : (\d+)/) { "\"inputs_read\" : 1\($0.output.1)" })
      try write("empty.json", "")
      for (arguments, message) in [
        ("\(folder)/other.json", "schema: is 'tilebound-results/9'; only 'tilebound-results/1' can be read"),
        ("\(folder)/bounds.json", "schema: is 'tilebound-bounds/1'"),
        (
          "\(folder)/a.json \(folder)/tampered.json",
          "tampered.json: record 1 (conv1): mapping: the record's counts are not those of its mapping on its shape"
        ),
        ("\(folder)/empty.json", "the file is empty"),
        (
          "\(folder)/a.json --layer conv9",
          "--layer: \(folder)/a.json has no layer 'conv9'; did you mean 'conv1'? it has conv1, conv2, conv3, conv4, conv5, "
        ),
        ("\(folder)/a.json --network vgg16", "--network: unknown network 'vgg16'; accepted: alexnet\n"),
        (
          "\(folder)/a.json --network AlexNet --layer conv1,fc* --capacity 1KiB",
          "no record of \(folder)/a.json is of --network AlexNet, --layer conv1,fc*, --capacity 1KiB"
        ),
      ] {
        let outcome = try Program.run("report \(arguments) --output \(folder)/r.html")
        #expect(outcome.code == 64 && outcome.output.isEmpty && outcome.error.contains(message), "\(outcome.error)")
        #expect(outcome.error.hasPrefix("tilebound: ") && outcome.error.count { $0 == "\n" } == 1)
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/r.html"))
      }
      let nowhere = try Program.run("report \(folder)/a.json --output \(folder)/no/r.html")
      #expect(nowhere.code == 1 && nowhere.error.contains("cannot be written: No such file or directory"))
    }
  }
}
