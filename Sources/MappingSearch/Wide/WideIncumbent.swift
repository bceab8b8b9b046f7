/// The best mapping within a capacity.
struct WideIncumbent {
  /// Bits.
  let capacity: Int
  /// What else is asked of boxes, for each order of keeps.
  let limits: [HeldLimits]
  /// Nothing that is searched and fits this is better than what is known.
  let searched: Searched
  private(set) var energy = Int.max
  private(set) var occupancy = Int.max
  private(set) var place: WidePlace?
  /// The last of the places that were the best before.
  private(set) var before: [WidePlace] = []

  /// A capacity, and what else was asked of boxes at it, for each order of keeps; nothing where it is empty.
  struct Searched {
    var capacity = 0
    var limits: [HeldLimits] = []

    /// What was asked in an order of keeps.
    func limits(_ order: Int32) -> HeldLimits { limits.isEmpty ? HeldLimits() : limits[Int(order)] }
  }

  /// - Parameters:
  ///   - capacity: bits.
  ///   - known: the best within as much or less, which nothing replaces that is no better.
  ///   - searched: a smaller capacity within which nothing is better than that.
  ///   - limits: what else is asked of boxes, for each order of keeps; nothing where it is empty.
  init(
    capacity: Int, known: WideIncumbent? = nil, searched: Searched = Searched(), limits: [HeldLimits] = []
  ) {
    self.capacity = capacity
    self.searched = searched
    self.limits = limits
    if let known { (energy, occupancy, place) = (known.energy, known.occupancy, known.place) }
  }

  /// A mapping of another search.
  init(energy: Int, occupancy: Int) {
    (capacity, searched, limits, self.energy, self.occupancy) = (occupancy, Searched(), [], energy, occupancy)
  }

  /// Whether it costs less than another, or as much and holds less.
  func isBetter(than other: WideIncumbent?) -> Bool {
    guard let other else { return true }
    return (energy, occupancy) < (other.energy, other.occupancy)
  }

  /// What else is asked of boxes in an order of keeps.
  func limits(_ order: Int32) -> HeldLimits { limits.isEmpty ? HeldLimits() : limits[Int(order)] }

  /// Whether a mapping that holds at least so much and costs at least so much may be better.
  @inline(__always)
  func admits(occupancy: Int, energy: Int) -> Bool {
    occupancy <= capacity && (energy < self.energy || energy == self.energy && occupancy < self.occupancy)
  }

  /// So many of the places before are kept.
  private static let mostBefore = 3

  mutating func take(occupancy: Int, energy: Int, _ place: WidePlace) {
    if let last = self.place { before = before.suffix(Self.mostBefore - 1) + [last] }
    (self.occupancy, self.energy, self.place) = (occupancy, energy, place)
  }
}
