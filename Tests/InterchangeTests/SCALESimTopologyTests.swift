import Interchange
import TestSupport
import Testing
import Workloads

struct SCALESimTopologyTests {
  private func read(_ text: String) throws -> ImportedNetwork {
    try SCALESimTopology.parse(text, origin: "dir/net.csv")
  }

  private func message(_ text: String) -> String { refusal { _ = try SCALESimTopology.parse(text, origin: "file") } }

  private static let header =
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,\n"

  private static let topology =
    header + "\n" + """
      Conv1, 227, 55, 11, 3, 3, 96, 4,
      \tConv2 ,31 ,31 ,5 ,5 ,96 ,256 ,1 ,
      Conv3_dw,112,112,3,3,1,1,1,#dw
      FC, 1, 1, 1, 1, 1024, 1000, 1

      """

  @Test func valuesWithoutColumns() {
    #expect(
      message(Self.header + "a, 5, 5, 3, 3, 1, 1, 1, 7, 8\n")
        == "file:2: has the value '8' in column 10, which has no name in the header")
    #expect(
      message(Self.header + "a, 5, 5, 3, 3, 1, 1, 1, x\n")
        == "file:2: has the value 'x' in column 9, which has no name in the header")
    #expect(
      message(Self.header + "a, 5, 5, 3, 3, 1, 1, 1, 0\n")
        == "file:2: Strides: is 0 along the width; at least 1 is accepted")
    #expect(message("Layer, M, N, K\na, 1, 2, 3, , 4\n").contains("the value '4' in column 6"))
    #expect(message(Self.header + ", 5, 5, 3, 3, 1, 1, 1,\n") == "file:2: Layer: is missing")
  }

  @Test(arguments: ["\n", "\r\n"])
  func convolutions(end: String) throws {
    let imported = try read(Self.topology.replacing("\n", with: end))
    #expect(imported.network.name == "net" && imported.network.source == "net.csv, a file of SCALE-Sim")
    let layers = imported.network.entries.map(\.layer)
    #expect(layers.map(\.name) == ["Conv1", "Conv2", "Conv3_dw", "FC"])
    #expect(sizes(layers[0]) == [1, 1, 96, 3, 55, 14, 11, 3])
    #expect(layers[0].vertical.inputSize == 227 && layers[0].horizontal.inputSize == 55)
    #expect(sizes(layers[1]) == [1, 1, 256, 96, 27, 27, 5, 5])
    #expect(sizes(layers[2]) == [1, 1, 1, 1, 110, 110, 3, 3])
    #expect(sizes(layers[3]) == [1, 1, 1000, 1024, 1, 1, 1, 1])
    #expect(
      imported.remarks == [
        "3 layers with kernels give no padding: zeros around an input, if there are any, count as inputs"
      ])
    #expect(imported.unresolved.isEmpty && imported.widths == nil)
  }

  /// M rows of the inputs, N filters, and K that is summed.
  @Test func matrixProducts() throws {
    let imported = try read("Layer,M,N,K\nL0,196,192,384\nL0,7,5,3,\n\n")
    #expect(imported.network.entries.map(\.layer.name) == ["L0", "L0#2"])
    #expect(sizes(imported.network.entries[0].layer) == [1, 1, 192, 384, 196, 1, 1, 1])
    #expect(sizes(imported.network.entries[1].layer) == [1, 1, 5, 3, 7, 1, 1, 1])
    let batched = try read("Layer Name, M, N, K, Batch,\nQK, 7, 5, 3, 12,\n")
    #expect(sizes(batched.network.entries[0].layer) == [1, 12, 5, 3, 7, 1, 1, 1])
  }

  /// Outputs are counted by rounding up: (8 - 3 + 2) / 2 = 3.5 makes 4.
  @Test func stridesThatDoNotDivide() throws {
    let imported = try read(Self.header + "a,8,9,3,3,2,4,2,\n")
    let layer = imported.network.entries[0].layer
    #expect(sizes(layer) == [1, 1, 4, 2, 4, 4, 3, 3])
    #expect(layer.vertical.paddingAfter == 1 && layer.vertical.paddingBefore == 0)
    #expect(layer.horizontal.paddingAfter == 0)
    #expect(
      imported.remarks.last
        == "1 layer has a last output that reaches beyond its input, as in SCALE-Sim, which rounds up")
  }

  @Test func twoStrides() throws {
    let titles =
      "layer_name,IFMAP_height,IFMAP_width,filter height,filter width,channels,num filter,stride height,stride width\n"
    let layer = try read(titles + "a,9,9,3,3,2,4,2,3\n").network.entries[0].layer
    #expect(layer.vertical.stride == 2 && layer.horizontal.stride == 3)
  }

  /// A header that names one column twice is read as SCALE-Sim reads it, by the places of columns.
  @Test func columnsNamedTwice() throws {
    let text = """
      Layer, IFMAP Width, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
      a, 480, 48, 3, 3, 1, 16, 1,
      """
    let imported = try read(text)
    let layer = imported.network.entries[0].layer
    #expect(sizes(layer) == [1, 1, 16, 1, 478, 46, 3, 3] && layer.macs == 3_166_272)
    #expect(
      imported.remarks[0]
        == "the header has the column IFMAP Width twice: columns are read by their places, as SCALE-Sim reads them")
    let product = try read("Layer,M,N,N\na,2,3,4\n").network.entries[0].layer
    #expect(sizes(product) == [1, 1, 3, 4, 2, 1, 1, 1])
    // Columns in places of their own leave open which of the two is meant.
    let moved = text.replacing("Channels, Num Filter", with: "Num Filter, Channels")
    #expect(message(moved).hasPrefix("file:1: has the column IFMAP Width twice; a SCALE-Sim topology has Layer name, "))
  }

  /// Rows with a name alone are titles, and a header may stand again.
  @Test func titles() throws {
    let text = """
      Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,

      First network,
      a, 19, 19, 3, 3, 17, 256, 1,
      """
    let imported = try read(text)
    #expect(imported.network.entries.map(\.layer.name) == ["a"])
    #expect(imported.network.entries[0].layer.macs == 11_319_552)
    #expect(imported.remarks[0] == "1 row has a name alone and is left out, as a title")
    let two = try read(text + "\nSecond network\n" + Self.header.uppercased() + "b,9,9,3,3,2,4,2\n")
    #expect(two.network.entries.map(\.layer.name) == ["a", "b"])
    #expect(
      two.remarks.prefix(2) == [
        "2 rows have a name alone and are left out, as titles", "1 row repeats the header and is left out",
      ])
    #expect(message(Self.header + "a, 19, 19,\n").hasPrefix("file:2: Filter Height: is missing"))
    #expect(message(Self.header + "title,\n") == "file: has no layers; at least one is expected")
  }

  @Test func secondStrides() throws {
    let text = """
      Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,
      a, 32, 60, 3, 5, 8, 16, 2, 3,
      """
    let imported = try read(text)
    let layer = imported.network.entries[0].layer
    #expect(sizes(layer) == [1, 1, 16, 8, 16, 20, 3, 5] && layer.macs == 614_400)
    #expect(layer.vertical.stride == 2 && layer.horizontal.stride == 3)
    #expect(
      imported.remarks[0] == "1 layer has a second stride, that along the width, which the header does not name")
  }

  @Test func depthwise() throws {
    let imported = try read(Self.header + "DP_1,10,10,3,3,32,1,1,\nDP_2,10,10,3,3,32,2,1,\n")
    #expect(sizes(imported.network.entries[0].layer) == [1, 32, 1, 1, 8, 8, 3, 3])
    #expect(sizes(imported.network.entries[1].layer) == [1, 32, 2, 1, 8, 8, 3, 3])
    #expect(imported.remarks.last == "2 layers are depthwise by the DP in their names, as in SCALE-Sim")
  }

  @Test func sparsityAndBatch() throws {
    let header = Self.header.replacing("Strides,", with: "Strides, Sparsity, Batch Size,")
    let imported = try read(header + "a,9,9,3,3,2,4,2,2:4,3,\nb,9,9,3,3,2,4,2,1:1,1,\nc,9,9,3,3,2,4,2,1,,\n")
    #expect(imported.network.entries.map { $0.layer.batch } == [3, 1, 1])
    #expect(imported.remarks.last == "1 layer has sparse weights, of which all are counted")
    #expect(
      message(header + "a,9,9,3,3,2,4,2,4:2,1,\n") == "file:2: Sparsity: is '4:2'; a ratio as 2:4 is expected")
  }

  private static let refused: [(String, String)] = [
    ("", "file: the file is empty; a SCALE-Sim topology is expected"),
    (header, "file: has no layers; at least one is expected"),
    (
      "network,layer,shape,capacity_bits\nx,y,z,1\n",
      "file:1: is a table of results; layers are expected, as a layer table or a file of another tool"
    ),
    (
      "a;b;c\n",
      "file:1: has the unknown column 'a;b;c'; a SCALE-Sim topology has Layer name, IFMAP Height, IFMAP Width, "
        + "Filter Height, Filter Width, Channels, Num Filter, Strides or Layer, M, N, K"
    ),
    (
      "Layer,M,N\n",
      "file:1: has no column K; a SCALE-Sim topology has Layer name, IFMAP Height, IFMAP Width, "
        + "Filter Height, Filter Width, Channels, Num Filter, Strides or Layer, M, N, K"
    ),
    (
      "Layer,M,M\n",
      "file:1: has the column M twice; a SCALE-Sim topology has Layer name, IFMAP Height, IFMAP Width, Filter Height, "
        + "Filter Width, Channels, Num Filter, Strides or Layer, M, N, K"
    ),
    ("Layer,M,N,K,Channels\n", "file:1: has the column Channels, which does not go with K"),
    (header + "\na,9,9,3,3,2,4\n", "file:3: Strides: is missing; a whole number from 1 on is expected"),
    (header + "a,9,9,3,3,2,four,1,\n", "file:2: Num Filter: is 'four'; a whole number from 1 on is expected"),
    (header + "a,9,9,3,3,2,0,1,\n", "file:2: Num Filter: is '0'; a whole number from 1 on is expected"),
    (
      header + "a,9,9,10,3,2,4,1,\n",
      "file:2: the layer has no output: the kernel's height, 10 with dilation, exceeds the padded input's, 9"
    ),
    (header + "a,9,9,3,3,2,2000000,1,\n", "file:2: output channels is 2000000; at most 1048576 is accepted"),
    (
      header + "DP,9,9,3,3,9223372036854775807,9223372036854775807,1,\n",
      "file:2: groups is 9223372036854775807; at most 1048576 is accepted"
    ),
    (
      header + "a,1048576,1048576,1,1,1048576,8,1,\n",
      "file:2: the number of MACs exceeds 2^63 - 1, the most that is accepted"
    ),
  ]

  @Test(arguments: refused)
  func refusals(text: String, expected: String) {
    #expect(message(text) == expected)
  }

  @Test(.timeLimit(.minutes(1)), arguments: seeds(0..<3))
  func damaged(seed: Int) {
    for text in [Self.topology, "Layer,M,N,K,Sparsity,\nL0,196,192,384,2:4,\nL1,196,1176,64,,\n"] {
      Damage.check(text, seed: seed) { _ = try SCALESimTopology.parse($0, origin: "file") }
    }
  }
}
