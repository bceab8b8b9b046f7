import Foundation
import TestSupport
import Testing

/// `tilebound export` as users run it.
struct ExportCommandTests {
  private static let shape = "--shape k=6,c=4,p=9,q=9,r=3,s=3,padding=1"

  /// From a layer to a program that runs, in three commands.
  @Test(.enabled(if: (try? Program.shell("cc --version"))?.code == 0, "needs a C compiler, cc"))
  func programRuns() throws {
    try withTemporaryFolder { folder in
      let commands = [
        "tilebound export \(Self.shape) --capacity 300B --to c > layer.c", "cc -std=c11 -O1 layer.c -o layer",
        "./layer",
      ]
      let outcome = try Program.shell(commands.joined(separator: " && "), in: folder)
      #expect(outcome.code == 0 && outcome.error.isEmpty, "\(outcome.error)")
      #expect(outcome.output.hasPrefix("shape: 0 of 486 outputs differ from those of plain loops\nwords "))
    }
  }

  /// A mapping comes from a search, a file, a line or a record, and is the same from each.
  @Test func waysToGiveAMapping() throws {
    try withTemporaryFolder { folder in
      let network = "\(folder)/net.yaml"
      let table = """
        network: net
        source: a test
        layers:
          - {name: conv, input: {channels: 4, height: 9, width: 9}, output: {channels: 6}, kernel: 3, padding: 1}
          - {name: fc, gemm: {m: 3, n: 5, k: 7}}

        """
      try Data(table.utf8).write(to: URL(fileURLWithPath: network))
      let bits = "--bits inputs=8,weights=8,outputs=32,partial-sums=32"
      let optimize = "optimize \(network) --capacity 300B \(bits) --no-timing --quiet"
      for form in ["json", "csv"] { #expect(try Program.run("\(optimize) --output \(folder)/all.\(form)").code == 0) }
      #expect(try Program.run("\(optimize) --layer conv --mapping \(folder)/conv.yaml").code == 0)
      let searched = try Program.run("export \(network) --layer conv --capacity 300B --to c")
      #expect(searched.code == 0 && searched.output.contains("void conv_run("), "\(searched.error)")
      let json = "export \(network) --layer conv --mapping \(folder)/conv.yaml --to json --output \(folder)/conv.json"
      #expect(try Program.run(json).code == 0)
      for way in [
        "--result \(folder)/all.json --layer conv",
        "--result \(folder)/all.csv --layer conv --network net --capacity 300B",
        "\(network) --mapping \(folder)/conv.yaml", "\(network) --mapping \(folder)/conv.json --capacity 300B",
      ] {
        let outcome = try Program.run("export \(way) --to c")
        #expect(
          outcome.code == 0 && outcome.output == searched.output && outcome.error.isEmpty, "\(way) \(outcome.error)")
      }
      let float = try Program.run("export --result \(folder)/all.json --layer conv --capacity 300B --to c --type float")
      #expect(float.code == 0 && float.output.contains("typedef float conv_input;"))
      #expect(
        float.error.contains("conv: the program's Buffer has ") && float.error.contains(", more than 300 B, since"))
      let bare = try Program.run("export --result \(folder)/all.json --layer fc --to c --no-main")
      #expect(bare.code == 0 && bare.output.contains("void fc_run(") && !bare.output.contains("main("))
    }
  }

  /// The JSON form of a mapping has the keys of the YAML form and of results.
  @Test func json() throws {
    let line = ["--nest", "k:4~ [outputs] r%2 r:1 [inputs] k:1 [weights]", "--to", "json"]
    let outcome = try Program.run(["export", "--shape", "k=6,c=4,p=9,r=3,stride=2x1"] + line)
    #expect(
      outcome.output == """
        {
          "mapping": [
            {"for": "k", "tile": 4, "direction": "back-and-forth"},
            {"keep": "outputs"},
            {"for": "r", "phases": 2},
            {"for": "r", "tile": 1},
            {"keep": "inputs"},
            {"for": "k", "tile": 1},
            {"keep": "weights"}
          ]
        }

        """)
    try withTemporaryFolder { folder in
      try Data(outcome.output.utf8).write(to: URL(fileURLWithPath: "\(folder)/m.json"))
      let again = try Program.run(
        "evaluate --shape k=6,c=4,p=9,r=3,stride=2x1 --mapping \(folder)/m.json --format json")
      #expect(again.code == 0 && again.output.contains("back-and-forth"), "\(again.error)")
    }
  }

  private static let refused: [(line: String, code: Int32, message: String)] = [
    (
      "alexnet --capacity 64KiB", 64,
      "missing expected argument '--to <target>'; 'tilebound help export' tells what is accepted"
    ),
    ("alexnet --layer conv2 --capacity 64KiB --to llvm", 64, "--to: 'llvm' is unknown; accepted: "),
    (
      "alexnet --capacity 64KiB --to c", 64,
      "writes the mapping of one layer; choose it by --layer, one of conv1, conv2"
    ),
    ("alexnet --layer conv2 --to c", 64, "needs a mapping: give --capacity to search for one, --mapping, --nest or"),
    ("\(shape) --capacity 5B --to c", 2, "shape: no mapping fits 5 B; the least capacity that would is 6 B"),
    ("\(shape) --capacity 64KiB --to json --no-main", 64, "--no-main goes with --to c, not with --to json"),
    ("\(shape) --capacity 64KiB --to json --type float", 64, "--type goes with --to c and mlir, not with --to json"),
    ("\(shape) --capacity 64KiB --to mlir --no-main", 64, "--no-main goes with --to c, not with --to mlir"),
    ("\(shape) --capacity 64KiB --to mlir --output x.json", 64, "'x.json' ends in .json, and a module of MLIR is"),
    ("\(shape) --capacity 64KiB --to c --output x.json", 64, "'x.json' ends in .json, and a program in C is written"),
    ("--result none.json --to c", 64, "none.json: cannot be read: No such file or directory"),
    ("--result none.json --shape p=3 --to c", 64, "--shape does not go with --result, whose record has its layer"),
    ("--result none.json --bits 8 --to c", 64, "--bits does not go with --result, whose record has its own"),
    (
      "--network alexnet --mapping configs/mappings/alexnet-conv2.yaml --dataflow os --to c", 64,
      "--dataflow goes with a search, not with --mapping"
    ),
    (
      "--network alexnet --mapping configs/mappings/alexnet-conv2.yaml --capacity 1KiB --to c", 2,
      "does not fit 1 KiB; the mapping needs"
    ),
  ]

  @Test(arguments: refused)
  func refusals(line: String, code: Int32, message: String) throws {
    try expectRefusal(of: "export \(line)", code: code, message: message)
  }

  /// Of several mappings in a file of results one is to be chosen.
  @Test func recordsThatAreMany() throws {
    try withTemporaryFolder { folder in
      let made = try Program.run(
        "gap --gemm 9x8x7 --capacity 16B,64B --reuse sliding --format json --output \(folder)/gap.json")
      #expect(made.code == 0)
      let several = try Program.run("export --result \(folder)/gap.json --to c")
      #expect(
        several.code == 64
          && several.error
            == "tilebound: \(folder)/gap.json: 2 records have different mappings; choose one by --network, "
            + "--layer, --capacity or --reuse\n",
        "\(several.error)")
      #expect(try Program.run("export --result \(folder)/gap.json --capacity 64B --to c").code == 0)
      let missing = try Program.run("export --result \(folder)/gap.json --capacity 32B --to c")
      #expect(
        missing.code == 64 && missing.error.contains("none of its 2 records is the one that is asked for"))
    }
  }

  /// A module of MLIR tiles by the loops, says what it leaves out, and is refused where loops walk phases.
  @Test func modules() throws {
    func export(_ nest: String) throws -> Program.Outcome {
      try Program.run(
        ["export", "--shape", "k=6,c=4,h=9,w=9,r=3,s=3,padding=1,stride=2", "--nest", nest, "--to", "mlir"])
    }
    let whole = try export("k:4~ p:2 [outputs] c:1 k:2 k:1 [inputs] [weights]")
    #expect(whole.code == 0)
    for line in [
      "%padded = tensor.pad %inputs low[0, 0, 1, 1] high[0, 0, 1, 1]",
      "linalg.conv_2d_nchw_fchw {dilations = dense<[1, 1]> : tensor<2xi64>, strides = dense<[2, 2]> : tensor<2xi64>}",
      "tile_using_for %layer tile_sizes [0, 4, 2, 0, 0, 0, 0] interchange = [1, 2, 0, 3, 4, 5, 6]",
      "tile_using_for %tile0 tile_sizes [0, 2, 0, 0, 1, 0, 0] interchange = [4, 1, 0, 2, 3, 5, 6]",
      "tile_using_for %tile1 tile_sizes [0, 1, 0, 0, 0, 0, 0] interchange = [1, 0, 2, 3, 4, 5, 6]",
    ] {
      #expect(whole.output.contains(line), "\(line) is not in\n\(whole.output)")
    }
    let unsaid = [
      "where tensors are kept, and so what is copied", "that loops run back and forth; all run forward",
    ]
    #expect(whole.error == unsaid.map { "tilebound: shape: MLIR does not say \($0)\n" }.joined())
    #expect(unsaid.allSatisfy { whole.output.contains("// It does not say \($0).") })
    let phases = try export("r%2 k:4 [outputs] [inputs] [weights]")
    #expect(
      phases.code == 1 && phases.output.isEmpty
        && phases.error
          == "tilebound: shape: cannot be written in MLIR: a loop walks phases of r, which the tilings of MLIR have not; loops "
          + "over tiles can be written\n",
      "\(phases.error)")
  }

  /// What C does not hold is refused with what to ask for instead.
  @Test func unevenRowsOfLongInputs() throws {
    let line = ["--shape", "h=100002,r=2,stride=5x1", "--nest", "p:10 [inputs] [weights] [outputs]", "--to", "c"]
    let outcome = try Program.run(["export"] + line)
    #expect(outcome.code == 1 && outcome.output.isEmpty)
    #expect(
      outcome.error
        == "tilebound: shape: cannot be written in C: its boxes hold input rows at uneven distances, which takes a table, and "
        + "there are 100002; at most 65536 can be; loops over phases of p and r, or q and s, outside the keep make them even\n"
    )
    // With them it is written.
    let phases = ["--shape", "h=100002,r=2,stride=5x1", "--nest", "r%2 p:10 [inputs] [weights] [outputs]", "--to", "c"]
    #expect(try Program.run(["export"] + phases).code == 0)
  }
}
