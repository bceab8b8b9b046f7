import Foundation
import Mappings
import Programs
import TestSupport
import Testing
import Workloads

/// The system's C compiler, on programs of mappings.
enum CCompiler {
  /// A program with what it is to move.
  struct Case {
    let problem: Problem
    let evaluation: Evaluation
    let elements: CProgram.Elements

    init(_ problem: Problem, _ evaluation: Evaluation, _ elements: CProgram.Elements) {
      (self.problem, self.evaluation, self.elements) = (problem, evaluation, elements)
    }

    var description: String {
      "\(problem.layer.name): \(describe(problem.layer)), \(evaluation.mapping.nodes), \(problem.reuse), \(elements)"
    }
  }

  static let isThere = (try? Program.shell("cc --version"))?.code == 0

  static let flags =
    "-std=c11 -O0 -Wall -Wextra -Werror -fsanitize=address,undefined -fno-sanitize-recover=all"

  /// Compiles programs, all in one file, and runs them; every other one with its boxes apart in a larger Buffer, in which
  /// nothing else may be touched.
  static func check(_ cases: [Case], _ origin: String) throws {
    var text = """
      #include <stddef.h>
      #include <stdlib.h>
      void __asan_poison_memory_region(void *, size_t);
      void __asan_unpoison_memory_region(void *, size_t);

      """
    for (place, one) in cases.enumerated() {
      let program = try CProgram(one.evaluation, of: one.problem, elements: one.elements)
      text += place % 2 == 0 ? program.text : apart(program, one)
    }
    text = text.replacing("int main(void)", with: "int MAIN(void)")
    for one in cases {
      let name = one.problem.layer.name
      guard let main = text.range(of: "int MAIN(void)") else { Issue.record("a program without main"); return }
      text.replaceSubrange(main, with: "int \(name)_main(void);\nint \(name)_main(void)")
    }
    text += "int main(void) {\n"
    for one in cases {
      text += "  if (\(one.problem.layer.name)_main()) { printf(\"failed: \(one.problem.layer.name)\\n\"); return 1; }\n"
    }
    text += "  return 0;\n}\n"
    try withTemporaryFolder { folder in
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/programs.c"))
      let compiled = try Program.shell("cc \(flags) programs.c -o programs", in: folder)
      #expect(compiled.code == 0, "\(origin): \(compiled.error.prefix(3000))")
      if compiled.code != 0 { try keep(text); return }
      let ran = try Program.shell("./programs", in: folder)
      let failed = cases.first { ran.output.contains("failed: \($0.problem.layer.name)\n") }
      let place = ran.output.split(separator: "differ").count
      let last = failed ?? cases[min(place, cases.count) - 1]
      #expect(ran.code == 0, "\(origin): near \(last.description)\n\(ran.output.suffix(600))\n\(ran.error.prefix(1500))")
      if ran.code != 0 { try keep(text) }
      expectCounts(ran.output, cases, origin)
    }
  }

  private static func keep(_ text: String) throws {
    if let file = ProcessInfo.processInfo.environment["KEEP_PROGRAMS"] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    }
  }

  /// What the programs print is what the closed form counts.
  private static func expectCounts(_ output: String, _ cases: [Case], _ origin: String) {
    var lines = output.split(separator: "\n").filter { !$0.hasPrefix("words ") }[...]
    for one in cases {
      let outputs = one.problem.layer.usedElements(of: .outputs).count
      #expect(
        lines.popFirst() ?? "" == "\(one.problem.layer.name): 0 of \(outputs) outputs differ from those of plain loops",
        "\(origin): \(one.description)")
      let traffic = one.evaluation.traffic
      for words in [
        traffic.inputsRead, traffic.weightsRead, traffic.biasesRead, traffic.partialSumsRead,
        traffic.partialSumsWritten, traffic.outputsWritten,
      ] {
        let counted = lines.popFirst()?.split(separator: " ").suffix(2).compactMap { Int($0) }
        #expect(counted == [words.count, words.count], "\(origin): \(one.description)")
      }
    }
  }

  /// A program whose boxes lie apart, with words between them that the address sanitizer does not let it touch.
  private static func apart(_ program: CProgram, _ one: Case) -> String {
    let macro = one.problem.layer.name.uppercased()
    let sumBytes = 4
    let wordBytes = one.elements == .float ? 4 : 1
    var offset = 0
    var (places, gaps) = ("", "")
    for tensor in [Tensor.outputs, .inputs, .weights] {
      let bytes = one.evaluation.occupancy[tensor].count * (tensor == .outputs ? sumBytes : wordBytes)
      places += "#define \(macro)_\(tensor.rawValue.uppercased())_AT ((size_t)\(offset))\n"
      let end = offset + bytes
      offset = (end + 7) / 8 * 8 + 64
      gaps += "__asan_poison_memory_region((char *)buffer + \(end), \(offset - end)); "
    }
    places += "#define \(macro)_BUFFER_BYTES ((size_t)\(offset))\n"
    let filled = "uint32_t random = 1;"
    #expect(program.text.contains(filled))
    return places
      + program.text.replacing(filled, with: gaps + filled)
      .replacing("  free(buffer);", with: "  __asan_unpoison_memory_region(buffer, \(offset)); free(buffer);")
  }
}
