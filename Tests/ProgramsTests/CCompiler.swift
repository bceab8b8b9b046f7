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
    let tree: MappingTree
    let traffic: Traffic
    /// The largest boxes of one nest; nil of pieces, whose places in the Buffer are fixed.
    let occupancy: Occupancy?
    let elements: CProgram.Elements
    let program: CProgram

    init(_ problem: Problem, _ mapping: Mapping, _ elements: CProgram.Elements) throws {
      (self.problem, self.elements) = (problem, elements)
      let evaluation = problem.evaluate(mapping)
      (tree, traffic, occupancy) = (.nest(mapping), evaluation.traffic, evaluation.occupancy)
      program = try CProgram(evaluation, of: problem, elements: elements)
    }

    init(_ problem: Problem, _ tree: MappingTree, _ elements: CProgram.Elements) throws {
      (self.problem, self.elements) = (problem, elements)
      let evaluation = try problem.evaluate(counting: tree)
      (self.tree, traffic, occupancy) = (tree, evaluation.traffic, nil)
      program = try CProgram(evaluation, of: problem, elements: elements)
    }

    var description: String {
      "\(program.name): \(describe(problem.layer)), \(tree), \(problem.reuse), \(elements)"
    }
  }

  static let isThere = (try? Program.shell("cc --version"))?.code == 0

  private static let flags =
    "-std=c11 -O0 -Wall -Wextra -Wpedantic -Werror -fsanitize=address,undefined -fno-sanitize-recover=all"

  /// Compiles files of C into one program and runs it, for no more than a minute: a broken one may not end.
  static func run(_ files: [String: String], options: String = flags) throws -> Program.Outcome {
    try withTemporaryFolder { folder in
      for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
      let sources = files.keys.filter { $0.hasSuffix(".c") }.sorted().joined(separator: " ")
      return try Program.shell("cc \(options) \(sources) -o program && (ulimit -t 60; ./program)", in: folder)
    }
  }

  /// Compiles programs, all in one file, and runs them; every other one with its boxes apart in a larger Buffer, in which
  /// nothing else may be touched.
  static func check(_ cases: [Case], _ origin: String) throws {
    var text = """
      #include <stddef.h>
      #include <stdio.h>
      void __asan_poison_memory_region(void *, size_t);
      void __asan_unpoison_memory_region(void *, size_t);

      """
    for (place, one) in cases.enumerated() {
      let (main, own) = ("int main(void)", "int \(one.program.name)_main(void)")
      #expect(one.program.text.contains(main))
      let boxes = place % 2 == 0 ? nil : one.occupancy
      text += (boxes.map { apart(one, $0) } ?? one.program.text).replacing(main, with: "\(own);\n\(own)")
    }
    let calls = cases.map { "  if (\($0.program.name)_main()) { puts(\"failed: \($0.program.name)\"); return 1; }\n" }
    text += "int main(void) {\n\(calls.joined())  return 0;\n}\n"
    let outcome = try run(["programs.c": text])
    // A program that a sanitizer ended printed nothing.
    let begun = outcome.output.split(separator: "\n").count { $0.hasSuffix("differ from those of plain loops") }
    let last =
      cases.first { outcome.output.contains("failed: \($0.program.name)\n") } ?? cases[min(begun, cases.count - 1)]
    #expect(
      outcome.code == 0,
      "\(origin), at \(last.description)\n\(outcome.output.suffix(600))\n\(outcome.error.prefix(2000))")
    expectCounts(outcome.output, cases, origin)
  }

  /// What the programs print is what the closed form counts.
  private static func expectCounts(_ output: String, _ cases: [Case], _ origin: String) {
    var lines = output.split(separator: "\n").filter { !$0.hasPrefix("words ") }[...]
    for one in cases {
      let outputs = one.problem.layer.usedElements(of: .outputs).count
      let result = "\(one.program.name): 0 of \(outputs) outputs differ from those of plain loops"
      #expect(lines.popFirst() ?? "" == result, "\(origin): \(one.description)")
      let traffic = one.traffic
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
  private static func apart(_ one: Case, _ boxes: Occupancy) -> String {
    let macro = one.program.name.uppercased()
    var offset = 0
    var (places, gaps) = ("", "")
    for tensor in [Tensor.outputs, .inputs, .weights] {
      let bytes = boxes[tensor].count * (tensor == .outputs || one.elements == .float ? 4 : 1)
      places += "#define \(macro)_\(tensor.rawValue.uppercased())_AT ((size_t)\(offset))\n"
      let end = offset + bytes
      offset = (end + 7) / 8 * 8 + 64
      gaps += "__asan_poison_memory_region((char *)buffer + \(end), \(offset - end)); "
    }
    places += "#define \(macro)_BUFFER_BYTES ((size_t)\(offset))\n"
    let (filling, freeing) = ("uint32_t random = 1;", "free(buffer);")
    #expect(one.program.text.contains(filling) && one.program.text.contains(freeing))
    return places
      + one.program.text.replacing(filling, with: gaps + filling)
      .replacing(freeing, with: "__asan_unpoison_memory_region(buffer, \(offset)); free(buffer);")
  }
}
