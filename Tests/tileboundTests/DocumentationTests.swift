import Foundation
import TestSupport
import Testing

/// The README and the pages in `Documentation/`: what they show is what the program does.
struct DocumentationTests {
  /// The pages by their paths in the package.
  static let pages: [String] = {
    let folder = Program.root.appending(path: "Documentation")
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return ["README.md"] + names.filter { $0.hasSuffix(".md") }.sorted().map { "Documentation/\($0)" }
  }()

  private static func text(_ page: String) throws -> String {
    try String(contentsOf: Program.root.appending(path: page), encoding: .utf8)
  }

  /// What stands between fences, with the language beside the first and the line before it.
  private static func blocks(_ page: String) throws -> [(language: String, title: String, lines: [String])] {
    var blocks: [(language: String, title: String, lines: [String])] = []
    var (title, isInside) = ("", false)
    for line in try text(page).split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("```") {
        if !isInside { blocks.append((String(line.dropFirst(3)), title, [])) }
        isInside.toggle()
      } else if isInside {
        blocks[blocks.count - 1].lines.append(line)
      } else if !line.isEmpty {
        title = line
      }
    }
    #expect(!isInside, "\(page): a block has no end")
    return blocks
  }

  /// Commands, each after a `$`, with the lines that are shown below them.
  private static func commands(_ lines: [String]) -> [(line: String, shown: [String])] {
    lines.reduce(into: []) { commands, line in
      if line.hasPrefix("$ ") {
        commands.append((String(line.dropFirst(2)), []))
      } else if line.hasPrefix("> "), let last = commands.last, last.shown.isEmpty {
        commands[commands.count - 1].line += "\n" + line.dropFirst(2)
      } else if !commands.isEmpty {
        commands[commands.count - 1].shown.append(line)
      }
    }
  }

  /// Whether lines are those shown, where `...` stands for any number of them.
  static func matches(_ lines: ArraySlice<String>, _ shown: ArraySlice<String>) -> Bool {
    guard let first = shown.first else { return lines.isEmpty }
    if first.trimmingCharacters(in: .whitespaces) == "..." {
      return (lines.startIndex...lines.endIndex).contains { matches(lines[$0...], shown.dropFirst()) }
    }
    return lines.first == first && matches(lines.dropFirst(), shown.dropFirst())
  }

  /// Does something in a folder with the files that the pages name, which are in `Documentation/Samples`, and `configs` and
  /// `results`.
  private static func withSamples(_ body: (_ folder: String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let files = FileManager.default
      let samples = Program.root.appending(path: "Documentation/Samples")
      for name in try files.contentsOfDirectory(atPath: samples.path) {
        try files.copyItem(atPath: samples.appending(path: name).path, toPath: "\(folder)/\(name)")
      }
      for name in ["configs", "results"] {
        try files.createSymbolicLink(
          atPath: "\(folder)/\(name)", withDestinationPath: Program.root.appending(path: name).path)
      }
      try body(folder)
    }
  }

  /// One page after the other in a folder of its own, as one types it in a terminal of 80 columns.
  @Test("Commands print what pages show", arguments: cases(pages)) func commandsPrintWhatIsShown(page: String) throws {
    let commands = try Self.blocks(page).filter { $0.language == "console" }.flatMap { Self.commands($0.lines) }
    if commands.isEmpty { return }
    try Self.withSamples { folder in
      for (line, shown) in commands {
        let needs = ["cc", "python3"].first { line.hasPrefix($0 + " ") }
        if let needs, try Program.shell("command -v \(needs)").code != 0 { continue }
        if let missing = try Self.missingModules(line, in: folder) {
          print("\(page): '\(line)' is not run: Python has not \(missing)")
          #expect(ProcessInfo.processInfo.environment["RUNS_ALL_COMMANDS"] == nil, "\(page): \(line) must run")
          continue
        }
        let outcome = try Program.shell("export COLUMNS=80; exec 2>&1; \(line)", in: folder)
        #expect(outcome.code == 0, "\(page): \(line)\n\(outcome.output)")
        var lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        while lines.last?.isEmpty == true { lines.removeLast() }
        var kept = shown
        while kept.last?.isEmpty == true { kept.removeLast() }
        #expect(Self.matches(lines[...], kept[...]), "\(page): \(line)\nprints\n\(outcome.output)")
      }
    }
  }

  /// What help tells fits 80 columns, is pasted from there, and runs, each page's examples one after the other.
  @Test func helpIsPasted() throws {
    let topics = ["mapping", "files", "energy"]
    let listed = try Program.run("help").output
    for topic in topics { #expect(listed.contains("help \(topic)")) }
    let commands = listed.matches(of: #/\n  ([a-z]+)  /#).map { String($0.output.1) }
    #expect(commands.count > 10)
    for page in topics + commands {
      try Self.withSamples { folder in
        let outcome = try Program.shell("COLUMNS=80 tilebound help \(page)", in: folder)
        #expect(outcome.code == 0, "\(page)")
        let text = outcome.output.replacing(" \\\n", with: "\u{0}")
        let examples = text.split(separator: "\n").filter { $0.hasPrefix("  tilebound ") }
        #expect(!examples.isEmpty, "\(page)")
        for line in outcome.output.split(separator: "\n") { #expect(line.count <= 80, "\(page): \(line)") }
        for (index, example) in examples.enumerated() {
          let line = String(example.replacing("\u{0}", with: " \\\n"))
          // A line that was broken by the width would leave words of it below.
          let after = outcome.output.range(of: line).map { outcome.output[$0.upperBound...].prefix(2) }
          #expect(after == "\n " || after == "\n\n" || after == "\n", "\(page): \(line)")
          // What takes long is seen to have begun, unless an example below needs it.
          let file = line.firstMatch(of: #/(?:--output|--timeloop) ([a-z-]+)/#)?.output.1
          let isNeeded = file.map { name in examples[(index + 1)...].contains { $0.contains(" \(name)") } } ?? false
          try line.write(toFile: "\(folder)/example.sh", atomically: true, encoding: .utf8)
          let result = try isNeeded ? Program.shell("sh example.sh", in: folder) : Self.begun("example.sh", in: folder)
          #expect(result.code == 0, "\(line): \(result)")
        }
      }
    }
  }

  /// Runs a script on a terminal until it ends, or has had a second and says how far it is; it has a minute for either.
  ///
  /// - Returns: what it printed; the code is 0 where it ended well or has begun.
  private static func begun(
    _ script: String, in folder: String, within tries: [Int] = [1, 10, 50]
  ) throws -> Program.Outcome {
    var outcome = Program.Outcome(code: 124, output: "", error: "")
    for seconds in tries where outcome.code == 124 {
      outcome = try Program.shell("script -qec 'timeout \(seconds) sh \(script)' /dev/null", in: folder)
      let isFar = outcome.code == 124 && outcome.output.contains("\r\u{1b}[K")
      if isFar { outcome = Program.Outcome(code: 0, output: outcome.output, error: outcome.error) }
    }
    return outcome
  }

  /// What neither ends nor says anything has not begun.
  @Test func idleScriptsHaveNotBegun() throws {
    try withTemporaryFolder { folder in
      for (text, code) in [("true", 0), ("exit 3", 3), ("printf '\\r\\033[K1 of 2'; sleep 5", 0)] {
        try text.write(toFile: "\(folder)/s.sh", atomically: true, encoding: .utf8)
        #expect(try Self.begun("s.sh", in: folder).code == code, "\(text)")
      }
      try "sleep 5".write(toFile: "\(folder)/s.sh", atomically: true, encoding: .utf8)
      #expect(try Self.begun("s.sh", in: folder, within: [1]).code == 124)
    }
  }

  /// The modules that a Python program imports, where they are not all there.
  private static func missingModules(_ line: String, in folder: String) throws -> String? {
    guard let name = line.wholeMatch(of: #/python3 ([a-z]+\.py)/#)?.output.1 else { return nil }
    let program = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    let imports = program.split(separator: "\n").filter { $0.hasPrefix("import ") }.joined(separator: "; ")
    let outcome = try Program.shell("python3 -c '\(imports)'", in: folder)
    if outcome.error.contains("ModuleNotFoundError") { return imports.replacing("import ", with: "") }
    return nil
  }

  @Test func dotsStandForAnyLines() {
    #expect(Self.matches(["a", "b", "c"], ["a", "...", "c"]) && Self.matches(["a", "c"], ["a", "...", "c"]))
    #expect(
      !Self.matches(["a", "b"], ["a"]) && !Self.matches(["a"], ["a", "b"]) && !Self.matches(["a", "c"], ["...", "b"]))
  }

  /// A file that a page shows, below a line that names it, is the one in `Documentation/Samples`.
  @Test func samplesAreThoseShown() throws {
    var count = 0
    for page in Self.pages {
      for (language, title, lines) in try Self.blocks(page) where ["yaml", "python"].contains(language) {
        guard let name = title.wholeMatch(of: #/.*`([a-z-]+\.(?:yaml|py))`.*:/#)?.output.1 else { continue }
        count += 1
        #expect(
          try Self.text("Documentation/Samples/\(name)") == lines.joined(separator: "\n") + "\n", "\(page): \(name)")
      }
    }
    #expect(count > 3)
  }

  /// What files may hold besides the samples is taken: a platform, and what a Buffer costs below an energy model.
  @Test(arguments: ["platform", "buffer"]) func otherFilesAreRead(_ key: String) throws {
    let shown = try Self.blocks("Documentation/Reference/Files.md").first {
      $0.language == "yaml" && $0.lines.first?.hasPrefix("\(key):") == true
    }
    let text = try #require(shown).lines.joined(separator: "\n") + "\n"
    try Self.withSamples { folder in
      let above = key == "buffer" ? try Self.text("Documentation/Samples/my-energies.yaml") : ""
      try (above + text).write(toFile: "\(folder)/x.yaml", atomically: true, encoding: .utf8)
      let outcome = try Program.shell("tilebound networks x.yaml", in: folder)
      #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome)")
    }
  }

  /// Links between pages, to files and to headings lead somewhere.
  @Test func linksLeadSomewhere() throws {
    func anchors(_ page: String) throws -> Set<Substring> {
      let headings = try Self.text(page).split(separator: "\n").filter { $0.hasPrefix("#") }
      return Set(
        headings.map { heading in
          let title = heading.drop { $0 == "#" }.dropFirst().lowercased()
          return Substring(
            title.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" }.replacing(" ", with: "-"))
        })
    }
    for page in Self.pages {
      for (path, heading) in try Self.linked(from: page) {
        let exists = FileManager.default.fileExists(atPath: Program.root.appending(path: path).path)
        #expect(exists, "\(page): \(path)")
        if let heading, exists { #expect(try anchors(path).contains(heading), "\(page): \(path)#\(heading)") }
      }
    }
  }

  /// The files of the package that a page links to, by their paths in it.
  static func links(in page: String) throws -> [String] { try linked(from: page).map(\.path) }

  /// The same with the headings in them.
  private static func linked(from page: String) throws -> [(path: String, heading: Substring?)] {
    let root = Program.root.standardizedFileURL
    let folder = root.appending(path: page).deletingLastPathComponent()
    return try text(page).matches(of: #/\]\(([^)\s]+)\)/#).map(\.output.1).filter { !$0.contains("://") }.map { link in
      let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let target = parts[0].isEmpty ? root.appending(path: page) : folder.appending(path: String(parts[0]))
      return (String(target.standardizedFileURL.path.dropFirst(root.path.count + 1)), parts.dropFirst().first)
    }
  }

  /// The page about columns names all that tables have, and no others.
  @Test func columnsAreExplained() throws {
    let lines = [
      "optimize alexnet --layer conv5 --accelerator tpu-v1", "gap alexnet --layer conv5 --capacity 64KiB",
      "optimize alexnet --layer conv5 --capacity 64KiB --energy cacti-45nm-int8 --reuse sliding --phases on",
      "curve alexnet --total --capacity 64KiB --reuse sliding", "bound alexnet --layer fc8 --capacity 64KiB",
      "optimize layer-examples --layer dcgan* --capacity 64KiB --reuse sliding",
      "optimize alexnet --layer fc8 --capacity 64KiB --double-buffer all --dataflow os",
      "gap alexnet --layer fc8 --capacity 64KiB --template 'k [weights] p q [inputs] c [outputs]'",
      "evaluate --shape k=2,c=2,p=2 --nest '[outputs] [inputs] [weights]' --replay --burst 8B",
    ]
    let columns = try Set(
      lines.flatMap { line in
        let outcome = try Program.shell("tilebound \(line) --format csv", in: Program.root.path)
        #expect(outcome.code == 0, "\(line): \(outcome.error)")
        return outcome.output.prefix { $0 != "\n" }.split(separator: ",").map(String.init)
      })
    let explained = try Self.explainedColumns("Documentation/Reference/Columns.md")
    #expect(explained == columns, "\(explained.symmetricDifference(columns).sorted())")
  }

  /// The page of `validate` has a table of its own.
  @Test func columnsOfValidationAreExplained() throws {
    let outcome = try Program.shell(
      "tilebound validate measured.csv --columns k,total,compute,data --shape c=3,h=227,w=227,r=11,s=11,stride=4 "
        + "--platform simba --format csv", in: Program.root.appending(path: "Documentation/Samples").path)
    #expect(outcome.code == 0, "\(outcome.error)")
    let columns = Set(outcome.output.prefix { $0 != "\n" }.split(separator: ",").map(String.init))
    let explained = try Self.explainedColumns("Documentation/Reference/validate.md")
    #expect(explained == columns, "\(explained.symmetricDifference(columns).sorted())")
  }

  /// What stands in the first cells of a page's tables.
  private static func explainedColumns(_ page: String) throws -> Set<String> {
    let rows = try text(page).split(separator: "\n").filter { $0.hasPrefix("| `") }
    return Set(rows.flatMap { $0.split(separator: "|")[0].matches(of: #/`([^`]+)`/#).map { String($0.output.1) } })
  }
}
