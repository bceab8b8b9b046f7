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
      ])
    guard case .keep(.outputs, let box, let sizes) = drawing.lines.last else {
      Issue.record("the last line is no keep of outputs")
      return
    }
    #expect(box == Words(1200) && sizes.map(\.count) == [1, 1200] && sizes.map(\.dimension) == [.k, .p])
  }
}
