import Workloads

/// What the dimensions of a ``TensorProduct`` are in the layer that is the same.
struct ProductStructure {
  /// Rows or columns.
  struct Axis {
    /// The index of the inputs along which a kernel slides, or nil where none does.
    var index: IndexExpression?
    /// The dimensions of the output, walked as one where they are several.
    var outputNames: [String] = []
    var kernelName: String?
    var outputs = 1
    var kernel = 1
    var stride = 1
    var dilation = 1

    /// From the first input that a MAC reads to the last.
    var reach: Int { stride * (outputs - 1) + dilation * (kernel - 1) + 1 }
  }

  /// The inputs along an axis and the zeros on both sides of them.
  struct InputSize {
    let size: Int
    var before = 0
    var after = 0
  }

  private let sizes: [String: Int]
  /// The dimensions of images, groups and channels; those of one kind are walked as one.
  private var dimensions: [Dimension: [String]]
  /// Axes that are walked as images or input channels.
  private let folded: [Axis]
  private var rows = Axis()
  private var columns = Axis()

  init(sizes: [String: Int], dimensions: [Dimension: [String]], folded: [Axis]) {
    self.sizes = sizes
    self.dimensions = dimensions
    self.folded = folded
  }

  /// Tells rows, columns and images apart.
  ///
  /// - Parameters:
  ///   - windows: at most two axes along which a kernel slides.
  ///   - others: dimensions of output and inputs along which none does.
  ///   - names: see ``TensorProduct/names``.
  mutating func place(_ windows: [Axis], _ others: [String], _ names: TensorProduct.PositionNames?) {
    var axes: [Axis?] = [windows.first, windows.count > 1 ? windows[1] : nil]
    var rest = others
    func take(_ wanted: String?) -> String? {
      guard let wanted, let position = rest.firstIndex(of: wanted) else { return nil }
      return rest.remove(at: position)
    }
    func axis(_ names: [String]) -> Axis { Axis(outputNames: names, outputs: size(names)) }
    if let names {
      if axes[0]?.outputNames == [names.columns] || axes[1]?.outputNames == [names.rows] { axes.swapAt(0, 1) }
      for (position, name) in [names.rows, names.columns].enumerated() where axes[position] == nil {
        axes[position] = take(name).map { axis([$0]) }
      }
      let hasPositions = axes.contains { $0 != nil }
      let images = rest.count > 1 || hasPositions ? take(names.images) : nil
      if let images { dimensions[.n] = [images] }
      if hasPositions, images == nil, !rest.isEmpty { dimensions[.n] = [rest.removeFirst()] }
      for position in 0...1 where axes[position] == nil && !rest.isEmpty {
        axes[position] = axis([rest.removeFirst()])
      }
    } else if windows.isEmpty, !rest.isEmpty {
      // Where a matrix has more rows than one dimension may, the first ones are images.
      let images =
        (0..<rest.count).first { count in
          [rest[..<count], rest[count...]].allSatisfy { size(Array($0)) <= Layer.largestSize }
        } ?? 0
      axes[0] = axis(Array(rest[images...]))
      rest.removeSubrange(images...)
    }
    if !rest.isEmpty { dimensions[.n, default: []] += rest }
    (rows, columns) = (axes[0] ?? Axis(), axes[1] ?? Axis())
  }

  /// The dimensions that are each of the layer's, in the layer's order; several of one kind are walked as one.
  var names: [(dimension: Dimension, names: [String])] {
    var all = dimensions
    all[.p] = rows.outputNames
    all[.q] = columns.outputNames
    all[.r] = rows.kernelName.map { [$0] }
    all[.s] = columns.kernelName.map { [$0] }
    return Dimension.allCases.compactMap { dimension in
      all[dimension].flatMap { $0.isEmpty ? nil : (dimension, $0) }
    }
  }

  /// Whether a kernel of more than one position slides along some axis.
  var hasKernel: Bool { rows.kernel > 1 || columns.kernel > 1 }

  /// The layer that is the same.
  ///
  /// - Parameters:
  ///   - name: what to call it.
  ///   - extent: the inputs along an index, where the file says what they are; otherwise they are all that MACs reach.
  /// - Returns: the layer.
  /// - Throws: ``Inexpressible``.
  func layer(
    name: String,
    extent: (IndexExpression, _ reach: Int) throws(Inexpressible) -> InputSize? = { (_, _) throws(Inexpressible) in nil
    }
  ) throws(Inexpressible) -> Layer {
    for (_, names) in self.names where size(names) > Layer.largestSize {
      throw Inexpressible(
        reason: "the sizes of its dimensions \(names.joined(separator: ", ")) multiply to more than "
          + "\(Layer.largestSize)")
    }
    func inputSize(_ axis: Axis) throws(Inexpressible) -> InputSize {
      try axis.index.flatMap { index throws(Inexpressible) in try extent(index, axis.reach) }
        ?? InputSize(size: axis.reach)
    }
    for axis in folded {
      let input = try inputSize(axis)
      if input.size != axis.reach || input.before != 0 || input.after != 0, let index = axis.index {
        throw Inexpressible(
          reason: "its inputs have \(input.size) positions along \(index), with padding \(input.before) and "
            + "\(input.after), beside two other axes along which a kernel slides; \(axis.reach) without padding are "
            + "expected along such a one")
      }
    }
    let (height, width) = (try inputSize(rows), try inputSize(columns))
    let groups = size(dimensions[.g])
    let layer: Layer
    do {
      layer = try Layer(
        name: name, batch: size(dimensions[.n]), groups: groups, inputChannels: groups * size(dimensions[.c]),
        input: Extent(height: height.size, width: width.size), outputChannels: groups * size(dimensions[.k]),
        kernel: Extent(height: rows.kernel, width: columns.kernel),
        stride: Extent(height: rows.stride, width: columns.stride),
        dilation: Extent(height: rows.dilation, width: columns.dilation),
        padding: Padding(top: height.before, bottom: height.after, left: width.before, right: width.after))
    } catch {
      throw Inexpressible(reason: "\(error)")
    }
    for (axis, input, outputs) in [(rows, height, layer[.p]), (columns, width, layer[.q])] {
      guard let index = axis.index, outputs != axis.outputs else { continue }
      throw Inexpressible(
        reason: "\(input.size) inputs along \(index) with padding \(input.before) and \(input.after) give "
          + "\(outputs) outputs, not \(axis.outputs)")
    }
    return layer
  }

  /// The product of the dimensions' sizes, or, where it would be larger, one more than a size may be.
  private func size(_ names: [String]?) -> Int {
    (names ?? []).reduce(1) { min($0 * (sizes[$1] ?? 1), Layer.largestSize + 1) }
  }
}
