public import Mappings

/// A curve of values against the Buffer's capacity, with what it is to be held against.
public struct SkiSlope: Hashable, Sendable {
  /// A value at a capacity.
  public struct Sample: Hashable, Sendable {
    /// The Buffer's size.
    public var capacityBits: Int
    /// The value there, in the unit of the plot's quantity.
    public var value: Double

    /// A value at a capacity.
    public init(capacityBits: Int, value: Double) {
      self.capacityBits = capacityBits
      self.value = value
    }
  }

  /// The least capacity whose value is at most a part above the least value, of all capacities and not of those drawn.
  public struct Knee: Hashable, Sendable {
    /// The Buffer's size there.
    public var capacityBits: Int
    /// The value there.
    public var value: Double
    /// 0.05 for 5 %.
    public var within: Double
    /// Of what capacities it is where a curve is lowest that rises again; nil for one that does not rise.
    public var lowest: Lowest?

    /// Of what capacities a place is the lowest.
    public enum Lowest: Hashable, Sendable {
      /// Of all for which the energy model tells what the Buffer costs.
      case ofAll
      /// Of those that were asked for.
      case ofThoseAsked
    }

    /// A knee by its parts.
    public init(capacityBits: Int, value: Double, within: Double, lowest: Lowest? = nil) {
      self.capacityBits = capacityBits
      self.value = value
      self.within = within
      self.lowest = lowest
    }
  }

  /// What mappings in pieces come to at some capacities. Each value holds at larger ones too.
  public struct InPieces: Hashable, Sendable {
    /// What they are called in legends.
    public var name: String
    /// The values, by rising capacity.
    public var points: [Sample]

    /// Values with a name.
    public init(name: String, points: [Sample]) { (self.name, self.points) = (name, points) }
  }

  /// What the curve is of, for legends.
  public var name: String
  /// The optima, by rising capacity. Each holds up to the next.
  public var points: [Sample]
  /// A lower bound, by rising capacity.
  public var bound: [Sample]
  /// What any schedule moves, however large the Buffer is.
  public var compulsory: Double?
  /// The knee, where one is to be marked.
  public var knee: Knee?
  /// Each dataflow's own best.
  public var dataflows: [Dataflow: [Sample]]
  /// The best found in pieces, where it was sought.
  public var inPieces: InPieces?
  /// Whether the points are the optima at some capacities only, so that between them the curve may lie lower.
  public var isSampled: Bool
  /// Whether not all of the mapspace was searched, so that the points may lie lower.
  public var mayBeLower = false
  /// Whether values rise between the points, and beyond the last, because of what the Buffer costs.
  public var rises = false

  /// A curve.
  ///
  /// - Parameters:
  ///   - name: the layer's or the network's.
  ///   - points: the optima, by rising capacity.
  ///   - bound: a lower bound at some capacities, rising too.
  ///   - compulsory: what any schedule moves.
  ///   - knee: where to mark the curve.
  ///   - dataflows: each dataflow's own best.
  ///   - isSampled: whether the points are the optima at some capacities only.
  public init(
    name: String, points: [Sample], bound: [Sample] = [], compulsory: Double? = nil, knee: Knee? = nil,
    dataflows: [Dataflow: [Sample]] = [:], isSampled: Bool = false
  ) {
    self.name = name
    self.points = points
    self.bound = bound
    self.compulsory = compulsory
    self.knee = knee
    self.dataflows = dataflows
    self.isSampled = isSampled
  }
}
