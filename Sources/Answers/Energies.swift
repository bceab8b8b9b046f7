public import EnergyModel
public import LowerBounds

/// Energies in the unit of a model, which may be sums over many layers.
public struct Energies: Hashable, Sendable {
  /// The model that they are of.
  public var model: EnergyModel
  /// The energy of all MACs.
  public var compute: Double
  /// The energy of moving data.
  public var data: Double
  /// Computing and data together.
  public var total: Double

  /// What the energies are counted in.
  public var unit: String { model.unit }

  /// Energies in a model's unit.
  public init(_ model: EnergyModel, compute: Double, data: Double) {
    self.model = model
    self.compute = compute
    self.data = data
    total = compute + data
  }

  /// An exact energy.
  public init(_ energy: Energy) { self.init(energy.model, compute: energy.compute, data: energy.data) }
}

/// What every schedule costs at least, in the unit of a model.
public struct EnergyBound: Hashable, Sendable {
  /// The argument that gives the bound; nil for several layers' bounds added up.
  public var family: LowerBound.Family?
  /// μ, where the family has one.
  public var discount: Double?
  /// The energy of moving data.
  public var data: Double
  /// The same with the energy of all MACs.
  public var total: Double

  /// A bound by its parts.
  public init(family: LowerBound.Family?, discount: Double?, data: Double, total: Double) {
    self.family = family
    self.discount = discount
    self.data = data
    self.total = total
  }

  /// A bound with its energy.
  public init(_ bound: LowerBound, _ energy: Energies) {
    self.init(family: bound.family, discount: bound.discount, data: energy.data, total: energy.total)
  }

  /// The sum of several layers' bounds on moving data, and the same with the energy of their MACs.
  public init(sum data: Double, compute: Double) {
    self.init(family: nil, discount: nil, data: data, total: compute + data)
  }
}

/// How far energies are above a bound: energy over bound less 1, or nil where the bound is zero.
public struct Gap: Hashable, Sendable {
  /// Of the energy of moving data.
  public var data: Double?
  /// Of the energy with all MACs, which is the same for every schedule.
  public var total: Double?

  /// The gap of energies above a bound.
  public init(_ energy: Energies, above bound: EnergyBound) {
    data = bound.data > 0 ? energy.data / bound.data - 1 : nil
    total = bound.total > 0 ? energy.total / bound.total - 1 : nil
  }
}
