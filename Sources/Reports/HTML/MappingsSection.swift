import Answers
import Foundation
import Interchange
import Parallel
import Workloads

/// Every record's loop nest and costs, by layer.
struct MappingsSection {
  struct LayerPart {
    let network: String?
    let title: String
    /// The layer's sizes, where they are not its title.
    let shape: String?
    let extent: String
    /// Its mappings in HTML.
    let mappings: String
  }

  let layers: [LayerPart]
  let omission: String?

  init(_ contents: ReportContents) throws {
    let drawn = contents.entries.prefix(contents.mappingCount)
    let numbersSettings = contents.settings.count > 1
    layers = try drawn.grouped { LayerIdentity($0.record) }.concurrentMap(
      threads: ProcessInfo.processInfo.activeProcessorCount
    ) { key, entries in
      let count = key.count == 1 ? "once in the network" : "\(NumberText.grouped(key.count)) times in the network"
      let sorted = entries.sorted {
        ($0.setting, $0.record.capacity ?? .zero, $0.number) < ($1.setting, $1.record.capacity ?? .zero, $1.number)
      }
      var mappings = ""
      for entry in sorted {
        if !mappings.isEmpty { mappings += "\n" }
        try MappingDetail(entry, setting: numbersSettings ? ReportContents.settingText(entry.setting) : nil)
          .write(to: &mappings)
      }
      return LayerPart(
        network: key.network, title: entries[0].record.layerTitle,
        shape: key.network == nil ? nil : ShapeText.text(key.layer),
        extent: NumberText.unbroken(
          "\(NumberText.grouped(key.layer.macs)) MACs" + (key.network == nil ? "" : ", \(count)")),
        mappings: mappings)
    }
    omission =
      contents.entries.count > drawn.count
      ? "Mappings are drawn for the first \(NumberText.grouped(drawn.count)) of "
        + "\(NumberText.grouped(contents.entries.count)) records." : nil
  }
}
