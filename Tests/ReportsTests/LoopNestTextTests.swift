import Mappings
import Reports
import Testing
import Workloads

struct LoopNestTextTests {
  @Test func indentedNest() throws {
    let layer = try Layer(
      name: "conv2", inputChannels: 64, input: Extent(27), outputChannels: 192, kernel: Extent(5), padding: Padding(2))
    let mapping = try Mapping([
      .loop(.k, tile: 20), .keep(.outputs), .loop(.c, tile: 1), .keep(.inputs), .loop(.k, tile: 1), .loop(.r, tile: 1),
      .loop(.s, tile: 1), .keep(.weights),
    ])
    #expect(
      LoopNestText.lines(mapping, on: layer) == [
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

  @Test func tablesAlign() {
    var table = TextTable([("name", .left), ("n", .right)])
    table.add(["a", "100"])
    table.add(["long name", "7"])
    #expect(table.lines == ["name         n", "a          100", "long name    7"])
  }
}
