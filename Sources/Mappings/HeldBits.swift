public import EnergyModel
public import Workloads

// What mappings take of a Buffer, however tensors lie in it.

extension Mapping {
  /// Whether a tensor has more than one box on a layer: some loop outside its keep walks a dimension that it depends on in
  /// more than one block.
  public func changes(_ tensor: Tensor, on layer: Layer) -> Bool {
    let box = BoxExtents(of: tensor, under: self, on: layer)
    return Dimension.allCases.contains { tensor.isRelevant($0) && box.indices(of: $0) < layer[$0] }
  }
}

extension Problem.Setting {
  /// The bits that a tensor takes of the Buffer under a mapping on a layer: its largest box, or twice that where the next box
  /// is loaded meanwhile.
  func held(_ tensor: Tensor, by mapping: Mapping, _ occupancy: Occupancy, on layer: Layer) -> Bits {
    held(tensor, by: mapping, words: occupancy[tensor], on: layer)
  }

  /// The same of a tensor of which the words of the largest box are known.
  fileprivate func held(_ tensor: Tensor, by mapping: Mapping, words: Words, on layer: Layer) -> Bits {
    let box = words * widths.inBuffer(tensor)
    let isTwice =
      layout.doubleBuffered.contains(tensor) && !layout.onChip.contains(tensor) && mapping.changes(tensor, on: layer)
    return isTwice ? box + box : box
  }

  /// The least capacity of a Buffer of this layout that holds a mapping on a layer.
  public func held(by evaluation: Evaluation, on layer: Layer) -> Bits {
    held(by: evaluation.mapping, evaluation.occupancy, on: layer)
  }

  func held(by mapping: Mapping, _ occupancy: Occupancy, on layer: Layer) -> Bits {
    layout.leastCapacity { held($0, by: mapping, occupancy, on: layer) }
  }
}

extension Problem.Setting {
  /// The parts of a Buffer of some size, with their shares, that a mapping on a layer does not fit, and what it needs of them.
  public func overfullParts(
    in capacity: Bits, by evaluation: Evaluation, on layer: Layer
  ) -> [(part: BufferLayout.Part, held: Bits)] {
    layout.overfullParts(in: capacity) { held($0, by: evaluation.mapping, evaluation.occupancy, on: layer) }
  }
}

extension Problem {
  /// How tensors lie in the Buffer.
  public var layout: BufferLayout { setting.layout }

  /// The least capacity of a Buffer of this layout that holds a mapping.
  public func held(by evaluation: Evaluation) -> Bits { setting.held(by: evaluation, on: layer) }

  /// The same of a mapping that is not evaluated.
  package func held(by mapping: Mapping) -> Bits {
    setting.held(by: mapping, Occupancy(of: mapping, on: layer), on: layer)
  }

  /// The bits that a tensor takes of the Buffer under a mapping.
  package func held(_ tensor: Tensor, by mapping: Mapping) -> Bits {
    setting.held(tensor, by: mapping, words: Occupancy.words(of: tensor, by: mapping, on: layer), on: layer)
  }

  /// The first tensor on the chip that a mapping does not keep there whole, if there is one.
  public func movedFromChip(by mapping: Mapping) -> Tensor? {
    Tensor.allCases.first { layout.onChip.contains($0) && mapping.changes($0, on: layer) }
  }

  /// What a mapping moves of tensors that are not on the chip.
  func offChip(_ traffic: Traffic) -> Traffic {
    var traffic = traffic
    if layout.onChip.contains(.inputs) { traffic.inputsRead = .zero }
    if layout.onChip.contains(.weights) { traffic.weightsRead = .zero }
    if layout.onChip.contains(.outputs) {
      (traffic.partialSumsRead, traffic.partialSumsWritten, traffic.outputsWritten) = (.zero, .zero, .zero)
    }
    return traffic
  }
}
