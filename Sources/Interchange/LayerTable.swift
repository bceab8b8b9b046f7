public import Workloads

/// The YAML layer table: a network with its layers.
public enum LayerTable {
  /// The network in a file.
  ///
  /// - Throws: ``FormatError`` naming file, line and key.
  public static func read(file: String) throws(FormatError) -> Network {
    try network(YAMLNode.read(file: file))
  }

  /// The network in a text, of which errors say that it comes from `origin`.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Network {
    try network(YAMLNode.parse(text, origin: origin))
  }

  static func network(_ root: YAMLNode) throws(FormatError) -> Network {
    let fields = try root.fields(["network", "source", "layers"])
    let layers = try root.required("layers", in: fields)
    var entries: [Network.Entry] = []
    var names: Set<String> = []
    for element in try layers.elements() {
      let entry = try self.entry(element)
      if !names.insert(entry.layer.name).inserted {
        throw element.error("the layer '\(entry.layer.name)' is listed twice; give repeated layers once, with a count")
      }
      entries.append(entry)
    }
    if entries.isEmpty { throw layers.error("has no layers; at least one is expected") }
    return try WorkloadFile.network(
      root.required("network", in: fields).name(), source: fields["source"]?.string() ?? "", entries,
      origin: root.origin)
  }

  private static func entry(_ node: YAMLNode) throws(FormatError) -> Network.Entry {
    let fields = try node.fields([
      "name", "count", "batch", "groups", "input", "output", "kernel", "stride", "dilation", "padding", "biases",
      "gemm",
    ])
    let name = try node.required("name", in: fields).name()
    let count = try fields["count"]?.integer(in: 1...Layer.largestSize) ?? 1
    let hasBiases = try fields["biases"]?.boolean() ?? false
    if let gemm = fields["gemm"] {
      return Network.Entry(layer: try self.gemm(name, gemm, node, fields, hasBiases: hasBiases), count: count)
    }
    return Network.Entry(layer: try convolution(name, node, fields, hasBiases: hasBiases), count: count)
  }

  private static func gemm(
    _ name: String, _ gemm: YAMLNode, _ node: YAMLNode, _ fields: [String: YAMLNode], hasBiases: Bool
  ) throws(FormatError) -> Layer {
    for key in ["batch", "input", "output", "kernel", "stride", "dilation", "padding"] {
      if let field = fields[key] { throw field.error("does not go with 'gemm', which gives all sizes") }
    }
    let sizes = try gemm.fields(["m", "n", "k"])
    let m = try gemm.required("m", in: sizes).integer()
    let n = try gemm.required("n", in: sizes).integer()
    let k = try gemm.required("k", in: sizes).integer()
    let groups = try fields["groups"]?.integer() ?? 1
    do {
      return try Layer.gemm(name: name, groups: groups, m: m, n: n, k: k, hasBiases: hasBiases)
    } catch {
      throw self.error(error, at: node, fields)
    }
  }

  private static func convolution(
    _ name: String, _ node: YAMLNode, _ fields: [String: YAMLNode], hasBiases: Bool
  ) throws(FormatError) -> Layer {
    let input = try node.required("input", in: fields)
    let inputFields = try input.fields(["channels", "height", "width"])
    let output = try node.required("output", in: fields)
    let outputFields = try output.fields(["channels"])
    let inputChannels = try input.required("channels", in: inputFields).integer()
    let height = try input.required("height", in: inputFields).integer()
    let width = try input.required("width", in: inputFields).integer()
    let outputChannels = try output.required("channels", in: outputFields).integer()
    let batch = try fields["batch"]?.integer() ?? 1
    let groups = try fields["groups"]?.integer() ?? 1
    let kernel = try extent(try node.required("kernel", in: fields))
    let stride = try fields["stride"].map { field throws(FormatError) in try extent(field) } ?? Extent(1)
    let dilation = try fields["dilation"].map { field throws(FormatError) in try extent(field) } ?? Extent(1)
    let padding = try fields["padding"].map { field throws(FormatError) in try self.padding(field) } ?? Padding(0)
    do {
      return try Layer(
        name: name, batch: batch, groups: groups, inputChannels: inputChannels,
        input: Extent(height: height, width: width), outputChannels: outputChannels, kernel: kernel, stride: stride,
        dilation: dilation, padding: padding, hasBiases: hasBiases)
    } catch {
      throw self.error(error, at: node, fields)
    }
  }

  /// A layer's error at the key that it is about, or at the layer.
  private static func error(_ error: LayerError, at node: YAMLNode, _ fields: [String: YAMLNode]) -> FormatError {
    let key = error.quantity?.split(separator: " ").first.map(String.init)
    return (key.flatMap { fields[$0] } ?? node).error("\(error)")
  }

  /// One number for both axes, or a mapping with `height` and `width`.
  private static func extent(_ node: YAMLNode) throws(FormatError) -> Extent {
    guard node.isMapping else { return Extent(try node.integer()) }
    let fields = try node.fields(["height", "width"])
    return Extent(
      height: try node.required("height", in: fields).integer(),
      width: try node.required("width", in: fields).integer())
  }

  /// One number for all sides, or a mapping with all four.
  private static func padding(_ node: YAMLNode) throws(FormatError) -> Padding {
    guard node.isMapping else { return Padding(try node.integer()) }
    let fields = try node.fields(["top", "bottom", "left", "right"])
    return Padding(
      top: try node.required("top", in: fields).integer(), bottom: try node.required("bottom", in: fields).integer(),
      left: try node.required("left", in: fields).integer(), right: try node.required("right", in: fields).integer())
  }
}
