public import Workloads

/// A layer as users write it on the command line, as in `k=64,c=3,p=55,q=55,r=11,s=11,stride=4`.
public enum ShapeText {
  /// The keys that a shape may have.
  public static let keys = [
    "n", "g", "k", "c", "h", "w", "p", "q", "r", "s", "stride", "dilation", "padding", "round-up",
    "biases", "channels-per-bias",
  ]

  /// The layer that a text stands for.
  ///
  /// k and c count within one of the g groups; all sizes default to 1 and padding to 0. Either the output size (p, q)
  /// or the input size (h, w) determines an axis; where both are given they must agree. `stride`, `dilation` and
  /// `padding` are a number for both axes or a pair as 2x1; `padding` may also be one number for each side, top, bottom,
  /// left and right, as 1x2x0x0. With `round-up=true` the outputs of an input that the stride does not divide are
  /// rounded up: the last window then reaches beyond the input, as if there were padding behind. With `biases=true`
  /// each output channel has a bias, or each `channels-per-bias` of them one together.
  ///
  /// - Throws: ``FormatError`` naming the key.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Layer {
    let shape = try KeyValueText(text, known: keys, origin: origin)
    func extent(_ key: String) throws(FormatError) -> Extent {
      let sizes = try shape.integers(key, atMost: 2, within: 1...Layer.largestSize) ?? [1]
      return Extent(height: sizes[0], width: sizes[sizes.count - 1])
    }
    func size(_ key: String) throws(FormatError) -> Int? {
      guard let value = try shape.integer(key) else { return nil }
      return try KeyValueText.bounded(value, key, origin, 1...Layer.largestSize)
    }
    let (batch, groups) = (try size("n") ?? 1, try size("g") ?? 1)
    let (outputChannels, inputChannels) = (try size("k") ?? 1, try size("c") ?? 1)
    let stride = try extent("stride")
    let dilation = try extent("dilation")
    var padding = try padding(shape)
    let kernel = Extent(height: try size("r") ?? 1, width: try size("s") ?? 1)
    let (p, q) = (try size("p"), try size("q"))
    let (h, w) = (try size("h"), try size("w"))
    if p == nil, h == nil {
      throw FormatError(origin: origin, message: "'\(text)' has neither p (output rows) nor h (input rows)")
    }
    func input(
      _ given: Int?, output: Int?, kernel: Int, stride: Int, dilation: Int, padding: Int
    ) throws(FormatError) -> Int {
      if let given { return given }
      let needed = stride * ((output ?? 1) - 1) + dilation * (kernel - 1) + 1 - padding
      if needed >= 1 { return needed }
      throw FormatError(
        origin: origin, key: "padding", message: "\(padding) on both sides together leaves no input for so few outputs")
    }
    let height = try input(
      h, output: p, kernel: kernel.height, stride: stride.height, dilation: dilation.height,
      padding: padding.top + padding.bottom)
    let width = try input(
      w, output: q, kernel: kernel.width, stride: stride.width, dilation: dilation.width,
      padding: padding.left + padding.right)
    if try shape.boolean("round-up") ?? false {
      func missing(_ input: Int, _ padding: Int, kernel: Int, stride: Int, dilation: Int) -> Int {
        let beyond = (input + padding - (dilation * (kernel - 1) + 1)) % stride
        return beyond > 0 ? stride - beyond : 0
      }
      padding.bottom += missing(
        height, padding.top + padding.bottom, kernel: kernel.height, stride: stride.height, dilation: dilation.height)
      padding.right += missing(
        width, padding.left + padding.right, kernel: kernel.width, stride: stride.width, dilation: dilation.width)
    }
    let layer: Layer
    do {
      let hasBiases = try shape.boolean("biases") ?? false
      let channelsPerBias = try size("channels-per-bias")
      if channelsPerBias != nil, !hasBiases {
        throw FormatError(origin: origin, key: "channels-per-bias", message: "goes with biases=true")
      }
      layer = try Layer(
        name: "shape", batch: batch, groups: groups, inputChannels: groups * inputChannels,
        input: Extent(height: height, width: width), outputChannels: groups * outputChannels, kernel: kernel,
        stride: stride, dilation: dilation, padding: padding, hasBiases: hasBiases,
        channelsPerBias: channelsPerBias ?? 1)
    } catch let error as FormatError {
      throw error
    } catch {
      throw FormatError(origin: origin, message: "\(error)")
    }
    for (key, given, actual) in [("p", p, layer[.p]), ("q", q, layer[.q])] {
      if let given, given != actual {
        throw FormatError(origin: origin, key: key, message: "is \(given), but the input gives \(actual) outputs")
      }
    }
    return layer
  }

  /// One number for all sides, one for each axis, or one for each side.
  private static func padding(_ shape: KeyValueText) throws(FormatError) -> Padding {
    let sizes = try shape.integers("padding", atMost: 4, within: 0...Layer.largestSize) ?? [0]
    switch sizes.count {
    case 4: return Padding(top: sizes[0], bottom: sizes[1], left: sizes[2], right: sizes[3])
    case 3:
      throw FormatError(
        origin: shape.origin, key: "padding",
        message:
          "three numbers are neither one for each axis (height x width) nor for each side (top x bottom x left x right)"
      )
    default:
      let (height, width) = (sizes[0], sizes[sizes.count - 1])
      return Padding(top: height, bottom: height, left: width, right: width)
    }
  }

  /// A layer as a shape, which ``parse(_:origin:)`` takes back; sizes that are as by default are left out.
  public static func text(_ layer: Layer) -> String {
    let (rows, columns) = (layer.vertical, layer.horizontal)
    func pair(_ height: Int, _ width: Int) -> String { height == width ? "\(height)" : "\(height)x\(width)" }
    let sides = [rows.paddingBefore, rows.paddingAfter, columns.paddingBefore, columns.paddingAfter]
    let isSymmetric = sides[0] == sides[1] && sides[2] == sides[3]
    // Columns that are not given are as many as a single output needs, which padding may make another number than 1.
    let neededColumns = columns.dilation * (columns.kernelSize - 1) + 1 - sides[2] - sides[3]
    let values: [(key: String, value: String, isDefault: Bool)] =
      [("n", Dimension.n), ("g", .g), ("k", .k), ("c", .c)].map { ($0, "\(layer[$1])", layer[$1] == 1) } + [
        ("h", "\(rows.inputSize)", false), ("w", "\(columns.inputSize)", columns.inputSize == 1 && neededColumns == 1),
        ("r", "\(layer[.r])", layer[.r] == 1), ("s", "\(layer[.s])", layer[.s] == 1),
        ("stride", pair(rows.stride, columns.stride), rows.stride == 1 && columns.stride == 1),
        ("dilation", pair(rows.dilation, columns.dilation), rows.dilation == 1 && columns.dilation == 1),
        (
          "padding", isSymmetric ? pair(sides[0], sides[2]) : sides.map(String.init).joined(separator: "x"),
          sides.allSatisfy { $0 == 0 }
        ),
        ("biases", "true", !layer.hasBiases),
        ("channels-per-bias", "\(layer.channelsPerBias)", layer.channelsPerBias == 1),
      ]
    return values.filter { !$0.isDefault }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }
}
