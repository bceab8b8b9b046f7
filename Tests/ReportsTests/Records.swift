import Answers
import EnergyModel
import LowerBounds
import Mappings
import Testing
import Workloads

/// An answer for a small layer, whose energies and bound tests may replace.
func answer(
  network: String? = "net", layer name: String = "conv", count: Int = 1, capacityBits: Int, data: Double? = nil,
  bound: Double? = nil, dataflow: Dataflow = .outputsInputsWeights, dataflows: [Dataflow: Double]? = nil,
  in setting: Problem.Setting = Problem.Setting(widths: WordWidths(.byte), reuse: .sliding)
) throws -> Answer {
  let layer = try Layer(
    name: name, inputChannels: 3, input: Extent(8), outputChannels: 4, kernel: Extent(3), padding: Padding(1))
  let loops: [[Mapping.Node]] = [
    [.loop(.k, tile: 2)], [.loop(.c, tile: 1)], [.loop(.k, tile: 1), .loop(.r, tile: 1), .loop(.s, tile: 1)],
  ]
  let problem = try Problem(layer, in: setting)
  let mapping = try Mapping(zip(loops, dataflow.order).flatMap { $0 + [.keep($1)] })
  var answer = Answer(
    network: network, entry: Network.Entry(layer: layer, count: count), setting: setting,
    capacity: Bits(capacityBits), problem.evaluate(mapping))
  let best = LowerBounds(problem).best(capacity: Bits(capacityBits))
  answer.bound = EnergyBound(best, Energies(try #require(best.energy(of: [problem]))))
  if let data { answer.energy = Energies(setting.energyModel, compute: 0, data: data) }
  if let bound { answer.bound = EnergyBound(sum: bound, compute: 0) }
  answer.dataflows = dataflows
  return answer
}
