/// One factor of each of the six terms that a mapping's cost is the sum of.
///
/// A mapping's energy of moving data is the sum of a term for each tensor, and so are the bits that it holds:
///
///     energy    = inputsMoved + weightsMoved + outputsMoved + constant
///     occupancy = inputsHeld + weightsHeld + outputsHeld
///
/// Each term is a product with one factor for every part of the mapping that is chosen on its own: the loops of the
/// vertical axis, those of the horizontal axis, the tile of the batch, and the tiles of the channels. What such a part
/// contributes is a value of this type, and what the parts cost together is their product, term by term.
public struct CostFactors: Hashable, Sendable {
  /// Of the energy of reading inputs.
  public var inputsMoved: Int
  /// Of the energy of reading weights.
  public var weightsMoved: Int
  /// Of the energy of writing partial sums and reading them again.
  public var outputsMoved: Int
  /// Of the bits of inputs held.
  public var inputsHeld: Int
  /// Of the bits of weights held.
  public var weightsHeld: Int
  /// Of the bits of outputs held.
  public var outputsHeld: Int

  /// Factors by their terms.
  @inlinable
  public init(
    inputsMoved: Int, weightsMoved: Int, outputsMoved: Int, inputsHeld: Int, weightsHeld: Int, outputsHeld: Int
  ) {
    self.inputsMoved = inputsMoved
    self.weightsMoved = weightsMoved
    self.outputsMoved = outputsMoved
    self.inputsHeld = inputsHeld
    self.weightsHeld = weightsHeld
    self.outputsHeld = outputsHeld
  }

  /// The same factor of every term.
  @inlinable
  public init(all factor: Int) {
    self.init(
      inputsMoved: factor, weightsMoved: factor, outputsMoved: factor, inputsHeld: factor, weightsHeld: factor,
      outputsHeld: factor)
  }

  /// A term of the cost, in the order in which tables hold their factors.
  public enum Term: Int, CaseIterable, Sendable {
    /// The energy of reading inputs, of reading weights, and of spilling outputs.
    case inputsMoved, weightsMoved, outputsMoved
    /// The bits of inputs, of weights and of outputs that are held.
    case inputsHeld, weightsHeld, outputsHeld
  }

  /// The factor of one term.
  @inlinable
  public subscript(term: Term) -> Int {
    get {
      switch term {
      case .inputsMoved: inputsMoved
      case .weightsMoved: weightsMoved
      case .outputsMoved: outputsMoved
      case .inputsHeld: inputsHeld
      case .weightsHeld: weightsHeld
      case .outputsHeld: outputsHeld
      }
    }
    set {
      switch term {
      case .inputsMoved: inputsMoved = newValue
      case .weightsMoved: weightsMoved = newValue
      case .outputsMoved: outputsMoved = newValue
      case .inputsHeld: inputsHeld = newValue
      case .weightsHeld: weightsHeld = newValue
      case .outputsHeld: outputsHeld = newValue
      }
    }
  }

  /// Calls a closure with each term and its factor, in the order of the terms.
  @inlinable @inline(__always)
  func forEachFactor(_ body: (Term, Int) -> Void) {
    body(.inputsMoved, inputsMoved)
    body(.weightsMoved, weightsMoved)
    body(.outputsMoved, outputsMoved)
    body(.inputsHeld, inputsHeld)
    body(.weightsHeld, weightsHeld)
    body(.outputsHeld, outputsHeld)
  }

  /// What two parts contribute together.
  @inlinable
  public static func * (a: CostFactors, b: CostFactors) -> CostFactors { combined(a, b, *) }

  /// The lesser of either's factor of each term: no more than what either contributes.
  @inlinable
  public static func least(_ a: CostFactors, _ b: CostFactors) -> CostFactors { combined(a, b, min) }

  /// The larger of either's factor of each term.
  @inlinable
  public static func largest(_ a: CostFactors, _ b: CostFactors) -> CostFactors { combined(a, b, max) }

  @inlinable
  static func combined(_ a: CostFactors, _ b: CostFactors, _ body: (Int, Int) -> Int) -> CostFactors {
    CostFactors(
      inputsMoved: body(a.inputsMoved, b.inputsMoved), weightsMoved: body(a.weightsMoved, b.weightsMoved),
      outputsMoved: body(a.outputsMoved, b.outputsMoved), inputsHeld: body(a.inputsHeld, b.inputsHeld),
      weightsHeld: body(a.weightsHeld, b.weightsHeld), outputsHeld: body(a.outputsHeld, b.outputsHeld))
  }

  /// Whether no factor is larger than another's of the same term: then this part is as good with whatever it is
  /// combined.
  @inlinable
  public func dominates(_ other: CostFactors) -> Bool { .least(self, other) == self }

  /// The sum of the terms of the energy.
  @inlinable
  public var moved: Int { inputsMoved + weightsMoved + outputsMoved }

  /// The sum of the terms of the occupancy.
  @inlinable
  public var held: Int { inputsHeld + weightsHeld + outputsHeld }
}
