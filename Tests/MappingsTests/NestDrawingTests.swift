import Mappings
import Testing
import Workloads

struct NestDrawingTests {
  @Test func indentedNest() throws {
    let layer = try Layer(
      name: "conv2", inputChannels: 64, input: Extent(27), outputChannels: 192, kernel: Extent(5), padding: Padding(2))
    let mapping = try Mapping([
      .loop(.k, tile: 20), .keep(.outputs), .loop(.c, tile: 1), .keep(.inputs), .loop(.k, tile: 1), .loop(.r, tile: 1),
      .loop(.s, tile: 1), .keep(.weights),
    ])
    #expect(
      NestDrawing(mapping, on: layer).text == [
        "for k in 192 by 20",
        "  keep outputs: 14 580 words (k 20, p 27, q 27)",
        "    for c in 64 by 1",
        "      keep inputs: 729 words (c 1, p 27, q 27, r 5, s 5)",
        "        for k in 20 by 1",
        "          for r in 5 by 1",
        "            for s in 5 by 1",
        "              keep weights: 1 word (k 1, c 1, r 1, s 1)",
        "                for p in 27, q in 27 by 1, in any order: one MAC each",
      ])
  }

  @Test func loopsBackAndForthAndOverPhases() throws {
    let layer = try Layer(
      name: "conv1", inputChannels: 3, input: Extent(height: 229, width: 1), outputChannels: 64,
      kernel: Extent(height: 7, width: 1), stride: Extent(height: 2, width: 1))
    let mapping = try Mapping([
      .loop(.k, tile: 20, .backAndForth), .keep(.outputs), .loop(.r, phases: 2), .loop(.r, tile: 3, .backAndForth),
      .keep(.inputs), .loop(.p, phases: 4, .backAndForth), .keep(.weights),
    ])
    #expect(
      NestDrawing(mapping, on: layer).text == [
        "for k in 64 by 20, back and forth",
        "  keep outputs: 2 240 words (k 20, p 112)",
        "    for r in 7 by phases of 2",
        "      for r in 4 by 3, back and forth",
        "        keep inputs: 342 words (c 3, p 112, r 3)",
        "          for p in 112 by phases of 4, back and forth",
        "            keep weights: 180 words (k 20, c 3, r 3)",
        "              for k in 20, c in 3, p in 28, r in 3 by 1, in any order: one MAC each",
      ])
  }

  /// Dimensions of one index are left out of a box's sizes, and a tile beyond a range is drawn as it is written.
  @Test func boxesOfAProduct() throws {
    let layer = try Layer.gemm(name: "fc", m: 1200, n: 8, k: 5)
    let mapping = try Mapping([
      .keep(.inputs), .keep(.weights), .loop(.p, tile: 2000), .loop(.k, tile: 1), .keep(.outputs),
    ])
    let drawing = NestDrawing(mapping, on: layer)
    #expect(
      drawing.text == [
        "keep inputs: 6 000 words (c 5, p 1200)", "  keep weights: 40 words (k 8, c 5)", "    for p in 1200 by 2000",
        "      for k in 8 by 1", "        keep outputs: 1 200 words (k 1, p 1200)",
        "          for c in 5, p in 1200 by 1, in any order: one MAC each",
      ])
    guard case .keep(.outputs, let box, let sizes) = drawing.lines.dropLast().last else {
      Issue.record("the last keep is none of outputs")
      return
    }
    #expect(box == Words(1200) && sizes.map(\.count) == [1, 1200] && sizes.map(\.dimension) == [.k, .p])
  }

  /// A nest that names all loops down to the single MAC leaves none.
  @Test func nothingLeft() throws {
    let layer = try Layer.gemm(name: "fc", m: 3, n: 1, k: 2)
    let mapping = try Mapping([
      .keep(.inputs), .loop(.p, tile: 1), .keep(.weights), .keep(.outputs), .loop(.c, tile: 1),
    ])
    let drawing = NestDrawing(mapping, on: layer)
    #expect(drawing.text.suffix(2) == ["        for c in 2 by 1", "          one MAC"])
    #expect(drawing.lines.last == .rest([]))
  }
}
