import EnergyModel
import Mappings
import Workloads

/// The energy of one unit of each term of a mapping, in quanta, for one group.
struct Prices: Sendable {
  /// Of reading one row and column of inputs once, for all images and input channels.
  var inputs: Int
  /// Of reading every weight once.
  var weights: Int
  /// Of spilling every output once and fetching it again.
  var spills: Int
  /// Of what every mapping moves once: every finished output, and tensors that are resident but not on the chip.
  var once: Int

  init(_ problem: Problem, _ room: RoomRule) {
    let (layer, widths, model) = (problem.layer, problem.widths, problem.energyModel)
    let outputs = layer[.n] * layer[.k] * layer[.p] * layer[.q]
    inputs = model.readQuanta * widths.inputs.count * layer[.n] * layer[.c]
    weights = model.readQuanta * widths.weights.count * layer.usedElements(of: .weights).count / layer[.g]
    spills = (model.readQuanta + model.writeQuanta) * widths.partialSums.count * outputs
    once = problem.layout.onChip.contains(.outputs) ? 0 : model.writeQuanta * widths.outputs.count * outputs
    if room.resident.contains(.inputs) {
      inputs = 0
      once += problem.loadQuanta(.inputs) * layer.usedElements(of: .inputs).count / layer[.g]
    }
    if room.resident.contains(.weights) {
      once += problem.layout.onChip.contains(.weights) ? 0 : weights
      weights = 0
    }
    if room.resident.contains(.outputs) { spills = 0 }
  }
}
