import Foundation
import TestSupport
import Testing

/// Mappings to and from Timeloop as users run them.
struct TimeloopCommandTests {
  private func record(_ outcome: Program.Outcome) throws -> [String: Any] {
    let document = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
    return try #require((document?["records"] as? [[String: Any]])?.first)
  }

  /// What `optimize --timeloop` writes, `evaluate` takes back: without padding it moves and holds the same.
  @Test(arguments: [
    "k=24,c=10,p=13,q=9,r=3,s=3,stride=2x1", "p=40,k=30,c=20", "g=3,k=4,c=2,p=11,q=11,r=5,s=5,dilation=2",
  ])
  func optimaComeBack(shape: String) throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/mapping.yaml"
      let optimized = try Program.run(
        "optimize --shape \(shape) --capacity 300B --reuse sliding --format json --no-timing --timeloop \(file)")
      #expect(optimized.code == 0, "\(optimized.error)")
      let evaluated = try Program.run("evaluate --mapping \(file) --reuse sliding --replay --format json")
      #expect(evaluated.code == 0, "\(evaluated.error)")
      let (found, again) = (try record(optimized), try record(evaluated))
      for key in ["traffic_bits", "macs", "occupancy_bits"] {
        #expect(found[key] as? NSObject == again[key] as? NSObject, "\(key)")
      }
      // The problem alone is a layer too.
      #expect(try Program.run("networks \(file)").code == 0)
    }
  }

  /// Of loops that turn round the default takes some that Timeloop does not have: behind its answer it says so, and what to ask instead. Where
  /// a nest moves as much without it is written so.
  @Test func turningLoops() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/mapping.yaml"
      let search = "optimize --gemm 40x30x20 --format json --no-timing --timeloop \(file) --capacity"
      let refused = try Program.run("\(search) 300B")
      #expect(try refused.code == 1 && record(refused)["capacity_bits"] as? Int == 2400)
      #expect(
        refused.error
          == "tilebound: \(file): gemm: cannot be written for Timeloop: a loop over p runs back and forth: in Timeloop "
          + "loops run forward; --reuse sliding or none searches nests of forward loops over tiles alone\n")
      #expect(!FileManager.default.fileExists(atPath: file))
      #expect(try Program.run("\(search) 300B --reuse sliding").code == 0)
      let found = try Program.run("\(search) 900B")
      #expect(found.code == 0, "\(found.error)")
      #expect(found.output.contains("back-and-forth"))
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect(text.contains("# Loops of the mapping that run back and forth run forward here: it moves as much.\n"))
      let again = try Program.run("evaluate --mapping \(file) --replay --format json")
      #expect(try record(found)["traffic_bits"] as? NSObject == record(again)["traffic_bits"] as? NSObject)
    }
  }

  @Test func evaluateWritesWhatItIsGiven() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/mapping.yaml"
      let outcome = try Program.run([
        "evaluate", "--shape", "k=4,c=8,p=7", "--nest", "k:4 [outputs] p:3 c:1 [inputs] k:1 p:1 [weights]",
        "--timeloop",
        file,
      ])
      #expect(outcome.code == 0, "\(outcome.error)")
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect(text.contains("# As Tilebound counts them: Inputs 56 read, Weights "))
      // Seven rows in blocks of three: three passes, of which the last has one row.
      #expect(text.contains("P3,1"))
    }
  }

  /// What does not go with a file that has its problem is refused, and word widths that are not applied are told.
  @Test func whatComesWithTheMapping() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/mapping.yaml"
      let made = try Program.run(
        "optimize --shape k=4,c=8,p=7 --capacity 64B --bits inputs=8,weights=4,outputs=8,partial-sums=16 "
          + "--reuse sliding --timeloop \(file)"
      )
      #expect(made.code == 0, "\(made.error)")
      for (option, message) in [
        ("--network alexnet", "--network"), ("--layer conv1", "--layer"), ("--shape p=3", "--shape"),
        ("--dim batch=1", "--dim"),
      ] {
        let outcome = try Program.run("evaluate --mapping \(file) \(option)")
        #expect(outcome.code == 64)
        #expect(
          outcome.error
            == "tilebound: \(file): is a mapping of Timeloop's, with its problem: \(message) does not go with it\n")
      }
      let told = try Program.run("evaluate --mapping \(file)")
      #expect(told.code == 0 && told.output.contains("word widths 8/8/8/8"))
      let widths = "its word widths are not applied unless asked for by --bits"
      #expect(told.error.contains("\(file): \(widths) inputs=8,weights=4,outputs=16,partial-sums=16\n"))
      let asked = try Program.run(
        "evaluate --mapping \(file) --bits inputs=8,weights=4,outputs=8,partial-sums=16")
      #expect(asked.code == 0 && !asked.error.contains("its word widths"))
      let text = try String(contentsOfFile: file, encoding: .utf8)
      try text.replacing("problem:\n", with: "problem:\n  version: 0.7\n").write(
        toFile: file, atomically: true, encoding: .utf8)
      let strange = try Program.run("networks \(file)")
      #expect(strange.code == 64 && strange.error.contains("the versions 0.1, 0.2, 0.3, 0.4 can be read"))
    }
  }

  /// Word widths that an architecture gives for some of the tensors are told of as well.
  @Test func someWordWidths() throws {
    try withTemporaryFolder { folder in
      let text = """
        problem: {shape: cnn_layer, C: 2, K: 4, N: 1, P: 6, Q: 1, R: 1, S: 1}
        mapping:
          - {target: MainMemory, type: temporal, factors: K4}
          - {target: Near, type: temporal, factors: C2 P6}
          - {target: Near, type: datatype, keep: [Inputs], bypass: [Weights, Outputs]}
          - {target: Far, type: datatype, keep: [Weights, Outputs], bypass: [Inputs]}
        architecture:
          version: 0.4
          nodes:
            - {name: MainMemory, attributes: {word-bits: 64}}
            - {name: Far}
            - {name: Near, attributes: {datawidth: 16}}

        """
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/map.yaml"))
      let told = try Program.run("evaluate --mapping map.yaml --energy horowitz-45nm-int8", in: folder)
      #expect(told.code == 0 && told.output.hasPrefix("map: energy model horowitz-45nm-int8, word widths 8/8/8/32 "))
      #expect(
        told.error.contains(
          "tilebound: map.yaml: its word widths are not applied unless asked for by --bits "
            + "inputs=16,weights=8,outputs=8,partial-sums=32\n"), "\(told.error)")
      let asked = try Program.run(
        "evaluate --mapping map.yaml --bits inputs=16,weights=8,outputs=8,partial-sums=32", in: folder)
      #expect(asked.code == 0 && !asked.error.contains("word widths"), "\(asked.error)")
    }
  }

  /// A mapping without its problem is refused, saying what is to be given; with the problem's file it is taken.
  @Test func problemsInFilesOfTheirOwn() throws {
    try withTemporaryFolder { folder in
      let problem = "problem: {shape: cnn_layer, C: 2, K: 4, N: 1, P: 6, Q: 1, R: 1, S: 1}\n"
      let mapping =
        "mapping: [{target: DRAM, type: temporal, factors: K4}, {target: B, type: temporal, factors: C2 P6}]"
      try Data(problem.utf8).write(to: URL(fileURLWithPath: "\(folder)/problem.yaml"))
      try Data(mapping.utf8).write(to: URL(fileURLWithPath: "\(folder)/map.yaml"))
      let missing = try Program.run("evaluate --mapping map.yaml", in: folder)
      #expect(missing.code == 64 && missing.output.isEmpty)
      #expect(
        missing.error
          == "tilebound: map.yaml: is a mapping of Timeloop's without its problem: give the problem's file as --network\n"
      )
      let shape = try Program.run("evaluate --mapping map.yaml --shape p=3", in: folder)
      #expect(
        shape.code == 64 && shape.error.contains("whose problem is to be given as --network: --shape does not go"))
      let builtIn = try Program.run("evaluate --mapping map.yaml --network alexnet", in: folder)
      #expect(
        builtIn.code == 64 && builtIn.output.isEmpty
          && builtIn.error
            == "tilebound: alexnet: is a built-in network; the file of the mapping's problem is expected\n",
        "\(builtIn.error)")
      let both = try Program.run("evaluate --mapping map.yaml --network problem.yaml", in: folder)
      #expect(both.code == 0 && both.output.contains("inputs read"), "\(both.error)")
    }
  }

  /// A problem that includes its shape from its folder, with a variable; what lies elsewhere is refused, and nothing read.
  @Test func includedFiles() throws {
    try withTemporaryFolder { folder in
      let base = "x: &base {shape: gemm_ABZ, instance: {M: 6, N: 5}}\n"
      let layer = "{{include_text('base.yaml')}}\nproblem:\n  <<<: *base\n  instance: {K: {{DEPTH | default(4)}}}\n"
      try FileManager.default.createDirectory(atPath: "\(folder)/a", withIntermediateDirectories: false)
      for (name, text) in [
        ("base.yaml", base), ("layer.yaml", layer), ("a/layer.yaml", layer.replacing("'base", with: "'../base")),
      ] {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
      }
      let read = try Program.run("networks layer.yaml --dim DEPTH=7", in: folder)
      #expect(read.code == 0 && read.output.contains(" 210 "), "\(read.error)")
      let byDefault = try Program.run("bound --network layer.yaml --capacity 1KiB", in: folder)
      #expect(
        byDefault.code == 0
          && byDefault.error.contains(
            "tilebound: layer.yaml: the template's variables have their defaults DEPTH=4; --dim gives others\n"),
        "\(byDefault.error)")
      let outside = try Program.run("networks a/layer.yaml", in: folder)
      #expect(outside.code == 64 && outside.output.isEmpty)
      #expect(
        outside.error
          == "tilebound: a/layer.yaml:1: '../base.yaml' leads out of its folder; only what lies in the folder of layer.yaml is "
          + "included: copy it there, and write 'base.yaml' here\n")
    }
  }

  @Test func refusals() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/mapping.yaml"
      let uneven = try Program.run([
        "evaluate", "--shape", "k=4,c=8,p=7", "--nest", "p:5 [outputs] p:2 [inputs] [weights]", "--timeloop", file,
      ])
      #expect(uneven.code == 1 && uneven.output.hasPrefix("shape: energy model unit, "))
      #expect(
        uneven.error
          == "tilebound: \(file): shape: cannot be written for Timeloop: blocks of 5 over p are cut by 2: in "
          + "Timeloop a tile must divide the tile around it\n")
      #expect(!FileManager.default.fileExists(atPath: file))
      let several = try Program.run("optimize --network alexnet --capacity 64KiB --timeloop \(file)")
      #expect(several.code == 64 && several.error.contains("--timeloop takes the mapping of a single layer"))
      let same = try Program.run(
        "optimize --shape p=3 --capacity 64KiB --timeloop \(file) --mapping \(file)")
      #expect(same.code == 64 && same.error.contains("--mapping and --timeloop name the same file"))
    }
  }
}
