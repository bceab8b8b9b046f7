public import EnergyModel
import LowerBounds
import MappingSearch
public import Mappings
public import Workloads

/// What the energy complexity model says of a layer on a platform.
public struct LayerPrediction: Hashable, Sendable {
  /// The two-level model with a Buffer of some size.
  public struct AtCapacity: Hashable, Sendable {
    /// The Buffer's size.
    public let capacity: Bits
    /// What every schedule spends on moving data at least, at DRAM's prices.
    public let bound: Double
    /// The energy of moving data of the optimal mapping, or nil where none fits.
    public let optimum: Double?
  }

  /// All MACs, those on padding included.
  public let macs: Int
  /// d_λ · d_{λ-1} · m² · r² / σ²: output maps, input maps, inputs of a map, kernel positions, over outputs' distances.
  ///
  /// The shape of the simplest lower bound for a Buffer of constant size, theory §6.3.
  public let term: Double
  /// The words that the two reference dataflows move, a bias for each output map included, theory §5.
  public let outputMapWords: Int
  /// See ``outputMapWords``.
  public let inputMapWords: Int
  /// The two-level model at each capacity asked for.
  public let atCapacities: [AtCapacity]
  /// What every schedule spends on data in all levels at least, see `HierarchyBound`.
  public let hierarchyBound: Double
  /// The same with what optimal mappings for each boundary's capacity move, in place of bounds: no bound. None where no
  /// mapping fits, or where it was not asked for.
  public let hierarchyOptimum: Double?
  /// The energy of computing.
  public let compute: Double
}

extension LayerPrediction {
  /// Predicts a layer.
  ///
  /// - Parameters:
  ///   - layer: the layer.
  ///   - platform: memories, energies and word widths.
  ///   - capacities: the sizes of Buffers to consider with DRAM alone.
  ///   - levels: whether ``hierarchyOptimum`` is wanted.
  /// - Throws: `ProblemError` where the energies are beyond exact integers.
  public init(_ layer: Layer, on platform: Platform, capacities: [Bits], levels: Bool) throws(ProblemError) {
    let (model, widths) = (platform.energyModel, platform.widths)
    let hierarchy = HierarchyBound(platform)
    // Which mapping is optimal depends on the ratio of prices alone, and sums of small numbers are added up quicker. Under
    // sliding all of the mapspace is searched: measurements are compared with an optimum.
    let problem = try Problem(layer, widths: widths, energyModel: .comparing(model.ratio), reuse: .sliding)
    let (bounds, optimizer) = (LowerBounds(problem), Optimizer(problem))
    macs = layer.macs
    let inputs = Double(layer.vertical.inputSize * layer.horizontal.inputSize)
    let outputsPerInput = 1 / Double(layer.vertical.stride * layer.horizontal.stride)
    term =
      Double(layer[.n] * layer[.g] * layer[.k] * layer[.c]) * inputs * Double(layer[.r] * layer[.s]) * outputsPerInput
    let biases = layer[.g] * layer[.k] - layer.biases.count
    outputMapWords = ReferenceDataflow.outputMapByOutputMap.traffic(of: layer).total.count + biases
    inputMapWords = ReferenceDataflow.inputMapByInputMap.traffic(of: layer).total.count + biases
    compute = platform.mac * Double(layer.macs)

    var optima: [Bits: Optimum?] = [:]
    for capacity in Set(capacities + (levels ? hierarchy.boundaries.map(\.capacity) : [])) {
      optima[capacity] = optimizer.optimum(capacity: capacity)
    }
    let dram = platform.levels[0].memories[0]
    func energy(read: Bits, written: Bits) -> Double {
      dram.read * Double(read.count) + dram.write * Double(written.count)
    }
    atCapacities = capacities.map { capacity in
      let bound = bounds.best(capacity: capacity)
      let bits = optima[capacity].flatMap { $0 }?.traffic.bits(widths)
      return AtCapacity(
        capacity: capacity, bound: energy(read: bound.read, written: bound.written),
        optimum: bits.map { energy(read: $0.read, written: $0.written) })
    }
    hierarchyBound = hierarchy.least(bounds)
    let moved = hierarchy.boundaries.map { optima[$0.capacity].flatMap { $0 }?.traffic.bits(widths).total }
    hierarchyOptimum =
      !levels || moved.contains(nil) ? nil : hierarchy.energy(crossings: moved.compactMap { $0 }, macs: layer.macs)
  }
}
