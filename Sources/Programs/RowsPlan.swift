import Mappings
import Workloads

/// The input rows, or columns, that the boxes of inputs hold, and where each of them lies in the Buffer.
struct RowsPlan {
  /// How the rows of a box lie in the input.
  enum Spacing: Equatable {
    /// Every so many rows, from the first to the last.
    case even(Int)
    /// Some closer together than others: each has a slot while it is held.
    case uneven
  }

  /// What becomes of the rows of a box when the next one takes its place.
  enum Change {
    /// All boxes have the same.
    case never
    /// Of those of other boxes none stay.
    case apart
    /// Some that other boxes have too may stay.
    case overlapping
  }

  let axis: ConvolutionAxis
  /// The output rows and the kernel rows of a box.
  let outputs: Span
  let kernels: Span
  /// What one of the rows and all of them are called.
  let name: String
  let names: String
  /// The most of them in a box.
  let extent: Int
  let spacing: Spacing
  let change: Change
  /// Where rows that two boxes have in common have places that go round, how far these are turned.
  var shift = 0

  init(
    _ axis: ConvolutionAxis, outputs: Span, kernels: Span, name: String, extent: Int, reuse: ReusePolicy
  ) {
    (self.axis, self.outputs, self.kernels) = (axis, outputs, kernels)
    (self.name, names, self.extent) = (name, "\(name)s", extent)
    spacing = Self.spacing(axis, outputs, kernels)
    change =
      !(outputs.isCut || kernels.isCut) ? .never : axis.hasOverlap && reuse != .none ? .overlapping : .apart
  }

  /// Has a row lie first where places go round.
  mutating func begin(at row: Int) {
    guard case .even(let unit) = spacing, goesRound, extent > 1 else { return }
    shift = (extent - row / unit % extent) % extent
  }

  /// Rows are a·i + b·j from the first on, i < outputs, j < kernels: without a gap in units of the greatest common divisor
  /// where one of a and b is that divisor and what it counts bridges the other.
  private static func spacing(_ axis: ConvolutionAxis, _ outputs: Span, _ kernels: Span) -> Spacing {
    let (a, b) = (axis.stride * outputs.step, axis.dilation * kernels.step)
    if kernels.isSingle { return .even(a) }
    if outputs.isSingle { return .even(b) }
    let unit = greatestCommonDivisor(a, b)
    let (u, v) = (a / unit, b / unit)
    let isEven = outputs.sizes.allSatisfy { outputs in
      kernels.sizes.allSatisfy { kernels in
        u == 1 && (outputs >= v || kernels == 1) || v == 1 && (kernels >= u || outputs == 1)
      }
    }
    return isEven ? .even(unit) : .uneven
  }

  /// The places of a table with one for each row; a piece may have no rows but padding.
  var tableSize: Int { max(1, axis.inputSize) }

  /// Whether the one input row there is lies in every box.
  var isTrivial: Bool { axis.inputSize == 1 && !axis.hasPaddedMACs }

  /// Whether rows that two boxes have in common have places that go round.
  var goesRound: Bool {
    if case .overlapping = change, spacing != .uneven { true } else { false }
  }

  /// The row that an output and a kernel row read, on padding or not.
  func row(output: Affine, kernel: Affine) -> Affine {
    axis.stride * output + axis.dilation * kernel - axis.paddingBefore
  }

  /// The rows in a box from the first to beyond the last, in steps of `unit`, and what declares the last ones of ranges
  /// that no sum says.
  func bounds(unit: Int, _ names: CNames) -> (declarations: [String], first: String, end: String) {
    var declarations: [String] = []
    func last(_ span: Span, _ name: String) -> Affine {
      if let last = span.last { return last }
      declarations.append("const int \(self.name)_\(name) = \(span.lastText);")
      return Affine("\(self.name)_\(name)")
    }
    let first = row(output: outputs.start, kernel: kernels.start)
    let beyond = row(output: last(outputs, "output"), kernel: last(kernels, "kernel")) + unit
    if !axis.hasPaddedMACs { return (declarations, first.text, beyond.text) }
    if unit == 1 {
      return (
        declarations, CValue.greatest(first, Affine(0), names).text,
        CValue.least(beyond, Affine(axis.inputSize), names).text
      )
    }
    return (
      declarations, "\(names("first_row"))(\(first.text), \(unit))",
      "\(names("row_end"))(\((beyond - unit).text), \(axis.inputSize), \(unit))"
    )
  }

  /// The first row and what is beyond the last where all boxes have the same.
  func constantBounds(unit: Int) -> (first: Int, end: Int) {
    let first = -axis.paddingBefore
    let last = first + axis.stride * (axis.outputSize - 1) + axis.dilation * (axis.kernelSize - 1)
    let start = first < 0 ? first + (unit - 1 - first) / unit * unit : first
    let end = last < axis.inputSize ? last + unit : last - (last - axis.inputSize) / unit * unit
    return (start, max(start, end))
  }

  /// Where a row lies among those of its box; `state` is what the program's state is reached by, as `state->`.
  func place(of row: String, _ state: String) -> String {
    switch (spacing, change) {
    case (.uneven, _): return "\(state)\(name)_slot[\(row)]"
    case (.even(let unit), .never):
      let first = constantBounds(unit: unit).first
      let distance = first == 0 ? row : "\(row) - \(first)"
      return unit == 1 ? distance : first == 0 ? "\(row) / \(unit)" : "(\(distance)) / \(unit)"
    case (.even(let unit), .apart):
      return unit == 1 ? "\(row) - \(state)\(names)" : "(\(row) - \(state)\(names)) / \(unit)"
    case (.even(let unit), .overlapping):
      let number = unit == 1 ? row : "\(row) / \(unit)"
      return shift == 0 ? "\(number) % \(extent)" : "(\(number) + \(shift)) % \(extent)"
    }
  }
}
