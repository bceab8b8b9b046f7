public import EnergyModel
public import Workloads

/// The referee: walks a mapping element by element and counts what actually moves.
///
/// It knows which elements the Buffer holds at every moment, checks the capacity after every change, checks that every
/// MAC finds its operands there and runs exactly once, and shares no counting with ``Occupancy`` and the closed form of
/// ``Traffic``. Of loops it knows only how to walk them: what a box shares with the one before is found by looking
/// which elements are held. An output is finished when all its MACs have run, those on padding included.
public struct Replay: Hashable, Sendable {
  /// Larger layers would take too long and too much memory.
  public static let largestMACs = 1 << 31

  /// What moved.
  public let traffic: Traffic
  /// The largest box of each tensor that the Buffer held.
  public let occupancy: Occupancy
  /// The most bits that the Buffer held at once, second copies included; never more than ``occupancy`` says.
  public let peak: Bits
  /// The MACs that ran.
  public let macs: Int
  /// The bursts that moved, where it was asked for them.
  public let transactions: Transactions?

  /// Walks `mapping` on `layer`.
  ///
  /// - Parameters:
  ///   - mapping: the loop nest.
  ///   - layer: a layer of at most ``largestMACs`` MACs.
  ///   - reuse: what of a box stays in the Buffer when the next one takes its place.
  ///   - widths: bits of a word of each kind.
  ///   - capacity: the Buffer's size, or nil to leave it unchecked.
  ///   - layout: how tensors lie in the Buffer.
  ///   - bursts: how they lie in DRAM, to count ``transactions``, or nil.
  /// - Throws: ``ReplayError``.
  public init(
    of mapping: Mapping, on layer: Layer, reuse: ReusePolicy, widths: WordWidths, capacity: Bits? = nil,
    layout: BufferLayout = .shared, bursts: Bursts? = nil
  ) throws(ReplayError) {
    if layer.macs > Self.largestMACs { throw .tooManyMACs(layer.macs) }
    /// Walks the mapping while some tensors have a second copy.
    func walk(_ twice: Set<Tensor>, _ capacity: Bits?, _ bursts: Bursts?) throws(ReplayError) -> Walker {
      var walker = Walker(mapping, layer, reuse, widths, capacity, layout, twice)
      walker.bursts = bursts.map { BurstCounter($0, layer, widths) }
      try walker.start()
      try walker.run(0)
      try walker.finish()
      return walker
    }
    // Which boxes ever change is seen only when all is done.
    let changing = layout.doubleBuffered.isEmpty ? [] : try walk([], nil, nil).changed
    let walker = try walk(layout.doubleBuffered.intersection(changing), capacity, bursts)
    traffic = walker.traffic
    occupancy = walker.largest
    peak = Bits(walker.peak)
    macs = walker.macs
    transactions = walker.bursts?.counts
  }
}

/// Why a replay stopped.
public enum ReplayError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A layer too large to replay.
  case tooManyMACs(Int)
  /// The Buffer would have to hold more than its capacity.
  case overCapacity(held: Bits, capacity: Bits)
  /// The part of the Buffer for some tensors would have to.
  case overPart([Tensor], held: Bits, capacity: Bits)
  /// A MAC whose operand the Buffer does not hold.
  case absent(Tensor)
  /// A MAC that ran twice.
  case repeated
  /// MACs that never ran.
  case missing(Int)

  /// What went wrong, in one line.
  public var description: String {
    switch self {
    case .tooManyMACs(let macs): "the layer has \(macs) MACs; a replay takes layers of at most \(Replay.largestMACs)"
    case .overCapacity(let held, let capacity):
      "the mapping needs \(held.count) bits at once; the capacity is \(capacity.count) bits"
    case .overPart(let tensors, let held, let capacity):
      "the mapping needs \(held.count) bits at once for \(tensors.map(\.rawValue).joined(separator: " and ")); "
        + "their part has \(capacity.count) bits"
    case .absent(let tensor): "a MAC does not find its operand of \(tensor.rawValue) in the Buffer"
    case .repeated: "a MAC runs twice"
    case .missing(let count): "\(count) MACs never run"
    }
  }
}

/// The Buffer and DRAM during a replay.
struct Walker {
  var mapping: Mapping
  let layer: Layer
  let reuse: ReusePolicy
  let widths: WordWidths
  let capacity: Bits?
  let layout: BufferLayout
  /// The tensors whose next box is loaded while the one before is used.
  let twice: Set<Tensor>
  /// The tensors whose box was ever replaced by another.
  var changed: Set<Tensor> = []

  /// Whether some output reads a real input with each kernel row, and with each kernel column: weights of others are not
  /// used.
  var isUsedRow: [Bool]
  var isUsedColumn: [Bool]

  /// The elements of each dimension that are walked at present, by ``Dimension/index``.
  var elements: [[Int]]
  /// Which block of its range each loop is at, by position among the nodes: what the rules `sliding` and `none` ask.
  var indices: [Int]
  /// Whether each loop, by position among the nodes, goes backward the next time that it is entered.
  var goesBackward: [Bool]
  /// What boxes hold at the present block of each loop if it is filled, by position among the nodes.
  var boxes: [[Int]]
  /// The loop that is filled for the tensor that is kept at a node, if there is one, by position among the nodes.
  var filled: [Int?] = []

  /// What the Buffer holds of one tensor.
  struct Holding {
    /// The indices of the loops, relevant to the tensor and outside its keep, for which the box was loaded.
    var position: [Int]?
    /// The elements of the box.
    var elements: [Int] = []
    /// Whether each element of the tensor is in the box.
    var isHeld: [Bool]
  }
  var inputs: Holding
  var weights: Holding
  var outputs: Holding
  /// Per output: whether it was ever in the Buffer, and the MACs added to it.
  var isVisited: [Bool]
  var macsDone: [Int32]
  /// Per bias: whether it was read.
  var hasBias: [Bool]
  /// Per MAC: whether it ran.
  var hasRun: [UInt64]

  var traffic = Traffic(
    inputsRead: .zero, weightsRead: .zero, biasesRead: .zero, partialSumsRead: .zero, partialSumsWritten: .zero,
    outputsWritten: .zero)
  var largest = Occupancy(inputs: .zero, weights: .zero, outputs: .zero)
  var peak = 0
  var macs = 0
  /// Counts bursts, where these are asked for.
  var bursts: BurstCounter?

  init(
    _ mapping: Mapping, _ layer: Layer, _ reuse: ReusePolicy, _ widths: WordWidths, _ capacity: Bits?,
    _ layout: BufferLayout, _ twice: Set<Tensor>
  ) {
    (self.layout, self.twice) = (layout, twice)
    self.mapping = mapping
    self.layer = layer
    self.reuse = reuse
    self.widths = widths
    self.capacity = capacity
    func isUsed(_ axis: ConvolutionAxis) -> [Bool] {
      (0..<axis.kernelSize).map { kernel in
        (0..<axis.outputSize).contains { axis.inputRow(output: $0, kernel: kernel) != nil }
      }
    }
    isUsedRow = isUsed(layer.vertical)
    isUsedColumn = isUsed(layer.horizontal)
    elements = Dimension.allCases.map { Array(0..<layer[$0]) }
    indices = [Int](repeating: 0, count: mapping.nodes.count)
    goesBackward = [Bool](repeating: false, count: mapping.nodes.count)
    boxes = [[Int]](repeating: [], count: mapping.nodes.count)
    func empty(_ elements: Int) -> Holding { Holding(isHeld: [Bool](repeating: false, count: elements)) }
    let outputCount = layer.batch * layer.outputChannels * layer[.p] * layer[.q]
    inputs = empty(layer.batch * layer.inputChannels * layer.vertical.inputSize * layer.horizontal.inputSize)
    weights = empty(layer.outputChannels * layer[.c] * layer[.r] * layer[.s])
    outputs = empty(outputCount)
    isVisited = [Bool](repeating: false, count: outputCount)
    macsDone = [Int32](repeating: 0, count: outputCount)
    hasBias = [Bool](repeating: !layer.hasBiases, count: max(1, layer.biases.count))
    hasRun = [UInt64](repeating: 0, count: (layer.macs + 63) / 64)
  }

  /// Runs the nodes from `position` inward on the current elements.
  mutating func run(_ position: Int) throws(ReplayError) {
    guard position < mapping.nodes.count else { return try multiply() }
    switch mapping.nodes[position] {
    case .loop(let loop):
      let dimension = loop.dimension.index
      let whole = elements[dimension]
      var blocks = Array(Self.blocks(of: whole, loop.cut).enumerated())
      let (last, largest) = (blocks.count - 1, blocks.map(\.element.count).max() ?? 0)
      if goesBackward[position] { blocks.reverse() }
      if loop.direction == .backAndForth { goesBackward[position].toggle() }
      for (index, block) in blocks {
        elements[dimension] = block
        indices[position] = index
        boxes[position] = index == last ? whole.suffix(largest) : block
        try run(position + 1)
      }
      elements[dimension] = whole
      indices[position] = 0
    case .keep(let tensor):
      try keep(tensor, at: position)
      try run(position + 1)
    }
  }

  /// Elements in blocks, the first in front.
  static func blocks(of elements: [Int], _ cut: Loop.Cut) -> [[Int]] {
    switch cut {
    case .tile(let tile):
      var blocks: [[Int]] = []
      var rest = elements[...]
      while !rest.isEmpty {
        blocks.append(Array(rest.prefix(tile)))
        rest = rest.dropFirst(tile)
      }
      return blocks
    case .phases(let phases):
      return (0..<min(phases, elements.count)).map { phase in
        stride(from: phase, to: elements.count, by: phases).map { elements[$0] }
      }
    }
  }

  /// For each keep of the mapping the innermost loop outside it over one of the tensor's dimensions, of those that have several blocks,
  /// if it is filled.
  func filledLoops() -> [Int?] {
    var sizes = elements.map(\.count)
    var innermost: [Tensor: Int] = [:]
    return mapping.nodes.enumerated().map { position, node in
      switch node {
      case .loop(let loop):
        let blocks = Self.blocks(of: Array(0..<sizes[loop.dimension.index]), loop.cut)
        sizes[loop.dimension.index] = blocks.map(\.count).max() ?? 0
        if blocks.count > 1 {
          for tensor in Tensor.allCases where tensor.isRelevant(loop.dimension) { innermost[tensor] = position }
        }
        return nil
      case .keep(let tensor):
        guard reuse == .overlap, let position = innermost[tensor], case .loop(let loop) = mapping.nodes[position] else {
          return nil
        }
        return loop.isFilled ? position : nil
      }
    }
  }

  /// Finds in the Buffer what is on the chip before anything runs.
  mutating func start() throws(ReplayError) {
    filled = filledLoops()
    for tensor in layout.onChip {
      switch tensor {
      case .inputs:
        Self.replace(&inputs, by: inputElements(), at: [])
        largest.inputs = Words(inputs.elements.count)
      case .weights:
        Self.replace(&weights, by: weightElements(), at: [])
        largest.weights = Words(weights.elements.count)
      case .outputs:
        Self.replace(&outputs, by: outputElements(), at: [])
        read(outputs.elements)
        largest.outputs = Words(outputs.elements.count)
      }
    }
    if !layout.onChip.isEmpty { try checkRoom() }
  }

  /// Brings the current box of a tensor into the Buffer in place of its previous one, unless all of the tensor is there.
  mutating func keep(_ tensor: Tensor, at position: Int) throws(ReplayError) {
    if layout.onChip.contains(tensor) { return }
    let walked = elements
    defer { elements = walked }
    if let position = filled[position], case .loop(let loop) = mapping.nodes[position] {
      elements[loop.dimension.index] = boxes[position]
    }
    var now: [Int] = []
    for (node, index) in zip(mapping.nodes[..<position], indices) {
      if case .loop(let loop) = node, tensor.isRelevant(loop.dimension) { now.append(index) }
    }
    switch tensor {
    case .inputs:
      if stays(inputs, at: now) { return }
      let overlapStays = reuse == .overlap || reuse == .sliding && Self.isOneStep(from: inputs.position, to: now)
      let box = inputElements()
      try load(tensor, in: inputs, box)
      let loaded = overlapStays ? box.filter { !inputs.isHeld[$0] } : box
      traffic.inputsRead += Words(loaded.count)
      bursts?.add(loaded, of: .inputs, width: widths.inputs, to: \.inputsRead)
      Self.replace(&inputs, by: box, at: now)
      largest.inputs = max(largest.inputs, Words(box.count))
    case .weights:
      if stays(weights, at: now) { return }
      let box = weightElements()
      try load(tensor, in: weights, box)
      let loaded = reuse == .overlap ? box.filter { !weights.isHeld[$0] } : box
      traffic.weightsRead += Words(loaded.count)
      bursts?.add(loaded, of: .weights, width: widths.weights, to: \.weightsRead)
      Self.replace(&weights, by: box, at: now)
      largest.weights = max(largest.weights, Words(box.count))
    case .outputs:
      if stays(outputs, at: now) { return }
      let (before, box) = (outputs.elements, outputElements())
      try load(tensor, in: outputs, box)
      read(reuse == .overlap ? box.filter { !outputs.isHeld[$0] } : box)
      Self.replace(&outputs, by: box, at: now)
      write(reuse == .overlap ? before.filter { !outputs.isHeld[$0] } : before)
      largest.outputs = max(largest.outputs, Words(box.count))
    }
    try checkRoom()
  }

  /// Sees that there is room for the next box of a tensor beside the one that it replaces, where that is still used.
  mutating func load(_ tensor: Tensor, in holding: Holding, _ box: [Int]) throws(ReplayError) {
    guard layout.doubleBuffered.contains(tensor), !holding.elements.isEmpty, holding.elements != box else { return }
    changed.insert(tensor)
    if twice.contains(tensor) { try checkRoom(loading: (tensor, box.count)) }
  }

  /// Checks that all that is held fits: of a tensor that is loaded the box before and the next, of others that are there
  /// twice room for as much again.
  mutating func checkRoom(loading next: (tensor: Tensor, words: Int)? = nil) throws(ReplayError) {
    func held(_ tensor: Tensor) -> Bits {
      let words =
        switch tensor {
        case .inputs: inputs.elements.count
        case .weights: weights.elements.count
        case .outputs: outputs.elements.count
        }
      let copy = next?.tensor == tensor ? next?.words ?? 0 : twice.contains(tensor) ? words : 0
      return Words(words + copy) * widths.inBuffer(tensor)
    }
    func held(_ tensors: some Sequence<Tensor>) -> Bits { tensors.reduce(.zero) { $0 + held($1) } }
    let all = held(Tensor.allCases)
    peak = max(peak, all.count)
    guard let capacity else { return }
    if all > capacity { throw .overCapacity(held: all, capacity: capacity) }
    for part in layout.parts(in: capacity) where held(part.tensors) > part.capacity {
      throw .overPart(Tensor.allCases.filter(part.tensors.contains), held: held(part.tensors), capacity: part.capacity)
    }
  }

  /// Whether a box is left alone: where the rule asks for indices, when they are those for which it was loaded.
  func stays(_ holding: Holding, at position: [Int]) -> Bool {
    reuse != .overlap && holding.position == position
  }

  /// Whether exactly one index differs, and by one step forward.
  static func isOneStep(from before: [Int]?, to now: [Int]) -> Bool {
    guard let before else { return false }
    let moved = zip(before, now).filter { $0 != $1 }
    return moved.count == 1 && moved[0].1 == moved[0].0 + 1
  }

  static func replace(_ holding: inout Holding, by box: [Int], at position: [Int]) {
    for element in holding.elements { holding.isHeld[element] = false }
    for element in box { holding.isHeld[element] = true }
    holding.elements = box
    holding.position = position
  }

  /// Outputs come into the Buffer, from DRAM if they were in it before.
  mutating func read(_ outputs: [Int]) {
    let again = outputs.filter { isVisited[$0] }
    traffic.partialSumsRead += Words(again.count)
    bursts?.add(again, of: .outputs, width: widths.partialSums, to: \.partialSumsRead)
    var biases: [Int] = []
    for element in outputs {
      isVisited[element] = true
      let channel = element / (layer[.p] * layer[.q]) % layer.outputChannels
      let bias = layer.hasBiases ? channel / layer.channelsPerBias : 0
      if !hasBias[bias] {
        hasBias[bias] = true
        biases.append(bias)
      }
    }
    traffic.biasesRead += Words(biases.count)
    bursts?.add(biases: biases)
  }

  /// Outputs go to DRAM, finished or not.
  mutating func write(_ outputs: [Int]) {
    let reduction = Int32(layer[.c] * layer[.r] * layer[.s])
    let finished = outputs.filter { macsDone[$0] == reduction }
    let unfinished = outputs.filter { macsDone[$0] != reduction }
    traffic.outputsWritten += Words(finished.count)
    traffic.partialSumsWritten += Words(unfinished.count)
    bursts?.add(finished, of: .outputs, width: widths.outputs, to: \.outputsWritten)
    bursts?.add(unfinished, of: .outputs, width: widths.partialSums, to: \.partialSumsWritten)
  }

  mutating func finish() throws(ReplayError) {
    if !layout.onChip.contains(.outputs) { write(outputs.elements) }
    if macs != layer.macs { throw .missing(layer.macs - macs) }
  }

  func range(_ dimension: Dimension) -> [Int] { elements[dimension.index] }

  /// The input positions that the current blocks touch along one axis.
  func touched(_ axis: ConvolutionAxis, _ outputs: [Int], _ kernels: [Int]) -> [Int] {
    var rows: Set<Int> = []
    for output in outputs {
      for kernel in kernels {
        if let row = axis.inputRow(output: output, kernel: kernel) { rows.insert(row) }
      }
    }
    return rows.sorted()
  }

  func inputElement(_ n: Int, _ g: Int, _ c: Int, _ row: Int, _ column: Int) -> Int {
    ((n * layer.inputChannels + g * layer[.c] + c) * layer.vertical.inputSize + row) * layer.horizontal.inputSize
      + column
  }

  func weightElement(_ g: Int, _ k: Int, _ c: Int, _ r: Int, _ s: Int) -> Int {
    (((g * layer[.k] + k) * layer[.c] + c) * layer[.r] + r) * layer[.s] + s
  }

  func outputElement(_ n: Int, _ g: Int, _ k: Int, _ p: Int, _ q: Int) -> Int {
    ((n * layer.outputChannels + g * layer[.k] + k) * layer[.p] + p) * layer[.q] + q
  }

  func inputElements() -> [Int] {
    let rows = touched(layer.vertical, range(.p), range(.r))
    let columns = touched(layer.horizontal, range(.q), range(.s))
    var box: [Int] = []
    for n in range(.n) {
      for g in range(.g) {
        for c in range(.c) {
          for row in rows {
            for column in columns { box.append(inputElement(n, g, c, row, column)) }
          }
        }
      }
    }
    return box
  }

  func weightElements() -> [Int] {
    var box: [Int] = []
    for g in range(.g) {
      for k in range(.k) {
        for c in range(.c) {
          for r in range(.r) where isUsedRow[r] {
            for s in range(.s) where isUsedColumn[s] { box.append(weightElement(g, k, c, r, s)) }
          }
        }
      }
    }
    return box
  }

  func outputElements() -> [Int] {
    var box: [Int] = []
    for n in range(.n) {
      for g in range(.g) {
        for k in range(.k) {
          for p in range(.p) {
            for q in range(.q) { box.append(outputElement(n, g, k, p, q)) }
          }
        }
      }
    }
    return box
  }

  /// Runs the MACs of the current elements.
  mutating func multiply() throws(ReplayError) {
    for n in range(.n) {
      for g in range(.g) {
        for k in range(.k) {
          for p in range(.p) {
            for q in range(.q) {
              try multiply(output: outputElement(n, g, k, p, q), n, g, k, p, q)
            }
          }
        }
      }
    }
  }

  /// Runs the MACs of the current elements that add to one output.
  mutating func multiply(output: Int, _ n: Int, _ g: Int, _ k: Int, _ p: Int, _ q: Int) throws(ReplayError) {
    if !outputs.isHeld[output] { throw .absent(.outputs) }
    var added = 0
    for c in range(.c) {
      for r in range(.r) {
        let row = layer.vertical.inputRow(output: p, kernel: r)
        for s in range(.s) {
          if isUsedRow[r], isUsedColumn[s], !weights.isHeld[weightElement(g, k, c, r, s)] { throw .absent(.weights) }
          if let row, let column = layer.horizontal.inputRow(output: q, kernel: s),
            !inputs.isHeld[inputElement(n, g, c, row, column)]
          {
            throw .absent(.inputs)
          }
          let mac = ((output * layer[.c] + c) * layer[.r] + r) * layer[.s] + s
          let bit = UInt64(1) << UInt64(mac % 64)
          if hasRun[mac / 64] & bit != 0 { throw .repeated }
          hasRun[mac / 64] |= bit
          added += 1
        }
      }
    }
    macsDone[output] += Int32(added)
    macs += added
  }
}
