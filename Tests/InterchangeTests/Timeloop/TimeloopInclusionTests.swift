import Foundation
import Interchange
import TestSupport
import Testing

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

  @Test(arguments: [
    ("problem: !include p.yaml\n", "prob.yaml:1: problem: !include is not followed; put the contents of 'p.yaml' here"),
    (
      "problem:\n  shape: !include shape.yaml\n  instance: {C: 2}\n",
      "prob.yaml:2: problem.shape: !include is not followed; put the contents of 'shape.yaml' here"
    ),
    (
      "problem:\n  shape: cnn_layer\n  instance: !include size.yaml\n",
      "prob.yaml:3: problem.instance: !include is not followed; put the contents of 'size.yaml' here"
    ),
    (
      "network: !include name.txt\nlayers: [{name: a, gemm: {m: 2, n: 3, k: 4}}]\n",
      "prob.yaml:1: network: !include is not followed; put the contents of 'name.txt' here"
    ),
  ])
  func inclusionsInProblems(text: String, message: String) throws { #expect(try network(text) == message) }

  @Test func inclusionsInMappings() throws {
    func message(_ place: String, _ file: String) -> String {
      "map.yaml:\(place): !include is not followed; put the contents of '\(file)' here"
    }
    #expect(try mapping(Self.problem + "mapping: !include m.yaml\n") == message("2: mapping", "m.yaml"))
    #expect(try mapping(Self.problem + "mapping:\n- !include m.yaml\n") == message("3: mapping[0]", "m.yaml"))
    #expect(try mapping("mapping:\n- !include m.yaml\n") == message("2: mapping[0]", "m.yaml"))
    let whole = Self.problem + Self.mapping
    #expect(try mapping(whole + "architecture: !include a.yaml\n") == message("3: architecture", "a.yaml"))
    #expect(
      try mapping(whole + "architecture:\n  nodes: !include a.yaml\n") == message("4: architecture.nodes", "a.yaml"))
    // What is not read may be included.
    #expect(try mapping(whole + "components: !include c.yaml\n") == "accepted")
  }

  @Test(arguments: [
    ("{{include_text('p.yaml')}}\n", 1),
    ("# {{ a comment }}\nproblem: {{include('p.yaml', 'problem')}} # {{\n", 2),
    ("problem:\n  shape: cnn_layer\n  instance:\n    C: {{c}}\n    K: 3\n", 4),
    ("problem:\n  shape: cnn_layer\n  instance:\n    C: \"{{c}}\"\n    K: 3\n", 4),
    ("{% if x %}\nproblem:\n  shape: cnn_layer\n{% endif %}\n", 1),
  ])
  func templates(text: String, line: Int) throws {
    let message = "\(line): is a Jinja template; render it first, as the tool that it is for does"
    #expect(try network(text) == "prob.yaml:\(message)")
    #expect(try mapping(Self.mapping + text) == "map.yaml:\(message.replacing("\(line)", with: "\(line + 1)"))")
    #expect(try mapping(Self.mapping, problem: text) == "prob.yaml:\(message)")
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
