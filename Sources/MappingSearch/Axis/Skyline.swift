import Scoring

/// Profiles that no other dominates, of those offered so far.
///
/// Of several with the same factors the first offered stays.
struct Skyline: ProfileSink, Sendable {
  /// The factors of the profiles that stand, as doubles, which compare several at a time: they are exact below 2^53.
  private var keys: [SIMD8<Double>] = []
  /// The profile of each key.
  private var places: [Int] = []
  /// All profiles that ever stood.
  private var profiles: [AxisProfile] = []

  /// Whether none stands.
  var isEmpty: Bool { keys.isEmpty }

  /// Takes in a profile unless one that stands dominates it, and drops those that it dominates.
  ///
  /// - Complexity: O(profiles that stand) comparisons.
  mutating func offer(_ factors: CostFactors, _ loops: @autoclosure () -> AxisLoops) {
    let key = SIMD8(
      Double(factors.inputsMoved), Double(factors.inputsHeld), Double(factors.outputsHeld),
      Double(factors.weightsMoved), Double(factors.weightsHeld), Double(factors.outputsMoved), 0, 0)
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
  var sorted: [AxisProfile] { places.map { profiles[$0] }.sorted { $0.factors.precedes($1.factors) } }
}
