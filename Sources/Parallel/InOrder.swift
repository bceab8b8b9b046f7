import Dispatch
import Synchronization

/// Does work for every index, several side by side, and hands the results over in order as soon as they are there.
///
/// - Parameters:
///   - indices: what to work on.
///   - threads: how many to work on at once.
///   - ahead: how many results may wait for an earlier one.
///   - work: makes a result.
///   - deliver: takes the results, one at a time and in order.
/// - Throws: the error of the first index that has one, after everything before it was delivered.
package func inOrder<Output: Sendable>(
  _ indices: Range<Int>, threads: Int, ahead: Int = 256, _ work: @Sendable (Int) throws -> Output,
  deliver: @Sendable (Int, Output) throws -> Void
) throws {
  let state = Guarded(Delivery<Output>(next: indices.lowerBound))
  let taken = Atomic<Int>(indices.lowerBound)
  // Begun at 0, since a semaphore must not end with less than it began with.
  let room = DispatchSemaphore(value: 0)
  for _ in 0..<max(ahead, threads) { room.signal() }
  DispatchQueue.concurrentPerform(iterations: min(indices.count, threads)) { _ in
    while true {
      room.wait()
      let index = taken.wrappingAdd(1, ordering: .relaxed).oldValue
      if index >= indices.upperBound || state.withLock({ $0.failure != nil }) {
        room.signal()
        return
      }
      let result = Result { try work(index) }
      let freed = state.withLock { state in
        state.waiting[index] = result
        let first = state.next
        while state.failure == nil, let ready = state.waiting.removeValue(forKey: state.next) {
          do {
            try deliver(state.next, ready.get())
          } catch {
            state.failure = error
          }
          state.next += 1
        }
        return state.failure == nil ? state.next - first : threads
      }
      for _ in 0..<freed { room.signal() }
    }
  }
  if let failure = state.value.failure { throw failure }
}

/// What was delivered, and what waits for an earlier result.
private struct Delivery<Output: Sendable> {
  var next: Int
  var waiting: [Int: Result<Output, any Error>] = [:]
  var failure: (any Error)?
}
