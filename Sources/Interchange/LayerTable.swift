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
    let elements = try layers.elements()
    for element in elements {
      let entry = try self.entry(element)
      if !names.insert(entry.layer.name).inserted {
        throw element.error("the layer '\(entry.layer.name)' is listed twice; give repeated layers once, with a count")
      }
      entries.append(entry)
    }
    try checkParts(entries, elements, names)
    if entries.isEmpty { throw layers.error("has no layers; at least one is expected") }
    return try WorkloadFile.network(
      root.required("network", in: fields).name(), source: fields["source"]?.string() ?? "", entries,
      origin: root.origin)
  }

  /// A whole that is given in parts is no layer of its own, and its parts occur equally often.
  private static func checkParts(
    _ entries: [Network.Entry], _ elements: [YAMLNode], _ names: Set<String>
  ) throws(FormatError) {
    var firsts: [String: Network.Entry] = [:]
    for (entry, element) in zip(entries, elements) {
      guard let whole = entry.partOf else { continue }
      if names.contains(whole) {
        throw element.error("is a part of '\(whole)', which is a layer by itself; the parts of a whole make it up")
      }
      let first = firsts[whole] ?? entry
      firsts[whole] = first
      if entry.count != first.count {
        throw element.error(
          "has the count \(entry.count), and '\(first.layer.name)' has \(first.count): the parts of '\(whole)' occur "
            + "equally often")
      }
    }
  }

  private static func entry(_ node: YAMLNode) throws(FormatError) -> Network.Entry {
    let fields = try node.fields([
      "name", "count", "batch", "groups", "input", "output", "kernel", "stride", "dilation", "padding", "biases",
      "channels-per-bias", "gemm", "part-of", "own-inputs",
    ])
    let name = try node.required("name", in: fields).name()
    let count = try fields["count"]?.integer(in: 1...Layer.largestSize) ?? 1
    let partOf = try fields["part-of"]?.name()
    let layer =
      if let gemm = fields["gemm"] {
        try self.gemm(name, gemm, node, fields, biases(fields))
      } else {
        try convolution(name, node, fields, biases(fields))
      }
    let hasOwnInputs = try fields["own-inputs"]?.boolean() ?? false
    if partOf == nil, let ownInputs = fields["own-inputs"] { throw ownInputs.error("goes with 'part-of'") }
    return Network.Entry(layer: layer, count: count, partOf: partOf, hasOwnInputs: hasOwnInputs)
  }

  /// Whether there are biases, and how many channels start from the same.
  private static func biases(_ fields: [String: YAMLNode]) throws(FormatError) -> (exist: Bool, channels: Int) {
    let exist = try fields["biases"]?.boolean() ?? false
    guard let channels = fields["channels-per-bias"] else { return (exist, 1) }
    if !exist { throw channels.error("goes with 'biases: true'") }
    return (exist, try channels.integer())
  }

  private static func gemm(
    _ name: String, _ gemm: YAMLNode, _ node: YAMLNode, _ fields: [String: YAMLNode],
    _ biases: (exist: Bool, channels: Int)
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
      return try Layer.gemm(
        name: name, groups: groups, m: m, n: n, k: k, hasBiases: biases.exist, channelsPerBias: biases.channels)
    } catch {
      throw self.error(error, at: node, fields)
    }
  }

  private static func convolution(
    _ name: String, _ node: YAMLNode, _ fields: [String: YAMLNode], _ biases: (exist: Bool, channels: Int)
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
        dilation: dilation, padding: padding, hasBiases: biases.exist, channelsPerBias: biases.channels)
    } catch {
      throw self.error(error, at: node, fields)
    }
  }

  /// A layer's error at the key that it is about, or at the layer.
  private static func error(_ error: LayerError, at node: YAMLNode, _ fields: [String: YAMLNode]) -> FormatError {
    let words = error.quantity?.split(separator: " ").map(String.init) ?? []
    let key = [words.first, words.joined(separator: "-")].compactMap(\.self).last { fields[$0] != nil }
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
