import Foundation
import Parallel
import Testing

struct InOrderTests {
  private struct Failure: Error, Equatable { var index: Int }

  @Test(arguments: [1, 2, 3, 8])
  func workIsDeliveredInOrder(threads: Int) throws {
    let delivered = Guarded<[Int]>([])
    try inOrder(5..<300, threads: threads, ahead: 4) { index -> Int in
      if index % 7 == 0 { usleep(200) }
      return index * index
    } deliver: { index, square in
      #expect(square == index * index)
      delivered.withLock { $0.append(index) }
    }
    #expect(delivered.value == Array(5..<300))
  }

  @Test(arguments: [1, 2, 3, 8])
  func theFirstErrorOfTheWorkEndsIt(threads: Int) throws {
    let delivered = Guarded<[Int]>([])
    #expect(throws: Failure(index: 40)) {
      try inOrder(0..<300, threads: threads, ahead: 4) { index -> Int in
        if index == 40 { usleep(200) }
        if index == 40 || index == 42 { throw Failure(index: index) }
        return index
      } deliver: { index, _ in
        delivered.withLock { $0.append(index) }
      }
    }
    #expect(delivered.value == Array(0..<40))
  }

  @Test(arguments: [1, 2, 3, 8])
  func anErrorOfTheDeliveryEndsIt(threads: Int) throws {
    let delivered = Guarded<[Int]>([])
    #expect(throws: Failure(index: 40)) {
      try inOrder(0..<300, threads: threads, ahead: 4) {
        $0
      } deliver: { index, _ in
        if index == 40 { throw Failure(index: index) }
        delivered.withLock { $0.append(index) }
      }
    }
    #expect(delivered.value == Array(0..<40))
  }

  /// Work begun is not further ahead of what was delivered than is allowed.
  @Test(arguments: [1, 2, 3, 8])
  func noMoreResultsWaitThanAllowed(threads: Int) throws {
    let (begun, delivered) = (Guarded(0), Guarded(0))
    let furthest = Guarded(0)
    try inOrder(0..<200, threads: threads, ahead: 10) { index -> Int in
      // What is begun first: what is delivered meanwhile only makes the distance seem shorter.
      let number = begun.withLock { count in
        count += 1
        return count
      }
      let distance = number - delivered.value
      furthest.withLock { $0 = max($0, distance) }
      if index % 50 == 0 { usleep(2000) }
      return index
    } deliver: { _, _ in
      delivered.withLock { $0 += 1 }
    }
    #expect(begun.value == 200 && delivered.value == 200)
    #expect(furthest.value <= 10)
  }

  @Test func noWorkIsNoDelivery() throws {
    try inOrder(3..<3, threads: 4) {
      $0
    } deliver: { index, _ in
      Issue.record("delivered \(index)")
    }
  }
}
