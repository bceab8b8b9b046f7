import Workloads

/// A transposed convolution, and the convolutions that it amounts to.
///
/// Output row o gets w[r]·x[i] from every kernel row r and input row i with o = σ·i + δ·r - before. The outputs with the
/// same remainder modulo σ, a *phase*, use the same kernel rows: every (σ/gcd(σ,δ))-th one. Taken by themselves they
/// are a convolution with stride 1 and those kernel rows in reverse order; the phases of both axes together compute each
/// output once, and do the MACs on real inputs of the transposed convolution and no others. Phases that read the same
/// inputs at the same places, as all do where the kernel is as large as the stride, are one convolution, each with
/// output channels of its own that start from the same biases. Where a whole phase gets nothing, as with a kernel smaller
/// than the stride, its outputs are written all the same, which no convolution does: there is no such layer then.
struct TransposedConvolution {
  private let operation: Operation
  private let input: [Quantity]
  private let weights: [Quantity]
  private let groups: Int

  /// The operands of a ConvTranspose.
  init(_ operation: Operation) throws(Unknown) {
    self.operation = operation
    input = try Lowering.sizes(try operation.input(0), of: "input")
    weights = try Lowering.sizes(try operation.input(1), of: "weights")
    groups = operation.integer("group", default: 1)
    if input.count < 3 { throw Unknown("its input has \(input.count) dimensions; at least 3 are expected") }
    if weights.count != input.count {
      throw Unknown("its input has \(input.count) dimensions, its weights have \(weights.count)")
    }
    guard (1...Layer.largestSize).contains(groups) else { throw Unknown("it has \(groups) groups") }
  }

  /// What is known of the output.
  var outputFacts: TensorFacts {
    get throws(Unknown) {
      let known = input.dropFirst(2).map { $0.integer ?? 1 }
      let axes = try self.axes(known).axes
      let sizes = zip(input.dropFirst(2), axes).map { size, axis -> Quantity in
        size.unknown.map { .unknown($0) } ?? .integer(axis.output)
      }
      return TensorFacts(shape: [input[0], weights[1] * .integer(groups)] + sizes)
    }
  }

  /// The layers, one for each set of phases that read the same inputs.
  ///
  /// - Parameter name: what to call them; of several, which are parts of one layer, each has its phases behind.
  /// - Returns: the layers.
  /// - Throws: ``Unknown`` with the reason why there are none.
  func lowering(_ name: String) throws(Unknown) -> Lowering {
    let sizes = try Lowering.known(
      [("batch", input[0]), ("input channels", input[1])]
        + zip(SpatialAxes.names(input.count - 2), input.dropFirst(2)).map { ("input's \($0)", $1) }
        + [("output channels", weights[1] * .integer(groups))])
    if let own = weights[0].integer, own != sizes[1] {
      throw Unknown("its input has \(sizes[1]) channels, and its weights have \(own)")
    }
    let (axes, isDefined) = try self.axes(Array(sizes[2..<input.count]))
    if !isDefined {
      throw Unknown("its output is larger than what its kernel reaches, and it does not say on which side")
    }
    let (batch, outputChannels) = (sizes[0], sizes[sizes.count - 1])
    var combinations: [Phases] = [Phases()]
    for axis in axes {
      if axis.stride > 64 { throw Unknown("its stride of \(axis.stride) makes as many convolutions of it") }
      // As many phases as a group may have channels for: the others make layers of their own.
      let most = max(1, Layer.largestSize / max(1, outputChannels / groups) / (combinations.map(\.count).max() ?? 1))
      combinations = combinations.flatMap { combination in axis.phases(atMost: most).map { combination.along($0) } }
      if combinations.count > 4096 { throw Unknown("its strides make more than 4096 convolutions of it") }
    }
    var lowering = Lowering()
    let hasBiases = operation.optional(2) != nil
    for phases in combinations {
      let planar = try SpatialAxes(phases.axes.map(\.cropped))
      lowering.layers.append(
        try planar.layer(
          combinations.count == 1 ? name : "\(name)/phase\(axes.count == 1 ? "-0" : "")\(phases.label)", batch: batch,
          groups: groups, inputChannels: sizes[1], outputChannels: phases.count * outputChannels,
          hasBiases: hasBiases, channelsPerBias: phases.count))
      lowering.notes.formUnion(planar.notes)
      if phases.count > 1 { lowering.notes.insert(.phasesAsChannels) }
    }
    let outputs = axes.reduce(1.0) { $0 * Double($1.output) }
    let computed = zip(combinations, lowering.layers).reduce(0.0) { $0 + Double($1.0.count * $1.1[.p] * $1.1[.q]) }
    if lowering.layers.isEmpty { throw Unknown("no kernel position meets an input") }
    if computed < outputs {
      func count(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
      throw Unknown(
        "\(count(outputs - computed)) of the \(count(outputs)) positions of its output get no product, by stride and "
          + "dilation, and are written all the same, which no convolution does")
    }
    if lowering.layers.count > 1 {
      // What is left of the input where phases leave out rows of it.
      let windows = combinations.map { $0.axes.map(\.window) }
      lowering.whole = Lowering.Whole(name: name, hasCommonInputs: windows.allSatisfy { $0 == windows[0] })
      lowering.notes.insert(.phases)
    }
    return lowering
  }

  /// The axes, and whether the format defines where the output lies along each.
  private func axes(_ spatial: [Int]) throws(Unknown) -> (axes: [TransposedAxis], isDefined: Bool) {
    let given = operation.integers("kernel_shape").flatMap { $0.isEmpty ? nil : $0 }
    let own = weights.dropFirst(2).map(\.integer)
    if let given, zip(given, own).contains(where: { $1 != nil && $0 != $1 }) {
      throw Unknown("its kernel is \(given) by 'kernel_shape', and its weights are \(ShapeText.text(weights))")
    }
    var kernel = given ?? []
    if given == nil { kernel = try Lowering.known(weights.dropFirst(2).map { ("kernel's size", $0) }) }
    let rule = operation.text("auto_pad") ?? "NOTSET"
    // The padding that auto_pad asks for is that of the output, and is found below.
    let windows = try WindowAxis.axes(of: operation, input: spatial, kernel: kernel)
    let extra = try list("output_padding") ?? Array(repeating: 0, count: spatial.count)
    let outputs = try list("output_shape")
    var axes: [TransposedAxis] = []
    var isDefined = true
    for (index, window) in windows.enumerated() {
      let span = window.stride.multipliedReportingOverflow(by: window.input - 1)
      guard !span.overflow, span.partialValue <= WindowAxis.largestSize,
        (0...WindowAxis.largestSize).contains(extra[index])
      else { throw Unknown("its output is too large") }
      let whole = span.partialValue + window.reach + extra[index]
      var (before, after) = (window.before, window.after)
      var target = outputs?[index]
      if target == nil, rule.hasPrefix("SAME") { target = window.input * window.stride }
      if let target {
        guard (1...WindowAxis.largestSize).contains(target) else { throw Unknown("its output's size is \(target)") }
        let total = whole - target
        // How rows that no kernel row reaches are shared out between the two sides is not defined.
        isDefined = isDefined && total >= 0
        (before, after) = rule == "SAME_UPPER" ? (total / 2, total - total / 2) : (total - total / 2, total / 2)
      } else if rule == "VALID" {
        (before, after) = (0, 0)
      }
      axes.append(
        TransposedAxis(
          input: window.input, kernel: window.kernel, stride: window.stride, dilation: window.dilation, before: before,
          output: max(0, whole - before - after)))
    }
    return (axes, isDefined)
  }

  private func list(_ name: String) throws(Unknown) -> [Int]? {
    guard let list = operation.integers(name), !list.isEmpty else { return nil }
    guard list.count == input.count - 2 else {
      throw Unknown("its attribute '\(name)' has \(list.count) values; \(input.count - 2) are expected")
    }
    return list
  }
}

/// One axis of a transposed convolution.
private struct TransposedAxis {
  let input: Int
  let kernel: Int
  let stride: Int
  let dilation: Int
  /// The rows that are left out in front of the output.
  let before: Int
  let output: Int

  /// The phases of the axis that have MACs, those that read the same inputs at the same places together.
  ///
  /// - Parameter most: how many phases may be together.
  /// - Returns: the phases, in the order of the first of each set, with axes that leave out rows by negative padding: what
  ///   is left of two that differ may look the same.
  func phases(atMost most: Int) -> [(indices: [Int], axis: WindowAxis)] {
    let divisor = greatestCommonDivisor(stride, dilation)
    let (period, step) = (stride / divisor, dilation / divisor)
    var sets: [(indices: [Int], axis: WindowAxis)] = []
    for phase in 0..<min(stride, output) {
      let start = phase + before
      // Output row σ·j + phase gets kernel row r where σ divides phase + before - δ·r.
      guard let first = (0..<min(period, kernel)).first(where: { (start - dilation * $0) % stride == 0 }) else {
        continue
      }
      let rows = (kernel - first - 1) / period + 1
      let outputs = (output - phase - 1) / stride + 1
      // Kernel row first + period·i meets input row j + base - step·i.
      let base = (start - dilation * first) / stride
      let reach = step * (rows - 1)
      let padding = reach - base
      let axis = WindowAxis(
        input: input, kernel: rows, stride: 1, dilation: step, before: padding,
        after: outputs - input - padding + reach)
      if axis.cropped.input <= 0 { continue }
      if let position = sets.firstIndex(where: { $0.axis == axis && $0.indices.count < most }) {
        sets[position].indices.append(phase)
      } else {
        sets.append(([phase], axis))
      }
    }
    return sets
  }
}

extension WindowAxis {
  /// The input rows that negative padding leaves.
  fileprivate var window: Range<Int> { max(0, -before)..<input + min(0, after) }
}

/// Phases of all axes that are one convolution.
private struct Phases {
  /// How many there are.
  private(set) var count = 1
  /// The convolution's axes, before they are cropped.
  private(set) var axes: [WindowAxis] = []
  /// Their numbers along each axis, as in `-0-1`, or `-0+1-2` and `-0..3-4` where there are several.
  private(set) var label = ""

  /// The same with phases of one more axis.
  func along(_ phases: (indices: [Int], axis: WindowAxis)) -> Phases {
    var all = self
    all.count *= phases.indices.count
    all.axes.append(phases.axis)
    all.label += "-" + Self.label(phases.indices)
    return all
  }

  /// Rising numbers, runs of three or more by their ends.
  private static func label(_ indices: [Int]) -> String {
    var runs: [ClosedRange<Int>] = []
    for index in indices {
      if let last = runs.last, last.upperBound + 1 == index {
        runs[runs.count - 1] = last.lowerBound...index
      } else {
        runs.append(index...index)
      }
    }
    return runs.map { $0.count < 3 ? $0.map(String.init).joined(separator: "+") : "\($0.lowerBound)..\($0.upperBound)" }
      .joined(separator: "+")
  }
}
