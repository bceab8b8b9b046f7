/// Profiles that no other dominates, of those offered so far.
///
/// Of several with the same factors the first offered stays.
struct Skyline: Sendable {
  /// The factors of the profiles that stand, as doubles, which compare several at a time: they are exact below 2^53.
  private var keys: [SIMD8<Double>] = []
  /// The profile of each key.
  private var places: [Int] = []
  /// All profiles that ever stood.
  private var profiles: [AxisProfile] = []
  /// The factors of known profiles, and whether they or better ones were offered: one such must stand from then on.
  private var followed: [(factors: AxisFactors, isOffered: Bool)]

  /// An empty skyline.
  ///
  /// - Parameter followed: the factors of profiles that must not be lost, for tests.
  init(following followed: [AxisFactors] = []) { self.followed = followed.map { ($0, false) } }

  /// Whether none stands.
  var isEmpty: Bool { keys.isEmpty }

  /// Takes in a profile unless one that stands has no larger factor, and drops those that it makes superfluous.
  mutating func offer(_ factors: AxisFactors, _ loops: @autoclosure () -> AxisLoops) {
    take(factors, loops())
    if !followed.isEmpty { checkFollowed(factors) }
  }

  private mutating func checkFollowed(_ offered: AxisFactors) {
    for index in followed.indices {
      let known = followed[index].factors
      if offered.isAsGood(as: known) { followed[index].isOffered = true }
      if followed[index].isOffered, !places.contains(where: { profiles[$0].factors.isAsGood(as: known) }) {
        Witness.isLost(to: .dominance, "\(known)")
      }
    }
  }

  @inline(__always)
  private mutating func take(_ factors: AxisFactors, _ loops: @autoclosure () -> AxisLoops) {
    let key = SIMD8(
      Double(factors.rowsMoved), Double(factors.rowsHeld), Double(factors.outputsHeld), Double(factors.weightVisits),
      Double(factors.weightsHeld), Double(factors.outputVisits), 0, 0)
    for place in keys.indices where !any(keys[place] .> key) {
      // What dominates one profile often dominates the next: let it be met earlier.
      keys.swapAt(place, place / 2)
      places.swapAt(place, place / 2)
      return
    }
    var place = 0
    while place < keys.count {
      if any(key .> keys[place]) {
        place += 1
      } else {
        keys.swapAt(place, keys.count - 1)
        places.swapAt(place, places.count - 1)
        keys.removeLast()
        places.removeLast()
      }
    }
    keys.append(key)
    places.append(profiles.count)
    profiles.append(AxisProfile(factors: factors, loops: loops()))
  }

  /// Offers every profile that stands in another skyline.
  mutating func offer(_ other: Skyline) {
    for profile in other.sorted { offer(profile.factors, profile.loops) }
  }

  /// The profiles that stand, in the order of their factors.
  var sorted: [AxisProfile] { places.map { profiles[$0] }.sorted { $0.factors < $1.factors } }
}
