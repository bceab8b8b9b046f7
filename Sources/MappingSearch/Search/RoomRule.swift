import EnergyModel
import Mappings
import Workloads

/// What one search takes for granted of how boxes lie in the Buffer.
///
/// A tensor that is *resident* is in the Buffer whole, of all groups of channels, from the first loop to the last: what is on
/// the chip is, and of a tensor that would else be there twice all searches with and without it being so are made.
struct RoomRule: Sendable {
  let layout: BufferLayout
  /// The tensors that are whole; they are kept outside all loops.
  let resident: Set<Tensor>
  /// Bits that a word of each tensor's box takes, twice those of a word where the next box is loaded meanwhile.
  private let widths: [Int]
  /// Bits of all that one group of channels uses of each tensor.
  private let wholes: [Int]
  private let groups: Int

  init(_ problem: Problem, resident: Set<Tensor>) {
    layout = problem.layout
    self.resident = resident
    groups = problem.layer[.g]
    let twice = layout.doubleBuffered.subtracting(resident)
    widths = Tensor.allCases.map { problem.widths.inBuffer($0).count * (twice.contains($0) ? 2 : 1) }
    wholes = Tensor.allCases.map {
      problem.layer.usedElements(of: $0).count / problem.layer[.g] * problem.widths.inBuffer($0).count
    }
  }

  /// Whether nothing but the sum of what is held is limited.
  var limitsSumAlone: Bool { layout.parts.isEmpty && resident.isEmpty }

  /// The rule where all tensors share one room.
  static func shared(_ problem: Problem) -> RoomRule { RoomRule(problem, resident: []) }

  /// Whether an order of keeps has the resident tensors before others.
  func isKept(by dataflow: Dataflow) -> Bool { dataflow.keepsFirst(resident) }

  /// Bits that a word of a tensor's box takes.
  func width(_ tensor: Tensor) -> Int { widths[tensor.position] }

  /// Bits of all that one group uses of a tensor.
  func whole(_ tensor: Tensor) -> Int { wholes[tensor.position] }

  /// Bits of resident tensors in all groups.
  var held: Int { resident.reduce(0) { $0 + groups * whole($1) } }

  /// Bits of resident tensors in all groups but one, beside what a search of one group counts.
  var besides: Int { resident.reduce(0) { $0 + (groups - 1) * whole($1) } }

  /// What an order of keeps may hold of one group in a Buffer of some size.
  ///
  /// - Parameters:
  ///   - order: the tensors.
  ///   - capacity: bits of the whole Buffer.
  ///   - countsResidents: whether what is held of resident tensors in the group counts.
  /// - Returns: the limits, in the order of the tensors.
  func limits(_ order: [Tensor], capacity: Int, countsResidents: Bool) -> HeldLimits {
    var limits = HeldLimits()
    if countsResidents {
      for (position, tensor) in order.enumerated() where resident.contains(tensor) {
        limits.least[position] = whole(tensor)
      }
    }
    for (part, share) in zip(layout.parts, layout.parts(in: Bits(capacity))) {
      let bufferBits = Double(layout.capacity?.count ?? 0) / Double(part.capacity.count)
      let others = part.tensors.intersection(resident).reduce(0) {
        $0 + (countsResidents ? groups - 1 : groups) * whole($1)
      }
      limits.add(
        order.map(part.tensors.contains), bits: share.capacity.count, besides: others, bufferBits: bufferBits)
    }
    return limits
  }
}

extension Tensor {
  /// Its position among all.
  var position: Int {
    switch self {
    case .inputs: 0
    case .weights: 1
    case .outputs: 2
    }
  }
}

/// What may be held of three tensors beside their sum's being within a capacity, in bits.
struct HeldLimits: Sendable {
  /// The least of each.
  fileprivate(set) var least = SIMD4<Int>(repeating: 0)
  /// For each part a one for each tensor in it, and its size.
  private var members: (SIMD4<Int>, SIMD4<Int>, SIMD4<Int>) = (.zero, .zero, .zero)
  private var sizes = SIMD4<Int>(repeating: .max)
  /// Bits of each part that are taken by what does not count, and the bits of the Buffer for each of the part.
  private var besides = SIMD4<Int>.zero
  private var bufferBits = SIMD4<Double>.zero
  /// The most of each tensor alone.
  private(set) var most = SIMD4<Int>(repeating: .max)
  /// Whether there are parts.
  private(set) var hasParts = false
  /// Whether they allow everything.
  var areNone: Bool { !hasParts && least == .zero }

  /// Adds a part for some of the tensors, of so many bits with some that are taken.
  fileprivate mutating func add(_ tensors: [Bool], bits: Int, besides others: Int, bufferBits: Double) {
    var mask = SIMD4<Int>(repeating: 0)
    for (position, isMember) in tensors.enumerated() where isMember {
      mask[position] = 1
      most[position] = bits - others
    }
    let index = members.0 == .zero ? 0 : members.1 == .zero ? 1 : 2
    switch index {
    case 0: members.0 = mask
    case 1: members.1 = mask
    default: members.2 = mask
    }
    (sizes[index], besides[index]) = (bits - others, others)
    self.bufferBits[index] = bufferBits
    hasParts = true
  }

  /// The bits of so many of each tensor that are in each part.
  @inline(__always)
  private func inParts(_ held: SIMD4<Int>) -> SIMD4<Int> {
    SIMD4(
      (held &* members.0).wrappedSum(), (held &* members.1).wrappedSum(), (held &* members.2).wrappedSum(), 0)
  }

  /// Whether all parts have room for so many bits.
  @inline(__always)
  func haveRoom(for held: SIMD4<Int>) -> Bool { !hasParts || all(inParts(held) .<= sizes) }

  /// No smaller Buffer has room for so many bits in all parts.
  @inline(__always)
  func leastCapacity(for held: SIMD4<Int>) -> Int {
    // Rounded down by more than what doubles may be off.
    Int((SIMD4<Double>(inParts(held) &+ besides) * bufferBits).max() * (1 - 0x1p-40))
  }

  /// Whether boxes of so many bits are allowed.
  @inline(__always)
  func admits(_ held: SIMD4<Int>) -> Bool { !any(held .< least) && haveRoom(for: held) }

  /// The most bits of the third tensor beside so much of the others.
  @inline(__always)
  func mostOfThird(first: Int, second: Int) -> Int {
    if !hasParts { return .max }
    let held = SIMD4(first, second, 0, 0)
    if members.0[2] == 1 { return sizes[0] &- (held &* members.0).wrappedSum() }
    if members.1[2] == 1 { return sizes[1] &- (held &* members.1).wrappedSum() }
    return sizes[2] &- (held &* members.2).wrappedSum()
  }
}

extension Mapping {
  /// The same nest with some keeps outside all loops.
  func keepingFirst(_ tensors: Set<Tensor>) -> Mapping {
    if tensors.isEmpty { return self }
    func isFirst(_ node: Node) -> Bool { if case .keep(let tensor) = node { tensors.contains(tensor) } else { false } }
    guard let mapping = try? Mapping(nodes.filter(isFirst) + nodes.filter { !isFirst($0) }) else {
      preconditionFailure("the nest keeps every tensor once")
    }
    return mapping
  }
}
