import Workloads

/// What layer a Timeloop shape is, found from which data spaces each dimension indexes.
///
/// The read-write data space is the outputs. Of the two others the inputs have the windows: ranks that add an output
/// position, which indexes the outputs too, and a kernel position, which indexes the weights too; a strided position
/// alone is a window with a kernel of 1. Without windows the two are alike; then the one that is called weights, or the
/// second, is the weights. Every other dimension is classed by the data spaces that have it: all three make groups,
/// outputs and weights output channels, inputs and weights input channels, inputs and outputs images or rows. Several
/// dimensions of one class are walked as one, whose size is their product.
///
/// P and R are rows and Q and S columns, whatever the coefficients are called: Timeloop's own convolution calls those of
/// P and R "W" and those of Q and S "H".
struct TimeloopStructure {
  /// A window's position along an axis: sizes of 1 where there is none.
  private struct Axis {
    var name = ""
    var kernelName: String?
    var outputs = 1
    var kernels = 1
    var stride = 1
    var dilation = 1

    var inputs: Int { stride * (outputs - 1) + dilation * (kernels - 1) + 1 }
  }

  /// What a reader of results must know.
  private(set) var remarks: [String] = []
  private var rows = Axis()
  private var columns = Axis()
  /// The dimensions of each class, by our names for it.
  private var members: [Dimension: [String]] = [:]
  private let sizes: [String: Int]

  init(_ shape: TimeloopShape, sizes: [String: Int], coefficients: [String: Int]) throws(FormatError) {
    self.sizes = sizes
    let (inputs, weights, outputs) = try Self.roles(shape, sizes, coefficients)
    dataSpaces = [inputs.name: .inputs, weights.name: .weights, outputs.name: .outputs]
    for space in [inputs, weights, outputs] { try Self.checkUsedOnce(space) }
    if !Self.hasWindow(inputs, sizes, coefficients) {
      remarks.append(
        "the two operands are alike: \(inputs.name) is taken as the inputs, \(weights.name) as the weights")
    }
    let inWeights = Set(weights.ranks.joined().map(\.dimension))
    let inOutputs = Set(outputs.ranks.joined().map(\.dimension))
    var axes: [Axis] = []
    var ofWindows: Set<String> = []
    for rank in inputs.ranks {
      let terms = rank.map { (dimension: $0.dimension, factor: Self.factor($0, coefficients)) }
      guard Self.isWindow(rank, sizes, coefficients) else { continue }
      ofWindows.formUnion(terms.map(\.dimension))
      axes.append(try Self.axis(terms, of: inputs, sizes, inWeights, inOutputs))
    }
    if axes.count > 2 {
      throw inputs.node.error("'\(inputs.name)' has \(axes.count) windowed axes; a layer has at most two")
    }
    place(axes)
    if axes.contains(where: { $0.kernels > 1 }) {
      remarks.append("Timeloop knows no padding: zeros around the input count as inputs that are read")
    }

    let inInputs = Set(inputs.ranks.joined().map(\.dimension))
    var rowLike: [String] = []
    for dimension in shape.dimensions where !ofWindows.contains(dimension) && sizes[dimension] != 1 {
      switch (inInputs.contains(dimension), inWeights.contains(dimension), inOutputs.contains(dimension)) {
      case (true, true, true): members[.g, default: []].append(dimension)
      case (false, true, true): members[.k, default: []].append(dimension)
      case (true, true, false): members[.c, default: []].append(dimension)
      case (true, false, true): rowLike.append(dimension)
      case (let input, let weight, let output):
        let spaces = [(input, inputs), (weight, weights), (output, outputs)].filter(\.0).map { "'\($0.1.name)'" }
        throw (spaces.isEmpty ? outputs : inputs).node.error(
          "the dimension '\(dimension)' indexes \(spaces.first.map { "\($0) alone" } ?? "no data space"); "
            + "each must index at least two of the three")
      }
    }
    placeRows(rowLike)
    for (_, dimensions) in members.sorted(by: { $0.key.index < $1.key.index }) where dimensions.count > 1 {
      remarks.append("the dimensions \(dimensions.joined(separator: ", ")) are walked as one")
    }
  }

  /// The layer, whose errors are placed at `node`.
  func layer(named name: String, at node: YAMLNode) throws(FormatError) -> Layer {
    let groups = try product(.g, at: node)
    let channels = (inputs: try product(.c, at: node), outputs: try product(.k, at: node))
    let batch = try product(.n, at: node)
    do {
      return try Layer(
        name: name, batch: batch, groups: groups, inputChannels: groups * channels.inputs,
        input: Extent(height: rows.inputs, width: columns.inputs), outputChannels: groups * channels.outputs,
        kernel: Extent(height: rows.kernels, width: columns.kernels),
        stride: Extent(height: rows.stride, width: columns.stride),
        dilation: Extent(height: rows.dilation, width: columns.dilation))
    } catch {
      throw node.error("\(error)")
    }
  }

  /// The dimension of the layer that each of the shape's is, unless several are walked as one.
  var dimensions: [String: Dimension] {
    var dimensions: [String: Dimension] = [:]
    for (axis, output, kernel) in [(rows, Dimension.p, Dimension.r), (columns, .q, .s)] {
      dimensions[axis.name] = output
      if let name = axis.kernelName { dimensions[name] = kernel }
    }
    for (dimension, names) in members where names.count == 1 { dimensions[names[0]] = dimension }
    return dimensions
  }

  /// The data spaces of inputs, weights and outputs.
  let dataSpaces: [String: Tensor]

  private func product(_ dimension: Dimension, at node: YAMLNode) throws(FormatError) -> Int {
    var product = 1
    for name in members[dimension] ?? [] {
      product *= sizes[name] ?? 1
      if product > Layer.largestSize {
        throw node.error(
          "the sizes of \((members[dimension] ?? []).joined(separator: ", ")) multiply to more than \(Layer.largestSize)"
        )
      }
    }
    return product
  }

  // MARK: The data spaces

  private static func roles(
    _ shape: TimeloopShape, _ sizes: [String: Int], _ coefficients: [String: Int]
  ) throws(FormatError) -> (TimeloopShape.DataSpace, TimeloopShape.DataSpace, TimeloopShape.DataSpace) {
    let written = shape.dataSpaces.filter(\.isReadWrite)
    let read = shape.dataSpaces.filter { !$0.isReadWrite }
    guard written.count == 1, read.count == 2 else {
      throw shape.node.error(
        "the shape has \(read.count) read-only and \(written.count) read-write data spaces; "
          + "a convolution or matrix product has two and one")
    }
    let outputs = written[0]
    if let rank = outputs.ranks.first(where: { isWindow($0, sizes, coefficients) }) {
      throw outputs.node.error("'\(outputs.name)' is indexed by \(shown(rank)): no output of a convolution is")
    }
    let windows = read.map { hasWindow($0, sizes, coefficients) }
    if windows[0], windows[1] {
      throw read[1].node.error("both '\(read[0].name)' and '\(read[1].name)' have windows; only the inputs may")
    }
    if windows[0] { return (read[0], read[1], outputs) }
    if windows[1] { return (read[1], read[0], outputs) }
    let isFirstWeights =
      weightNames.contains(read[0].name.lowercased()) && !weightNames.contains(read[1].name.lowercased())
    return isFirstWeights ? (read[1], read[0], outputs) : (read[0], read[1], outputs)
  }

  private static let weightNames = ["weights", "weight", "filters", "filter", "kernel", "b", "w"]

  private static func checkUsedOnce(_ space: TimeloopShape.DataSpace) throws(FormatError) {
    var seen: Set<String> = []
    for term in space.ranks.joined() where !seen.insert(term.dimension).inserted {
      throw space.node.error("'\(space.name)' is indexed by '\(term.dimension)' twice: no convolution is")
    }
  }

  // MARK: Windows

  private static func factor(_ term: TimeloopShape.Term, _ coefficients: [String: Int]) -> Int {
    switch term.coefficient {
    case .number(let number): number
    case .named(let name): coefficients[name] ?? 1
    }
  }

  /// Whether a rank is more than one dimension as it is.
  private static func isWindow(
    _ rank: [TimeloopShape.Term], _ sizes: [String: Int], _ coefficients: [String: Int]
  ) -> Bool {
    rank.count != 1 || rank.contains { factor($0, coefficients) != 1 && sizes[$0.dimension] != 1 }
  }

  private static func hasWindow(
    _ space: TimeloopShape.DataSpace, _ sizes: [String: Int], _ coefficients: [String: Int]
  ) -> Bool {
    space.ranks.contains { isWindow($0, sizes, coefficients) }
  }

  private static func shown(_ rank: [TimeloopShape.Term]) -> String {
    rank.isEmpty ? "an empty rank" : rank.map(\.dimension).joined(separator: " + ")
  }

  private static func axis(
    _ terms: [(dimension: String, factor: Int)], of inputs: TimeloopShape.DataSpace, _ sizes: [String: Int],
    _ inWeights: Set<String>, _ inOutputs: Set<String>
  ) throws(FormatError) -> Axis {
    let text = terms.map(\.dimension).joined(separator: " + ")
    guard (1...2).contains(terms.count) else {
      throw inputs.node.error(
        "'\(inputs.name)' has a rank of \(terms.count) dimensions\(terms.isEmpty ? "" : ", \(text)"); "
          + "one output position and one kernel position are understood")
    }
    for term in terms where !(1...Layer.largestSize).contains(term.factor) {
      throw inputs.node.error("the coefficient of '\(term.dimension)' is \(term.factor); strides are at least 1")
    }
    let positions = terms.filter { inOutputs.contains($0.dimension) && !inWeights.contains($0.dimension) }
    let kernels = terms.filter { inWeights.contains($0.dimension) && !inOutputs.contains($0.dimension) }
    guard positions.count == 1, kernels.count == terms.count - 1 else {
      throw inputs.node.error(
        "'\(inputs.name)' is indexed by \(text), of which one must index the outputs and not the weights"
          + (terms.count == 2 ? ", the other the weights and not the outputs" : ""))
    }
    var axis = Axis(name: positions[0].dimension, outputs: sizes[positions[0].dimension] ?? 1)
    axis.stride = positions[0].factor
    if let kernel = kernels.first {
      axis.kernelName = kernel.dimension
      axis.kernels = sizes[kernel.dimension] ?? 1
      axis.dilation = kernel.factor
    }
    return axis
  }

  /// Rows first, as Timeloop lists them, unless the names say otherwise.
  private mutating func place(_ axes: [Axis]) {
    let first = axes.first ?? Axis()
    let second = axes.count > 1 ? axes[1] : Axis()
    (rows, columns) = first.name == "Q" || second.name == "P" ? (second, first) : (first, second)
  }

  /// Dimensions of inputs and outputs: to rows and columns that have no window, and to images.
  private mutating func placeRows(_ dimensions: [String]) {
    let hasWindows = !rows.name.isEmpty || !columns.name.isEmpty
    var rest = dimensions
    func take(_ name: String) -> String? {
      rest.firstIndex(of: name).map { rest.remove(at: $0) }
    }
    func use(_ dimension: String, _ axis: inout Axis) {
      axis = Axis(name: dimension, outputs: sizes[dimension] ?? 1)
    }
    if rows.name.isEmpty, let dimension = take("P") { use(dimension, &rows) }
    if columns.name.isEmpty, let dimension = take("Q") { use(dimension, &columns) }
    if rest.count > 1 || hasWindows, let dimension = take("N") { members[.n] = [dimension] }
    if hasWindows, members[.n] == nil, !rest.isEmpty { members[.n] = [rest.removeFirst()] }
    if rows.name.isEmpty, !rest.isEmpty { use(rest.removeFirst(), &rows) }
    if columns.name.isEmpty, !rest.isEmpty { use(rest.removeFirst(), &columns) }
    if !rest.isEmpty { members[.n, default: []] += rest }
  }
}
