import Workloads

/// The real input rows that some output rows read with some kernel rows.
///
/// They are the numbers first + a·i + b·j with i below `outputs` and j below `kernels` that lie in 0 ..< `inputSize`.
struct InputRows: Hashable {
  private let inputSize: Int
  private let first: Int
  /// The distance that a step of i makes, and one of j, in units of their greatest common divisor.
  private let outputStep: Int
  private let kernelStep: Int
  private let unit: Int
  private let outputs: Int
  private let kernels: Int

  init(_ axis: ConvolutionAxis, outputs: Progression, kernels: Progression) {
    inputSize = axis.inputSize
    first = axis.stride * outputs.start + axis.dilation * kernels.start - axis.paddingBefore
    let (a, b) = (axis.stride * outputs.step, axis.dilation * kernels.step)
    unit = greatestCommonDivisor(a, b)
    (outputStep, kernelStep) = (a / unit, b / unit)
    (self.outputs, self.kernels) = (outputs.count, kernels.count)
  }

  private var last: Int { first + unit * (outputStep * (outputs - 1) + kernelStep * (kernels - 1)) }

  /// How many there are.
  ///
  /// (i, j) reads the row of (i - kernelStep, j + outputStep) again.
  ///
  /// - Complexity: O(1) where none of the rows lies on padding, otherwise O(min(outputs, kernels)).
  var count: Int {
    if first >= 0, last < inputSize {
      return outputs * kernels - max(0, outputs - kernelStep) * max(0, kernels - outputStep)
    }
    return outputs <= kernels
      ? count(outputs, outputStep, by: kernels, kernelStep) : count(kernels, kernelStep, by: outputs, outputStep)
  }

  /// The rows first + (step·i + otherStep·j)·unit, each but once: for i from `otherStep` on only the last j are new.
  private func count(_ some: Int, _ step: Int, by others: Int, _ otherStep: Int) -> Int {
    var count = 0
    for i in 0..<some {
      let least = i < otherStep ? 0 : max(0, others - step)
      let place = first + unit * step * i
      // 0 <= place + unit·otherStep·j < inputSize
      let distance = unit * otherStep
      let low = place >= 0 ? 0 : (distance - 1 - place) / distance
      let high = place >= inputSize ? 0 : (inputSize - 1 - place) / distance + 1
      count += max(0, min(others, high) - max(least, low))
    }
    return count
  }

  /// How many rows are among those of both, which lie at the same distances.
  func countCommon(with other: InputRows) -> Int {
    if self == other { return count }
    let (low, high) = (max(first, other.first, 0), min(last, other.last, inputSize - 1))
    if low > high || (first - other.first) % unit != 0 { return 0 }
    if isDense, other.isDense {
      // Of the numbers low ... high those that differ from `first` by a multiple of the unit.
      return floorQuotient(high - first, unit) - floorQuotient(low - 1 - first, unit)
    }
    let (few, many) = outputs * kernels <= other.outputs * other.kernels ? (self, other) : (other, self)
    return few.count { low <= $0 && $0 <= high && many.contains($0) }
  }

  /// Whether there is no gap wider than the unit between two of them, but for the ends of the input.
  private var isDense: Bool {
    outputStep == 1 && (outputs >= kernelStep || kernels == 1)
      || kernelStep == 1 && (kernels >= outputStep || outputs == 1)
  }

  /// How many numbers are looked at to count them, in a unit of some.
  var work: Int { isDense ? min(outputs, kernels) / 16 : outputs * kernels / 16 }

  /// The number of its rows, on padding or not, of which something is true.
  private func count(where isCounted: (Int) -> Bool) -> Int {
    var count = 0
    for i in 0..<outputs {
      let least = i < kernelStep ? 0 : max(0, kernels - outputStep)
      for j in least..<kernels where isCounted(first + unit * (outputStep * i + kernelStep * j)) { count += 1 }
    }
    return count
  }

  /// Whether a row between the first and the last is one of them.
  private func contains(_ row: Int) -> Bool {
    let (distance, rest) = (row - first).quotientAndRemainder(dividingBy: unit)
    if rest != 0 { return false }
    // outputStep·i + kernelStep·j = distance
    var i = max(0, (distance - kernelStep * (kernels - 1) + outputStep - 1) / outputStep)
    let end = min(outputs - 1, distance / outputStep)
    // One of kernelStep numbers in a row leaves a multiple of kernelStep, as the two steps have no common divisor.
    while i <= end {
      if (distance - outputStep * i) % kernelStep == 0 { return true }
      i += 1
    }
    return false
  }
}

/// The largest whole number that is at most a / b, for a positive b.
private func floorQuotient(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((-a + b - 1) / b) }
