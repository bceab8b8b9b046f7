public import EnergyModel
import LowerBounds
public import Mappings
import Scoring
public import Workloads

/// Finds the mapping of least energy for a layer, exactly, over the canonical mapspace of theory §4.
///
/// Nests outside that mapspace may cost less; theory §4 says which are known to.
/// The mapspace is listed once, when it is first needed; ``optimum(capacity:dataflow:options:)`` then answers for any
/// capacity.
public struct Optimizer: Sendable {
  /// The layer to map.
  public let layer: Layer
  /// Bits of a word of each kind.
  public let widths: WordWidths
  /// What a MAC and a moved bit cost.
  public let energyModel: EnergyModel
  /// Whether overlaps of successive input boxes stay in the Buffer.
  public let reuse: ReusePolicy
  /// The dataflows searched, in the order of `Dataflow.allCases`.
  public let dataflows: [Dataflow]
  /// The grids of mappings of each dataflow.
  var orders: [DataflowGrids] { listed.value }
  /// The same, listed once they are needed.
  let listed: Lazily<[DataflowGrids]>
  /// A known mapping that no search may lose, in tests.
  private let debugSolution: DebugSolution?

  /// Whether every block size of rows and columns is searched.
  ///
  /// On very long axes with sliding windows or padding only some are: one for each number of blocks at most. With a kernel
  /// of 3 that begins at some 3 000 rows, or 300 where the dilation does not divide the stride. The result is then the best
  /// of those.
  public var isComplete: Bool { orders.allSatisfy(\.isComplete) }

  /// Prepares the search; nothing is listed before it is needed.
  ///
  /// - Parameters:
  ///   - layer: the layer to map.
  ///   - widths: bits of a word of each kind.
  ///   - energyModel: what a MAC and a moved bit cost.
  ///   - reuse: whether overlaps of successive input boxes stay in the Buffer.
  ///   - dataflows: the dataflows to search.
  /// - Throws: ``OptimizerError/inexact(layer:)`` when the energies of this layer could leave the range of exact integers.
  public init(
    _ layer: Layer, widths: WordWidths, energyModel: EnergyModel = .bitsMoved, reuse: ReusePolicy = .sliding,
    dataflows: Set<Dataflow> = Set(Dataflow.allCases)
  ) throws(OptimizerError) {
    try self.init(
      layer, widths: widths, energyModel: energyModel, reuse: reuse, dataflows: dataflows, arithmetic: nil)
  }

  /// The same with an arithmetic that is exact for the layer, or nil to choose the quicker one that is, and for tests with
  /// a known mapping that no search may lose.
  init(
    _ layer: Layer, widths: WordWidths, energyModel: EnergyModel = .bitsMoved, reuse: ReusePolicy = .sliding,
    dataflows: Set<Dataflow> = Set(Dataflow.allCases), arithmetic: Scorer.Arithmetic?,
    debugSolution: DebugSolution? = nil
  ) throws(OptimizerError) {
    guard energyModel.isExact(for: layer, widths: widths) else { throw .inexact(layer: layer.name) }
    self.layer = layer
    self.widths = widths
    self.energyModel = energyModel
    self.reuse = reuse
    self.debugSolution = debugSolution
    self.dataflows = Dataflow.allCases.filter(dataflows.contains)
    let mapspaces = self.dataflows.map(Mapspace.init)
    listed = Lazily {
      let vertical = AxisProfiles.all(layer.vertical, in: mapspaces)
      let horizontal =
        layer.vertical == layer.horizontal ? vertical : AxisProfiles.all(layer.horizontal, in: mapspaces)
      return mapspaces.indices.map { index in
        DataflowGrids(
          layer, widths, energyModel, reuse, mapspaces[index], vertical: vertical[index],
          horizontal: horizontal[index], arithmetic: arithmetic)
      }
    }
  }

  /// The least capacity at which some mapping of the searched dataflows fits.
  ///
  /// Every dataflow has the mapping whose boxes are single words.
  public var leastCapacity: Bits { Self.leastCapacity(of: layer, widths: widths) }

  /// The least capacity at which some MACs of a layer can run.
  public static func leastCapacity(of layer: Layer, widths: WordWidths) -> Bits {
    func one(_ tensor: Tensor) -> Words { Words(min(1, layer.usedElements(of: tensor).count)) }
    return Occupancy(inputs: one(.inputs), weights: one(.weights), outputs: one(.outputs)).bits(widths)
  }

  /// The feasible mapping of least energy in the mapspace at a capacity, or nil when none fits.
  ///
  /// Of several with the same energy it is one of least occupancy, and among those the first in a fixed order. Where the
  /// mapspace would take a second or more to be listed and a simple mapping moves no more than any schedule must, it is
  /// that one at once, and another with as little energy may hold less.
  ///
  /// - Parameters:
  ///   - capacity: the Buffer's size.
  ///   - dataflow: the only dataflow to consider, one of ``dataflows``, or nil for all.
  ///   - options: how to search; the mapping found does not depend on it.
  /// - Returns: the mapping with what it costs.
  public func optimum(
    capacity: Bits, dataflow: Dataflow? = nil, options: SearchOptions = SearchOptions()
  ) -> Optimum? {
    guard capacity >= leastCapacity else { return nil }
    let found: (pool: Incumbent, statistics: SearchStatistics)
    if options.prunes {
      let bounds = LowerBounds(layer, widths: widths)
      let least = leastQuanta(bounds, capacity)
      if isLongToList, let simple = simpleOptimum(capacity: capacity, least: least, dataflow: dataflow) {
        return simple
      }
      found = search(dataflow, Incumbent(capacity: capacity.count), options) { incumbent in
        guard let best = incumbent.best, dataQuanta(best) <= least else { return false }
        // No schedule of any kind has less energy; does one with as little hold less?
        let less = Bits(best.occupancy) - Bits(1)
        return less < leastCapacity || leastQuanta(bounds, less) > least
      }
    } else {
      found = search(dataflow, Incumbent(capacity: capacity.count), options)
    }
    guard let best = found.pool.best else { return nil }
    return optimum(best, found.statistics)
  }

  /// Searches the grids of one dataflow or of all for a pool.
  ///
  /// - Parameters:
  ///   - dataflow: the only dataflow to consider, or nil for all.
  ///   - pool: what is looked for.
  ///   - options: how to search.
  ///   - isProven: whether nothing can be better than what the pool holds.
  /// - Returns: the pool with the best mappings, and what was looked at.
  func search<Pool: SolutionPool>(
    _ dataflow: Dataflow?, _ pool: Pool, _ options: SearchOptions, until isProven: (Pool) -> Bool = { _ in false }
  ) -> (pool: Pool, statistics: SearchStatistics) {
    func run(_ observer: some SearchObserver) -> (Pool, SearchStatistics) {
      var run = SearchRun(orders, of: dataflow, pool, options, observer)
      run.search(until: isProven)
      var statistics = run.statistics
      statistics.isComplete = isComplete
      return (run.pool, statistics)
    }
    guard let debugSolution else { return run(NoObserver()) }
    return run(debugSolution.observer(layer, orders))
  }

  /// No schedule within a capacity has less energy of moving data, as far as the bounds tell.
  private func leastQuanta(_ bounds: LowerBounds, _ capacity: Bits) -> Int {
    bounds.best(capacity: capacity).energy(of: layer, energyModel)?.dataQuanta ?? 0
  }

  /// The energy of moving data of all groups, biases included.
  func dataQuanta(_ mapping: ScoredMapping) -> Int {
    layer[.g] * mapping.energy + energyModel.readQuanta * (layer.biases * widths.partialSums).count
  }

  /// A mapping with what it costs.
  func optimum(_ found: ScoredMapping, _ statistics: SearchStatistics) -> Optimum {
    let (mapping, traffic, energy) = evaluated(found)
    return Optimum(
      mapping: mapping, occupancy: Occupancy(of: mapping, on: layer), traffic: traffic, energy: energy,
      statistics: statistics)
  }

  /// A mapping with what it moves and costs.
  func evaluated(_ found: ScoredMapping) -> (mapping: Mapping, traffic: Traffic, energy: Energy) {
    let mapping = orders[Int(found.place.order)].candidate(found).mapping(of: layer)
    let traffic = Traffic(of: mapping, on: layer, reuse: reuse)
    let bits = traffic.bits(widths)
    guard let energy = energyModel.energy(macs: layer.macs, read: bits.read, written: bits.written) else {
      preconditionFailure("the energies of the layer were checked when the search was prepared")
    }
    // A nest may move less than its factors say, where a loop has a single block, but never more.
    precondition(energy.dataQuanta <= dataQuanta(found))
    return (mapping, traffic, energy)
  }
}

/// A mapping of least energy with what it costs.
public struct Optimum: Hashable, Sendable {
  /// The loop nest.
  public let mapping: Mapping
  /// The largest box of each tensor.
  public let occupancy: Occupancy
  /// What the mapping moves.
  public let traffic: Traffic
  /// What it costs under the search's energy model.
  public let energy: Energy
  /// What the search looked at.
  public let statistics: SearchStatistics
}

/// Why a layer cannot be searched.
public enum OptimizerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Energies could leave the range in which integers are exact.
  case inexact(layer: String)

  /// What is wrong and what would be accepted, in one line.
  public var description: String {
    switch self {
    case .inexact(let layer):
      "\(layer): energies could exceed 2^63 quanta and would not be exact; use a smaller layer or smaller energies"
    }
  }
}
