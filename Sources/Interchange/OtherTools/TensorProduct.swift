import Workloads

/// Why a layer of another tool is none of this program's, in words that follow its name.
struct Inexpressible: Error {
  let reason: String
  /// The tensor whose indices are the reason, where one is.
  var tensor: Tensor?
}

/// A sum of products of two tensors, given by how each tensor is indexed: what einsums, loop equations and the shapes
/// of problems say.
///
/// What each dimension is follows from which tensors it indexes: all three, a group; output and weights, an output
/// channel; inputs and weights, an input channel; output and inputs, an image or a row. A sum in an index of the inputs
/// joins a row or column of the outputs to one of the kernel, and its coefficients are stride and dilation.
struct TensorProduct {
  /// What dimensions of output and inputs without a kernel are called that are to be rows, columns and images.
  struct PositionNames {
    let rows: String
    let columns: String
    let images: String
  }

  /// The sizes of the dimensions, each at least 1.
  let sizes: [String: Int]
  let output: [IndexExpression]
  let inputs: [IndexExpression]
  let weights: [IndexExpression]
  /// With names, rows and columns go by them, and rows, columns and images are kept apart as far as they can be; without,
  /// rows come first in the output, and what a kernel does not slide along is walked as one: rows of a matrix, or images.
  var names: PositionNames?

  /// Whether every dimension is in all three tensors: nothing is reduced and nothing used twice.
  var isElementwise: Bool {
    let all = [output, inputs, weights].map { Set($0) }
    return all[0] == all[1] && all[1] == all[2]
  }

  /// Which of two operands a kernel slides over, if it is one: only inputs have an index with a sum or a stride.
  static func sliding(_ operands: [[IndexExpression]]) -> Int? {
    let slides = operands.map { $0.contains { $0.variable == nil } }
    return slides[0] == slides[1] ? nil : slides[0] ? 0 : 1
  }

  /// The layer that is the same, see ``ProductStructure/layer(name:extent:)``.
  func layer(
    name: String,
    extent: (IndexExpression, _ reach: Int) throws(Inexpressible) -> ProductStructure.InputSize? = {
      (_, _) throws(Inexpressible) in nil
    }
  ) throws(Inexpressible) -> Layer {
    try structure().layer(name: name, extent: extent)
  }

  /// What each dimension is.
  func structure() throws(Inexpressible) -> ProductStructure {
    for (dimension, size) in sizes.sorted(by: { $0.key < $1.key }) where size > Layer.largestSize {
      throw Inexpressible(reason: "dimension \(dimension) is \(size); \((...Layer.largestSize).accepted)")
    }
    let outputVariables = try variables(output, of: .outputs)
    let weightVariables = try variables(weights, of: .weights)
    let plain = try variables(inputs.filter { $0.variable != nil }, of: .inputs)
    let (windows, folded) = try windows(outputVariables, weightVariables, plain)

    let slid = windows.flatMap { $0.index?.terms.map(\.variable) ?? [] }
    let unslid = inputs.flatMap { $0.terms.map(\.variable) }.filter { !slid.contains($0) }
    let (o, w, i) = (Set(outputVariables), Set(weightVariables), Set(unslid))
    var dimensions: [Dimension: [String]] = [:]
    var rows: [String] = []
    // In the order of the output, then of the inputs.
    for dimension in (outputVariables + unslid + weightVariables + sizes.keys.sorted()).uniqued()
    where !slid.contains(dimension) && (sizes[dimension] ?? 1) > 1 {
      switch (o.contains(dimension), w.contains(dimension), i.contains(dimension)) {
      case (true, true, true): dimensions[.g, default: []].append(dimension)
      case (true, true, false): dimensions[.k, default: []].append(dimension)
      case (false, true, true): dimensions[.c, default: []].append(dimension)
      case (true, false, true): rows.append(dimension)
      case (true, false, false): throw alone(dimension, in: .outputs)
      case (false, true, false): throw alone(dimension, in: .weights)
      case (false, false, true): throw alone(dimension, in: .inputs)
      case (false, false, false):
        throw Inexpressible(reason: "dimension \(dimension), of size \(sizes[dimension] ?? 1), indexes no tensor")
      }
    }
    var structure = ProductStructure(sizes: sizes, dimensions: dimensions, folded: folded)
    structure.place(windows, rows, names)
    return structure
  }

  private func alone(_ dimension: String, in tensor: Tensor) -> Inexpressible {
    Inexpressible(reason: "dimension \(dimension) is in its \(Self.noun(tensor)) alone", tensor: tensor)
  }

  private static func noun(_ tensor: Tensor) -> String { tensor == .outputs ? "output" : tensor.rawValue }

  /// The single dimensions that the indices are.
  private func variables(_ indices: [IndexExpression], of tensor: Tensor) throws(Inexpressible) -> [String] {
    var variables: Set<String> = []
    return try indices.map { index throws(Inexpressible) in
      guard let variable = index.variable else {
        throw Inexpressible(
          reason: "its \(Self.noun(tensor)) \(tensor == .weights ? "have" : "has") the index \(index), where a single "
            + "dimension is expected", tensor: tensor)
      }
      if sizes[variable] == nil { throw Inexpressible(reason: "dimension \(variable) has no size") }
      if !variables.insert(variable).inserted { throw Self.twice(variable, in: tensor) }
      return variable
    }
  }

  private static func twice(_ dimension: String, in tensor: Tensor) -> Inexpressible {
    Inexpressible(reason: "dimension \(dimension) indexes its \(noun(tensor)) twice", tensor: tensor)
  }

  /// The axes of the inputs along which a kernel slides, in the order of the output, and those beyond two that are folded.
  private func windows(
    _ outputs: [String], _ kernels: [String], _ plain: [String]
  ) throws(Inexpressible) -> (windows: [ProductStructure.Axis], folded: [ProductStructure.Axis]) {
    func refusal(_ index: IndexExpression, _ why: String) -> Inexpressible {
      Inexpressible(reason: "its inputs have the index \(index), \(why)", tensor: .inputs)
    }
    var windows: [(position: Int, axis: ProductStructure.Axis)] = []
    var seen = Set(plain)
    for index in inputs where index.variable == nil {
      var window = (position: outputs.count, axis: ProductStructure.Axis(index: index))
      for term in index.terms {
        guard let size = sizes[term.variable] else {
          throw Inexpressible(reason: "dimension \(term.variable) has no size")
        }
        if !seen.insert(term.variable).inserted { throw Self.twice(term.variable, in: .inputs) }
        if term.coefficient > Layer.largestSize { throw refusal(index, "whose stride is too large") }
        // Between the positions of a single one a stride or a dilation is idle: files have 0 for it.
        if term.coefficient == 0, size > 1 {
          throw refusal(index, "which moves nothing along \(term.variable), of size \(size)")
        }
        let step = max(term.coefficient, 1)
        let position = outputs.firstIndex(of: term.variable)
        let isKernel = kernels.contains(term.variable)
        if let position, !isKernel, window.axis.outputNames.isEmpty {
          window.position = position
          (window.axis.outputNames, window.axis.outputs, window.axis.stride) = ([term.variable], size, step)
        } else if position == nil, isKernel, window.axis.kernelName == nil {
          (window.axis.kernelName, window.axis.kernel, window.axis.dilation) = (term.variable, size, step)
        } else {
          throw refusal(index, "which is no sum of a dimension of the output and one of the weights")
        }
      }
      if index.constant != 0 || index.terms.isEmpty { throw refusal(index, "which starts beyond 0") }
      windows.append(window)
    }
    let folded = fold(&windows)
    if windows.count > 2 {
      throw Inexpressible(
        reason: "a kernel slides along \(windows.count) axes of its inputs; at most 2 can be read, and more where the "
          + "kernel or the output has size 1 along the others", tensor: .inputs)
    }
    if windows.count == 2, windows[1].position < windows[0].position { windows.swapAt(0, 1) }
    return (windows.map(\.axis), folded)
  }

  /// Takes axes beyond two for what they are without sliding: along a kernel of size 1 the positions of the output are
  /// those of images, each with inputs of its own; along an output of size 1 those of the kernel are input channels.
  private func fold(_ windows: inout [(position: Int, axis: ProductStructure.Axis)]) -> [ProductStructure.Axis] {
    var folded: [ProductStructure.Axis] = []
    func isPosition(_ axis: ProductStructure.Axis) -> Bool {
      axis.outputNames.contains { $0 == names?.rows || $0 == names?.columns }
    }
    for isFolded in [
      { (axis: ProductStructure.Axis) in axis.kernel == 1 && axis.outputs == 1 },
      { axis in axis.kernel == 1 && !isPosition(axis) }, { axis in axis.kernel == 1 },
      { axis in axis.outputs == 1 && !isPosition(axis) }, { axis in axis.outputs == 1 },
    ] {
      while windows.count > 2, let index = windows.firstIndex(where: { isFolded($0.axis) }) {
        folded.append(windows.remove(at: index).axis)
      }
    }
    return folded
  }
}
