import Answers
import Interchange
import Workloads

/// Every record's loop nest and costs, by layer.
struct MappingsSection {
  struct LayerPart {
    let network: String?
    let title: String
    /// The layer's sizes, where they are not its title.
    let shape: String?
    let extent: String
    let mappings: [MappingDetail]
  }

  let layers: [LayerPart]
  let omission: String?

  init(_ contents: ReportContents) throws {
    let drawn = contents.entries.prefix(contents.mappingCount)
    layers = try drawn.grouped { LayerIdentity($0.record) }.map { key, entries in
      let count = key.count == 1 ? "once in the network" : "\(NumberText.grouped(key.count)) times in the network"
      return LayerPart(
        network: key.network, title: entries[0].record.layerTitle,
        shape: key.network == nil ? nil : ShapeText.text(key.layer),
        extent: "\(NumberText.grouped(key.layer.macs)) MACs" + (key.network == nil ? "" : ", \(count)"),
        mappings: try entries.sorted {
          ($0.setting, $0.record.capacity ?? .zero, $0.number) < ($1.setting, $1.record.capacity ?? .zero, $1.number)
        }.map { try MappingDetail($0, setting: contents.settings.count > 1 ? contents.settingText($0.setting) : nil) })
    }
    omission =
      contents.entries.count > drawn.count
      ? "Mappings are drawn for the first \(NumberText.grouped(drawn.count)) of "
        + "\(NumberText.grouped(contents.entries.count)) records." : nil
  }
}
