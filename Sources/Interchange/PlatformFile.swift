public import EnergyModel
import Workloads

/// The YAML form of a platform.
public enum PlatformFile {
  /// The platform in a file.
  ///
  /// - Throws: ``FormatError`` naming file, line and key.
  public static func read(file: String) throws(FormatError) -> Platform {
    try platform(YAMLNode.read(file: file))
  }

  /// The platform in a text, of which errors say that it comes from `origin`.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Platform {
    try platform(YAMLNode.parse(text, origin: origin))
  }

  private static func platform(_ root: YAMLNode) throws(FormatError) -> Platform {
    let fields = try root.fields(["platform", "source", "unit", "mac", "bits", "levels"])
    var levels: [Platform.Level] = []
    for node in try root.required("levels", in: fields).elements() {
      let level = try node.fields(["name", "memories"])
      var memories: [Platform.Memory] = []
      for memory in try node.required("memories", in: level).elements() { memories.append(try self.memory(memory)) }
      levels.append(Platform.Level(name: try node.required("name", in: level).name(), memories: memories))
    }
    let name = try root.required("platform", in: fields).name()
    let unit = try root.required("unit", in: fields).name()
    let mac = try root.required("mac", in: fields).number()
    let widths = try root.required("bits", in: fields).wordWidths()
    let source = try fields["source"]?.string() ?? ""
    do {
      return try Platform(name: name, source: source, unit: unit, mac: mac, widths: widths, levels: levels)
    } catch {
      throw (fields["levels"] ?? root).error("\(error)")
    }
  }

  private static func memory(_ node: YAMLNode) throws(FormatError) -> Platform.Memory {
    let fields = try node.fields(["name", "tensors", "capacity", "instances", "read", "write", "macs-per-access"])
    var tensors = Set(Tensor.allCases)
    if let list = fields["tensors"] {
      tensors = []
      for element in try list.oneOrMore() {
        let name = try element.string()
        guard let tensor = Tensor(rawValue: name) else {
          throw element.error(unknown("tensor", name, known: Tensor.allCases.map(\.rawValue)))
        }
        tensors.insert(tensor)
      }
    }
    let capacity = try fields["capacity"].map { node throws(FormatError) in try node.capacity() }
    let counts = 1...Int(1 << 30)
    return Platform.Memory(
      name: try node.required("name", in: fields).name(), tensors: tensors, capacity: capacity,
      instances: try fields["instances"]?.integer(in: counts) ?? 1,
      read: try node.required("read", in: fields).number(), write: try node.required("write", in: fields).number(),
      macsPerAccess: try fields["macs-per-access"]?.integer(in: counts) ?? 1)
  }
}
