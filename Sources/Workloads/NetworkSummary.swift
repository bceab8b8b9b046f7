/// A network in one row: how many layers it has, and of what size they are together.
public struct NetworkSummary: Hashable, Sendable {
  /// The network's name.
  public let name: String
  /// Layers, each as often as it occurs. The parts of a whole are one layer.
  public let layers: Int
  /// Layers that differ.
  public let distinctLayers: Int
  /// MACs of all layers.
  public let macs: Int
  /// Weights of all layers, in words.
  public let weights: Int

  /// A summary of its parts.
  public init(name: String, layers: Int, distinctLayers: Int, macs: Int, weights: Int) {
    self.name = name
    self.layers = layers
    self.distinctLayers = distinctLayers
    self.macs = macs
    self.weights = weights
  }

  /// The summary of a network.
  public init(_ network: Network) {
    let wholes = network.wholes
    self.init(
      name: network.name, layers: wholes.reduce(0) { $0 + $1.count }, distinctLayers: wholes.count, macs: network.macs,
      weights: network.usedElements(of: .weights).count)
  }
}
