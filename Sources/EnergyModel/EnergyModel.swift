public import Workloads

/// What a MAC and a moved bit cost under the energy complexity model, theory §2.
///
/// E = C_b · MACs + e_read · (bits read from DRAM) + e_write · (bits written to DRAM). Energies are kept as whole
/// multiples of a quantum, 2^-10 of the model's unit or the largest power of two times that which divides all three, so
/// that sums are exact in any order. Each energy is rounded to the nearest multiple of 2^-10 once, here.
public struct EnergyModel: Hashable, Sendable {
  /// Quanta of the finest grain per unit.
  static let finestQuantaPerUnit = 1024
  /// The largest accepted energy of one MAC or one bit, in units.
  public static let largestEnergy = 1e6

  /// The largest relative error that rounding to a quantum may make.
  static let largestRoundingError = 0.01

  /// Energies as they were given, before they were rounded.
  public struct Figures: Hashable, Sendable {
    /// Of a MAC.
    public let mac: Double
    /// Of reading a bit.
    public let read: Double
    /// Of writing a bit.
    public let write: Double
  }

  /// What reports call it.
  public let name: String
  /// Where the figures come from.
  public let source: String
  /// What energies are counted in, "pJ" for instance.
  public let unit: String
  /// The word widths that the figures are for, or nil when they fit any.
  public let widths: WordWidths?
  /// The energies as they were given, to be shown; what is computed uses the quanta.
  public let figures: Figures
  /// Quanta in one unit.
  public let quantaPerUnit: Int
  /// C_b, the energy of one MAC, in quanta.
  public let macQuanta: Int
  /// e_read, the energy of reading one bit from DRAM, in quanta.
  public let readQuanta: Int
  /// e_write, the energy of writing one bit to DRAM, in quanta.
  public let writeQuanta: Int

  /// A model with energies in `unit`.
  ///
  /// - Parameters:
  ///   - name: what reports call it.
  ///   - source: where the figures come from.
  ///   - unit: what the energies are counted in.
  ///   - mac: C_b, per MAC.
  ///   - read: e_read, per bit.
  ///   - write: e_write, per bit.
  ///   - widths: the word widths that the figures are for.
  /// - Throws: ``EnergyModelError`` for an energy that is negative, not finite or beyond ``largestEnergy``, or so small
  ///   that rounding would change it by more than one percent.
  public init(
    name: String, source: String, unit: String, mac: Double, read: Double, write: Double, widths: WordWidths? = nil
  ) throws(EnergyModelError) {
    var quanta: [Int] = []
    for (quantity, energy) in [("mac", mac), ("read", read), ("write", write)] {
      guard energy >= 0, energy <= Self.largestEnergy else { throw .outOfRange(quantity, energy) }
      let count = Int(energy * Double(Self.finestQuantaPerUnit) + 0.5)
      let rounded = Double(count) / Double(Self.finestQuantaPerUnit)
      if abs(rounded - energy) > Self.largestRoundingError * energy { throw .tooSmall(quantity, energy) }
      quanta.append(count)
    }
    var quantaPerUnit = Self.finestQuantaPerUnit
    while quantaPerUnit > 1, quanta.allSatisfy({ $0 % 2 == 0 }) {
      quantaPerUnit /= 2
      quanta = quanta.map { $0 / 2 }
    }
    self.name = name
    self.source = source
    self.unit = unit
    self.widths = widths
    figures = Figures(mac: mac, read: read, write: write)
    self.quantaPerUnit = quantaPerUnit
    macQuanta = quanta[0]
    readQuanta = quanta[1]
    writeQuanta = quanta[2]
  }

  /// A model of whole numbers that needs no check.
  init(exactly name: String, source: String, unit: String, read: Int, write: Int) {
    self.name = name
    self.source = source
    self.unit = unit
    widths = nil
    figures = Figures(mac: 0, read: Double(read), write: Double(write))
    quantaPerUnit = 1
    macQuanta = 0
    readQuanta = read
    writeQuanta = write
  }

  /// One per bit moved and nothing per MAC: energy is then the number of bits moved.
  public static let bitsMoved = EnergyModel(
    exactly: "unit",
    source: "Counts bits moved between DRAM and the Buffer: one for each bit read or written, none for a MAC.",
    unit: "bit", read: 1, write: 1)

  /// An energy of so many quanta in the model's unit.
  public func inUnits(quanta: Int) -> Double { Double(quanta) / Double(quantaPerUnit) }

  /// C_b as it is computed with, in the model's unit.
  public var perMAC: Double { inUnits(quanta: macQuanta) }
  /// e_read as it is computed with, in the model's unit.
  public var perBitRead: Double { inUnits(quanta: readQuanta) }
  /// e_write as it is computed with, in the model's unit.
  public var perBitWritten: Double { inUnits(quanta: writeQuanta) }

  /// The energy of moving bits, in the model's unit.
  public func inUnits(read: Bits = .zero, written: Bits = .zero) -> Double {
    perBitRead * Double(read.count) + perBitWritten * Double(written.count)
  }

  /// The energy of a layer's MACs and of the given traffic.
  ///
  /// - Returns: nil when the energy in quanta does not fit an Int.
  public func energy(macs: Int, read: Bits, written: Bits) -> Energy? {
    let compute = macs.multipliedReportingOverflow(by: macQuanta)
    let reading = read.count.multipliedReportingOverflow(by: readQuanta)
    let writing = written.count.multipliedReportingOverflow(by: writeQuanta)
    let data = reading.partialValue.addingReportingOverflow(writing.partialValue)
    let total = data.partialValue.addingReportingOverflow(compute.partialValue)
    if compute.overflow || reading.overflow || writing.overflow || data.overflow || total.overflow { return nil }
    return Energy(compute: compute.partialValue, data: data.partialValue, model: self)
  }

  /// Whether the energy of every mapping of `layer` that moves each operand of each MAC at most once is exact.
  ///
  /// Then no sum of the search overflows, neither of bits nor of quanta: a mapping moves at most one input, one weight
  /// and one partial sum each way per MAC.
  public func isExact(for layer: Layer, widths: WordWidths) -> Bool {
    let operand = widths.inputs.count + widths.weights.count + widths.partialSums.count
    let result = widths.outputs.count + widths.partialSums.count
    let (read, readOverflow) = layer.macs.multipliedReportingOverflow(by: operand)
    let (written, writtenOverflow) = layer.macs.multipliedReportingOverflow(by: result)
    if readOverflow || writtenOverflow || read.addingReportingOverflow(written).overflow { return false }
    return energy(macs: layer.macs, read: Bits(read), written: Bits(written)) != nil
  }
}

/// Why an energy model cannot be.
public enum EnergyModelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// An energy that is negative, not finite or absurdly large.
  case outOfRange(String, Double)
  /// An energy that is too few quanta to be rounded.
  case tooSmall(String, Double)

  /// The energy that is wrong: "mac", "read" or "write".
  public var quantity: String {
    switch self {
    case .outOfRange(let quantity, _), .tooSmall(let quantity, _): quantity
    }
  }

  /// What is wrong and what would be accepted, in one line.
  public var description: String {
    switch self {
    case .outOfRange(let quantity, let value):
      "\(quantity) is \(value); an energy from 0 to \(Int(EnergyModel.largestEnergy)) is accepted"
    case .tooSmall(let quantity, let value):
      "\(quantity) is \(value), which would change by more than 1 % when rounded to a multiple of 2^-10; give all "
        + "energies in a smaller unit, fJ for pJ"
    }
  }
}

/// An energy, split into computing and moving data, exact in quanta of its model.
public struct Energy: Hashable, Sendable {
  /// C_b · MACs, in quanta.
  public let computeQuanta: Int
  /// Reading and writing DRAM, in quanta.
  public let dataQuanta: Int
  /// The model that gives the quantum and the unit.
  public let model: EnergyModel

  init(compute: Int, data: Int, model: EnergyModel) {
    computeQuanta = compute
    dataQuanta = data
    self.model = model
  }

  /// Computing and data together, in quanta.
  public var totalQuanta: Int { computeQuanta + dataQuanta }

  /// C_b · MACs, in the model's unit.
  public var compute: Double { model.inUnits(quanta: computeQuanta) }
  /// Reading and writing DRAM, in the model's unit.
  public var data: Double { model.inUnits(quanta: dataQuanta) }
  /// Computing and data together, in the model's unit.
  public var total: Double { model.inUnits(quanta: totalQuanta) }
}
