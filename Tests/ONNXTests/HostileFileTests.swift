import Foundation
import TestSupport
import Testing
import Workloads

@testable import ONNX

/// Files that are damaged, or made to do harm: each gives a model or an error, soon and in little memory.
struct HostileFileTests {
  /// A model with something of everything.
  private static func model() -> BuiltModel {
    builtModel(functions: [
      BuiltFunction(name: "Twice", input: ["a"], output: ["b"], node: [.init("Add", ["a", "a"], ["b"])])
    ]) { graph in
      graph.input("x", ["N", 3, 16, 16])
      graph.initializer = [
        .weights("w", [4, 3, 3, 3]), .integers("shape", [0, -1]), .numbers("scales", [1, 1, 2, 0.5]),
        .integers("one", [1]), .weights("fc", [4 * 14 * 14, 10]),
      ]
      graph.node(
        "Conv", ["x", "w"], ["y"], name: "conv", ["pads": .integers([0, 0, 0, 0]), "auto_pad": .text("NOTSET")])
      graph.node("Twice", ["y"], ["t"], domain: "own")
      graph.node("Resize", ["t", "", "scales"], ["r"])
      graph.node("Reshape", ["t", "shape"], ["flat"])
      graph.node("MatMul", ["flat", "fc"], ["z"])
      graph.node("ConvTranspose", ["r", "w"], ["up"], ["strides": .integers([2, 3])])
      var body = BuiltGraph()
      body.node("Slice", ["shape", "one", "one"], ["s"])
      body.node("Pad", ["x", "shape"], ["p"])
      graph.node("If", ["one"], ["v"], ["then_branch": .graph(body), "else_branch": .graph(body)])
      graph.node("Einsum", ["flat", "fc"], ["e"], ["equation": .text("ab,bc->ac")])
      graph.node("MaxPool", ["x"], ["m"], ["kernel_shape": .integers([2, 2]), "ceil_mode": .integer(1)])
      graph.node("Range", ["one", "one", "one"], ["range"])
      graph.node("Concat", ["shape", "one"], ["c"], ["axis": .integer(0)])
      graph.node("Gather", ["c", "one"], ["g"])
      graph.node("Split", ["c"], ["s1", "s2"])
      graph.state("m", [1, 3, 8, 8])
      graph.state("odd", ["rows", "floor(N/2) + 1"])
      graph.node("Odd", ["x"], ["odd"], domain: "tool")
      var round = BuiltGraph()
      for name in ["i", "c", "v"] { round.input(name, ["rows", 3]) }
      round.node("Less", ["i", "one"], ["next"])
      round.node("MatMul", ["v", "fc"], ["product"])
      for name in ["next", "product", "s"] { round.output(name) }
      graph.node("Loop", ["one", "one", "flat"], ["l1", "l2"], ["body": .graph(round)])
      graph.node(
        "Scan", ["flat", "x"], ["l3", "l4"],
        ["body": .graph(round), "num_scan_inputs": .integer(1), "scan_input_axes": .integers([1])])
      graph.node("LSTM", ["t", "w", "w"], ["h1", "h2"], ["hidden_size": .integer(4), "layout": .integer(1)])
    }
  }

  /// What a file of some bytes gives: a model, or the words of the error.
  private func outcome(_ bytes: [UInt8]) -> String {
    do {
      return "\(try ONNXModel.read(bytes).layers.count) layers"
    } catch {
      return error.description
    }
  }

  @Test func everyBeginningOfAModelGivesAModelOrAnError() throws {
    let bytes = Self.model().bytes
    var errors = 0
    for length in 0..<bytes.count {
      let outcome = outcome(Array(bytes[..<length]))
      #expect(!outcome.contains("\n"))
      errors += outcome.contains("is not an ONNX model") ? 1 : 0
    }
    // All but those that end between two fields of the outermost message.
    #expect(errors > bytes.count - 8)
  }

  @Test(arguments: seeds(0..<20))
  func changedBytesGiveAModelOrAnError(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let bytes = Self.model().bytes
    for _ in 0..<200 {
      var changed = bytes
      for _ in 0..<random.pick(1...4) {
        let position = random.pick(0...changed.count - 1)
        switch random.pick(0...3) {
        case 0: changed[position] ^= 1 << UInt8(random.pick(0...7))
        case 1: changed[position] = UInt8(random.pick(0...255))
        case 2: changed[position] = 0xff
        default: changed.remove(at: position)
        }
      }
      _ = outcome(changed)
    }
  }

  @Test(arguments: seeds(0..<20))
  func extremeNumbersGiveAModelOrAnError(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let extremes = [
      Int.min, .min + 1, .max, .max - 1, -1, 0, 1, 2, 1 << 20, 1 << 28, 1 << 32, 1 << 62, -(1 << 62), -7, 4097,
    ]
    for _ in 0..<100 {
      var model = Self.model()
      for index in model.graph.node.indices {
        for (name, value) in model.graph.node[index].attributes.sorted(by: { $0.key < $1.key }) where random.oneIn(2) {
          switch value {
          case .integer: model.graph.node[index].attributes[name] = .integer(random.pick(extremes))
          case .integers(let values):
            model.graph.node[index].attributes[name] = .integers(values.map { _ in random.pick(extremes) })
          default: break
          }
        }
      }
      for index in model.graph.initializer.indices {
        for position in model.graph.initializer[index].dims.indices where random.oneIn(3) {
          model.graph.initializer[index].dims[position] = random.pick(extremes)
        }
        for position in model.graph.initializer[index].integers.indices where random.oneIn(2) {
          model.graph.initializer[index].integers[position] = random.pick(extremes)
        }
      }
      for position in 0..<4 where random.oneIn(2) {
        model.graph.input[0].shape?[position] = .number(random.pick(extremes))
      }
      _ = outcome(model.bytes)
    }
  }

  @Test(arguments: seeds(0..<10))
  func operatorsWithAnyInputsGiveFactsOrReasons(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let numbers = [Int.min, Int.max, -1, 0, 1, 2, 3, 7, 4096, 1 << 31, 1 << 62]
    let names = (0..<8).map { "t\($0)" } + ["", "none"]
    let attributes = [
      "axis", "axes", "starts", "ends", "steps", "perm", "pads", "split", "shape", "k", "keepdims", "blocksize", "to",
      "group", "kernel_shape", "strides", "dilations", "output_padding", "output_shape", "ceil_mode", "batch_dims",
      "start", "end", "scales", "value_ints", "num_outputs", "hidden_size", "pooled_shape", "q_num_heads",
      "kv_num_heads", "N", "K", "repeats", "broadcast", "transA", "layout", "output_height", "channels_last",
      "channels",
      "kernel", "stride", "linear_before_reset", "noop_with_empty_axes",
    ]
    for version in [1, 6, 11, 18] {
      let model = builtModel(version: version) { graph in
        for index in 0..<8 {
          let values = (0..<random.pick(0...4)).map { _ in random.pick(numbers) }
          switch random.pick(0...3) {
          case 0: graph.initializer.append(.integers("t\(index)", values, isScalar: values.count == 1))
          case 1: graph.initializer.append(.numbers("t\(index)", values.map { Float($0) }))
          case 2: graph.input("t\(index)", values.map { $0 > 0 ? .number($0) : .name("n") })
          default: graph.input("t\(index)", (0..<random.pick(0...5)).map { _ in .number(random.pick(1...9)) })
          }
        }
        for type in OperatorRules.types.sorted() {
          for _ in 0..<3 {
            var given: [String: BuiltAttribute] = [
              "equation": .text(random.pick(["ab,bc", "...a,a->...", "->", ",,"]))
            ]
            for name in attributes where random.oneIn(4) {
              given[name] =
                random.oneIn(2)
                ? .integer(random.pick(numbers))
                : .integers((0..<random.pick(0...4)).map { _ in random.pick(numbers) })
            }
            let name = type.split(separator: ".").last.map(String.init) ?? type
            let domain = type.dropLast(name.count + 1)
            let inputs = (0..<random.pick(0...5)).map { _ in random.pick(names) }
            graph.node(name, inputs, ["o\(graph.node.count)", "p\(graph.node.count)"], domain: String(domain), given)
          }
        }
      }
      _ = try layers(of: model)
    }
  }

  @Test func subgraphsCannotLieTooDeep() throws {
    func nested(_ depth: Int) -> [UInt8] {
      var bytes: [UInt8] = []
      // graph (7) of the model; within, node (1) with an attribute (5) that is a graph (6), over and over.
      for level in (0..<depth).reversed() {
        bytes = MessageWriter.field(level == 0 ? 7 : [6, 1, 5][level % 3], bytes)
      }
      return bytes
    }
    #expect(outcome(nested(40)) == "0 layers")
    #expect(outcome(nested(10_000)).contains("messages lie in one another deeper than 64 times"))
  }

  @Test(
    arguments: [
      ([0x3a, 0x05, 0x0a], "at byte 0, a field of 5 bytes exceeds the 1 that are left"),
      (
        [0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        "a field of 18446744073709551615 bytes exceeds"
      ),
      ([0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], "a number has more than ten bytes"),
      ([0x3b], "a field has the unknown wire type 3"), ([0x00, 0x00], "no field's number is 0"),
      ([0x08], "the file or a message is cut short"), ([0x08, 0x01], "it has no graph"),
      (Array("version https://git-lfs.github.com/spec/v1".utf8), "fetch the model itself with 'git lfs pull'"),
      (Array("network: alexnet".utf8), "is not an ONNX model"),
      (Array("PK\u{3}\u{4} a zip archive of another tool".utf8), "is not an ONNX model"),
      ([0x3a, 0x03, 0x12, 0x01, 0xff], "at byte 4, a text is not UTF-8"),
    ] as [([UInt8], String)])
  func errorsSayWhatIsWrong(bytes: [UInt8], message: String) {
    #expect(outcome(bytes).contains(message))
  }

  @Test func filesThatAreNoModels() throws {
    try withTemporaryFolder { folder in
      func error(_ file: String) -> String? {
        #expect(throws: ONNXError.self) { try ONNXModel.read(file: file) }?.description
      }
      #expect(error("\(folder)/none.onnx") == "cannot be read: No such file or directory")
      #expect(error(folder) == "is a folder; a file is expected")
      #expect(error("/dev/zero") == "is not a regular file")
      #expect(mkfifo("\(folder)/pipe.onnx", 0o600) == 0)
      #expect(error("\(folder)/pipe.onnx") == "is not a regular file")
      #expect(FileManager.default.createFile(atPath: "\(folder)/empty.onnx", contents: nil))
      #expect(error("\(folder)/empty.onnx") == "is empty; an ONNX model is expected")
    }
  }

  @Test func gigabytesOfWeightsAreNotRead() throws {
    try withTemporaryFolder { folder in
      let file = "\(folder)/large.onnx"
      // The model without weights, then a graph with one tensor more, whose contents are a hole in the file.
      let size = 3 << 30
      var head = builtModel { graph in
        graph.input("x", [1, 1024])
        graph.node("MatMul", ["x", "w"], ["y"])
      }.bytes
      let raw = MessageWriter.varint(9 * 8 + 2) + MessageWriter.varint(size)
      let header = BuiltTensor.weights("w", [1024, size / 4096]).bytes + raw
      let tensor = MessageWriter.varint(5 * 8 + 2) + MessageWriter.varint(header.count + size) + header
      head += MessageWriter.varint(7 * 8 + 2) + MessageWriter.varint(tensor.count + size) + tensor
      try Data(head).write(to: URL(fileURLWithPath: file))
      #expect(truncate(file, head.count + size) == 0)

      let clock = ContinuousClock()
      let before = Self.residentKiB()
      let start = clock.now
      let model = try ONNXModel.read(file: file)
      #expect(model.layers.map { [$0[.p], $0[.k], $0[.c]] } == [[1, size / 4096, 1024]])
      #expect(clock.now - start < .seconds(1))
      #expect(Self.residentKiB() - before < 1 << 20)
      // A byte less, and the file is cut short.
      #expect(truncate(file, head.count + size - 1) == 0)
      #expect(throws: ONNXError.self) { try ONNXModel.read(file: file) }
    }
  }

  /// The most memory that the process has had.
  private static func residentKiB() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss
  }
}
