public import Workloads

/// How tensors lie in the Buffer: in one room that all share, or in parts; once or twice; in blocks of any size, or of whole
/// multiples; and which of them are there anyway.
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
  /// What the tile of every loop over a dimension is a multiple of, where that is more than 1: of n, k and c, and of p and q of
  /// layers whose output rows or columns share no input. The last block of a dimension may be smaller.
  public let multiples: [Dimension: Int]

  /// What sizes boxes may have besides.
  public var rules: TileRules

  /// The dimensions that ``multiples`` may be of.
  public static let dimensionsWithMultiples: [Dimension] = [.n, .k, .c, .p, .q]

  /// One room for all, each box once, of any size, and nothing there before.
  public static let shared = BufferLayout()

  private init() { (parts, doubleBuffered, onChip, multiples, rules) = ([], [], [], [:], .none) }

  /// A layout by its parts.
  ///
  /// - Parameters:
  ///   - parts: parts with each tensor in one of them, or none for one room.
  ///   - doubleBuffered: the tensors that take twice their box.
  ///   - onChip: the tensors that are in the Buffer whole.
  ///   - multiples: what tiles of n, k, c, p and q are multiples of.
  ///   - rules: what sizes boxes may have besides.
  /// - Throws: ``BufferLayoutError``.
  public init(
    parts: [Part] = [], doubleBuffered: Set<Tensor> = [], onChip: Set<Tensor> = [], multiples: [Dimension: Int] = [:],
    rules: TileRules = .none
  ) throws(BufferLayoutError) {
    for (dimension, multiple) in multiples.sorted(by: { $0.key.index < $1.key.index }) {
      guard Self.dimensionsWithMultiples.contains(dimension) else { throw .withoutMultiples(dimension) }
      if !(1...Layer.largestSize).contains(multiple) { throw .multiple(dimension, multiple) }
    }
    if !parts.isEmpty {
      for tensor in Tensor.allCases {
        let count = parts.count { $0.tensors.contains(tensor) }
        if count != 1 { throw .partsOf(tensor, count) }
      }
    }
    var whole = 0
    for part in parts {
      if part.tensors.isEmpty { throw .emptyPart }
      if !(1...Self.largest - whole).contains(part.capacity.count) { throw .outOfRange }
      whole += part.capacity.count
    }
    // The order of parts says nothing.
    self.parts = parts.sorted { Self.rank($0) < Self.rank($1) }
    self.doubleBuffered = doubleBuffered
    self.onChip = onChip
    self.multiples = multiples.filter { $0.value > 1 }
    self.rules = rules
    for dimension in Dimension.allCases where multiples[dimension] != nil && rules.choices[dimension] != nil {
      throw .twoRules(dimension)
    }
  }

  private init(_ layout: BufferLayout, multiples: [Dimension: Int], _ rules: TileRules) {
    (parts, doubleBuffered, onChip) = (layout.parts, layout.doubleBuffered, layout.onChip)
    (self.multiples, self.rules) = (multiples, rules)
  }

  /// The same with tiles that need not be multiples.
  public var withoutMultiples: BufferLayout { BufferLayout(self, multiples: [:], rules) }

  /// The same with tiles of any size.
  public var withAnyTiles: BufferLayout { BufferLayout(self, multiples: [:], .none) }

  /// The same with the multiples and rules of another.
  public func withTiles(of other: BufferLayout) -> BufferLayout {
    BufferLayout(self, multiples: other.multiples, other.rules)
  }

  /// What the tiles of a dimension of a layer are multiples of: the whole dimension where no other divides it as it has to.
  public func leastTile(_ dimension: Dimension, of layer: Layer) -> Int {
    let (size, multiple) = (layer[dimension], multiples[dimension] ?? 1)
    return rules.cutsEvenly && size % multiple > 0 ? size : min(multiple, size)
  }

  /// Larger Buffers are refused, so that shares of them can be counted.
  private static let largest = 1 << 53 - 1

  private static func rank(_ part: Part) -> Int {
    Tensor.allCases.firstIndex { part.tensors.contains($0) } ?? 0
  }

  /// Whether a tensor has a part that no other shares.
  public func isAlone(_ tensor: Tensor) -> Bool { parts.contains { $0.tensors == [tensor] } }

  /// All parts together, or nil where there are none.
  public var capacity: Bits? { parts.isEmpty ? nil : parts.reduce(.zero) { $0 + $1.capacity } }

  /// The parts of a Buffer of some size, each with its share.
  public func parts(in capacity: Bits) -> [Part] {
    guard let whole = self.capacity else { return [] }
    return parts.map { part in
      let product = part.capacity.count.multipliedFullWidth(by: capacity.count)
      return Part(part.tensors, capacity: Bits(whole.count.dividingFullWidth(product).quotient))
    }
  }

  /// The parts of a Buffer of some size, with their shares, that do not hold so many bits of each tensor, and what they would
  /// have to hold.
  public func overfullParts(in capacity: Bits, holding bits: (Tensor) -> Bits) -> [(part: Part, held: Bits)] {
    parts(in: capacity).map { part in (part, part.tensors.reduce(.zero) { $0 + bits($1) }) }
      .filter { $0.held > $0.part.capacity }
  }

  /// The least Buffer of which a part has so many bits.
  private func leastCapacity(part: Part, of whole: Bits, holding bits: Bits) -> Bits {
    let product = whole.count.multipliedFullWidth(by: bits.count)
    // More than any Buffer has.
    if product.high > 0, product.high >= part.capacity.count / 4 { return Bits(.max / 2) }
    let (quotient, remainder) = part.capacity.count.dividingFullWidth(product)
    return Bits(quotient + (remainder > 0 ? 1 : 0))
  }

  /// The least Buffer that holds so many bits of each tensor.
  public func leastCapacity(holding bits: (Tensor) -> Bits) -> Bits {
    func sum(_ tensors: some Sequence<Tensor>) -> Bits { tensors.reduce(.zero) { $0 + bits($1) } }
    guard let whole = capacity else { return sum(Tensor.allCases) }
    return parts.map { leastCapacity(part: $0, of: whole, holding: sum($0.tensors)) }.max() ?? .zero
  }
}

/// Why there is no such layout of a Buffer.
public enum BufferLayoutError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A tensor that is in none of the parts, or in several.
  case partsOf(Tensor, Int)
  /// A part for no tensor.
  case emptyPart
  /// A part without a bit, or parts that are too large together.
  case outOfRange
  /// A dimension whose tiles cannot be asked to be multiples.
  case withoutMultiples(Dimension)
  /// A multiple that no dimension can have.
  case multiple(Dimension, Int)
  /// A dimension of which no tiles are chosen.
  case withoutTiles(Dimension)
  /// A tile that no dimension can have.
  case tile(Dimension, Int)
  /// A dimension whose tiles are to be multiples, and some of their own besides.
  case twoRules(Dimension)

  /// What is wrong and what would be accepted, in one line.
  public var description: String {
    switch self {
    case .partsOf(let tensor, let count):
      "\(tensor.rawValue) \(count == 0 ? "has no part" : "has \(count) parts"); each of inputs, weights and outputs has one"
    case .emptyPart: "a part is for no tensor; at least one is expected"
    case .outOfRange: "a part is out of range; at least 1 bit is accepted, and all parts together less than 1 PiB"
    case .withoutMultiples(let dimension):
      "tiles of \(dimension.rawValue) cannot be asked to be multiples; those of n, k, c, p and q can"
    case .withoutTiles(let dimension):
      "tiles of \(dimension.rawValue) cannot be chosen; those of n, k, c, p, q, r and s can"
    case .tile(let dimension, let tile):
      "\(dimension.rawValue): \(tile) is no tile; \((1...Layer.largestSize).accepted)"
    case .twoRules(let dimension):
      "tiles of \(dimension.rawValue) are to be multiples and chosen besides; one of the two is accepted"
    case .multiple(let dimension, let multiple):
      "\(dimension.rawValue): \(multiple) is no multiple; \((1...Layer.largestSize).accepted)"
    }
  }
}
