import Foundation

/// A value that one thread at a time may use: what the standard library's `Mutex` is, with a lock of the system, which
/// the thread sanitizer knows.
package final class Guarded<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var guarded: Value

  package init(_ value: Value) { guarded = value }

  /// The value as it is now.
  package var value: Value { withLock { $0 } }

  /// Does something with the value while no other thread may.
  package func withLock<Answer, Failure>(
    _ body: (inout Value) throws(Failure) -> Answer
  ) throws(Failure) -> Answer {
    lock.lock()
    defer { lock.unlock() }
    return try body(&guarded)
  }
}
