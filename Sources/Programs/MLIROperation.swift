import Workloads

/// A layer as a named convolution of linalg.
struct MLIROperation {
  let layer: Layer
  /// The operation.
  let name: String
  /// The dimensions that it walks, in its order.
  let dimensions: [Dimension]
  private let operand: String
  private let sum: String

  init(_ layer: Layer, _ elements: CProgram.Elements) {
    self.layer = layer
    let isGrouped = layer[.g] > 1
    name = isGrouped ? "linalg.conv_2d_ngchw_gfchw" : "linalg.conv_2d_nchw_fchw"
    dimensions = isGrouped ? [.n, .g, .k, .p, .q, .c, .r, .s] : [.n, .k, .p, .q, .c, .r, .s]
    (operand, sum) = elements == .int8 ? ("i8", "i32") : ("f32", "f32")
  }

  /// The sizes of the tensors in DRAM: batch, groups, channels, rows and columns of inputs and of outputs, and of weights
  /// groups, output channels, channels, rows and columns. There are no groups where there is one.
  var shapes: (inputs: [Int], weights: [Int], outputs: [Int]) {
    let groups = layer[.g] > 1 ? [layer[.g]] : []
    let (rows, columns) = (layer.vertical, layer.horizontal)
    return (
      [layer[.n]] + groups + [layer[.c], rows.inputSize, columns.inputSize],
      groups + [layer[.k], layer[.c], rows.kernelSize, columns.kernelSize],
      [layer[.n]] + groups + [layer[.k], rows.outputSize, columns.outputSize]
    )
  }

  /// The function that runs the layer on tensors: inputs, weights, and outputs with what they begin with.
  func function(_ name: String) -> [String] {
    let (inputs, weights, outputs) = shapes
    let types = (Self.tensor(inputs, operand), Self.tensor(weights, operand), Self.tensor(outputs, sum))
    var lines = [
      "func.func @\(name)(%inputs: \(types.0), %weights: \(types.1), %outputs: \(types.2)) -> \(types.2) {"
    ]
    let (low, high) = padding
    var (read, readType) = ("%inputs", types.0)
    if (low + high).contains(where: { $0 > 0 }) {
      let padded = zip(inputs, zip(low, high)).map { $0 + $1.0 + $1.1 }
      (read, readType) = ("%padded", Self.tensor(padded, operand))
      let places = inputs.indices.map { "%d\($0): index" }.joined(separator: ", ")
      lines += [
        "  %zero = arith.constant \(operand == "f32" ? "0.0" : "0") : \(operand)",
        "  %padded = tensor.pad %inputs low\(low) high\(high) {",
        "  ^bb0(\(places)):",
        "    tensor.yield %zero : \(operand)",
        "  } : \(types.0) to \(readType)",
      ]
    }
    let (rows, columns) = (layer.vertical, layer.horizontal)
    func pair(_ some: Int, _ other: Int) -> String { "dense<[\(some), \(other)]> : tensor<2xi64>" }
    lines += [
      "  %done = \(self.name) {dilations = \(pair(rows.dilation, columns.dilation)), "
        + "strides = \(pair(rows.stride, columns.stride))}",
      "    ins(\(read), %weights : \(readType), \(types.1))",
      "    outs(%outputs : \(types.2)) -> \(types.2)",
      "  return %done : \(types.2)",
      "}",
    ]
    return lines
  }

  /// How many zeros stand before and after the inputs along each of their dimensions, as far as they are read.
  private var padding: (low: [Int], high: [Int]) {
    let axes = [layer.vertical, layer.horizontal]
    let others = Array(repeating: 0, count: shapes.inputs.count - axes.count)
    let high = axes.map { axis in
      let read = (axis.outputSize - 1) * axis.stride + (axis.kernelSize - 1) * axis.dilation + 1
      return max(0, read - axis.paddingBefore - axis.inputSize)
    }
    return (others + axes.map(\.paddingBefore), others + high)
  }

  private static func tensor(_ sizes: [Int], _ element: String) -> String {
    "tensor<\(sizes.map { "\($0)x" }.joined())\(element)>"
  }
}
