/// Choices of one axis in halves of halves, each with the least of all that its choices have.
struct AxisTree {
  /// Choices in a row.
  struct Node {
    /// The choice, of a node with one alone.
    var choice: Int
    var first: Int
    var second: Int
    var isLeaf: Bool { first == 0 }
  }

  let choices: [AxisChoice]
  /// The root first.
  private(set) var nodes: [Node] = []
  /// The words held at each keep by a node's choices, at least.
  private(set) var held: [SIMD4<Int>] = []
  /// The values of a node's choices, at least, in the order of ``AxisChoice/values``, one node after the other.
  private(set) var values: [Int] = []
  let stride: Int

  init(_ choices: [AxisChoice], _ layout: AxisLayout) {
    self.choices = choices
    stride = layout.count
    if !choices.isEmpty { add(choices.indices, layout) }
  }

  @discardableResult
  private mutating func add(_ range: Range<Int>, _ layout: AxisLayout) -> Int {
    let index = nodes.count
    nodes.append(Node(choice: range.lowerBound, first: 0, second: 0))
    held.append(choices[range.lowerBound].held)
    values += choices[range.lowerBound].values
    if range.count == 1 { return index }
    let middle = range.lowerBound + range.count / 2
    let (first, second) = (add(range.lowerBound..<middle, layout), add(middle..<range.upperBound, layout))
    nodes[index].first = first
    nodes[index].second = second
    held[index] = pointwiseMin(held[first], held[second])
    let (own, some, others) = (index * stride, first * stride, second * stride)
    for offset in 0..<stride { values[own + offset] = min(values[some + offset], values[others + offset]) }
    // Starts must not exceed turns by more than they do in each of the choices.
    for tensor in layout.places.indices {
      for cut in 0...layout.places[tensor] {
        let (starts, turns) = (layout.starts[tensor] + cut, layout.turns[tensor] + cut)
        let gap = min(
          values[some + starts] - values[some + turns], values[others + starts] - values[others + turns])
        values[own + starts] = values[own + turns] + gap
      }
    }
    return index
  }
}
