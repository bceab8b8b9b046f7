/// The best mapping within a capacity.
struct WideIncumbent {
  /// Bits.
  let capacity: Int
  private(set) var energy = Int.max
  private(set) var occupancy = Int.max
  private(set) var place: WidePlace?

  /// - Parameters:
  ///   - capacity: bits.
  ///   - known: the best within as much or less, which nothing replaces that is no better.
  init(capacity: Int, known: WideIncumbent? = nil) {
    self.capacity = capacity
    if let known { (energy, occupancy, place) = (known.energy, known.occupancy, known.place) }
  }

  /// A mapping of another search.
  init(energy: Int, occupancy: Int) {
    (capacity, self.energy, self.occupancy) = (occupancy, energy, occupancy)
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
