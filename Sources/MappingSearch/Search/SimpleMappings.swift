import EnergyModel
import Mappings
import Workloads

/// Loop nests that move every used word once where their boxes fit, for layers whose mapspace takes long to list.
///
/// Each keeps one tensor whole, or two, and passes the rest by in pieces that never come again.
enum SimpleMappings {
  /// The nests in one order of keeps, from the outside in as ``Dataflow/order`` has the tensors.
  ///
  /// - Complexity: O(1).
  static func all(_ dataflow: Dataflow, on layer: Layer) -> [Mapping] {
    pieces(dataflow).compactMap { loops in
      var nodes: [Mapping.Node] = layer[.g] > 1 ? [.loop(.g, tile: 1)] : []
      for (tensor, dimensions) in zip(dataflow.order, loops) {
        nodes += dimensions.filter { layer[$0] > 1 }.map { .loop($0, tile: 1) }
        nodes.append(.keep(tensor))
      }
      return try? Mapping(nodes)
    }
  }

  /// The dimensions that are walked one by one before each keep, for every nest of an order.
  private static func pieces(_ dataflow: Dataflow) -> [[[Dimension]]] {
    switch dataflow {
    case .outputsInputsWeights: [[[], [], []], [[], [.c], []], [[], [.c], [.k]], [[.n], [.c], [.k]]]
    case .outputsWeightsInputs: [[[], [.c], []], [[], [.c, .k], []], [[.k], [], []]]
    case .weightsInputsOutputs: [[[], [.n], [.k, .p, .q]], [[], [.n, .p], [.k, .q]], [[], [.n, .q], [.k, .p]]]
    case .weightsOutputsInputs: [[[], [.n, .p], [.c]], [[], [.n, .q], [.c]]]
    case .inputsOutputsWeights: [[[], [.k], []], [[], [.k], [.c]], [[.n], [.k], []]]
    case .inputsWeightsOutputs: [[[], [.k], [.n, .p, .q]], [[], [], [.n, .k, .p, .q]]]
    }
  }
}

extension Optimizer {
  /// Lists of axis profiles are long from so many kernel rows, squared, times output rows on.
  private static let longListing: Double = 0x1p17

  /// Whether listing the mapspace takes a second or more.
  var isLongToList: Bool {
    [problem.layer.vertical, problem.layer.horizontal].contains { axis in
      let kernels = Double(axis.kernelSize)
      let length: Double = kernels * kernels * Double(axis.outputSize)
      return length >= Self.longListing && (axis.hasOverlap || axis.hasPaddedMACs)
    }
  }

  /// A simple mapping within a capacity that moves no more than any schedule must, the one of them that holds least, or
  /// nil where there is none.
  ///
  /// - Parameters:
  ///   - capacity: the Buffer's size.
  ///   - least: the least energy of moving data of any schedule, in quanta.
  ///   - dataflow: the only dataflow to consider, or nil for all.
  /// - Returns: the mapping with what it costs.
  func simpleOptimum(capacity: Bits, least: Int, dataflow: Dataflow?) -> Optimum? {
    let candidates = dataflows.filter { dataflow == nil || $0 == dataflow }.flatMap {
      SimpleMappings.all($0, on: problem.layer)
    }
    var statistics = SearchStatistics()
    (statistics.mappings, statistics.scored) = (candidates.count, candidates.count)
    var best: Optimum?
    for mapping in candidates {
      let found = problem.evaluate(mapping.keepingFirst(room.resident))
      let held = problem.held(by: found)
      let isBetter = best.map { held < problem.held(by: $0.evaluation) } ?? true
      if held <= capacity, isBetter, found.energy.dataQuanta <= least { best = Optimum(found, statistics) }
    }
    return best
  }
}
