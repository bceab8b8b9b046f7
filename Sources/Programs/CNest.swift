import Mappings
import Workloads

/// The function that runs the loop nest.
extension CPrinter {
  func writeNest(_ text: inout CText, moves: Bool) {
    text.block(signature) { text in
      text.line("\(names("state")) state = {0};")
      for tensor in tensors {
        let first = tensor.offsetInDRAM(part.starts(tensor.tensor))
        let start = first == 0 ? tensor.dram : "(\(tensor.dram) + \(first))"
        text.line("state.\(tensor.dram) = \(cast(dramType(tensor), tensor.sizes))\(start);")
      }
      for tensor in tensors {
        let place = "(void *)((unsigned char *)buffer + \(place(of: tensor)))"
        text.line("state.\(tensor.box) = \(cast(tensor.type, tensor.extents))\(place);")
      }
      if layer.hasBiases {
        text.line("\(names.macro("COPY_IN"))(state.bias, biases, \(layer.biases.count), 1);")
        text.line("state.moved.biases_read += \(layer.biases.count);")
        text.line("\(names.macro("WAIT"))();")
      } else if startsFromBiases {
        text.line("state.bias = biases;")
      } else if whole.hasBiases {
        text.line("(void)biases;")
      }
      if names.piece != nil { text.line("state.moved = *traffic;") }
      for rows in inputs.coordinates.compactMap(\.rows) where !rows.isTrivial && rows.spacing == .uneven {
        text.line("for (int row = 0; row < \(rows.axis.inputSize); row++) state.\(rows.name)_slot[row] = -1;")
        text.line("for (int slot = 0; slot < \(max(1, rows.extent)); slot++) state.\(rows.name)_owner[slot] = -1;")
      }
      for tensor in tensors {
        let type = dramType(tensor)
        // Inputs and weights are only read from here on.
        let cast = tensor.tensor == .outputs ? "" : cast(type, tensor.extents)
        text.line("\(pointer(type, "const \(tensor.box)", tensor.extents)) = \(cast)state.\(tensor.box);")
      }
      for walk in plan.walks where walk.turns { text.line("int \(walk.variable)_back = 1;") }
      text.line()
      write(plan.lines[...], &text)
      if part.leaving(.outputs) == nil { text.line("\(names("write_outputs"))(&state);") }
      writeLeaving(&text)
      if moves { text.line("\(names("move"))(buffer);") }
      text.line("*traffic = state.moved;")
    }
    text.line()
  }

  /// Lines of the nest, and inside them the MACs.
  private func write(_ lines: ArraySlice<NestPlan.Line>, _ text: inout CText) {
    guard let line = lines.first else { return writeMACs(&text) }
    let rest = lines.dropFirst()
    switch line {
    case .keep(let tensor, _):
      keep(tensor, &text)
      write(rest, &text)
    case .walk(let walk) where walk.turns:
      let name = walk.variable
      text.line("/* \(walk.text), back and forth */")
      text.line("const int \(name)_steps = \(walk.count);")
      text.line("\(name)_back = !\(name)_back;")
      text.block("for (int \(name)_step = 0; \(name)_step < \(name)_steps; \(name)_step++)") { text in
        let step = "\(name)_back ? \(name)_steps - 1 - \(name)_step : \(name)_step"
        let offset = walk.increment == 1 ? "(\(step))" : "\(walk.increment) * (\(step))"
        let start = walk.outer.start
        let isPlain = start.value == 0 && walk.increment == 1
        text.line("const int \(name) = \(isPlain ? step : start.value == 0 ? offset : "\(start.text) + \(offset)");")
        inside(walk, rest, &text)
      }
    case .walk(let walk):
      let name = walk.variable
      let step = walk.increment == 1 ? "\(name)++" : "\(name) += \(walk.increment)"
      if case .phases = walk.loop.cut { text.line("/* \(walk.text) */") }
      text.block("for (int \(name) = \(walk.outer.start.text); \(name) < \(walk.limit.text); \(step))") { text in
        inside(walk, rest, &text)
      }
    }
  }

  private func inside(_ walk: NestPlan.Walk, _ rest: ArraySlice<NestPlan.Line>, _ text: inout CText) {
    if let end = walk.end { text.line("const int \(end.variable) = \(end.value.text);") }
    write(rest, &text)
  }

  /// The call that brings a box into the Buffer.
  private func keep(_ tensor: Tensor, _ text: inout CText) {
    let plan = tensors.first { $0.tensor == tensor } ?? inputs
    var arguments = ["&state"] + keepVariables(plan)
    if tensor == .inputs, !slidingLoops.isEmpty {
      arguments.append("(const int[]){\(slidingLoops.map(\.index).joined(separator: ", "))}")
    }
    if tensor == .outputs {
      if tellsFirst { arguments.append(spilling.map(\.isFirst).joined(separator: " && ")) }
      if tellsLast { arguments.append(spilling.map(\.isLast).joined(separator: " && ")) }
    }
    text.line("\(names("keep_\(plan.dram)"))(\(arguments.joined(separator: ", ")));")
  }

  /// The MACs of the innermost blocks.
  private func writeMACs(_ text: inout CText) {
    func element(_ dimension: Dimension) -> Affine {
      if layer[dimension] == 1 { return Affine(0) }
      let span = plan.innermost[dimension.index]
      return span.isSingle ? span.start : Affine(dimension.rawValue)
    }
    let rows = zip(inputs.coordinates.suffix(2), [(Dimension.p, Dimension.r), (.q, .s)]).compactMap {
      coordinate, dimensions -> (kernel: Dimension, plan: RowsPlan, row: Affine)? in
      guard let plan = coordinate.rows, !plan.isTrivial else { return nil }
      return (dimensions.1, plan, plan.row(output: element(dimensions.0), kernel: element(dimensions.1)))
    }
    /// The index of an element of a tensor, along rows by their variables.
    func index(_ coordinate: Coordinate) -> Affine {
      if coordinate.rows != nil { return Affine(coordinate.name) }
      return Dimension(rawValue: coordinate.name).map(element) ?? Affine(0)
    }
    func box(_ tensor: TensorPlan) -> String { tensor.box + tensor.boxIndex("state.", index) }
    func loops(_ dimensions: ArraySlice<Dimension>, _ text: inout CText) {
      guard let dimension = dimensions.first else {
        text.line("\(box(outputs)) += (\(names("sum")))\(box(inputs)) * \(box(weights));")
        return
      }
      let span = plan.innermost[dimension.index]
      func inner(_ text: inout CText) {
        let rest = dimensions.dropFirst()
        guard let (_, plan, row) = rows.first(where: { $0.kernel == dimension }) else { return loops(rest, &text) }
        if plan.axis.hasPaddedMACs || plan.extent > 1 { text.line("const int \(plan.name) = \(row.text);") }
        if !plan.axis.hasPaddedMACs { return loops(rest, &text) }
        text.block("if (\(plan.name) >= 0 && \(plan.name) < \(plan.axis.inputSize))") { text in loops(rest, &text) }
      }
      if span.isSingle { return inner(&text) }
      text.block(loop(dimension.rawValue, span), inner)
    }
    loops([.n, .g, .k, .p, .q, .c, .r, .s], &text)
  }
}

extension NestPlan.Walk {
  /// What the loop does, in words: "k by 20", "r by phases of 2".
  var text: String { "\(loop.dimension.rawValue) by \(loop.cut.text)" }
}
