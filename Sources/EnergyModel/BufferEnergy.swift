import Foundation
public import Workloads

/// What accesses of the Buffer cost as a function of its capacity, and how many there are (theory §2).
///
/// Between two capacities of the table energies are interpolated linearly on logarithms of capacity and energy, as memories
/// grow by powers. Outside of it nothing is known.
public struct BufferEnergy: Hashable, Sendable {
  /// A Buffer of one capacity.
  public struct Row: Hashable, Sendable {
    /// Its size.
    public let capacity: Bits
    /// The energy of reading a bit, in the model's unit.
    public let read: Double
    /// The energy of writing a bit, in the model's unit.
    public let write: Double

    /// A Buffer with its energies.
    public init(capacity: Bits, read: Double, write: Double) {
      (self.capacity, self.read, self.write) = (capacity, read, write)
    }
  }

  /// Words accessed for a MAC, on average: fewer than one where a word serves several MACs at once.
  public struct Accesses: Hashable, Sendable {
    /// Words of inputs.
    public let inputs: Double
    /// Words of weights.
    public let weights: Double
    /// Partial sums.
    public let partialSums: Double

    /// So many words of each kind.
    public init(inputs: Double = 0, weights: Double = 0, partialSums: Double = 0) {
      (self.inputs, self.weights, self.partialSums) = (inputs, weights, partialSums)
    }

    /// The bits of these words.
    func bits(_ widths: WordWidths) -> Double {
      inputs * Double(widths.inputs.count) + weights * Double(widths.weights.count)
        + partialSums * Double(widths.partialSums.count)
    }

    var counts: [Double] { [inputs, weights, partialSums] }
  }

  /// More accesses for a MAC, or for a word that moves, are refused.
  public static let mostAccesses = 1024.0

  /// Buffers by rising capacity, whose energies do not fall.
  public let table: [Row]
  /// Words read for a MAC.
  public let readsPerMAC: Accesses
  /// Words written for a MAC.
  public let writesPerMAC: Accesses
  /// How often a word that is read from DRAM is written into the Buffer.
  public let writesPerFill: Double
  /// How often a word that is written to DRAM is read from the Buffer.
  public let readsPerDrain: Double

  /// What a Buffer costs.
  ///
  /// - Parameters:
  ///   - table: at least two Buffers by rising capacity, with energies above zero that do not fall.
  ///   - readsPerMAC: words read for a MAC.
  ///   - writesPerMAC: words written for a MAC.
  ///   - writesPerFill: how often a word that is read from DRAM is written into the Buffer.
  ///   - readsPerDrain: how often a word that is written to DRAM is read from the Buffer.
  /// - Throws: ``BufferEnergyError``.
  public init(
    table: [Row], readsPerMAC: Accesses, writesPerMAC: Accesses, writesPerFill: Double = 1, readsPerDrain: Double = 1
  ) throws(BufferEnergyError) {
    if table.count < 2 { throw .tooShort(table.count) }
    for row in table {
      guard row.capacity > .zero,
        [row.read, row.write].allSatisfy({ $0 > 0 && $0 <= EnergyModel.largestEnergy })
      else { throw .energy(row.capacity) }
    }
    for (row, next) in zip(table, table.dropFirst()) {
      if next.capacity <= row.capacity { throw .order(row.capacity, next.capacity) }
      if next.read < row.read || next.write < row.write { throw .falls(row.capacity, next.capacity) }
    }
    for (name, counts) in [
      ("reads-per-mac", readsPerMAC.counts), ("writes-per-mac", writesPerMAC.counts),
      ("writes-per-fill", [writesPerFill]), ("reads-per-drain", [readsPerDrain]),
    ] {
      for count in counts where !(count >= 0 && count <= Self.mostAccesses) { throw .accesses(name, count) }
    }
    (self.table, self.readsPerMAC, self.writesPerMAC) = (table, readsPerMAC, writesPerMAC)
    (self.writesPerFill, self.readsPerDrain) = (writesPerFill, readsPerDrain)
  }

  /// The capacities that the table tells of.
  public var capacities: ClosedRange<Bits> { table[0].capacity...table[table.count - 1].capacity }

  /// The energies of reading and of writing a bit at a capacity, or nil outside of the table.
  public func energies(at capacity: Bits) -> (read: Double, write: Double)? {
    guard capacities.contains(capacity), let next = table.firstIndex(where: { $0.capacity >= capacity }) else {
      return nil
    }
    let high = table[next]
    if high.capacity == capacity { return (high.read, high.write) }
    let low = table[next - 1]
    let part =
      log(Double(capacity.count) / Double(low.capacity.count))
      / log(Double(high.capacity.count) / Double(low.capacity.count))
    // Rounding takes neither beyond its neighbours.
    func between(_ a: Double, _ b: Double) -> Double { min(max(a * pow(b / a, part), a), b) }
    return (between(low.read, high.read), between(low.write, high.write))
  }

  /// What the Buffer adds to the energies of a MAC, of a bit read from DRAM and of one written to it, in the model's unit;
  /// nil outside of the table.
  func added(at capacity: Bits, widths: WordWidths) -> (mac: Double, read: Double, write: Double)? {
    energies(at: capacity).map { energies in
      (
        readsPerMAC.bits(widths) * energies.read + writesPerMAC.bits(widths) * energies.write,
        writesPerFill * energies.write, readsPerDrain * energies.read
      )
    }
  }

  /// Whether filling and draining add the same to a bit read from DRAM and to one written to it, at every capacity.
  fileprivate var addsTheSameBothWays: Bool {
    writesPerFill == readsPerDrain && table.allSatisfy { $0.read == $0.write }
  }

  /// Whether moving data costs nothing in the Buffer.
  public var movesForNothing: Bool { writesPerFill == 0 && readsPerDrain == 0 }
}

extension EnergyModel {
  /// Whether the ratio of e_read to e_write is the same at every capacity, so that one Pareto curve has the optima of all:
  /// where moving data costs nothing in the Buffer, or as much as it does both ways in DRAM and in the Buffer.
  public var keepsRatio: Bool {
    guard let buffer, !buffer.movesForNothing else { return true }
    return readQuanta == writeQuanta && readQuanta > 0 && buffer.addsTheSameBothWays
  }
}

/// The part of an energy model's energies that is the Buffer's, at one capacity; in the model's unit and multiples of 2^-10.
public struct BufferShare: Hashable, Sendable {
  /// Of the energy of a MAC.
  public let perMAC: Double
  /// Of that of a bit read from DRAM.
  public let perBitRead: Double
  /// Of that of a bit written to DRAM.
  public let perBitWritten: Double

  /// A part of each energy.
  public init(perMAC: Double, perBitRead: Double, perBitWritten: Double) {
    (self.perMAC, self.perBitRead, self.perBitWritten) = (perMAC, perBitRead, perBitWritten)
  }
}

/// Why what a Buffer costs cannot be.
public enum BufferEnergyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The table has fewer than two capacities.
  case tooShort(Int)
  /// The energies at a capacity are not above zero, or are absurdly large.
  case energy(Bits)
  /// A capacity does not rise above the one before it.
  case order(Bits, Bits)
  /// An energy is less than at the capacity before.
  case falls(Bits, Bits)
  /// A number of accesses is negative or absurdly large.
  case accesses(String, Double)

  /// The key that is wrong.
  public var key: String {
    if case .accesses(let key, _) = self { key } else { "table" }
  }

  /// What is wrong and what would be accepted.
  public var description: String {
    switch self {
    case .tooShort(let count): "has \(count) capacities; two or more are expected, to interpolate between them"
    case .energy(let capacity):
      "the energies at \(capacity.inLargestUnit) are out of range; more than 0 to \(Int(EnergyModel.largestEnergy)) a bit is accepted"
    case .order(let capacity, let next):
      "has \(next.inLargestUnit) behind \(capacity.inLargestUnit); rising capacities are expected"
    case .falls(let capacity, let next):
      "energies fall from \(capacity.inLargestUnit) to \(next.inLargestUnit); a larger Buffer is expected to cost no less"
    case .accesses(let key, let count):
      "\(key) is \(count); \((0...Int(BufferEnergy.mostAccesses)).accepted)"
    }
  }
}
