public import EnergyModel
import Workloads

/// The YAML form of an accelerator.
public enum AcceleratorFile {
  /// The accelerator in a file; names of files in it start from its folder.
  ///
  /// - Throws: ``FormatError`` naming file, line and key.
  public static func read(file: String) throws(FormatError) -> Accelerator {
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    return try accelerator(YAMLNode.read(file: file), folder: folder)
  }

  /// The accelerator in a text, of which errors say that it comes from `origin`.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Accelerator {
    try accelerator(YAMLNode.parse(text, origin: origin), folder: "")
  }

  private static func accelerator(_ root: YAMLNode, folder: String) throws(FormatError) -> Accelerator {
    if let kind = DocumentKind(of: root), kind != .accelerator {
      throw root.error("\(kind.text); an accelerator is expected")
    }
    let known = [
      "accelerator", "source", "simplified", "capacity", "energy", "bits", "macs-per-cycle", "clock", "bandwidth",
      "double-buffer", "tiles", "divisors",
    ]
    if let node = root.value("buffers") {
      throw node.error(
        "a Buffer in parts is written as 'capacity', as {inputs: 16KiB, weights: 32KiB, outputs: 8KiB}")
    }
    let fields = try root.fields(known)
    let name = try root.required("accelerator", in: fields).name()
    let place = try root.required("capacity", in: fields)
    let (capacity, layout) = try buffer(place, fields)
    let node = try root.required("energy", in: fields)
    let energy = try BuiltIn.located(try node.string(), in: folder)
    let model = try node.placing { () throws(FormatError) in
      try BuiltIn.energyModel(nameOrFile: energy, origin: node.origin)
    }
    let widths = try fields["bits"].map { bits throws(FormatError) in try bits.chosenWidths() } ?? ChosenWidths()
    let chosen = widths.widths(with: model)
    do {
      _ = try model.at(capacity, widths: chosen)
    } catch {
      throw (error.quantity == "capacity" ? place : node).error("\(model.name): \(error)")
    }
    return Accelerator(
      Accelerator.Identity(name: name, throughput: try throughput(root, fields)),
      source: try fields["source"]?.string() ?? "", simplified: try fields["simplified"]?.string() ?? "",
      capacity: capacity, energyModel: model, widths: chosen, layout: layout)
  }

  /// The Buffer's size, given at once or by its parts, and how tensors lie in it.
  private static func buffer(
    _ capacity: YAMLNode, _ fields: [String: YAMLNode]
  ) throws(FormatError) -> (capacity: Bits, layout: BufferLayout) {
    var layout = BufferLayout.shared
    if capacity.isMapping {
      let text = try capacity.partsText()
      layout = try capacity.placing { () throws(FormatError) in try LayoutText.layout(text, origin: capacity.origin) }
    } else if capacity.isList {
      throw capacity.error(
        "is a list; one capacity is expected, or parts as {inputs: 16KiB, weights: 32KiB, outputs: 8KiB}")
    }
    if let doubleBuffer = fields["double-buffer"] { layout.doubleBuffered = try doubleBuffer.tensors() }
    if let tiles = fields["tiles"] { layout = layout.withTiles(of: try tiles.tiles()) }
    if try fields["divisors"]?.boolean() ?? false { layout.rules.cutsEvenly = true }
    if let whole = layout.capacity { return (whole, layout) }
    return (try capacity.capacity(), layout)
  }

  /// The rates, of which a file has all or none: time follows from no fewer.
  private static func throughput(
    _ root: YAMLNode, _ fields: [String: YAMLNode]
  ) throws(FormatError) -> Accelerator.Throughput? {
    let keys = ["macs-per-cycle", "clock", "bandwidth"]
    guard let given = keys.first(where: { fields[$0] != nil }) else { return nil }
    if let missing = keys.first(where: { fields[$0] == nil }) {
      throw root.error("has '\(given)' and lacks '\(missing)'; give \(keys.joined(separator: ", ")), or none of them")
    }
    let macs = try root.required(keys[0], in: fields).integer(in: 1...1 << 40)
    func rate(
      _ key: String, _ parse: (String, String) throws(FormatError) -> Double
    ) throws(FormatError) -> Double {
      let node = try root.required(key, in: fields)
      let text = try node.string()
      let rate = try node.placing { () throws(FormatError) in try parse(text, node.origin) }
      guard rate >= 1, rate <= Accelerator.Throughput.largestRate else {
        throw node.error("is '\(text.prefix(40))'; 1 to 10^18 per second is accepted")
      }
      return rate
    }
    let clock = try rate("clock") { text, origin throws(FormatError) in try RateText.clock(text, origin: origin) }
    let bandwidth = try rate("bandwidth") { text, origin throws(FormatError) in
      try RateText.bandwidth(text, origin: origin)
    }
    return Accelerator.Throughput(macsPerCycle: macs, clock: clock, bandwidth: bandwidth)
  }
}
