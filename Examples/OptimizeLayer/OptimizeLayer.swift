// The least energy found for a layer at one capacity, the loop nest that attains it, and a lower bound for every schedule.
import EnergyModel
import LowerBounds
import MappingSearch
import Mappings
import Workloads

let layer = try Layer(
  name: "conv3_1", inputChannels: 128, input: Extent(56), outputChannels: 256, kernel: Extent(3), padding: Padding(1))
let problem = try Problem(layer, widths: WordWidths(.byte))
let capacity = Bits.bytes(64 << 10)
if let optimum = Optimizer(problem).optimum(capacity: capacity) {
  let bound = LowerBounds(problem).best(capacity: capacity)
  print("\(optimum.traffic.bits(problem.widths).total.count) bits moved, at least \(bound.total.count) by any schedule")
  for line in NestDrawing(optimum.mapping, on: layer).text { print(line) }
}
