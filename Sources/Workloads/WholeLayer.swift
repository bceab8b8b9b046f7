/// A layer of a network as a whole: an entry that stands for itself, or all entries that are parts of one layer.
///
/// Parts read inputs in common and start from the same biases; each has weights of its own and outputs of its own. The
/// phases of a transposed convolution are such parts. What they have to read together is less than what each would have
/// to read by itself.
public struct WholeLayer: Hashable, Sendable {
  /// What reports call it.
  public let name: String
  /// The layers that make it up: one that stands for itself, or its parts.
  public let parts: [Layer]
  /// How often the network has it.
  public let count: Int
  /// Whether it is made of parts.
  public let hasParts: Bool
  /// Whether all its parts use all inputs, the same ones.
  public let hasCommonInputs: Bool

  /// The layers that entries make up, in the order in which they begin.
  public static func all(of entries: [Network.Entry]) -> [WholeLayer] { all(of: entries) { $0 }.map(\.whole) }

  /// The layers that the entries of some elements make up, in the order in which they begin, each with its elements.
  public static func all<Element>(
    of elements: [Element], entry: (Element) -> Network.Entry
  ) -> [(whole: WholeLayer, parts: [Element])] {
    var groups: [[Element]] = []
    var positions: [String: Int] = [:]
    for element in elements {
      let name = entry(element).partOf
      if let position = name.flatMap({ positions[$0] }) {
        groups[position].append(element)
      } else {
        if let name { positions[name] = groups.count }
        groups.append([element])
      }
    }
    return groups.map { (WholeLayer($0.map(entry)), $0) }
  }

  private init(_ group: [Network.Entry]) {
    name = group[0].partOf ?? group[0].layer.name
    parts = group.map(\.layer)
    count = group[0].count
    hasParts = group[0].partOf != nil
    hasCommonInputs = Self.haveCommonInputs(group)
  }

  private static func haveCommonInputs(_ group: [Network.Entry]) -> Bool {
    func sizes(_ layer: Layer) -> [Int] {
      [layer.batch, layer.groups, layer[.c], layer.vertical.inputSize, layer.horizontal.inputSize]
    }
    return group.allSatisfy { entry in
      !entry.hasOwnInputs && sizes(entry.layer) == sizes(group[0].layer)
        && [entry.layer.vertical, entry.layer.horizontal].allSatisfy { $0.usedInputRows == $0.inputSize }
    }
  }

  /// Used elements of one tensor. Of inputs, which parts share, they are at least so many: those of the part that uses
  /// the most.
  func usedElements(of tensor: Tensor) -> Words {
    let used = parts.map { $0.usedElements(of: tensor) }
    return tensor == .inputs ? used.max() ?? .zero : used.reduce(.zero, +)
  }
}
