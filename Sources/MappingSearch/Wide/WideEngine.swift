import EnergyModel
import LowerBounds
import Mappings
import Parallel
import Workloads

/// The engine of problems under the rule `overlap` whose input boxes overlap.
///
/// Optima under the rule `sliding` are mappings under this one too, which cost no more; the search begins with them.
struct WideEngine: SearchEngine {
  let problem: Problem
  private let room: RoomRule
  /// The search of the same layer under the rule `sliding`; none where sizes of boxes are chosen, of which it knows nothing.
  private let sliding: Optimizer?
  /// The same without loops over phases, which is faster, where those are tried.
  private let slidingWithoutPhases: Optimizer?
  /// The search with boxes of any size, where sizes are chosen.
  private let unruled: (any SearchEngine)?
  /// The searches so far, by whether all block sizes are tried.
  private let searches = Guarded<[Bool: WideSearch]>([:])

  /// What an order of keeps alone attains at a capacity, where that is no more than so much, both in quanta.
  private let ownLeast = Guarded<[AskedAt: (upTo: Int, least: Int)]>([:])

  /// The capacities at which optima were asked for. Elsewhere nests have to attain what curves have, which is without neighbours.
  private let asked = Guarded<Set<Bits>>([])
  /// When a search at one capacity ends, or nil.
  private let limit: TimeLimit?

  init(_ problem: Problem, _ room: RoomRule, _ limit: TimeLimit? = nil) {
    self.problem = problem
    self.room = room
    self.limit = limit
    var setting = problem.setting
    do {
      if problem.layout.rules != .none {
        setting.layout.rules = .none
        let free = try Problem(problem.layer, in: setting)
        unruled = free.engine(RoomRule(free, resident: room.resident), limit)
        (sliding, slidingWithoutPhases) = (nil, nil)
        return
      }
      unruled = nil
      setting.reuse = .sliding
      sliding = Optimizer(try Problem(problem.layer, in: setting), room, limit: limit)
      let axes = [problem.layer.vertical, problem.layer.horizontal]
      let hasPhases = setting.phases != .off && axes.contains(where: PhaseListing.splits)
      setting.phases = .off
      slidingWithoutPhases = hasPhases ? Optimizer(try Problem(problem.layer, in: setting), room, limit: limit) : nil
    } catch {
      preconditionFailure("what is exact under one rule is under another: \(error)")
    }
  }

  /// Other nests than those of the templates are known to be better on some layers.
  var isComplete: Bool { false }

  var exactCurves: Bits { Bits(0) }

  /// Does something with a search while no other thread may.
  private func withSearch<Answer>(all: Bool, _ body: (WideSearch) -> Answer) -> Answer {
    searches.withLock { searches in
      let search = searches[all] ?? WideSearch(problem, all: all, room)
      searches[all] = search
      return body(search)
    }
  }

  func optimum(capacity: Bits, dataflow: Dataflow?, options: SearchOptions) -> Optimum? {
    asked.withLock { _ = $0.insert(capacity) }
    guard let found = near(capacity, dataflow, options) else { return nil }
    let leastQuanta = OptimalityProof(problem, capacity: capacity).leastQuanta
    if dataflow != nil || !options.prunes || found.energy.dataQuanta <= leastQuanta { return found }
    // Mappings are compared by sums, and that with the least may not be the one that costs least when it is counted anew, nor the
    // one from which steps lead furthest.
    var best = found.evaluation
    for dataflow in problem.dataflows where room.isKept(by: dataflow) {
      if limit.endsSearch() { break }
      let most = best.energy.dataQuanta
      let alone = own(capacity, dataflow, costing: most)
      ownLeast.withLock {
        $0[AskedAt(dataflow: dataflow, capacity: capacity)] =
          (searchesOrdersAlone ? .max : most, alone?.energy.dataQuanta ?? .max)
      }
      if let alone, problem.isBetter(alone, than: best) { best = alone }
    }
    return Optimum(best, found.statistics)
  }

  func sample(capacity: Bits, dataflow: Dataflow?, besides known: Evaluation?, options: SearchOptions) -> Optimum? {
    near(capacity, dataflow, options, besides: known, goesOn: true)
  }

  /// Whether each order of keeps is searched as if it were the only one, which takes longer than to look only for what costs little
  /// more than what is known.
  private var searchesOrdersAlone: Bool { problem.layer.macs <= Self.fewMACs }
  private static let fewMACs = 1 << 20

  /// The best of one order of keeps at a capacity, as far as it is near what costs no more than so much and a margin; any that costs
  /// no more where that is enough.
  private func own(_ capacity: Bits, _ dataflow: Dataflow, costing most: Int, takesAny: Bool = false) -> Evaluation? {
    if searchesOrdersAlone { return near(capacity, dataflow, SearchOptions())?.evaluation }
    let mostSum = problem.mostEnergyOfGroup(most)
    return withSearch(all: WideSearch.isSmall(problem.layer)) { search in
      let (found, other) = listed(costing: most, capacity, dataflow, search) {
        takesAny && $0.place != nil && $0.energy <= mostSum
      }
      if takesAny, found.energy <= mostSum, let place = found.place {
        let listed = problem.evaluate(search.mapping(place))
        if listed.energy.dataQuanta <= most { return listed }
      }
      var loads = TensorLoads(problem)
      return best(near: found, other, capacity, search, &loads, atMost: most + margin(most))
    }
  }

  /// The best near what the search of one order of keeps, or of all of them at once, finds at a capacity.
  ///
  /// A search that goes on from the one before leaves out what that has seen. In more than a few words it does not begin with the
  /// optimum under `sliding` where another mapping is known.
  private func near(
    _ capacity: Bits, _ dataflow: Dataflow?, _ options: SearchOptions, besides known: Evaluation? = nil,
    goesOn: Bool = false
  ) -> Optimum? {
    let free = unruled?.optimum(capacity: capacity, dataflow: dataflow, options: options)
    if let free, problem.refusedTile(of: free.mapping) == nil {
      // Rules leave out nothing that is better.
      var statistics = free.statistics
      statistics.isComplete = false
      return Optimum(problem.evaluate(free.mapping), statistics)
    }
    let proof = OptimalityProof(problem, capacity: capacity)
    var other: Evaluation?
    if unruled != nil {
      other = free.flatMap { ruled($0.mapping, capacity) }
    } else if !goesOn || known == nil || hasFewWords(capacity) {
      other = knownOptimum(capacity, dataflow) { proof.holds(dataQuanta: $0.energy.dataQuanta, occupancy: held($0)) }
    }
    if let known, problem.isBetter(known, than: other) { other = known }
    let isSmall = WideSearch.isSmall(problem.layer)
    return withSearch(all: isSmall) { search in
      func isProven(_ incumbent: WideIncumbent) -> Bool {
        if limit.endsSearch() { return true }
        // The first blocks may have nothing that fits.
        if incumbent.energy == .max { return false }
        let dataQuanta = problem.dataQuanta(ofGroup: incumbent.energy)
        return isSmall
          ? proof.holds(dataQuanta: dataQuanta, occupancy: Bits(incumbent.occupancy + room.besides))
          : dataQuanta <= proof.leastQuanta
      }
      let (within, limits, known) = (capacity.count - room.besides, limits(capacity), other.map(incumbent))
      var (found, statistics) =
        goesOn && options.prunes
        ? search.sample(capacity: within, limits: limits, dataflow: dataflow, known: known, until: isProven)
        : search.optimum(
          capacity: within, limits: limits, dataflow: dataflow, known: known, prunes: options.prunes, until: isProven)
      if limit.endedSearch { statistics.endEarly() }
      var loads = TensorLoads(problem)
      return best(near: found, other, capacity, search, &loads).map { Optimum($0, statistics) }
    }
  }

  /// Lists do not have every size, so nests near those found are looked at too; in parts ``LayoutEngine`` does it.
  private var searchesNeighbours: Bool { problem.layout.parts.isEmpty }

  /// A nest that costs more than another by so much may have a neighbour that costs less. Where sizes of boxes are chosen, lists have
  /// few of those that are.
  private func margin(_ energy: Int) -> Int { unruled == nil ? energy / 16 : energy }

  /// Whether neighbours of other nests than the best are looked at: where the Buffer has few words, of which one more or less tells,
  /// and where strides or dilations give phases, of which lists have fewer sizes.
  private func searchesOtherNeighbours(_ capacity: Bits) -> Bool {
    slidingWithoutPhases != nil || hasFewWords(capacity)
  }

  private func hasFewWords(_ capacity: Bits) -> Bool { capacity.count < Self.fewWords * problem.widths.unit }
  private static let fewWords = 2048

  /// The best near what a search found, near what was the best before that, and near another nest if there is one, of those that cost
  /// no more than so much.
  private func best(
    near found: WideIncumbent, _ other: Evaluation?, _ capacity: Bits, _ search: WideSearch,
    _ loads: inout TensorLoads, atMost most: Int = .max
  ) -> Evaluation? {
    let listed = found.place.map { problem.recounted(search.mapping($0), atMost: found.energy) }
    var nests = [listed, other].compactMap(\.self)
    if !searchesNeighbours { return nests.first }
    if searchesOtherNeighbours(capacity) {
      nests += found.before.reversed().map { problem.evaluate(search.mapping($0)) }
    }
    var best: Evaluation?
    for nest in nests where nest.energy.dataQuanta <= most {
      if let best, nest.energy.dataQuanta - best.energy.dataQuanta > margin(best.energy.dataQuanta) { continue }
      let improved = problem.improved(nest, within: capacity, &loads, limit)
      if problem.isBetter(improved, than: best) { best = improved }
    }
    return best
  }

  func optimum(costing most: Int, capacity: Bits, _ dataflow: Dataflow) -> Evaluation? {
    let leastQuanta = OptimalityProof(problem, capacity: capacity).leastQuanta
    return withSearch(all: WideSearch.isSmall(problem.layer)) { search in
      let (found, other) = listed(costing: most, capacity, dataflow, search) {
        $0.place != nil && problem.dataQuanta(ofGroup: $0.energy) <= leastQuanta
      }
      return found.place.map { problem.recounted(search.mapping($0), atMost: found.energy) } ?? other
    }
  }

  /// What a search of an order of keeps finds that may cost no more than so much when it is counted anew, and the nest that it began
  /// with.
  private func listed(
    costing most: Int, _ capacity: Bits, _ dataflow: Dataflow, _ search: WideSearch,
    until isEnough: (WideIncumbent) -> Bool = { _ in false }
  ) -> (found: WideIncumbent, other: Evaluation?) {
    let other = knownOptimum(capacity, dataflow, costing: most)
    let sum = problem.mostEnergyOfGroup(most)
    let mostSum = max(problem.largestSum(recountedTo: sum), unruled == nil ? sum + margin(sum) : 0)
    var known = WideIncumbent(energy: mostSum + 1, occupancy: 0)
    if let other = other.map(incumbent), other.energy < known.energy { known = other }
    let found = search.optimum(
      capacity: capacity.count - room.besides, limits: limits(capacity), dataflow: dataflow, known: known
    ) { limit.endsSearch() || isEnough($0) }.best
    return (found, other)
  }

  /// A mapping found without rules, or one with boxes that are allowed made of it, where that fits a capacity. Of small layers all
  /// sizes are tried, and none is made.
  private func ruled(_ mapping: Mapping, _ capacity: Bits) -> Evaluation? {
    if problem.refusedTile(of: mapping) == nil { return problem.evaluate(mapping) }
    guard !WideSearch.isSmall(problem.layer), let adapted = problem.adapted(mapping),
      problem.held(by: adapted) <= capacity
    else { return nil }
    return problem.evaluate(adapted)
  }

  func attains(_ dataQuanta: Int, capacity: Bits, _ dataflow: Dataflow) -> Bool {
    func attains(_ evaluation: Evaluation) -> Bool { evaluation.energy.dataQuanta <= dataQuanta }
    let known = ownLeast.withLock { $0[AskedAt(dataflow: dataflow, capacity: capacity)] }
    if let known, dataQuanta <= known.upTo { return known.least <= dataQuanta }
    let isAsked = searchesNeighbours && asked.withLock { $0.contains(capacity) }
    if isAsked, searchesOrdersAlone { return own(capacity, dataflow, costing: dataQuanta).map(attains) ?? false }
    if let other = knownOptimum(capacity, dataflow, costing: dataQuanta, isEnough: attains), attains(other) {
      return true
    }
    if isAsked { return own(capacity, dataflow, costing: dataQuanta, takesAny: true).map(attains) ?? false }
    return withSearch(all: WideSearch.isSmall(problem.layer)) { search in
      let candidate = search.candidate(
        costing: problem.mostEnergyOfGroup(dataQuanta), capacity: capacity.count - room.besides,
        limits: limits(capacity), dataflow)
      return candidate.map { attains(problem.evaluate($0)) } ?? false
    }
  }

  /// The optimum under the rule `sliding`, counted under this one; the one without loops over phases if that is enough. Where sizes
  /// of boxes are chosen, what comes of the optimum without rules, where that costs no more than so much or no limit is given.
  private func knownOptimum(
    _ capacity: Bits, _ dataflow: Dataflow?, costing most: Int? = nil, isEnough: (Evaluation) -> Bool = { _ in false }
  ) -> Evaluation? {
    func optimum(_ sliding: Optimizer) -> Evaluation? {
      sliding.optimum(capacity: capacity, dataflow: dataflow).map { problem.evaluate($0.mapping) }
    }
    if let unruled {
      let free: Evaluation?
      if let dataflow, let most {
        free = unruled.optimum(costing: most, capacity: capacity, dataflow)
      } else {
        free = unruled.optimum(capacity: capacity, dataflow: dataflow, options: SearchOptions())?.evaluation
      }
      return free.flatMap { ruled($0.mapping, capacity) }
    }
    if let found = slidingWithoutPhases.flatMap(optimum), isEnough(found) || limit.endsSearch() { return found }
    return sliding.flatMap(optimum)
  }

  func curve(dataflow: Dataflow?, at capacities: [Bits]?, options: SearchOptions) -> ParetoCurve {
    if let capacities {
      let optima = Set(capacities).sorted().compactMap { optimum(capacity: $0, dataflow: dataflow, options: options) }
      return ParetoCurve(problem, bestOf: optima)
    }
    let others = slidingOptima(dataflow, options)
      .map { (incumbent: incumbent($0), evaluation: $0) }
      .sorted { ($0.incumbent.occupancy, $0.incumbent.energy) < ($1.incumbent.occupancy, $1.incumbent.energy) }
    let (evaluations, statistics) = withSearch(all: WideSearch.isSmallForCurves(problem.layer)) { search in
      let (optima, statistics) = search.optima(
        dataflow: dataflow, limits: limits(Bits(0)), besides: others.map(\.incumbent))
      var evaluations: [Evaluation] = []
      for best in optima {
        let evaluation =
          best.place.map { problem.recounted(search.mapping($0), atMost: best.energy) }
          ?? others.first { $0.incumbent.occupancy == best.occupancy && $0.incumbent.energy == best.energy }?.evaluation
        // Counted anew, a mapping may cost less than its sums say, and so no more than the next.
        guard let evaluation, evaluation.energy.dataQuanta < evaluations.last?.energy.dataQuanta ?? .max else {
          continue
        }
        while let last = evaluations.last, held(last) >= held(evaluation) { evaluations.removeLast() }
        evaluations.append(evaluation)
      }
      return (evaluations, statistics)
    }
    let steps = evaluations.map { StepCurve.Point(capacity: held($0), dataQuanta: $0.energy.dataQuanta) }
    return ParetoCurve(problem, steps, statistics) { evaluations[$0] }
  }

  func curve(including capacities: [Bits], options: SearchOptions) -> ParetoCurve {
    let curve = curve(dataflow: nil, at: nil, options: options)
    asked.withLock { $0.formUnion(capacities) }
    let optima = Set(capacities).sorted().compactMap { capacity -> Optimum? in
      let known = curve.steps.index(capacity: capacity).map { curve.steps.points[$0].dataQuanta } ?? .max
      if known <= OptimalityProof(problem, capacity: capacity).leastQuanta { return nil }
      return optimum(capacity: capacity, dataflow: nil, options: options)
    }
    return curve.merged(with: optima.map { problem.candidate($0.evaluation) })
  }

  /// The optima under the rule `sliding` at all capacities, counted under this one.
  private func slidingOptima(_ dataflow: Dataflow?, _ options: SearchOptions) -> [Evaluation] {
    guard let sliding else { return [] }
    let curve = sliding.curve(dataflow: dataflow, options: options)
    return curve.steps.points.indices.map { problem.evaluate(curve.optimum(at: $0).mapping) }
  }

  /// A mapping of another search.
  private func incumbent(_ evaluation: Evaluation) -> WideIncumbent {
    WideIncumbent(energy: problem.energyOfGroup(evaluation), occupancy: held(evaluation).count - room.besides)
  }

  /// What is asked of boxes at a capacity, for each order of keeps; parts are at one capacity alone.
  private func limits(_ capacity: Bits) -> [HeldLimits] {
    if room.limitsSumAlone { return [] }
    return problem.dataflows.map { room.limits($0.order, capacity: capacity.count, countsResidents: true) }
  }

  private func held(_ evaluation: Evaluation) -> Bits { problem.held(by: evaluation) }
}
