import EnergyModel
import Interchange
import TestSupport
import Testing
import Workloads

struct ZigZagWorkloadTests {
  private static func layer(
    id: Int = 0, type: String = "Conv", equation: String = "O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]",
    relations: String = "[ix=1*ox+1*fx, iy=1*oy+1*fy]", dims: String = "[B, K, C, OY, OX, FY, FX]",
    sizes: String = "[1, 8, 4, 10, 12, 3, 5]", rest: String = ""
  ) -> String {
    """
    - id: \(id)
      operator_type: \(type)
      equation: \(equation)
      dimension_relations: \(relations)
      loop_dims: \(dims)
      loop_sizes: \(sizes)
      operand_precision: {W: 4, I: 8, O: 24, O_final: 9}
      operand_source: {I: \(id), W: \(id)}
    \(rest.isEmpty ? "" : rest + "\n")
    """
  }

  private func read(_ text: String) throws -> ImportedNetwork {
    try ZigZagWorkload.parse(text, origin: "net/file.yaml")
  }

  private func only(_ text: String) throws -> Layer {
    let imported = try read(text)
    #expect(imported.unresolved.isEmpty && imported.network.entries.count == 1)
    return try #require(imported.network.entries.first).layer
  }

  private func reason(_ text: String) throws -> String {
    let imported = try read(text)
    #expect(imported.network.entries.isEmpty && imported.unresolved.count == 1)
    return try #require(imported.unresolved.first).reason
  }

  private func message(_ text: String) -> String { refusal { _ = try ZigZagWorkload.parse(text, origin: "file") } }

  @Test func convolutions() throws {
    let imported = try read(Self.layer())
    #expect(imported.network.name == "file")
    #expect(imported.network.source == "file.yaml, a file of ZigZag")
    let layer = try #require(imported.network.entries.first).layer
    #expect(layer.name == "Layer0")
    #expect(sizes(layer) == [1, 1, 8, 4, 10, 12, 3, 5])
    #expect(layer.vertical.inputSize == 12 && layer.horizontal.inputSize == 16)
    let widths = WordWidths(
      inputs: .byte, weights: try #require(BitWidth(4)), outputs: try #require(BitWidth(9)),
      partialSums: try #require(BitWidth(24)))
    #expect(imported.widths == widths)
    #expect(
      imported.remarks == [
        "1 layer with a kernel gives no padding: zeros around an input, if there are any, count as inputs"
      ])
  }

  @Test func stridesAndDilations() throws {
    let layer = try only(
      Self.layer(relations: "[ix = fx*3 + 2*ox, 'iy=oy+2*fy']", sizes: "[2, 8, 4, 10, 12, 3, 5]"))
    #expect(sizes(layer) == [2, 1, 8, 4, 10, 12, 3, 5])
    #expect(layer.horizontal.stride == 2 && layer.horizontal.dilation == 3)
    #expect(layer.vertical.stride == 1 && layer.vertical.dilation == 2)
    #expect(layer.horizontal.inputSize == 2 * 11 + 3 * 4 + 1)
  }

  /// A dilation of 0 is idle along a kernel of size 1.
  @Test func idleDilations() throws {
    let text = Self.layer(relations: "[ix=2*ox+0*fx, iy=1*oy+0*fy]", sizes: "[1, 8, 4, 10, 12, 1, 1]")
    #expect(sizes(try only(text)) == [1, 1, 8, 4, 10, 12, 1, 1])
    #expect(
      try reason(text.replacing("12, 1, 1]", with: "12, 1, 3]"))
        == "its inputs have the index 2*ox+0*fx, which moves nothing along fx, of size 3")
  }

  /// A third axis along which the kernel has size 1 is one of images, as long as nothing is padded along it.
  @Test func thirdAxes() throws {
    func text(_ padding: String, _ sizes: String = "[1, 8, 4, 6, 10, 12, 1, 3, 5]") -> String {
      Self.layer(
        equation: "O[b][k][oz][oy][ox]+=W[k][c][fz][fy][fx]*I[b][c][iz][iy][ix]",
        relations: "[ix=1*ox+1*fx, iy=1*oy+1*fy, iz=2*oz+1*fz]", dims: "[B, K, C, OZ, OY, OX, FZ, FY, FX]",
        sizes: sizes, rest: "  pr_loop_dims: [IX, IY, IZ]\n  padding: [[1, 1], [1, 1], \(padding)]")
    }
    let layer = try only(text("[0, 0]"))
    #expect(sizes(layer) == [6, 1, 8, 4, 10, 12, 3, 5] && layer.horizontal.paddingBefore == 1)
    #expect(
      try reason(text("[1, 0]"))
        == "its inputs have 10 positions along 2*oz+fz, with padding 1 and 0, beside two other axes along which a kernel "
        + "slides; 11 without padding are expected along such a one")
    #expect(sizes(try only(text("[0, 0]", "[1, 8, 4, 1, 10, 12, 7, 3, 5]"))) == [1, 1, 8, 28, 10, 12, 3, 5])
    #expect(try reason(text("[0, 0]", "[1, 8, 4, 2, 10, 12, 2, 3, 5]")).hasPrefix("a kernel slides along 3 axes"))
  }

  /// Dimensions are told by the operands that they index, whatever they are called.
  @Test func rowsComeFirstInTheOutput() throws {
    let layer = try only(
      Self.layer(
        equation: "O[x][y][s][t]+=W[q][p][x][z]*I[u][y][v][z]", relations: "[v=2*t+1*q, u=1*s+1*p]",
        dims: "[x, y, z, s, t, p, q]", sizes: "[8, 2, 4, 10, 12, 3, 5]"))
    #expect(sizes(layer) == [2, 1, 8, 4, 10, 12, 3, 5])
    #expect(layer.vertical.stride == 1 && layer.horizontal.stride == 2)
    let swapped = try only(
      Self.layer(
        equation: "O[x][y][t][s]+=W[q][p][x][z]*I[u][y][v][z]", relations: "[v=2*t+1*q, u=1*s+1*p]",
        dims: "[x, y, z, s, t, p, q]", sizes: "[8, 2, 4, 10, 12, 3, 5]"))
    #expect(sizes(swapped) == [2, 1, 8, 4, 12, 10, 5, 3])
  }

  @Test func groups() throws {
    let layer = try only(
      Self.layer(
        equation: "O[b][g][k][oy][ox]+=W[g][k][c][fy][fx]*I[b][g][c][iy][ix]", dims: "[B, G, K, C, OY, OX, FY, FX]",
        sizes: "[1, 6, 2, 3, 10, 12, 3, 5]"))
    #expect(sizes(layer) == [1, 6, 2, 3, 10, 12, 3, 5])
  }

  @Test func matrixProducts() throws {
    let gemm = Self.layer(
      type: "Gemm", equation: "O[b][d][k]+=I[b][d][c]*W[c][k]", relations: "[]", dims: "[B, D, K, C]",
      sizes: "[2, 7, 5, 3]")
    #expect(sizes(try only(gemm)) == [1, 1, 5, 3, 14, 1, 1, 1])
    let batched = Self.layer(
      type: "Gemm", equation: "O[h][m][n]+=A[h][m][k]*B[h][k][n]", relations: "[]", dims: "[H, M, N, K]",
      sizes: "[4, 7, 5, 3]")
    #expect(sizes(try only(batched)) == [1, 4, 5, 3, 7, 1, 1, 1])
    #expect(try read(batched).widths == nil)
    // W is the weights, wherever it stands, and so is the operand that is the layer's own.
    let turned = Self.layer(
      type: "Gemm", equation: "O[m][n]+=W[k][n]*I[m][k]", relations: "[]", dims: "[M, N, K]", sizes: "[7, 5, 3]")
    #expect(sizes(try only(turned)) == [1, 1, 5, 3, 7, 1, 1, 1])
    let own = turned.replacing("W[k]", with: "X[k]").replacing("{I: 0, W: 0}", with: "{I: 9, X: 0}")
    #expect(sizes(try only(own)) == [1, 1, 5, 3, 7, 1, 1, 1])
    #expect(sizes(try only(own.replacing("{I: 9, X: 0}", with: "{I: 0, X: 9}"))) == [1, 1, 7, 3, 5, 1, 1, 1])
  }

  @Test func rowsBeyondOneDimensionAreImages() throws {
    let gemm = Self.layer(
      type: "Gemm", equation: "O[b][m][k]+=I[b][m][c]*W[c][k]", relations: "[]", dims: "[B, M, K, C]",
      sizes: "[64, 65536, 5, 3]")
    #expect(sizes(try only(gemm)) == [64, 1, 5, 3, 65536, 1, 1, 1])
  }

  @Test func padding() throws {
    let given = "  pr_loop_dims: [IX, IY]\n  pr_loop_sizes: [14, 11]\n  padding: [[1, 2], [1, 0]]"
    let layer = try only(Self.layer(sizes: "[1, 8, 4, 10, 13, 3, 5]", rest: given))
    #expect(layer.horizontal.paddingBefore == 1 && layer.horizontal.paddingAfter == 2)
    #expect(layer.vertical.paddingBefore == 1 && layer.vertical.paddingAfter == 0)
    #expect(layer.horizontal.inputSize == 14 && layer.vertical.inputSize == 11)
    let derived = try only(
      Self.layer(
        sizes: "[1, 8, 4, 10, 13, 3, 5]", rest: "  pr_loop_dims: [IX, IY]\n  padding: [[1, 2], [1, 0]]"))
    #expect(derived == layer)
    #expect(try read(Self.layer(sizes: "[1, 8, 4, 10, 13, 3, 5]", rest: given)).remarks.isEmpty)
    #expect(
      try reason(Self.layer(rest: given))
        == "14 inputs along ox+fx with padding 1 and 2 give 13 outputs, not 12")
    #expect(
      message(Self.layer(rest: "  pr_loop_dims: [IX]\n  padding: [[1, 2], [1, 0]]"))
        == "file:10: [0].padding: has 2 pairs for 1 dimensions")
    #expect(message(Self.layer(rest: "  padding: [[1, 2]]")) == "file:9: [0].padding: needs pr_loop_dims beside it")
    #expect(
      message(Self.layer(rest: "  pr_loop_dims: [IZ]"))
        == "file:9: [0].pr_loop_dims[0]: the dimension iz is in none of the dimension_relations")
  }

  @Test func othersAreCounted() throws {
    let add = Self.layer(
      id: 1, type: "Add", equation: "O[b][g]=W[b][g]+I[b][g]", relations: "[]", dims: "[B, G]", sizes: "[1, 8]")
    let pool = Self.layer(
      id: 2, type: "Pooling", equation: "O[b][g][oy][ox]+=W[fx][fy]*I[b][g][iy][ix]", dims: "[B, G, OY, OX, FX, FY]",
      sizes: "[1, 8, 5, 5, 2, 2]")
    let scale = Self.layer(
      id: 3, type: "Conv", equation: "O[b][g]+=W[b][g]*I[b][g]", relations: "[]", dims: "[B, G]", sizes: "[1, 8]")
    let imported = try read(Self.layer() + add + pool + scale)
    #expect(imported.network.entries.count == 1)
    #expect(imported.remarks.last == "3 pooling and elementwise layers move data that is not counted")
    #expect(
      try read(Self.layer() + add).remarks.last == "1 pooling or elementwise layer moves data that is not counted")
    #expect(
      message(add) == "file: has no layers but 1 of pooling and elementwise operations, which are not counted")
  }

  @Test func namesBecomeUnique() throws {
    let text = Self.layer(rest: "  name: a") + Self.layer(rest: "  name: a#2") + Self.layer(rest: "  name: a")
    #expect(try read(text).network.entries.map(\.layer.name) == ["a", "a#2", "a#3"])
  }

  @Test func differingWidths() throws {
    let imported = try read(Self.layer() + Self.layer(id: 1).replacing("O: 24", with: "O: 32"))
    #expect(imported.widths == nil)
    #expect(
      imported.remarks.last
        == "the layers' word widths differ, so none are taken from the file; --bits gives one set for all")
  }

  @Test(arguments: [
    (
      "O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]", "[ox=1*ix+1*fx, oy=1*iy+1*fy]", "[B, K, C, IY, IX, FY, FX]",
      "its output has the index iy+fy, where a single dimension is expected"
    ),
    (
      "O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]", "[ix=1*ox+1*oy, iy=1*fx+1*fy]", "[B, K, C, OY, OX, FY, FX]",
      "its inputs have the index fx+fy, which is no sum of a dimension of the output and one of the weights"
    ),
    (
      "O[b][k][oy]+=W[k][c]*I[b][c][oy]*V[k][c]", "[]", "[B, K, C, OY, OX, FY, FX]",
      "it multiplies 3 operands; 2 can be read"
    ),
    (
      "O[b][k][oy]+=W[k][c]*I[b][c][oy]", "[]", "[B, K, C, OY, A, FY, FX]",
      "dimension a, of size 12, indexes no tensor"
    ),
    (
      "O[b][k][oy][ox]+=W[k][c][fy]*I[b][c][fx]", "[]", "[B, K, C, OY, OX, FY, FX]",
      "dimension oy is in its output alone"
    ),
    (
      "O[k][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]", "[ix=1*ox+1*fx, iy=1*oy+1*fy]", "[B, K, C, OY, OX, FY, FX]",
      "dimension k indexes its output twice"
    ),
    (
      "O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]", "[ix=1*ox+1*fx]", "[B, K, C, OY, OX, FY, FX]",
      "dimension iy has no size"
    ),
  ])
  func unresolved(equation: String, relations: String, dims: String, expected: String) throws {
    #expect(try reason(Self.layer(equation: equation, relations: relations, dims: dims)).hasPrefix(expected))
  }

  /// Sizes beyond what a layer may have are valid in the file.
  @Test func tooLarge() throws {
    #expect(
      try reason(Self.layer(sizes: "[1, 1048577, 4, 10, 12, 3, 5]"))
        == "dimension k is 1048577; at most 1048576 is accepted")
    #expect(
      try reason(Self.layer(sizes: "[1048576, 1048576, 1048576, 10, 12, 3, 5]"))
        == "the number of MACs exceeds 2^63 - 1, the most that is accepted")
    #expect(
      try reason(Self.layer(sizes: "[1, 8, 4, 1048576, 12, 3, 5]"))
        == "input height is 1048578; at most 1048576 is accepted")
  }

  private static let refused: [(String, String)] = [
    ("", "file: the file is empty; YAML with keys is expected"),
    ("[]", "file: has no layers; at least one is expected"),
    ("- 1", "file:1: [0]: is no mapping; one is expected"),
    ("- {id: 0}", "file:1: [0]: the key 'operator_type' is missing"),
    ("- {id: 0, operator_type: Conv}", "file:1: [0]: the key 'equation' is missing"),
    (
      layer(equation: "O = W * I"),
      "file:3: [0].equation: is 'O = W * I'; an equation is expected, as in O[b][k]+=W[k][c]*I[b][c]"
    ),
    (layer(sizes: "[1, 8]"), "file:6: [0].loop_sizes: has 2 sizes for 7 dimensions"),
    (layer(sizes: "[1, 8, 4, 10, 12, 3, 0]"), "file:6: [0].loop_sizes[6]: is 0; at least 1 is accepted"),
    (
      layer(sizes: "[1, 8, 4, 10, 12, 3, five]"),
      "file:6: [0].loop_sizes[6]: is 'five'; a whole number is expected"
    ),
    (layer(relations: "[ix=ox+fx, ix=oy+fy]"), "file:4: [0].dimension_relations[1]: gives ix twice"),
    (layer(dims: "[B, K, C, OY, b, FY, FX]"), "file:5: [0].loop_dims[4]: the dimension b is given twice"),
    (
      layer(relations: "[ix=ox-fx]"),
      "file:4: [0].dimension_relations[0]: is 'ix=ox-fx'; a relation is expected, as in ix=2*ox+1*fx"
    ),
    (
      layer().replacing("W: 4", with: "W: 65"),
      "file:7: [0].operand_precision.W: is 65; 1 to 64 is accepted"
    ),
  ]

  @Test(arguments: refused)
  func refusals(text: String, expected: String) {
    #expect(message(text) == expected)
  }

  @Test(.timeLimit(.minutes(1)), arguments: seeds(0..<3))
  func damaged(seed: Int) {
    let text = Self.layer(rest: "  name: a\n  pr_loop_dims: [IX, IY]\n  padding: [[1, 2], [1, 0]]") + Self.layer(id: 1)
    Damage.check(text, seed: seed) { _ = try ZigZagWorkload.parse($0, origin: "file") }
  }
}
