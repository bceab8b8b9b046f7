import EnergyModel
import Mappings
import Workloads

/// Writes the C program of a mapping in pieces.
///
/// Each piece has its own functions, as the program of one nest has. Its boxes lie where they do for it alone; what stays from
/// one piece to the next moves within the Buffer between their runs.
struct CPieces {
  private let evaluation: TreeEvaluation
  /// The layer as DRAM has it, with what all pieces share.
  private let whole: CPrinter
  private let pieces: [CPrinter]
  var names: CNames { whole.names }
  /// The bytes of the Buffer.
  var bufferBytes: Int { pieces.map(\.bufferBytes).max() ?? 0 }

  init(
    _ evaluation: TreeEvaluation, of problem: Problem, _ elements: CProgram.Elements
  ) throws(CProgramError) {
    self.evaluation = evaluation
    let (layer, all) = (problem.layer, evaluation.pieces)
    let names = CNames(layer.name)
    for pair in [(Dimension.p, Dimension.r), (.q, .s)] where problem.reuse == .overlap {
      let (count, overflow) = layer[pair.0].multipliedReportingOverflow(by: layer[pair.1])
      if overflow || count > CProgram.mostPairs { throw .tooManyPairs(overflow ? .max : count) }
    }
    whole = CPrinter(
      all[0].mapping, moving: evaluation.traffic, on: layer, .whole, of: problem, elements, names)
    pieces = all.indices.map { index in
      var own = names
      own.piece = index + 1
      return CPrinter(
        all[index].mapping, moving: evaluation.traffic, on: all[index].layer,
        CPart(index, of: all, on: layer, reuse: problem.reuse), of: problem, elements, own)
    }
    if layer.biases.count > CProgram.largestTable { throw .tooManyBiases(layer.biases.count) }
    for (index, piece) in pieces.enumerated() {
      for tensor in piece.tensors {
        precondition(
          tensor.words == evaluation.occupancies[index][tensor.tensor].count, "a box is as large as it was counted")
      }
      try piece.checkSizes()
      try piece.checkStays(before: pieces.dropFirst(index + 1).first)
    }
  }

  /// The whole file.
  func text(includesMain: Bool) -> String {
    var body = CText()
    for (index, piece) in pieces.enumerated() {
      body.line("/* Piece \(index + 1) of \(pieces.count). */")
      body.line()
      piece.writeFunctions(&body, before: pieces.dropFirst(index + 1).first)
    }
    writeRun(&body)
    if includesMain { whole.writeMain(&body) }
    let moves = body.lines.contains { $0.contains("memmove(") }
    var file = CText()
    whole.writeHead(&file, mapping: drawing, includesMain: includesMain, besides: moves ? ["string"] : []) { text in
      writeBuffer(&text)
    }
    whole.writeHelpers(&file, usedIn: body.lines)
    if body.lines.contains(where: { $0.contains("\(names("arrange"))(") }) { whole.writeArrange(&file) }
    return (file.lines + body.lines).joined(separator: "\n") + "\n"
  }

  /// The mapping as lines: what each piece runs, and its nest.
  private var drawing: [String] {
    evaluation.pieces.enumerated().flatMap { index, piece in
      let ranges = piece.ranges(of: whole.layer).joined(separator: ", ")
      return ["piece \(index + 1) of \(pieces.count): \(ranges)"]
        + NestDrawing(piece.mapping, on: piece.layer).text.map { "  \($0)" }
    }
  }

  private func writeBuffer(_ text: inout CText) {
    text.line("/* The Buffer holds the boxes of one piece after the other, and nothing else:")
    for (index, piece) in pieces.enumerated() {
      text.line("   piece \(index + 1) \(piece.describedBoxes)\(index + 1 == pieces.count ? ". */" : ",")")
    }
    for piece in pieces { piece.writePlaces(&text) }
    text.line("#define \(names.macro("BUFFER_BYTES")) ((size_t)\(bufferBytes))")
    text.line()
  }

  private func writeRun(_ text: inout CText) {
    text.block(whole.signature) { text in
      text.line("\(names("traffic")) moved = {0};")
      let biases = whole.layer.biases.count
      if biases > 0 {
        text.line("\(names("sum")) bias[\(biases)]; /* beside the Buffer, read once */")
        text.line("\(names.macro("COPY_IN"))(bias, biases, \(biases), 1);")
        text.line("moved.biases_read += \(biases);")
        text.line("\(names.macro("WAIT"))();")
      }
      for piece in pieces {
        text.line("\(piece.names("run"))(inputs, weights, \(biases > 0 ? "bias, " : "")outputs, buffer, &moved);")
      }
      text.line("*traffic = moved;")
    }
    text.line()
  }
}
