public import Mappings
public import Workloads

/// Walks loop nests of every kind box by box and looks what is in the boxes: a third count of what they hold and move.
///
/// It shares code with neither the closed form nor the replay. The elements of each dimension, and the rows and columns of
/// the input, are sets of bits, so that a layer has at most 64 of each.
public struct ContentWalker {
  /// What a nest loads into the Buffer of a tensor, and its largest box.
  public struct Count: Hashable {
    /// Words that come into the Buffer.
    public var loaded = 0
    /// Words of the largest box.
    public var held = 0
  }

  /// A box as the product of sets.
  private struct Box {
    var sets: [UInt64]
    /// The index of each loop on which the box depends.
    var indices: [Int]

    var size: Int { sets.reduce(1) { $0 * $1.nonzeroBitCount } }

    func common(_ other: Box) -> Int {
      zip(sets, other.sets).reduce(1) { $0 * ($1.0 & $1.1).nonzeroBitCount }
    }
  }

  private let layer: Layer
  private let reuse: ReusePolicy
  private let nodes: [Mapping.Node]
  /// The elements of each dimension that are walked at present.
  private var current: [UInt64]
  private var indices: [Int]
  /// How often each loop was entered.
  private var entered: [Int]
  private var boxes: [Tensor: Box] = [:]
  /// What each loop that is filled has in boxes at its present block.
  private var filled: [Int: UInt64] = [:]
  private var counts: [Tensor: Count] = [:]

  /// What a nest loads and holds of each tensor.
  public static func counts(_ mapping: Mapping, on layer: Layer, reuse: ReusePolicy) -> [Tensor: Count] {
    var walker = ContentWalker(mapping, layer, reuse)
    walker.walk(0)
    return walker.counts
  }

  private init(_ mapping: Mapping, _ layer: Layer, _ reuse: ReusePolicy) {
    self.layer = layer
    self.reuse = reuse
    nodes = mapping.nodes
    current = Dimension.allCases.map { layer[$0] == 64 ? ~0 : (1 << UInt64(layer[$0])) - 1 }
    indices = Array(repeating: 0, count: nodes.count)
    entered = indices
  }

  private mutating func walk(_ line: Int) {
    if line == nodes.count { return }
    switch nodes[line] {
    case .keep(let tensor):
      keep(tensor, line)
      walk(line + 1)
    case .loop(let loop):
      let dimension = loop.dimension.index
      let whole = current[dimension]
      let blocks = Self.blocks(of: whole, loop.cut)
      let isBackward = loop.direction == .backAndForth && entered[line] % 2 == 1
      entered[line] += 1
      for pass in blocks.indices {
        indices[line] = isBackward ? blocks.count - 1 - pass : pass
        current[dimension] = blocks[indices[line]]
        if loop.isFilled {
          filled[line] = Self.filling(blocks[indices[line]], upTo: blocks[0].nonzeroBitCount, from: whole)
        }
        walk(line + 1)
      }
      current[dimension] = whole
      indices[line] = 0
    }
  }

  /// Deals the elements of a set out, from the least on.
  private static func blocks(of set: UInt64, _ cut: Loop.Cut) -> [UInt64] {
    var blocks: [UInt64] = []
    var rest = set
    var place = 0
    while rest != 0 {
      let block =
        switch cut {
        case .tile(let tile): place / tile
        case .phases(let phases): place % phases
        }
      if block == blocks.count { blocks.append(0) }
      blocks[block] |= rest & ~(rest - 1)
      rest &= rest - 1
      place += 1
    }
    return blocks
  }

  /// A block with elements of its range below it until there are so many.
  private static func filling(_ block: UInt64, upTo count: Int, from whole: UInt64) -> UInt64 {
    var block = block
    while block.nonzeroBitCount < count {
      let below = whole & ((block & ~(block - 1)) - 1)
      block |= 1 << UInt64(63 - below.leadingZeroBitCount)
    }
    return block
  }

  private mutating func keep(_ tensor: Tensor, _ line: Int) {
    let walked = current
    defer { current = walked }
    // The last loop outside that changes the box, if it has several blocks of some range.
    var sizes = Dimension.allCases.map { layer[$0] }
    var last: Int?
    for (position, node) in nodes[..<line].enumerated() {
      guard case .loop(let loop) = node else { continue }
      let size = sizes[loop.dimension.index]
      sizes[loop.dimension.index] =
        switch loop.cut {
        case .tile(let tile): min(tile, size)
        case .phases(let phases): (size + phases - 1) / phases
        }
      if tensor.isRelevant(loop.dimension), sizes[loop.dimension.index] < size { last = position }
    }
    if reuse == .overlap, let last, let set = filled[last], case .loop(let loop) = nodes[last] {
      current[loop.dimension.index] = set
    }
    func of(_ dimensions: Dimension...) -> [UInt64] { dimensions.map { current[$0.index] } }
    let sets =
      switch tensor {
      case .inputs: of(.n, .g, .c) + [rows(layer.vertical, .p, .r), rows(layer.horizontal, .q, .s)]
      case .weights: of(.g, .k, .c) + [used(layer.vertical, .r), used(layer.horizontal, .s)]
      case .outputs: of(.n, .g, .k, .p, .q)
      }
    let outside = nodes[..<line].indices.filter { node in
      if case .loop(let loop) = nodes[node] { tensor.isRelevant(loop.dimension) } else { false }
    }
    let box = Box(sets: sets, indices: outside.map { indices[$0] })
    var stays = 0
    if let before = boxes[tensor] {
      let moved = zip(before.indices, box.indices).filter { $0 != $1 }
      switch reuse {
      case .overlap: stays = before.common(box)
      case _ where moved.isEmpty: stays = box.size
      case .sliding where tensor == .inputs && moved.count == 1 && moved[0].1 - moved[0].0 == 1:
        stays = before.common(box)
      case .sliding, .none: break
      }
    }
    boxes[tensor] = box
    counts[tensor, default: Count()].loaded += box.size - stays
    counts[tensor, default: Count()].held = max(counts[tensor]?.held ?? 0, box.size)
  }

  private func elements(_ dimension: Dimension) -> [Int] {
    (0..<layer[dimension]).filter { current[dimension.index] & 1 << UInt64($0) != 0 }
  }

  private func rows(_ axis: ConvolutionAxis, _ output: Dimension, _ kernel: Dimension) -> UInt64 {
    var set: UInt64 = 0
    for o in elements(output) {
      for k in elements(kernel) {
        let row = axis.stride * o + axis.dilation * k - axis.paddingBefore
        if row >= 0 && row < axis.inputSize { set |= 1 << UInt64(row) }
      }
    }
    return set
  }

  /// The kernel rows that meet an input with some output of the layer.
  private func used(_ axis: ConvolutionAxis, _ kernel: Dimension) -> UInt64 {
    elements(kernel).reduce(0) { set, k in
      let meets = (0..<axis.outputSize).contains { o in
        (0..<axis.inputSize).contains(axis.stride * o + axis.dilation * k - axis.paddingBefore)
      }
      return meets ? set | 1 << UInt64(k) : set
    }
  }
}
