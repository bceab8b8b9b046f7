import EnergyModel
public import Mappings
import Workloads

/// A small layer whose stride or dilation makes phases along one axis or both, mixed widths and prices, loops over phases
/// searched.
public struct PhaseDraw: CustomStringConvertible {
  /// The problem, under the rule `sliding` or, once in four, `none`.
  public let problem: Problem
  /// What it was drawn by.
  public let seed: Int
  /// The seed and the problem.
  public var description: String { describe(problem, seed: seed) }

  /// - Parameters:
  ///   - seed: what it is drawn by.
  ///   - axes: the axes with kernels, 1 or 2.
  ///   - largestMACs: the most MACs.
  ///   - reuse: the rule of reuse, or nil to draw one.
  /// - Throws: what a layer, an energy model or a problem throws that cannot be.
  public init(seed: Int, axes: Int, largestMACs: Int, reuse: ReusePolicy? = nil) throws {
    var layers = RandomLayers(seed: seed, largestSize: 8, largestMACs: largestMACs)
    func pick(_ range: ClosedRange<Int>) -> Int { layers.random.pick(range) }
    func axis() -> (stride: Int, dilation: Int, kernel: Int, outputs: Int, before: Int, input: Int, after: Int) {
      let (stride, dilation) = pick(0...1) == 0 ? (pick(2...4), pick(1...4)) : (pick(1...3), pick(2...4))
      let kernel = pick(2...(axes == 2 ? 4 : 7))
      let outputs = pick(2...(axes == 2 ? 4 : 8))
      let reach = stride * (outputs - 1) + dilation * (kernel - 1) + 1
      let isPadded = pick(0...2) == 0
      let before = isPadded ? min(pick(0...2), reach - 1) : 0
      let after = isPadded ? min(pick(0...2), reach - before - 1) : 0
      // Sometimes the stride leaves input over.
      return (
        stride, dilation, kernel, outputs, before, reach - before - after + (pick(0...3) == 0 ? stride - 1 : 0), after
      )
    }
    while true {
      let rows = axis()
      let width = pick(0...5) == 0 ? 2 : 1
      let columns =
        axes == 2
        ? axis() : (stride: 1, dilation: 1, kernel: 1, outputs: width, before: 0, input: width, after: 0)
      let groups = pick(0...9) == 0 ? 2 : 1
      let layer = try Layer(
        name: "drawn", batch: pick(0...7) == 0 ? 2 : 1, groups: groups, inputChannels: groups * pick(1...3),
        input: Extent(height: rows.input, width: columns.input), outputChannels: groups * pick(1...3),
        kernel: Extent(height: rows.kernel, width: columns.kernel),
        stride: Extent(height: rows.stride, width: columns.stride),
        dilation: Extent(height: rows.dilation, width: columns.dilation),
        padding: Padding(top: rows.before, bottom: rows.after, left: columns.before, right: columns.after))
      let hasPhases = [layer.vertical, layer.horizontal].contains {
        $0.hasOverlap && $0.kernelPeriod * $0.outputPeriod > 1
      }
      guard hasPhases, layer.macs <= largestMACs, layer.macs >= 8 else { continue }
      let widths = layers.widthsOrOne()
      let model = try layers.energyModel()
      problem = try Problem(
        layer, widths: widths, energyModel: model, reuse: reuse ?? (pick(0...3) == 0 ? .none : .sliding), phases: .on)
      self.seed = seed
      return
    }
  }
}
