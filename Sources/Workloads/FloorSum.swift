/// The sum of ⌊(start + step·i) / divisor⌋ over 0 ≤ i < count, the lattice points under a line.
///
/// What is whole in the start and in the step is a product; the rest is the same sum with step and divisor exchanged, as
/// in Euclid's algorithm.
///
/// - Parameters:
///   - count: the number of terms.
///   - step: at least 0.
///   - start: at least 0.
///   - divisor: at least 1.
/// - Returns: the sum.
/// - Complexity: O(log(step + divisor)).
func floorSum(_ count: Int, step: Int, start: Int, divisor: Int) -> Int {
  var (count, step, start, divisor) = (count, step, start, divisor)
  var sum = 0
  while count > 0 {
    sum += count * (count - 1) / 2 * (step / divisor) + count * (start / divisor)
    step %= divisor
    start %= divisor
    let end = start + step * count
    (count, start) = end.quotientAndRemainder(dividingBy: divisor)
    (step, divisor) = (divisor, step)
  }
  return sum
}
