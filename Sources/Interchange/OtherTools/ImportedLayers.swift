import EnergyModel
import Workloads

/// Gathers the layers of another tool's file.
struct ImportedLayers {
  /// More layers in one file are refused.
  static let most = 100_000

  private var names = UniqueNames()
  private var entries: [Network.Entry] = []
  private var unresolved: [ImportedNetwork.Unresolved] = []
  private var widths: [WordWidths?] = []
  /// Layers that were read and have nothing to optimise.
  var skipped = 0
  var remarks: [String] = []

  /// The name for the next layer: the file's own, made printable and unique.
  mutating func name(_ name: some StringProtocol) -> String {
    let text = FormatError.oneLine(String(name))
    return names.unique(text.isEmpty ? "layer" : text)
  }

  mutating func append(_ layer: Layer, count: Int = 1, widths: WordWidths? = nil) {
    entries.append(Network.Entry(layer: layer, count: count))
    self.widths.append(widths)
  }

  mutating func append(unresolved name: String, _ reason: String) {
    unresolved.append(ImportedNetwork.Unresolved(name: name, reason: reason))
  }

  /// Says of so many layers with kernels that their padding is not known.
  mutating func remark(unpadded count: Int) {
    if count == 0 { return }
    remarks.append(
      "\(count) \(count == 1 ? "layer with a kernel gives" : "layers with kernels give") no padding: zeros around an "
        + "input, if there are any, count as inputs")
  }

  /// The network.
  ///
  /// - Parameters:
  ///   - name: its name in the file, or nil for the file's.
  ///   - tool: whose file it is.
  ///   - origin: the file.
  /// - Returns: what was read.
  /// - Throws: ``FormatError`` where there is no layer at all.
  func network(named name: String?, tool: String, origin: String) throws(FormatError) -> ImportedNetwork {
    if entries.isEmpty, unresolved.isEmpty {
      throw FormatError(
        origin: origin,
        message: skipped == 0
          ? "has no layers; at least one is expected"
          : "has no layers but \(skipped) of pooling and elementwise operations, which are not counted")
    }
    var remarks = remarks
    switch skipped {
    case 0: break
    case 1: remarks.append("1 pooling or elementwise layer moves data that is not counted")
    default: remarks.append("\(skipped) pooling and elementwise layers move data that is not counted")
    }
    let distinct = widths.uniqued()
    if distinct.count > 1 {
      remarks.append("the layers' word widths differ, so none are taken from the file; --bits gives one set for all")
    }
    let file = TextFile.shown(origin).split(separator: "/").last.map(String.init) ?? origin
    return try ImportedNetwork(
      network: WorkloadFile.network(
        name.map(FormatError.oneLine) ?? WorkloadFile.networkName(of: origin),
        source: FormatError.oneLine("\(file), a file of \(tool)"), entries, origin: origin),
      widths: distinct.count == 1 ? distinct[0] : nil, remarks: remarks, unresolved: unresolved)
  }
}
