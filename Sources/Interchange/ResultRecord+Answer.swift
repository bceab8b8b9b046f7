import Answers
import EnergyModel
import LowerBounds
import MappingSearch
import Mappings
import Workloads

extension ResultRecord {
  /// The answer that the record is of, counted again from its mapping on its layer, in closed form.
  ///
  /// - Throws: ``FormatError`` for the first figure that does not follow, or that cannot be.
  func answer() throws(FormatError) -> Answer {
    try checkTexts()
    let layer = try ShapeText.parse(shape, origin: "shape").named(self.layer)
    let tree = try tree()
    let problem = try problem(layer)
    if let phases, let dimension = PhasePolicy(rawValue: phases)?.excluded(tree.dimensionsInPhases) {
      throw FormatError(origin: "phases", message: "is \(phases), and the mapping walks phases of \(dimension)")
    }
    guard (1...Layer.largestSize).contains(count), (capacityBits ?? 1) > 0 else {
      throw FormatError(origin: "count", message: "the count or the capacity is out of range")
    }
    if let capacityBits, occupancyBits > capacityBits {
      throw FormatError(
        origin: "occupancy_bits", message: "is \(occupancyBits), more than the capacity of \(capacityBits) bits")
    }
    let entry = Network.Entry(layer: layer, count: count, partOf: partOf, hasOwnInputs: ownInputs ?? false)
    var answer = Answer(
      network: network, entry: entry, setting: problem.setting, capacity: capacityBits.map { Bits($0) },
      counted: try Self.count(tree, of: problem))
    guard
      TrafficCounts(answer.traffic) == trafficBits, answer.occupancy.count == occupancyBits, layer.macs == macs,
      Self.names(answer.ownDataflows) == dataflow
    else {
      throw FormatError(origin: "mapping", message: "the record's counts are not those of its mapping on its shape")
    }
    for (key, value, expected) in [
      ("energy.data", energy.data, answer.energy.data), ("energy.compute", energy.compute, answer.energy.compute),
      ("energy.total", energy.total, energy.compute + energy.data),
    ] where !Self.isClose(value, expected) {
      throw FormatError(origin: key, message: "does not follow from the record's traffic and prices")
    }
    answer.accelerator = try accelerator.map { accelerator throws(FormatError) in
      guard let identity = accelerator.identity else {
        throw FormatError(
          origin: "accelerator",
          message: "has not all of macs_per_cycle, clock_hz and bits_per_second, each from 1 on, or none of them")
      }
      return identity
    }
    answer.leastMoved = try leastMoved()
    try checkTime(answer.time)
    answer.bound = try bound()
    try checkGap(answer.gap)
    answer.optimalDataflows = try optimalDataflows(attaining: answer)
    answer.dataflows = try byCase(dataflows, "dataflows")
    answer.references = try byCase(references, "references")
    try checkSearch()
    answer.search = search.map { SearchStatistics($0) }
    answer.template = try template(of: tree)
    answer.seconds = search?.seconds
    answer.replayAgrees = replayAgrees
    answer.transactions = try bursts.map { bursts throws(FormatError) in try bursts.transactions(moving: trafficBits) }
    return answer
  }

  /// What the record's mapping holds, moves and costs.
  private static func count(_ tree: MappingTree, of problem: Problem) throws(FormatError) -> CountedMapping {
    guard let nest = tree.singleNest else {
      if problem.setting.layout != .shared {
        throw FormatError(
          origin: "mapping",
          message: "is in pieces, which take a Buffer that all tensors share, and the record has another")
      }
      do {
        return .pieces(try problem.evaluate(counting: tree))
      } catch {
        throw FormatError(origin: "mapping", message: "\(error)")
      }
    }
    if let tensor = problem.movedFromChip(by: nest) {
      throw FormatError(origin: "mapping", message: "does not keep \(tensor.rawValue) whole, which are on the chip")
    }
    if let refused = problem.refusedTile(of: nest) {
      throw FormatError(
        origin: "mapping",
        message: "has \(refused), and buffer's tiles are \(LayoutText.tiles(of: problem.layout) ?? "")")
    }
    do {
      return .nest(try problem.evaluate(counting: nest))
    } catch {
      throw FormatError(origin: "mapping", message: "\(error)")
    }
  }

  /// The record's mapping.
  private func tree() throws(FormatError) -> MappingTree {
    let tree = try NestText.parseTree(mappingText, origin: "mapping")
    // The line has no place for what is neither a loop nor a keep nor a split.
    try Self.compare(mapping, with: Self.nodes(tree), at: "mapping")
    return tree
  }

  private static func compare(_ nodes: [Node], with meant: [Node], at place: String) throws(FormatError) {
    for (index, (node, meant)) in zip(nodes, meant).enumerated() where node != meant {
      let place = "\(place)[\(index)]"
      if let first = node.first, let rest = node.rest, let meantFirst = meant.first, let meantRest = meant.rest {
        try compare(first, with: meantFirst, at: "\(place).first")
        try compare(rest, with: meantRest, at: "\(place).rest")
      }
      throw FormatError(
        origin: place,
        message: "is neither a loop, with 'for', 'tile' or 'phases', and 'direction' if it is "
          + "\(Loop.Direction.backAndForth.rawValue) and 'filled' if it is, nor a keep, nor a split, with 'split', 'at', 'first' and 'rest'"
      )
    }
  }

  /// Equal but for the rounding of sums in floating point.
  private static func isClose(_ value: Double, _ expected: Double) -> Bool {
    abs(value - expected) <= 1e-9 * abs(expected)
  }

  private func checkTexts() throws(FormatError) {
    for (key, text) in [
      ("network", network ?? "-"), ("layer", layer), ("part_of", partOf ?? "-"),
      ("accelerator.name", accelerator?.name ?? "-"), ("energy model", energy.model),
      ("unit", energy.unit),
    ]
    where text.isEmpty || text.unicodeScalars.contains(where: FormatError.isControl) {
      throw FormatError(origin: key, message: "is empty or has control characters")
    }
  }

  /// What was asked about the record's layer.
  private func problem(_ layer: Layer) throws(FormatError) -> Problem {
    guard let policy = ReusePolicy(rawValue: reuse) else {
      throw FormatError(
        origin: "reuse", message: unknown("reuse policy", reuse, known: ReusePolicy.allCases.map(\.rawValue)))
    }
    let phases = try phases.map { name throws(FormatError) in
      guard let phases = PhasePolicy(rawValue: name) else {
        throw FormatError(
          origin: "phases", message: unknown("policy", name, known: PhasePolicy.allCases.map(\.rawValue)))
      }
      return phases
    }
    guard let widths = bits.wordWidths else {
      throw FormatError(origin: "bits", message: "a width is out of range; \(BitWidth.range.accepted)")
    }
    var model: EnergyModel
    do {
      model = try EnergyModel(
        name: energy.model, source: "a result file", unit: energy.unit, mac: energy.perMAC, read: energy.perBitRead,
        write: energy.perBitWritten)
    } catch {
      throw FormatError(origin: "energy", message: error.description)
    }
    for (key, price, rounded) in [
      ("per_mac", energy.perMAC, model.perMAC), ("per_bit_read", energy.perBitRead, model.perBitRead),
      ("per_bit_written", energy.perBitWritten, model.perBitWritten),
    ] where price != rounded {
      throw FormatError(origin: "energy.\(key)", message: "is \(price), which is no multiple of 2^-10")
    }
    if let prices = energy.buffer {
      guard let shared = model.sharing(prices.share) else {
        throw FormatError(
          origin: "energy.buffer", message: "is no part of the prices: each is a multiple of 2^-10 from 0 to all of one"
        )
      }
      if capacityBits == nil {
        throw FormatError(
          origin: "energy.buffer", message: "is the Buffer's energy at a capacity that the record lacks")
      }
      model = shared
    }
    let setting = Problem.Setting(
      widths: widths, energyModel: model, reuse: policy, phases: phases, dataflows: try searchedDataflows(),
      layout: try buffer.map { buffer throws(FormatError) in try buffer.layout() } ?? .shared)
    do {
      return try Problem(layer, in: setting)
    } catch {
      throw FormatError(origin: "shape", message: error.description)
    }
  }

  /// The bits that every schedule moves at least, as far as the record tells.
  private func leastMoved() throws(FormatError) -> Bits? {
    guard let least = time?.leastBits else { return nil }
    guard least >= 0, least <= trafficBits.total else {
      throw FormatError(origin: "time.least_bits", message: "is no lower bound of the bits that the record moves")
    }
    return Bits(least)
  }

  /// Checks that the record's time is the one that its counts and rates have, where it names any.
  private func checkTime(_ own: ExecutionTime?) throws(FormatError) {
    guard let time else { return }
    guard let own else {
      throw FormatError(origin: "time", message: "is that of an accelerator's rates, which the record lacks")
    }
    let isBound = (time.bound == nil) == (own.bound == nil) && Self.isClose(time.bound ?? 0, own.bound ?? 0)
    guard Self.isClose(time.compute, own.compute), Self.isClose(time.data, own.data),
      Self.isClose(time.total, own.total), isBound, time.limit == own.limit.rawValue
    else {
      throw FormatError(origin: "time", message: "does not follow from the record's counts and rates")
    }
  }

  /// The record's bound.
  private func bound() throws(FormatError) -> EnergyBound? {
    if let partOf, lowerBound != nil {
      throw FormatError(
        origin: "lower_bound",
        message: "is of a part of '\(partOf)': parts read inputs in common, and have none of their own")
    }
    guard let lowerBound else { return nil }
    guard lowerBound.data >= 0, lowerBound.data <= energy.data * (1 + 1e-9),
      Self.isClose(lowerBound.total, energy.compute + lowerBound.data)
    else {
      throw FormatError(origin: "lower_bound", message: "is no lower bound of the record's energy")
    }
    let family = LowerBound.Family(rawValue: lowerBound.family)
    if family == nil, lowerBound.family != Bound.sumName {
      throw FormatError(
        origin: "lower_bound.family",
        message: unknown("family", lowerBound.family, known: LowerBound.Family.allCases.map(\.rawValue)))
    }
    return EnergyBound(
      family: family, discount: lowerBound.discount, data: lowerBound.data, total: lowerBound.total)
  }

  /// Checks that the record's gap is the one that its energy and bound have, where it names any.
  private func checkGap(_ own: Answers.Gap?) throws(FormatError) {
    guard let own else {
      if gap == nil { return }
      throw FormatError(origin: "gap", message: "is above a bound that the record lacks")
    }
    for (key, value, expected) in [("gap.data", gap?.data, own.data), ("gap.total", gap?.total, own.total)] {
      // A gap is a difference of nearly equal numbers: what counts is how far it is off in terms of the bound.
      if let value, let expected, abs(value - expected) <= 1e-9 * (1 + abs(expected)) { continue }
      if value == nil, expected == nil || gap == nil { continue }
      throw FormatError(origin: key, message: "does not follow from the record's energy and bound")
    }
  }

  /// The dataflows said to attain the record's energy, checked as far as the record tells.
  private func optimalDataflows(attaining answer: Answer) throws(FormatError) -> [Dataflow]? {
    guard let optimalDataflows else { return nil }
    let attaining = Dataflow.allCases.filter { optimalDataflows.contains($0.rawValue) }
    guard attaining.map(\.rawValue) == optimalDataflows, answer.dataflow.map(attaining.contains) == true else {
      throw FormatError(
        origin: "optimal_dataflows",
        message: "is no list of different dataflows, that of the mapping among them, in the order of "
          + Dataflow.allCases.map(\.rawValue).joined(separator: ", "))
    }
    /// Beyond this two energies may be the same number though they differ.
    let largestExact = 0x1p43
    for dataflow in Dataflow.allCases {
      guard let own = dataflows?[dataflow.rawValue] else { continue }
      let isAttaining = attaining.contains(dataflow)
      if isAttaining ? own > energy.data : own <= energy.data && energy.data < largestExact {
        throw FormatError(
          origin: "optimal_dataflows",
          message: "\(isAttaining ? "has" : "lacks") \(dataflow.rawValue), whose own best in 'dataflows' says otherwise"
        )
      }
    }
    return attaining
  }

  /// The dataflows that were searched.
  private func searchedDataflows() throws(FormatError) -> Set<Dataflow> {
    guard let names = search?.dataflows else { return Set(Dataflow.allCases) }
    let searched = Dataflow.allCases.filter { names.contains($0.rawValue) }
    let own = dataflow.split(separator: "|")
    guard searched.map(\.rawValue) == names, own.allSatisfy({ names.contains(String($0)) }) else {
      throw FormatError(
        origin: "search.dataflows",
        message: "is no list of different dataflows, those of the mapping among them, in the order of "
          + Dataflow.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return Set(searched)
  }

  /// The template of which the record's mapping is a nest.
  private func template(of tree: MappingTree) throws(FormatError) -> NestTemplate? {
    guard let line = search?.template else { return nil }
    let template = try NestText.parseTemplate(line, origin: "search.template")
    guard let nest = tree.singleNest, template.has(nest) else {
      throw FormatError(origin: "search.template", message: "has other loops or keeps than the record's mapping")
    }
    return template
  }

  /// Checks that what the search is said to have looked at can be.
  private func checkSearch() throws(FormatError) {
    guard let search else { return }
    let pruned = search.prunedBy
    for (key, count) in [
      ("mappings", search.mappings), ("scored", search.scored), ("pruned_by.capacity", pruned.capacity),
      ("pruned_by.energy", pruned.energy), ("pruned_by.bound", pruned.bound),
    ] where count < 0 {
      throw FormatError(origin: "search.\(key)", message: "is \(count), and less than none cannot be")
    }
    guard search.pruned == SearchStatistics(search).pruned else {
      throw FormatError(origin: "search.pruned", message: "is \(search.pruned), not the sum of what is in pruned_by")
    }
    if let seconds = search.seconds, !(seconds >= 0) {
      throw FormatError(origin: "search.seconds", message: "is \(seconds), and less than none cannot be")
    }
  }

  /// Energies of moving data by the mappings that they are of, for which a file has names.
  private func byCase<Key: RawRepresentable<String> & CaseIterable & Hashable>(
    _ values: [String: Double]?, _ key: String
  ) throws(FormatError) -> [Key: Double]? {
    guard let values else { return nil }
    var known: [Key: Double] = [:]
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let own = Key(rawValue: name) else {
        throw FormatError(origin: key, message: unknown("name", name, known: Key.allCases.map(\.rawValue)))
      }
      if value < (lowerBound?.data ?? 0) * (1 - 1e-9) {
        throw FormatError(
          origin: "\(key).\(name)",
          message:
            "is \(Int(exactly: value).map(String.init) ?? "\(value)"), less than the record's bound of every schedule, or than none"
        )
      }
      known[own] = value
    }
    return known
  }
}

extension SearchStatistics {
  /// The statistics as a file has them.
  init(_ search: ResultRecord.Search) {
    self.init()
    mappings = search.mappings
    scored = search.scored
    prunedByCapacity = search.prunedBy.capacity
    prunedByEnergy = search.prunedBy.energy
    prunedByBound = search.prunedBy.bound
    isComplete = search.complete
  }
}
