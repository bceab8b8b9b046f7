import Foundation
import TestSupport
import Testing

/// What shells offer on Tab: the program is asked as their scripts ask it.
struct CompletionTests {
  private func completions(_ option: String, _ words: [String]) throws -> [String] {
    let words = ["tilebound"] + words
    let asked = ["---completion", words[1], "--", option, "\(words.count - 1)", "\(words[words.count - 1].count)"]
    return try Program.run(asked + words).output.split(separator: "\n").map(String.init)
  }

  @Test func names() throws {
    #expect(
      try completions("--network", ["optimize", "--network", "resnet"]) == ["resnet18", "resnet50", "resnet101"])
    #expect(
      try completions("positional@0", ["networks", "sim"]).contains("simplearch")
        && completions("positional@0", ["optimize", "sim"]).isEmpty)
    #expect(try completions("--energy", ["gap", "--energy", "horowitz-45nm-i"]).contains("horowitz-45nm-int8"))
    #expect(try completions("--dataflow", ["optimize", "--dataflow", "os,ws-"]) == ["os,ws-io", "os,ws-oi"])
  }

  @Test func layersOfTheNetwork() throws {
    #expect(
      try completions("--layer", ["optimize", "alexnet", "--layer", "conv1,fc"]) == [
        "conv1,fc6", "conv1,fc7", "conv1,fc8",
      ])
    #expect(try completions("--layer", ["optimize", "--layer", "conv"]).isEmpty)
    #expect(try completions("--layer", ["optimize", "AlexNet", "--layer", "fc7"]) == ["fc7"])
    try withTemporaryFolder { folder in
      let file = folder + "/mine.yaml"
      try "network: mine\nlayers:\n  - {name: only, gemm: {m: 2, n: 3, k: 4}}\n".write(
        toFile: file, atomically: true, encoding: .utf8)
      #expect(try completions("--layer", ["optimize", file, "--layer", "o"]) == ["only"])
    }
  }

  /// Of a sweep networks, machines and settings may be several by commas.
  @Test func lists() throws {
    #expect(try completions("--network", ["sweep", "--network", "alexnet,vgg"]) == ["alexnet,vgg16"])
    #expect(try completions("--energy", ["sweep", "--energy", "lpddr4-"]).contains("lpddr4-int8"))
    #expect(try completions("--reuse", ["sweep", "--reuse", "overlap,s"]) == ["overlap,sliding"])
    #expect(try completions("--double-buffer", ["gap", "--double-buffer", "inputs,w"]) == ["inputs,weights"])
  }

  /// Behind help stand commands and topics, in each shell's script.
  @Test func helpTopics() throws {
    let line = "tilebound help m"
    let words = try Program.shell(
      "source <(tilebound --generate-completion-script bash); COMP_WORDS=(\(line)); COMP_CWORD=2; COMP_LINE='\(line)'; "
        + "COMP_POINT=${#COMP_LINE}; _tilebound tilebound m help; echo \"${COMPREPLY[@]}\"")
    #expect(words.output == "merge mapping\n" && words.error.isEmpty, "\(words)")
    let commands = "optimize curve sweep merge gap bound evaluate export validate convert report networks"
    let zsh = try Program.run("--generate-completion-script zsh").output
    #expect(zsh.contains("        ':topic:(\(commands) mapping files energy)'\n"))
    let fish = try Program.run("--generate-completion-script fish").output
    #expect(
      fish.contains(
        "_for_positional \"tilebound help\" -eq 1' -fka '\(commands) mapping files energy'\n"))
  }

  /// Where a file is expected scripts offer files.
  @Test(arguments: [
    ("report", "add_completions -f"), ("merge", "add_completions -f"), ("validate", "add_completions -f"),
    ("sweep", "---completion sweep"), ("convert", "---completion convert"),
  ])
  func filesAreOffered(command: String, expected: String) throws {
    let script = try Program.run("--generate-completion-script bash").output
    let function = try #require(
      script.split(separator: "_tilebound_\(command)() {").last?.split(separator: "\n}").first)
    let positional = try #require(function.split(separator: "positional_number}\" in").last)
    #expect(positional.contains(expected), "\(positional)")
  }

  @Test func files() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/mine.yaml"
      try "".write(toFile: file, atomically: true, encoding: .utf8)
      #expect(try completions("--network", ["bound", "--network", String(file.dropLast(7))]) == [file])
    }
  }
}
