import EnergyModel
import Mappings
import Workloads

/// Writes the C program of one mapping.
struct CPrinter {
  let evaluation: Evaluation
  let layer: Layer
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
    self.evaluation = evaluation
    (layer, reuse) = (problem.layer, problem.reuse)
    self.elements = elements
    names = CNames(layer.name)
    plan = NestPlan(evaluation.mapping, on: layer, names: names)
    func extents(_ tensor: Tensor) -> BoxExtents {
      BoxExtents(of: tensor, under: evaluation.mapping, on: problem.layer)
    }
    inputs = Self.inputs(layer, plan.spans(at: .inputs), extents(.inputs), reuse, names("input"))
    weights = Self.weights(layer, plan.spans(at: .weights), extents(.weights), names("weight"))
    outputs = Self.outputs(layer, plan.spans(at: .outputs), names("sum"))
    for tensor in [inputs, weights, outputs] {
      precondition(tensor.words == evaluation.occupancy[tensor.tensor].count, "a box is as large as it was counted")
    }
    try checkSizes()
  }

  private func checkSizes() throws(CProgramError) {
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
  private static func block(_ dimension: Dimension, _ layer: Layer, _ spans: [Span]) -> Coordinate {
    let span = spans[dimension.index]
    return Coordinate(
      name: dimension.rawValue, size: layer[dimension], extent: span.sizes.max() ?? 1, kind: .block(span))
  }

  private static func inputs(
    _ layer: Layer, _ spans: [Span], _ extents: BoxExtents, _ reuse: ReusePolicy, _ type: String
  ) -> TensorPlan {
    func rows(
      _ axis: ConvolutionAxis, _ output: Dimension, _ kernel: Dimension, _ name: String, _ extent: Int
    ) -> Coordinate {
      let rows = RowsPlan(
        axis, outputs: spans[output.index], kernels: spans[kernel.index], name: name, extent: extent,
        reuse: reuse)
      return Coordinate(name: name, size: axis.inputSize, extent: extent, kind: .rows(rows))
    }
    return TensorPlan(
      tensor: .inputs,
      coordinates: [.n, .g, .c].map { block($0, layer, spans) } + [
        rows(layer.vertical, .p, .r, "row", extents.inputRows),
        rows(layer.horizontal, .q, .s, "col", extents.inputColumns),
      ],
      channels: layer[.c], type: type)
  }

  private static func weights(
    _ layer: Layer, _ spans: [Span], _ extents: BoxExtents, _ type: String
  ) -> TensorPlan {
    func kernel(_ axis: ConvolutionAxis, _ dimension: Dimension, _ extent: Int) -> Coordinate {
      if axis.usedKernelRows == axis.kernelSize { return block(dimension, layer, spans) }
      return Coordinate(
        name: dimension.rawValue, size: layer[dimension], extent: extent, kind: .usedKernels(spans[dimension.index]))
    }
    return TensorPlan(
      tensor: .weights,
      coordinates: [.g, .k, .c].map { block($0, layer, spans) } + [
        kernel(layer.vertical, .r, extents.usedKernelRows),
        kernel(layer.horizontal, .s, extents.usedKernelColumns),
      ],
      channels: layer[.k], type: type)
  }

  private static func outputs(_ layer: Layer, _ spans: [Span], _ type: String) -> TensorPlan {
    TensorPlan(
      tensor: .outputs, coordinates: [.n, .g, .k, .p, .q].map { block($0, layer, spans) }, channels: layer[.k],
      type: type)
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
    writeState(&body)
    writeKeepOfWeights(&body)
    writeKeepOfInputs(&body)
    writeKeepOfOutputs(&body)
    writeNest(&body)
    if includesMain { writeMain(&body) }
    var file = CText()
    writeHead(&file, includesMain: includesMain)
    writeHelpers(&file, usedIn: body.lines)
    return (file.lines + body.lines).joined(separator: "\n") + "\n"
  }
}
