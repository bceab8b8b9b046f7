import DenseKernels
import Foundation
import TestSupport
import Testing

struct MatrixProductTests {
  /// Whole numbers whose products and sums stay below 2^53 come out exactly, whatever the order of summation.
  @Test(arguments: seeds(0..<40))
  func dgemmEqualsReference(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let (rows, columns, depth) = (random.pick(0...70), random.pick(1...70), random.pick(1...9))
    let a = (0..<rows * depth).map { _ in Double(random.pick(0...(1 << 24))) }
    let b = (0..<columns * depth).map { _ in Double(random.pick(0...(1 << 24))) }
    let product = try MatrixProduct.dgemm(a, b, rows: rows, columns: columns, depth: depth)
    #expect(product == MatrixProduct.reference(a, b, rows: rows, columns: columns, depth: depth), "seed \(seed)")
  }

  @Test func knownProduct() throws {
    // (1 2; 3 4) times the transpose of (5 6; 7 8)
    let product = try MatrixProduct.dgemm([1, 2, 3, 4], [5, 6, 7, 8], rows: 2, columns: 2, depth: 2)
    #expect(product == [17, 23, 39, 53])
    #expect(!MatrixProduct.coreName.isEmpty)
  }

  /// Loading the library leaves the environment as it was.
  @Test func environment() throws {
    let before = ProcessInfo.processInfo.environment
    _ = try OpenBLAS.loaded()
    #expect(ProcessInfo.processInfo.environment == before && OpenBLAS.failure == nil)
  }
}
