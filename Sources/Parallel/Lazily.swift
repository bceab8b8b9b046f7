/// A value that is made when it is first asked for, once, whichever thread asks.
package final class Lazily<Value: Sendable>: Sendable {
  private let made = Guarded<Value?>(nil)
  private let make: @Sendable () -> Value

  /// A value that `make` makes.
  package init(_ make: @escaping @Sendable () -> Value) { self.make = make }

  /// The value.
  package var value: Value {
    made.withLock { made in
      if let made { return made }
      let value = make()
      made = value
      return value
    }
  }

  /// Whether the value was asked for before.
  package var isMade: Bool { made.withLock { $0 != nil } }
}
