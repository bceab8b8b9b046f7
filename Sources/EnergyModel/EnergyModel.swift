public import Workloads

/// What a MAC and a moved bit cost under the energy complexity model, theory §2.
///
/// E = C_b · MACs + e_read · (bits read from DRAM) + e_write · (bits written to DRAM). Energies are kept as whole
/// multiples of a quantum, 2^-10 of the model's unit or the largest power of two times that which divides all three, so
/// that sums are exact in any order. Each energy is rounded to the nearest multiple of 2^-10 once, here.
public struct EnergyModel: Hashable, Sendable {
  /// Quanta of the finest grain per unit.
  package static let finestQuantaPerUnit = 1024
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

  /// What accesses of the Buffer cost besides, as a function of its capacity; nil where they are not modelled. The other
  /// energies are without them until the model is asked for ``at(_:widths:)``.
  public private(set) var buffer: BufferEnergy?
  /// The part of the energies that is the Buffer's, at the capacity that the model is for; nil where it is for any.
  public private(set) var bufferShare: BufferShare?

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
  ///   - buffer: what accesses of the Buffer cost besides.
  /// - Throws: ``EnergyModelError`` for an energy that is negative, not finite or beyond ``largestEnergy``, or so small
  ///   that rounding would change it by more than one percent.
  public init(
    name: String, source: String, unit: String, mac: Double, read: Double, write: Double, widths: WordWidths? = nil,
    buffer: BufferEnergy? = nil
  ) throws(EnergyModelError) {
    var quanta: [Int] = []
    for (quantity, energy) in [("mac", mac), ("read", read), ("write", write)] {
      guard energy >= 0, energy <= Self.largestEnergy else { throw .outOfRange(quantity, energy) }
      let count = Self.rounded(energy)
      if Self.roundingError(energy, count) > Self.largestRoundingError * energy { throw .tooSmall(quantity, energy) }
      quanta.append(count)
    }
    self.init(
      name: name, source: source, unit: unit, widths: widths, figures: Figures(mac: mac, read: read, write: write),
      finest: quanta)
    self.buffer = buffer
  }

  /// The nearest number of the finest quanta.
  private static func rounded(_ energy: Double) -> Int { Int(energy * Double(finestQuantaPerUnit) + 0.5) }

  private static func roundingError(_ energy: Double, _ count: Int) -> Double {
    abs(Double(count) / Double(finestQuantaPerUnit) - energy)
  }

  /// A model of energies in the finest quanta: of a MAC, of a bit read and of a bit written.
  private init(
    name: String, source: String, unit: String, widths: WordWidths?, figures: Figures, finest: [Int]
  ) {
    var (quanta, quantaPerUnit) = (finest, Self.finestQuantaPerUnit)
    while quantaPerUnit > 1, quanta.allSatisfy({ $0 % 2 == 0 }) {
      quantaPerUnit /= 2
      quanta = quanta.map { $0 / 2 }
    }
    self.name = name
    self.source = source
    self.unit = unit
    self.widths = widths
    self.figures = figures
    self.quantaPerUnit = quantaPerUnit
    macQuanta = quanta[0]
    readQuanta = quanta[1]
    writeQuanta = quanta[2]
  }

  /// The energies in the finest quanta: of a MAC, of a bit read and of a bit written.
  private var finest: [Int] {
    [macQuanta, readQuanta, writeQuanta].map { $0 * (Self.finestQuantaPerUnit / quantaPerUnit) }
  }

  /// The model with what the Buffer adds at a capacity: to the energy of a MAC what its accesses cost, to that of a bit
  /// read what it costs to fill it in, and to that of a bit written what it costs to drain it.
  ///
  /// What is added to each is a real number, see ``BufferEnergy``, and is rounded once, to the nearest multiple of 2^-10 of
  /// the unit. So it never falls as the capacity rises.
  ///
  /// - Parameters:
  ///   - capacity: the Buffer's size.
  ///   - widths: bits of the words that are accessed.
  /// - Returns: a model for that capacity; this one where accesses of the Buffer are not modelled.
  /// - Throws: ``EnergyModelError/capacityOutOfRange(_:range:)``, or another where an energy is too large or would change
  ///   by more than one percent when it is rounded.
  public func at(_ capacity: Bits, widths: WordWidths) throws(EnergyModelError) -> EnergyModel {
    guard let buffer else { return self }
    guard let added = buffer.added(at: capacity, widths: widths) else {
      throw .capacityOutOfRange(capacity, range: buffer.capacities)
    }
    var (sum, share) = (finest, [Int]())
    for (place, (quantity, energy)) in [("mac", added.mac), ("read", added.read), ("write", added.write)].enumerated() {
      let own = Double(sum[place]) / Double(Self.finestQuantaPerUnit)
      guard own + energy <= Self.largestEnergy else { throw .outOfRange(quantity, own + energy) }
      let count = Self.rounded(energy)
      if Self.roundingError(energy, count) > Self.largestRoundingError * (own + energy) {
        throw .tooSmall(quantity, own + energy)
      }
      share.append(count)
      sum[place] += count
    }
    func units(_ quanta: Int) -> Double { Double(quanta) / Double(Self.finestQuantaPerUnit) }
    var model = EnergyModel(
      name: name, source: source, unit: unit, widths: self.widths, figures: figures, finest: sum)
    model.bufferShare = BufferShare(
      perMAC: units(share[0]), perBitRead: units(share[1]), perBitWritten: units(share[2]))
    return model
  }

  /// The model without the Buffer's energy, whether it was for one capacity or for any.
  public var withoutBuffer: EnergyModel {
    var model = self
    if let bufferShare {
      let share = [bufferShare.perMAC, bufferShare.perBitRead, bufferShare.perBitWritten]
      let own = zip(finest, share).map { $0 - Self.rounded($1) }
      func units(_ quanta: Int) -> Double { Double(quanta) / Double(Self.finestQuantaPerUnit) }
      model = EnergyModel(
        name: name, source: source, unit: unit, widths: widths,
        figures: Figures(mac: units(own[0]), read: units(own[1]), write: units(own[2])), finest: own)
    }
    (model.buffer, model.bufferShare) = (nil, nil)
    return model
  }

  /// The model with a part of its energies said to be the Buffer's.
  ///
  /// - Parameter share: that part, in multiples of 2^-10.
  /// - Returns: nil where the part is none: negative, no such multiple or more than the whole.
  public func sharing(_ share: BufferShare) -> EnergyModel? {
    let parts = [(share.perMAC, perMAC), (share.perBitRead, perBitRead), (share.perBitWritten, perBitWritten)]
    for (part, all) in parts where !(part >= 0 && part <= all && Self.roundingError(part, Self.rounded(part)) == 0) {
      return nil
    }
    var model = self
    model.bufferShare = share
    return model
  }

  /// A model of whole numbers that needs no check.
  init(exactly name: String, source: String, unit: String, read: Int, write: Int) {
    self.name = name
    self.source = source
    self.unit = unit
    widths = nil
    (buffer, bufferShare) = (nil, nil)
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
  /// A capacity for which the model does not tell what the Buffer costs.
  case capacityOutOfRange(Bits, range: ClosedRange<Bits>)

  /// The energy that is wrong, "mac", "read" or "write", or "capacity".
  public var quantity: String {
    switch self {
    case .outOfRange(let quantity, _), .tooSmall(let quantity, _): quantity
    case .capacityOutOfRange: "capacity"
    }
  }

  /// What is wrong and what would be accepted, in one line.
  public var description: String {
    switch self {
    case .outOfRange(let quantity, let value):
      "\(quantity) is \(value); \((0...Int(EnergyModel.largestEnergy)).accepted)"
    case .tooSmall(let quantity, let value):
      "\(quantity) is \(value), which would change by more than 1 % when rounded to a multiple of 2^-10; give all "
        + "energies in a smaller unit, fJ for pJ"
    case .capacityOutOfRange(let capacity, let range):
      "a Buffer of \(capacity.inLargestUnit) is out of the table of what one costs to access, which tells of "
        + "\(range.lowerBound.inLargestUnit) to \(range.upperBound.inLargestUnit)"
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
