public import Mappings
public import Workloads

/// Bursts that a plain nest moves when boxes are loaded whole, by sets of the bursts that hold each word of a box.
///
/// It shares code with neither the replay nor the closed form: it walks ranges, and looks up where each word lies. All words and
/// the burst are counted in words. Biases are not counted.
public struct BurstWalk {
  private let layer: Layer
  private let isChannelsLast: Bool
  private let burst: Int
  private var ranges: [Dimension: Range<Int>]
  private var box: [Tensor: [[Int]]] = [:]
  private var starts: [Tensor: [Int]] = [:]
  private var done: [[Int]: Int] = [:]
  private var visited: Set<[Int]> = []
  /// Bursts of inputs and weights read, of partial sums read and written, and of outputs written.
  public private(set) var counts = [0, 0, 0, 0, 0]

  /// Walks a nest of forward loops over tiles.
  public init(_ mapping: Mapping, on layer: Layer, wordsOfBurst burst: Int, channelsLast: Bool) {
    (self.layer, self.burst, isChannelsLast) = (layer, burst, channelsLast)
    ranges = Dictionary(uniqueKeysWithValues: Dimension.allCases.map { ($0, 0..<layer[$0]) })
    walk(mapping.nodes[...], [])
    write(box[.outputs] ?? [])
  }

  private func range(_ dimension: Dimension) -> Range<Int> { ranges[dimension] ?? 0..<0 }

  private mutating func walk(_ nodes: ArraySlice<Mapping.Node>, _ outer: [(Dimension, Int)]) {
    guard let node = nodes.first else {
      for word in words(.outputs) { done[word, default: 0] += [.c, .r, .s].reduce(1) { $0 * range($1).count } }
      return
    }
    switch node {
    case .keep(let tensor):
      keep(tensor, outer.filter { dimensions(tensor).contains($0.0) }.map(\.1))
      walk(nodes.dropFirst(), outer)
    case .loop(let loop):
      guard case .tile(let tile) = loop.cut else { preconditionFailure("a plain nest has no phases") }
      let whole = range(loop.dimension)
      for start in stride(from: whole.lowerBound, to: whole.upperBound, by: tile) {
        ranges[loop.dimension] = start..<min(whole.upperBound, start + tile)
        walk(nodes.dropFirst(), outer + [(loop.dimension, start)])
      }
      ranges[loop.dimension] = whole
    }
  }

  private func dimensions(_ tensor: Tensor) -> [Dimension] {
    switch tensor {
    case .inputs: [.n, .g, .c, .p, .q, .r, .s]
    case .weights: [.g, .k, .c, .r, .s]
    case .outputs: [.n, .g, .k, .p, .q]
    }
  }

  private mutating func keep(_ tensor: Tensor, _ place: [Int]) {
    if starts[tensor] == place { return }
    starts[tensor] = place
    let next = words(tensor)
    switch tensor {
    case .inputs:
      counts[0] += bursts(next, [layer.inputChannels, layer.vertical.inputSize, layer.horizontal.inputSize])
    case .weights: counts[1] += bursts(next, [layer[.c], layer[.r], layer[.s]])
    case .outputs:
      counts[2] += bursts(next.filter(visited.contains), [layer.outputChannels, layer[.p], layer[.q]])
      visited.formUnion(next)
      write(box[.outputs] ?? [])
    }
    box[tensor] = next
  }

  private mutating func write(_ outputs: [[Int]]) {
    let sizes = [layer.outputChannels, layer[.p], layer[.q]]
    let isFinished = { [done, layer] in done[$0] == layer[.c] * layer[.r] * layer[.s] }
    counts[3] += bursts(outputs.filter { !isFinished($0) }, sizes)
    counts[4] += bursts(outputs.filter(isFinished), sizes)
  }

  /// The bursts that hold some words, by their image or kernel, channel, row and column.
  private func bursts(_ words: [[Int]], _ sizes: [Int]) -> Int {
    Set(
      words.map { word -> Int in
        let (channel, row, column) = (word[1], word[2], word[3])
        let place =
          isChannelsLast
          ? (row * sizes[2] + column) * sizes[0] + channel : (channel * sizes[1] + row) * sizes[2] + column
        return (word[0] * sizes[0] * sizes[1] * sizes[2] + place) / burst
      }
    ).count
  }

  /// The words of a tensor that the MACs of the current ranges touch.
  private func words(_ tensor: Tensor) -> [[Int]] {
    func touched(_ axis: ConvolutionAxis, _ outputs: Range<Int>, _ kernels: Range<Int>) -> [Int] {
      (0..<axis.inputSize).filter { row in
        outputs.contains { output in
          kernels.contains { axis.stride * output + axis.dilation * $0 - axis.paddingBefore == row }
        }
      }
    }
    func used(_ axis: ConvolutionAxis, _ kernels: Range<Int>) -> [Int] {
      kernels.filter { !touched(axis, 0..<axis.outputSize, $0..<$0 + 1).isEmpty }
    }
    var words: [[Int]] = []
    func add(_ first: [Int], _ channels: [Int], _ rows: [Int], _ columns: [Int]) {
      for word in first {
        for c in channels { for row in rows { for s in columns { words.append([word, c, row, s]) } } }
      }
    }
    let groups = range(.g)
    switch tensor {
    case .inputs:
      add(
        Array(range(.n)), groups.flatMap { g in range(.c).map { g * layer[.c] + $0 } },
        touched(layer.vertical, range(.p), range(.r)), touched(layer.horizontal, range(.q), range(.s)))
    case .weights:
      add(
        groups.flatMap { g in range(.k).map { g * layer[.k] + $0 } }, Array(range(.c)), used(layer.vertical, range(.r)),
        used(layer.horizontal, range(.s)))
    case .outputs:
      add(
        Array(range(.n)), groups.flatMap { g in range(.k).map { g * layer[.k] + $0 } }, Array(range(.p)),
        Array(range(.q)))
    }
    return words
  }
}
