/// The layers of a network, each distinct one once with the number of times that it occurs.
public struct Network: Hashable, Sendable {
  /// A layer and how often the network has it.
  public struct Entry: Hashable, Sendable {
    /// The layer.
    public var layer: Layer
    /// How often the network has it.
    public var count: Int
    /// The name of the layer that this one is a part of, together with all entries that name the same, or nil for one
    /// that stands for itself; see ``WholeLayer``.
    public let partOf: String?
    /// Whether a part reads some inputs that not all parts read, or lacks some that others read.
    public let hasOwnInputs: Bool

    /// A layer that occurs so often.
    public init(layer: Layer, count: Int, partOf: String? = nil, hasOwnInputs: Bool = false) {
      self.layer = layer
      self.count = count
      self.partOf = partOf
      self.hasOwnInputs = hasOwnInputs
    }

    /// Whether some of the names are the layer's or that of the whole that it is a part of.
    public func isNamed(in names: some Collection<String>) -> Bool {
      names.contains(layer.name) || partOf.map { names.contains($0) } ?? false
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
  /// - Throws: ``NetworkError`` where its MACs are too many to be counted, or where the parts of a layer do not occur
  ///   equally often.
  public init(name: String, source: String, entries: [Entry]) throws(NetworkError) {
    for (_, group) in WholeLayer.all(of: entries, entry: { $0 }) {
      if let part = group.first(where: { $0.count != group[0].count }) {
        throw .unequalParts(of: part.partOf ?? "", part.layer.name, group[0].layer.name)
      }
    }
    var macs = 0
    for entry in entries {
      let (own, isTooLarge) = entry.layer.macs.multipliedReportingOverflow(by: entry.count)
      let (sum, overflow) = macs.addingReportingOverflow(own)
      if isTooLarge || overflow { throw .tooLarge(name) }
      macs = sum
    }
    self.init(unchecked: entries, name: name, source: source)
  }

  /// Several networks as one, in which layers of different networks stay apart whose parts name the same whole.
  ///
  /// - Parameters:
  ///   - name: what reports call it.
  ///   - source: where the shapes come from.
  ///   - networks: the networks, in their order.
  /// - Throws: ``NetworkError`` where its MACs are too many to be counted.
  public init(name: String, source: String, joining networks: [Network]) throws(NetworkError) {
    var names = UniqueNames()
    try self.init(
      name: name, source: source, entries: networks.flatMap { Self.renamed($0.entries, &names) { $1 } })
  }

  private init(unchecked entries: [Entry], name: String, source: String) {
    self.name = name
    self.source = source
    self.entries = entries
  }

  /// MACs of all layers, repeated ones as often as they occur.
  public var macs: Int { entries.reduce(0) { $0 + $1.count * $1.layer.macs } }

  /// Its layers as wholes: those that are given in parts once each.
  public var wholes: [WholeLayer] { WholeLayer.all(of: entries) }

  /// The names of its layers, each part after that of its whole.
  public var layerNames: [String] {
    wholes.flatMap { whole in (whole.hasParts ? [whole.name] : []) + whole.parts.map(\.name) }
  }

  /// Used elements of one tensor over all layers, repeated ones as often as they occur. Of inputs that the parts of a
  /// layer share they are at least so many.
  ///
  /// They cannot be more than MACs, as some MAC uses each.
  public func usedElements(of tensor: Tensor) -> Words {
    Words(wholes.reduce(0) { $0 + $1.count * $1.usedElements(of: tensor).count })
  }

  /// The network with those of its layers that are wanted, or nil where it has none of them.
  public func filter(_ isWanted: (Entry) -> Bool) -> Network? {
    let wanted = entries.filter(isWanted)
    return wanted.isEmpty ? nil : Network(unchecked: wanted, name: name, source: source)
  }

  /// The network with layers that differ in names alone listed once, under the first one's name, unless they occur more
  /// than ``Layer/largestSize`` times. Those that are given in parts are the same where all their parts are.
  public var withoutRepeats: Network {
    struct Shape: Hashable {
      let layers: [Layer]
      let haveOwnInputs: [Bool]
      let hasParts: Bool
    }
    var merged: [[Entry]] = []
    var positions: [Shape: Int] = [:]
    for (_, group) in WholeLayer.all(of: entries, entry: { $0 }) {
      let shape = Shape(
        layers: group.map { $0.layer.named("") }, haveOwnInputs: group.map(\.hasOwnInputs),
        hasParts: group[0].partOf != nil)
      let count = group[0].count
      if let position = positions[shape], merged[position][0].count <= Layer.largestSize - count {
        for part in merged[position].indices { merged[position][part].count += count }
      } else {
        positions[shape] = merged.count
        merged.append(group)
      }
    }
    return Network(unchecked: merged.flatMap { $0 }, name: name, source: source)
  }

  /// The network with distinct names, also of layers that are given in parts: what bears a name that is taken gets a
  /// number, as in `conv#2`.
  public var withDistinctNames: Network {
    var names = UniqueNames()
    return Network(unchecked: Self.renamed(entries, &names) { $0.unique($1) }, name: name, source: source)
  }

  /// Entries with a name for each whole that is made of parts which nothing else has, and with other names for layers.
  private static func renamed(
    _ entries: [Entry], _ names: inout UniqueNames, _ layerName: (inout UniqueNames, String) -> String
  ) -> [Entry] {
    var wholes: [String: String] = [:]
    return entries.map { entry in
      let whole = entry.partOf.map { name in wholes[name] ?? names.unique(name) }
      if let name = entry.partOf { wholes[name] = whole }
      return Entry(
        layer: entry.layer.named(layerName(&names, entry.layer.name)), count: entry.count, partOf: whole,
        hasOwnInputs: entry.hasOwnInputs)
    }
  }
}

/// Why a network cannot be.
public enum NetworkError: Error, Hashable, Sendable, CustomStringConvertible {
  /// More than 2^63 MACs in a network of this name.
  case tooLarge(String)
  /// A part of a layer and another one of it that do not occur equally often.
  case unequalParts(of: String, String, String)

  /// What is wrong, in one line.
  public var description: String {
    switch self {
    case .tooLarge(let name): "the network '\(name)' has more than 2^63 MACs, which cannot be counted"
    case .unequalParts(let whole, let part, let other):
      "the parts of '\(whole)' do not occur equally often: '\(part)' and '\(other)' have different counts"
    }
  }
}
