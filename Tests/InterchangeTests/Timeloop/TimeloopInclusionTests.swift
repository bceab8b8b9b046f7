import Foundation
import TestSupport
import Testing
import Workloads

@testable import Interchange

/// Files of Timeloop's that are whole only with others, or once they are rendered; and versions.
struct TimeloopInclusionTests {
  private static let problem = "problem: {shape: cnn_layer, C: 2, K: 4, N: 1, P: 6, Q: 1, R: 1, S: 1}\n"
  private static let mapping =
    "mapping: [{target: DRAM, type: temporal, factors: K4}, {target: B, type: temporal, factors: C2 P6}]\n"

  /// What is said of a text as a file with layers, without the folder.
  private func network(_ text: String) throws -> String {
    try withTemporaryFolder { folder in
      let file = "\(folder)/prob.yaml"
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
      return refusal { _ = try BuiltIn.network(nameOrFile: file) }.replacing("\(folder)/", with: "")
    }
  }

  /// The same of a text as a mapping, with its problem in another file if there is one.
  private func mapping(_ text: String, problem: String? = nil) throws -> String {
    try withTemporaryFolder { folder in
      let (file, other) = ("\(folder)/map.yaml", "\(folder)/prob.yaml")
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
      try Data((problem ?? "").utf8).write(to: URL(fileURLWithPath: other))
      return refusal {
        let document = try MappingDocument(file: file)
        if document.isOfTimeloop {
          _ = try document.timeloopMapping(problem: problem == nil ? nil : other)
        } else {
          _ = try document.mapping()
        }
      }.replacing("\(folder)/", with: "")
    }
  }

  /// What is said of the first of some files, and the MACs of its layers where it is read.
  private func read(_ files: [(name: String, text: String)], dimensions: [String: Int] = [:]) throws -> String {
    try withTemporaryFolder { folder in
      for (name, text) in files {
        let file = URL(fileURLWithPath: "\(folder)/\(name)")
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
      var macs = 0
      let outcome = refusal {
        let network = try WorkloadFile.read("\(folder)/\(files[0].name)", dimensions: dimensions)
        macs = network.network.entries.reduce(0) { $0 + $1.layer.macs }
      }
      return outcome == "accepted" ? "\(macs)" : outcome.replacing("\(folder)/", with: "")
    }
  }

  // MARK: What is included

  /// A shape with small sizes, as templates include it.
  private static let base = """
    base_unused: &base
      version: 0.4
      shape:
        dimensions: [I, J, L]
        data_spaces:
        - {name: A, projection: [[[I]], [[L]]]}
        - {name: B, projection: [[[L]], [[J]]]}
        - {name: Z, projection: [[[I]], [[J]]], read_write: true}
      instance: {I: 1, J: 1, L: 1}

    """
  private static let layer = "problem:\n  <<<: *base\n  instance: {I: 6, J: 5, L: 4}\n"

  @Test(arguments: [
    "{{include_text('base.yaml')}}\n", "{{ include_text( \"base.yaml\" ) }}\n",
    "\n\n{{- include_text('base.yaml') +}}\n\n",
    "{# a #}{% set B = 'base' %}{{include_text('base.yaml')}}\n", "{{include_text('./base.yaml')}}\n",
    "# from '{{somewhere}}'\n{{include_text('base.yaml')}} # {{x}}\n",
  ])
  func includedTexts(beginning: String) throws {
    #expect(try read([("layer.yaml", beginning + Self.layer), ("base.yaml", Self.base)]) == "120")
  }

  /// A template whose inclusions are resolved already.
  @Test func mergeKeys() throws {
    #expect(try read([("layer.yaml", Self.base + Self.layer)]) == "120")
    // What stands under the first of several is taken, and nothing that stands there already.
    let several = Self.base + "other: &other {instance: {L: 3, J: 7}, notes: x}\n"
    func problem(_ merged: String, _ instance: String) -> String {
      "problem:\n  <<<: \(merged)\n  instance: {\(instance)}\n"
    }
    #expect(try read([("layer.yaml", several + problem("[*other, *base]", "I: 6"))]) == "126")
    #expect(try read([("layer.yaml", several + problem("[*base, *other]", "I: 6"))]) == "6")
    #expect(try read([("layer.yaml", several + problem("[*base, *other]", "I: 6, L: 2, J: 2"))]) == "24")
    // The merge key of YAML itself merges no deeper.
    let flat = several + problem("[*base, *other]", "I: 6, J: 5").replacing("<<<", with: "<<")
    #expect(try read([("layer.yaml", flat)]).hasSuffix("problem.instance: the key 'L' is missing"))
    #expect(try read([("layer.yaml", flat.replacing("J: 5", with: "J: 5, L: 4"))]) == "120")
    #expect(
      try read([("layer.yaml", Self.base + problem("base", "I: 6"))])
        == "layer.yaml:11: stands after the merge key <<<, where a mapping is expected, as in <<<: *base, or a list of them"
    )
    #expect(
      try read([("layer.yaml", problem("!include none.yaml", "I: 6"))])
        == "layer.yaml:2: 'none.yaml' cannot be included: No such file or directory")
    let many = "[\(String(repeating: "*base,", count: 65))]"
    #expect(
      try read([("layer.yaml", Self.base + problem(many, "I: 6"))])
        == "layer.yaml:11: merges 65 mappings; at most 64 are accepted")
    // In this program's own files too.
    let table = "x: &x {m: 2, n: 3}\nlayers:\n- {name: a, gemm: {<<: *x, k: 4}}\nnetwork: n\n"
    #expect(try read([("table.yaml", table.replacing("x: &x", with: "source: &x"))]).contains("source"))
    #expect(
      try read([
        (
          "table.yaml",
          "network: n\nlayers:\n- {name: a, gemm: &x {m: 2, n: 3, k: 4}}\n- {name: b, gemm: {<<: *x, k: 5}}\n"
        )
      ]) == "54")
  }

  /// Files within files, from folders within the folder, relative to the file that includes.
  @Test func inclusionsWithinInclusions() throws {
    let top = ("layer.yaml", "{{include_text('shapes/base.yaml')}}\n" + Self.layer)
    let inner = ("shapes/base.yaml", "# here\n{{include_text('more/base.yaml')}}\n")
    #expect(try read([top, inner, ("shapes/more/base.yaml", Self.base)]) == "120")
    // Errors name the file and line that a person would look at.
    let wrong = Self.base.replacing("[[I]], [[L]]", with: "[[I]], [[M]]")
    #expect(
      try read([top, inner, ("shapes/more/base.yaml", wrong)])
        == "shapes/more/base.yaml:6: problem.shape.data_spaces[0].projection[1][0][0]: unknown dimension 'M'; accepted: I, J, L"
    )
    let below = ("layer.yaml", "\n{{include_text('base.yaml')}}\n" + Self.layer.replacing("J: 5", with: "J: five"))
    #expect(
      try read([below, ("base.yaml", Self.base)])
        == "layer.yaml:5: problem.instance.J: is 'five', a variable without a value; give one by --dim five=1, or under the "
        + "file's 'variables', or write a whole number")
    #expect(
      try read([top, inner, ("shapes/more/base.yaml", "base: &base\n  - [\n")])
        .hasPrefix("layer.yaml:3: is not valid YAML"))
  }

  @Test(arguments: ["!include base.yaml", "!include 'base.yaml'", "{{include('base.yaml', 'problem')}}"])
  func includedValues(value: String) throws {
    let base = Self.base.replacing("base_unused: &base", with: "problem:").replacing(
      "1, J: 1, L: 1", with: "6, J: 5, L: 4")
    let isValue = value.hasPrefix("{{")
    let part = isValue ? base : base.split(separator: "\n").dropFirst().map { $0.dropFirst(2) }.joined(separator: "\n")
    #expect(try read([("layer.yaml", "problem: \(value)\n"), ("base.yaml", part)]) == "120")
    let wrong = part.replacing("I: 6", with: "I: 0")
    #expect(
      try read([("layer.yaml", "problem: \(value)\n"), ("base.yaml", wrong)])
        == "base.yaml:\(isValue ? 9 : 8): problem.instance.I: is 0; 1 to 1048576 is accepted")
  }

  /// Values of a file's keys, also with keys after them, under merge keys and as values of variables.
  @Test func includedKeys() throws {
    let base = ("base.yaml", "a:\n  problem: {shape: gemm_ABZ, instance: {M: 2, N: 3, K: {{K | default(4)}}}}\n")
    for text in [
      "problem: {{include('base.yaml', 'a.problem')}}\n", "problem: {{include('base.yaml', 'a')}}.problem\n",
      "{% set BASE = include('base.yaml', '') %}\nproblem: {{BASE}}.a.problem\n",
      "<<: {{include('base.yaml', 'a')}}\n", "<<<: [{{include('base.yaml', 'a')}}]\n",
    ] {
      #expect(try read([("layer.yaml", text), base]) == "24", "\(text)")
      #expect(try read([("layer.yaml", "{% set K = 5 %}" + text), base]) == "30", "\(text)")
      #expect(try read([("layer.yaml", text), base], dimensions: ["K": 6]) == "36", "\(text)")
    }
    #expect(
      try read([("layer.yaml", "problem: {{include('base.yaml', 'a.b')}}\n"), base])
        == "layer.yaml:1: problem: 'base.yaml' has no key 'a.b', which is to be included")
  }

  // MARK: What is not

  private static let outside = "only what lies in the folder of layer.yaml is included: copy it there"
  private static let notIncluded: [(String, String)] = [
    ("../base.yaml", "'../base.yaml' leads out of its folder; \(outside), and write 'base.yaml' here"),
    ("a/../../base.yaml", "'a/../../base.yaml' leads out of its folder; \(outside), and write 'base.yaml' here"),
    ("/etc/passwd", "'/etc/passwd' is an absolute path; \(outside)"),
    ("none.yaml", "'none.yaml' cannot be included: No such file or directory"),
    (".", "'.' leads out of its folder by a link; \(outside)"),
    ("link.yaml", "'link.yaml' leads out of its folder by a link; \(outside)"),
    ("folder/passwd", "'folder/passwd' leads out of its folder by a link; \(outside)"),
    ("pipe.yaml", "'pipe.yaml' cannot be included: it is not a regular file"),
    ("large.yaml", "'large.yaml' cannot be included: it is larger than the 1048576 bytes that are accepted"),
    ("layer.yaml", "'layer.yaml' includes itself: layer.yaml, layer.yaml"),
    ("loop.yaml", "'loop.yaml' includes itself: layer.yaml, loop.yaml, loop.yaml"),
    ("", "'' is no file's name"),
  ]

  /// Neither in texts nor in values does anything lead out of the folder, or on for ever.
  @Test(.timeLimit(.minutes(1)), arguments: notIncluded)
  func refusedInclusions(path: String, reason: String) throws {
    try withTemporaryFolder { folder in
      func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/link.yaml", withDestinationPath: "/etc/passwd")
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/folder", withDestinationPath: "/etc")
      #expect(mkfifo("\(folder)/pipe.yaml", 0o600) == 0)
      try write("large.yaml", "")
      #expect(truncate("\(folder)/large.yaml", off_t(1 << 20 + 1)) == 0)
      func outcome() -> String {
        refusal { _ = try WorkloadFile.read("\(folder)/layer.yaml") }.replacing("\(folder)/", with: "")
      }
      for (inclusion, place) in [
        ("{{include_text('\(path)')}}", ":2"), ("problem: {{include('\(path)')}}", ":2: problem"),
        ("problem: !include '\(path)'", ":2: problem"),
      ] {
        let loop = inclusion.replacing("problem: ", with: "")
        try write("loop.yaml", path == "loop.yaml" ? loop : "")
        try write("layer.yaml", "\n\(inclusion)\n")
        let isLoop = path == "loop.yaml"
        let said = outcome()
        if isLoop {
          #expect(said.hasSuffix(reason) && said.contains("loop.yaml:1"), "\(said)")
        } else {
          #expect(said == "layer.yaml\(place): \(reason)")
        }
        #expect(!said.contains("root:"))
      }
    }
  }

  @Test func textsWithoutFolders() {
    #expect(
      refusal { _ = try AccelForgeWorkload.parse("workload: !include w.yaml\n", origin: "text") }
        == "text:1: workload: 'w.yaml' cannot be included: what has no folder includes no files")
  }

  /// Small files that include each other many times stay small work.
  @Test(.timeLimit(.minutes(1))) func manyInclusions() throws {
    func chain(_ count: Int, _ times: Int) -> [(String, String)] {
      (0..<count).map { index in
        let inner = "{{include_text('\(index + 1).yaml')}}\n"
        return ("\(index).yaml", index + 1 == count ? "# x\n" : String(repeating: inner, count: times))
      }
    }
    #expect(
      try read(chain(18, 1))
        == "16.yaml:1: '17.yaml' is included within 16 others, which is as deep as is accepted")
    #expect(try read(chain(12, 2)).hasSuffix("more than 256 files are included"))
    let big = String(repeating: "# a comment\n", count: 50_000)
    let text = String(repeating: "{{include_text('big.yaml')}}\n", count: 4)
    #expect(
      try read([("layer.yaml", text), ("big.yaml", big)])
        == "layer.yaml:2: 'big.yaml' cannot be included: it is larger than the \(1_048_576 - big.utf8.count) bytes that are "
        + "accepted")
    // Aliases to a value that includes, and values that repeat much by aliases.
    let aliases = "a: &a !include big.yaml\nb: [\(String(repeating: "*a,", count: 200))]\nproblem: *a\n"
    let values = "[\(String(repeating: "x,", count: 2000))]"
    #expect(
      try read([("layer.yaml", aliases), ("big.yaml", values)])
        == "layer.yaml:1: problem: 'big.yaml' cannot be included: big.yaml: makes more than the 262144 values that included "
        + "files may have together")
    let deep = String(repeating: "[", count: 600) + String(repeating: "]", count: 600)
    let nested = String(repeating: "[", count: 600) + "!include deep.yaml" + String(repeating: "]", count: 600)
    #expect(try read([("layer.yaml", nested), ("deep.yaml", deep)]) != "0")
  }

  /// What is not asked for may be missing, as in files that keep much besides the problem.
  @Test func whatIsNotRead() throws {
    let whole = Self.problem + Self.mapping
    #expect(try mapping(whole + "components: !include c.yaml\n") == "accepted")
    #expect(try mapping(whole + "components: !includedir c\n") == "accepted")
    let missing = "'c.yaml' cannot be included: No such file or directory"
    #expect(try mapping(whole + "architecture: !include c.yaml\n") == "map.yaml:3: architecture: \(missing)")
    #expect(
      try mapping(whole + "architecture:\n  nodes: !include c.yaml\n") == "map.yaml:4: architecture.nodes: \(missing)")
    #expect(try mapping(Self.problem + "mapping: !include c.yaml\n") == "map.yaml:2: mapping: \(missing)")
    #expect(try mapping(Self.problem + "mapping:\n- !include c.yaml\n") == "map.yaml:3: mapping[0]: \(missing)")
    #expect(
      try mapping(Self.problem + "mapping: !includedir c\n")
        == "map.yaml:2: mapping: !includedir is not followed; put the contents of 'c' here")
    #expect(
      try network("network: !include name.txt\nlayers: [{name: a, gemm: {m: 2, n: 3, k: 4}}]\n")
        == "prob.yaml:1: network: !include is not followed; put the contents of 'name.txt' here")
  }

  // MARK: Templates

  @Test(.timeLimit(.minutes(1)), arguments: seeds(0..<2))
  func damagedTemplates(seed: Int) throws {
    let text = """
      {# a -#}
      {%- set I = I | default(2 * 3) %}
      {{ include_text('file-base.yaml') }} # {{
      problem:
        <<<: [*base, {instance: {J: {{ "5" }}}}]
        instance: {I: {{I}}, L: {{include('file-base.yaml', 'four')}}}
      rest: !include file-base.yaml

      """
    try withTemporaryFolder { folder in
      try Data((Self.base.replacing(", J: 1, L: 1", with: "") + "four: 4\n").utf8).write(
        to: URL(fileURLWithPath: "\(folder)/file-base.yaml"))
      let file = "\(folder)/file.yaml"
      try Data().write(to: URL(fileURLWithPath: file))
      #expect(try WorkloadFile.yaml(text, origin: file).network.entries[0].layer.macs == 120)
      Damage.check(text, seed: seed, edits: 200) { text in
        do throws(FormatError) {
          _ = try WorkloadFile.yaml(text, origin: file)
        } catch {
          throw FormatError(
            origin: error.origin.replacing("\(folder)/", with: ""), line: error.line, key: error.key,
            message: error.message)
        }
      }
    }
  }

  @Test func problemsOfMappings() throws {
    try withTemporaryFolder { folder in
      let files = [
        "prob.yaml": "{{include_text('base.yaml')}}\nproblem:\n  <<<: *base\n  instance: {K: {{K | default(4)}}}\n",
        "base.yaml": "x: &base {shape: cnn_layer, instance: {C: 2, N: 1, P: 6, Q: 1, R: 1, S: 1}}\n",
        "map.yaml": "mapping: !include inner.yaml\n",
        "inner.yaml": Self.mapping.replacing("mapping: ", with: ""),
      ]
      for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
      let reading = try MappingDocument(file: "\(folder)/map.yaml").timeloopMapping(problem: "\(folder)/prob.yaml")
      #expect(reading.layer.macs == 48)
      #expect(reading.remarks.contains("the template's variables have their defaults K=4"))
    }
  }

  @Test(arguments: [
    (
      "problem:\n  shape: cnn_layer\n  instance:\n    C: {{c}}\n    K: {{ k }}\n", 4,
      "the template's variables 'c', 'k' have no value and no default; give one by --dim c=1, or above by {% set c = 1 %}"
    ),
    (
      "problem:\n  shape: cnn_layer\n  instance:\n    C: \"{{c}}\"\n    K: 3\n", 4,
      "the template's variable 'c' has no value and no default; give one by --dim c=1, or above by {% set c = 1 %}"
    ),
    (
      "{% if x %}\nproblem:\n  shape: cnn_layer\n{% endif %}\n", 1,
      "the statement '{% if x %}' is not carried out here, only '{% set name = value %}' is: render the file first, as the "
        + "tool that it is for does"
    ),
    (
      "# {{ a comment }}\nproblem: {{include_all('*.yaml', 'problem')}} # {{\n", 2,
      "the function 'include_all' is not called here; render the file first, as its tool does"
    ),
    (
      "problem:\n# {{include_text('p.yaml')}}\n  shape: {{x}}\n", 2,
      "'{{include_text('p.yaml')}}' stands in a comment, where Jinja carries it out all the same: take it out, or the '#' "
        + "before it"
    ),
    ("problem: {{\n", 1, "'{{' of a template is not closed"),
  ])
  func templates(text: String, line: Int, message: String) throws {
    #expect(try network(text) == "prob.yaml:\(line): \(message)")
    let other = message.replacing("by --dim c=1, or above", with: "above")
    #expect(try mapping(Self.mapping + text) == "map.yaml:\(line + 1): \(other)")
    #expect(try mapping(Self.mapping, problem: text) == "prob.yaml:\(line): \(other)")
  }

  /// Braces in comments, and in texts that are read as they are, make no template; nor does what is wrong elsewhere.
  @Test func noTemplates() throws {
    #expect(try network("# {{x}}\n" + Self.problem) == "accepted")
    #expect(try network("network: \"{{x}}\"\nlayers: [{name: a, gemm: {m: 2, n: 3, k: 4}}]\n") == "accepted")
    #expect(try network("problem: {shape: cnn_layer, C: 0}   # {{x}}\n").hasPrefix("prob.yaml:1: problem"))
    #expect(try mapping("# {% x %}\n" + Self.mapping + Self.problem) == "accepted")
    #expect(
      try mapping(Self.mapping + "# {{x}}\n" + Self.problem.replacing("C: 2", with: "C: 3"))
        == "map.yaml:1: mapping: the factors of C make 2 and not its size, 3; blocks that do not divide need a residual, "
        + "as in C7,3")
  }

  @Test(arguments: ["0.1", "0.2", "0.3", "0.4", "'0.4'", "\"0.2\""])
  func knownVersions(version: String) throws {
    let problem = Self.problem.replacing("{shape", with: "{version: \(version), shape")
    #expect(try network(problem) == "accepted")
    let architecture = "architecture: {version: \(version), nodes: [{name: DRAM}, {name: B}]}\n"
    #expect(try mapping(problem + Self.mapping + architecture) == "accepted")
  }

  @Test(arguments: [("0.5", "'0.5'"), ("1", "'1'"), ("v0.4", "'v0.4'"), ("[0.4]", "a list"), ("", "''")])
  func unknownVersions(version: String, shown: String) throws {
    let message = "version: is \(shown); the versions 0.1, 0.2, 0.3, 0.4 can be read"
    let problem = Self.problem.replacing("{shape", with: "{version: \(version), shape")
    #expect(try network(problem) == "prob.yaml:1: problem.\(message)")
    let architecture = "architecture: {version: \(version), nodes: [{name: DRAM}, {name: B}]}\n"
    #expect(try mapping(Self.problem + Self.mapping + architecture) == "map.yaml:3: architecture.\(message)")
  }

  /// A file with a problem and no mapping is one of Timeloop's that lacks it.
  @Test func problemsAsMappings() throws {
    #expect(try mapping(Self.problem) == "map.yaml: the key 'mapping' is missing")
  }
}
