import EnergyModel
import Mappings
import Parallel
import Workloads

/// The engine of problems of which not all tensors share one room of the Buffer, each box there once.
///
/// A tensor that is loaded while it is used takes twice its box unless it never changes, and then it is whole in the Buffer
/// from the first loop to the last. So a search is made for each set of such tensors taken to be whole, the others taking
/// twice their boxes; tensors on the chip are whole in all of them. The best of these searches is the optimum.
struct LayoutEngine: SearchEngine {
  let problem: Problem
  /// The searches in which some tensor need not be whole.
  private let searches: [Optimizer]
  /// The nest that has all tensors whole, where they may be.
  private let hasWholeNest: Bool
  /// When a search at one capacity ends, or nil.
  private let limit: TimeLimit?
  /// What each order of keeps has at capacities at which all were searched, where neighbours are.
  private let owns = Guarded<[Bits: [Optimum]]>([:])

  init(_ problem: Problem, _ limit: TimeLimit?) {
    (self.problem, self.limit) = (problem, limit)
    let layout = problem.layout
    let twice = Tensor.allCases.filter { layout.doubleBuffered.contains($0) && !layout.onChip.contains($0) }
    let residents = (0..<1 << twice.count).map { bits in
      layout.onChip.union(twice.indices.filter { bits >> $0 & 1 == 1 }.map { twice[$0] })
    }
    searches = residents.filter { $0.count < Tensor.allCases.count }.map {
      Optimizer(problem, RoomRule(problem, resident: $0), limit: limit)
    }
    hasWholeNest = residents.contains { $0.count == Tensor.allCases.count }
  }

  /// In parts a larger box may cost no room: under `overlap` nests near those listed are looked at too.
  private var searchesNeighbours: Bool { !problem.layout.parts.isEmpty && problem.reuse == .overlap }

  /// Where neighbours are searched, other nests are known to be better on some layers.
  var isComplete: Bool { searches.allSatisfy(\.isComplete) && !searchesNeighbours }

  var exactCurves: Bits {
    if !problem.layout.parts.isEmpty { return Bits(0) }
    return searches.map { $0.engine?.exactCurves ?? Bits(.max) }.min() ?? Bits(.max)
  }

  func optimum(capacity: Bits, dataflow: Dataflow?, options: SearchOptions) -> Optimum? {
    guard searchesNeighbours else { return listed(capacity, dataflow, options) }
    // Whichever order of keeps has the best of those listed, the neighbours of another may be better.
    var loads = TensorLoads(problem)
    let own = (dataflow.map { [$0] } ?? problem.dataflows).compactMap { listed(capacity, $0, options) }.map {
      Optimum(problem.improved($0.evaluation, within: capacity, &loads, limit), $0.statistics)
    }
    if dataflow == nil { owns.withLock { $0[capacity] = own } }
    let statistics = own.reduce(into: SearchStatistics()) { $0.add($1.statistics) }
    return own.map(\.evaluation).min { problem.isBetter($0, than: $1) }.map { Optimum($0, statistics) }
  }

  /// A mapping for a curve at one capacity, of whichever order of keeps is the best listed or known, or one that steps lead to from
  /// there.
  private func sample(
    _ capacity: Bits, _ dataflow: Dataflow?, _ sampled: inout Sampled, _ options: SearchOptions
  ) -> Optimum? {
    // What fits goes on to fit.
    let known = sampled.last
    let found = best(capacity, dataflow, known) { search in
      search.engine.map { $0.sample(capacity: capacity, dataflow: dataflow, besides: known, options: options) }
        ?? search.optimum(capacity: capacity, dataflow: dataflow, options: options)
    }
    guard let found else { return nil }
    sampled.last = found.evaluation
    if !searchesNeighbours || found.mapping == known?.mapping && capacity < sampled.until { return found }
    let (improved, until) = problem.improved(
      found.evaluation, within: capacity, costingAtLeast: sampled.least, &sampled.loads, limit)
    (sampled.last, sampled.until) = (improved, until)
    return Optimum(improved, found.statistics)
  }

  /// What the capacities of a curve so far tell of the next.
  private struct Sampled {
    /// No mapping costs less at any capacity.
    let least: Int
    var loads: TensorLoads
    /// The mapping at the last of them, and a capacity below which no step leads on from it.
    var last: Evaluation?
    var until = Bits.zero

    init(_ problem: Problem) {
      least = OptimalityProof(problem, capacity: Bits(.max >> 8)).leastQuanta
      loads = TensorLoads(problem)
    }
  }

  /// The best of the mappings listed.
  private func listed(_ capacity: Bits, _ dataflow: Dataflow?, _ options: SearchOptions) -> Optimum? {
    best(capacity, dataflow, nil) { $0.optimum(capacity: capacity, dataflow: dataflow, options: options) }
  }

  /// The best that is known, that has all tensors whole or that is found by a search.
  private func best(
    _ capacity: Bits, _ dataflow: Dataflow?, _ known: Evaluation?, by find: (Optimizer) -> Optimum?
  ) -> Optimum? {
    var (statistics, best) = (SearchStatistics(), wholeNest(dataflow))
    if let whole = best, problem.held(by: whole) > capacity { best = nil }
    if let known, problem.isBetter(known, than: best) { best = known }
    for search in searches where search.room.held <= capacity.count {
      guard let found = find(search) else { continue }
      statistics.add(found.statistics)
      precondition(problem.held(by: found.evaluation) <= capacity, "a mapping found fits")
      if problem.isBetter(found.evaluation, than: best) { best = found.evaluation }
    }
    if !isComplete { statistics.isComplete = false }
    return best.map { Optimum($0, statistics) }
  }

  func attains(_ dataQuanta: Int, capacity: Bits, _ dataflow: Dataflow) -> Bool {
    if !searchesNeighbours {
      if let whole = wholeNest(dataflow), problem.held(by: whole) <= capacity, whole.energy.dataQuanta <= dataQuanta {
        return true
      }
      return searches.contains {
        $0.room.held <= capacity.count && $0.attains(dataQuanta, capacity: capacity, dataflow)
      }
    }
    let known = owns.withLock { $0[capacity] }
    let own =
      known.map { $0.first { $0.mapping.dataflow == dataflow } }
      ?? optimum(capacity: capacity, dataflow: dataflow, options: SearchOptions())
    return own.map { $0.energy.dataQuanta <= dataQuanta } ?? false
  }

  /// What the nest costs that has all tensors whole, if it is one that may be.
  private func wholeNest(_ dataflow: Dataflow?) -> Evaluation? {
    guard hasWholeNest, let order = dataflow ?? problem.dataflows.first,
      let mapping = try? Mapping(order.order.map { .keep($0) })
    else { return nil }
    return problem.refusedTile(of: mapping) == nil ? problem.evaluate(mapping) : nil
  }

  func curve(including capacities: [Bits], options: SearchOptions) -> ParetoCurve {
    problem.layout.parts.isEmpty
      ? best(of: searches.map { $0.curve(including: capacities, options: options) }, nil)
      : mergedCurve(including: capacities, options: options)
  }

  func curve(dataflow: Dataflow?, at capacities: [Bits]?, options: SearchOptions) -> ParetoCurve {
    if problem.layout.parts.isEmpty {
      return best(of: searches.map { $0.curve(dataflow: dataflow, at: capacities, options: options) }, dataflow)
    }
    var statistics = SearchStatistics()
    var found: [ParetoCurve.Candidate] = []
    var sampled = Sampled(problem)
    if capacities == nil { statistics.isComplete = false }
    for capacity in capacities.map({ Set($0).sorted() }) ?? sampledCapacities {
      let optimum =
        capacities == nil
        ? sample(capacity, dataflow, &sampled, options)
        : optimum(capacity: capacity, dataflow: dataflow, options: options)
      guard let optimum else { continue }
      statistics.add(optimum.statistics)
      found.append(problem.candidate(optimum.evaluation))
      // No capacity moves less.
      if optimum.energy.dataQuanta <= sampled.least { break }
    }
    return ParetoCurve(problem, bestOf: found, statistics)
  }

  /// The best of the searches' curves and of the nest that has all tensors whole.
  private func best(of curves: [ParetoCurve], _ dataflow: Dataflow?) -> ParetoCurve {
    var statistics = SearchStatistics()
    for curve in curves { statistics.add(curve.statistics) }
    let whole = wholeNest(dataflow).map { [problem.candidate($0)] } ?? []
    return ParetoCurve(problem, bestOf: curves.flatMap(\.candidates) + whole, statistics)
  }

  /// Eight sizes an octave of a Buffer in parts, from the least that holds anything to the one that holds everything.
  private var sampledCapacities: [Bits] {
    let (layer, widths) = (problem.layer, problem.widths)
    let whole = problem.layout.leastCapacity { layer.usedElements(of: $0) * widths.inBuffer($0) }
    let least = problem.leastCapacity
    var capacities = [least, whole]
    var octave = 1
    while octave < whole.count {
      capacities += (0..<8).map { Bits(octave + octave * $0 / 8) }.filter { $0 > least && $0 < whole }
      octave *= 2
    }
    return Set(capacities).sorted()
  }
}
