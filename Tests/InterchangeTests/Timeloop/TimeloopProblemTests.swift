import Foundation
import TestSupport
import Testing
import Workloads

@testable import Interchange

/// Problems of all of Timeloop's versions, and what is refused.
struct TimeloopProblemTests {
  private func read(_ text: String) throws -> ImportedNetwork {
    try TimeloopProblem.read(YAMLNode.parse(text, origin: "prob.yaml"), name: "prob")
  }

  private func layer(_ text: String) throws -> Layer {
    let network = try read(text).network
    #expect(network.name == "prob")
    #expect(network.entries.map(\.count) == [1])
    return try #require(network.entries.first).layer
  }

  /// N, G, K, C, P, Q, R, S, then strides and dilations, rows first.
  private func sizes(_ layer: Layer) -> [Int] {
    Dimension.allCases.map { layer[$0] } + [
      layer.vertical.stride, layer.horizontal.stride, layer.vertical.dilation, layer.horizontal.dilation,
    ]
  }

  private static let convolution = [1, 1, 64, 3, 54, 27, 7, 5, 2, 3, 1, 2]

  @Test(arguments: ["shape: cnn-layer", "shape: cnn_layer", "shape: cnn_layer.yaml", "version: 0.1"])
  func sizesUnderTheProblemItself(shape: String) throws {
    let text = """
      problem:
        {C: 3, K: 64, N: 1, P: 54, Q: 27, R: 7, S: 5, Wstride: 2, Hstride: 3, Wdilation: 1, Hdilation: 2, \(shape)}
      """
    #expect(try sizes(layer(text)) == Self.convolution)
    let network = try read(text)
    #expect(network.remarks == ["Timeloop knows no padding: zeros around the input count as inputs that are read"])
  }

  @Test func sizesUnderInstance() throws {
    let text = "problem: {version: 0.3, shape: cnn_layer, instance: {C: 3, K: 64, N: 2, P: 5, Q: 5, R: 3, S: 3}}"
    let layer = try layer(text)
    #expect(sizes(layer) == [2, 1, 64, 3, 5, 5, 3, 3, 1, 1, 1, 1])
    #expect(layer.vertical.inputSize == 7)
    #expect(layer.vertical.paddingBefore == 0)
  }

  /// A shape as `timeloopfe` writes it, with M for output channels and sizes that only inform.
  private static func written(_ inputs: String, instance: String, extra: String = "") -> String {
    """
    problem:
      version: 0.4
      shape:
        name: CNN
        dimensions: [C, M, R, S, N, P, Q, G]
        coefficients:
          - {name: Wstride, default: 1}
          - {name: Hstride, default: 1}
          - {name: Wdilation, default: 1}
          - {name: Hdilation, default: 1}
        data-spaces:
          - name: Weights
            projection: [[[G]], [[C]], [[M]], [[R]], [[S]]]
          - name: Inputs
            projection: \(inputs)
          - name: Outputs
            projection: [[[G]], [[N]], [[M]], [[Q]], [[P]]]
            read-write: True
      instance: {\(instance)}
    \(extra)
    """
  }

  private static let inputs = "[G, N, C, [[R, Wdilation], [P, Wstride]], [[S, Hdilation], [Q, Hstride]]]"
  private static let instance =
    "G: 1, C: 3, M: 64, R: 7, S: 5, N: 1, P: 54, Q: 27, Wstride: 2, Hstride: 3, Wdilation: 1, Hdilation: 2"

  @Test func shapeWrittenOut() throws {
    let notes =
      ", H: 113, W: 87, Hpad: 2, Wpad: 3, densities: {Inputs: 1.0, Weights: {distribution: fixed, density: 1}}"
    let text = Self.written(Self.inputs, instance: Self.instance + notes, extra: "architecture: {version: 0.4}")
    #expect(try sizes(layer(text)) == Self.convolution)
    let remarks = try read(text).remarks
    #expect(remarks.count == 2)
    #expect(remarks.last?.hasPrefix("H, W, Hpad, Wpad of the file are not used") == true)
  }

  @Test func rowsAreThoseOfP() throws {
    let swapped = "[G, N, C, [[S, Hdilation], [Q, Hstride]], [[R, Wdilation], [P, Wstride]]]"
    #expect(try sizes(layer(Self.written(swapped, instance: Self.instance))) == Self.convolution)
  }

  @Test func groups() throws {
    let text = Self.written(Self.inputs, instance: "G: 32, C: 4, M: 2, R: 3, S: 3, N: 1, P: 6, Q: 6")
    let layer = try layer(text)
    #expect(sizes(layer) == [1, 32, 2, 4, 6, 6, 3, 3, 1, 1, 1, 1])
    #expect(layer.inputChannels == 128)
  }

  @Test func depthwiseWithNumbersAsCoefficients() throws {
    let text = """
      problem:
        shape:
          dimensions: [C, R, S, P, Q]
          data_spaces:
            - {name: W, projection: [C, R, S]}
            - {name: X, projection: [[[C]], [[R], [P, 2]], [[S], [Q, 2]]]}
            - {name: Y, projection: [C, P, Q], read_write: true}
        instance: {C: 16, R: 3, S: 3, P: 7, Q: 7}
      """
    #expect(try sizes(layer(text)) == [1, 16, 1, 1, 7, 7, 3, 3, 2, 2, 1, 1])
  }

  @Test func strideWithoutKernel() throws {
    let text = """
      problem:
        shape:
          dimensions: [C, K, P, Q]
          coefficients: [{name: stride, default: 2}]
          data_spaces:
            - {name: Inputs, projection: [[[C]], [[P, stride]], [[Q, stride]]]}
            - {name: Weights, projection: [C, K]}
            - {name: Outputs, projection: [K, P, Q], read_write: true}
        instance: {C: 16, K: 8, P: 7, Q: 5}
      """
    let layer = try layer(text)
    #expect(sizes(layer) == [1, 1, 8, 16, 7, 5, 1, 1, 2, 2, 1, 1])
    #expect(layer.usedElements(of: .inputs).count == 16 * 35)
  }

  @Test func oneAxis() throws {
    let text = """
      problem:
        shape:
          name: Conv1D
          dimensions: [K, R, P]
          data_spaces:
            - {name: Weights, projection: [[[K]], [[R]]]}
            - {name: Inputs, projection: [[[R], [P]]]}
            - {name: Outputs, projection: [[[K]], [[P]]], read_write: true}
          coefficients: []
        instance: {K: 32, R: 3, P: 16, densities: {}}
      """
    #expect(try sizes(layer(text)) == [1, 1, 32, 1, 16, 1, 3, 1, 1, 1, 1, 1])
  }

  @Test(arguments: ["gemm_ABZ", "gemm-ABZ"])
  func product(shape: String) throws {
    let text = "problem: {shape: \(shape), instance: {M: 5, N: 7, K: 11}}"
    let network = try read(text)
    #expect(network.network.entries.first?.layer == (try Layer.gemm(name: "prob", m: 5, n: 7, k: 11)))
    #expect(network.remarks == ["the two operands are alike: A is taken as the inputs, B as the weights"])
  }

  /// A matrix product with two batch dimensions, operands in either order and under either name.
  @Test(arguments: [("Weights", "Inputs", 7, 5), ("Inputs", "Weights", 5, 7), ("X", "Y", 5, 7), ("B", "A", 7, 5)])
  func batchedProduct(first: String, second: String, m: Int, n: Int) throws {
    let text = """
      problem:
        shape:
          dimensions: [H, B, M, N, K]
          data_spaces:
            - {name: \(first), projection: [H, B, M, K]}
            - {name: \(second), projection: [H, B, N, K]}
            - {name: Z, projection: [H, B, M, N], read_write: true}
        instance: {H: 12, B: 2, M: 5, N: 7, K: 11}
      """
    #expect(try layer(text) == Layer.gemm(name: "prob", groups: 24, m: m, n: n, k: 11))
    let alike: [String] =
      switch first {
      case "X": ["the two operands are alike: X is taken as the inputs, Y as the weights"]
      case "B": ["the two operands are alike: A is taken as the inputs, B as the weights"]
      default: []
      }
    #expect(try read(text).remarks == alike + ["the dimensions H, B are walked as one"])
  }

  @Test func plainPositionsAreRowsAndColumns() throws {
    let text = """
      problem:
        shape:
          dimensions: [N, C, K, P, Q, V, J]
          data_spaces:
            - {name: Inputs, projection: [V, N, C, P, Q, J]}
            - {name: Weights, projection: [C, K]}
            - {name: Outputs, projection: [V, N, K, P, Q], read_write: true}
        instance: {N: 2, C: 16, K: 8, P: 7, Q: 5, V: 3, J: 1}
      """
    #expect(try sizes(layer(text)) == [6, 1, 8, 16, 7, 5, 1, 1, 1, 1, 1, 1])
  }

  @Test func fileIsKnownByItsKey() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("timeloop \(UUID()).prob.yaml").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    try TextFile.write("problem: {C: 3, K: 64, N: 1, P: 54, Q: 27, R: 7, S: 5}\n", to: file)
    let network = try WorkloadFile.read(file).network
    #expect(network.entries.first?.layer[.k] == 64)
    #expect(network.name.hasPrefix("timeloop "))
  }

  @Test(arguments: [
    ("problem: {shape: cnn_layer, C: 3}", "prob.yaml:1: problem: the key 'R' is missing"),
    (
      "problem: {shape: cnn_layer, instance: {C: 3, K: 1, N: 1, P: 1, Q: 1, R: 1, S: 1, Wstrid: 2}}",
      "prob.yaml:1: problem.instance: unknown key 'Wstrid'; did you mean 'Wstride'?"
    ),
    (
      "problem: {shape: cnn_layer, instance: {C: 0, K: 1, N: 1, P: 1, Q: 1, R: 1, S: 1}}",
      "prob.yaml:1: problem.instance.C: is 0; 1 to 1048576 is accepted"
    ),
    (
      "problem: {shape: gemm, instance: {M: 1}}",
      "prob.yaml:1: problem.shape: unknown shape 'gemm'; accepted: cnn_layer, gemm_ABZ (other shapes are written out as a mapping)"
    ),
    (
      "problem: {shape: gemm_ABZ, instance: {M: 1, N: 1, K: 1, densities: {A: 0.5}}}",
      "prob.yaml:1: problem.instance.densities.A: only dense tensors, of density 1, are understood"
    ),
    (
      "problem: {shape: gemm_ABZ, instance: {M: 1, N: 1, K: 1, commonDensity: {distribution: banded, density: 1}}}",
      "prob.yaml:1: problem.instance.commonDensity.distribution: only dense tensors, of the fixed density 1, are understood"
    ),
    (
      "problem: {shape: cnn-layer, instance: {R: 1, S: 1, P: 1048576, Q: 1048576, C: 1048576, K: 8, N: 1}}",
      "prob.yaml:1: problem.instance: the number of MACs exceeds 2^63 - 1, the most that is accepted"
    ),
    (
      "problem: {shape: cnn_layer, instance: {C: 3, K: 1, N: 1, P: 9, Q: 1, R: 1, S: 1, Wstride: 1048576}}",
      "prob.yaml:1: problem.instance: input height is 8388609; at most 1048576 is accepted"
    ),
    (
      "problem: 3",
      "prob.yaml:1: problem: is '3'; a mapping with the keys version, name, shape, instance, dnn_name, notes, histograms, R, S, P, Q, C, K, N, Hdilation, Hstride, Wdilation, Wstride, H, W, Hpad, Wpad, Hpadding, Wpadding, densities, commonDensity is expected"
    ),
  ])
  func refused(text: String, message: String) {
    #expect(refusal { _ = try read(text) } == message)
  }

  /// Shapes, by dimensions and projections of two inputs X and Y and an output Z; every size is 2.
  @Test(arguments: [
    (
      "PRTC", "[[[P], [R], [T]], [[C]]]", "[R, T, C]", "[P]",
      "5: problem.shape.data_spaces[0]: its inputs have the index P+R+T, which is no sum of a dimension of the output and one of the weights (inputs: 'X', weights: 'Y', outputs: 'Z')"
    ),
    (
      "PR", "[[[P], [R]], P]", "[R]", "[P]",
      "5: problem.shape.data_spaces[0]: dimension P indexes its inputs twice (inputs: 'X', weights: 'Y', outputs: 'Z')"
    ),
    (
      "PR", "[[[P], [R]]]", "[R]", "[P, R]",
      "5: problem.shape.data_spaces[0]: its inputs have the index P+R, which is no sum of a dimension of the output and one of the weights (inputs: 'X', weights: 'Y', outputs: 'Z')"
    ),
    (
      "PR", "[[[P], [R]]]", "[[[R], [P]]]", "[P]",
      "6: problem.shape.data_spaces[1]: its weights have the index R+P, where a single dimension is expected (inputs: 'X', weights: 'Y', outputs: 'Z')"
    ),
    (
      "PR", "[P]", "[R]", "[[[P], [R]]]",
      "7: problem.shape.data_spaces[2]: its output has the index P+R, where a single dimension is expected (inputs: 'X', weights: 'Y', outputs: 'Z')"
    ),
    (
      "PR", "[[[P, 0], [R]]]", "[R]", "[P]",
      "5: problem.shape.data_spaces[0]: its coefficient is 0, which moves nothing along P, of size 2; from 1 on is expected where there is more than one position"
    ),
    (
      "PRQSUV", "[[[P], [R]], [[Q], [S]], [[U], [V]]]", "[R, S, V]", "[P, Q, U]",
      "5: problem.shape.data_spaces[0]: a kernel slides along 3 axes of its inputs; at most 2 can be read, and more where the kernel or the output has size 1 along the others (inputs: 'X', weights: 'Y', outputs: 'Z')"
    ),
    (
      "MNKJ", "[M, K, J]", "[N, K]", "[M, N]",
      "5: problem.shape.data_spaces[0]: dimension J is in its inputs alone (inputs: 'X', weights: 'Y', outputs: 'Z')"
    ),
    (
      "MNKJ", "[M, K]", "[N, K]", "[M, N]",
      "4: problem.shape: dimension J, of size 2, indexes no tensor (inputs: 'X', weights: 'Y', outputs: 'Z')"
    ),
    (
      "MNK", "[M, K]", "[N, J]", "[M, N]",
      "6: problem.shape.data_spaces[1].projection[1]: unknown dimension 'J'; accepted: M, N, K"
    ),
    ("MNM", "[M]", "[N]", "[M, N]", "4: problem.shape.dimensions[2]: the dimension 'M' is listed twice"),
    (
      "MNK", "[[[M, stride]], K]", "[N, K]", "[M, N]",
      "5: problem.shape.data_spaces[0].projection[0][0][1]: unknown coefficient 'stride'; accepted: "
    ),
    (
      "MNK", "[[[]], K]", "[N, K]", "[M, N]",
      "5: problem.shape.data_spaces[0].projection[0][0]: has 0 parts; a dimension and at most one coefficient are expected"
    ),
    (
      "MNK", "[[], M, K]", "[N, K]", "[M, N]",
      "5: problem.shape.data_spaces[0].projection[0]: is empty; a sum of dimensions is expected"
    ),
  ])
  func shapeRefused(dimensions: String, x: String, y: String, z: String, message: String) {
    let names = dimensions.map(String.init)
    let text = """
      problem:
        instance: {\(Set(names).sorted().map { "\($0): 2" }.joined(separator: ", "))}
        shape:
          dimensions: [\(names.joined(separator: ", "))]
          data_spaces: [{name: X, projection: \(x)},
            {name: Y, projection: \(y)},
            {name: Z, projection: \(z), read_write: true}]
      """
    #expect(refusal { _ = try read(text) } == "prob.yaml:" + message)
  }

  /// One output reads every second input: a kernel with dilation.
  @Test func stridedReduction() throws {
    let text = """
      problem:
        shape:
          dimensions: [P, R, C]
          data_spaces:
            - {name: X, projection: [[[P], [R]], [[C, 2]]]}
            - {name: Y, projection: [R, C]}
            - {name: Z, projection: [P], read_write: true}
        instance: {P: 5, R: 3, C: 4}
      """
    let layer = try layer(text)
    #expect(sizes(layer) == [1, 1, 1, 1, 5, 1, 3, 4, 1, 1, 1, 2])
    #expect(layer.usedElements(of: .inputs).count == 7 * 4)
  }

  /// Columns are those of Q even where there are no rows.
  @Test func columnsAlone() throws {
    let text = """
      problem:
        shape:
          dimensions: [Q, S]
          data_spaces:
            - {name: X, projection: [[[Q], [S]]]}
            - {name: Y, projection: [S]}
            - {name: Z, projection: [Q], read_write: true}
        instance: {Q: 5, S: 3}
      """
    #expect(try sizes(layer(text)) == [1, 1, 1, 1, 1, 5, 1, 3, 1, 1, 1, 1])
  }

  /// A dilation of 0 is idle along a kernel of size 1, and a stride of 0 along an output of size 1.
  @Test func idleCoefficients() throws {
    let text = """
      problem: {C: 64, K: 256, N: 1, P: 56, Q: 56, R: 1, S: 1, Wstride: 2, Hstride: 2, Wdilation: 0, Hdilation: 0, shape: cnn-layer}

      """
    let layer = try layer(text)
    #expect(layer.macs == 51_380_224 && sizes(layer) == [1, 1, 256, 64, 56, 56, 1, 1, 2, 2, 1, 1])
    #expect(
      refusal { _ = try read(text.replacing("R: 1", with: "R: 3")) }
        == "prob.yaml:1: problem.shape: Wdilation is 0, which moves nothing along R, of size 3; from 1 on is expected where there "
        + "is more than one position")
    let one = try self.layer(
      "problem: {C: 4, K: 8, N: 1, P: 1, Q: 5, R: 3, S: 1, Wstride: 0, Hstride: 1, Wdilation: 1, Hdilation: 0}")
    #expect(sizes(one) == [1, 1, 8, 4, 1, 5, 3, 1, 1, 1, 1, 1])
    let written = """
      problem:
        shape:
          dimensions: [P, R]
          coefficients: [{name: d, default: 0}]
          data_spaces: [{name: X, projection: [[[P], [R, d]]]}, {name: Y, projection: [R]},
            {name: Z, projection: [P], read_write: true}]
        instance: {P: 5, R: 1}
      """
    #expect(try self.layer(written).macs == 5)
  }

  /// A third axis slides nowhere where its kernel has size 1: its positions are images, as a convolution over each would
  /// have them.
  @Test func thirdAxisOfOne() throws {
    let text = """
      problem:
        shape:
          name: c3
          dimensions: [R, S, T, P, Q, F, C, K, N]
          data_spaces:
            - {name: W, projection: [[[K]], [[C]], [[R]], [[S]], [[T]]]}
            - {name: I, projection: [[[N]], [[C]], [[R], [P]], [[S], [Q]], [[T], [F]]]}
            - {name: O, projection: [[[N]], [[K]], [[P]], [[Q]], [[F]]], read_write: true}
        instance: {R: 3, S: 3, T: 1, P: 8, Q: 8, F: 4, C: 4, K: 8, N: 1}
      """
    let layer = try layer(text)
    #expect(layer.macs == 73_728)
    #expect(sizes(layer) == [4, 1, 8, 4, 8, 8, 3, 3, 1, 1, 1, 1])
    // With images of its own both are images, and with a kernel over a single output the kernel's are channels.
    #expect(try sizes(self.layer(text.replacing("N: 1", with: "N: 2"))) == [8, 1, 8, 4, 8, 8, 3, 3, 1, 1, 1, 1])
    let single = try self.layer(text.replacing("T: 1", with: "T: 5").replacing("F: 4", with: "F: 1"))
    #expect(sizes(single) == [1, 1, 8, 20, 8, 8, 3, 3, 1, 1, 1, 1])
    let points = try self.layer(text.replacing("R: 3, S: 3", with: "R: 1, S: 1"))
    #expect(sizes(points) == [4, 1, 8, 4, 8, 8, 1, 1, 1, 1, 1, 1])
    #expect(refusal { _ = try read(text.replacing("T: 1", with: "T: 2")) }.contains("a kernel slides along 3 axes"))
  }

  /// Sizes of v0.4 may be variables, of the file or given; what only describes a problem is no error.
  @Test func variables() throws {
    let text = """
      variables: {version: 0.4, BITS: 1}
      problem:
        name: "a layer"
        dnn_name: net
        notes: Conv2d
        histograms: {Inputs: [0.5, 0.5]}
        shape: cnn_layer
        instance: {C: 3, K: 2, N: BATCH_SIZE, P: 5, Q: 5, R: BITS, S: 1}
      """
    let root = try YAMLNode.parse(text, origin: "prob.yaml")
    let network = try TimeloopProblem.read(root, name: "prob", values: ["BATCH_SIZE": 4, "BITS": 7])
    #expect(network.network.entries[0].layer.macs == 4 * 3 * 2 * 25)
    #expect(network.symbolicDimensions == ["BATCH_SIZE"])
    #expect(
      refusal { _ = try read(text) }
        == "prob.yaml:8: problem.instance.N: is 'BATCH_SIZE', a variable without a value; give one by --dim BATCH_SIZE=1, or "
        + "under the file's 'variables', or write a whole number")
    #expect(
      refusal { _ = try TimeloopProblem.read(root, name: "prob", values: ["BATCH_SIZE": 1 << 21]) }
        == "prob.yaml:8: problem.instance.N: is 'BATCH_SIZE', which is given as 2097152")
  }

  @Test func numberOfDataSpaces() {
    let text = """
      problem:
        instance: {M: 2, N: 2}
        shape:
          dimensions: [M, N]
          data_spaces: [{name: X, projection: [M]}, {name: Y, projection: [N]}, {name: Z, projection: [M, N]}]
      """
    #expect(
      refusal { _ = try read(text) }
        == "prob.yaml:4: problem.shape: the shape has 3 read-only and 0 read-write data spaces; "
        + "a convolution or matrix product has two and one")
  }

  @Test func keysGivenTwice() {
    let text = "problem: {shape: {dimensions: [M], data-spaces: [], data_spaces: []}, instance: {M: 1}}"
    #expect(
      refusal { _ = try read(text) } == "prob.yaml:1: problem.shape: the key 'data_spaces' is given twice")
  }

  @Test func longDimensionNames() {
    let text = "problem: {shape: {dimensions: [Co], data_spaces: []}, instance: {Co: 1}}"
    #expect(
      refusal { _ = try read(text) }
        == "prob.yaml:1: problem.shape.dimensions[0]: the dimension 'Co' has more than one character, which Timeloop refuses"
    )
  }
}
