import EnergyModel
import Foundation
import Interchange
import LowerBounds
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

/// Results of layers that are parts of others.
struct WholeRecordTests {
  private static let widths = WordWidths(
    inputs: .byte, weights: .byte, outputs: .byte, partialSums: BitWidth(24) ?? .byte)

  /// Two parts that read the same inputs, by themselves and as their whole.
  private static let entries = Result {
    try [(1, 0, 3), (0, 1, 2)].map { top, bottom, channels in
      Network.Entry(
        layer: try Layer(
          name: "up/\(top)", inputChannels: 3, input: Extent(height: 6, width: 5), outputChannels: channels,
          kernel: Extent(height: 2, width: 1), padding: Padding(top: top, bottom: bottom, left: 0, right: 0)),
        count: 4, partOf: "up", hasOwnInputs: false)
    }
  }

  private static func model() throws -> EnergyModel {
    try EnergyModel(name: "m", source: "", unit: "pJ", mac: 0.25, read: 2, write: 5)
  }

  private func record(
    _ entry: Network.Entry, capacity: Int, comparesDataflows: Bool = false
  ) throws -> ResultRecord {
    let model = try Self.model()
    let optimizer = try Optimizer(entry.layer, widths: Self.widths, energyModel: model)
    let optimum = try #require(optimizer.optimum(capacity: .bytes(capacity)))
    var record = ResultRecord(
      network: "net", entry: entry, capacity: .bytes(capacity), widths: Self.widths, reuse: .sliding, optimum,
      bounds: LowerBounds(entry.layer, widths: Self.widths))
    if comparesDataflows {
      try record.compare(
        DataflowCurves(optimizer), on: entry.layer, widths: Self.widths, capacity: .bytes(capacity), model)
    }
    return record
  }

  /// A part has no bound, and names its whole in all three forms; other records do not change.
  @Test func partsAreReadBack() throws {
    var entries = try Self.entries.get()
    entries[1] = Network.Entry(layer: entries[1].layer, count: 4, partOf: "up", hasOwnInputs: true)
    entries.append(Network.Entry(layer: try Layer.gemm(name: "fc", m: 3, n: 4, k: 5), count: 1))
    let records = try entries.map { try record($0, capacity: 64) }
    #expect(records.map(\.partOf) == ["up", "up", nil] && records.map(\.ownInputs) == [nil, true, nil])
    #expect(records.map { $0.lowerBound == nil } == [true, true, false])
    #expect(records.map { $0.gap == nil } == [true, true, false])
    #expect(try ResultReader.parse(ResultFile.json(records), origin: "r").records == records)
    let lines = try records.map { try ResultFile.jsonLine($0) }
    #expect(try ResultReader.parse(lines.joined(), origin: "r").records == records)
    let table = ResultFile.csv(records)
    #expect(table.hasPrefix("network,layer,part_of,own_inputs,shape,count,"))
    #expect(table.contains("net,up/1,up,,") && table.contains("net,up/0,up,true,") && table.contains("net,fc,,,"))
    #expect(try ResultReader.parse(table, origin: "r").records == records)
    #expect(!lines[2].contains("part_of") && !lines[2].contains("own_inputs"))
    #expect(ResultFile.csv([records[2]]).hasPrefix("network,layer,shape,count,"))
  }

  @Test func boundsOfPartsAreRefused() throws {
    var part = try record(try Self.entries.get()[0], capacity: 64)
    part.lowerBound = ResultRecord.Bound(sum: 1, compute: part.energy.compute)
    let message = refusal { _ = try ResultReader.parse(try ResultFile.jsonLine(part), origin: "r") }
    #expect(
      message
        == "r: record 1 (up/1): lower_bound: is of a part of 'up': parts read inputs in common, and have none of their own"
    )
    part.lowerBound = nil
    part.partOf = "a\u{1b}b"
    #expect(
      refusal { _ = try ResultReader.parse(try ResultFile.jsonLine(part), origin: "r") }
        == "r: record 1 (up/1): part_of: is empty or has control characters")
  }

  /// The whole costs what its parts do one after the other, until its 90 inputs fit beside the weights of a channel.
  @Test(arguments: [(20, false), (98, false), (99, true), (4096, true)])
  func wholes(capacity: Int, sharesInputs: Bool) throws {
    let entries = try Self.entries.get()
    let records = try entries.map { try record($0, capacity: capacity, comparesDataflows: true) }
    let whole = try #require(WholeRecord(records))
    #expect(whole.layer == "up" && whole.parts == ["up/1", "up/0"] && whole.count == 4 && whole.network == "net")
    #expect(whole.sharesInputs == sharesInputs && whole.capacityBits == 8 * capacity)
    let layers = entries.map(\.layer)
    let bound = LowerBounds(layers, widths: Self.widths).best(capacity: .bytes(capacity))
    let least = try #require(bound.energy(of: layers, try Self.model()))
    #expect(whole.lowerBound.data == least.data && whole.lowerBound.total == least.total)
    #expect(whole.lowerBound.family == bound.family.rawValue && whole.lowerBound.discount == bound.discount)
    #expect(whole.gap == ResultRecord.Gap(whole.energy, above: whole.lowerBound))
    let sum = records.reduce(0) { $0 + $1.energy.data }
    let moved = records.reduce(0) { $0 + $1.trafficBits.total }
    if sharesInputs {
      // 90 inputs, 30 weights and 150 outputs, once each.
      #expect(whole.trafficBits.total == 8 * (90 + 30 + 150) && whole.gap.data == 0)
      #expect(whole.energy.data == 8 * (2 * 120 + 5 * 150) && whole.energy.data < sum)
    } else {
      #expect(whole.trafficBits.total == moved && whole.energy.data == sum)
    }
    #expect(whole.energy.compute == records.reduce(0) { $0 + $1.energy.compute })
    #expect(whole.energy.total == whole.energy.compute + whole.energy.data)
    #expect(whole.dataflows?["os-iw"] == records.reduce(0) { $0 + ($1.dataflows?["os-iw"] ?? .nan) })
    #expect(WholeRecord.all(of: records) == [whole])

    let plain = try record(
      Network.Entry(layer: try Layer.gemm(name: "fc", m: 3, n: 4, k: 5), count: 2), capacity: capacity)
    let total = try #require(NetworkTotal(records + [plain]))
    #expect(total.layers == 6)
    #expect(total.energy.data == 4 * whole.energy.data + 2 * plain.energy.data)
    #expect(total.energy.total == total.energy.data + total.energy.compute)
    let plainBound = try #require(plain.lowerBound)
    #expect(total.lowerBound?.data == 4 * whole.lowerBound.data + 2 * plainBound.data)
    #expect(total.lowerBound?.total == 4 * whole.lowerBound.total + 2 * plainBound.total)
    // The sum of bounds that the parts would have by themselves would be no bound.
    let byThemselves = try layers.reduce(0) { sum, layer in
      let bound = LowerBounds(layer, widths: Self.widths).best(capacity: .bytes(capacity))
      return sum + (try #require(bound.energy(of: layer, try Self.model()))).data
    }
    if sharesInputs { #expect(byThemselves > whole.energy.data) }
  }

  @Test func onlyPartsOfOneLayerAreAWhole() throws {
    let records = try Self.entries.get().map { try record($0, capacity: 64) }
    func isWhole(_ change: (inout ResultRecord) -> Void) -> Bool {
      var changed = records
      change(&changed[1])
      return WholeRecord(changed) != nil
    }
    #expect(isWhole { _ in })
    #expect(!isWhole { $0.partOf = "on" })
    #expect(!isWhole { $0.partOf = nil })
    #expect(!isWhole { $0.network = nil })
    #expect(!isWhole { $0.capacityBits = 1 })
    #expect(!isWhole { $0.reuse = "none" })
    #expect(!isWhole { $0.shape = "p=0" })
    #expect(!isWhole { $0.trafficBits.total = .max })
    #expect(WholeRecord([]) == nil)
    // Where parts occur more often than others, so often only as all do.
    var uneven = records
    uneven[0].count = 7
    #expect(WholeRecord(uneven)?.count == 4)
  }
}
