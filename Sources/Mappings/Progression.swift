import Workloads

/// Elements of a dimension at equal distances: a block of a nest of loops, some of which may walk phases.
package struct Progression: Hashable {
  /// The first element.
  package var start: Int
  /// The distance from one element to the next.
  package var step: Int
  /// The number of elements.
  package var count: Int

  /// The last element.
  package var last: Int { start + step * (count - 1) }

  /// The first `count` elements of a dimension, side by side.
  package init(count: Int) { self.init(start: 0, step: 1, count: count) }

  package init(start: Int, step: Int, count: Int) {
    self.start = start
    self.step = step
    self.count = count
  }

  /// One of the blocks that a loop cuts it into.
  func block(_ index: Int, of cut: Loop.Cut) -> Progression {
    let size = cut.pieces(of: count).size(of: index)
    switch cut {
    case .tile(let tile): return Progression(start: start + step * tile * index, step: step, count: size)
    case .phases(let phases): return Progression(start: start + step * index, step: step * phases, count: size)
    }
  }

  /// The number of elements that another of the same step has too.
  func countCommon(ofSameStep other: Progression) -> Int {
    if (start - other.start) % step != 0 { return 0 }
    return max(0, (min(last, other.last) - max(start, other.start)) / step + 1)
  }

  /// All blocks that loops cut it into.
  package func blocks(_ cuts: some Sequence<Loop.Cut>) -> [Progression] {
    cuts.reduce([self]) { blocks, cut in
      blocks.flatMap { block in (0..<cut.pieces(of: block.count).count).map { block.block($0, of: cut) } }
    }
  }
}

extension ConvolutionAxis {
  /// The number of kernel rows among some that read a real input row with some output row.
  func usedKernelRows(in kernels: Progression) -> Int {
    if kernels.step == 1 { return usedKernelRows(in: kernels.start..<kernels.start + kernels.count) }
    return (0..<kernels.count).count { !realOutputs(kernel: kernels.start + kernels.step * $0).isEmpty }
  }
}
