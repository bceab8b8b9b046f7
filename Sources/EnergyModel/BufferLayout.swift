public import Workloads

/// How tensors lie in the Buffer: in one room that all share, or in parts; once or twice; and which of them are there anyway.
public struct BufferLayout: Hashable, Sendable {
  /// Some of the Buffer, which only some tensors use.
  public struct Part: Hashable, Sendable {
    /// The tensors that share it.
    public let tensors: Set<Tensor>
    /// Its size.
    public let capacity: Bits

    /// A part for some tensors.
    public init(_ tensors: Set<Tensor>, capacity: Bits) { (self.tensors, self.capacity) = (tensors, capacity) }
  }

  /// The parts, each tensor in one of them; none where all tensors share one room.
  ///
  /// Of a Buffer of another size than all parts together each part has the same share, rounded down to whole bits.
  public let parts: [Part]
  /// The tensors of which the next box is loaded while the one before is used: they take twice their largest box, unless
  /// they have only one.
  public var doubleBuffered: Set<Tensor>
  /// The tensors that are in the Buffer whole: inputs and weights that are there before the layer runs, outputs that stay
  /// there. They move no word, and no other tensor has their room.
  public var onChip: Set<Tensor>

  /// One room for all, each box once, and nothing there before.
  public static let shared = BufferLayout()

  private init() { (parts, doubleBuffered, onChip) = ([], [], []) }

  /// A layout by its parts.
  ///
  /// - Parameters:
  ///   - parts: parts with each tensor in one of them, or none for one room.
  ///   - doubleBuffered: the tensors that take twice their box.
  ///   - onChip: the tensors that are in the Buffer whole.
  /// - Throws: ``BufferLayoutError``.
  public init(
    parts: [Part] = [], doubleBuffered: Set<Tensor> = [], onChip: Set<Tensor> = []
  ) throws(BufferLayoutError) {
    if !parts.isEmpty {
      for tensor in Tensor.allCases {
        let count = parts.count { $0.tensors.contains(tensor) }
        if count != 1 { throw .partsOf(tensor, count) }
      }
    }
    for part in parts {
      if part.tensors.isEmpty { throw .emptyPart }
      if part.capacity.count < 1 || part.capacity.count > Self.largestPart { throw .partOutOfRange(part.capacity) }
    }
    // The order of parts says nothing; one part is the whole.
    self.parts =
      parts.count < 2 ? [] : parts.sorted { Self.rank($0) < Self.rank($1) }
    self.doubleBuffered = doubleBuffered
    self.onChip = onChip
  }

  /// Larger parts are refused, so that shares of a Buffer can be counted.
  private static let largestPart = 1 << 53

  private static func rank(_ part: Part) -> Int {
    Tensor.allCases.firstIndex { part.tensors.contains($0) } ?? 0
  }

  /// All parts together, or nil where there are none.
  public var capacity: Bits? { parts.isEmpty ? nil : parts.reduce(.zero) { $0 + $1.capacity } }

  /// What a part has of a Buffer of some size.
  public func share(of part: Part, in capacity: Bits) -> Bits {
    let whole = parts.reduce(0) { $0 + $1.capacity.count }
    let product = part.capacity.count.multipliedFullWidth(by: capacity.count)
    return Bits(whole.dividingFullWidth(product).quotient)
  }

  /// The least Buffer of which a part has so many bits.
  private func leastCapacity(part: Part, holding bits: Bits) -> Bits {
    let whole = parts.reduce(0) { $0 + $1.capacity.count }
    let product = whole.multipliedFullWidth(by: bits.count)
    // More than any Buffer has.
    if product.high > 0, product.high >= part.capacity.count / 4 { return Bits(.max / 2) }
    let (quotient, remainder) = part.capacity.count.dividingFullWidth(product)
    return Bits(quotient + (remainder > 0 ? 1 : 0))
  }

  /// The least Buffer that holds so many bits of each tensor.
  public func leastCapacity(holding bits: (Tensor) -> Bits) -> Bits {
    func sum(_ tensors: some Sequence<Tensor>) -> Bits { tensors.reduce(.zero) { $0 + bits($1) } }
    if parts.isEmpty { return sum(Tensor.allCases) }
    return parts.map { leastCapacity(part: $0, holding: sum($0.tensors)) }.max() ?? .zero
  }
}

/// Why there is no such layout of a Buffer.
public enum BufferLayoutError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A tensor that is in none of the parts, or in several.
  case partsOf(Tensor, Int)
  /// A part for no tensor.
  case emptyPart
  /// A part that is too small or too large.
  case partOutOfRange(Bits)

  /// What is wrong and what would be accepted, in one line.
  public var description: String {
    switch self {
    case .partsOf(let tensor, let count):
      "\(tensor.rawValue) \(count == 0 ? "has no part" : "has \(count) parts"); each of inputs, weights and outputs has one"
    case .emptyPart: "a part is for no tensor; at least one is expected"
    case .partOutOfRange(let capacity): "a part has \(capacity.count) bits; 1 to 2^53 are accepted"
    }
  }
}
