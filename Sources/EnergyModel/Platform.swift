public import Workloads

/// An accelerator as a hierarchy of memories, outermost first, with what it costs to read and to write them.
///
/// Every tensor passes through the memories that keep it, from the outermost, DRAM, to the innermost, from which the MACs
/// take their operands. Where a level has no memory for a tensor, the tensor bypasses it.
public struct Platform: Hashable, Sendable {
  /// One kind of memory, of which there may be several instances.
  public struct Memory: Hashable, Sendable {
    /// What reports call it.
    public let name: String
    /// The tensors that it keeps, or all of them.
    public let tensors: Set<Tensor>
    /// The size of one instance, or nil where it is unlimited, as DRAM is.
    public let capacity: Bits?
    /// How many there are.
    public let instances: Int
    /// The energy of reading a bit, in the platform's unit.
    public let read: Double
    /// The energy of writing a bit, in the platform's unit.
    public let write: Double
    /// The most MACs that one access serves in space: a word of inputs read for several, or a sum of the products of
    /// several written. It matters for the memory from which the MACs take their operands.
    public let macsPerAccess: Int

    /// A memory.
    ///
    /// - Parameters:
    ///   - name: what reports call it.
    ///   - tensors: what it keeps.
    ///   - capacity: the size of one instance, or nil for a memory without limit.
    ///   - instances: how many there are.
    ///   - read: the energy of reading a bit.
    ///   - write: the energy of writing a bit.
    ///   - macsPerAccess: the most MACs that one access serves in space.
    public init(
      name: String, tensors: Set<Tensor> = Set(Tensor.allCases), capacity: Bits?, instances: Int = 1, read: Double,
      write: Double, macsPerAccess: Int = 1
    ) {
      self.name = name
      self.tensors = tensors
      self.capacity = capacity
      self.instances = instances
      self.read = read
      self.write = write
      self.macsPerAccess = macsPerAccess
    }
  }

  /// Memories at the same distance from the MACs, no two for the same tensor.
  public struct Level: Hashable, Sendable {
    /// What reports call it.
    public let name: String
    /// Its memories.
    public let memories: [Memory]

    /// A level of some memories.
    public init(name: String, memories: [Memory]) {
      self.name = name
      self.memories = memories
    }

    /// The memory that keeps a tensor, or nil where it bypasses the level.
    public func memory(of tensor: Tensor) -> Memory? { memories.first { $0.tensors.contains(tensor) } }

    /// All instances of all memories together; those without limit do not count.
    public var capacity: Bits { memories.reduce(.zero) { $0 + Bits($1.instances * ($1.capacity?.count ?? 0)) } }
  }

  /// The largest number of bits that all memories on the chip may have together.
  public static let largestCapacity = 1 << 53
  /// The largest accepted energy of an access of one bit.
  public static let largestEnergy = EnergyModel.largestEnergy

  /// What reports call it.
  public let name: String
  /// Where the figures come from.
  public let source: String
  /// The levels, DRAM first.
  public let levels: [Level]
  /// C_b, the energy of a MAC, before it is rounded to a quantum.
  public let mac: Double
  /// C_b and the energies of DRAM, with the platform's word widths.
  public let energyModel: EnergyModel
  /// Bits of a word of each kind.
  public let widths: WordWidths

  /// A platform.
  ///
  /// - Parameters:
  ///   - name: what reports call it.
  ///   - source: where the figures come from.
  ///   - unit: what energies are counted in.
  ///   - mac: the energy of a MAC.
  ///   - widths: bits of a word of each kind.
  ///   - levels: at least two, DRAM first.
  /// - Throws: ``PlatformError``.
  public init(
    name: String, source: String, unit: String, mac: Double, widths: WordWidths, levels: [Level]
  ) throws(PlatformError) {
    guard let first = levels.first, levels.count > 1 else { throw .tooFewLevels(levels.count) }
    guard first.memories.count == 1, first.memories[0].capacity == nil, first.memories[0].tensors.count == 3 else {
      throw .noDRAM(first.name)
    }
    var bits = 0
    for (index, level) in levels.enumerated() {
      for memory in level.memories {
        let energies = [memory.read, memory.write]
        guard energies.allSatisfy({ $0 >= 0 && $0 <= Self.largestEnergy }) else { throw .energy(memory.name) }
        if memory.instances < 1 || memory.macsPerAccess < 1 { throw .count(memory.name) }
        if index == 0 { continue }
        guard let capacity = memory.capacity, capacity > .zero else { throw .unlimited(memory.name) }
        let (size, overflow) = capacity.count.multipliedReportingOverflow(by: memory.instances)
        let sum = bits.addingReportingOverflow(size)
        if overflow || sum.overflow || sum.partialValue > Self.largestCapacity { throw .tooLarge(memory.name) }
        bits = sum.partialValue
      }
      for tensor in Tensor.allCases where level.memories.count(where: { $0.tensors.contains(tensor) }) > 1 {
        throw .keptTwice(tensor, level: level.name)
      }
    }
    for tensor in Tensor.allCases where !levels.dropFirst().contains(where: { $0.memory(of: tensor) != nil }) {
      throw .notKept(tensor)
    }
    do {
      energyModel = try EnergyModel(
        name: name, source: source, unit: unit, mac: mac, read: first.memories[0].read, write: first.memories[0].write,
        widths: widths)
    } catch {
      throw .energyModel(error)
    }
    (self.name, self.source, self.mac, self.widths, self.levels) = (name, source, mac, widths, levels)
  }

  /// The capacity of all memories on the chip together.
  ///
  /// Lower bounds of the two-level model hold on this platform for a Buffer of this size. They do not for a smaller one:
  /// the platform may move less than they say, by keeping data in a memory that was not counted.
  public var onChip: Bits { levels.dropFirst().reduce(.zero) { $0 + $1.capacity } }

  /// The capacity of each level on the chip that keeps more than one tensor. Any of them may be called the Buffer.
  public var buffers: [Bits] {
    levels.dropFirst().filter { Set($0.memories.flatMap(\.tensors)).count > 1 }.map(\.capacity)
  }
}

/// Why a platform cannot be.
public enum PlatformError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There are fewer than two levels.
  case tooFewLevels(Int)
  /// The first level is not one memory without capacity that keeps every tensor.
  case noDRAM(String)
  /// An energy is negative, too large or no number.
  case energy(String)
  /// A count is below 1.
  case count(String)
  /// A memory on the chip has no capacity.
  case unlimited(String)
  /// The memories together exceed the largest number of bits.
  case tooLarge(String)
  /// Two memories of a level keep the same tensor.
  case keptTwice(Tensor, level: String)
  /// No memory on the chip keeps a tensor.
  case notKept(Tensor)
  /// The energies of MAC and DRAM make no energy model.
  case energyModel(EnergyModelError)

  /// What is wrong and what would be accepted.
  public var description: String {
    switch self {
    case .tooFewLevels(let count): "has \(count) levels; DRAM and at least one level on the chip are expected"
    case .noDRAM(let level):
      "the first level, '\(level)', is to be DRAM: one memory for all tensors, without a capacity"
    case .energy(let memory):
      "the energies of '\(memory)' are out of range; \((0...Int(Platform.largestEnergy)).accepted) a bit"
    case .count(let memory): "the instances or the MACs an access of '\(memory)' are out of range; \((1...).accepted)"
    case .unlimited(let memory): "'\(memory)' has no capacity; only DRAM, the first level, is without"
    case .tooLarge(let memory): "'\(memory)' makes the memories larger than 1 PiB together"
    case .keptTwice(let tensor, let level): "two memories of the level '\(level)' keep \(tensor.rawValue)"
    case .notKept(let tensor): "no memory on the chip keeps \(tensor.rawValue)"
    case .energyModel(let error): "\(error)"
    }
  }
}
