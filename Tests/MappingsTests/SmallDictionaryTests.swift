import TestSupport
import Testing

@testable import Mappings

struct SmallDictionaryTests {
  @Test("counts are those of a dictionary, in the order of the keys' first", arguments: seeds(0..<40))
  func tally(_ seed: Int) {
    var random = SplitMix64(seed: seed)
    // Few keys, and more than are compared one by one.
    let most = random.pick([3, 16, 17, 200])
    var (tally, counts, order) = (Tally<Int>(), [Int: Int](), [Int]())
    for _ in 0..<random.pick(1...400) {
      let (key, count) = (random.pick(1...most), random.pick(1...9))
      if counts[key] == nil { order.append(key) }
      tally.add(key, count)
      counts[key, default: 0] += count
    }
    #expect(tally.entries.map(\.key) == order, "seed \(seed)")
    #expect((0...most).allSatisfy { tally[$0] == counts[$0] }, "seed \(seed)")
    #expect(tally.total == counts.values.reduce(0, +), "seed \(seed)")
  }
}
