import EnergyModel
import Foundation
import MappingSearch
import Mappings
import Programs
import TestSupport
import Testing
import Workloads

/// Programs in C as a compiler and two sanitizers take them: their outputs are those of plain loops, they move what the
/// closed form counts, and they stay within each box.
@Suite(.enabled(if: CCompiler.isThere, "needs a C compiler, cc"))
struct CProgramTests {
  /// Random nests with every kind of loop on layers of every kind, under each rule of what stays: 21 programs.
  private static func drawn(_ seed: Int) throws -> [CCompiler.Case] {
    var layers = RandomLayers(seed: 7000 + seed, largestSize: 7, largestMACs: 1500)
    var programs: [CCompiler.Case] = []
    for place in 0..<7 {
      let layer = layers.layer(ofKind: place - 4)
      let elements = layers.random.oneIn(3) ? CProgram.Elements.float : .int8
      for reuse in ReusePolicy.allCases {
        let problem = try Problem(layer.named("m\(programs.count)"), widths: WordWidths(.byte), reuse: reuse)
        programs.append(try CCompiler.Case(problem, layers.wideMapping(on: layer, fills: false), elements))
      }
    }
    return programs
  }

  @Test(arguments: seeds(0..<3))
  func randomMappings(seed: Int) throws { try CCompiler.check(Self.drawn(seed), "seed \(seed)") }

  /// Random mappings in pieces on layers of every kind, under each rule: 21 programs.
  private static func drawnPieces(_ seed: Int) throws -> [CCompiler.Case] {
    var layers = RandomLayers(seed: 7200 + seed, largestSize: 7, largestMACs: 1500)
    var programs: [CCompiler.Case] = []
    for place in 0..<21 {
      let layer = layers.layer(ofKind: place % 7 - 4)
      let elements = layers.random.oneIn(3) ? CProgram.Elements.float : .int8
      let reuse = layers.random.oneIn(4) ? layers.random.pick(ReusePolicy.allCases) : .overlap
      let problem = try Problem(layer.named("t\(programs.count)"), widths: WordWidths(.byte), reuse: reuse)
      let tree = layers.tree(on: layer, splits: layers.random.pick(1...3), fills: false)
      programs.append(try CCompiler.Case(problem, tree, elements))
    }
    return programs
  }

  private static let moreSeeds = ProcessInfo.processInfo.environment["PROGRAM_SEEDS"].flatMap { Int($0) }

  /// Programs of mappings in pieces, 21 a seed, of as many seeds as the environment has as `PROGRAM_SEEDS`:
  ///
  ///     PROGRAM_SEEDS=40 OPTIMIZED=core swift test -c release --filter CProgramTests
  @Test(arguments: moreSeeds.map { 0..<$0 } ?? 0..<1)
  func randomPieces(seed: Int) throws { try CCompiler.check(Self.drawnPieces(seed), "seed \(seed)") }

  /// The outputs are those of loops that are written here, not by what writes the programs.
  @Test func outputs() throws {
    var layers = RandomLayers(seed: 7100, largestSize: 5, largestMACs: 800)
    var (text, calls, expected) = ("", "", "")
    for place in 0..<16 {
      let layer = (place % 2 == 0 ? layers.steppedLayer() : layers.paddedLayer()).named("m\(place)")
      let problem = try Problem(layer, widths: WordWidths(.byte), reuse: ReusePolicy.allCases[place % 3])
      let mapping = layers.wideMapping(on: layer, fills: false)
      text += try CProgram(problem.evaluate(mapping), of: problem, elements: .int8, includesMain: false).text
      let inputs = layer.batch * layer.inputChannels * layer.vertical.inputSize * layer.horizontal.inputSize
      let weights = layer.outputChannels * layer[.c] * layer[.r] * layer[.s]
      let outputs = layer.batch * layer.outputChannels * layer[.p] * layer[.q]
      calls += """
          {
            static int8_t inputs[\(inputs)], weights[\(weights)];
            static int32_t outputs[\(outputs)], biases[\(layer.biases.count + 1)];
            for (int i = 0; i < \(inputs); i++) inputs[i] = (int8_t)element(i);
            for (int i = 0; i < \(weights); i++) weights[i] = (int8_t)element(i);
            for (int i = 0; i < \(layer.biases.count); i++) biases[i] = element(i);
            void *const buffer = malloc(M\(place)_BUFFER_BYTES);
            m\(place)_traffic traffic;
            m\(place)_run(inputs, weights, \(layer.hasBiases ? "biases, " : "")outputs, buffer, &traffic);
            uint32_t digest = 0;
            for (int i = 0; i < \(outputs); i++) digest = digest * 31 + (uint32_t)outputs[i];
            printf("%d\\n", (int32_t)digest);
            free(buffer);
            (void)biases;
          }

        """
      expected += "\(PlainLoops.digest(of: layer, addsBiases: true))\n"
    }
    text += """
      #include <stdio.h>
      #include <stdlib.h>
      static int element(int index) { return (31 * index + 17 * (index / 5)) % 7 - 3; }
      int main(void) {
      \(calls)  return 0;
      }

      """
    let outcome = try CCompiler.run(["outputs.c": text])
    #expect(outcome.code == 0 && outcome.output == expected, "\(outcome.error.prefix(2000))")
  }

  /// Everything that a program may have is in some that are drawn.
  @Test func everyForm() throws {
    let texts = try (0..<3).flatMap { try Self.drawn($0) }.map(\.program.text)
    for form in [
      "_slot[", "_place[", "_stays", "inputs_at[", "_back", "is_first", "state.bias", "by phases of", "_first_row(",
      "_row_end(", "_read_inputs(", "moved.sums_read", " % ", "int32_t", "float",
    ] {
      #expect(texts.contains { $0.contains(form) }, "no program drawn has \(form)")
    }
    let pieces = try (0..<(Self.moreSeeds ?? 3)).flatMap { try Self.drawnPieces($0) }.map(\.program.text)
    // Rows at uneven distances that stay, and rows without columns whose places go round, are rare.
    let rare = Self.moreSeeds == nil ? [] : ["_common[", "_before[", "(ptrdiff_t)"]
    for form in [
      "_arrange(", "memmove(", "if (enters)", "continue;", "are left for another piece", "_sum *bias; /*",
      "all of it is there", "INT32_MAX",
    ] + rare {
      #expect(pieces.contains { $0.contains(form) }, "no program of pieces drawn has \(form)")
    }
  }

  @Test("filled loops, whose boxes share some of their words alone, are refused")
  func filledLoops() throws {
    let layer = try Layer.gemm(name: "gemm", m: 2, n: 3, k: 5)
    let problem = try Problem(layer, widths: WordWidths(.byte))
    let mapping = try Mapping([
      .loop(.k, tile: 1), .keep(.outputs), .loop(Loop(.c, .tile(4), .backAndForth, isFilled: true)), .keep(.inputs),
      .keep(.weights),
    ])
    #expect(throws: CProgramError.filled(.c)) {
      try CProgram(problem.evaluate(mapping), of: problem, elements: .int8)
    }
  }

  /// Optima of layers of each kind, under each rule.
  @Test func optima() throws {
    let layers = [
      try Layer(
        name: "a", inputChannels: 5, input: Extent(9), outputChannels: 6, kernel: Extent(3), padding: Padding(1)),
      try Layer(
        name: "b", batch: 2, inputChannels: 2, input: Extent(15), outputChannels: 5, kernel: Extent(5),
        stride: Extent(2),
        padding: Padding(2), hasBiases: true),
      try Layer(
        name: "c", groups: 3, inputChannels: 6, input: Extent(10), outputChannels: 6, kernel: Extent(3),
        dilation: Extent(2)),
      try Layer.gemm(name: "d", m: 17, n: 11, k: 13),
      try Layer(
        name: "e", groups: 7, inputChannels: 7, input: Extent(8), outputChannels: 7, kernel: Extent(3),
        stride: Extent(2),
        padding: Padding(1)),
    ]
    var programs: [CCompiler.Case] = []
    for layer in cases(layers) {
      for (reuse, bytes) in [(ReusePolicy.overlap, 40), (.overlap, 200), (.sliding, 60), (.none, 90)] {
        let problem = try Problem(layer.named("o\(programs.count)"), widths: WordWidths(.byte), reuse: reuse)
        let optimum = try #require(Optimizer(problem).optimum(capacity: .bytes(bytes)))
        programs.append(try CCompiler.Case(problem, optimum.mapping, .int8))
      }
    }
    try CCompiler.check(programs, "optima")
  }

  /// What a layer is called neither breaks the program nor is taken for a part of it.
  @Test func namesOfLayers() throws {
    let names = ["int", "9x9", "a*/b\n#error no", "/*", "Ünï cödé", "__x", "%d\\", "\u{202e}right"]
    let programs = try names.map { name in
      let layer = try Layer.gemm(name: "x", m: 3, n: 2, k: 2).named(name)
      return try CCompiler.Case(
        Problem(layer, widths: WordWidths(.byte)),
        Mapping([.keep(.inputs), .loop(.k, tile: 1), .keep(.weights), .keep(.outputs)]), .int8)
    }
    #expect(Set(programs.map(\.program.name)).count == names.count)
    try CCompiler.check(programs, "names")
  }

  /// A program without `main` takes part in another, whose own copies it calls.
  @Test func hooks() throws {
    let layer = try Layer(
      name: "conv", inputChannels: 2, input: Extent(7), outputChannels: 3, kernel: Extent(3), padding: Padding(1),
      hasBiases: true)
    let mapping = try Mapping([
      .loop(.c, tile: 1), .loop(.p, tile: 2), .keep(.inputs), .keep(.outputs), .loop(.k, tile: 1), .keep(.weights),
    ])
    let problem = try Problem(layer, widths: WordWidths(.byte))
    let evaluation = problem.evaluate(mapping)
    let program = try CProgram(evaluation, of: problem, elements: .float, includesMain: false)
    #expect(!program.text.contains("main(") && !program.text.contains("printf"))
    #expect(program.bufferBytes == 4 * evaluation.occupancy.bits(WordWidths(.byte)).count / 8)
    let driver = """
      #include <stdio.h>
      #include <string.h>
      static unsigned long in_words, out_words, begun, waits;
      #define CONV_COPY_IN(buffer, dram, count, step) (in_words += (count), begun = 1, copy(buffer, dram, count, step))
      #define CONV_COPY_OUT(dram, buffer, count, step) (out_words += (count), begun = 1, copy(dram, buffer, count, step))
      #define CONV_WAIT() (waits += begun, begun = 0)
      static void copy(float *to, const float *from, int count, int step) {
        if (step != 1) printf("apart\\n");
        memcpy(to, from, (size_t)count * sizeof *to);
      }
      #include "conv.h"
      int main(void) {
        static float inputs[2 * 7 * 7], weights[3 * 2 * 3 * 3], biases[3], outputs[3 * 7 * 7], buffer[CONV_BUFFER_BYTES / 4];
        conv_traffic traffic;
        conv_run(inputs, weights, biases, outputs, buffer, &traffic);
        printf("%lu %lu %d\\n", in_words, out_words, waits > 0 && !begun);
        return 0;
      }

      """
    let outcome = try CCompiler.run(["driver.c": driver, "conv.h": program.text])
    let traffic = evaluation.traffic
    let read = traffic.inputsRead + traffic.weightsRead + traffic.biasesRead + traffic.partialSumsRead
    let written = traffic.partialSumsWritten + traffic.outputsWritten
    #expect(
      outcome.code == 0 && outcome.output == "\(read.count) \(written.count) 1\n", "\(outcome.error.prefix(2000))")
    #expect(traffic.partialSumsWritten > .zero)
  }

  /// What C does not hold is refused with what it would.
  @Test func refusals() throws {
    func refusal(_ layer: Layer, _ nodes: [Mapping.Node]) throws -> CProgramError? {
      let problem = try Problem(layer, widths: WordWidths(.byte), reuse: .none)
      do {
        _ = try CProgram(problem.evaluate(try Mapping(nodes)), of: problem, elements: .int8)
        return nil
      } catch let error as CProgramError { return error }
    }
    let keeps: [Mapping.Node] = [.keep(.inputs), .keep(.weights), .keep(.outputs)]
    let deep = (0..<101).map { Mapping.Node.loop(.k, tile: 200 - $0) }
    #expect(try refusal(.gemm(name: "deep", m: 1, n: 300, k: 1), deep + keeps) == .tooManyLoops(101))
    #expect(try refusal(.gemm(name: "deep", m: 1, n: 300, k: 1), deep.dropLast() + keeps) == nil)
    let long = try Layer(
      name: "long", inputChannels: 1, input: Extent(height: 100_002, width: 1), outputChannels: 1,
      kernel: Extent(height: 2, width: 1), stride: Extent(height: 5, width: 1))
    #expect(try refusal(long, [.loop(.p, tile: 10)] + keeps) == .tooLong("input rows", 100_002))
    let biased = try Layer(
      name: "biased", inputChannels: 1, input: Extent(1), outputChannels: 70_000, kernel: Extent(1), hasBiases: true)
    #expect(try refusal(biased, keeps) == .tooManyBiases(70_000))
    let nest = MappingTree.nest(try Mapping(keeps))
    let wide = try Problem(
      Layer(
        name: "wide", inputChannels: 2, input: Extent(height: 6000, width: 1), outputChannels: 1,
        kernel: Extent(height: 3000, width: 1)), widths: WordWidths(.byte))
    let tree = try wide.evaluate(counting: .split(.c, at: 1, first: nest, rest: nest))
    #expect(throws: CProgramError.tooManyPairs(9_003_000)) { _ = try CProgram(tree, of: wide, elements: .int8) }
    #expect(
      CProgramError.tooManyLoops(101).description == "101 loops have several passes; at most 100 can be written in C")
  }
}
