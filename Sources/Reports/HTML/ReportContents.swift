import Answers
import EnergyModel
import Interchange
import Mappings
import Workloads

/// The records of a report's files, numbered, with the settings that occur among them.
struct ReportContents {
  /// A record, which is held once however often it is sorted and grouped.
  final class Entry: Sendable {
    /// The record's place among all, from 1: elements of the page are named by it.
    let number: Int
    let file: Int
    let record: Answer
    /// The index of its setting.
    let setting: Int

    init(number: Int, file: Int, record: Answer, setting: Int) {
      (self.number, self.file, self.record, self.setting) = (number, file, record, setting)
    }
  }

  let documents: [ResultDocument]
  let entries: [Entry]
  /// Of so many entries, the first ones, mappings are drawn.
  let mappingCount: Int
  /// In the order in which they occur.
  let studies: [Study]
  /// Their settings.
  var settings: [Problem.Setting] { studies.map(\.setting) }

  init(_ documents: [ResultDocument], mappingCount: Int) {
    var entries: [Entry] = []
    var studies: [Study] = []
    var indices: [Study: Int] = [:]
    for (file, document) in documents.enumerated() {
      for record in document.answers {
        let study = Study(record)
        if indices[study] == nil {
          indices[study] = studies.count
          studies.append(study)
        }
        entries.append(
          Entry(number: entries.count + 1, file: file, record: record, setting: indices[study, default: 0]))
      }
    }
    self.documents = documents
    self.mappingCount = mappingCount
    self.entries = entries
    self.studies = studies
  }

  /// The networks in a few words.
  var subject: String { Self.subject(entries.map(\.record.network)) }

  /// Those of some records in a few words.
  static func subject(_ networks: [String?]) -> String {
    let networks = networks.map { $0 ?? "layers by shape" }.uniqued()
    return networks.prefix(4).joined(separator: ", ") + (networks.count > 4 ? " and \(networks.count - 4) more" : "")
  }

  /// How much there is.
  var extent: String { Self.extent(entries.count, files: documents.count) }

  /// How much so many records are.
  static func extent(_ count: Int, files: Int) -> String {
    Self.count(count, "record") + " from " + Self.count(files, "result file")
  }

  /// The unit of energies in a table that spans settings, where they all have the same.
  var commonUnit: String? {
    let units = settings.map(\.energyModel.unit).uniqued()
    return units.count == 1 ? units.first : nil
  }

  /// A heading with the unit of energies, where that is the same for all.
  func energyTitle(_ title: String) -> String { commonUnit.map { "\(title) [\($0)]" } ?? title }

  /// The setting in words.
  static func settingText(_ index: Int) -> String { "setting \(index + 1)" }

  /// So many of something.
  static func count(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(NumberText.grouped(count)) \(count.form(of: noun, plural))"
  }
}

extension Answer {
  /// What the layer is called on the page: a layer without a network is known by its shape.
  var layerTitle: String { network == nil ? ShapeText.text(layer) : name }

  /// The capacity in words.
  var capacityTitle: String { capacity.map(CapacityText.text) ?? "no capacity" }
}

/// What a layer is, whatever is asked of it.
struct LayerIdentity: Hashable {
  let network: String?
  let layer: Layer
  let count: Int

  init(_ record: Answer) {
    network = record.network
    layer = record.layer
    count = record.count
  }
}
