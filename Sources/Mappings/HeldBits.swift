public import EnergyModel
public import Workloads

// What mappings take of a Buffer, however tensors lie in it.

extension Mapping {
  /// Whether a tensor has more than one box on a layer: some loop outside its keep walks a dimension that it depends on in
  /// more than one block.
  public func changes(_ tensor: Tensor, on layer: Layer) -> Bool {
    var ranges = Dimension.allCases.map { layer[$0] }
    for loop in loops(outside: tensor) {
      let range = ranges[loop.dimension.index]
      let block = loop.cut.largestBlock(of: range)
      if block < range, tensor.isRelevant(loop.dimension) { return true }
      ranges[loop.dimension.index] = block
    }
    return false
  }
}

extension Problem.Setting {
  /// The bits that a tensor takes of the Buffer under a mapping on a layer: its largest box, or twice that where the next box
  /// is loaded meanwhile.
  func held(_ tensor: Tensor, by mapping: Mapping, _ occupancy: Occupancy, on layer: Layer) -> Bits {
    let box = occupancy[tensor] * widths.inBuffer(tensor)
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
  /// The first part of a Buffer of some size, with its share, that a mapping on a layer does not fit, and what it needs of it.
  public func overfullPart(
    in capacity: Bits, by evaluation: Evaluation, on layer: Layer
  ) -> (part: BufferLayout.Part, held: Bits)? {
    for part in layout.parts {
      let needed = part.tensors.reduce(.zero) {
        $0 + held($1, by: evaluation.mapping, evaluation.occupancy, on: layer)
      }
      let share = layout.share(of: part, in: capacity)
      if needed > share { return (BufferLayout.Part(part.tensors, capacity: share), needed) }
    }
    return nil
  }
}

extension Problem {
  /// How tensors lie in the Buffer.
  public var layout: BufferLayout { setting.layout }

  /// The least capacity of a Buffer of this layout that holds a mapping.
  public func held(by evaluation: Evaluation) -> Bits { setting.held(by: evaluation, on: layer) }

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
