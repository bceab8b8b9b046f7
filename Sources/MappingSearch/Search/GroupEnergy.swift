import EnergyModel
import Mappings
import Workloads

// Searches look at one group of channels; answers have all of them and the biases.

extension Problem {
  /// The energy of reading biases, in quanta.
  var biasQuanta: Int { energyModel.readQuanta * (layer.biases * widths.partialSums).count }

  /// The energy of moving data of all groups, biases included, of mappings that cost so much in one group without.
  func dataQuanta(ofGroup energy: Int) -> Int { layer[.g] * energy + biasQuanta }

  /// The energy of moving data in one group without biases, in quanta: the mean, rounded up, since where loops turn round
  /// groups need not cost the same.
  func energyOfGroup(_ evaluation: Evaluation) -> Int {
    (evaluation.energy.dataQuanta - biasQuanta + layer[.g] - 1) / layer[.g]
  }

  /// The most that a mapping may cost in one group without biases, if with all groups and biases it is to cost no more than
  /// so much.
  func mostEnergyOfGroup(_ dataQuanta: Int) -> Int { (dataQuanta - biasQuanta) / layer[.g] }

  /// The largest sum of which a mapping is counted anew to see whether it costs no more than so much.
  ///
  /// It may cost less than its sum says, see ``recounted(_:atMost:)``; a 64th is taken to be the most that matters. Where sizes
  /// of boxes are chosen, last blocks are often smaller than their neighbours, and a 16th is.
  func largestSum(recountedTo energy: Int) -> Int {
    energy + min(energy / (layout.rules == .none ? 64 : 16) + 1, .max - energy)
  }

  /// What a mapping that a search found costs, counted anew.
  ///
  /// A nest may cost less than its factors say, where a loop has a single block or it is not told at which end it stands,
  /// but never more.
  ///
  /// - Parameters:
  ///   - mapping: the mapping.
  ///   - energy: what the search counted in one group, in quanta.
  /// - Returns: the mapping with its costs.
  func recounted(_ mapping: Mapping, atMost energy: Int) -> Evaluation {
    let evaluation = evaluate(mapping)
    precondition(evaluation.energy.dataQuanta <= dataQuanta(ofGroup: energy))
    return evaluation
  }

  /// The energy of loading a word of a tensor, in quanta: a sum that is loaded was written before. What is on the chip is
  /// not loaded.
  func loadQuanta(_ tensor: Tensor) -> Int {
    if layout.onChip.contains(tensor) { return 0 }
    let (read, write) = (energyModel.readQuanta, energyModel.writeQuanta)
    return widths.inBuffer(tensor).count * (tensor == .outputs ? read + write : read)
  }

  /// What is left of a group's energy when every load of every tensor is priced: outputs are written at their own width once
  /// and as sums once less than they are loaded. It may be negative.
  var quantaBesideLoads: Int {
    if layout.onChip.contains(.outputs) { return 0 }
    return layer[.n] * layer[.k] * layer[.p] * layer[.q]
      * (energyModel.writeQuanta * widths.outputs.count - loadQuanta(.outputs))
  }
}
