import EnergyModel
public import Mappings
public import Workloads

/// The nests of a template on a layer: its lines as far as they matter there, and the tile sizes that free loops may have.
struct TemplateSpace: Sendable {
  /// A line that matters.
  enum Line: Sendable {
    case keep(Tensor)
    case loop(Loop)
    /// A free loop, by its place among all free ones.
    case free(Int)
  }

  /// A free loop.
  struct Slot: Sendable {
    let dimension: Dimension
    let direction: Loop.Direction
    /// Loops within it that are given need a block of so many.
    let least: Int
    /// What a tile is a multiple of, unless it is all that there is.
    let multiple: Int
    /// Whether it may not cut, since a tensor that is kept inside it is on the chip whole.
    let isAbsent: Bool
    /// Whether there is a free loop over the same dimension within it.
    let hasInner: Bool
  }

  let problem: Problem
  /// The lines, outermost first, without given loops that make a single pass whatever the tile sizes are, and without free
  /// loops inside the last keep, which change nothing.
  let lines: [Line]
  let slots: [Slot]

  /// - Throws: ``TemplateError`` where a given loop contradicts the problem's layout.
  init(_ problem: Problem, _ template: NestTemplate) throws(TemplateError) {
    let (layer, layout) = (problem.layer, problem.layout)
    let (nodes, ranges) = Self.nodes(of: template, on: layer)
    let lastKeep = nodes.lastIndex { if case .keep = $0 { true } else { false } } ?? nodes.endIndex
    var least = Dimension.allCases.map { _ in 1 }
    var onChip: Set<Tensor> = []
    var lines: [Line] = []
    var slots: [Slot] = []
    for (index, node) in nodes.enumerated().reversed() {
      switch node {
      case .keep(let tensor):
        if layout.onChip.contains(tensor) { onChip.insert(tensor) }
        lines.append(.keep(tensor))
      case .loop(let loop):
        let dimension = loop.dimension
        if case .tile(let tile) = loop.cut, tile == ranges[index] {
          // It makes a single pass, and loops around it none but one.
          least[dimension.index] = tile
          continue
        }
        if let tensor = Tensor.allCases.first(where: { onChip.contains($0) && $0.isRelevant(dimension) }) {
          throw .cutsOnChip(loop, tensor)
        }
        switch loop.cut {
        case .tile(let tile):
          if let multiple = layout.multiples[dimension], tile % multiple > 0 { throw .noMultiple(loop, multiple) }
          least[dimension.index] = tile
        case .phases(let phases):
          least[dimension.index] = max(phases, (least[dimension.index] - 1) * phases + 1)
        }
        lines.append(.loop(loop))
      case .free(let dimension, let direction):
        if index > lastKeep { continue }
        lines.append(.free(slots.count))
        slots.append(
          Slot(
            dimension: dimension, direction: direction, least: least[dimension.index],
            multiple: layout.multiples[dimension] ?? 1, isAbsent: onChip.contains { $0.isRelevant(dimension) },
            hasInner: slots.contains { $0.dimension == dimension }))
      }
    }
    self.problem = problem
    self.slots = slots.reversed()
    self.lines = lines.reversed().map { if case .free(let slot) = $0 { .free(slots.count - 1 - slot) } else { $0 } }
  }

  /// The template's nodes without those over dimensions that nothing is left of, and the most that there is of a dimension
  /// where each stands. Given loops have no more of it.
  private static func nodes(of template: NestTemplate, on layer: Layer) -> ([NestTemplate.Node], ranges: [Int]) {
    var most = Dimension.allCases.map { layer[$0] }
    var ranges: [Int] = []
    let nodes = template.nodes.compactMap { node -> NestTemplate.Node? in
      var node = node
      let range: Int
      switch node {
      case .keep: range = 0
      case .free(let dimension, _):
        range = most[dimension.index]
        if range == 1 { return nil }
      case .loop(let loop):
        range = most[loop.dimension.index]
        if range == 1 { return nil }
        let cut: Loop.Cut =
          switch loop.cut {
          case .tile(let tile): .tile(min(tile, range))
          // Of more phases than there are indices each is one.
          case .phases(let phases): .phases(min(phases, range))
          }
        most[loop.dimension.index] = cut.largestBlock(of: range)
        node = .loop(Loop(loop.dimension, cut, loop.direction))
      }
      ranges.append(range)
      return node
    }
    return (nodes, ranges)
  }
}

// MARK: Tile sizes

extension TemplateSpace {
  /// Which sizes of a tile are tried.
  enum Sizes {
    /// All.
    case all
    /// The smallest of every number of blocks.
    case everyBlockCount
    /// So many of these.
    case some(Int)
  }

  /// The tile of a free loop that cuts a block of so many the most.
  func smallest(_ slot: Int, of block: Int) -> Int {
    let slot = slots[slot]
    return slot.isAbsent ? block : slot.rounded(slot.least, in: block)
  }

  /// The sizes that the tile of a free loop may have in a block of so many, the largest first, which makes it absent.
  func sizes(_ sizes: Sizes, _ slot: Int, of block: Int) -> any Collection<Int> {
    let slot = slots[slot]
    if slot.isAbsent || slot.least >= block { return [block] }
    // A loop over the same dimension within cuts evenly what these leave of the block.
    func withRests(_ sizes: [Int]) -> [Int] { slot.hasInner ? sizes + sizes.map { block - $0 } : sizes }
    switch sizes {
    case .all:
      let (multiple, most) = (slot.multiple, (block - 1) / slot.multiple)
      let least = (slot.least + multiple - 1) / multiple
      return (0...max(0, most - least + 1)).lazy.map { $0 == 0 ? block : (most - $0 + 1) * multiple }
    case .everyBlockCount: return rounded(withRests(Tiles.byBlockCount(of: block)), slot, in: block)
    case .some(let most): return rounded(withRests(Tiles.byBlockCount(of: block, atMost: most)), slot, in: block)
    }
  }

  /// Sizes as the tile of a loop may have them, the largest first.
  private func rounded(_ sizes: [Int], _ slot: Slot, in block: Int) -> [Int] {
    Set(sizes.map { slot.rounded(max($0, slot.least), in: block) }).sorted(by: >)
  }
}

extension TemplateSpace.Slot {
  /// The least size that is allowed from a size on, in a block of so many.
  func rounded(_ size: Int, in block: Int) -> Int {
    min(block, (max(size, least) + multiple - 1) / multiple * multiple)
  }
}

// MARK: Nests

extension TemplateSpace {
  /// A loop with a tile that a free one is given.
  func loop(_ slot: Int, tile: Int) -> Loop { Loop(slots[slot].dimension, .tile(tile), slots[slot].direction) }

  /// The nest with tiles for its free loops. Loops that would make a single pass are absent.
  func mapping(_ tiles: [Int]) -> Mapping {
    var nodes: [Mapping.Node] = []
    var block = Dimension.allCases.map { problem.layer[$0] }
    for line in lines {
      switch line {
      case .keep(let tensor): nodes.append(.keep(tensor))
      case .loop(let loop): enter(loop, &block, &nodes)
      case .free(let slot): enter(loop(slot, tile: tiles[slot]), &block, &nodes)
      }
    }
    guard let mapping = try? Mapping(nodes) else { preconditionFailure("a template keeps every tensor once") }
    return mapping
  }

  private func enter(_ loop: Loop, _ block: inout [Int], _ nodes: inout [Mapping.Node]) {
    let inner = loop.cut.largestBlock(of: block[loop.dimension.index])
    if inner == block[loop.dimension.index] { return }
    block[loop.dimension.index] = inner
    nodes.append(.loop(loop))
  }

  /// The tiles that are nearest to some, each no larger than the block that it cuts.
  func fitted(_ tiles: [Int]) -> [Int] { chosen { slot, block in slots[slot].rounded(tiles[slot], in: block) } }

  /// Tiles that are chosen from the outermost loop on, each in the block that it cuts.
  func chosen(_ tile: (_ slot: Int, _ block: Int) -> Int) -> [Int] {
    var tiles: [Int] = []
    var block = Dimension.allCases.map { problem.layer[$0] }
    for line in lines {
      switch line {
      case .keep: break
      case .loop(let loop): block[loop.dimension.index] = loop.cut.largestBlock(of: block[loop.dimension.index])
      case .free(let slot):
        let dimension = slots[slot].dimension.index
        let size = slots[slot].isAbsent ? block[dimension] : tile(slot, block[dimension])
        tiles.append(size)
        block[dimension] = size
      }
    }
    return tiles
  }

  /// The nests with as small tiles as there are: all of them small, or those that cut some tensors not at all, which may hold
  /// less where a tensor that changes takes twice its box.
  var smallestTiles: [[Int]] {
    let twice = Tensor.allCases.filter(problem.layout.doubleBuffered.contains)
    return (0..<1 << twice.count).map { bits in
      let whole = twice.indices.filter { bits >> $0 & 1 == 1 }.map { twice[$0] }
      return chosen { slot, block in
        let isWhole = whole.contains { $0.isRelevant(slots[slot].dimension) && isOutside(slot, of: $0) }
        return isWhole ? block : smallest(slot, of: block)
      }
    }
  }

  /// Whether some loop runs back and forth.
  var turns: Bool {
    lines.contains { line in
      switch line {
      case .keep: false
      case .loop(let loop): loop.direction == .backAndForth
      case .free(let slot): slots[slot].direction == .backAndForth
      }
    }
  }

  /// The dimension that a line walks, or nil for a keep.
  func dimension(of line: Line) -> Dimension? {
    switch line {
    case .keep: nil
    case .loop(let loop): loop.dimension
    case .free(let slot): slots[slot].dimension
    }
  }

  /// Whether a free loop is outside a tensor's keep.
  func isOutside(_ slot: Int, of tensor: Tensor) -> Bool {
    for line in lines {
      switch line {
      case .keep(tensor): return false
      case .free(slot): return true
      default: continue
      }
    }
    return false
  }
}

/// Why a template has no nests under a problem's layout.
public enum TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A given loop cuts a tensor that is on the chip whole.
  case cutsOnChip(Loop, Tensor)
  /// A given tile is no multiple of what the dimension's tiles are multiples of.
  case noMultiple(Loop, Int)

  /// What is wrong and what would be accepted, in one line.
  public var description: String {
    switch self {
    case .cutsOnChip(let loop, let tensor):
      "the loop over \(loop.dimension.rawValue) by \(loop.cut.text) cuts \(tensor.rawValue), which are on the chip whole; "
        + "it belongs inside their keep"
    case .noMultiple(let loop, let multiple):
      "the loop over \(loop.dimension.rawValue) has a tile of \(loop.cut.text), and tiles of \(loop.dimension.rawValue) are "
        + "multiples of \(multiple)"
    }
  }
}
