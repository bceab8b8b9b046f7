import Interchange
import TestSupport
import Testing
import Workloads

struct MAESTROModelTests {
  private func read(_ text: String) throws -> ImportedNetwork { try MAESTROModel.parse(text, origin: "dir/file.m") }

  private func message(_ text: String) -> String { refusal { _ = try MAESTROModel.parse(text, origin: "file") } }

  private static let model = """
    // a network
    Constant Rows 56;
    Network torchvision.models.small {
    \tLayer Conv2d-1 {
    \t\tType: CONV
    \t\tStride { X: 1, Y: 2 }
    \t\tDimensions { K: 64, C: 3, R: 7, S: 5, Y:224, X:112 }
    \t\tDataflow {
    \t\t\tTemporalMap(Sz(R),1) Y; /* { */
    \t\t\tCluster(64, P);
    \t\t\tNested { X } // }
    \t\t}
    \t}
    Layer CONV2 { Type: CONV
    Dimensions { N 2 K 128,C 192 R 1,S 1,Y Rows,X 56 } }
    Layer depthwise{Type:DSCONV Dimensions{K 1,C 32,R 3,S 3,Y 10,X 10}}
    Layer GEMM 1 { Type: GEMM Dimensions { K: 3, M: 7, N: 5 } }
    Layer BMM { Type: BMM Dimensions { B: 4, K: 3, M: 7, N: 5 } }
    }
    Accelerator { PE { NumPEs: 128; VectorWidth: 4; } }

    """

  @Test func layers() throws {
    let imported = try read(Self.model)
    #expect(imported.network.name == "torchvision.models.small")
    #expect(imported.network.source == "file.m, a file of MAESTRO")
    let layers = imported.network.entries.map(\.layer)
    #expect(layers.map(\.name) == ["Conv2d-1", "CONV2", "depthwise", "GEMM 1", "BMM"])
    // The sizes are the input's, without padding: (224 - 7) / 2 + 1 rows and 112 - 5 + 1 columns.
    #expect(sizes(layers[0]) == [1, 1, 64, 3, 109, 108, 7, 5])
    #expect(layers[0].vertical.stride == 2 && layers[0].horizontal.stride == 1)
    #expect(layers[0].vertical.inputSize == 224 && !layers[0].vertical.hasPaddedMACs)
    #expect(sizes(layers[1]) == [2, 1, 128, 192, 56, 56, 1, 1])
    #expect(sizes(layers[2]) == [1, 32, 1, 1, 8, 8, 3, 3])
    #expect(sizes(layers[3]) == [1, 1, 5, 3, 7, 1, 1, 1])
    #expect(sizes(layers[4]) == [1, 4, 5, 3, 7, 1, 1, 1])
    #expect(imported.remarks.count == 1 && imported.remarks[0].hasPrefix("Y and X are taken as they stand"))
    #expect(imported.widths == nil)
  }

  private static func layer(_ type: String, _ dimensions: String, stride: String = "") -> String {
    "Network { Layer a { Type: \(type) \(stride) Dimensions { \(dimensions) } } }"
  }

  @Test func outputSizes() throws {
    let imported = try read(Self.layer("CONV", "K 2 C 3 R 3 S 5 Y' 10 X' 12"))
    #expect(imported.network.name == "file")
    #expect(sizes(imported.network.entries[0].layer) == [1, 1, 2, 3, 10, 12, 3, 5])
  }

  /// What is given twice is given once, as long as it is the same.
  @Test func givenTwice() throws {
    let once = try read(Self.layer("CONV", "K 2 C 3 R 3 S 5 Y 10 X 12", stride: "Stride { Y 2 }"))
    let twice = try read(
      "Constant K 2;\nConstant K 2;\n"
        + Self.layer(
          "CONV", "K 2 C 3 R 3 S 5 Y 10 X 12 C 3, K K } Dimensions { K 2 C 3 R 3 S 5 Y 10 X 12",
          stride: "Stride { Y 2 Y 2 } Type: CONV Stride { Y 2 }"))
    #expect(twice.network.entries == once.network.entries && once.network.entries[0].layer.vertical.stride == 2)
  }

  /// A layer that fills its input has a single output, which padding would make several.
  @Test func fullyConnected() throws {
    let layer = try read(Self.layer("CONV", "K 1000 C 2048 R 7 S 7 Y 7 X 7")).network.entries[0].layer
    #expect(sizes(layer) == [1, 1, 1000, 2048, 1, 1, 7, 7])
  }

  @Test func namesBecomeUnique() throws {
    let layer = "Layer a { Type: CONV Dimensions { K 2 C 3 R 1 S 1 Y 5 X 5 } } "
    let imported = try read("Network { \(layer)\(layer)Layer { Type: POOL } }")
    #expect(imported.network.entries.map(\.layer.name) == ["a", "a#2"])
    #expect(imported.remarks == ["1 pooling or elementwise layer moves data that is not counted"])
  }

  private static let notRead: [(String, String)] = [
    (layer("TRCONV", "K 2 C 3 R 2 S 2 Y 5 X 5"), "it is a transposed convolution, TRCONV, which is not read"),
    (
      layer("NGCONV", "G 32 K 4 C 128 R 3 S 3 Y 56 X 56"),
      "it is a grouped convolution, NGCONV, whose C counts all groups in MAESTRO's models and one group in its analysis"
    ),
    (layer("LSTM", "K 2"), "its type, LSTM, is not read; CONV, DSCONV, GEMM and BMM are"),
    (
      layer("DSCONV", "K 2 C 3 R 1 S 1 Y 5 X 5"),
      "it is depthwise, DSCONV, with K 2: MAESTRO's analysis has no K there but 1"
    ),
    (layer("CONV", "G 2 K 2 C 3 R 1 S 1 Y 5 X 5"), "its type, CONV, has no dimension G"),
    (layer("CONV", "K 2 C 3 R 1 S 1 Y 5 Y' 5 X 5"), "it gives both Y and Y'"),
    (
      layer("CONV", "K 2 C 3 R 1 S 1 Y' 5 X 5", stride: "Stride { Y 2 }"),
      "it gives Y', outputs, with a stride, and MAESTRO leaves the input's size open"
    ),
    (
      layer("CONV", "K 2 C 3 R 1 S 1 Y 5 X 5", stride: "Stride { R 2 }"),
      "it has a stride of 2 along R; Y and X may have one"
    ),
  ]

  @Test(arguments: notRead)
  func unresolved(text: String, expected: String) throws {
    let imported = try read(text)
    #expect(imported.network.entries.isEmpty)
    #expect(imported.unresolved == [.init(name: "a", reason: expected)])
  }

  private static let refused: [(String, String)] = [
    ("", "file: has no layers; at least one is expected"),
    ("num_pes: 256", "file:1: has 'num_pes', where Network, Constant or Accelerator is expected in a MAESTRO model"),
    ("Network {\n\n/* ", "file:3: starts a comment that does not end"),
    ("Network {\n\n", "file:3: ends where '}' is expected"),
    ("Network a }", "file:1: has '}', where '{' is expected after Network"),
    (
      "Network {\nLayer a { Typ: CONV } }",
      "file:2: has 'Typ', where Type, Stride, Dimensions, Dataflow or '}' is expected"
    ),
    ("Network {\nlayer }", "file:2: has 'layer', where Layer or '}' is expected"),
    ("Network {\nLayer a { } }", "file:2: the layer 'a' has no Type"),
    ("Network {\nLayer a {\nType: CONV } }", "file:2: the layer 'a' has no Dimensions"),
    (layer("CONV", "\nQ 2"), "file:2: unknown dimension 'Q'; accepted: N, G, K, C, R, S, Y, X, Y', X', M, B"),
    (layer("CONV", "\nK 2 K 3"), "file:2: gives K twice, as 2 and as 3"),
    (layer("CONV", "K 2 C 3 R 1 S 1 Y 5 X 5", stride: "Stride { Y 2 Y 1 }"), "file:1: gives Y twice, as 2 and as 1"),
    (
      layer("CONV", "K 2 C 3 R 1 S 1 Y 5 X 5", stride: "Stride { Y 2 }\nStride { Y 1 }"),
      "file:2: gives the layer 'a' another Stride"
    ),
    (layer("CONV", "K 2", stride: "Type: GEMM"), "file:1: gives the layer 'a' another Type"),
    (layer("CONV", "K 2 } Dimensions { K 3"), "file:1: gives the layer 'a' another Dimensions"),
    ("Constant A 2;\nConstant A 3;\n", "file:2: gives the constant A twice, as 2 and as 3"),
    (layer("CONV", "K 2 C 3 R 1 S 1 Y 5"), "file:1: the layer 'a': the dimension X is missing"),
    (layer("CONV", "K\ntwo"), "file:2: has 'two' for K; a whole number from 1 on is expected, or a Constant"),
    (layer("CONV", "K 0"), "file:1: has '0' for K; a whole number from 1 on is expected, or a Constant"),
    (
      layer("CONV", "K 2 C 3 R 9 S 1 Y 5 X 5"),
      "file:1: the layer 'a': the layer has no output: the kernel's height, 9 with dilation, exceeds the padded input's, 5"
    ),
    (
      layer("CONV", "K 2 C 3 R 1 S 1 Y 2000000 X 5"),
      "file:1: the layer 'a': input height is 2000000; at most 1048576 is accepted"
    ),
    (
      "Network { Layer a { Type: CONV Dimensions { K 1 C 1 R 1 S 1 Y 1 X 1 } } }\nNetwork b { }",
      "file:2: starts a second network; one in a file is accepted"
    ),
  ]

  @Test(arguments: refused)
  func refusals(text: String, expected: String) {
    #expect(message(text) == expected)
  }

  @Test(.timeLimit(.minutes(1)), arguments: seeds(0..<3))
  func damaged(seed: Int) {
    Damage.check(Self.model, seed: seed) { _ = try MAESTROModel.parse($0, origin: "file") }
  }

  @Test(.timeLimit(.minutes(1)))
  func deepNesting() {
    let text = "Network { Layer a { Dataflow " + String(repeating: "{", count: 1_000_000)
    #expect(message(text) == "file:1: ends where '}' is expected")
  }
}
