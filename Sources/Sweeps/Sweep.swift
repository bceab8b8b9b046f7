public import EnergyModel
public import Interchange
import MappingSearch
public import Mappings
public import Workloads

/// Every combination of networks, word widths, policies of reuse and phases, energy models and capacities, checked to be
/// answerable.
///
/// Records come in the order of networks, settings, layers, energy models and capacities, whatever is done side by side.
public struct Sweep: Sendable {
  /// What decides which mappings there are and what they hold, with the energy models to answer for it.
  public struct Setting: Hashable, Sendable {
    /// Bits of a word of each kind.
    public let widths: WordWidths
    /// Whether overlaps of successive input boxes stay in the Buffer.
    public let reuse: ReusePolicy
    /// Whether loops over phases are searched.
    public let phases: PhasePolicy
    /// How tensors lie in the Buffer.
    public let layout: BufferLayout
    /// The energy models to answer for with these widths.
    public let energyModels: [EnergyModel]
    /// The accelerator that these are, where one was named.
    public let accelerator: Accelerator.Identity?
    /// The Buffer's sizes, each once.
    public let capacities: [Bits]
    /// Each of the models at each of the capacities.
    let models: [[EnergyModel]]

    /// A setting.
    ///
    /// - Throws: `ProblemError` for a capacity that an energy model does not tell of.
    init(
      widths: WordWidths, reuse: ReusePolicy, phases: PhasePolicy, energyModels: [EnergyModel], capacities: [Bits],
      accelerator: Accelerator.Identity? = nil, layout: BufferLayout = .shared
    ) throws(ProblemError) {
      (self.accelerator, self.layout) = (accelerator, layout)
      (self.widths, self.reuse, self.phases) = (widths, reuse, phases)
      (self.energyModels, self.capacities) = (energyModels, capacities)
      models = try energyModels.map { model throws(ProblemError) in
        let setting = Problem.Setting(widths: widths, energyModel: model)
        return try capacities.map { capacity throws(ProblemError) in try setting.at(capacity).energyModel }
      }
    }

    /// The setting under a model at a capacity, or under one that compares by the ratio of its prices.
    func under(_ model: EnergyModel, _ dataflows: [Dataflow]) -> Problem.Setting {
      Problem.Setting(
        widths: widths, energyModel: model, reuse: reuse, phases: phases, dataflows: Set(dataflows), layout: layout)
    }

    /// Whether the capacity is not one of the sweep's: an accelerator's, or that of a Buffer in parts.
    var hasOwnCapacity: Bool { accelerator != nil || !layout.parts.isEmpty }

    /// Whether loops over phases are searched, where that is not what is usual under the reuse, as files have it.
    var namedPhases: String? { phases.named(under: reuse)?.rawValue }

    /// Their ratios of read to write energy, each once: which mappings are optimal depends on nothing else of a model.
    var ratios: [PriceRatio] { models.joined().map(\.ratio).uniqued() }
  }

  /// The networks, each once.
  public let networks: [Network]
  /// The settings, each once.
  public let settings: [Setting]
  /// The sizes of a Buffer in one room, each once; none where accelerators have their own.
  public let capacities: [Bits]
  /// The dataflows that are searched, in their own order.
  public let dataflows: [Dataflow]
  /// Whether records have each dataflow's own best.
  public let comparesDataflows: Bool
  /// The nest of which alone tile sizes are searched for, if there is one.
  public let template: NestTemplate?
  /// In the order of the file.
  let items: [Item]
  /// In the order of the first item of each.
  let units: [Unit]

  /// Checks a request and puts its combinations in order.
  ///
  /// - Throws: ``SweepError`` for two different networks or energy models of one name, layers that no network has, a
  ///   capacity at which some layer has no mapping, and energies beyond what is exact.
  public init(_ request: SweepRequest) throws(SweepError) {
    let given = request.networks.uniqued()
    networks = try Self.networks(given, with: request.layers)
    dataflows = Dataflow.allCases.filter(request.dataflows.contains)
    let capacities = request.capacities.uniqued()
    self.capacities = capacities
    comparesDataflows = request.comparesDataflows
    template = request.template
    if let template {
      let phases: [PhasePolicy?] = request.phases.isEmpty ? [nil] : request.phases
      let layers = networks.flatMap { $0.entries.map(\.layer) }
      let why =
        phases.lazy.compactMap { template.exclusion(dataflows: request.dataflows, phases: $0, name: { $0 }) }.first
        ?? template.excess(on: layers)
      if let why { throw .contradiction("\(request.templateOrigin): \(why)") }
    }
    let accelerators = request.accelerators.uniqued()
    let givenModels = accelerators.isEmpty ? request.energyModels : accelerators.map(\.energyModel)
    let models = givenModels.isEmpty ? [.bitsMoved] : givenModels.uniqued()
    for (kind, things) in [
      ("networks", given.map { ($0.name, request.networkOrigins[$0] ?? $0.source) }),
      ("energy models", models.map { ($0.name, request.energyModelOrigins[$0] ?? $0.source) }),
      ("accelerators", accelerators.map { ($0.name, $0.source) }),
    ] {
      if let (name, _) = things.first(where: { thing in things.count { $0.0 == thing.0 } > 1 }) {
        throw .sameName(kind, name, origins: things.filter { $0.0 == name }.map(\.1))
      }
    }
    if networks.isEmpty { throw .lacks("network") }
    if !accelerators.isEmpty,
      !request.capacities.isEmpty || !request.buffers.isEmpty || !request.doubleBuffered.isEmpty
        || request.tiles != .shared || !request.energyModels.isEmpty || !request.widths.isEmpty
    {
      throw .contradiction("--accelerator: accelerators have capacities, energy models and word widths of their own")
    }
    if capacities.isEmpty, accelerators.isEmpty, request.buffers.isEmpty { throw .lacks("capacity") }
    let choices = request.widths.isEmpty ? [ChosenWidths()] : request.widths
    let policies = request.reuse.isEmpty ? [ReusePolicy.usual] : request.reuse.uniqued()
    func withPhases<Choice>(_ make: (ReusePolicy, PhasePolicy) -> Choice) -> [Choice] {
      policies.flatMap { reuse in
        let phases = request.phases.isEmpty ? [PhasePolicy.usual(under: reuse)] : request.phases.uniqued()
        return phases.map { make(reuse, $0) }
      }
    }
    // Two choices may come to the same widths with one energy model and to others with another.
    let choicesOfSettings = choices.flatMap { choice in models.map(choice.widths) }.uniqued().flatMap { widths in
      let own = models.filter { model in choices.contains { $0.widths(with: model) == widths } }
      return withPhases { (widths: widths, reuse: $0, phases: $1, own: own) }
    }
    let choicesOfAccelerators = accelerators.flatMap { accelerator in
      withPhases { (accelerator: accelerator, reuse: $0, phases: $1) }
    }
    do {
      if accelerators.isEmpty {
        let layouts = Self.layouts(request, capacities)
        settings = try choicesOfSettings.map { choice throws(ProblemError) in
          try layouts.map { layout, capacities throws(ProblemError) in
            try Setting(
              widths: choice.widths, reuse: choice.reuse, phases: choice.phases, energyModels: choice.own,
              capacities: capacities, layout: layout)
          }
        }.flatMap { $0 }
      } else {
        settings = try choicesOfAccelerators.map { choice throws(ProblemError) in
          var layout = choice.accelerator.layout
          layout.onChip = request.onChip
          return try Setting(
            widths: choice.accelerator.widths, reuse: choice.reuse, phases: choice.phases,
            energyModels: [choice.accelerator.energyModel], capacities: [choice.accelerator.capacity],
            accelerator: choice.accelerator.identity, layout: layout)
        }
      }
    } catch {
      throw .unanswerable(error)
    }
    items = Self.items(networks, settings)
    units = Self.units(items, settings, knowsCapacitiesAlone: template != nil)
    try checkItems()
  }

  /// The layouts of the Buffer that are asked for, each with its sizes: one room, of which there may be many, and parts.
  private static func layouts(
    _ request: SweepRequest, _ capacities: [Bits]
  ) -> [(layout: BufferLayout, capacities: [Bits])] {
    let shared = capacities.isEmpty ? [] : [(layout: BufferLayout.shared, capacities: capacities)]
    let parts = request.buffers.uniqued().map { (layout: $0, capacities: $0.capacity.map { [$0] } ?? []) }
    return (shared + parts).map { layout, capacities in
      var layout = layout.withTiles(of: request.tiles)
      (layout.doubleBuffered, layout.onChip) = (request.doubleBuffered, request.onChip)
      return (layout, capacities)
    }
  }

  /// The sweep that a plan is of, as its file has it.
  ///
  /// - Throws: ``SweepError`` for a plan that no sweep has.
  init(_ plan: SweepPlan, of file: String) throws(SweepError) {
    do {
      let given = plan.capacitiesBits.map { Bits($0) }
      (networks, capacities) = (try plan.networks.map { try $0.network }, given)
      settings = try plan.settings.map { try $0.setting(at: given) }
    } catch {
      throw .refused(file: file, "is of no sweep that can be: \(error)")
    }
    dataflows = Dataflow.allCases.filter { plan.dataflows?.contains($0.rawValue) ?? true }
    comparesDataflows = plan.comparesDataflows
    do {
      template = try plan.template.map { line throws(FormatError) in
        try NestText.parseTemplate(line, origin: "template")
      }
    } catch {
      throw .refused(file: file, "is of no sweep that can be: \(error)")
    }
    items = Self.items(networks, settings)
    units = Self.units(items, settings, knowsCapacitiesAlone: template != nil)
    let counts = networks.flatMap(\.entries).map(\.count)
    if SweepPlan(self, form: plan.form, compression: plan.compression) != plan
      || !settings.flatMap(\.capacities).allSatisfy({ (1..<1 << 53).contains($0.count) })
      || !counts.allSatisfy({ (1...Layer.largestSize).contains($0) }) || units.isEmpty || recordCount == 0
    {
      throw .refused(file: file, "is of no sweep that can be")
    }
    try checkItems()
  }

  /// Networks with those of their layers that are wanted.
  private static func networks(
    _ networks: [Network], with layers: LayerSelection
  ) throws(SweepError) -> [Network] {
    if layers.isAll { return networks }
    let chosen: Set<String>
    do {
      chosen = try layers.chosen(among: networks.flatMap(\.layerNames), of: networks.map(\.name))
    } catch {
      throw .unknownLayer(error.description)
    }
    return try networks.map { network throws(SweepError) in
      guard let rest = network.filter({ $0.isNamed(in: chosen) }) else {
        throw .unknownLayer("\(layers.origin): \(network.name) has none of these layers; leave it out")
      }
      return rest
    }
  }

  /// What is asked of an item under an energy model at a capacity, or under one that compares.
  func problem(_ item: Item, _ model: EnergyModel) throws(ProblemError) -> Problem {
    try Problem(item.entry.layer, in: item.setting.under(model, dataflows))
  }

  /// Refuses what has no exact answer, and capacities that nothing fits: by the layer that needs most, so that what it needs
  /// is enough for all.
  private func checkItems() throws(SweepError) {
    var largest: (problem: Problem, needed: Bits, capacity: Bits, accelerator: String?)?
    for item in items {
      for model in item.setting.models.joined().uniqued() {
        let problem: Problem
        do {
          problem = try self.problem(item, model)
        } catch {
          throw .unanswerable(error)
        }
        let needed = problem.leastCapacity
        if let least = item.setting.capacities.min(), least < needed,
          largest.map({ $0.needed < needed }) ?? true
        {
          largest = (problem, needed, least, item.setting.accelerator?.name)
        }
      }
    }
    if let largest { throw .nothingFits(largest.problem, largest.capacity, on: largest.accelerator) }
    try checkTemplate()
  }

  /// Refuses a template that contradicts a layout, and capacities that none of its nests fits: by the layer that needs most.
  private func checkTemplate() throws(SweepError) {
    guard let template else { return }
    var largest: (search: TemplateSearch, needed: Bits, capacity: Bits)?
    for unit in units {
      let item = items[unit.items[0]]
      guard let ratio = unit.lookUps.first?.ratio, let least = item.setting.capacities.min() else { continue }
      let search = try templateSearch(template, for: item, .comparing(ratio))
      let needed = search.smallestCapacity
      if least < needed, largest.map({ $0.needed < needed }) ?? true { largest = (search, needed, least) }
    }
    if let largest { throw .noNest(NoNestOfTemplate(largest.search, largest.capacity)) }
  }

  /// The search of a template for an item under an energy model.
  func templateSearch(
    _ template: NestTemplate, for item: Item, _ model: EnergyModel
  ) throws(SweepError) -> TemplateSearch {
    let problem: Problem
    do {
      problem = try self.problem(item, model)
    } catch {
      throw .unanswerable(error)
    }
    do {
      return try TemplateSearch(problem, template)
    } catch {
      throw .noNest(NoNestOfTemplate(problem, error))
    }
  }

  /// Whether the optima of a setting are known at its capacities alone, and no curve has those of all.
  package func knowsCapacitiesAlone(_ setting: Setting) -> Bool { template != nil || !setting.layout.parts.isEmpty }

  /// Whether loops over phases are searched otherwise than is usual under some rule of reuse.
  var namesPhases: Bool { settings.contains { $0.namedPhases != nil } }

  /// Whether some layers are parts of others.
  public var hasParts: Bool { networks.contains { $0.entries.contains { $0.partOf != nil } } }

  /// What stands before the records in a file of a form.
  func head(_ form: SweepForm) -> String {
    form == .csv
      ? ResultFile.csvHeader(extraColumns) : ""
  }

  /// What a table of its records has besides the usual columns.
  var extraColumns: ExtraColumns {
    var columns: ExtraColumns = []
    if comparesDataflows { columns.insert(.dataflows) }
    if hasParts { columns.insert(.parts) }
    if namesPhases { columns.insert(.phases) }
    if settings.contains(where: { $0.energyModels.contains { $0.buffer != nil } }) { columns.insert(.buffer) }
    if settings.contains(where: { $0.accelerator != nil }) { columns.insert(.accelerator) }
    if settings.contains(where: { $0.layout != .shared }) { columns.insert(.layout) }
    if settings.contains(where: { $0.accelerator?.throughput != nil }) { columns.insert(.time) }
    if dataflows.count < Dataflow.allCases.count { columns.insert(.searchedDataflows) }
    if template != nil { columns.insert(.template) }
    return columns
  }

  /// All records that there are to be.
  public var recordCount: Int { items.reduce(0) { $0 + recordCount(of: $1) } }

  func recordCount(of item: Item) -> Int { item.setting.energyModels.count * item.setting.capacities.count }

  /// A network in a setting, each layer with a value.
  typealias NetworkValues<Value> = (
    network: Network, setting: Setting, layers: [(entry: Network.Entry, value: Value)]
  )

  /// The networks in each setting, each layer with its value of those of the items.
  func byNetwork<Value>(_ values: [Value]) -> [NetworkValues<Value>] {
    var rest = values[...]
    return blocks.map { network, setting in
      let own = rest.prefix(network.entries.count)
      rest = rest.dropFirst(own.count)
      return (network, setting, zip(network.entries, own).map { ($0, $1) })
    }
  }

  /// The networks in each setting, in the order of the items.
  var blocks: [(network: Network, setting: Setting)] {
    networks.flatMap { network in settings.map { (network, $0) } }
  }

  /// The curves to be computed: one for each shape of a layer, width, rule and layout, and ratio of read to write energy.
  ///
  /// Which mappings are optimal depends on that ratio; energy models that share it share a curve, and so do equal layers.
  public var curveCount: Int { units.reduce(0) { $0 + $1.curveCount } }
}

/// Why a sweep cannot be done, or not now.
public enum SweepError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nothing of a kind is given.
  case lacks(String)
  /// Choices that do not go together: the line that says so.
  case contradiction(String)
  /// A layer that no network has, or a network that has none of those asked for: the line that says so.
  case unknownLayer(String)
  /// Two different things of one name, which results could not tell apart, and their files or what they say of themselves.
  case sameName(String, String, origins: [String])
  /// A capacity at which a layer has no mapping, perhaps that of an accelerator.
  case nothingFits(Problem, Bits, on: String?)
  /// A template that has no nest for a layer, or none at a capacity.
  case noNest(NoNestOfTemplate)
  /// A layer in a setting that there is no exact answer for.
  case unanswerable(ProblemError)
  /// The file to write is not this sweep's.
  case refused(file: String, String)
  /// Parts that are not among those of a sweep that has so many, and the command that makes one with its number.
  case missing([Int], of: Int, String)
  /// The file could not be written.
  case failed(file: String, String)

  /// What went wrong, in one line.
  public var description: String {
    switch self {
    case .unknownLayer(let message), .contradiction(let message): message
    case .lacks(let kind): "a sweep needs at least one \(kind)"
    case .sameName(let kind, let name, let origins):
      "two different \(kind) are called '\(name)' (\(origins.joined(separator: "; "))); results could not tell them apart: "
        + (kind == "networks"
          ? "'tilebound convert FILE --name NAME' gives one another name"
          : "give one another name under the key '\(kind == "accelerators" ? "accelerator" : "energy")' of its file")
    case .nothingFits(let problem, let capacity, let accelerator):
      (accelerator.map { "\($0): " } ?? "") + CapacityText.nothingFits(problem, capacity)
    case .unanswerable(let error): error.description
    case .noNest(let error): error.description
    case .missing(let numbers, let count, let command):
      "\(numbers.count == 1 ? "shard" : "shards") "
        + numbers.prefix(10).map(String.init).joined(separator: ", ")
        + (numbers.count > 10 ? " and \(numbers.count - 10) more" : "")
        + " of \(count) \(numbers.count == 1 ? "is" : "are") missing: \(command) --shard \(numbers[0])/\(count) "
        + "--output FILE makes \(numbers.count == 1 ? "it" : "the first")"
    case .refused(let file, let why), .failed(let file, let why): "\(file): \(why)"
    }
  }
}
