public import EnergyModel
public import Workloads

/// The referee of mappings in pieces: what a walk element by element counts, as ``Replay`` does for one nest.
///
/// Where a piece ends and the next begins, what the Buffer holds is first let go of, but for what is in the first boxes
/// of the next under the reuse policy `overlap`: so the Buffer never has to hold more than a piece of its own does.
public struct TreeReplay: Hashable, Sendable {
  /// What moved.
  public let traffic: Traffic
  /// The largest box of each tensor during each piece, in the order in which they ran.
  public let occupancies: [Occupancy]
  /// The most bits that the Buffer held at once.
  public let peak: Bits
  /// The MACs that ran.
  public let macs: Int

  /// Walks a mapping in pieces on `layer`.
  ///
  /// - Parameters:
  ///   - tree: the mapping.
  ///   - layer: a layer of at most ``Replay/largestMACs`` MACs.
  ///   - reuse: what of a box stays in the Buffer when the next one takes its place.
  ///   - widths: bits of a word of each kind.
  ///   - capacity: the Buffer's size, or nil to leave it unchecked.
  /// - Precondition: the mapping suits the layer, see ``MappingTree/pieces(on:)``.
  /// - Throws: ``ReplayError``.
  public init(
    of tree: MappingTree, on layer: Layer, reuse: ReusePolicy, widths: WordWidths, capacity: Bits? = nil
  ) throws(ReplayError) {
    if layer.macs > Replay.largestMACs { throw .tooManyMACs(layer.macs) }
    var walker = Walker(tree.nests[0], layer, reuse, widths, capacity, .shared, [])
    var occupancies: [Occupancy] = []
    try walker.run(tree) { occupancies.append($0) }
    try walker.finish()
    self.occupancies = occupancies
    traffic = walker.traffic
    peak = Bits(walker.peak)
    macs = walker.macs
  }
}

extension Walker {
  /// Runs the pieces of a mapping on the current elements, each of which has its largest boxes told.
  fileprivate mutating func run(
    _ tree: MappingTree, ended: (Occupancy) -> Void
  ) throws(ReplayError) {
    switch tree {
    case .nest(let mapping):
      begin(mapping)
      try run(0)
      ended(largest)
    case .split(let dimension, let place, let first, let rest):
      let whole = range(dimension)
      elements[dimension.index] = Array(whole.prefix(place))
      try run(first, ended: ended)
      elements[dimension.index] = Array(whole.dropFirst(place))
      try run(rest, ended: ended)
      elements[dimension.index] = whole
    }
  }

  /// Makes ready for a nest on the current elements, which it takes for a layer of their own.
  private mutating func begin(_ mapping: Mapping) {
    self.mapping = mapping
    indices = [Int](repeating: 0, count: mapping.nodes.count)
    goesBackward = [Bool](repeating: false, count: mapping.nodes.count)
    boxes = [[Int]](repeating: [], count: mapping.nodes.count)
    filled = filledLoops()
    isUsedRow = (0..<layer[.r]).map { !touched(layer.vertical, range(.p), [$0]).isEmpty }
    isUsedColumn = (0..<layer[.s]).map { !touched(layer.horizontal, range(.q), [$0]).isEmpty }
    largest = Occupancy(inputs: .zero, weights: .zero, outputs: .zero)
    Self.release(&inputs, allBut: firstBox(of: .inputs))
    Self.release(&weights, allBut: firstBox(of: .weights))
    write(Self.release(&outputs, allBut: firstBox(of: .outputs)))
  }

  /// What the nest that begins will hold of a tensor first, of which something may be there already.
  private mutating func firstBox(of tensor: Tensor) -> Set<Int> {
    if reuse != .overlap { return [] }
    let whole = elements
    defer { elements = whole }
    for node in mapping.nodes {
      switch node {
      case .loop(let loop):
        let dimension = loop.dimension.index
        elements[dimension] = Self.blocks(of: elements[dimension], loop.cut).first ?? []
      case .keep(tensor):
        switch tensor {
        case .inputs: return Set(inputElements())
        case .weights: return Set(weightElements())
        case .outputs: return Set(outputElements())
        }
      case .keep: break
      }
    }
    return []
  }

  /// Lets go of what is held, but for some elements, and gives what was let go of.
  @discardableResult
  private static func release(_ holding: inout Holding, allBut kept: Set<Int>) -> [Int] {
    let released = holding.elements.filter { !kept.contains($0) }
    for element in released { holding.isHeld[element] = false }
    holding.elements.removeAll { !kept.contains($0) }
    holding.position = nil
    return released
  }
}
