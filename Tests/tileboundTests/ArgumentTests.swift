import Foundation
import TestSupport
import Testing

/// What is asked is done or refused: no option is dropped, and names and values are taken as people write them.
struct ArgumentTests {
  private static func noShard(_ text: String) -> String {
    "--shard: '\(text)' is no part of a sweep; 3/16 is the third of 16, and 1/1 to 100000/100000 are accepted"
  }

  private static let refused: [(line: String, message: String)] = [
    // Commands.
    ("optimise", "unknown command 'optimise'; did you mean 'optimize'?"),
    ("Curves --network alexnet", "unknown command 'Curves'; did you mean 'curve'?"),
    ("help netwrks", "unknown command or topic 'netwrks'; did you mean 'networks'?"),
    ("help mappings", "unknown command or topic 'mappings'; did you mean 'mapping'?"),
    ("help mapping energy", "help mapping: unexpected argument 'energy'"),
    (
      "frobnicate",
      "unknown command 'frobnicate'; accepted: optimize, curve, sweep, merge, gap, bound, evaluate, export, validate, convert, "
        + "report, networks"
    ),
    // An option with one value is given once.
    (
      "gap --network alexnet --network vgg16 --capacity 64KiB",
      "--network is given twice, as 'alexnet' and 'vgg16'; one is expected; 'tilebound sweep' takes several"
    ),
    (
      "bound --network=alexnet --capacity 64KiB --network vgg16",
      "--network is given twice, as 'alexnet' and 'vgg16'; one is expected"
    ),
    (
      "optimize alexnet --capacity 1KiB --capacity=2KiB",
      "--capacity is given twice, as '1KiB' and '2KiB'; one is expected"
    ),
    (
      "sweep alexnet --capacity 1KiB --output a.csv --output b.csv",
      "--output is given twice, as 'a.csv' and 'b.csv'; one is expected"
    ),
    (
      "validate m.csv --platform simba --bins 3 --bins 4",
      "--bins is given twice, as '3' and '4'; one is expected"
    ),
    ("report a.json --title A --title B", "--title is given twice, as 'A' and 'B'; one is expected"),
    ("convert alexnet --name a --name b", "--name is given twice, as 'a' and 'b'; one is expected"),
    ("evaluate --shape p=3 --nest x --nest y", "--nest is given twice, as 'x' and 'y'; one is expected"),
    (
      "curve alexnet --network vgg16",
      "the network is given twice, as 'alexnet' and as --network 'vgg16'; one is expected"
    ),
    (
      "networks alexnet --network vgg16",
      "the network is given twice, as 'alexnet' and as --network 'vgg16'; one is expected"
    ),
    ("gap alexnet vgg16 --capacity 64KiB", "unexpected argument 'vgg16'; 'tilebound help gap' tells what is accepted"),
    ("optimize alexnet --gemm 1x2x3 --capacity 1KiB", "--network and --gemm both name the layer; give one of them"),
    (
      "optimize alexnet --shape p=1 --gemm 1x2x3 --capacity 1KiB",
      "--network and --shape and --gemm all name the layer; give one of them"
    ),
    ("optimize --gemm 1x2x3 --layer a --capacity 1KiB", "--layer goes with --network, not with --gemm"),
    ("optimize --gemm 1x2x3 --dim a=1 --capacity 1KiB", "--dim goes with --network, not with --gemm"),
    // Values that begin with a minus sign.
    (
      "optimize --shape p=3 --capacity -1KiB",
      "--capacity: '-1KiB' is negative; at least 1 bit and less than 1 PiB is accepted"
    ),
    (
      "gap --shape p=3 --capacity 1KiB,-1KiB",
      "--capacity: '-1KiB' is negative; at least 1 bit and less than 1 PiB is accepted"
    ),
    ("optimize --shape p=3 --capacity 1KiB --threads -1", "--threads: is -1; 1 to 1024 is accepted"),
    (
      "optimize --shape p=3 --capacity 1KiB --bits -8",
      "--bits: '-8' is no width; 1 to 64 is accepted, or a list as "
        + "inputs=8,weights=8,outputs=8,partial-sums=24"
    ),
    ("validate m.csv --platform simba --bins -3", "--bins: is -3; at least 1 is accepted"),
    ("validate m.csv --platform simba --bins 3 --below -1.5", "--below: is -1.5; more than 0 is accepted"),
    ("optimize --shape p=3 --capacity --threads 1", "--capacity: has no value; <size> is expected"),
    ("optimize --shape p=3 --capacity 1KiB --threads two", "--threads: is 'two'; a number is expected"),
    ("optimize --shape p=3 --capacity", "--capacity: has no value; <size> is expected"),
    // Options that mean nothing without another.
    ("curve --shape p=3 --plot-in words", "--plot-in goes with --plot, which is not given"),
    (
      "curve --shape p=3 --within 10% --format csv",
      "--within sets the knee, which CSV does not have; a table, JSON and --plot have it"
    ),
    (
      "sweep alexnet --capacity 1KiB --output x.csv --plot-format png",
      "--plot-format goes with --plot, which is not given"
    ),
    (
      "validate m.csv --platform simba --page x.html --plot-format png",
      "--plot-format goes with --plot, which is not given"
    ),
    ("validate m.csv --platform simba --below 3", "--below: limits what goes into --bins: give both"),
    ("sweep alexnet --capacity 1KiB --output - --restart", "--restart: goes with a file, not with standard output"),
    // Parts of sweeps.
    ("sweep alexnet --capacity 1KiB --output x.csv --shard 0/4", noShard("0/4")),
    ("sweep alexnet --capacity 1KiB --output x.csv --shard 5/4", noShard("5/4")),
    ("sweep alexnet --capacity 1KiB --output x.csv --shard a/b", noShard("a/b")),
    ("sweep alexnet --capacity 1KiB --output x.csv --shard 3", noShard("3")),
    ("sweep alexnet --capacity 1KiB --output x.csv --shard -1/4", noShard("-1/4")),
    (
      "sweep alexnet --capacity 1KiB --output - --shard 1/4",
      "--shard: goes with a file, which is merged by the index beside it"
    ),
    (
      "sweep alexnet --capacity 1KiB --output x.csv --plot . --shard 1/4",
      "--shard: does not go with --plot, which draws whole networks"
    ),
    ("sweep alexnet --capacity 1KiB --output x.csv --measure", "--measure goes with --plan, which is not given"),
    ("sweep alexnet --capacity 1KiB --plan --shard 5/4", noShard("5/4")),
    ("merge", "needs the parts of a sweep, for example: tilebound merge part-*.jsonl --output sweep.jsonl"),
    (
      "merge README.md",
      "needs a file to write: give --output, for example: tilebound merge part-*.jsonl --output sweep.jsonl"
    ),
    (
      "merge README.md --output x.csv",
      "README.md: is no shard of a sweep: there is no README.md.index.json that says which"
    ),
    ("merge results/built-in.csv --output x.csv", "results/built-in.csv: holds a whole sweep and no shard of one"),
    (
      "merge - --output x.csv",
      "standard input: has no index beside it that says which shard it is; give parts as files"
    ),
    // Shares.
    ("curve --shape p=3 --within 5", "--within: '5' may mean 5% or 500%; write it with the percent sign"),
    ("curve --shape p=3 --within 0.1", "--within: '0.1' may mean 0.1% or 10%; write it with the percent sign"),
    // Names.
    (
      "optimize resnet51 --capacity 1KiB",
      "--network: unknown network 'resnet51'; did you mean 'resnet50'? (a file's name has a dot or a slash)"
    ),
    (
      "optimize alexnet --capacity 1KiB --energy Horowitz-int8",
      "--energy: unknown energy model 'Horowitz-int8'; did you mean 'horowitz-45nm-int8'? (a file's name has a dot or a "
        + "slash)"
    ),
    (
      "gap alexnet --layer conv1,fc9 --capacity 1KiB",
      "--layer: alexnet has no layer 'fc9'; did you mean 'fc6'? it has conv1, conv2, conv3, conv4, conv5, fc6, fc7, fc8"
    ),
    (
      "gap alexnet --layer pool* --capacity 1KiB",
      "--layer: alexnet has no layer 'pool*'; it has conv1, conv2, conv3, conv4, conv5, fc6, fc7, fc8"
    ),
    (
      "sweep alexnet vgg16 --layer conv1 --capacity 1KiB --output x.csv",
      "--layer: vgg16 has none of these layers; leave it out"
    ),
    (
      "gap alexnet --dataflow wss --capacity 1KiB", "--dataflow: unknown dataflow 'wss'; did you mean 'ws'?"
    ),
    // Tiles beyond what their loops walk.
    (
      "evaluate --shape k=4,c=8,p=6 --nest k:20_[outputs]_c:1_[inputs]_k:1_p:1_[weights]",
      "--nest: the loop k:20 has a tile of 20, but k is 4 there; 1 to 4 is accepted"
    ),
    (
      "evaluate --shape k=4,c=8,p=6 --nest k:2_[outputs]_c:1_[inputs]_k:3_p:1_[weights]",
      "--nest: the loop k:3 has a tile of 3, but k is 2 there; 1 to 2 is accepted"
    ),
    (
      "evaluate --shape k=4,c=8,p=6 --nest k:2_[outputs]_c:1_[inputs]_p%7~_[weights]",
      "--nest: the loop p%7 has 7 phases, but p is 6 there; 2 to 6 is accepted"
    ),
    (
      "evaluate --shape k=4,c=8,p=6 --nest k:2_[outputs]_r%2_[inputs]_[weights]",
      "--nest: the loop r%2 has 2 phases, but r is 1 there; it cannot be cut"
    ),
    // Rules of reuse.
    (
      "evaluate --shape p=3 --nest [inputs]_[weights]_[outputs] --reuse all",
      "--reuse: 'all' is unknown; accepted: overlap, sliding, none"
    ),
    (
      "optimize --shape p=3,r=2 --capacity 1KiB --reuse all",
      "--reuse: 'all' is unknown; accepted: overlap, sliding, none"
    ),
    (
      "curve --shape p=3,r=2 --reuse all",
      "--reuse: 'all' is unknown; accepted: overlap, sliding, none"
    ),
    (
      "gap --shape p=3,r=2 --capacity 1KiB --reuse all",
      "--reuse: 'all' is unknown; accepted: overlap, sliding, none"
    ),
    (
      "sweep alexnet --capacity 1KiB --output x.csv --reuse sliding,all",
      "--reuse: 'all' is unknown; accepted: overlap, sliding, none"
    ),
    (
      "evaluate --shape k=4,c=8,p=6 --mapping configs/mappings/alexnet-conv2.yaml",
      "configs/mappings/alexnet-conv2.yaml: mapping[0]: the loop k:20 has a tile of 20, but k is 4 there; 1 to 4 is accepted"
    ),
    // Files whose names say another form.
    (
      "optimize alexnet --capacity 1KiB --output x.jsonl",
      "--output: 'x.jsonl' ends in .jsonl, and a table, JSON or CSV is written; a name in .txt, .json or .csv is accepted"
    ),
    (
      "optimize alexnet --capacity 1KiB --output x.csv --format json",
      "--output: 'x.csv' ends in .csv, and JSON (--format json) is written; a name in .json is accepted"
    ),
    (
      "gap alexnet --capacity 1KiB --output x.json.gz --format table",
      "--output: 'x.json' ends in .json, and a table (--format table) is written; a name in .txt is accepted"
    ),
    (
      "sweep alexnet --capacity 1KiB --output x.jsonl --format csv",
      "--output: 'x.jsonl' ends in .jsonl, and a table (--format csv) is written; a name in .csv is accepted"
    ),
    (
      "sweep alexnet --capacity 1KiB --output x.csv.gz --format jsonl",
      "--output: 'x.csv' ends in .csv, and JSON lines (--format jsonl) is written; a name in .jsonl is accepted"
    ),
    (
      "sweep alexnet --capacity 1KiB --output x.json",
      "--output: 'x.json' ends in .json, and a table or JSON lines is written; a name in .csv or .jsonl is accepted"
    ),
    (
      "sweep alexnet --capacity 1KiB --output x.json --format jsonl",
      "--output: 'x.json' ends in .json, and JSON lines (--format jsonl) is written; a name in .jsonl is accepted"
    ),
    (
      "report x.json --output y.csv",
      "--output: 'y.csv' ends in .csv, and a page of HTML is written; a name in .html is accepted"
    ),
    (
      "sweep alexnet --capacity 1KiB --output x.html",
      "--output: 'x.html' ends in .html, and a table or JSON lines is written; a name in .csv or .jsonl is accepted"
    ),
    // A layer that is asked for where the mapping is another's.
    (
      "evaluate alexnet --layer conv3,conv4 --mapping configs/mappings/alexnet-conv2.yaml",
      "--layer: is conv3, conv4, and configs/mappings/alexnet-conv2.yaml is for conv2; --layer conv2, or a file that names "
        + "no layer, is accepted"
    ),
    (
      "export alexnet --layer conv3 --mapping configs/mappings/alexnet-conv2.yaml --to c",
      "--layer: is conv3, and configs/mappings/alexnet-conv2.yaml is for conv2; --layer conv2, or a file that names no "
        + "layer, is accepted"
    ),
    (
      "evaluate vit-b16 --mapping configs/mappings/alexnet-conv2.yaml",
      "configs/mappings/alexnet-conv2.yaml: layer: unknown layer 'conv2'; accepted: conv_proj, "
        + "self_attention.in_proj, self_attention.scores, self_attention.context, self_attention.out_proj, mlp.0, mlp.3, "
        + "heads.head"
    ),
    // Two answers in one place.
    (
      "optimize alexnet --layer conv1 --capacity 1KiB --mapping -",
      "--mapping and the answer would both go to standard output; give one of them a file"
    ),
    (
      "optimize alexnet --layer conv1 --capacity 1KiB --mapping - --timeloop - --output x.json",
      "--mapping and --timeloop would both go to standard output; give one of them a file"
    ),
    (
      "evaluate --shape p=3 --nest [inputs]_[weights]_[outputs] --replay --burst 200GiB",
      "--burst: is 200GiB; at most 128 GiB is accepted"
    ),
    (
      "evaluate --shape p=3 --nest [inputs]_[weights]_[outputs] --timeloop x --output x",
      "--timeloop and --output name the same file, x"
    ),
  ]

  /// Each refusal is exactly this line.
  @Test(arguments: cases(refused))
  func refusals(line: String, message: String) throws {
    let arguments = line.split(separator: " ").map {
      $0.contains("[") ? String($0).replacing("_", with: " ") : String($0)
    }
    let outcome = try Program.run(arguments)
    #expect(outcome.code == 64 && outcome.output.isEmpty, "\(outcome)")
    #expect(outcome.error == "tilebound: \(message)\n")
  }

  /// Widths that are left out are the energy model's, as if they had been written.
  @Test(arguments: ["optimize", "curve", "gap", "bound"])
  func widthsThatAreLeftOut(command: String) throws {
    let reuse = command == "bound" ? "" : " --reuse sliding"
    let line =
      "\(command) --network alexnet --layer conv2 --capacity 1KiB --energy horowitz-45nm-int8 --format csv\(reuse)"
    let timing = command == "optimize" ? " --no-timing" : ""
    let left = try Program.run("\(line) --bits inputs=8\(timing)")
    let written = try Program.run("\(line) --bits inputs=8,weights=8,outputs=8,partial-sums=32\(timing)")
    #expect(left.code == 0 && left.output == written.output, "\(left.error)")
    let narrow = try Program.run("\(line) --bits 8\(timing)")
    #expect(narrow.code == 0 && narrow.output != left.output)
  }

  /// A sweep pairs each choice of widths with each energy model, in files as in options.
  @Test func widthsInSweeps() throws {
    try withTemporaryFolder { folder in
      try Data(
        """
        networks: alexnet
        layers: conv2
        capacities: 16KiB
        energy: [unit, horowitz-45nm-int8]
        bits: [{inputs: 4}, 8]
        reuse: sliding
        """.utf8
      ).write(to: URL(fileURLWithPath: "\(folder)/s.yaml"))
      let file = try Program.run("sweep s.yaml --output file.csv", in: folder)
      #expect(file.code == 0 && file.output.contains("file.csv: 4 records"), "\(file.error)")
      let options = try Program.run(
        "sweep --network alexnet --layer conv2 --capacity 16KiB --energy unit,horowitz-45nm-int8 --bits inputs=4 --bits 8 "
          + "--reuse sliding --output options.csv", in: folder)
      #expect(options.code == 0, "\(options.error)")
      let table = try String(contentsOfFile: "\(folder)/file.csv", encoding: .utf8)
      #expect(try table == String(contentsOfFile: "\(folder)/options.csv", encoding: .utf8))
      let rows = table.split(separator: "\n").dropFirst().compactMap {
        $0.firstMatch(of: /,131072,(\d+),(\d+),(\d+),(\d+),sliding,.*,(unit|horowitz-45nm-int8),/)
      }
      #expect(
        rows.map { "\($0.output.1)/\($0.output.2)/\($0.output.3)/\($0.output.4) \($0.output.5)" } == [
          "4/8/8/8 unit", "4/8/8/32 horowitz-45nm-int8", "8/8/8/8 unit", "8/8/8/8 horowitz-45nm-int8",
        ])
      // Gone on with as what it is, and told apart from what it is not.
      let again = try Program.run("sweep s.yaml --output file.csv", in: folder)
      #expect(again.output.contains("file.csv: 4 records, all there already"))
      let other = try Program.run("sweep s.yaml --bits 8 --output file.csv", in: folder)
      #expect(
        other.error
          == "tilebound: file.csv: holds another sweep: the word widths changed; "
          + "--restart replaces it, another --output leaves it\n")
    }
  }

  /// A network is named in the same ways everywhere, and in any spelling.
  @Test(arguments: [
    "optimize # --layer conv5,fc7 --capacity 16KiB --reuse sliding --no-timing --format csv",
    "curve # --reuse sliding --total --format csv",
    "gap # --layer fc6 --capacity 16KiB --format csv", "bound # --capacity 16KiB --format csv",
    "evaluate # --layer conv2 --mapping configs/mappings/alexnet-conv2.yaml --format csv",
    "evaluate # --layer conv* --mapping configs/mappings/alexnet-conv2.yaml --format csv",
    "sweep # --layer conv5,fc7 --capacity 16KiB --reuse sliding --output - --format csv", "convert #", "networks #",
  ])
  func networksAreNamedAlike(line: String) throws {
    func run(_ network: String) throws -> Program.Outcome {
      try Program.run(line.replacing("#", with: network))
    }
    let expected = try run("--network alexnet")
    #expect(expected.code == 0 && expected.error.isEmpty && !expected.output.isEmpty, "\(expected.error)")
    let names = ["alexnet", "AlexNet", "--network Alex-Net", "--network=ALEXNET", "configs/networks/alexnet.yaml"]
    for network in cases(names) {
      let outcome = try run(network)
      #expect(outcome.code == 0 && outcome.output == expected.output, "\(network): \(outcome.error)")
    }
    let read = try Program.shell(
      "tilebound \(line.replacing("#", with: "--network -")) < configs/networks/alexnet.yaml", in: Program.root.path)
    #expect(read.code == 0 && read.output == expected.output, "\(read.error)")
  }

  @Test func standardInput() throws {
    func shell(_ line: String) throws -> Program.Outcome { try Program.shell(line, in: Program.root.path) }
    let model = try shell("cat Fuzz/corpus/onnx/conv-matmul.onnx | tilebound networks -")
    let file = try shell("tilebound networks Fuzz/corpus/onnx/conv-matmul.onnx")
    #expect(model.code == file.code)
    #expect(model.output == file.output.replacing("conv-matmul", with: "stdin"), "\(model.error)")
    let twice = try shell("tilebound optimize - --energy - --capacity 1KiB < configs/networks/alexnet.yaml")
    #expect(
      twice.code == 64
        && twice.error
          == "tilebound: standard input:1: unknown key 'network'; accepted: energy, source, unit, mac, read, write, bits, buffer\n"
    )
    let both = try shell("tilebound optimize - --energy - --capacity 1KiB < configs/energy/unit.yaml")
    #expect(
      both.code == 64 && both.error == "tilebound: standard input: was read already; '-' can stand for one file only\n")
    let mapping = try shell(
      "tilebound evaluate alexnet --mapping - --format csv < configs/mappings/alexnet-conv2.yaml")
    #expect(mapping.code == 0 && mapping.output.contains("alexnet,conv2,"), "\(mapping.error)")
    let large = try shell("head -c 300000000 /dev/zero | tilebound networks -")
    #expect(
      large.code == 64
        && large.error == "tilebound: standard input: is larger than the 268435456 bytes that are accepted\n")
  }

  private static let commands = [
    "optimize --shape p=4,k=4,c=4 --capacity 20B --no-timing", "curve --shape p=4,k=4",
    "gap --gemm 4x4x4 --capacity 1KiB",
    "bound --gemm 4x4x4 --capacity 1KiB", "evaluate --shape p=4 --nest [inputs]_[weights]_[outputs]",
  ]

  /// The form of an answer follows from its file's name unless it is named; the command that is recorded says it.
  @Test(arguments: cases(commands))
  func formsFollowFromNames(line: String) throws {
    let arguments = line.split(separator: " ").map { String($0).replacing("_[", with: " [") }
    try withTemporaryFolder { folder in
      func written(_ file: String, _ more: String...) throws -> String {
        let outcome = try Program.run(arguments + more + ["--output", "\(folder)/\(file)"])
        #expect(outcome.code == 0 && outcome.output.isEmpty, "\(outcome.error)")
        return try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
      }
      let forms = try ["table", "json", "csv"].map {
        try Program.run(arguments + ["--format", $0, "--output", "-"]).output
      }
      #expect(Set(forms).count == 3)
      #expect(try written("a.json") == forms[1] && written("a.JSON") == forms[1])
      #expect(try written("a.csv") == forms[2] && written("a.b.csv", "--format", "csv") == forms[2])
      #expect(
        try written("a.txt") == forms[0] && written("csv") == forms[0]
          && written("a.b", "--format", "json") == forms[1])
    }
  }

  @Test func capacities() throws {
    let short = try Program.run("optimize --gemm 64x64x64 --capacity 4K --quiet")
    #expect(short.code == 0 && short.output.hasPrefix("gemm at 4 KiB: "))
    #expect(short.error == "tilebound: --capacity: '4K' means 4KiB; powers of 1000 are written 4KB\n")
    let range = try Program.run("gap --gemm 64x64x64 --capacity 1K...7KiB --format csv")
    #expect(range.output.split(separator: "\n").count == 4)
    #expect(range.error == "tilebound: --capacity: '1K' means 1KiB; powers of 1000 are written 1KB\n")
  }

  @Test func gemmIsAShape() throws {
    let gemm = try Program.run("optimize --gemm 512x256x128 --capacity 64KiB --format csv --no-timing").output
    let shape = try Program.run("optimize --shape p=512,k=256,c=128 --capacity 64KiB --format csv --no-timing").output
    #expect(gemm.contains("\n,gemm,\"k=256,c=128,h=512\",") && gemm.replacing(",gemm,", with: ",shape,") == shape)
  }

  /// `gap` and `sweep` search what they are told to, and no more.
  @Test func layersAndDataflows() throws {
    let gap = try Program.run(
      "gap vgg16 --layer conv1_*,conv3_1 --dataflow ws --capacity 16KiB --reuse sliding --format json")
    let document = try #require(try JSONSerialization.jsonObject(with: Data(gap.output.utf8)) as? [String: Any])
    let records = try #require(document["records"] as? [[String: Any]])
    #expect(records.compactMap { $0["layer"] as? String } == ["conv1_1", "conv1_2", "conv3_1"])
    for record in records {
      let each = try #require(record["dataflows"] as? [String: Double])
      #expect(Set(each.keys) == ["ws-io", "ws-oi"])
      #expect((record["energy"] as? [String: Any])?["data"] as? Double == each.values.min())
    }
    let sweep = try Program.run(
      "sweep vgg16 alexnet --layer conv1_*,conv5 --dataflow weight-stationary --capacity 16KiB "
        + "--reuse sliding --output - --format csv")
    #expect(sweep.code == 0 && sweep.error.isEmpty, "\(sweep.error)")
    let rows = sweep.output.split(separator: "\n").dropFirst()
    #expect(rows.map { $0.prefix { $0 != "\"" } } == ["vgg16,conv1_1,", "vgg16,conv1_2,", "alexnet,conv5,"])
    #expect(rows.allSatisfy { $0.contains(",sliding,ws-") })
    try withTemporaryFolder { folder in
      let line = "sweep alexnet --layer conv5 --capacity 16KiB --reuse sliding --output \(folder)/s.csv --dataflow"
      let (first, same, other) = (
        try Program.run("\(line) os"), try Program.run("\(line) output-stationary"), try Program.run("\(line) ws")
      )
      #expect(first.code == 0 && same.output.contains("all there already"))
      #expect(
        other.error
          == "tilebound: \(folder)/s.csv: holds another sweep: the dataflows changed; --restart replaces it, another "
          + "--output leaves it\n")
    }
  }

  /// A page of HTML is not for a terminal, unless it is asked for.
  @Test func pagesAndTerminals() throws {
    try withTemporaryFolder { folder in
      let made = try Program.run("optimize alexnet --layer fc8 --capacity 16KiB --output \(folder)/r.json")
      #expect(made.code == 0)
      let report = "tilebound report r.json --no-plots"
      let refused = try Program.shell("script -qec '\(report)' /dev/null", in: folder)
      #expect(
        refused.output
          == "tilebound: needs a file for its page: give --output, for example: tilebound report r.json --output "
          + "report.html\r\n")
      #expect(try Program.shell("script -qec '\(report) --output -' /dev/null", in: folder).output.contains("</html>"))
      #expect(try Program.shell("\(report) | tail -c 8", in: folder).output == "</html>\n")
    }
  }

  @Test func modelsAndPlatformsOfOneName() throws {
    let simba = try Program.run("networks simba").output
    #expect(
      simba.hasPrefix(
        """
        simba is an energy model, which --energy takes, and a platform, which 'tilebound validate --platform' takes.
        A MAC takes 0.5608 pJ in both.

        Energy model
        simba: Y. S. Shao
        """))
    #expect(simba.contains("\n\nPlatform\nsimba: Y. S. Shao"))
    let eyeriss = try Program.run("networks eyeriss").output
    #expect(
      eyeriss.contains(
        "\nTheir MACs differ since their units do: the energy model counts in MAC, where a MAC is 1, the platform in pJ, "
          + "where it is 2.20035.\n"))
    #expect(try Program.run("networks simba-small-buffers").output.hasPrefix("simba-accelergy-0-3: Y. S. Shao"))
  }
}
