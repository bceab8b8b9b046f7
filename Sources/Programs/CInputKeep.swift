import Mappings
import Workloads

/// The function that brings boxes of inputs into the Buffer, of which two may have some rows and columns in common.
extension CPrinter {
  /// The input rows and columns that are to be looked for.
  private var rowPlans: [RowsPlan] { inputs.coordinates.compactMap(\.rows).filter { !$0.isTrivial } }

  /// Whether input rows that stay are looked for among these.
  private func stays(_ rows: RowsPlan) -> Bool { overlapping.contains { $0.name == rows.name } }

  func writeKeepOfInputs(_ text: inout CText) {
    if let run = inputs.run?.rows, run.goesRound, run.extent > 1 { writeReadOfInputs(run, &text) }
    let slides = !slidingLoops.isEmpty
    text.line("/* Brings a box of inputs into the Buffer\(keptText). */")
    text.block(keepHead(inputs, besides: slides ? ["const int *at"] : [])) { text in
      if isAskedAgain(inputs) { text.line("if (\(isHeld(inputs))) return;") }
      if slides { writeSlide(&text) }
      var bounds: [String: (first: String, end: String)] = [:]
      for rows in rowPlans { bounds[rows.name] = writeBounds(rows, &text) }
      if !overlapping.isEmpty { writeStays(bounds, &text) }
      for rows in rowPlans where rows.spacing == .uneven {
        text.line(
          "\(names("assign"))(\(rows.axis.inputSize), \(rows.name)_wanted, state->\(rows.name)_slot, "
            + "state->\(rows.name)_owner, state->\(rows.name)_is_new);")
      }
      writeEnters(inputs, &text)
      remember(inputs, &text)
      for rows in rowPlans where rows.spacing != .uneven && rows.extent > 1 {
        if case .apart = rows.change { text.line("state->\(rows.names) = \(rows.names);") }
      }
      enter(inputs, counter: "state->moved.inputs_read", &text) { text in
        read(inputs.coordinates[...], flag: nil, bounds, &text)
      }
      for rows in overlapping where rows.spacing != .uneven {
        text.line("state->\(rows.names) = \(rows.names);")
        text.line("state->\(rows.names)_end = \(rows.names)_end;")
      }
      text.line("\(names.macro("WAIT"))();")
    }
    text.line()
  }

  private var keptText: String {
    if overlapping.isEmpty { return ", unless it is there" }
    return ". What the one before has of it stays" + (reuse == .sliding ? " if one loop made one step forward" : "")
  }

  /// Whether exactly one loop moved, by one step forward.
  private func writeSlide(_ text: inout CText) {
    text.line("int moved = 0, forward = 0;")
    text.block("for (int i = 0; i < \(slidingLoops.count); i++)") { text in
      text.line("if (at[i] != state->inputs_at[i]) { moved++; forward = at[i] == state->inputs_at[i] + 1; }")
      text.line("state->inputs_at[i] = at[i];")
    }
  }

  /// Declares the rows of the box.
  private func writeBounds(_ rows: RowsPlan, _ text: inout CText) -> (first: String, end: String) {
    guard case .even(let unit) = rows.spacing else {
      let wanted = "\(rows.name)_wanted"
      text.line("unsigned char \(wanted)[\(rows.tableSize)] = {0};")
      let (output, kernel) = ("\(rows.name)_output", "\(rows.name)_kernel")
      text.block(loop(output, rows.outputs)) { text in
        text.block(loop(kernel, rows.kernels)) { text in
          let row = rows.row(output: Affine(output), kernel: Affine(kernel))
          text.line("const int \(rows.name) = \(row.text);")
          let isReal = "\(rows.name) >= 0 && \(rows.name) < \(rows.axis.inputSize)"
          text.line(
            rows.axis.hasPaddedMACs ? "if (\(isReal)) \(wanted)[\(rows.name)] = 1;" : "\(wanted)[\(rows.name)] = 1;")
        }
      }
      return ("0", "\(rows.axis.inputSize)")
    }
    if case .never = rows.change {
      let (first, end) = rows.constantBounds(unit: unit)
      return ("\(first)", "\(end)")
    }
    let (declarations, first, end) = rows.bounds(unit: unit, names)
    for declaration in declarations { text.line(declaration) }
    let (start, beyond) = (rows.names, "\(rows.names)_end")
    text.line("const int \(start) = \(first);")
    text.line(
      "const int \(beyond) = "
        + (rows.axis.hasPaddedMACs ? "\(names("max"))(\(end), \(start));" : "\(end);"))
    return (start, beyond)
  }

  /// Declares whether anything of the box before stays.
  private func writeStays(_ bounds: [String: (first: String, end: String)], _ text: inout CText) {
    var conditions = ["state->inputs_held"]
    if !slidingLoops.isEmpty { conditions.append("moved == 1 && forward") }
    for coordinate in inputs.coordinates {
      let starts = coordinate.spans.filter(\.isCut).flatMap(\.start.variables)
      if let rows = coordinate.rows, stays(rows) {
        if case .even(let unit) = rows.spacing, unit > 1 {
          conditions.append("(\(rows.names) - state->\(rows.names)) % \(unit) == 0")
        }
      } else {
        conditions += starts.map { "\($0) == state->inputs_\($0)" }
      }
    }
    text.line("const int stays = \(conditions.joined(separator: " && "));")
  }

  /// Loops over the box, along coordinates that have no loop yet, and copies what does not stay. A flag says whether what
  /// the loops outside are at was in the box before.
  private func read(
    _ coordinates: ArraySlice<Coordinate>, flag: String?, _ bounds: [String: (first: String, end: String)],
    _ text: inout CText
  ) {
    let flag = flag ?? (overlapping.isEmpty ? nil : "stays")
    guard let coordinate = coordinates.first(where: { !$0.isTrivial }) else {
      return copy(inputs.coordinates.map(\.element), count: "1", step: 1, &text)
    }
    let rest = coordinates.drop { $0.isTrivial }.dropFirst()
    let isRun = coordinate.name == inputs.run?.name
    switch coordinate.kind {
    case .block(let span) where isRun:
      let start = inputs.coordinates.map { $0.name == coordinate.name ? span.start : $0.element }
      copy(
        start, count: span.countText, step: span.step * inputs.distanceInDRAM(along: coordinate.name), &text)
    case .block(let span):
      if span.isSingle { return read(rest, flag: flag, bounds, &text) }
      text.block(loop(coordinate.name, span)) { text in read(rest, flag: flag, bounds, &text) }
    case .rows(let rows):
      let (first, end) = bounds[rows.name] ?? ("0", "0")
      if isRun {
        readRun(rows, first, end, flag, &text)
      } else {
        readLoop(rows, first, end, flag, &text) { inner, text in read(rest, flag: inner, bounds, &text) }
      }
    case .usedKernels: preconditionFailure("inputs have no kernel rows")
    }
  }

  /// A loop over rows; what is inside is told by which variable it is known whether a row stays.
  private func readLoop(
    _ rows: RowsPlan, _ first: String, _ end: String, _ flag: String?, _ text: inout CText,
    _ body: (String?, inout CText) -> Void
  ) {
    let unit = if case .even(let unit) = rows.spacing { unit } else { 1 }
    let step = unit == 1 ? "\(rows.name)++" : "\(rows.name) += \(unit)"
    text.block("for (int \(rows.name) = \(first); \(rows.name) < \(end); \(step))") { text in
      if rows.spacing == .uneven { text.line("if (state->\(rows.name)_slot[\(rows.name)] < 0) continue;") }
      guard let flag, stays(rows) else { return body(flag, &text) }
      let wasThere =
        rows.spacing == .uneven
        ? "!state->\(rows.name)_is_new[\(rows.name)]"
        : "\(rows.name) >= state->\(rows.names) && \(rows.name) < state->\(rows.names)_end"
      text.line("const int \(rows.name)_stays = \(flag) && \(wasThere);")
      body("\(rows.name)_stays", &text)
    }
  }

  /// Copies neighbours along the rows.
  private func readRun(
    _ rows: RowsPlan, _ first: String, _ end: String, _ flag: String?, _ text: inout CText
  ) {
    guard case .even(let unit) = rows.spacing, rows.extent > 1 else {
      return readLoop(rows, first, end, flag, &text) { flag, text in
        if let flag { text.line("if (\(flag)) continue;") }
        copy(inputs.coordinates.map(\.element), count: "1", step: 1, &text)
      }
    }
    let step = unit * inputs.distanceInDRAM(along: rows.name)
    func piece(_ from: String, _ end: String, _ text: inout CText) {
      if rows.goesRound {
        let (near, far) = lines(rows)
        text.line("\(names("read_inputs"))(state, \(near), \(far), \(from), \(end));")
        return
      }
      let length = Int(from).flatMap { from in Int(end).map { String(($0 - from) / unit) } }
      let distance = from == "0" ? end : "\(end) - \(from)"
      let count = length ?? (unit == 1 ? distance : "(\(distance)) / \(unit)")
      let start = inputs.coordinates.map { $0.name == rows.name ? Affine(from) : $0.element }
      if length == nil, rows.axis.hasPaddedMACs {
        text.block("if (\(from) < \(end))") { text in copy(start, count: count, step: step, &text) }
      } else if length != "0" {
        copy(start, count: count, step: step, &text)
      }
    }
    guard let flag else { return piece(first, end, &text) }
    guard stays(rows) else {
      text.line("if (\(flag)) continue;")
      return piece(first, end, &text)
    }
    let (before, after) = ("state->\(rows.names)", "state->\(rows.names)_end")
    piece(first, "\(flag) ? \(names("min"))(\(end), \(before)) : \(end)", &text)
    text.block("if (\(flag))") { text in piece("\(names("max"))(\(first), \(after))", end, &text) }
  }

  /// Where in the Buffer, and where in DRAM, the rows begin along which neighbours are copied.
  private func lines(_ rows: RowsPlan) -> (box: String, dram: String) {
    let outer = inputs.coordinates.filter { $0.name != rows.name }
    let places = outer.compactMap { $0.place(of: $0.isTrivial ? Affine(0) : $0.element, "state->") }
    let index = inputs.dramIndex { $0.name == rows.name ? Affine(0) : $0.element }
    return ("state->in" + places.map { "[\($0)]" }.joined(), "&state->inputs\(index)")
  }

  /// The function that copies neighbours whose places go round.
  private func writeReadOfInputs(_ rows: RowsPlan, _ text: inout CText) {
    guard case .even(let unit) = rows.spacing else { return }
    let (name, end, extent) = (rows.name, "\(rows.name)_end", rows.extent)
    text.line(
      "/* Reads inputs into their places in a line of the box, which go round: input \(name) lies at \(rows.place(of: name, "")). */"
    )
    let parameters = [
      "\(names("state")) *state", "\(inputs.type) *box", "const \(inputs.type) *line", "int \(name)", "int \(end)",
    ]
    text.block("static void \(names("read_inputs"))(\(parameters.joined(separator: ", ")))") { text in
      text.block("while (\(name) < \(end))") { text in
        let left = unit == 1 ? "\(end) - \(name)" : "(\(end) - \(name) + \(unit - 1)) / \(unit)"
        text.line("const int place = \(rows.place(of: name, ""));")
        text.line("const int count = \(names("min"))(\(left), \(extent) - place);")
        let distance = inputs.distanceInDRAM(along: name)
        let start = distance == 1 ? name : "(ptrdiff_t)\(name) * \(distance)"
        text.line("\(names.macro("COPY_IN"))(&box[place], &line[\(start)], count, \(unit * distance));")
        text.line("state->moved.inputs_read += count;")
        text.line("\(name) += count\(unit == 1 ? "" : " * \(unit)");")
      }
    }
    text.line()
  }

  /// Copies neighbours from an element on.
  private func copy(_ element: [Affine], count: String, step: Int, _ text: inout CText) {
    func index(_ coordinate: Coordinate) -> Affine {
      for (other, element) in zip(inputs.coordinates, element) where other.name == coordinate.name { return element }
      return coordinate.element
    }
    text.line(
      "\(names.macro("COPY_IN"))(&\(box(inputs, index)), &\(dram(inputs, index)), \(count), \(step));")
    text.line("state->moved.inputs_read += \(count);")
  }
}
