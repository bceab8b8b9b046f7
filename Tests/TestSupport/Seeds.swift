import Foundation

/// Of how many cases a test tries one where it has many of a kind: 1, or what the environment has as `ONE_SEED_IN`.
///
/// A sanitizer looks at how something is computed, which fewer cases show; that it is right, the others check as well.
public let oneSeedIn: Int = {
  guard let text = ProcessInfo.processInfo.environment["ONE_SEED_IN"] else { return 1 }
  guard let number = Int(text), number > 0 else { fatalError("ONE_SEED_IN is \(text); 1 or more is expected") }
  return number
}()

/// The seeds of a test that draws its cases: all of them, or the first, one for every so many.
public func seeds(_ all: Range<Int>) -> Range<Int> {
  all.prefix((all.count + oneSeedIn - 1) / oneSeedIn)
}

/// The cases of a test that lists many of a kind: all of them, or one of every so many.
public func cases<Case>(_ all: [Case]) -> [Case] { stride(from: 0, to: all.count, by: oneSeedIn).map { all[$0] } }
