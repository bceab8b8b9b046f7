import Workloads

/// The most input rows that any pair of an output block and a kernel block reads.
///
/// A block of s outputs and a block of t kernel rows touch the rows a·i + b·j with i < s and j < t, counted from the first:
/// their *shape*. It spans D = a(s-1) + b(t-1) rows. The steps a and b are σ and δ, times the number of phases for blocks
/// that are phases. The first row is z = σ·(first output) + δ·(first kernel row) - padding. Only rows in 0 ..< H are read.
///
/// Pairs of blocks of the same sizes have the same shape. None of them reads more than one whose shape lies whole in the
/// input. Without padding every shape does, and the largest blocks read the most. With padding no shape of some sizes may.
/// Then only pairs whose shape sticks out of the input read anything. There are few: blocks of one kind do not overlap, so
/// that each has O(1 + D / (size of the others)) such partners.
struct FullestBox {
  let axis: ConvolutionAxis

  /// - Complexity: O(blocks · log(blocks) + rows) for each pair of an output size and a kernel size; nested tiles make
  ///   few sizes of which there are many blocks.
  func rows(outputs: BlockStarts, kernels: BlockStarts) -> Int {
    let (outputStep, kernelStep) = (axis.stride * outputs.step, axis.dilation * kernels.step)
    var most = 0
    for (outputSize, outputStarts) in outputs.bySize {
      for (kernelSize, kernelStarts) in kernels.bySize {
        let shape = Shape((outputSize, outputStep), (kernelSize, kernelStep))
        // Smaller blocks have smaller shapes.
        if min(shape.rows, axis.inputSize) <= most { break }
        if !axis.hasPaddedMACs { return shape.rows }
        let places = Places(
          inputSize: axis.inputSize, span: shape.span, padding: axis.paddingBefore,
          (outputStarts, axis.stride), (kernelStarts, axis.dilation))
        most = max(most, places.fitsSomewhere ? shape.rows : places.mostRows(of: shape))
      }
    }
    return most
  }

  /// The rows that a pair of blocks touches, seen from the first of them.
  private struct Shape {
    /// The outputs and kernel rows, and the rows from one to the next.
    let outputs: (size: Int, step: Int)
    let kernels: (size: Int, step: Int)
    /// (i, j) touches the row of (i - outputPeriod, j + kernelPeriod) again.
    private let outputPeriod: Int
    private let kernelPeriod: Int

    init(_ outputs: (size: Int, step: Int), _ kernels: (size: Int, step: Int)) {
      self.outputs = outputs
      self.kernels = kernels
      let divisor = greatestCommonDivisor(outputs.step, kernels.step)
      (outputPeriod, kernelPeriod) = (kernels.step / divisor, outputs.step / divisor)
    }

    /// From the first row to the last.
    var span: Int { outputs.step * (outputs.size - 1) + kernels.step * (kernels.size - 1) }

    /// Its different rows.
    var rows: Int {
      outputs.size * kernels.size - max(0, outputs.size - outputPeriod) * max(0, kernels.size - kernelPeriod)
    }

    /// The number of rows touched before each, up to one past the last.
    func rowsBefore() -> [Int] {
      var before = [Int](repeating: 0, count: span + 2)
      for output in 0..<outputs.size {
        // All others touch a row that an earlier output touches with a later kernel row.
        let first = output < outputPeriod ? 0 : max(0, kernels.size - kernelPeriod)
        for kernel in first..<kernels.size { before[outputs.step * output + kernels.step * kernel + 1] = 1 }
      }
      for row in before.indices.dropFirst() { before[row] += before[row - 1] }
      return before
    }
  }

  /// Where the first rows of the pairs of blocks of two sizes lie.
  private struct Places {
    let inputSize: Int
    let span: Int
    let padding: Int
    /// The blocks of which there are fewer, and those of which there are more: their starts and the rows from one
    /// position to the next.
    let few: (starts: [Int], step: Int)
    let many: (starts: [Int], step: Int)

    init(
      inputSize: Int, span: Int, padding: Int, _ one: (starts: [Int], step: Int), _ other: (starts: [Int], step: Int)
    ) {
      self.inputSize = inputSize
      self.span = span
      self.padding = padding
      (few, many) = one.starts.count <= other.starts.count ? (one, other) : (other, one)
    }

    /// Whether the shape of some pair lies whole in the input.
    var fitsSomewhere: Bool {
      few.starts.contains { start in
        let first = few.step * start - padding
        let next = partner(of: first, from: 0)
        return next < many.starts.count && first + many.step * many.starts[next] + span < inputSize
      }
    }

    /// The most real rows of a shape that fits nowhere.
    func mostRows(of shape: Shape) -> Int {
      let before = shape.rowsBefore()
      var most = 0
      for start in few.starts {
        let first = few.step * start - padding
        for partner in many.starts[partner(of: first, from: -span)...] {
          let place = first + many.step * partner
          if place >= inputSize { break }
          most = max(most, before[min(span + 1, inputSize - place)] - before[max(0, -place)])
        }
      }
      return most
    }

    /// The index of the first of the many blocks with which one that starts at row `first` has its place at or behind
    /// row `least`.
    private func partner(of first: Int, from least: Int) -> Int {
      var (low, high) = (0, many.starts.count)
      while low < high {
        let middle = (low + high) / 2
        if first + many.step * many.starts[middle] < least { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }
}
