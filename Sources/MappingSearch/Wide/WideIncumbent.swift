/// The best mapping within a capacity.
struct WideIncumbent {
  /// Bits.
  let capacity: Int
  /// Nothing that is searched and holds no more than this is better than what is known.
  let searched: Int
  private(set) var energy = Int.max
  private(set) var occupancy = Int.max
  private(set) var place: WidePlace?

  /// - Parameters:
  ///   - capacity: bits.
  ///   - known: the best within as much or less, which nothing replaces that is no better.
  ///   - searched: a smaller capacity within which nothing is better than that.
  init(capacity: Int, known: WideIncumbent? = nil, searched: Int = 0) {
    self.capacity = capacity
    self.searched = searched
    if let known { (energy, occupancy, place) = (known.energy, known.occupancy, known.place) }
  }

  /// A mapping of another search.
  init(energy: Int, occupancy: Int) {
    (capacity, searched, self.energy, self.occupancy) = (occupancy, 0, energy, occupancy)
  }

  /// Whether it costs less than another, or as much and holds less.
  func isBetter(than other: WideIncumbent?) -> Bool {
    guard let other else { return true }
    return (energy, occupancy) < (other.energy, other.occupancy)
  }

  /// Whether a mapping that holds at least so much and costs at least so much may be better.
  @inline(__always)
  func admits(occupancy: Int, energy: Int) -> Bool {
    occupancy <= capacity && (energy < self.energy || energy == self.energy && occupancy < self.occupancy)
  }

  mutating func take(occupancy: Int, energy: Int, _ place: WidePlace) {
    (self.occupancy, self.energy, self.place) = (occupancy, energy, place)
  }
}
