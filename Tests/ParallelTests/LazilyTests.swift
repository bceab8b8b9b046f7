import Dispatch
import Parallel
import Testing

struct LazilyTests {
  @Test func isMadeOnceWhicheverThreadAsks() {
    let made = Guarded(0)
    let lazily = Lazily {
      made.withLock { count in
        count += 1
        return [count, 7]
      }
    }
    #expect(made.value == 0 && !lazily.isMade)
    let seen = Guarded<[[Int]]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      let value = lazily.value
      seen.withLock { $0.append(value) }
    }
    #expect(made.value == 1 && lazily.isMade)
    #expect(seen.value == Array(repeating: [1, 7], count: 8))
  }

  @Test func aValueThatIsNilIsMadeOnce() {
    let made = Guarded(0)
    let lazily = Lazily { () -> Int? in
      made.withLock { $0 += 1 }
      return nil
    }
    #expect(lazily.value == nil && lazily.value == nil)
    #expect(made.value == 1 && lazily.isMade)
  }
}
