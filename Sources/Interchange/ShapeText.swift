public import Workloads

/// A layer as users write it on the command line, as in `k=64,c=3,p=55,q=55,r=11,s=11,stride=4`.
public enum ShapeText {
  /// The keys that a shape may have.
  public static let keys = [
    "n", "g", "k", "c", "h", "w", "p", "q", "r", "s", "stride", "dilation", "padding", "biases",
  ]

  /// The layer that a text stands for.
  ///
  /// k and c count within one of the g groups; all sizes default to 1 and padding to 0. Either the output size (p, q)
  /// or the input size (h, w) determines an axis; where both are given they must agree. `stride`, `dilation` and
  /// `padding` are a number for both axes or a pair as 2x1.
  ///
  /// - Throws: ``FormatError`` naming the key.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Layer {
    let shape = try KeyValueText(text, known: keys, origin: origin)
    func extent(_ key: String, _ otherwise: Int) throws(FormatError) -> Extent {
      let pair = try shape.extent(key) ?? (otherwise, otherwise)
      let limits = (key == "padding" ? 0 : 1)...Layer.largestSize
      guard limits.contains(pair.height), limits.contains(pair.width) else {
        throw FormatError(
          origin: origin, key: key, message: "must lie between \(limits.lowerBound) and \(limits.upperBound)")
      }
      return Extent(height: pair.height, width: pair.width)
    }
    func size(_ key: String) throws(FormatError) -> Int? {
      guard let value = try shape.integer(key) else { return nil }
      guard (1...Layer.largestSize).contains(value) else {
        throw FormatError(origin: origin, key: key, message: "is \(value); 1 to \(Layer.largestSize) is accepted")
      }
      return value
    }
    let stride = try extent("stride", 1)
    let dilation = try extent("dilation", 1)
    let padding = try extent("padding", 0)
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
      let needed = stride * ((output ?? 1) - 1) + dilation * (kernel - 1) + 1 - 2 * padding
      if needed >= 1 { return needed }
      throw FormatError(
        origin: origin, key: "padding", message: "\(padding) on both sides leaves no input for so few outputs")
    }
    let height = try input(
      h, output: p, kernel: kernel.height, stride: stride.height, dilation: dilation.height, padding: padding.height)
    let width = try input(
      w, output: q, kernel: kernel.width, stride: stride.width, dilation: dilation.width, padding: padding.width)
    let groups = try size("g") ?? 1
    let layer: Layer
    do {
      let hasBiases = try shape.boolean("biases") ?? false
      layer = try Layer(
        name: "shape", batch: try size("n") ?? 1, groups: groups, inputChannels: groups * (try size("c") ?? 1),
        input: Extent(height: height, width: width), outputChannels: groups * (try size("k") ?? 1), kernel: kernel,
        stride: stride, dilation: dilation,
        padding: Padding(top: padding.height, bottom: padding.height, left: padding.width, right: padding.width),
        hasBiases: hasBiases)
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
}
