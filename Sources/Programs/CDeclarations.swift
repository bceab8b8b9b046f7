import EnergyModel
import Mappings
import Workloads

/// What stands in front of a program's functions: types, the Buffer, hooks, small helpers.
extension CPrinter {
  /// What the file is, its types and its Buffer.
  func writeHead(_ text: inout CText, includesMain: Bool) {
    writeHead(&text, mapping: NestDrawing(mapping, on: layer).text, includesMain: includesMain) { text in
      writeBuffer(&text)
    }
  }

  /// The same with a mapping as lines, and what writes the Buffer.
  func writeHead(
    _ text: inout CText, mapping: [String], includesMain: Bool, besides headers: [String] = [],
    buffer: (inout CText) -> Void
  ) {
    let header = "Written by tilebound export. It moves what the mapping moves, and counts it."
    text.line("/* \(CNames.comment(layer.name)): \(layer.described)")
    text.line(" *")
    for line in mapping { text.line(" *   \(line)") }
    text.line(" *")
    text.line(" * Reuse: \(describedReuse)")
    let products = layer[.c] * layer[.r] * layer[.s]
    if elements == .int8, products > Int(Int32.max) >> 14 {
      text.line(" * An output is the sum of \(products) products, which may exceed 32 bits if all are large.")
    }
    text.line(" * \(header) */")
    text.line()
    text.line("#include <stddef.h>")
    text.line("#include <stdint.h>")
    for header in (includesMain ? ["stdio", "stdlib"] : []) + headers { text.line("#include <\(header).h>") }
    text.line()
    let (operand, sum) = elements == .int8 ? ("int8_t", "int32_t") : ("float", "float")
    text.line("typedef \(operand) \(names("input"));")
    text.line("typedef \(operand) \(names("weight"));")
    text.line("typedef \(sum) \(names("sum")); /* partial sums, biases and outputs */")
    text.line()
    text.line("/* Words moved between DRAM and the Buffer. */")
    text.line("typedef struct {")
    for field in Self.counters { text.line("  uint64_t \(field.name);") }
    text.line("} \(names("traffic"));")
    text.line()
    buffer(&text)
    writeHooks(&text)
    text.line(
      "/* Runs the layer. DRAM has inputs as [batch][channel][row][column], weights as [output channel][channel of a")
    text.line(
      "   group][row][column] and outputs as [batch][channel][row][column]. The Buffer has \(names.macro("BUFFER_BYTES"))"
    )
    text.line("   bytes, aligned for \(names("sum")). What moved is in *traffic. */")
    text.line("\(signature);")
    text.line()
  }

  /// The kinds of traffic with what a mapping is counted to have.
  static let counters: [(name: String, label: String, words: any KeyPath<Traffic, Words> & Sendable)] = [
    ("inputs_read", "inputs read", \.inputsRead), ("weights_read", "weights read", \.weightsRead),
    ("biases_read", "biases read", \.biasesRead), ("sums_read", "partial sums read", \.partialSumsRead),
    ("sums_written", "partial sums written", \.partialSumsWritten),
    ("outputs_written", "outputs written", \.outputsWritten),
  ]

  /// The function that runs the layer, as it is declared.
  var signature: String {
    (names.piece == nil ? "" : "static ")
      + "void \(names("run"))(\(tensorParameters), void *buffer, \(names("traffic")) *traffic)"
  }

  /// The tensors in DRAM as parameters of a function.
  var tensorParameters: String {
    let biases = whole.hasBiases ? "const \(names("sum")) *biases, " : ""
    return "const \(names("input")) *inputs, const \(names("weight")) *weights, \(biases)\(names("sum")) *outputs"
  }

  private var describedReuse: String {
    switch reuse {
    case .overlap: "overlap. What a box and the next one have in common stays in the Buffer."
    case .sliding: "sliding. Inputs that two boxes share stay where one loop made one step forward, else all are read."
    case .none: "none. A box that is not the one before is read whole."
    }
  }

  private func writeBuffer(_ text: inout CText) {
    text.line("/* The Buffer holds \(describedBoxes),")
    text.line("   and nothing else.")
    text.line("   Define these to place the boxes elsewhere in a larger one. */")
    text.line("#ifndef \(names.macro("BUFFER_BYTES"))")
    writePlaces(&text)
    text.line("#define \(names.macro("BUFFER_BYTES")) ((size_t)\(bufferBytes))")
    text.line("#endif")
    text.line()
  }

  /// The boxes in words.
  var describedBoxes: String {
    let boxes = tensors.map { tensor in
      let bytes = bytes(of: tensor.tensor)
      return
        "\(tensor.words) word\(tensor.words == 1 ? "" : "s") of \(tensor.dram) (\(bytes) byte\(bytes == 1 ? "" : "s") each)"
    }
    return boxes.joined(separator: ", ")
  }

  /// Where the boxes lie in the Buffer.
  func writePlaces(_ text: inout CText) {
    for tensor in tensors { text.line("#define \(place(of: tensor)) ((size_t)\(offset(of: tensor.tensor)))") }
  }

  /// The macro that says where the box of a tensor lies.
  func place(of tensor: TensorPlan) -> String { names.macro("\(tensor.dram.uppercased())_AT") }

  /// The bytes in front of the box of a tensor.
  func offset(of tensor: Tensor) -> Int {
    tensors.prefix { $0.tensor != tensor }.reduce(0) { $0 + $1.words * bytes(of: $1.tensor) }
  }

  private func writeHooks(_ text: inout CText) {
    text.line(
      "/* Copies of `count` words that lie side by side in the Buffer and `step` words apart in DRAM. Define these, and what"
    )
    text.line("   waits until copies are done, to put a copy engine in their place. */")
    text.line("#ifndef \(names.macro("COPY_IN"))")
    text.line("#define \(names.macro("COPY_IN"))(buffer, dram, count, step) \\")
    text.line("  do { \\")
    text.line("    for (ptrdiff_t i_ = 0; i_ < (count); i_++) (buffer)[i_] = (dram)[i_ * (step)]; \\")
    text.line("  } while (0)")
    text.line("#endif")
    text.line("#ifndef \(names.macro("COPY_OUT"))")
    text.line("#define \(names.macro("COPY_OUT"))(dram, buffer, count, step) \\")
    text.line("  do { \\")
    text.line("    for (ptrdiff_t i_ = 0; i_ < (count); i_++) (dram)[i_ * (step)] = (buffer)[i_]; \\")
    text.line("  } while (0)")
    text.line("#endif")
    text.line("#ifndef \(names.macro("WAIT"))")
    text.line("#define \(names.macro("WAIT"))() ((void)0)")
    text.line("#endif")
    text.line()
  }

  /// Small functions that the program calls.
  func writeHelpers(_ text: inout CText, usedIn body: [String]) {
    func define(
      _ name: String, _ comment: String?, _ head: String, _ statements: [String], returns type: String = "int"
    ) {
      guard body.contains(where: { $0.contains("\(names(name))(") }) else { return }
      if let comment { text.line("/* \(comment) */") }
      text.block("static \(type) \(names(name))(\(head))") { text in
        for statement in statements { text.line(statement) }
      }
      text.line()
    }
    define("min", nil, "int a, int b", ["return a < b ? a : b;"])
    define("max", nil, "int a, int b", ["return a > b ? a : b;"])
    define(
      "first_row", "The first row of first, first + step, ... that is not padding.", "int first, int step",
      ["return first < 0 ? first + (step - 1 - first) / step * step : first;"])
    define(
      "row_end", "What is one step beyond the last row of ..., last - step, last that is not padding.",
      "int last, int size, int step",
      ["return last < size ? last + step : last - (last - size) / step * step;"])
    define(
      "meets_input", "Whether a kernel row reads a row that is not padding for some output row.",
      "int kernel, int stride, int dilation, int padding, int outputs, int size",
      [
        "const int first = dilation * kernel - padding;",
        "const int output = first < 0 ? (stride - 1 - first) / stride : 0;",
        "return output < outputs && first + stride * output < size;",
      ])
    define(
      "assign", "Gives each row that is wanted a slot of its own: those that have one keep it.",
      "int size, const unsigned char *wanted, int *slot, int *owner, unsigned char *is_new",
      [
        "for (int row = 0; row < size; row++) {",
        "  if (!wanted[row] && slot[row] >= 0) {",
        "    owner[slot[row]] = -1;",
        "    slot[row] = -1;",
        "  }",
        "}",
        "int next = 0;",
        "for (int row = 0; row < size; row++) {",
        "  is_new[row] = wanted[row] && slot[row] < 0;",
        "  if (is_new[row]) {",
        "    while (owner[next] >= 0) next++;",
        "    owner[next] = row;",
        "    slot[row] = next;",
        "  }",
        "}",
      ], returns: "void")
  }

  /// A function that puts rows in order.
  func writeArrange(_ text: inout CText) {
    text.line("/* Puts the lines of a box in the order of the rows that lie there; `there` tells which. */")
    let parameters = "unsigned char *box, int outer, int lines, size_t bytes, int *there"
    text.block("static void \(names("arrange"))(\(parameters))") { text in
      text.block("for (int place = 0; place < lines; place++)") { text in
        text.line("int least = place;")
        text.line("for (int i = place + 1; i < lines; i++) if (there[i] < there[least]) least = i;")
        text.line("if (least == place) continue;")
        text.line("const int row = there[least];")
        text.line("there[least] = there[place];")
        text.line("there[place] = row;")
        text.block("for (int i = 0; i < outer; i++)") { text in
          text.line("unsigned char *const a = box + ((size_t)i * (size_t)lines + (size_t)place) * bytes;")
          text.line("unsigned char *const b = box + ((size_t)i * (size_t)lines + (size_t)least) * bytes;")
          text.block("for (size_t j = 0; j < bytes; j++)") { text in
            text.line("const unsigned char byte = a[j];")
            text.line("a[j] = b[j];")
            text.line("b[j] = byte;")
          }
        }
      }
    }
    text.line()
  }

  /// The declaration of a variable that points to an array of these sizes.
  func pointer(_ type: String, _ name: String, _ sizes: [Int]) -> String {
    if sizes.count <= 1 { return "\(type) *\(name)" }
    return "\(type) (*\(name))" + sizes.dropFirst().map { "[\($0)]" }.joined()
  }

  /// The cast to the type of such a pointer.
  func cast(_ type: String, _ sizes: [Int]) -> String {
    sizes.count <= 1 ? "(\(type) *)" : "(\(type) (*)" + sizes.dropFirst().map { "[\($0)]" }.joined() + ")"
  }

  /// The type of a tensor's elements in DRAM, which only outputs change.
  func dramType(_ tensor: TensorPlan) -> String { (tensor.tensor == .outputs ? "" : "const ") + tensor.type }

  /// What the functions of the program share.
  func writeState(_ text: inout CText) {
    text.line("/* The tensors in DRAM, their boxes in the Buffer, and what these hold at present. */")
    text.line("typedef struct {")
    for tensor in tensors {
      text.line("  \(pointer(dramType(tensor), tensor.dram, tensor.sizes));")
    }
    for tensor in tensors { text.line("  \(pointer(tensor.type, tensor.box, tensor.extents));") }
    if layer.hasBiases {
      text.line("  \(names("sum")) bias[\(layer.biases.count)]; /* beside the Buffer, read once */")
    } else if startsFromBiases {
      text.line("  const \(names("sum")) *bias; /* beside the Buffer, read once */")
    }
    text.line("  \(names("traffic")) moved;")
    for tensor in tensors where isAskedAgain(tensor) {
      text.line("  int \((["held"] + held(tensor)).map { "\(tensor.dram)_\($0)" }.joined(separator: ", "));")
    }
    if tellsLast { text.line("  int outputs_done;") }
    for coordinate in weights.coordinates {
      if case .usedKernels = coordinate.kind { text.line("  int \(coordinate.name)_place[\(coordinate.size)];") }
    }
    for rows in inputs.coordinates.compactMap(\.rows) where !rows.isTrivial { writeState(of: rows, &text) }
    if !slidingLoops.isEmpty { text.line("  int inputs_at[\(slidingLoops.count)];") }
    text.line("} \(names("state"));")
    text.line()
  }

  private func writeState(of rows: RowsPlan, _ text: inout CText) {
    if rows.spacing == .uneven {
      text.line("  int \(rows.name)_slot[\(rows.tableSize)]; /* where a row that is held lies, or -1 */")
      text.line("  int \(rows.name)_owner[\(max(1, rows.extent))]; /* the row that lies there, or -1 */")
      text.line("  unsigned char \(rows.name)_is_new[\(rows.tableSize)];")
      return
    }
    switch rows.change {
    case .never: break
    case .apart: if rows.extent > 1 { text.line("  int \(rows.names);") }
    case .overlapping: text.line("  int \(rows.names), \(rows.names)_end;")
    }
  }

  /// Whether sums start from biases here.
  var startsFromBiases: Bool { whole.hasBiases && !part.continues }
  /// Whether it matters which time a box of outputs comes: the first time its sums start.
  var tellsFirst: Bool { !spilling.isEmpty && !part.continues }
  /// Whether it matters which time a box of outputs leaves: the last time its sums are done.
  var tellsLast: Bool { !spilling.isEmpty && !part.isContinued }

  /// The variables by which it is known what a box holds.
  func held(_ tensor: TensorPlan) -> [String] {
    var variables: [String] = []
    for span in tensor.cuts {
      // Which block it is its first element tells; to write it takes what is beyond the last as well.
      let needed = tensor.tensor == .outputs ? span.variables : span.start.variables
      variables += needed.filter { !variables.contains($0) }
    }
    return variables
  }
}
