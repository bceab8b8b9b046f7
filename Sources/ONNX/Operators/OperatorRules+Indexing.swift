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
    "GatherElements": Rule { operation throws(Unknown) in [TensorFacts(shape: try operation.sizes(1))] },
    "GatherND": Rule { operation throws(Unknown) in
      let (data, indices) = (try operation.sizes(0), try operation.sizes(1))
      let batch = operation.integer("batch_dims", default: 0)
      guard let last = indices.last?.integer, batch >= 0, batch < indices.count, last >= 0, last <= data.count - batch
      else { throw Unknown("'GatherND' is given indices of the shape \(ShapeText.text(indices))") }
      return [TensorFacts(shape: indices.dropLast() + data.dropFirst(batch + last))]
    },
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
      var elements: [Quantity]?
      if own.count == 1, let list = input.elements, let count = shape[0].integer, count <= TensorFacts.mostElements {
        elements = (0..<count).map { list[$0 % list.count] }
      }
      return [TensorFacts(shape: shape, elements: elements)]
    },
    "Pad": Rule { operation throws(Unknown) in
      let sizes = try operation.sizes(0)
      let name = operation.has("paddings") ? "paddings" : "pads"
      let axes = try operation.axes(
        try operation.optional(3)?.integers() ?? Array(sizes.indices), rank: sizes.count)
      guard let given = try operation.integers(name, orInput: 1), given.count == 2 * axes.count else {
        throw Unknown("'Pad' needs two numbers for each dimension")
      }
      var shape = sizes
      for (index, axis) in axes.enumerated() {
        shape[axis] = shape[axis] + (.integer(given[index]) + .integer(given[axes.count + index]))
      }
      return [TensorFacts(shape: shape)]
    },
    "Compress": Rule { operation throws(Unknown) in
      let rank = try operation.sizes(0).count
      var shape = operation.has("axis") ? try operation.sizes(0) : [.integer(1)]
      let axis = operation.has("axis") ? try operation.axis(operation.integer("axis", default: 0), rank: rank) : 0
      shape[axis] = .unknown(Unknown(TensorFacts.noValues))
      return [TensorFacts(shape: shape)]
    },
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
    var elements: [Quantity]? = shape.count == 1 ? [] : nil
    for tensor in tensors {
      guard let list = elements, let more = tensor.elements, list.count <= TensorFacts.mostElements else {
        elements = nil
        break
      }
      elements = list + more
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
      var elements: [Quantity]?
      if sizes.count == 1, let list = input.elements, let size = part.integer, size >= 0, size <= list.count - start {
        elements = Array(list[start..<start + size])
        start += size
      }
      outputs.append(TensorFacts(shape: shape, elements: elements))
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
    let shape = sizes[..<axis] + chosen + sizes[(axis + 1)...]
    var elements: [Quantity]?
    if sizes.count == 1, let list = data.elements, let positions = indices.elements {
      elements = positions.map { position in
        guard let index = position.integer else { return .unknown(position.unknown ?? Unknown()) }
        let place = index < 0 ? index &+ list.count : index
        return list.indices.contains(place) ? list[place] : .unknown(Unknown("an index is out of range"))
      }
    }
    return TensorFacts(
      shape: Array(shape), elements: elements)
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
    var elements = input.elements
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
        elements = nil
        continue
      }
      let (first, count) = positions(start, end, step, length: length)
      shape[axis] = .integer(count)
      if let list = elements, shape.count == 1 { elements = (0..<count).map { list[first + $0 * step] } }
    }
    return TensorFacts(shape: shape, elements: shape.count == 1 ? elements : nil)
  }

  private static func bounds(_ operation: Operation, _ name: String, _ index: Int) throws(Unknown) -> [Quantity] {
    if let list = operation.integers(name) { return list.map { .integer($0) } }
    let input = try operation.input(index)
    if let elements = input.elements { return elements }
    guard let count = try input.sizes().first?.integer, count <= TensorFacts.mostDimensions else {
      throw Unknown(TensorFacts.noValues)
    }
    return Array(repeating: .unknown(Unknown(TensorFacts.noValues)), count: count)
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
