import Mappings
import Workloads

/// The functions that bring boxes of weights and of outputs into the Buffer, and outputs out of it: of two such boxes all
/// elements are the same, or none.
extension CPrinter {
  /// What the function that brings a tensor's box takes: the ranges that loops outside its keep cut.
  func keepVariables(_ tensor: TensorPlan) -> [String] {
    var variables: [String] = []
    for span in tensor.cuts { variables += span.variables.filter { !variables.contains($0) } }
    return variables
  }

  /// The head of that function.
  func keepHead(_ tensor: TensorPlan, besides others: [String] = []) -> String {
    let parameters = ["\(names("state")) *state"] + keepVariables(tensor).map { "int \($0)" } + others
    return "static void \(names("keep_\(tensor.dram)"))(\(parameters.joined(separator: ", ")))"
  }

  /// Whether the box is the one that is asked for.
  func isHeld(_ tensor: TensorPlan) -> String {
    let starts = tensor.cuts.flatMap(\.start.variables)
    return (["state->\(tensor.dram)_held"] + starts.map { "\($0) == state->\(tensor.dram)_\($0)" })
      .joined(separator: " && ")
  }

  /// Writes down which box there is.
  func remember(_ tensor: TensorPlan, _ text: inout CText) {
    if !isAskedAgain(tensor) { return }
    text.line("state->\(tensor.dram)_held = 1;")
    for variable in held(tensor) { text.line("state->\(tensor.dram)_\(variable) = \(variable);") }
  }

  /// The element of a tensor in DRAM.
  func dram(_ tensor: TensorPlan, _ element: (Coordinate) -> Affine) -> String {
    let index = tensor.dramIndex(element)
    return "state->\(tensor.dram)\(index)"
  }

  /// The element of a tensor in its box.
  func box(_ tensor: TensorPlan, _ element: (Coordinate) -> Affine) -> String {
    "state->\(tensor.box)\(tensor.boxIndex("state->", element))"
  }

  /// Loops over elements of coordinates, none where a box has one element, with something inside.
  func walk(
    _ coordinates: some Collection<Coordinate>, _ text: inout CText, _ body: (inout CText) -> Void
  ) {
    guard let coordinate = coordinates.first else { return body(&text) }
    let rest = coordinates.dropFirst()
    func inner(_ text: inout CText) { walk(rest, &text, body) }
    if coordinate.isTrivial { return inner(&text) }
    switch coordinate.kind {
    case .block(let span):
      if span.isSingle { inner(&text) } else { text.block(loop(coordinate.name, span), inner) }
    case .usedKernels(let span):
      text.block(loop(coordinate.name, span)) { text in
        text.line("if (state->\(coordinate.name)_place[\(coordinate.name)] < 0) continue;")
        inner(&text)
      }
    case .rows: preconditionFailure("input rows have loops of their own")
    }
  }

  /// A loop over the elements of a range.
  func loop(_ name: String, _ span: Span) -> String {
    let step = span.step == 1 ? "\(name)++" : "\(name) += \(span.step)"
    return "for (int \(name) = \(span.start.text); \(name) < \(span.end.text); \(step))"
  }

  /// Copies the box of weights or outputs one way or the other; what moved is added to a counter.
  func copyBox(_ tensor: TensorPlan, isOut: Bool, counter: String, _ text: inout CText) {
    var outer = tensor.coordinates.filter { !$0.isTrivial }
    // Neighbours along the last index are copied at once.
    let (count, step): (String, Int)
    if let last = outer.last, case .block(let span) = last.kind {
      outer.removeLast()
      (count, step) = (span.countText, span.step * tensor.distanceInDRAM(along: last.name))
    } else {
      (count, step) = ("1", 1)
    }
    func element(_ coordinate: Coordinate) -> Affine {
      if outer.contains(where: { $0.name == coordinate.name }) { return coordinate.element }
      if case .block(let span) = coordinate.kind { return span.start }
      return coordinate.element
    }
    walk(outer, &text) { text in
      let (near, far) = ("&\(box(tensor, element))", "&\(dram(tensor, element))")
      let operands = isOut ? "\(far), \(near)" : "\(near), \(far)"
      text.line("\(names.macro(isOut ? "COPY_OUT" : "COPY_IN"))(\(operands), \(count), \(step));")
      text.line("\(counter) += \(count);")
    }
    text.line("\(names.macro("WAIT"))();")
  }

  func writeKeepOfWeights(_ text: inout CText) {
    text.line("/* Brings a box of weights into the Buffer, unless it is there. */")
    text.block(keepHead(weights)) { text in
      if isAskedAgain(weights) { text.line("if (\(isHeld(weights))) return;") }
      writeEnters(weights, &text)
      remember(weights, &text)
      for (coordinate, axis) in zip(weights.coordinates.suffix(2), [layer.vertical, layer.horizontal]) {
        guard case .usedKernels(let span) = coordinate.kind else { continue }
        let name = coordinate.name
        text.line("int \(name)_places = 0;")
        text.block(loop(name, span)) { text in
          let arguments = [
            name, "\(axis.stride)", "\(axis.dilation)", "\(axis.paddingBefore)", "\(axis.outputSize)",
            "\(axis.inputSize)",
          ]
          let meets = "\(names("meets_input"))(\(arguments.joined(separator: ", ")))"
          text.line("state->\(name)_place[\(name)] = \(meets) ? \(name)_places++ : -1;")
        }
      }
      enter(weights, counter: "state->moved.weights_read", &text) { text in
        copyBox(weights, isOut: false, counter: "state->moved.weights_read", &text)
      }
    }
    text.line()
  }

  func writeKeepOfOutputs(_ text: inout CText) {
    if part.leaving(.outputs) == nil || !outputs.cuts.isEmpty { writeWriteOfOutputs(&text) }
    text.line("/* Brings a box of outputs into the Buffer, unless it is there, and writes the one before to DRAM.")
    text.line("   Sums \(describedSums). */")
    let told = (tellsFirst ? ["int is_first"] : []) + (tellsLast ? ["int is_last"] : [])
    text.block(keepHead(outputs, besides: told)) { text in
      if tellsLast {
        text.block("if (\(isHeld(outputs)))") { text in
          text.line("state->outputs_done = is_last;")
          text.line("return;")
        }
      } else if isAskedAgain(outputs) {
        text.line("if (\(isHeld(outputs))) return;")
      }
      if !outputs.cuts.isEmpty {
        text.line("if (state->outputs_held) \(names("write_outputs"))(state);")
      }
      writeEnters(outputs, &text)
      remember(outputs, &text)
      if tellsLast { text.line("state->outputs_done = is_last;") }
      func readAgain(_ text: inout CText) {
        copyBox(outputs, isOut: false, counter: "state->moved.sums_read", &text)
      }
      if part.continues {
        enter(outputs, counter: "state->moved.sums_read", &text, otherwise: readAgain)
      } else if tellsFirst {
        text.branch("is_first") { text in
          startSums(&text)
        } otherwise: { text in
          readAgain(&text)
        }
      } else {
        startSums(&text)
      }
    }
    text.line()
  }

  /// When sums begin and end here, in words.
  private var describedSums: String {
    let start =
      if part.continues {
        "were started by another piece"
      } else {
        tellsFirst ? "start at their first time here, are read again after that" : "start here"
      }
    let end =
      if part.isContinued {
        "are left for another piece"
      } else {
        tellsLast ? "are done after the last" : "are done when they leave"
      }
    return "\(start), and \(end)"
  }

  private func writeWriteOfOutputs(_ text: inout CText) {
    text.line("/* Writes the box of outputs to DRAM. */")
    text.block("static void \(names("write_outputs"))(\(names("state")) *state)") { text in
      for variable in held(outputs) { text.line("const int \(variable) = state->outputs_\(variable);") }
      if tellsLast {
        text.line(
          "uint64_t *const written = state->outputs_done ? &state->moved.outputs_written : &state->moved.sums_written;")
      }
      let counter = part.isContinued ? "state->moved.sums_written" : "state->moved.outputs_written"
      copyBox(outputs, isOut: true, counter: tellsLast ? "*written" : counter, &text)
    }
    text.line()
  }

  /// Sums that nothing was added to.
  private func startSums(_ text: inout CText) {
    walk(outputs.coordinates, &text) { text in
      let (group, channel) = (outputs.coordinates[1], outputs.coordinates[2])
      let first = whole[.k] * part.starts[Dimension.g.index] + part.starts[Dimension.k.index]
      let element =
        whole[.k] * (group.isTrivial ? Affine(0) : group.element)
        + (channel.isTrivial ? Affine(0) : channel.element) + first
      let bias =
        whole.channelsPerBias == 1 ? element.text : "\(element.operand) / \(whole.channelsPerBias)"
      let start = whole.hasBiases ? "state->bias[\(bias)]" : "0"
      text.line("\(box(outputs) { $0.isTrivial ? Affine(0) : $0.element }) = \(start);")
    }
  }
}
