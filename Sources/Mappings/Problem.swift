public import EnergyModel
public import Workloads

/// The question that bounds, searches and evaluations answer: a layer, and the setting that it is to run in.
///
/// It is checked once, when it is made: no mapping of a problem moves more bits or costs more quanta than an Int counts.
public struct Problem: Hashable, Sendable {
  /// What the layers of one study have in common.
  public struct Setting: Hashable, Sendable {
    /// Bits of a word of each kind.
    public var widths: WordWidths
    /// What a MAC and a moved bit cost.
    public var energyModel: EnergyModel
    /// What stays in the Buffer from one input box to the next.
    public var reuse: ReusePolicy
    /// Whether loops over phases are searched. Bounds hold for them too.
    public var phases: PhasePolicy
    /// The orders of keeps that a mapping may have. Bounds hold for all of them.
    public var dataflows: Set<Dataflow>
    /// How tensors lie in the Buffer.
    public var layout: BufferLayout

    /// A setting; of energy models the default counts bits moved, of reuse it keeps whatever two boxes have in common, of
    /// phases it is what is usual under the reuse, and of layouts one room for all.
    public init(
      widths: WordWidths, energyModel: EnergyModel = .bitsMoved, reuse: ReusePolicy = .usual,
      phases: PhasePolicy? = nil, dataflows: Set<Dataflow> = Set(Dataflow.allCases), layout: BufferLayout = .shared
    ) {
      self.widths = widths
      self.energyModel = energyModel
      self.reuse = reuse
      self.phases = phases ?? .usual(under: reuse)
      self.dataflows = dataflows
      self.layout = layout
    }

    /// Whether loops over phases are searched, where that is not what is usual under the reuse; nil where it is.
    public var namedPhases: PhasePolicy? { phases.named(under: reuse) }
    /// The orders of keeps that a mapping may have, where these are not all.
    public var namedDataflows: [Dataflow]? {
      dataflows.count == Dataflow.allCases.count ? nil : Dataflow.allCases.filter(dataflows.contains)
    }

    /// The setting at a capacity, where the energy model has what accesses of the Buffer cost there; this one otherwise.
    ///
    /// - Throws: ``ProblemError/energy(model:_:)`` for a capacity that the energy model does not tell of.
    public func at(_ capacity: Bits) throws(ProblemError) -> Setting {
      var setting = self
      do {
        setting.energyModel = try energyModel.at(capacity, widths: widths)
      } catch {
        throw .energy(model: energyModel.name, error)
      }
      return setting
    }

    /// The setting without the Buffer's own energy: what answers at several capacities have in common.
    public var withoutBuffer: Setting {
      var setting = self
      setting.energyModel = energyModel.withoutBuffer
      return setting
    }

    /// The reuse in words, with phases where they are not as usual.
    public var reuseText: String { Self.reuseText(reuse.rawValue, phases: namedPhases?.rawValue) }

    /// A reuse in words, with phases where they are named.
    package static func reuseText(_ reuse: String, phases: String?) -> String {
      reuse + (phases.map { ", phases \($0)" } ?? "")
    }
  }

  /// The layer.
  public let layer: Layer
  /// What it shares with other layers.
  public let setting: Setting

  /// Bits of a word of each kind.
  public var widths: WordWidths { setting.widths }
  /// What a MAC and a moved bit cost.
  public var energyModel: EnergyModel { setting.energyModel }
  /// What stays in the Buffer from one input box to the next.
  public var reuse: ReusePolicy { setting.reuse }
  /// Whether loops over phases are searched.
  public var phases: PhasePolicy { setting.phases }
  /// The orders of keeps that a mapping may have, in the order of `Dataflow.allCases`.
  public var dataflows: [Dataflow] { Dataflow.allCases.filter(setting.dataflows.contains) }

  /// A layer in a setting.
  ///
  /// - Throws: ``ProblemError/inexact(layer:model:)`` when some mapping could cost more than can be counted,
  ///   ``ProblemError/needsCapacity(model:)`` when energies depend on a capacity that none was chosen of,
  ///   ``ProblemError/multiplesOfRows(layer:_:)`` when tiles of rows that share inputs are to be multiples,
  ///   ``ProblemError/withoutTile(layer:_:)`` and ``ProblemError/rulesNeedOverlap(_:)`` where tiles are chosen, and
  ///   ``ProblemError/keptLater(_:)`` when no dataflow keeps first what is on the chip.
  public init(_ layer: Layer, in setting: Setting) throws(ProblemError) {
    if setting.energyModel.buffer != nil { throw .needsCapacity(model: setting.energyModel.name) }
    let onChip = setting.layout.onChip
    if !onChip.isEmpty, !setting.dataflows.contains(where: { $0.keepsFirst(onChip) }) {
      throw .keptLater(Tensor.allCases.filter(onChip.contains))
    }
    guard setting.energyModel.isExact(for: layer, widths: setting.widths) else {
      throw .inexact(layer: layer.name, model: setting.energyModel.name)
    }
    self.layer = layer
    self.setting = setting
    if !setting.layout.rules.choices.isEmpty { _ = try leastBoxes() }
    if setting.layout.rules != .none, setting.reuse != .overlap { throw .rulesNeedOverlap(setting.reuse) }
    if !setting.layout.multiples.isEmpty { _ = try madeCoarse() }
  }

  /// A layer in a setting that is given by its parts.
  ///
  /// - Parameters:
  ///   - layer: the layer.
  ///   - widths: bits of a word of each kind.
  ///   - energyModel: what a MAC and a moved bit cost; by default the bits moved are counted.
  ///   - reuse: what stays in the Buffer from one input box to the next; by default whatever both have in common.
  ///   - phases: whether loops over phases are searched; by default what is usual under the reuse.
  ///   - dataflows: the orders of keeps that a mapping may have.
  /// - Throws: ``ProblemError/inexact(layer:model:)`` when some mapping could cost more than can be counted.
  public init(
    _ layer: Layer, widths: WordWidths, energyModel: EnergyModel = .bitsMoved, reuse: ReusePolicy = .usual,
    phases: PhasePolicy? = nil, dataflows: Set<Dataflow> = Set(Dataflow.allCases)
  ) throws(ProblemError) {
    try self.init(
      layer,
      in: Setting(widths: widths, energyModel: energyModel, reuse: reuse, phases: phases, dataflows: dataflows))
  }

  /// The least capacity in which some MAC can run: a word or the smallest tile of each tensor, two where the next is loaded
  /// meanwhile, and all that is on the chip.
  public var leastCapacity: Bits { layout.leastCapacity(holding: leastHeld) }

  /// What a tensor takes of the Buffer at least: where tiles are multiples, that of the coarse problem.
  private func leastHeld(_ tensor: Tensor) -> Bits {
    if !layout.multiples.isEmpty { return coarse.leastHeld(tensor) }
    let used = layer.usedElements(of: tensor)
    if !layout.rules.choices.isEmpty, !layout.onChip.contains(tensor), let nests = try? leastBoxes() {
      if let least = nests.map({ held(tensor, by: $0) }).min() { return least }
    }
    let words =
      layout.onChip.contains(tensor) ? used : Words(min(layout.doubleBuffered.contains(tensor) ? 2 : 1, used.count))
    return words * widths.inBuffer(tensor)
  }

  /// The parts of a Buffer of some size that are too small for any mapping, with the least that would do.
  public func partsTooSmall(in capacity: Bits) -> [(part: BufferLayout.Part, held: Bits)] {
    layout.overfullParts(in: capacity, holding: leastHeld)
  }
}

extension WholeLayer {
  /// The problems of a layer's parts, or of the layer itself where it has none.
  ///
  /// - Throws: ``ProblemError/inexact(layer:model:)`` when some mapping of one could cost more than can be counted.
  public func problems(in setting: Problem.Setting) throws(ProblemError) -> [Problem] {
    try parts.map { part throws(ProblemError) in try Problem(part, in: setting) }
  }
}

/// Why there is no answer to a question about a layer.
public enum ProblemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Bits or energies under the model of this name could leave the range in which integers are exact.
  case inexact(layer: String, model: String)
  /// The model of this name has what accesses of the Buffer cost, which depends on its capacity, and there is none.
  case needsCapacity(model: String)
  /// Tiles of rows or columns are to be multiples, and those of the layer of this name may share inputs.
  case multiplesOfRows(layer: String, Dimension)
  /// Tiles of a dimension are chosen, and none of them suits the layer of this name.
  case withoutTile(layer: String, Dimension)
  /// Tiles are chosen, or have to cut evenly, which is searched under another reuse alone.
  case rulesNeedOverlap(ReusePolicy)
  /// These tensors are on the chip, and no dataflow that is searched keeps them first.
  case keptLater([Tensor])
  /// The model of this name has no energies at a capacity.
  case energy(model: String, EnergyModelError)

  /// What is wrong and what would be accepted, in one line.
  public var description: String {
    switch self {
    case .inexact(let layer, let model):
      "\(layer): energies by \(model) could exceed 2^63 quanta and would not be exact; use a smaller layer or smaller "
        + "energies"
    case .needsCapacity(let model):
      "\(model): has what accesses of the Buffer cost, which depends on its capacity: give one"
    case .multiplesOfRows(let layer, let dimension):
      "\(layer): tiles of \(dimension.rawValue) can be asked to be multiples only where kernels have one "
        + "\(dimension == .p ? "row" : "column") and read no padding; leave out \(dimension.rawValue)"
    case .withoutTile(let layer, let dimension):
      "\(layer): none of the tiles of \(dimension.rawValue) divides its size; without divisors a last block may be smaller"
    case .rulesNeedOverlap(let reuse):
      "tiles that are one of some, at most so large or divisors are searched under --reuse overlap alone, not "
        + "under \(reuse.rawValue); multiples are under each"
    case .keptLater(let tensors):
      "--dataflow: \(tensors.map(\.rawValue).joined(separator: " and ")) are on the chip, and none of these orders of "
        + "keeps begins with them; leave it out"
    case .energy(let model, let error): "\(model): \(error)"
    }
  }
}
