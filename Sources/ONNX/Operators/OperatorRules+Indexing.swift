extension OperatorRules {
  /// Operators that pick, repeat or join elements.
  static let indexing: [String: Rule] = [
    "Concat": Rule { operation throws(Unknown) in [try concatenation(operation)] },
    // The scale and the zero of the output come first, and each tensor has its own behind it.
    "com.microsoft.QLinearConcat": Rule { operation throws(Unknown) in
      let tensors = stride(from: 2, to: operation.inputs.count, by: 3).map { operation.inputs[$0] }
      return [try concatenation(operation.with(inputs: tensors))]
    },
    "Split": Rule { operation throws(Unknown) in try split(operation) },
    "Slice": Rule { operation throws(Unknown) in [try slice(operation)] },
    "Gather": Rule { operation throws(Unknown) in [try gather(operation)] },
    "GatherElements": Rule { operation throws(Unknown) in [try gatherElements(operation)] },
    "GatherND": Rule { operation throws(Unknown) in [try gatherND(operation)] },
    "ScatterElements": Rule { operation throws(Unknown) in [try scatterElements(operation)] },
    "Scatter": Rule { operation throws(Unknown) in [try scatterElements(operation)] },
    "ScatterND": Rule { operation throws(Unknown) in [try scatterND(operation)] },
    "Expand": Rule { operation throws(Unknown) in
      let input = try operation.input(0)
      let shape = try Broadcasting.shape([try input.sizes(), try sizes(try operation.input(1))])
      return [
        TensorFacts(
          shape: shape, elements: Broadcasting.elements([input], shape: shape) { $0[0] })
      ]
    },
    "Tile": Rule { operation throws(Unknown) in
      let input = try operation.input(0)
      let (own, repeats) = (try input.sizes(), try sizes(try operation.input(1)))
      guard own.count == repeats.count else { throw Unknown("'Tile' needs a number for each dimension") }
      let shape = zip(own, repeats).map { $0 * $1 }
      // Positions lie in a dimension without elements only where there are none.
      return [input.picked(shape) { zip($0, own).map { $0 % max(1, $1.integer ?? 1) } }]
    },
    "Pad": Rule { operation throws(Unknown) in [try pad(operation)] },
    "com.microsoft.Pad": Rule { operation throws(Unknown) in [try pad(operation)] },
    "Compress": Rule { operation throws(Unknown) in [try compress(operation)] },
  ]

  private static func concatenation(_ operation: Operation) throws(Unknown) -> TensorFacts {
    let tensors = operation.inputs.compactMap { $0 }
    guard let first = tensors.first else { throw Unknown("'Concat' lacks its inputs") }
    var shape = try first.sizes()
    let axis = try operation.axis(operation.integer("axis", default: 1), rank: shape.count)
    for tensor in tensors.dropFirst() {
      let sizes = try tensor.sizes()
      guard sizes.count == shape.count else { throw Unknown("'Concat' joins tensors of different ranks") }
      for index in shape.indices {
        if index == axis {
          shape[index] = shape[index] + sizes[index]
        } else if shape[index].integer == nil {
          shape[index] = sizes[index]
        } else if let size = sizes[index].integer, shape[index] != .integer(size) {
          throw Unknown("'Concat' joins \(ShapeText.text(shape)) and \(ShapeText.text(sizes)) along dimension \(axis)")
        }
      }
    }
    guard tensors.allSatisfy({ $0.elements != nil }) else { return TensorFacts(shape: shape) }
    var parts: [(elements: [Quantity], order: ElementOrder)] = []
    for tensor in tensors {
      guard let elements = tensor.elements, let order = tensor.shape.flatMap({ ElementOrder($0) }) else {
        return TensorFacts(shape: shape)
      }
      parts.append((elements, order))
    }
    let elements = ElementOrder.elements(shape) { position in
      var position = position
      for part in parts {
        if position[axis] < part.order.sizes[axis] { return part.order.element(at: position).map { part.elements[$0] } }
        position[axis] -= part.order.sizes[axis]
      }
      return nil
    }
    return TensorFacts(shape: shape, elements: elements)
  }

  private static func split(_ operation: Operation) throws(Unknown) -> [TensorFacts] {
    let input = try operation.input(0)
    let sizes = try input.sizes()
    let axis = try operation.axis(operation.integer("axis", default: 0), rank: sizes.count)
    let count = operation.outputCount
    guard count > 0 else { return [] }
    var parts: [Quantity] = []
    if let given = try operation.integers("split", orInput: 1) {
      parts = given.map { .integer($0) }
    } else if let size = sizes[axis].integer {
      // All parts are equal but for the last, which may be smaller.
      let part = size == 0 ? 0 : (size - 1) / count + 1
      parts = (0..<count).map { index in
        let (start, overflow) = part.multipliedReportingOverflow(by: index)
        return .integer(overflow ? 0 : max(0, min(part, size - start)))
      }
    } else {
      parts = Array(repeating: count == 1 ? sizes[axis] : .unknown(sizes[axis].unknown ?? Unknown()), count: count)
    }
    var start = 0
    var outputs: [TensorFacts] = []
    for part in parts.prefix(count) {
      var shape = sizes
      shape[axis] = part
      let first = start
      outputs.append(
        input.picked(shape) { position in
          var origin = position
          origin[axis] += first
          return origin
        })
      start += max(0, min(part.integer ?? 0, TensorFacts.mostElements))
    }
    return outputs
  }

  private static func gather(_ operation: Operation) throws(Unknown) -> TensorFacts {
    let (data, indices) = (try operation.input(0), try operation.input(1))
    let (sizes, chosen) = (try data.sizes(), try indices.sizes())
    let axis = try operation.axis(operation.integer("axis", default: 0), rank: sizes.count)
    if sizes.count - 1 + chosen.count > TensorFacts.mostDimensions {
      throw Unknown("'Gather' makes too many dimensions")
    }
    let shape = Array(sizes[..<axis] + chosen + sizes[(axis + 1)...])
    guard let list = data.elements, let places = indices.elements, let order = ElementOrder(sizes),
      let inner = ElementOrder(chosen)
    else { return TensorFacts(shape: shape) }
    let elements = ElementOrder.elements(shape) { position in
      guard let place = inner.element(at: Array(position[axis..<axis + chosen.count])) else { return nil }
      return index(places[place], of: order.sizes[axis]) { index in
        let origin = position[..<axis] + [index] + position[(axis + chosen.count)...]
        return order.element(at: Array(origin)).map { list[$0] }
      }
    }
    return TensorFacts(shape: shape, elements: elements)
  }

  /// What an index chooses, counted from the end when it is negative.
  ///
  /// - Parameters:
  ///   - index: the index.
  ///   - length: the size of its dimension.
  ///   - chosen: what there is at a position.
  /// - Returns: that, or why it is not known.
  private static func index(_ index: Quantity, of length: Int, _ chosen: (Int) -> Quantity?) -> Quantity? {
    guard let position = index.integer else { return .unknown(index.unknown ?? Unknown()) }
    let place = position < 0 ? position &+ length : position
    return (0..<length).contains(place) ? chosen(place) : .unknown(Unknown("an index is out of range"))
  }

  private static func gatherElements(_ operation: Operation) throws(Unknown) -> TensorFacts {
    let (data, indices) = (try operation.input(0), try operation.input(1))
    let (sizes, shape) = (try data.sizes(), try indices.sizes())
    let axis = try operation.axis(operation.integer("axis", default: 0), rank: sizes.count)
    guard shape.count == sizes.count, let list = data.elements, let places = indices.elements,
      let order = ElementOrder(sizes), let inner = ElementOrder(shape)
    else { return TensorFacts(shape: shape) }
    let elements = ElementOrder.elements(shape) { position in
      guard let place = inner.element(at: position) else { return nil }
      return index(places[place], of: order.sizes[axis]) { index in
        var origin = position
        origin[axis] = index
        return order.element(at: origin).map { list[$0] }
      }
    }
    return TensorFacts(shape: shape, elements: elements)
  }

  private static func gatherND(_ operation: Operation) throws(Unknown) -> TensorFacts {
    let (data, indices) = (try operation.input(0), try operation.input(1))
    let (sizes, chosen) = (try data.sizes(), try indices.sizes())
    let batch = operation.integer("batch_dims", default: 0)
    if let depth = chosen.last, depth.integer == nil { throw depth.unknown ?? .atRunTime }
    guard let depth = chosen.last?.integer, batch >= 0, batch < chosen.count, depth >= 0, depth <= sizes.count - batch
    else { throw Unknown("'GatherND' is given indices of the shape \(ShapeText.text(chosen))") }
    let shape = chosen.dropLast() + sizes.dropFirst(batch + depth)
    guard let list = data.elements, let places = indices.elements, let order = ElementOrder(sizes),
      let inner = ElementOrder(chosen)
    else { return TensorFacts(shape: Array(shape)) }
    let elements = ElementOrder.elements(Array(shape)) { position in
      let outer = Array(position.prefix(chosen.count - 1))
      var origin = Array(position.prefix(batch))
      for index in 0..<depth {
        guard let place = inner.element(at: outer + [index]) else { return nil }
        guard let own = places[place].integer else { return .unknown(places[place].unknown ?? Unknown()) }
        let length = order.sizes[batch + index]
        origin.append(own < 0 ? own &+ length : own)
      }
      return order.element(at: origin + position.dropFirst(chosen.count - 1)).map { list[$0] }
    }
    return TensorFacts(shape: Array(shape), elements: elements)
  }

  private static func scatterElements(_ operation: Operation) throws(Unknown) -> TensorFacts {
    let data = try operation.input(0)
    let sizes = try data.sizes()
    let axis = try operation.axis(operation.integer("axis", default: 0), rank: sizes.count)
    guard operation.text("reduction") ?? "none" == "none", var list = data.elements, let order = ElementOrder(sizes),
      let indices = try operation.input(1).elements, let updates = try operation.input(2).elements,
      let inner = ElementOrder(try operation.sizes(1)), inner.sizes.count == sizes.count, updates.count == inner.count
    else { return TensorFacts(shape: sizes) }
    for (place, update) in updates.enumerated() {
      var position = inner.position(of: place)
      guard let index = indices[place].integer else { return TensorFacts(shape: sizes) }
      position[axis] = index < 0 ? index &+ order.sizes[axis] : index
      guard let element = order.element(at: position) else { return TensorFacts(shape: sizes) }
      list[element] = update
    }
    return TensorFacts(shape: sizes, elements: list)
  }

  private static func scatterND(_ operation: Operation) throws(Unknown) -> TensorFacts {
    let data = try operation.input(0)
    let sizes = try data.sizes()
    guard operation.text("reduction") ?? "none" == "none", var list = data.elements, let order = ElementOrder(sizes),
      let indices = try operation.input(1).elements, let updates = try operation.input(2).elements,
      let depth = try operation.sizes(1).last?.integer, (1...max(1, sizes.count)).contains(depth),
      let outer = ElementOrder(try operation.sizes(1).dropLast() + sizes.dropFirst(depth)), updates.count == outer.count
    else { return TensorFacts(shape: sizes) }
    let slice = order.sizes.dropFirst(depth).reduce(1, *)
    for (place, update) in updates.enumerated() {
      var position: [Int] = []
      for axis in 0..<depth {
        guard let index = indices[place / slice * depth + axis].integer else { return TensorFacts(shape: sizes) }
        position.append(index < 0 ? index &+ order.sizes[axis] : index)
      }
      position += outer.position(of: place).suffix(sizes.count - depth)
      guard let element = order.element(at: position) else { return TensorFacts(shape: sizes) }
      list[element] = update
    }
    return TensorFacts(shape: sizes, elements: list)
  }

  private static func pad(_ operation: Operation) throws(Unknown) -> TensorFacts {
    let input = try operation.input(0)
    let sizes = try input.sizes()
    let name = operation.has("paddings") ? "paddings" : "pads"
    let axes = try operation.axes(
      try operation.optional(3)?.integers() ?? Array(sizes.indices), rank: sizes.count)
    guard let given = try operation.integers(name, orInput: 1), given.count == 2 * axes.count else {
      throw Unknown("'Pad' needs two numbers for each dimension")
    }
    var shape = sizes
    var before = [Int](repeating: 0, count: sizes.count)
    for (index, axis) in axes.enumerated() {
      shape[axis] = shape[axis] + (.integer(given[index]) + .integer(given[axes.count + index]))
      before[axis] = given[index]
    }
    guard operation.text("mode") ?? "constant" == "constant", let elements = input.elements,
      let order = ElementOrder(sizes)
    else { return TensorFacts(shape: shape) }
    let isReal = elements.contains { if case .real = $0 { true } else { false } }
    let zero: Quantity = isReal ? .real(operation.number("value", default: 0)) : .integer(0)
    let filling = operation.optional(2).map { $0.elements?.first ?? .unknown(.atRunTime) } ?? zero
    return TensorFacts(
      shape: shape,
      elements: ElementOrder.elements(shape) { position in
        order.element(at: zip(position, before).map { $0 &- $1 }).map { elements[$0] } ?? filling
      })
  }

  private static func compress(_ operation: Operation) throws(Unknown) -> TensorFacts {
    let input = try operation.input(0)
    let sizes = try input.sizes()
    let isFlat = !operation.has("axis")
    let axis = isFlat ? 0 : try operation.axis(operation.integer("axis", default: 0), rank: sizes.count)
    let whole = isFlat ? [Quantity.product(sizes)] : sizes
    var shape = whole
    guard let condition = try operation.input(1).elements?.map(\.integer), condition.allSatisfy({ $0 != nil }) else {
      shape[axis] = .unknown(.atRunTime)
      return TensorFacts(shape: shape)
    }
    let chosen = condition.indices.filter { condition[$0] != 0 }
    if let length = whole[axis].integer, let last = chosen.last, last >= length {
      throw Unknown("'Compress' chooses the position \(last) of \(length)")
    }
    shape[axis] = .integer(chosen.count)
    return TensorFacts(shape: whole, elements: input.elements).picked(shape) { position in
      var origin = position
      origin[axis] = chosen[position[axis]]
      return origin
    }
  }

  private static func slice(_ operation: Operation) throws(Unknown) -> TensorFacts {
    let input = try operation.input(0)
    var shape = try input.sizes()
    let isNew = operation.optional(1) != nil
    let starts = try bounds(operation, "starts", 1)
    let ends = try bounds(operation, "ends", 2)
    let given = try isNew ? operation.optional(3)?.integers() : operation.integers("axes")
    let axes = try operation.axes(given ?? Array(0..<starts.count), rank: shape.count)
    let steps = try isNew ? operation.optional(4)?.integers() : nil
    guard starts.count == ends.count, starts.count == axes.count, steps.map({ $0.count == axes.count }) ?? true else {
      throw Unknown("'Slice' is given lists of different lengths")
    }
    if Set(axes).count != axes.count { throw Unknown("'Slice' lists an axis twice") }
    // Where each axis begins and how far apart its elements are.
    var origins = [(first: Int, step: Int)](repeating: (0, 1), count: shape.count)
    for (index, axis) in axes.enumerated() {
      let step = steps?[index] ?? 1
      let size = shape[axis]
      guard let length = size.integer else {
        // A slice that takes all leaves even an unknown size as it is.
        let takesAll = step == 1 && starts[index] == .integer(0) && (ends[index].integer ?? 0) >= Int(Int32.max)
        shape[axis] =
          takesAll || ends[index] == size && starts[index] == .integer(0) && step == 1
          ? size : .unknown(size.unknown ?? Unknown())
        continue
      }
      guard let start = starts[index].integer, let end = ends[index].integer, step != 0 else {
        shape[axis] = .unknown((starts[index].unknown ?? Unknown()) | (ends[index].unknown ?? Unknown()))
        continue
      }
      let (first, count) = positions(start, end, step, length: length)
      shape[axis] = .integer(count)
      origins[axis] = (first, step)
    }
    return input.picked(shape) { zip($0, origins).map { $1.first &+ $0 &* $1.step } }
  }

  private static func bounds(_ operation: Operation, _ name: String, _ index: Int) throws(Unknown) -> [Quantity] {
    if let list = operation.integers(name) { return list.map { .integer($0) } }
    let input = try operation.input(index)
    if let elements = input.elements { return elements }
    guard let count = try input.sizes().first?.integer, count <= TensorFacts.mostDimensions else {
      throw .atRunTime
    }
    return Array(repeating: .unknown(.atRunTime), count: count)
  }

  /// The first position of a slice and how many there are; bounds are counted from the end when they are negative, and
  /// clamped.
  private static func positions(_ start: Int, _ end: Int, _ step: Int, length: Int) -> (first: Int, count: Int) {
    func place(_ bound: Int, _ range: ClosedRange<Int>) -> Int {
      min(max(bound < 0 ? bound &+ length : bound, range.lowerBound), range.upperBound)
    }
    guard length > 0 else { return (0, 0) }
    let first = step > 0 ? place(start, 0...length) : place(start, 0...length - 1)
    let last = step > 0 ? place(end, 0...length) : place(end, -1...length - 1)
    let distance = step > 0 ? last - first : first - last
    return (first, distance <= 0 ? 0 : (distance - 1) / Int(clamping: step.magnitude) + 1)
  }
}
