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
  /// Of writing every finished output.
  var finished: Int

  init(_ problem: Problem) {
    let (layer, widths, model) = (problem.layer, problem.widths, problem.energyModel)
    let outputs = layer[.n] * layer[.k] * layer[.p] * layer[.q]
    inputs = model.readQuanta * widths.inputs.count * layer[.n] * layer[.c]
    weights = model.readQuanta * widths.weights.count * layer.usedElements(of: .weights).count / layer[.g]
    spills = (model.readQuanta + model.writeQuanta) * widths.partialSums.count * outputs
    finished = model.writeQuanta * widths.outputs.count * outputs
  }
}
