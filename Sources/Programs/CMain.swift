import EnergyModel
import Mappings
import Workloads

/// A `main` that tries the program out.
extension CPrinter {
  func writeMain(_ text: inout CText) {
    writePlainLoops(&text)
    text.line("/* Small whole numbers, by a generator of pseudorandom ones. */")
    text.block("static int \(names("small"))(uint32_t *random)") { text in
      text.line("*random = *random * 1664525u + 1013904223u;")
      text.line("return (int)(*random >> 24) % 7 - 3;")
    }
    text.line()
    text.line("/* Compares one count with what Tilebound counts. */")
    let parameters = "const char *name, uint64_t counted, uint64_t expected"
    text.block("static int \(names("compare"))(\(parameters))") { text in
      text.line(
        "printf(\"%-22s%20llu%20llu\\n\", name, (unsigned long long)counted, (unsigned long long)expected);")
      text.line("return counted != expected;")
    }
    text.line()
    text.block("int main(void)") { text in writeBodyOfMain(&text) }
  }

  /// The same layer by seven loops, without a Buffer.
  private func writePlainLoops(_ text: inout CText) {
    text.line("/* The layer by plain loops. */")
    text.block("static void \(names("plain"))(\(tensorParameters))") { text in
      for (tensor, name) in [(inputs, "in"), (weights, "w"), (outputs, "out")] {
        let type = dramType(tensor)
        text.line(
          "\(pointer(type, "const \(name)", tensor.sizes)) = \(cast(type, tensor.sizes))\(tensor.dram);")
      }
      loops([.n, .g, .k, .p, .q], &text) { text in
        let channel = layer[.k] * element(.g) + element(.k)
        let bias = layer.channelsPerBias == 1 ? channel.text : "\(channel.operand) / \(layer.channelsPerBias)"
        text.line("\(names("sum")) sum = \(layer.hasBiases ? "biases[\(bias)]" : "0");")
        loops([.c, .r, .s], &text) { text in addProduct(&text) }
        text.line("out\(outputs.dramIndex(element)) = sum;")
      }
    }
    text.line()
  }

  /// Adds one product to the sum of an output, unless it is one with padding.
  private func addProduct(_ text: inout CText) {
    func row(_ axis: ConvolutionAxis, _ output: Dimension, _ kernel: Dimension) -> Affine {
      axis.stride * element(output) + axis.dilation * element(kernel) - axis.paddingBefore
    }
    let sum = "sum += (\(names("sum")))in\(inputs.dramIndex(element)) * w\(weights.dramIndex(element));"
    var conditions: [String] = []
    for (name, axis, place) in [
      ("row", layer.vertical, row(layer.vertical, .p, .r)), ("col", layer.horizontal, row(layer.horizontal, .q, .s)),
    ] where axis.inputSize > 1 || axis.hasPaddedMACs {
      text.line("const int \(name) = \(place.text);")
      if axis.hasPaddedMACs { conditions.append("\(name) >= 0 && \(name) < \(axis.inputSize)") }
    }
    if conditions.isEmpty {
      text.line(sum)
    } else {
      text.block("if (\(conditions.joined(separator: " && ")))") { text in text.line(sum) }
    }
  }

  /// Loops over whole dimensions, with something inside.
  private func loops(
    _ dimensions: ArraySlice<Dimension>, _ text: inout CText, _ body: (inout CText) -> Void
  ) {
    guard let dimension = dimensions.first else { return body(&text) }
    let rest = dimensions.dropFirst()
    if layer[dimension] == 1 { return loops(rest, &text, body) }
    let name = dimension.rawValue
    text.block("for (int \(name) = 0; \(name) < \(layer[dimension]); \(name)++)") { text in
      loops(rest, &text, body)
    }
  }

  private func element(_ dimension: Dimension) -> Affine {
    layer[dimension] == 1 ? Affine(0) : Affine(dimension.rawValue)
  }

  /// The element along a coordinate that the loops are at.
  private func element(_ coordinate: Coordinate) -> Affine {
    Dimension(rawValue: coordinate.name).map(element) ?? Affine(coordinate.name)
  }

  private func writeBodyOfMain(_ text: inout CText) {
    let sizes = [
      (
        "inputs", names("input"),
        layer.batch * layer.inputChannels * layer.vertical.inputSize * layer.horizontal.inputSize
      ),
      ("weights", names("weight"), layer.outputChannels * layer[.c] * layer[.r] * layer[.s]),
    ]
    let outputs = layer.batch * layer.outputChannels * layer[.p] * layer[.q]
    let filled = sizes + (layer.hasBiases ? [("biases", names("sum"), layer.biases.count)] : [])
    for (name, type, count) in filled + [("outputs", names("sum"), outputs), ("expected", names("sum"), outputs)] {
      text.line("\(type) *const \(name) = malloc(sizeof *\(name) * \(count));")
    }
    text.line("void *const buffer = malloc(\(names.macro("BUFFER_BYTES")));")
    let all = filled.map(\.0) + ["outputs", "expected", "buffer"]
    text.block("if (\(all.map { "!\($0)" }.joined(separator: " || ")))") { text in
      text.line("fputs(\"\(names.layer): out of memory\\n\", stderr);")
      text.line("return 1;")
    }
    text.line("uint32_t random = 1;")
    for (name, type, count) in filled {
      text.line(
        "for (ptrdiff_t i = 0; i < \(count); i++) \(name)[i] = (\(type))\(names("small"))(&random);")
    }
    text.line()
    let biases = layer.hasBiases ? "biases, " : ""
    text.line("\(names("traffic")) moved;")
    text.line("\(names("run"))(inputs, weights, \(biases)outputs, buffer, &moved);")
    text.line("\(names("plain"))(inputs, weights, \(biases)expected);")
    text.line()
    text.line("ptrdiff_t wrong = 0;")
    text.line("for (ptrdiff_t i = 0; i < \(outputs); i++) wrong += outputs[i] != expected[i];")
    text.line("printf(\"\(names.layer): %td of \(outputs) outputs differ from those of plain loops\\n\", wrong);")
    text.line("printf(\"%-22s%20s%20s\\n\", \"words\", \"counted here\", \"by Tilebound\");")
    text.line("int failed = wrong != 0;")
    for counter in Self.counters {
      let expected = traffic[keyPath: counter.words].count
      text.line(
        "failed |= \(names("compare"))(\"\(counter.label)\", moved.\(counter.name), UINT64_C(\(expected)));")
    }
    for name in all { text.line("free(\(name));") }
    text.line("return failed;")
  }
}
