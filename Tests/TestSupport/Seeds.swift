import Foundation

/// The seeds of a test that draws its cases: all of them, or where the environment has `ONE_SEED_IN` the first of so many.
///
/// A sanitizer looks at how something is computed, which fewer cases show; that it is right, the others check as well.
public func seeds(_ all: Range<Int>) -> Range<Int> {
  guard let share = ProcessInfo.processInfo.environment["ONE_SEED_IN"] else { return all }
  guard let share = Int(share), share > 0 else { fatalError("ONE_SEED_IN is \(share); a number from 1 on is expected") }
  return all.lowerBound..<all.lowerBound + (all.count + share - 1) / share
}
