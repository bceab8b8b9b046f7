import Mappings
import Workloads

/// The range of a dimension inside some loops, as variables of a program: elements at equal distances.
struct Span {
  /// The first element.
  var start: Affine
  /// What is beyond the last element, and no further than the one after it would be.
  var end: Affine
  /// The distance from an element to the next.
  var step: Int
  /// The numbers of elements that there may be.
  var sizes: Set<Int>
  /// Whether some loop cuts the dimension.
  var isCut: Bool

  /// The number of elements where it is always the same.
  var size: Int? { sizes.count == 1 ? sizes.first : nil }

  /// Whether there is always one element.
  var isSingle: Bool { sizes == [1] }

  /// The variables that it is known by.
  var variables: [String] {
    isCut ? start.variables + end.variables.filter { !start.variables.contains($0) } : []
  }

  /// The last element, where a sum says it.
  var last: Affine? {
    if let size { return start + step * (size - 1) }
    return step == 1 ? end - 1 : nil
  }

  /// The last element in any case.
  var lastText: String { last?.text ?? "\(start.text) + (\((end - start - 1).text)) / \(step) * \(step)" }

  /// The number of elements.
  var countText: String {
    if let size { return String(size) }
    return step == 1 ? (end - start).text : "(\((end - start + (step - 1)).text)) / \(step)"
  }
}

/// The loops and keeps of a mapping as a program runs them. Loops that always make a single pass are left out.
struct NestPlan {
  /// A loop with the range that it walks.
  struct Walk {
    let loop: Loop
    /// The variable that has the first element of the block: `k1`.
    let variable: String
    /// What is cut.
    let outer: Span
    /// A block.
    let inner: Span
    /// The distance from the first element of a block to that of the next.
    let increment: Int
    /// No block begins here or beyond.
    let limit: CValue
    /// The value of the variable that has the end of a block, where there is one.
    let end: (variable: String, value: CValue)?

    var turns: Bool { loop.direction == .backAndForth }

    /// The number of blocks.
    var count: String {
      if let size = outer.size { return String(loop.cut.pieces(of: size).count) }
      if let limit = limit.affine {
        let distance = limit - outer.start
        return increment == 1 ? distance.text : "(\((distance + (increment - 1)).text)) / \(increment)"
      }
      let distance = outer.start.value == 0 ? limit.text : "\(limit.text) - \(outer.start.operand)"
      return increment == 1 ? distance : "(\(distance) + \(increment - 1)) / \(increment)"
    }

    /// Which block of the range it is at, counted from the first.
    var index: String {
      let distance = Affine(variable) - outer.start
      return increment == 1 ? distance.text : "\(distance.operand) / \(increment)"
    }

    /// Whether it is at the first block that it walks.
    var isFirst: String {
      turns ? "\(variable)_step == 0" : "\(variable) == \(outer.start.text)"
    }

    /// Whether it is at the last block that it walks.
    var isLast: String {
      turns
        ? "\(variable)_step == \(variable)_steps - 1" : "\((Affine(variable) + increment).text) >= \(limit.text)"
    }
  }

  /// A line of the nest.
  enum Line {
    case walk(Walk)
    /// A keep, with the ranges of all dimensions there by `Dimension.index`.
    case keep(Tensor, [Span])
  }

  /// The lines, outermost first.
  let lines: [Line]
  /// The ranges of all dimensions inside the nest.
  let innermost: [Span]

  /// The plan of `mapping` on `layer`; `names` are those of the program.
  init(_ mapping: Mapping, on layer: Layer, names: CNames) {
    var spans = Dimension.allCases.map { dimension in
      Span(
        start: Affine(0), end: Affine(layer[dimension]), step: 1, sizes: [layer[dimension]], isCut: false)
    }
    var loops = [Int](repeating: 0, count: spans.count)
    lines = mapping.nodes.compactMap { node in
      switch node {
      case .keep(let tensor): return .keep(tensor, spans)
      case .loop(let loop):
        let place = loop.dimension.index
        guard let walk = Self.walk(loop, spans[place], number: loops[place] + 1, names) else { return nil }
        loops[place] += 1
        spans[place] = walk.inner
        return .walk(walk)
      }
    }
    innermost = spans
  }

  /// The loops outside a tensor's keep, outermost first.
  func walks(outside tensor: Tensor) -> [Walk] {
    var walks: [Walk] = []
    for line in lines {
      switch line {
      case .walk(let walk): walks.append(walk)
      case .keep(tensor, _): return walks
      case .keep: break
      }
    }
    return walks
  }

  /// The ranges at a tensor's keep.
  func spans(at tensor: Tensor) -> [Span] {
    for case .keep(tensor, let spans) in lines { return spans }
    return innermost
  }

  /// All loops.
  var walks: [Walk] { lines.compactMap { line in if case .walk(let walk) = line { walk } else { nil } } }

  /// A loop over a range, or nil where it has a single pass.
  private static func walk(_ loop: Loop, _ outer: Span, number: Int, _ names: CNames) -> Walk? {
    let largest = outer.sizes.max() ?? 1
    let sizes = Set(outer.sizes.flatMap { loop.cut.pieces(of: $0).sizes })
    let variable = "\(loop.dimension.rawValue)\(number)"
    var inner = outer
    inner.start = Affine(variable)
    inner.sizes = sizes
    inner.isCut = true
    let increment: Int
    let limit: CValue
    switch loop.cut {
    case .tile(let tile):
      if tile >= largest { return nil }
      increment = outer.step * tile
      limit = CValue(outer.end)
    case .phases(let phases):
      if largest == 1 { return nil }
      // More phases than elements are as many as elements.
      let phases = min(phases, largest)
      increment = outer.step
      inner.step = outer.step * phases
      let beyond = outer.start + inner.step
      limit = (outer.sizes.min() ?? 1) >= phases ? CValue(beyond) : .least(beyond, outer.end, names)
    }
    var end: (variable: String, value: CValue)?
    if inner.isSingle {
      inner.end = inner.start + 1
    } else if case .tile = loop.cut {
      let beyond = inner.start + increment
      if inner.size != nil {
        inner.end = beyond
      } else {
        let value = CValue.least(beyond, outer.end, names)
        end = ("\(variable)_end", value)
        inner.end = Affine("\(variable)_end")
      }
    }
    return Walk(
      loop: loop, variable: variable, outer: outer, inner: inner, increment: increment, limit: limit, end: end)
  }
}

/// A value in a program: a sum, or another expression.
struct CValue {
  let affine: Affine?
  let text: String

  init(_ affine: Affine) { (self.affine, text) = (affine, affine.text) }

  private init(text: String) { (affine, self.text) = (nil, text) }

  /// The lesser of two sums.
  static func least(_ a: Affine, _ b: Affine, _ names: CNames) -> CValue {
    if let distance = a.distance(from: b) { return CValue(distance < 0 ? a : b) }
    return CValue(text: "\(names("min"))(\(a.text), \(b.text))")
  }

  /// The greater of two sums.
  static func greatest(_ a: Affine, _ b: Affine, _ names: CNames) -> CValue {
    if let distance = a.distance(from: b) { return CValue(distance > 0 ? a : b) }
    return CValue(text: "\(names("max"))(\(a.text), \(b.text))")
  }
}
