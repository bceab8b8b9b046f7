import TestSupport
import Testing

/// The largest layers that are accepted, where the search takes seconds: long axes, and MACs beyond 2^53.
struct LargestLayerTests {
  @Test(arguments: ["h=1048576,w=3,r=3,s=3,k=2,c=2", "w=1048576,h=3,r=3,s=3,k=2,c=2", "k=1048576,c=1048576,p=16384"])
  func areAnswered(shape: String) throws {
    let outcome = try Program.run("gap --shape \(shape) --capacity 64KiB --reuse sliding")
    #expect(outcome.code == 0 && outcome.error.isEmpty, "\(shape): \(outcome.error)")
  }
}
