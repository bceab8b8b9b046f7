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

  private let vertical: ConvolutionAxis
  private let horizontal: ConvolutionAxis
  private let slides: Bool
  private let widths: (inputs: Int, weights: Int, outputs: Int, partialSums: Int)
  private let energies: (read: Int, write: Int)
  private let biasBits: Int
  private let outputCount: Int
  /// The number of kernel rows and columns that touch some input before each, and of all.
  private let usedRows: [Int]
  private let usedColumns: [Int]

  private var nest: [Line] = []
  private var low = SIMD8<Int>()
  private var high: SIMD8<Int>
  private var loopIndex: [Int] = []
  /// By tensor: the largest box, whether one is loaded, and all words loaded.
  private var largest = SIMD4<Int>()
  private var isLoaded = SIMDMask<SIMD4<Int>>()
  private var loads = SIMD4<Int>()
  /// For each tensor and line, where the loop stood when the tensor's box was loaded.
  private var position: [Int] = []
  private var rows: UInt64 = 0
  private var columns: UInt64 = 0

  /// A walker of nests on a layer, with prices of a bit read and a bit written.
  public init(_ layer: Layer, widths: WordWidths, reuse: ReusePolicy, readEnergy: Int, writeEnergy: Int) {
    vertical = layer.vertical
    horizontal = layer.horizontal
    slides = reuse == .sliding
    self.widths = (widths.inputs.count, widths.weights.count, widths.outputs.count, widths.partialSums.count)
    energies = (readEnergy, writeEnergy)
    biasBits = layer.biases.count * widths.partialSums.count
    outputCount = layer[.n] * layer[.g] * layer[.k] * layer[.p] * layer[.q]
    usedRows = Self.used(vertical)
    usedColumns = Self.used(horizontal)
    high = SIMD8(Dimension.allCases.map { layer[$0] })
  }

  /// The number of kernel rows that the inputs touch before each: seen from an input, each output may touch it with one.
  private static func used(_ axis: ConvolutionAxis) -> [Int] {
    var used: Set<Int> = []
    for row in 0..<axis.inputSize {
      for output in 0..<axis.outputSize {
        let distance = row + axis.paddingBefore - axis.stride * output
        if distance % axis.dilation == 0 { used.insert(distance / axis.dilation) }
      }
    }
    return (0...axis.kernelSize).map { end in used.count { 0..<end ~= $0 } }
  }

  /// The bits that a mapping holds and the energy of moving its data.
  public mutating func evaluate(_ mapping: Mapping) -> (occupancy: Int, energy: Int) {
    evaluate(mapping.nodes.map(Line.init))
  }

  /// The bits held and the energy of moving data.
  public mutating func evaluate(_ nest: [Line]) -> (occupancy: Int, energy: Int) {
    self.nest = nest
    loopIndex = Array(repeating: 0, count: nest.count)
    position = Array(repeating: 0, count: 3 * nest.count)
    (largest, isLoaded, loads) = (SIMD4(), SIMDMask(), SIMD4())
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

  /// Whether a dimension selects a part of inputs, weights or outputs: a bit for each of n, g, k, c, p, q, r, s.
  @inline(__always)
  private static func selects(_ tensor: Int, _ dimension: Int) -> Bool {
    let dimensions = tensor == 0 ? 0b1111_1011 : tensor == 1 ? 0b1100_1110 : 0b0011_0111
    return dimensions >> dimension & 1 == 1
  }

  private mutating func keep(_ tensor: Int, _ line: Int) {
    // The loops outside that are not where they were when the box was loaded, and one of them.
    var (moved, dimension, areOneStep) = (0, 0, true)
    for outer in 0..<line where nest[outer].tile > 0 && Self.selects(tensor, nest[outer].index) {
      let place = tensor * nest.count + outer
      let distance = loopIndex[outer] - position[place]
      if distance == 0 { continue }
      moved += 1
      dimension = nest[outer].index
      areOneStep = areOneStep && distance == 1
      position[place] = loopIndex[outer]
    }
    let wasLoaded = isLoaded[tensor]
    if wasLoaded && moved == 0 { return }
    var size = 1
    for dimension in 0..<8 where Self.selects(tensor, dimension) && (tensor == 2 || dimension < 4) {
      size *= high[dimension] - low[dimension]
    }
    switch tensor {
    case 0:
      let newRows = touched(vertical, 4, 6)
      let newColumns = touched(horizontal, 5, 7)
      let channels = size
      size *= newRows.nonzeroBitCount * newColumns.nonzeroBitCount
      loads[0] += size
      // A single step of rows or columns; images, groups and channels have no overlap.
      if slides, wasLoaded, moved == 1, areOneStep, dimension >= 4 {
        loads[0] -= channels * (rows & newRows).nonzeroBitCount * (columns & newColumns).nonzeroBitCount
      }
      (rows, columns) = (newRows, newColumns)
    case 1:
      size *= (usedRows[high[6]] - usedRows[low[6]]) * (usedColumns[high[7]] - usedColumns[low[7]])
      loads[1] += size
    default: loads[2] += size
    }
    largest[tensor] = max(largest[tensor], size)
    isLoaded[tensor] = true
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
