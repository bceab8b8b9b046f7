import EnergyModel
public import Mappings
import Workloads

/// A small layer with a halo along one axis or both, mixed widths and prices.
public struct HaloDraw: CustomStringConvertible {
  /// The problem.
  public let problem: Problem
  /// What it was drawn by.
  public let seed: Int
  /// The seed and the problem.
  public var description: String { describe(problem, seed: seed) }

  /// - Parameters:
  ///   - seed: what it is drawn by.
  ///   - axes: the axes with a halo, 1 or 2.
  ///   - largestMACs: the most MACs.
  /// - Throws: what a layer, an energy model or a problem throws that cannot be.
  public init(seed: Int, axes: Int, largestMACs: Int) throws {
    var layers = RandomLayers(seed: seed, largestSize: 8, largestMACs: largestMACs)
    func pick(_ range: ClosedRange<Int>) -> Int { layers.random.pick(range) }
    while true {
      let kernel = Extent(height: pick(2...4), width: axes == 2 ? pick(1...3) : 1)
      let (stride, dilation) = pick(0...2) == 0 ? (pick(2...3), 1) : (1, pick(0...3) == 0 ? pick(2...3) : 1)
      let outputs = Extent(height: pick(2...(axes == 2 ? 3 : 7)), width: axes == 2 ? pick(2...3) : 1)
      let padding = pick(0...3) == 0 ? 1 : 0
      func input(_ outputs: Int, _ kernel: Int) -> Int {
        (outputs - 1) * stride + (kernel - 1) * dilation + 1 - (kernel > 1 ? 2 * padding : 0)
      }
      let input = (height: input(outputs.height, kernel.height), width: input(outputs.width, kernel.width))
      guard input.height > 0, input.width > 0 else { continue }
      let groups = pick(0...7) == 0 ? 2 : 1
      let beside = kernel.width > 1 ? padding : 0
      let layer = try Layer(
        name: "drawn", batch: pick(0...5) == 0 ? 2 : 1, groups: groups, inputChannels: groups * pick(1...3),
        input: Extent(height: input.height, width: input.width), outputChannels: groups * pick(1...3), kernel: kernel,
        stride: Extent(stride), dilation: Extent(dilation),
        padding: Padding(top: padding, bottom: padding, left: beside, right: beside))
      guard layer.macs <= largestMACs, layer.macs >= 8 else { continue }
      let widths = layers.widthsOrOne()
      let model = try layers.energyModel()
      problem = try Problem(layer, widths: widths, energyModel: model, reuse: .overlap)
      self.seed = seed
      return
    }
  }
}
