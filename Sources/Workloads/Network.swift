/// The layers of a network, each distinct one once with the number of times that it occurs.
public struct Network: Hashable, Sendable {
  /// A layer and how often the network has it.
  public struct Entry: Hashable, Sendable {
    /// The layer.
    public let layer: Layer
    /// How often the network has it.
    public var count: Int

    /// A layer that occurs so often.
    public init(layer: Layer, count: Int) {
      self.layer = layer
      self.count = count
    }
  }

  /// What reports call it.
  public let name: String
  /// Where the shapes come from.
  public let source: String
  /// Its layers, in the order in which they run first.
  public let entries: [Entry]

  /// A network of the given layers.
  public init(name: String, source: String, entries: [Entry]) {
    self.name = name
    self.source = source
    self.entries = entries
  }

  /// MACs of all layers, repeated ones as often as they occur.
  public var macs: Int { entries.reduce(0) { $0 + $1.count * $1.layer.macs } }

  /// Used elements of one tensor over all layers, repeated ones as often as they occur.
  public func usedElements(of tensor: Tensor) -> Words {
    Words(entries.reduce(0) { $0 + $1.count * $1.layer.usedElements(of: tensor).count })
  }

  /// The network with layers that differ in name alone listed once, under the first one's name.
  public var withoutRepeats: Network {
    var merged: [Entry] = []
    var positions: [Layer: Int] = [:]
    for entry in entries {
      let shape = entry.layer.named("")
      if let position = positions[shape] {
        merged[position].count += entry.count
      } else {
        positions[shape] = merged.count
        merged.append(entry)
      }
    }
    return Network(name: name, source: source, entries: merged)
  }

  /// The network with distinct names: what bears a name that is taken gets a number, as in `conv#2`.
  public var withDistinctNames: Network {
    var names = UniqueNames()
    let distinct = entries.map { Entry(layer: $0.layer.named(names.unique($0.layer.name)), count: $0.count) }
    return Network(name: name, source: source, entries: distinct)
  }
}
