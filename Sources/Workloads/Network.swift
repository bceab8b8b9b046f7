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
  ///
  /// - Parameters:
  ///   - name: what reports call it.
  ///   - source: where the shapes come from.
  ///   - entries: its layers.
  /// - Throws: ``NetworkError`` where its MACs are too many to be counted.
  public init(name: String, source: String, entries: [Entry]) throws(NetworkError) {
    var macs = 0
    for entry in entries {
      let (own, isTooLarge) = entry.layer.macs.multipliedReportingOverflow(by: entry.count)
      let (sum, overflow) = macs.addingReportingOverflow(own)
      if isTooLarge || overflow { throw .tooLarge(name) }
      macs = sum
    }
    self.init(unchecked: entries, name: name, source: source)
  }

  private init(unchecked entries: [Entry], name: String, source: String) {
    self.name = name
    self.source = source
    self.entries = entries
  }

  /// MACs of all layers, repeated ones as often as they occur.
  public var macs: Int { entries.reduce(0) { $0 + $1.count * $1.layer.macs } }

  /// Used elements of one tensor over all layers, repeated ones as often as they occur.
  ///
  /// They cannot be more than MACs, as some MAC uses each.
  public func usedElements(of tensor: Tensor) -> Words {
    Words(entries.reduce(0) { $0 + $1.count * $1.layer.usedElements(of: tensor).count })
  }

  /// The network with layers that differ in name alone listed once, under the first one's name, unless they occur more
  /// than ``Layer/largestSize`` times.
  public var withoutRepeats: Network {
    var merged: [Entry] = []
    var positions: [Layer: Int] = [:]
    for entry in entries {
      let shape = entry.layer.named("")
      if let position = positions[shape], merged[position].count <= Layer.largestSize - entry.count {
        merged[position].count += entry.count
      } else {
        positions[shape] = merged.count
        merged.append(entry)
      }
    }
    return Network(unchecked: merged, name: name, source: source)
  }

  /// The network with distinct names: what bears a name that is taken gets a number, as in `conv#2`.
  public var withDistinctNames: Network {
    var names = UniqueNames()
    let distinct = entries.map { Entry(layer: $0.layer.named(names.unique($0.layer.name)), count: $0.count) }
    return Network(unchecked: distinct, name: name, source: source)
  }
}

/// Why a network cannot be.
public enum NetworkError: Error, Hashable, Sendable, CustomStringConvertible {
  /// More than 2^63 MACs in a network of this name.
  case tooLarge(String)

  /// What is wrong, in one line.
  public var description: String {
    switch self {
    case .tooLarge(let name): "the network '\(name)' has more than 2^63 MACs, which cannot be counted"
    }
  }
}
