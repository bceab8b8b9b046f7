import Testing
import Workloads

@testable import ONNX

/// Sizes that files leave open, and the names that exporters leave behind.
struct DimensionTests {
  // MARK: Names that were left behind

  @Test(arguments: [[:], ["u0": 1, "u1": 32, "u2": 32], ["u0": 7], ["u0": 1, "u1": 35, "u2": 35]])
  func operatorsDecideWhatHasANameToo(dimensions: [String: Int]) throws {
    let model = try layers(of: "pads-computed-stale-names", dimensions: dimensions)
    let layer = try #require(model.layers.first)
    #expect([layer.batch, layer.vertical.inputSize, layer[.p], layer[.q], layer.macs] == [1, 35, 33, 33, 235_224])
    #expect(model.unresolved.isEmpty && model.symbolicDimensions.isEmpty)
  }

  /// A model whose operator of another tool gives a tensor of a stated shape, and whose padding gives another.
  private func model(
    first: [BuiltSize], second: [BuiltSize] = [1, 3, 10, 10], isFoundFirst: Bool = false,
    input: [BuiltSize] = [1, 3, 8, 8]
  ) -> BuiltModel {
    builtModel { graph in
      graph.input("x", input)
      graph.initializer = [.weights("w", [4, 3, 3, 3]), .integers("pads", [0, 0, 1, 1, 0, 0, 1, 1])]
      graph.state("seen", first)
      graph.state("padded", second)
      let mystery = BuiltNode("Mystery", ["x"], ["seen"], domain: "some.tools")
      let pad = BuiltNode("Pad", ["x", "pads"], ["padded"])
      graph.node += isFoundFirst ? [pad, mystery] : [mystery, pad]
      graph.node("Conv", ["seen", "w"], ["a"])
      graph.node("Conv", ["padded", "w"], ["b"])
    }
  }

  /// A name for what an operator of another tool computes is asked for, with where it stands.
  @Test func namesBehindUnknownOperators() throws {
    let open = model(first: [1, 3, "rows", 7])
    let read = try layers(of: open)
    #expect(read.layers.map(\.name) == ["b"] && read.symbolicDimensions == ["rows"])
    #expect(
      read.unresolved == [
        .init(
          name: "a",
          reason: "its input's height is unknown: the symbolic dimension 'rows' of the output 'seen' [1,3,rows,7] of "
            + "'some.tools.Mystery' decides it: give its size in your runs, as in --dim rows=SIZE")
      ])
    #expect(try layers(of: open, dimensions: ["rows": 9]).layers.first?[.p] == 7)
  }

  /// A name that operators give a size elsewhere has that size; one that is given has to be the same.
  @Test(arguments: [true, false])
  func namesHaveOneSize(isFoundFirst: Bool) throws {
    let shared = model(first: [1, 3, "rows", 7], second: [1, 3, "rows", 10], isFoundFirst: isFoundFirst)
    let read = try layers(of: shared)
    #expect(read.layers.map(\.name) == (isFoundFirst ? ["a", "b"] : ["b"]))
    #expect(try layers(of: shared, dimensions: ["rows": 10]).layers.map { $0[.p] } == [8, 8])
    let error = #expect(throws: ONNXError.self) { try layers(of: shared, dimensions: ["rows": 12]) }
    #expect(
      error?.description
        == "has 10 for the dimension 'rows', which is given as 12: its operators make it so in 'padded'")
  }

  /// A name that operators give different sizes says nothing.
  @Test func namesOfSeveralSizesAreNotAsked() throws {
    let model = builtModel { graph in
      graph.input("x", [1, 3, 8, 9])
      graph.initializer = [.weights("w", [4, 3, 3, 3])]
      graph.state("r", [1, 3, "n", "n"])
      graph.state("seen", [1, 3, "n", 7])
      graph.node("Relu", ["x"], ["r"])
      graph.node("Mystery", ["x"], ["seen"], domain: "some.tools")
      graph.node("Conv", ["seen", "w"], ["a"])
    }
    let read = try layers(of: model, dimensions: ["n": 8])
    #expect(read.symbolicDimensions.isEmpty)
    #expect(
      read.unresolved.map(\.reason) == [
        "its input's height is unknown: the operator 'some.tools.Mystery' of 'seen' decides it"
      ])
  }

  /// An input's name on what is computed is a label: the operators decide.
  @Test func inputsNamesOnWhatIsComputed() throws {
    let halved = builtModel { graph in
      graph.input("x", ["N", 3, "H", "H"])
      graph.initializer = [.weights("w", [4, 3, 3, 3])]
      graph.state("y", ["N", 4, "H", "H"])
      graph.node("Conv", ["x", "w"], ["y"], ["strides": .integers([2, 2]), "pads": .integers([1, 1, 1, 1])])
      graph.node("Conv", ["y", "w2"], ["z"])
      graph.initializer.append(.weights("w2", [5, 4, 1, 1]))
    }
    let read = try layers(of: halved, dimensions: ["N": 1, "H": 32])
    #expect(read.unresolved.isEmpty && read.layers.map { $0[.p] } == [16, 16])
  }

  /// Numbers that were left behind when an input's size was opened do not stand for it.
  @Test func numbersDoNotStandForOpenSizes() throws {
    let model = builtModel { graph in
      graph.input("x", ["N", 3, "H", 8])
      graph.initializer = [.weights("w", [4, 3, 1, 1]), .numbers("scales", [1, 1, 0.5, 1])]
      graph.state("r", [1, 3, 8, 8])
      graph.state("h", [1, 3, 4, 8])
      graph.node("Relu", ["x"], ["r"])
      graph.node("Resize", ["r", "", "scales"], ["h"])
      graph.node("Conv", ["h", "w"], ["y"])
    }
    let read = try layers(of: model)
    #expect(read.layers.isEmpty && read.unresolved.first?.reason.contains("--dim H=SIZE --dim N=1") == true)
    #expect(try layers(of: model, dimensions: ["N": 1, "H": 8]).layers.map { [$0.batch, $0[.p]] } == [[1, 4]])
    let other = try layers(of: model, dimensions: ["N": 2, "H": 8])
    #expect(other.unresolved.first?.reason.contains("the file states the shape [1,3,8,8] for 'r'") == true)
  }

  /// Where operators cannot give what they are asked for, what the file states is from another time.
  @Test func statedShapesDoNotMakeUpForWhatCannotBe() throws {
    let model = builtModel { graph in
      graph.input("x", ["N", 8, 2, 2])
      graph.initializer = [.integers("flat", [1, 32]), .weights("fc", [32, 10])]
      graph.state("f", [1, 32])
      graph.state("r", [1, 32])
      graph.node("Reshape", ["x", "flat"], ["f"], name: "flatten")
      graph.node("Relu", ["f"], ["r"])
      graph.node("MatMul", ["r", "fc"], ["y"])
    }
    #expect(try layers(of: model, dimensions: ["N": 1]).layers.map(\.macs) == [320])
    let other = try layers(of: model, dimensions: ["N": 4])
    #expect(
      other.unresolved == [
        .init(
          name: "y",
          reason: "its first operand's shape is unknown: at the operator 'Reshape' of 'flatten', [4,8,2,2] cannot be "
            + "reshaped to [1,32]")
      ])
  }

  // MARK: Formulas

  @Test(arguments: [
    ("floor(h/2 - 1/2) + 1", 112), ("h", 224), ("2*h - n", 445), ("(h + 1)//2", 112), ("ceiling(h/3)", 75),
    ("Max(n, h, 7)", 224), ("Min(n, h)", 3), ("Mod(h, 5)", 4), ("h % 5", 4), ("FloorDiv(h, 3)", 74), ("-n + 4", 1),
    ("CeilDiv(h + 1, 2)", 113), ("floor(-n/2)", -2), ("h/(2*7)", 16), ("floor(floor(h/2 - 1/2)/2) + 1", 56),
    ("past_len+n", 13), ("x.1:0 * 2", 18),
  ])
  func formulasHaveValues(text: String, value: Int) {
    let sizes = ["h": 224, "n": 3, "past_len": 10, "x.1:0": 9]
    #expect(DimensionExpression(text)?.value { sizes[$0].map { .integer($0) } } == .integer(value))
  }

  @Test(arguments: [
    "", "h/", "floor(h", "h h", "sqrt(h)", "h/3", "h/0", "h % 0", "other + 1", "1e3", "é(", "h**2",
    "9223372036854775807 + 1", "99999999999999999999", String(repeating: "(", count: 500),
    "-" + String(repeating: "-", count: 900) + "h",
    "9223372036854775807 * h", "-9223372036854775807 - 2",
  ])
  func otherTextsHaveNone(text: String) {
    #expect(DimensionExpression(text)?.value { $0 == "h" ? .integer(224) : nil } == nil)
  }

  @Test func formulasOfOpenSizesAreOpen() {
    let value = DimensionExpression("floor(h/2) + w")?.value { .open($0) }
    #expect(value?.unknown?.symbols.map(\.name) == ["h", "w"])
  }

  @Test(arguments: [
    ("floor(h/2 - 1/2) + 1", true), ("h/2", true), ("a - b", true), ("a+b", true), ("2*n", true), ("n//2", true),
    ("batch", false), ("batch-size", false), ("encoder/length", false), ("x.1:0", false), ("unk__12", false),
  ])
  func formulasAreToldFromNames(name: String, isFormula: Bool) {
    #expect(DimensionExpression.isFormula(name) == isFormula)
  }

  /// A formula is never asked for: what it is made of is.
  @Test func formulasOfInputs() throws {
    let cached = builtModel { graph in
      graph.input("mask", ["batch", "past + new"])
      graph.input("x", ["batch", "new", 16])
      graph.input("odd", ["floor(w/2)=h", 3])
      graph.input("keys", [16, "floor(rows/2 - 1/2) + 1"])
      graph.node("MatMul", ["x", "keys"], ["a"])
      graph.node("MatMul", ["mask", "other"], ["b"])
      graph.initializer = [.weights("other", [12, 2])]
    }
    let read = try layers(of: cached)
    #expect(read.symbolicDimensions == ["batch", "new", "past", "odd.0", "rows"])
    #expect(
      read.unresolved.map(\.reason) == [
        "its number of rows, number of columns, first operand's stack are unknown: the symbolic dimensions 'batch' of the "
          + "input 'mask' [batch,past + new], 'new' of the input 'x' [batch,new,16], 'rows' of the input 'keys' "
          + "[16,floor(rows/2 - 1/2) + 1] decide it: give their sizes in your runs, as in --dim batch=1 --dim new=SIZE "
          + "--dim rows=SIZE",
        "its number of rows is unknown: the symbolic dimension 'batch' of the input 'mask' [batch,past + new] decides it: "
          + "give its size in your runs, as in --dim batch=1",
      ])
    let set = try layers(of: cached, dimensions: ["batch": 2, "new": 5, "past": 7, "rows": 8])
    #expect(set.unresolved.isEmpty)
    #expect(set.layers.map { [$0[.p], $0[.k], $0[.c]] } == [[10, 4, 16], [2, 2, 12]])
  }

  /// Behind an operator of another tool, a formula in the inputs' sizes is as good as a number.
  @Test func formulasBehindUnknownOperators() throws {
    let model = model(
      first: ["N", 3, "floor(H/2)", "floor(u7/2)"], second: ["N", 3, 10, 10], input: ["N", 3, "H", 8])
    let read = try layers(of: model, dimensions: ["N": 1, "H": 8])
    #expect(read.symbolicDimensions == ["N", "H"])
    #expect(
      read.unresolved == [
        .init(
          name: "a", reason: "its input's width is unknown: the operator 'some.tools.Mystery' of 'seen' decides it")
      ])
  }

  // MARK: What is asked for

  /// A batch of one suits every network. Other sizes are the user's.
  @Test(
    arguments: [
      (["N", 3, 8, 8], "--dim N=1"), ([nil, 3, 8, 8], "--dim x.0=1"), (["batch_size", 3, 8, 8], "--dim batch_size=1"),
      (["unk__6", 3, 8, 8], "--dim unk__6=1"), ([1, 3, "height", 8], "--dim height=SIZE"),
      (["N", 3, nil, 8], "--dim N=1 --dim x.2=SIZE"), (["seq", 3, 8, 8], "--dim seq=SIZE"),
      (["T", 3, 8, 8], "--dim T=SIZE"), (["a b", 3, 8, 8], "--dim 'a b=1'"),
    ] as [([BuiltSize], String)])
  func onlyABatchIsSuggested(shape: [BuiltSize], options: String) throws {
    let model = builtModel { graph in
      graph.input("x", shape)
      graph.initializer = [.weights("w", [4, 3, 3, 3])]
      graph.node("Conv", ["x", "w"], ["y"])
    }
    let reason = try #require(try layers(of: model).unresolved.first?.reason)
    #expect(reason.hasSuffix("as in \(options)"))
    #expect(reason.contains("of the input 'x' ["))
  }

  // MARK: Causes

  /// The operator that began it is named once, however many layers lie behind.
  @Test func causesAreNamedOnce() throws {
    let model = try layers(of: "message-grows")
    #expect(model.unresolved.count == 12)
    #expect(
      Set(model.unresolved.map(\.reason)) == [
        "its input's shape is unknown: the operator 'other.tool.Foo' of 'a0' decides it"
      ])
  }

  /// So it is where a known operator cannot tell.
  @Test func operatorsThatCannotTellAreNamed() throws {
    let model = builtModel { graph in
      graph.input("x", [2, 3, 8, 8])
      graph.input("shape", [4])
      graph.input("nothing", nil)
      graph.initializer = [.integers("bad", [1, 3, 5, 5]), .weights("w", [3, 3, 1, 1])]
      graph.node("Reshape", ["x", "bad"], ["r"], name: "reshape")
      graph.node("Relu", ["r"], ["r1"])
      graph.node("Conv", ["r1", "w"], ["r2"])
      graph.node("Conv", ["r2", "w"], ["r3"])
      graph.node("NonZero", ["x"], ["n"], name: "found")
      graph.node("MatMul", ["n", "m"], ["n1"])
      graph.initializer.append(.weights("m", [9, 9]))
      graph.node("Relu", ["nothing"], ["i"])
      graph.node("Conv", ["i", "w"], ["i1"])
      graph.node("Conv", ["i1", "v"], ["i2"])
      graph.node("Pad", ["x", "shape"], ["p"], name: "padding")
      graph.node("Conv", ["p", "w"], ["p1"])
      graph.node("Conv", ["p1", "w"], ["p2"])
    }
    let reasons = try layers(of: model).unresolved.reduce(into: [:]) { $0[$1.name] = $1.reason }
    let shape = "its input's shape is unknown: "
    let reshape = shape + "at the operator 'Reshape' of 'reshape', [2,3,8,8] cannot be reshaped to [1,3,5,5]"
    #expect(reasons["r2"] == reshape && reasons["r3"] == reshape)
    let input = shape + "the input 'nothing' is no tensor"
    #expect(reasons["i1"] == input && reasons["i2"] == input)
    let pad =
      shape + "at the operator 'Pad' of 'padding', it depends on values that are computed while the network runs"
    #expect(reasons["p1"] == pad && reasons["p2"] == pad)
    #expect(reasons["n1"] == nil)
  }

  /// Files with nothing but unknown operators name them.
  @Test func unknownOperatorsAreCounted() throws {
    let model = builtModel { graph in
      graph.input("x", [1, 3])
      for index in 0..<3 { graph.node(index == 1 ? "B" : "A", ["x"], ["y\(index)"], domain: "some.tools") }
    }
    let read = try layers(of: model)
    #expect(read.entries.isEmpty && read.unknownOperators == ["some.tools.A": 2, "some.tools.B": 1])
    #expect(ONNXModel.list(read.unknownOperators) == "some.tools.A (2), some.tools.B (1)")
  }
}
