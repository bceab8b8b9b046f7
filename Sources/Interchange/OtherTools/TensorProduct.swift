import Workloads

/// Why a layer of another tool is none of this program's, in words that follow its name.
struct Inexpressible: Error {
  let reason: String
}

/// A sum of products of two tensors, given by how each tensor is indexed: what einsums and loop equations say.
///
/// What each dimension is follows from which tensors it indexes: all three, a group; output and weights, an output
/// channel; inputs and weights, an input channel; output and inputs, an image or a row of a matrix. A sum in an index of
/// the inputs joins a row or column of the outputs to one of the kernel, and its coefficients are stride and dilation.
struct TensorProduct {
  /// The sizes of the dimensions, each at least 1.
  let sizes: [String: Int]
  let output: [IndexExpression]
  let inputs: [IndexExpression]
  let weights: [IndexExpression]

  /// An index of the inputs along which a kernel slides.
  struct Axis {
    /// The index.
    let index: IndexExpression
    /// Outputs along the axis.
    let outputs: Int
    /// Kernel positions.
    let kernel: Int
    let stride: Int
    let dilation: Int
    /// Where it stands in the output, or behind all those that do.
    fileprivate let position: Int

    /// From the first input that a MAC reads to the last.
    var reach: Int { stride * (outputs - 1) + dilation * (kernel - 1) + 1 }
  }

  /// The inputs along an axis and the zeros on both sides of them.
  struct InputSize {
    let size: Int
    var before = 0
    var after = 0
  }

  /// Whether every dimension is in all three tensors: nothing is reduced and nothing used twice.
  var isElementwise: Bool {
    let all = [output, inputs, weights].map { Set($0) }
    return all[0] == all[1] && all[1] == all[2]
  }

  /// Whether an index has a sum or a stride: only inputs have one.
  static func slides(_ indices: [IndexExpression]) -> Bool { indices.contains { $0.variable == nil } }

  /// The layer that is the same.
  ///
  /// - Parameters:
  ///   - name: what to call it.
  ///   - extent: the inputs along an axis, where the file says what they are; otherwise they are all that MACs read.
  /// - Returns: the layer.
  /// - Throws: ``Inexpressible``.
  func layer(
    name: String, extent: (Axis) throws(Inexpressible) -> InputSize? = { (_) throws(Inexpressible) in nil }
  ) throws(Inexpressible) -> Layer {
    for (dimension, size) in sizes.sorted(by: { $0.key < $1.key }) where size > Layer.largestSize {
      throw Inexpressible(reason: "dimension \(dimension) is \(size); at most \(Layer.largestSize) is accepted")
    }
    let outputVariables = try variables(output, of: "output")
    let weightVariables = try variables(weights, of: "weights")
    let axes = try axes(outputVariables, weightVariables)
    let plain = try variables(inputs.filter { $0.variable != nil }, of: "inputs")

    let (o, w, i) = (Set(outputVariables), Set(weightVariables), Set(plain))
    let slid = Set(inputs.filter { $0.variable == nil }.flatMap { $0.terms.map(\.variable) })
    if let twice = slid.intersection(i).min() {
      throw Inexpressible(reason: "dimension \(twice) indexes its inputs twice")
    }
    for dimension in o.union(w).union(i).subtracting(slid).sorted() where size(dimension) > 1 {
      switch (o.contains(dimension), w.contains(dimension), i.contains(dimension)) {
      case (true, false, false): throw Inexpressible(reason: "dimension \(dimension) is in its output alone")
      case (false, true, false): throw Inexpressible(reason: "dimension \(dimension) is in its weights alone")
      case (false, false, true): throw Inexpressible(reason: "dimension \(dimension) is in its inputs alone")
      default: break
      }
    }
    func product(_ isWanted: (String) -> Bool) throws(Inexpressible) -> Int {
      try multiply(o.union(i).union(w).subtracting(slid).filter(isWanted).map(size))
    }
    let groups = try product { o.contains($0) && w.contains($0) && i.contains($0) }
    let outputChannels = try product { o.contains($0) && w.contains($0) && !i.contains($0) }
    let inputChannels = try product { !o.contains($0) && w.contains($0) && i.contains($0) }
    let rows = outputVariables.filter { i.contains($0) && !w.contains($0) }.map(size)
    var batch = 1
    var extents: [InputSize] = []
    if axes.isEmpty {
      let sides = try matrixRows(rows)
      (batch, extents) = (sides.images, [InputSize(size: sides.rows)])
    } else {
      batch = try multiply(rows)
      for axis in axes { extents.append(try extent(axis) ?? InputSize(size: axis.reach)) }
    }
    let layer: Layer
    do {
      layer = try Layer(
        name: name, batch: batch, groups: groups, inputChannels: multiply([groups, inputChannels]),
        input: Extent(height: extents[0].size, width: extents.count > 1 ? extents[1].size : 1),
        outputChannels: multiply([groups, outputChannels]), kernel: pair(axes, \.kernel), stride: pair(axes, \.stride),
        dilation: pair(axes, \.dilation),
        padding: Padding(
          top: extents[0].before, bottom: extents[0].after, left: extents.count > 1 ? extents[1].before : 0,
          right: extents.count > 1 ? extents[1].after : 0))
    } catch let error as Inexpressible {
      throw error
    } catch {
      throw Inexpressible(reason: "\(error)")
    }
    for (axis, (extent, outputs)) in zip(axes, zip(extents, [layer[.p], layer[.q]])) where axis.outputs != outputs {
      throw Inexpressible(
        reason: "\(extent.size) inputs along \(axis.index) with padding \(extent.before) and \(extent.after) give "
          + "\(outputs) outputs, not \(axis.outputs)")
    }
    return layer
  }

  private func size(_ dimension: String) -> Int { sizes[dimension] ?? 1 }

  private func multiply(_ factors: [Int]) throws(Inexpressible) -> Int {
    var product = 1
    for factor in factors {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow { throw Inexpressible(reason: "its sizes are too large to be counted") }
      product = next
    }
    return product
  }

  private func pair(_ axes: [Axis], _ value: (Axis) -> Int) -> Extent {
    Extent(height: axes.first.map(value) ?? 1, width: axes.count > 1 ? value(axes[1]) : 1)
  }

  /// The rows of a matrix product; where they are too many for one dimension, the first ones are images.
  private func matrixRows(_ sizes: [Int]) throws(Inexpressible) -> (images: Int, rows: Int) {
    let all = try multiply(sizes)
    guard all > Layer.largestSize else { return (1, all) }
    for count in 1..<max(2, sizes.count) {
      let (images, rows) = (try multiply(Array(sizes[..<count])), try multiply(Array(sizes[count...])))
      if images <= Layer.largestSize, rows <= Layer.largestSize { return (images, rows) }
    }
    return (1, all)
  }

  /// The single dimensions that the indices are.
  private func variables(_ indices: [IndexExpression], of tensor: String) throws(Inexpressible) -> [String] {
    var variables: [String] = []
    for index in indices {
      guard let variable = index.variable else {
        throw Inexpressible(reason: "its \(tensor) has the index \(index), where a single dimension is expected")
      }
      if sizes[variable] == nil { throw Inexpressible(reason: "dimension \(variable) has no size") }
      if variables.contains(variable) {
        throw Inexpressible(reason: "dimension \(variable) indexes its \(tensor) twice")
      }
      variables.append(variable)
    }
    return variables
  }

  /// The axes along which a kernel slides, rows first: the order is that of the output.
  private func axes(_ outputs: [String], _ kernels: [String]) throws(Inexpressible) -> [Axis] {
    var axes: [Axis] = []
    var seen: Set<String> = []
    for index in inputs where index.variable == nil {
      var axis = (outputs: 1, kernel: 1, stride: 1, dilation: 1, position: outputs.count)
      var found = (output: false, kernel: false)
      for term in index.terms {
        guard let size = sizes[term.variable] else {
          throw Inexpressible(reason: "dimension \(term.variable) has no size")
        }
        if !seen.insert(term.variable).inserted {
          throw Inexpressible(reason: "dimension \(term.variable) indexes its inputs twice")
        }
        if term.coefficient > Layer.largestSize {
          throw Inexpressible(reason: "its inputs have the index \(index), whose stride is too large")
        }
        let position = outputs.firstIndex(of: term.variable)
        let isKernel = kernels.contains(term.variable)
        if let position, !isKernel, !found.output {
          (axis.outputs, axis.stride, axis.position, found.output) = (size, term.coefficient, position, true)
        } else if position == nil, isKernel, !found.kernel {
          (axis.kernel, axis.dilation, found.kernel) = (size, term.coefficient, true)
        } else {
          throw Inexpressible(
            reason: "its inputs have the index \(index), which is no sum of a dimension of the output and one of the "
              + "weights")
        }
      }
      if index.constant != 0 || index.terms.isEmpty {
        throw Inexpressible(reason: "its inputs have the index \(index), which starts beyond 0")
      }
      axes.append(
        Axis(
          index: index, outputs: axis.outputs, kernel: axis.kernel, stride: axis.stride, dilation: axis.dilation,
          position: axis.position))
    }
    if axes.count > 2 { axes.removeAll { $0.outputs == 1 && $0.kernel == 1 } }
    if axes.count > 2 {
      throw Inexpressible(reason: "a kernel slides along \(axes.count) axes of its inputs; at most 2 can be read")
    }
    if axes.count == 2, axes[1].position < axes[0].position { axes.swapAt(0, 1) }
    return axes
  }
}
