import EnergyModel
import Interchange
import LowerBounds
import Mappings
import Testing
import Workloads

/// A record of a small layer whose figures tests may replace.
func record(
  network: String? = "net", layer name: String = "conv", count: Int = 1, capacityBits: Int, data: Double? = nil,
  bound: Double? = nil, dataflow: String? = nil, dataflows: [String: Double]? = nil
) throws -> ResultRecord {
  let layer = try Layer(
    name: name, inputChannels: 3, input: Extent(8), outputChannels: 4, kernel: Extent(3), padding: Padding(1))
  let mapping = try Mapping([
    .loop(.k, tile: 2), .keep(.outputs), .loop(.c, tile: 1), .keep(.inputs), .loop(.k, tile: 1), .loop(.r, tile: 1),
    .loop(.s, tile: 1), .keep(.weights),
  ])
  let traffic = Traffic(of: mapping, on: layer, reuse: .sliding)
  let (widths, model) = (WordWidths(.byte), EnergyModel.bitsMoved)
  let bits = traffic.bits(widths)
  let energy = try #require(model.energy(macs: layer.macs, read: bits.read, written: bits.written))
  var record = ResultRecord(
    network: network, entry: Network.Entry(layer: layer, count: count), capacity: Bits(capacityBits), widths: widths,
    reuse: .sliding, mapping: mapping, occupancy: Occupancy(of: mapping, on: layer), traffic: traffic, energy: energy)
  let best = LowerBounds(layer, widths: widths).best(capacity: Bits(capacityBits))
  let least = try #require(best.energy(of: layer, model))
  record.lowerBound = ResultRecord.Bound(sum: least.data, compute: least.compute)
  if let data {
    record.energy.data = data
    record.energy.total = data
  }
  if let bound {
    record.lowerBound?.data = bound
    record.lowerBound?.total = bound
  }
  if let lowerBound = record.lowerBound { record.gap = ResultRecord.Gap(record.energy, above: lowerBound) }
  if let dataflow { record.dataflow = dataflow }
  record.dataflows = dataflows
  return record
}
