public import EnergyModel
public import Mappings
public import Workloads

/// Walks loop nests box by box, fast enough to try all nests of a tiny layer.
///
/// A third count of what nests hold and move, beside the closed form and the replay; it shares code with neither. Rows
/// and columns of inputs are sets of bits, so a layer has at most 64 of each.
public struct BoxWalker {
  /// A line of a nest: a loop over a dimension, or the keep of a tensor where `tile` is 0.
  public struct Line: Hashable {
    /// The index of the dimension or of the tensor.
    public var index: Int
    /// The tile of a loop, or 0 for a keep.
    public var tile: Int

    /// A loop.
    public init(_ dimension: Dimension, tile: Int) { (index, self.tile) = (dimension.index, tile) }

    /// A keep.
    public init(keep tensor: Tensor) { (index, tile) = (Self.order.firstIndex(of: tensor) ?? 0, 0) }

    /// The line of a plain nest.
    public init(_ node: Mapping.Node) {
      switch node {
      case .loop(let loop):
        guard case .tile(let tile) = loop.cut, loop.direction == .forward else {
          preconditionFailure("a plain nest has no loops back and forth and no phases")
        }
        self.init(loop.dimension, tile: tile)
      case .keep(let tensor): self.init(keep: tensor)
      }
    }

    /// The same in a mapping.
    var node: Mapping.Node {
      tile == 0 ? .keep(Self.order[index]) : .loop(Dimension.allCases[index], tile: tile)
    }

    static let order: [Tensor] = [.inputs, .weights, .outputs]
  }

  private let layer: Layer
  private let slides: Bool
  private let widths: (inputs: Int, weights: Int, outputs: Int, partialSums: Int)
  private let energies: (read: Int, write: Int)
  private let biasBits: Int
  private let outputCount: Int
  /// Kernel rows and columns that touch some input.
  private let usedRows: Set<Int>
  private let usedColumns: Set<Int>

  private var nest: [Line] = []
  private var low: [Int]
  private var high: [Int]
  private var loopIndex: [Int] = []
  private var largest = [0, 0, 0]
  private var isLoaded = [false, false, false]
  private var position: [[Int]] = [[], [], []]
  private var rows: UInt64 = 0
  private var columns: UInt64 = 0
  private var loads = [0, 0, 0]

  /// A walker of nests on a layer, with prices of a bit read and a bit written.
  public init(_ layer: Layer, widths: WordWidths, reuse: ReusePolicy, readEnergy: Int, writeEnergy: Int) {
    self.layer = layer
    slides = reuse == .sliding
    self.widths = (widths.inputs.count, widths.weights.count, widths.outputs.count, widths.partialSums.count)
    energies = (readEnergy, writeEnergy)
    biasBits = layer.biases.count * widths.partialSums.count
    outputCount = layer[.n] * layer[.g] * layer[.k] * layer[.p] * layer[.q]
    usedRows = Self.used(layer.vertical)
    usedColumns = Self.used(layer.horizontal)
    low = Array(repeating: 0, count: 8)
    high = Dimension.allCases.map { layer[$0] }
  }

  /// The kernel rows that the inputs touch: seen from an input, each output may touch it with one.
  private static func used(_ axis: ConvolutionAxis) -> Set<Int> {
    var used: Set<Int> = []
    for row in 0..<axis.inputSize {
      for output in 0..<axis.outputSize {
        let distance = row + axis.paddingBefore - axis.stride * output
        if distance % axis.dilation == 0 { used.insert(distance / axis.dilation) }
      }
    }
    return used
  }

  /// The bits that a mapping holds and the energy of moving its data.
  public mutating func evaluate(_ mapping: Mapping) -> (occupancy: Int, energy: Int) {
    evaluate(mapping.nodes.map(Line.init))
  }

  /// The bits held and the energy of moving data.
  public mutating func evaluate(_ nest: [Line]) -> (occupancy: Int, energy: Int) {
    self.nest = nest
    loopIndex = Array(repeating: 0, count: nest.count)
    largest = [0, 0, 0]
    isLoaded = [false, false, false]
    loads = [0, 0, 0]
    walk(0)
    let spilled = loads[2] - outputCount
    let read = loads[0] * widths.inputs + loads[1] * widths.weights + spilled * widths.partialSums + biasBits
    let written = spilled * widths.partialSums + outputCount * widths.outputs
    return (
      largest[0] * widths.inputs + largest[1] * widths.weights + largest[2] * widths.partialSums,
      energies.read * read + energies.write * written
    )
  }

  private mutating func walk(_ line: Int) {
    if line == nest.count { return }
    let (index, tile) = (nest[line].index, nest[line].tile)
    if tile == 0 {
      keep(index, line)
      return walk(line + 1)
    }
    let (start, end) = (low[index], high[index])
    var step = 0
    var at = start
    while at < end {
      low[index] = at
      high[index] = min(end, at + tile)
      loopIndex[line] = step
      walk(line + 1)
      at += tile
      step += 1
    }
    (low[index], high[index]) = (start, end)
    loopIndex[line] = 0
  }

  /// Which dimensions n, g, k, c, p, q, r, s select a part of inputs, weights, outputs.
  private static let relevant: [[Bool]] = [
    [true, true, false, true, true, true, true, true], [false, true, true, true, false, false, true, true],
    [true, true, true, false, true, true, false, false],
  ]

  private mutating func keep(_ tensor: Int, _ line: Int) {
    var now: [Int] = []
    for outer in 0..<line where nest[outer].tile > 0 && Self.relevant[tensor][nest[outer].index] {
      now.append(loopIndex[outer])
    }
    if isLoaded[tensor] && now == position[tensor] { return }
    var size = 1
    for dimension in 0..<8 where Self.relevant[tensor][dimension] && (tensor == 2 || dimension < 4) {
      size *= high[dimension] - low[dimension]
    }
    if tensor == 1 {
      size *= (low[6]..<high[6]).count { usedRows.contains($0) } * (low[7]..<high[7]).count { usedColumns.contains($0) }
    }
    if tensor > 0 {
      loads[tensor] += size
    } else {
      let newRows = touched(layer.vertical, 4, 6)
      let newColumns = touched(layer.horizontal, 5, 7)
      let channels = size
      size *= newRows.nonzeroBitCount * newColumns.nonzeroBitCount
      loads[0] += size
      if slides, isLoaded[0], let moved = singleStep(from: position[0], to: now, line) {
        // Images, groups and channels have no overlap.
        if moved >= 4 {
          loads[0] -= channels * (rows & newRows).nonzeroBitCount * (columns & newColumns).nonzeroBitCount
        }
      }
      (rows, columns) = (newRows, newColumns)
    }
    largest[tensor] = max(largest[tensor], size)
    position[tensor] = now
    isLoaded[tensor] = true
  }

  /// The dimension of the one relevant loop that moved, by one step forward, or nil if that is not what happened.
  private func singleStep(from before: [Int], to now: [Int], _ line: Int) -> Int? {
    var moved: Int?
    var slot = 0
    for outer in 0..<line where nest[outer].tile > 0 && Self.relevant[0][nest[outer].index] {
      if before[slot] != now[slot] {
        if moved != nil || now[slot] != before[slot] + 1 { return nil }
        moved = nest[outer].index
      }
      slot += 1
    }
    return moved
  }

  private func touched(_ axis: ConvolutionAxis, _ output: Int, _ kernel: Int) -> UInt64 {
    var set: UInt64 = 0
    for o in low[output]..<high[output] {
      for k in low[kernel]..<high[kernel] {
        let row = axis.stride * o + axis.dilation * k - axis.paddingBefore
        if row >= 0 && row < axis.inputSize { set |= 1 << UInt64(row) }
      }
    }
    return set
  }
}
