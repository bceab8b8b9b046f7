import EnergyModel
import Mappings
import Workloads

/// Writes the C program of one nest, or what is one piece's of the program of several.
struct CPrinter {
  let mapping: Mapping
  /// What the program is to count.
  let traffic: Traffic
  /// The layer of the nest.
  let layer: Layer
  /// The layer that DRAM has, of which that of a piece is a part.
  let whole: Layer
  let part: CPart
  let reuse: ReusePolicy
  let elements: CProgram.Elements
  let names: CNames
  let plan: NestPlan
  let inputs: TensorPlan
  let weights: TensorPlan
  let outputs: TensorPlan

  init(
    _ evaluation: Evaluation, of problem: Problem, _ elements: CProgram.Elements
  ) throws(CProgramError) {
    self.init(
      evaluation.mapping, moving: evaluation.traffic, on: problem.layer, .whole, of: problem, elements,
      CNames(problem.layer.name))
    for tensor in tensors {
      precondition(tensor.words == evaluation.occupancy[tensor.tensor].count, "a box is as large as it was counted")
    }
    try checkSizes()
  }

  /// The printer of a nest on a part of a problem's layer.
  init(
    _ mapping: Mapping, moving traffic: Traffic, on layer: Layer, _ part: CPart, of problem: Problem,
    _ elements: CProgram.Elements, _ names: CNames
  ) {
    (self.mapping, self.traffic, self.layer, self.part) = (mapping, traffic, layer, part)
    (whole, reuse) = (problem.layer, problem.reuse)
    self.elements = elements
    self.names = names
    plan = NestPlan(mapping, on: layer, names: names)
    func extents(_ tensor: Tensor) -> BoxExtents { BoxExtents(of: tensor, under: mapping, on: layer) }
    let layers = (layer, problem.layer)
    inputs = Self.inputs(layers, plan.spans(at: .inputs), extents(.inputs), reuse, part, names("input"))
    weights = Self.weights(layers, plan.spans(at: .weights), extents(.weights), names("weight"))
    outputs = Self.outputs(layers, plan.spans(at: .outputs), names("sum"))
  }

  func checkSizes() throws(CProgramError) {
    if let filled = plan.walks.first(where: \.loop.isFilled) { throw .filled(filled.loop.dimension) }
    if plan.walks.count > CProgram.largestLoopCount { throw .tooManyLoops(plan.walks.count) }
    if layer.biases.count > CProgram.largestTable { throw .tooManyBiases(layer.biases.count) }
    for (coordinate, name) in zip(inputs.coordinates.suffix(2), ["input rows", "input columns"]) {
      if coordinate.rows?.spacing == .uneven, coordinate.size > CProgram.largestTable {
        throw .tooLong(name, coordinate.size)
      }
    }
    for (coordinate, name) in zip(weights.coordinates.suffix(2), ["kernel rows", "kernel columns"]) {
      if case .usedKernels = coordinate.kind, coordinate.size > CProgram.largestTable {
        throw .tooLong(name, coordinate.size)
      }
    }
  }

  /// The index of one dimension, which other blocks have the same of or none.
  private static func block(_ dimension: Dimension, _ layers: Layers, _ spans: [Span]) -> Coordinate {
    let span = spans[dimension.index]
    return Coordinate(
      name: dimension.rawValue, size: layers.own[dimension], sizeInDRAM: layers.whole[dimension],
      extent: span.sizes.max() ?? 1, kind: .block(span))
  }

  /// The layer of a nest, and the one that DRAM has.
  private typealias Layers = (own: Layer, whole: Layer)

  private static func inputs(
    _ layers: Layers, _ spans: [Span], _ extents: BoxExtents, _ reuse: ReusePolicy, _ part: CPart, _ type: String
  ) -> TensorPlan {
    func rows(
      _ axis: (Layer) -> ConvolutionAxis, _ output: Dimension, _ kernel: Dimension, _ name: String, _ extent: Int,
      firstAtEntry first: Int?
    ) -> Coordinate {
      let own = axis(layers.own)
      var rows = RowsPlan(
        own, outputs: spans[output.index], kernels: spans[kernel.index], name: name, extent: extent,
        reuse: reuse)
      // What stays from the piece before lies in order.
      if let first { rows.begin(at: first) }
      return Coordinate(
        name: name, size: own.inputSize, sizeInDRAM: axis(layers.whole).inputSize, extent: extent, kind: .rows(rows))
    }
    let entering = part.entering(.inputs)
    return TensorPlan(
      tensor: .inputs,
      coordinates: [.n, .g, .c].map { block($0, layers, spans) } + [
        rows(
          \.vertical, .p, .r, "row", extents.inputRows, firstAtEntry: entering.map { $0.after[3][0] - part.firstRow }),
        rows(
          \.horizontal, .q, .s, "col", extents.inputColumns,
          firstAtEntry: entering.map { $0.after[4][0] - part.firstColumn }),
      ],
      channels: layers.whole[.c], type: type)
  }

  private static func weights(
    _ layers: Layers, _ spans: [Span], _ extents: BoxExtents, _ type: String
  ) -> TensorPlan {
    func kernel(_ axis: ConvolutionAxis, _ dimension: Dimension, _ extent: Int) -> Coordinate {
      if axis.usedKernelRows == axis.kernelSize { return block(dimension, layers, spans) }
      return Coordinate(
        name: dimension.rawValue, size: layers.own[dimension], sizeInDRAM: layers.whole[dimension], extent: extent,
        kind: .usedKernels(spans[dimension.index]))
    }
    return TensorPlan(
      tensor: .weights,
      coordinates: [.g, .k, .c].map { block($0, layers, spans) } + [
        kernel(layers.own.vertical, .r, extents.usedKernelRows),
        kernel(layers.own.horizontal, .s, extents.usedKernelColumns),
      ],
      channels: layers.whole[.k], type: type)
  }

  private static func outputs(_ layers: Layers, _ spans: [Span], _ type: String) -> TensorPlan {
    TensorPlan(
      tensor: .outputs, coordinates: [.n, .g, .k, .p, .q].map { block($0, layers, spans) },
      channels: layers.whole[.k], type: type)
  }

  /// The tensors in the order in which their boxes lie in the Buffer: those of the widest words first.
  var tensors: [TensorPlan] { [outputs, inputs, weights] }

  /// The bytes of a word of a tensor in the Buffer.
  func bytes(of tensor: Tensor) -> Int {
    switch (elements, tensor) {
    case (.int8, .inputs), (.int8, .weights): 1
    case (.int8, .outputs), (.float, _): 4
    }
  }

  /// The bytes of the Buffer.
  var bufferBytes: Int { tensors.reduce(0) { $0 + $1.words * bytes(of: $1.tensor) } }

  /// The loops over what an output sums, outside the keep of outputs, in which other boxes take the place of one whose
  /// sums are not done.
  var spilling: [NestPlan.Walk] {
    var spilling: [NestPlan.Walk] = []
    var isCut = false
    for walk in plan.walks(outside: .outputs).reversed() {
      let isRelevant = Tensor.outputs.isRelevant(walk.loop.dimension)
      if isRelevant { isCut = true } else if isCut { spilling.insert(walk, at: 0) }
    }
    return spilling
  }

  /// Whether it is asked more than once for a box of a tensor.
  func isAskedAgain(_ tensor: TensorPlan) -> Bool { !plan.walks(outside: tensor.tensor).isEmpty }

  /// The input rows and columns of which some may stay when the next box comes.
  var overlapping: [RowsPlan] {
    inputs.coordinates.compactMap { coordinate in
      guard let rows = coordinate.rows, case .overlapping = rows.change else { return nil }
      return rows
    }
  }

  /// The loops outside the keep of inputs that inputs depend on, where the rule of reuse asks which of them moved.
  var slidingLoops: [NestPlan.Walk] {
    if reuse != .sliding || overlapping.isEmpty { return [] }
    return plan.walks(outside: .inputs).filter { Tensor.inputs.isRelevant($0.loop.dimension) }
  }

  /// The whole file.
  func text(includesMain: Bool) -> String {
    var body = CText()
    writeFunctions(&body)
    if includesMain { writeMain(&body) }
    var file = CText()
    writeHead(&file, includesMain: includesMain)
    writeHelpers(&file, usedIn: body.lines)
    return (file.lines + body.lines).joined(separator: "\n") + "\n"
  }

  /// All that runs the nest, and in front of another piece makes ready for it.
  func writeFunctions(_ text: inout CText, before next: CPrinter? = nil) {
    let moves = moves(to: next)
    writeState(&text)
    writeKeepOfWeights(&text)
    writeKeepOfInputs(&text)
    writeKeepOfOutputs(&text)
    writeMoves(moves, &text)
    writeNest(&text, moves: !moves.isEmpty)
  }
}
