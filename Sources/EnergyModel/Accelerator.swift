public import Workloads

/// A machine with a Buffer between its MACs and DRAM: what belongs together of capacity, energies, word widths and rates.
public struct Accelerator: Hashable, Sendable {
  /// How fast a machine computes and moves data.
  public struct Throughput: Hashable, Sendable {
    /// The most MACs of a cycle.
    public let macsPerCycle: Int
    /// Cycles per second.
    public let clock: Double
    /// The most bits per second that move between DRAM and the Buffer, both ways together.
    public let bandwidth: Double

    /// Larger rates, and smaller ones than one, are refused.
    public static let largestRate = 1e18

    /// Rates, or nil unless each lies from 1 to ``largestRate``, MACs of a cycle to 2^40.
    ///
    /// - Parameters:
    ///   - macsPerCycle: the most MACs of a cycle.
    ///   - clock: cycles per second.
    ///   - bandwidth: the most bits per second that move, both ways together.
    public init?(macsPerCycle: Int, clock: Double, bandwidth: Double) {
      guard (1...1 << 40).contains(macsPerCycle),
        [clock, bandwidth].allSatisfy({ $0 >= 1 && $0 <= Self.largestRate })
      else { return nil }
      (self.macsPerCycle, self.clock, self.bandwidth) = (macsPerCycle, clock, bandwidth)
    }

    /// The most MACs per second.
    public var macsPerSecond: Double { Double(macsPerCycle) * clock }
  }

  /// What results say of an accelerator besides the capacity, the energies and the widths that they hold under.
  public struct Identity: Hashable, Sendable {
    /// What reports call it.
    public let name: String
    /// Its rates, where they are given.
    public let throughput: Throughput?

    /// A name with rates.
    public init(name: String, throughput: Throughput?) { (self.name, self.throughput) = (name, throughput) }
  }

  /// Its name and rates.
  public let identity: Identity
  /// Where the figures come from.
  public let source: String
  /// What of the machine is left out or taken otherwise than it is; empty where nothing is said.
  public let simplified: String
  /// The Buffer's size.
  public let capacity: Bits
  /// How tensors lie in it.
  public let layout: BufferLayout
  /// What a MAC and a moved bit cost.
  public let energyModel: EnergyModel
  /// Bits of a word of each kind.
  public let widths: WordWidths

  /// What reports call it.
  public var name: String { identity.name }

  /// A machine.
  ///
  /// - Parameters:
  ///   - identity: its name and rates.
  ///   - source: where the figures come from.
  ///   - simplified: what of the machine is left out.
  ///   - capacity: the Buffer's size.
  ///   - energyModel: what a MAC and a moved bit cost.
  ///   - widths: bits of a word of each kind.
  ///   - layout: how tensors lie in the Buffer.
  public init(
    _ identity: Identity, source: String, simplified: String = "", capacity: Bits, energyModel: EnergyModel,
    widths: WordWidths, layout: BufferLayout = .shared
  ) {
    (self.identity, self.source, self.simplified) = (identity, source, simplified)
    (self.capacity, self.energyModel, self.widths, self.layout) = (capacity, energyModel, widths, layout)
  }
}
