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
    let fields = try root.fields(["energy", "source", "unit", "mac", "read", "write", "bits", "buffer"])
    let name = try root.required("energy", in: fields).name()
    let unit = try root.required("unit", in: fields).name()
    let mac = try root.required("mac", in: fields).number()
    let read = try root.required("read", in: fields).number()
    let write = try root.required("write", in: fields).number()
    let widths = try fields["bits"].map { bits throws(FormatError) in try bits.wordWidths() }
    let buffer = try fields["buffer"].map { node throws(FormatError) in try self.buffer(node) }
    let source = try fields["source"]?.string() ?? ""
    do {
      return try EnergyModel(
        name: name, source: source, unit: unit, mac: mac, read: read, write: write, widths: widths, buffer: buffer)
    } catch {
      throw (fields[error.quantity] ?? root).error("\(error)")
    }
  }

  /// What accesses of the Buffer cost.
  private static func buffer(_ node: YAMLNode) throws(FormatError) -> BufferEnergy {
    let fields = try node.fields(["reads-per-mac", "writes-per-mac", "writes-per-fill", "reads-per-drain", "table"])
    let reads = try accesses(node.required("reads-per-mac", in: fields))
    let writes = try accesses(node.required("writes-per-mac", in: fields))
    let fills = try fields["writes-per-fill"]?.number() ?? 1
    let drains = try fields["reads-per-drain"]?.number() ?? 1
    var table: [BufferEnergy.Row] = []
    for row in try node.required("table", in: fields).elements() {
      let keys = try row.fields(["capacity", "read", "write"])
      table.append(
        BufferEnergy.Row(
          capacity: try row.required("capacity", in: keys).capacity(),
          read: try row.required("read", in: keys).number(), write: try row.required("write", in: keys).number()))
    }
    do {
      return try BufferEnergy(
        table: table, readsPerMAC: reads, writesPerMAC: writes, writesPerFill: fills, readsPerDrain: drains)
    } catch {
      throw (fields[error.key] ?? node).error("\(error)")
    }
  }

  /// Words of each kind that are accessed for a MAC; none of those that are left out.
  private static func accesses(_ node: YAMLNode) throws(FormatError) -> BufferEnergy.Accesses {
    let fields = try node.fields(["inputs", "weights", "partial-sums"])
    return BufferEnergy.Accesses(
      inputs: try fields["inputs"]?.number() ?? 0, weights: try fields["weights"]?.number() ?? 0,
      partialSums: try fields["partial-sums"]?.number() ?? 0)
  }
}
