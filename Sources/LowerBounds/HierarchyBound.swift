public import EnergyModel
public import Workloads

/// A lower bound on the energy that a hierarchy of memories spends on data, for every schedule.
///
/// Everything inside a level's boundary taken together is a Buffer: what crosses the boundary is at least what the bounds
/// of ``LowerBounds`` say of that capacity. Each bit that crosses costs an access outside and one inside, and each MAC
/// takes its operands from the innermost memories. Added up so that no access counts twice,
///
///     E_data ≥ Σ over boundaries (price · bits that cross) + MACs · (energy of the operands)
///
/// The proof is in `Proofs.md` beside this file.
public struct HierarchyBound: Hashable, Sendable {
  /// A boundary between two levels.
  public struct Boundary: Hashable, Sendable {
    /// The level outside.
    public let outer: String
    /// All memories inside together.
    public let capacity: Bits
    /// What a bit that crosses costs at least, less what inner boundaries have counted of it.
    public let price: Double
  }

  /// The boundaries with memory for every tensor inside, outermost first.
  public let boundaries: [Boundary]
  /// The energy with which each MAC's operands leave and reach the innermost memories.
  public let operands: Double

  /// The boundaries of a platform.
  ///
  /// - Parameter platform: memories with their energies.
  public init(_ platform: Platform) {
    let levels = platform.levels
    /// A move of a tensor from a memory to the next one inside: the boundaries crossed, and what remains of its price.
    var moves: [(crossed: Range<Int>, rest: Double)] = []
    var operands = 0.0
    for tensor in Tensor.allCases {
      let chain = levels.indices.compactMap { index in levels[index].memory(of: tensor).map { (index, $0) } }
      for ((outer, above), (inner, below)) in zip(chain, chain.dropFirst()) {
        moves.append((outer..<inner, Self.price(of: tensor, from: above, to: below)))
      }
      if let (_, innermost) = chain.last { operands += Self.operand(tensor, in: innermost, platform.widths) }
    }
    self.operands = operands
    // The least capacity has the most traffic: what a bypass costs once is counted for the innermost boundary first.
    var boundaries: [Boundary] = []
    for index in levels.indices.dropLast().reversed() {
      let inside = levels[(index + 1)...]
      let isBuffer = Tensor.allCases.allSatisfy { tensor in inside.contains { $0.memory(of: tensor) != nil } }
      if !isBuffer { continue }
      let crossing = moves.indices.filter { moves[$0].crossed.contains(index) }
      let price = crossing.map { moves[$0].rest }.min() ?? 0
      for move in crossing { moves[move].rest -= price }
      boundaries.append(
        Boundary(
          outer: levels[index].name, capacity: inside.reduce(.zero) { $0 + $1.capacity }, price: max(0, price)))
    }
    self.boundaries = boundaries.reversed()
  }

  /// What a bit costs at least between two memories that follow each other.
  ///
  /// Of sums only the write outside is counted: estimators differ in whether one that leaves is read from its memory,
  /// which may have it at hand, and one that comes in again was written outside before.
  private static func price(of tensor: Tensor, from outer: Platform.Memory, to inner: Platform.Memory) -> Double {
    tensor == .outputs ? outer.write : outer.read + inner.write
  }

  /// What a MAC costs at least at the innermost memory of a tensor: its operand is read, or the sum that it adds to is
  /// written, for as many MACs at once as the platform can.
  ///
  /// The sum is also read, but not the first time.
  private static func operand(_ tensor: Tensor, in memory: Platform.Memory, _ widths: WordWidths) -> Double {
    let bits = Double(widths.inBuffer(tensor).count) / Double(memory.macsPerAccess)
    return bits * (tensor == .outputs ? memory.write : memory.read)
  }

  /// The energy for given traffic across the boundaries.
  ///
  /// - Parameters:
  ///   - crossings: the bits that cross each of ``boundaries``.
  ///   - macs: the MACs that take operands.
  /// - Returns: the energy, in the platform's unit.
  public func energy(crossings: [Bits], macs: Int) -> Double {
    precondition(crossings.count == boundaries.count, "a number for each boundary")
    return zip(boundaries, crossings).reduce(Double(macs) * operands) { $0 + $1.0.price * Double($1.1.count) }
  }

  /// What every schedule of a layer spends on data at least, in the platform's unit. Only MACs on real inputs count.
  ///
  /// - Parameter bounds: the bounds of the layer at the platform's word widths.
  /// - Returns: the energy.
  public func least(_ bounds: LowerBounds) -> Double {
    energy(crossings: boundaries.map { bounds.best(capacity: $0.capacity).total }, macs: bounds.realMACs)
  }
}
