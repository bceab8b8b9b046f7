import Workloads

/// One spatial axis of a convolution or a pooling as a node of a graph gives it.
struct WindowAxis: Hashable {
  /// Input rows.
  var input: Int
  /// Kernel rows.
  var kernel: Int
  /// Input rows from one output row to the next.
  var stride = 1
  /// Input rows from one kernel row to the next.
  var dilation = 1
  /// Rows of zeros in front of the input; fewer than none leave that many input rows out.
  var before = 0
  /// Rows of zeros behind the input; fewer than none leave that many input rows out.
  var after = 0

  /// Sizes beyond this one are not dealt with, so that sums and products of two of them are exact.
  static let largestSize = 1 << 28

  /// The rows from the first to the last that one output row reads.
  var reach: Int { dilation * (kernel - 1) + 1 }

  /// Output rows, the last window lying inside the padded input; none when there is no room for one.
  var output: Int {
    let room = input + before + after - reach
    return room < 0 ? 0 : room / stride + 1
  }

  /// The axis without the rows that negative padding leaves out.
  var cropped: WindowAxis {
    var axis = self
    axis.input += min(0, before) + min(0, after)
    axis.before = max(0, before)
    axis.after = max(0, after)
    return axis
  }

  /// Whether each pair of an output row and a kernel row reads an input row of its own, and none of the padding.
  ///
  /// Then the axis only names input rows: output rows count as images, and kernel rows as input channels.
  var isPartition: Bool {
    if before > 0 || stride * (output - 1) + reach > input { return false }
    let divisor = greatestCommonDivisor(stride, dilation)
    return kernel <= stride / divisor || output <= dilation / divisor
  }

  /// Why an axis is no partition, as what windows do.
  var obstacle: String {
    before > 0 || stride * (output - 1) + reach > input
      ? "windows read padding" : "windows of \(kernel) overlap at a stride of \(stride)"
  }
}

extension WindowAxis {
  /// The axes of a node with the attributes `strides`, `dilations`, `pads` and `auto_pad`, height first.
  ///
  /// - Parameters:
  ///   - operation: the node.
  ///   - input: the sizes of the spatial dimensions, all known.
  ///   - kernel: the kernel's sizes.
  /// - Returns: an axis for each spatial dimension.
  /// - Throws: ``Unknown`` when an attribute has the wrong length or a value that cannot be.
  static func axes(of operation: Operation, input: [Int], kernel: [Int]) throws(Unknown) -> [WindowAxis] {
    let rank = input.count
    let strides = try list("strides", of: operation, count: rank) ?? Array(repeating: 1, count: rank)
    let dilations = try list("dilations", of: operation, count: rank) ?? Array(repeating: 1, count: rank)
    let pads = try list("pads", of: operation, count: 2 * rank) ?? Array(repeating: 0, count: 2 * rank)
    guard kernel.count == rank else { throw Unknown("its kernel has \(kernel.count) axes, its input has \(rank)") }
    for (name, sizes) in [("input", input), ("kernel", kernel), ("strides", strides), ("dilations", dilations)] {
      if let size = sizes.first(where: { $0 < 1 || $0 > largestSize }) {
        throw Unknown("a size of its \(name) is \(size); \((1...largestSize).accepted)")
      }
    }
    if let pad = pads.first(where: { $0.magnitude > UInt(largestSize) }) { throw Unknown("its padding is \(pad)") }
    var axes: [WindowAxis] = []
    for index in 0..<rank {
      let reach = dilations[index].multipliedReportingOverflow(by: kernel[index] - 1)
      if reach.overflow || reach.partialValue > largestSize { throw Unknown("its dilated kernel is too large") }
      let axis = WindowAxis(
        input: input[index], kernel: kernel[index], stride: strides[index], dilation: dilations[index],
        before: pads[index], after: pads[rank + index])
      axes.append(try axis.padded(as: operation.text("auto_pad")))
    }
    return axes
  }

  /// A list of integers of a length, or nil when the node has none.
  private static func list(_ name: String, of operation: Operation, count: Int) throws(Unknown) -> [Int]? {
    guard let list = operation.integers(name), !list.isEmpty else { return nil }
    guard list.count == count else {
      throw Unknown("its attribute '\(name)' has \(list.count) values; \(count) are expected")
    }
    return list
  }

  /// The axis with the padding that `auto_pad` asks for.
  private func padded(as rule: String?) throws(Unknown) -> WindowAxis {
    var axis = self
    switch rule {
    case nil, "", "NOTSET": return self
    case "VALID": (axis.before, axis.after) = (0, 0)
    case "SAME_UPPER", "SAME_LOWER":
      let output = (input - 1) / stride + 1
      let total = max(0, (output - 1) * stride + reach - input)
      let (less, more) = (total / 2, total - total / 2)
      (axis.before, axis.after) = rule == "SAME_UPPER" ? (less, more) : (more, less)
    case let rule?:
      throw Unknown("its auto_pad is '\(rule)'; NOTSET, VALID, SAME_UPPER or SAME_LOWER is expected")
    }
    return axis
  }
}
