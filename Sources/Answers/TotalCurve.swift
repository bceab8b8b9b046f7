public import EnergyModel
public import MappingSearch
public import Mappings
public import Workloads

extension StepCurve {
  /// The part of the curve in a range of capacities, which begins with the value at the range's start.
  public func within(_ range: ClosedRange<Bits>) -> StepCurve {
    let first = index(capacity: range.lowerBound).map {
      Point(capacity: range.lowerBound, dataQuanta: points[$0].dataQuanta)
    }
    return StepCurve(
      [first].compactMap(\.self) + points.filter { $0.capacity > range.lowerBound && $0.capacity <= range.upperBound })
  }
}

/// The energy of some layers, of their MACs and of what they move, at every capacity of the Buffer: what the Buffer's own
/// accesses cost included, where the energy model tells (theory §7).
///
/// The least energy of moving data falls in steps as the Buffer grows, and what the Buffer costs rises. Between two steps
/// the sum does not fall, so that the least is at a step or where the curve begins.
public struct TotalCurve: Sendable {
  /// The energies at a capacity.
  public struct Point: Hashable, Sendable {
    /// The Buffer's size.
    public let capacity: Bits
    /// The energies there.
    public let energies: Energies
  }

  /// What moving data costs without the Buffer, where the energy model tells of it for the capacities that it tells of.
  public let steps: StepCurve
  /// Widths, prices and rules.
  public let setting: Problem.Setting
  private let macs: Int128
  /// Quanta of the steps in one of the ratio's.
  private let quantaPerRatio: Int

  /// The energies of layers whose least energies of moving data are known.
  ///
  /// - Parameters:
  ///   - steps: the least energies of moving data, at any capacity.
  ///   - model: the model without the Buffer's energies that these are counted by, of the ratio of `setting`'s.
  ///   - layers: the layers, and how often each is taken.
  ///   - setting: widths, prices and rules; the prices keep their ratio, see `EnergyModel.keepsRatio`.
  public init(
    _ steps: StepCurve, by model: EnergyModel, of layers: [(layer: Layer, count: Int)], in setting: Problem.Setting
  ) {
    precondition(setting.energyModel.keepsRatio, "one curve has the optima of all capacities")
    self.steps = setting.energyModel.buffer.map { steps.within($0.capacities) } ?? steps
    self.setting = setting
    macs = layers.reduce(0) { $0 + Int128($1.layer.macs) * Int128($1.count) }
    quantaPerRatio = model.quantaPerRatio
  }

  /// The capacities for which the energy model tells what the Buffer costs; nil where it does not.
  public var capacities: ClosedRange<Bits>? { setting.energyModel.buffer?.capacities }

  /// The energies at a capacity, or nil where nothing fits or the energy model does not tell.
  public func energies(at capacity: Bits) -> Energies? {
    steps.index(capacity: capacity).flatMap { energies(of: steps.points[$0].dataQuanta, at: capacity) }
  }

  /// The energies of the layers at a capacity when moving data costs so many quanta of the steps.
  public func energies(of dataQuanta: Int, at capacity: Bits) -> Energies? {
    quanta(of: dataQuanta, at: capacity).map { quanta in
      Energies(quanta.model, compute: Self.units(quanta.compute), data: Self.units(quanta.data))
    }
  }

  /// Energies in the finest quanta in units; those that an Int holds, as nearly all are, are converted much faster.
  private static func units(_ quanta: Int128) -> Double {
    let short = Int(truncatingIfNeeded: quanta)
    return (Int128(short) == quanta ? Double(short) : Double(quanta)) / Double(EnergyModel.finestQuantaPerUnit)
  }

  /// The same in the finest quanta: exact, whatever the energies.
  private func quanta(
    of dataQuanta: Int, at capacity: Bits
  ) -> (model: EnergyModel, compute: Int128, data: Int128)? {
    // Without what the Buffer costs prices are the same at all capacities.
    let ownModel = setting.energyModel.buffer == nil ? setting.energyModel : try? setting.at(capacity).energyModel
    guard let model = ownModel else { return nil }
    let scale = Int128(EnergyModel.finestQuantaPerUnit / model.quantaPerUnit)
    let moved = quantaPerRatio == 0 ? 0 : dataQuanta / quantaPerRatio
    return (model, macs * Int128(model.macQuanta) * scale, Int128(moved) * Int128(model.quantaPerRatio) * scale)
  }

  /// Where the energy of all is the least; the least such capacity. Nil where nothing fits.
  public var least: Point? {
    var best: (capacity: Bits, dataQuanta: Int, total: Int128)?
    for point in steps.points {
      guard let quanta = quanta(of: point.dataQuanta, at: point.capacity) else { continue }
      let total = quanta.compute + quanta.data
      if best.map({ total < $0.total }) ?? true { best = (point.capacity, point.dataQuanta, total) }
    }
    return best.flatMap { best in
      energies(of: best.dataQuanta, at: best.capacity).map { Point(capacity: best.capacity, energies: $0) }
    }
  }
}
