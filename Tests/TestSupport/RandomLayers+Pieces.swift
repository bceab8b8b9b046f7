public import Mappings
public import Workloads

extension RandomLayers {
  /// A mapping in pieces of which each is any loop nest with any kind of loop.
  ///
  /// - Parameters:
  ///   - layer: the layer, with more than one MAC.
  ///   - splits: how many splits to make, as far as there is something to split.
  ///   - fills: whether loops may be filled.
  /// - Returns: the mapping.
  public mutating func tree(on layer: Layer, splits: Int, fills: Bool = true) -> MappingTree {
    tree(on: layer, Dimension.allCases.map { 0..<layer[$0] }, splits: splits, fills: fills)
  }

  private mutating func tree(on layer: Layer, _ region: [Range<Int>], splits: Int, fills: Bool) -> MappingTree {
    let dimensions = Dimension.allCases.filter { region[$0.index].count > 1 }
    if dimensions.isEmpty {
      guard let nest = try? Mapping([.keep(.weights), .keep(.outputs), .keep(.inputs)]) else {
        preconditionFailure("every tensor is kept once")
      }
      return .nest(nest)
    }
    if splits == 0 { return .nest(wideMapping(on: layer.part(region), loops: 0...7, fills: fills)) }
    let dimension = random.pick(dimensions)
    let range = region[dimension.index]
    let place = random.pick(1...range.count - 1)
    let inFirst = random.pick(0...splits - 1)
    var (first, rest) = (region, region)
    first[dimension.index] = range.prefix(place)
    rest[dimension.index] = range.dropFirst(place)
    return .split(
      dimension, at: place, first: tree(on: layer, first, splits: inFirst, fills: fills),
      rest: tree(on: layer, rest, splits: splits - 1 - inFirst, fills: fills))
  }
}
