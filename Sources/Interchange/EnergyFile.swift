public import EnergyModel
import Workloads

/// The YAML form of an energy model.
public enum EnergyFile {
  /// The energy model in a file.
  ///
  /// - Throws: ``FormatError`` naming file, line and key.
  public static func read(file: String) throws(FormatError) -> EnergyModel {
    try model(YAMLNode.read(file: file))
  }

  /// The energy model in a text, of which errors say that it comes from `origin`.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> EnergyModel {
    try model(YAMLNode.parse(text, origin: origin))
  }

  private static func model(_ root: YAMLNode) throws(FormatError) -> EnergyModel {
    let fields = try root.fields(["energy", "source", "unit", "mac", "read", "write", "bits"])
    let name = try root.required("energy", in: fields).name()
    let unit = try root.required("unit", in: fields).name()
    let mac = try root.required("mac", in: fields).number()
    let read = try root.required("read", in: fields).number()
    let write = try root.required("write", in: fields).number()
    let widths = try fields["bits"].map { bits throws(FormatError) in try bits.wordWidths() }
    do {
      return try EnergyModel(
        name: name, source: try fields["source"]?.string() ?? "", unit: unit, mac: mac, read: read, write: write,
        widths: widths)
    } catch let error as EnergyModelError {
      throw (fields[error.quantity] ?? root).error("\(error)")
    } catch let error as FormatError {
      throw error
    } catch {
      throw root.error("\(error)")
    }
  }
}
