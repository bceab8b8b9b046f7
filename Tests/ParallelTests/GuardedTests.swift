import Dispatch
import Parallel
import Testing

struct GuardedTests {
  @Test func noChangeIsLost() {
    let sum = Guarded(0)
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for number in 0..<1000 { sum.withLock { $0 += number + thread } }
    }
    #expect(sum.value == 8 * 499_500 + 1000 * 28)
  }

  @Test func onlyOneThreadIsInside() {
    let inside = Guarded(0)
    let most = Guarded(0)
    let within = Guarded([Int]())
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for _ in 0..<50 {
        within.withLock { list in
          let now = inside.withLock { count in
            count += 1
            return count
          }
          most.withLock { $0 = max($0, now) }
          list.append(now)
          inside.withLock { $0 -= 1 }
        }
      }
    }
    #expect(most.value == 1)
    #expect(within.value == Array(repeating: 1, count: 400))
  }

  @Test func anErrorKeepsTheChangeAndFreesTheLock() {
    struct Failure: Error, Equatable {}
    let value = Guarded(1)
    #expect(throws: Failure()) {
      try value.withLock { value throws(Failure) in
        value = 2
        throw Failure()
      }
    }
    #expect(value.withLock { $0 + 1 } == 3)
  }
}
