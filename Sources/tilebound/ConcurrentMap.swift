import Dispatch
import Foundation
import Synchronization

extension Array where Element: Sendable {
  /// Applies a function to every element, several side by side, and gives the results in order.
  ///
  /// - Throws: the error of the first element that has one.
  func concurrentMap<Result: Sendable>(
    threads: Int, _ body: @escaping @Sendable (Element) throws -> Result
  ) throws -> [Result] {
    let results = Mutex([Swift.Result<Result, any Error>?](repeating: nil, count: count))
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: Swift.min(count, threads)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if index >= count { return }
        let result = Swift.Result { try body(self[index]) }
        results.withLock { $0[index] = result }
      }
    }
    return try results.withLock { try $0.compactMap { try $0?.get() } }
  }
}
