// The optima of a layer at every power of two from 1 KiB to 1 MiB, as a table in CSV. One search answers all of them: its
// curve, exact under sliding reuse.
import EnergyModel
import Interchange
import MappingSearch
import Mappings
import Workloads

let network = try BuiltIn.network(nameOrFile: "alexnet")
let widths = WordWidths(.byte)
print("layer,capacity_bits,dataflow,occupancy_bits,traffic_bits_total,mapping")
for entry in network.entries where entry.layer.name == "conv2" {
  let curve = try Optimizer(Problem(entry.layer, widths: widths, reuse: .sliding)).curve()
  for capacity in (10...20).map({ Bits.bytes(1 << $0) }) {
    guard let index = curve.steps.index(capacity: capacity) else { continue }  // nothing fits
    let optimum = curve.optimum(at: index)
    let occupancy = optimum.occupancy.bits(widths).count
    let traffic = optimum.traffic.bits(widths).total.count
    let (dataflow, nest) = (optimum.mapping.dataflow, NestText.text(optimum.mapping))
    print("\(entry.layer.name),\(capacity.count),\(dataflow.rawValue),\(occupancy),\(traffic),\(nest)")
  }
}
