import EnergyModel
public import Workloads

/// The two dataflows of the energy complexity model's upper bounds, in closed form (theory §5).
///
/// Šíma, Vidnerová, Mrázek: Energy Complexity of Convolutional Neural Networks, Neural Computation 36(8), 2024.
public enum ReferenceDataflow: String, CaseIterable, Hashable, Sendable {
  /// The weights of one output map are held, the inputs streamed past them; every output is written once.
  case outputMapByOutputMap = "output-maps"
  /// One input map is held and read once; partial sums are spilled for each input map but the last.
  case inputMapByInputMap = "input-maps"

  /// What the dataflow moves: for each output map all inputs of its group, or for each input map all outputs.
  public func traffic(of layer: Layer) -> Traffic {
    let inputs = layer.usedElements(of: .inputs)
    let outputs = layer.usedElements(of: .outputs)
    let spills: Words
    let inputPasses: Int
    switch self {
    case .outputMapByOutputMap:
      (spills, inputPasses) = (.zero, layer[.k])
    case .inputMapByInputMap:
      (spills, inputPasses) = (Words((layer[.c] - 1) * outputs.count), 1)
    }
    return Traffic(
      inputsRead: Words(inputPasses * inputs.count), weightsRead: layer.usedElements(of: .weights),
      biasesRead: layer.biases, partialSumsRead: spills, partialSumsWritten: spills, outputsWritten: outputs)
  }

  /// Whether the dataflow's loop nest fits a capacity and moves what ``traffic(of:)`` says, or less, with sliding reuse; never
  /// where tensors are on the chip.
  public func isAttained(on problem: Problem, capacity: Bits) -> Bool {
    guard problem.layout.onChip.isEmpty, let nest = try? mapping() else { return false }
    let layer = problem.layer
    return problem.setting.held(by: nest, Occupancy(of: nest, on: layer), on: layer) <= capacity
      && Traffic(of: nest, on: layer, reuse: .sliding).total <= traffic(of: layer).total
  }

  /// A loop nest that moves just that with sliding reuse on layers with two output rows and two output maps a group,
  /// or more, and no dilation or padding.
  public func mapping() throws(MappingError) -> Mapping {
    switch self {
    case .outputMapByOutputMap:
      try Mapping([
        .loop(.g, tile: 1), .loop(.k, tile: 1), .keep(.weights), .loop(.n, tile: 1), .loop(.p, tile: 1),
        .keep(.inputs), .keep(.outputs),
      ])
    case .inputMapByInputMap:
      try Mapping([
        .loop(.g, tile: 1), .loop(.c, tile: 1), .keep(.inputs), .loop(.k, tile: 1), .keep(.weights), .keep(.outputs),
      ])
    }
  }
}
