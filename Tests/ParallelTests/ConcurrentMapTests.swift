import Foundation
import Parallel
import Testing

struct ConcurrentMapTests {
  @Test(arguments: [1, 2, 8])
  func resultsAreInOrder(threads: Int) throws {
    let numbers = Array(0..<500)
    let texts = try numbers.concurrentMap(threads: threads) { number -> String in
      if number % 31 == 0 { usleep(200) }
      return "\(number)"
    }
    #expect(texts == numbers.map { "\($0)" })
    #expect(try [Int]().concurrentMap(threads: threads) { $0 } == [])
  }

  @Test(arguments: [1, 2, 8])
  func theFirstElementsErrorIsThrown(threads: Int) {
    struct Failure: Error, Equatable { var number: Int }
    #expect(throws: Failure(number: 3)) {
      try Array(0..<100).concurrentMap(threads: threads) { number -> Int in
        if number == 3 { usleep(500) }
        if number >= 3 { throw Failure(number: number) }
        return number
      }
    }
  }
}
