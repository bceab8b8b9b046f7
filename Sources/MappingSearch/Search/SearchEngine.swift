import EnergyModel
import LowerBounds
import Mappings
import Parallel
import Workloads

/// A search of the problems of one kind over a mapspace of its own, beside the search of listed grids.
protocol SearchEngine: Sendable {
  /// Whether all of the mapspace is searched at one capacity.
  var isComplete: Bool { get }

  /// Curves have the optimum at every capacity up to this one.
  var exactCurves: Bits { get }

  /// The mapping of least energy at one capacity; of several one of least occupancy, and of those the first in a fixed
  /// order.
  ///
  /// An engine may stop at the first found that no schedule can beat in energy; another may then hold less.
  ///
  /// - Parameters:
  ///   - capacity: the Buffer's size, at least the problem's `leastCapacity`.
  ///   - dataflow: the only dataflow to consider, or nil for all.
  ///   - options: how to search; the mapping found does not depend on it.
  /// - Returns: the mapping with what it costs, or nil where none fits.
  func optimum(capacity: Bits, dataflow: Dataflow?, options: SearchOptions) -> Optimum?

  /// A mapping for a curve at one capacity, where ``optimum(capacity:dataflow:options:)`` may go on to look for a better one.
  ///
  /// - Parameters:
  ///   - capacity: the Buffer's size, at least the problem's `leastCapacity`.
  ///   - dataflow: the only dataflow to consider, or nil for all.
  ///   - known: a mapping of such a dataflow that fits, or nil.
  ///   - options: how to search.
  /// - Returns: the mapping, which may be the one known, or nil where none fits.
  func sample(capacity: Bits, dataflow: Dataflow?, besides known: Evaluation?, options: SearchOptions) -> Optimum?

  /// Whether a dataflow has a mapping at a capacity of which moving data costs no more than so much.
  func attains(_ dataQuanta: Int, capacity: Bits, _ dataflow: Dataflow) -> Bool

  /// What ``optimum(capacity:dataflow:options:)`` finds of one dataflow, where that costs no more than so much; elsewhere
  /// nothing or something else.
  func optimum(costing most: Int, capacity: Bits, _ dataflow: Dataflow) -> Evaluation?

  /// All mappings that no other beats in both occupancy and energy.
  ///
  /// - Parameters:
  ///   - dataflow: the only dataflow to consider, or nil for all.
  ///   - capacities: where the curve has to have the optima, or nil for as many as it has.
  ///   - options: how to search; the curve does not depend on it.
  /// - Returns: the curve.
  func curve(dataflow: Dataflow?, at capacities: [Bits]?, options: SearchOptions) -> ParetoCurve

  /// The curve of all dataflows as a whole, which has the optima at some capacities too.
  func curve(including capacities: [Bits], options: SearchOptions) -> ParetoCurve
}

/// An order of keeps and a capacity for which something was asked of an engine.
struct AskedAt: Hashable {
  let dataflow: Dataflow
  let capacity: Bits
}

extension SearchEngine {
  func sample(capacity: Bits, dataflow: Dataflow?, besides known: Evaluation?, options: SearchOptions) -> Optimum? {
    optimum(capacity: capacity, dataflow: dataflow, options: options)
  }

  func optimum(costing most: Int, capacity: Bits, _ dataflow: Dataflow) -> Evaluation? {
    optimum(capacity: capacity, dataflow: dataflow, options: SearchOptions())?.evaluation
  }

  func curve(including capacities: [Bits], options: SearchOptions) -> ParetoCurve {
    mergedCurve(including: capacities, options: options)
  }

  /// The curve as a whole, and that of the capacities at which it does not have the optima for certain.
  func mergedCurve(including capacities: [Bits], options: SearchOptions) -> ParetoCurve {
    let whole = curve(dataflow: nil, at: nil, options: options)
    let others = capacities.filter { $0 > exactCurves }
    return others.isEmpty ? whole : whole.merged(with: curve(dataflow: nil, at: others, options: options).candidates)
  }

  func attains(_ dataQuanta: Int, capacity: Bits, _ dataflow: Dataflow) -> Bool {
    optimum(capacity: capacity, dataflow: dataflow, options: SearchOptions())
      .map { $0.energy.dataQuanta <= dataQuanta } ?? false
  }
}

extension Problem {
  /// Whether a mapping costs less than another, or as much and holds less, or there is no other.
  func isBetter(_ evaluation: Evaluation, than other: Evaluation?) -> Bool {
    guard let other else { return true }
    return (evaluation.energy.dataQuanta, held(by: evaluation)) < (other.energy.dataQuanta, held(by: other))
  }

  /// The engine of a problem, or nil where the grids of the canonical mapspace are searched.
  ///
  /// - Parameters:
  ///   - room: what is taken for granted of how boxes lie in the Buffer, or nil for all that the problem's layout allows.
  ///   - limit: when its search at one capacity ends, or nil.
  /// - Returns: the engine.
  func engine(_ room: RoomRule?, _ limit: TimeLimit?) -> (any SearchEngine)? {
    let listing = listingEngine(room, limit)
    guard room == nil, layout != .shared, RefinedEngine.helps(layer), let listing else { return listing }
    return RefinedEngine(self, listing, limit)
  }

  /// The same without steps from what it finds.
  private func listingEngine(_ room: RoomRule?, _ limit: TimeLimit?) -> (any SearchEngine)? {
    if !layout.multiples.isEmpty { return MultiplesEngine(self, limit) }
    if let free = withoutIdleRules { return free.listingEngine(nil, limit) }
    guard let room = room ?? (layout == .shared ? .shared(self) : nil) else { return LayoutEngine(self, limit) }
    switch reuse {
    case .sliding, .none: return nil
    case .overlap:
      return OverlapSearch.accepts(layer) && layout.rules == .none
        ? OverlapSearch(self, room, limit) : WideEngine(self, room, limit)
    }
  }

  /// The same without choices of tiles that leave the layer every size, or nil where it has none such.
  private var withoutIdleRules: Problem? {
    var setting = setting
    setting.layout.rules = layout.rules.restricting(layer)
    return setting.layout.rules == layout.rules ? nil : try? Problem(layer, in: setting)
  }
}

/// What the lower bounds say of mappings found at one capacity.
struct OptimalityProof {
  private let problem: Problem
  private let bounds: LowerBounds
  /// No schedule within the capacity has less energy of moving data, in quanta, as far as the bounds tell.
  let leastQuanta: Int
  /// The occupancy for which it was last asked in vain: searches ask again and again while nothing better is found.
  private let refuted = Guarded<Bits?>(nil)

  init(_ problem: Problem, capacity: Bits) {
    self.problem = problem
    bounds = LowerBounds(problem)
    leastQuanta = Self.leastQuanta(problem, bounds.best(capacity: capacity))
  }

  /// Whether no schedule can be better than a mapping of some energy of moving data and occupancy.
  func holds(dataQuanta: Int, occupancy: Bits) -> Bool {
    if dataQuanta > leastQuanta { return false }
    if refuted.withLock({ $0 == occupancy }) { return false }
    // No schedule of any kind has less energy; does one with as little hold less?
    let less = occupancy - Bits(1)
    // What holds less in all need not fit smaller parts.
    if less < problem.leastCapacity
      || Self.leastQuanta(problem, bounds.best(capacity: less, isDivided: false)) > leastQuanta
    {
      return true
    }
    refuted.withLock { $0 = occupancy }
    return false
  }

  private static func leastQuanta(_ problem: Problem, _ bound: LowerBound) -> Int {
    bound.energy(of: [problem])?.dataQuanta ?? 0
  }
}
