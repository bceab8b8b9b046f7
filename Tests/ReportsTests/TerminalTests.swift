import Testing

@testable import Reports

/// What reaches the terminal.
struct TerminalTests {
  @Test func tablesAlign() {
    var table = TextTable([("name", .left), ("n", .right)])
    table.add(["a", "100"])
    table.add(["long name", "7"])
    #expect(table.lines == ["name         n", "a          100", "long name    7"])
  }

  /// What takes two columns of a terminal, or none, is counted so, where names are cut too.
  @Test func wideLettersAlign() {
    var table = TextTable([("name", .left), ("n", .right)])
    for name in ["畳み込み", "한국", "e\u{301}te\u{301}", "\u{301}x", "ﾊﾝ", "🚀❤️", "ａ~"] { table.add([name, "1"]) }
    #expect(
      table.lines == [
        "name      n", "畳み込み  1", "한국      1", "e\u{301}te\u{301}       1", "\u{301}x         1", "ﾊﾝ        1",
        "🚀❤️      1", "ａ~       1",
      ])
    var long = TextTable([("layer", .left), ("count", .right)])
    long.add(["畳み込み層の名前", "1"])
    #expect(long.lines(form(19)).last == "畳み込…名前      1")
    #expect(TextLines.fitted(["畳み込み 層の"], width: 8) == ["畳み込み", "  層の"])
  }

  @Test func cellsCannotBreakOrColourLines() {
    var table = TextTable([("name", .left), ("n", .right)])
    table.add(["a\u{1b}[31m\nb", "1"])
    #expect(table.lines == ["name               n", #"a\u{1b}[31m\u{a}b  1"#])
  }

  /// What is more than nothing does not read as nothing, as sums of the same energies in another order do.
  @Test(arguments: [
    (0, "0.0 %"), (1e-14, "0.0 %"), (1e-6, "<0.1 %"), (0.00049, "<0.1 %"), (0.0005, "0.1 %"), (0.998, "99.8 %"),
    (-0.2, "-20.0 %"),
  ])
  func percent(share: Double, text: String) { #expect(NumberText.percent(share) == text) }

  /// Blanks hold inside numbers and before what belongs to them, and nowhere else.
  @Test(arguments: [
    ("1 234 567 bit in 3 layers", "1~234~567~bit in 3 layers"),
    ("370 Mbit, 12.5 % at 16 KiB", "370~Mbit, 12.5~% at 16~KiB"),
    ("98 µJ, 51 343 B and 3 ms", "98~µJ, 51~343~B and 3~ms"),
    ("2 bits or 4 Buffers, 7 orbit", "2 bits or 4 Buffers, 7 orbit"),
  ])
  func unbroken(text: String, shown: String) {
    #expect(NumberText.unbroken(text) == shown.replacing("~", with: "\u{A0}"))
  }

  private func form(_ width: Int?) -> TextForm { TextForm(width: width, isColoured: false) }

  /// Colours are put round what is written, and change nothing else of it.
  @Test func coloursTellHeadersAndGaps() {
    var table = TextTable([("name", .left), ("gap", .gap), ("", .mark)])
    table.add(["a", "0.0 %", "best"])
    table.add(["long", "12.5 %", ""])
    table.add(["b", "", ""])
    let lines = table.lines(TextForm(width: nil, isColoured: true))
    #expect(
      lines == [
        "\u{1b}[1mname\u{1b}[0m     \u{1b}[1mgap\u{1b}[0m", "a      \u{1b}[32m0.0 %\u{1b}[0m  \u{1b}[32mbest\u{1b}[0m",
        "long  \u{1b}[33m12.5 %\u{1b}[0m", "b",
      ])
    #expect(lines.map { $0.replacing(#/\u{1b}\[\d+m/#, with: "") } == table.lines)
  }

  /// Long names are cut in their middle before a column goes, and to less where what stays does not fit.
  @Test func longNamesAreCut() {
    var table = TextTable([("layer", .left), ("count", .right), ("nest", .left)])
    let name = "backbone/stage4/block2/conv_depthwise/Conv_output_0"
    let nest = "k:11 [weights] p:2 q:2 [inputs] c:1 [outputs]"
    table.add([name, "1", nest])
    #expect(table.lines(form(nil)) == table.lines && table.lines(form(200)) == table.lines)
    #expect(
      table.lines(form(86)).last == "backbone/stage4/…e/Conv_output_0      1  \(nest)"
        && table.lines(form(86)).count == 2)
    let groups = [["nest"]]
    #expect(table.lines(form(50), leavingOut: groups).prefix(2).last == "backbone/stage4/…e/Conv_output_0      1")
    #expect(table.lines(form(24), leavingOut: groups).prefix(2).last == "backbone…output_0      1")
    #expect(table.lines(form(10), leavingOut: groups).prefix(2).last == "backbo…put_0      1")
  }

  /// Without groups columns go one by one from the last.
  @Test func tablesLoseTheirLastColumns() {
    var table = TextTable([("name", .left), ("low", .right), ("mean", .right), ("mean", .right)])
    table.add(["a", "1", "20", "300"])
    #expect(table.lines(form(21)) == table.lines)
    #expect(table.lines(form(20)).prefix(2) == ["name  low  mean", "a       1    20"])
    #expect(table.lines(form(2)).prefix(2) == ["name  low", "a       1"])
    #expect(table.lines(form(40)).count == 2)
  }

  /// Columns go in groups until the rest fits, and are named.
  @Test func tablesLoseColumns() {
    var table = TextTable([("name", .left), ("count", .right), ("low", .right), ("high", .right), ("gap", .right)])
    table.add(["a", "1", "20", "300", "9 %"])
    let groups = [["low", "high"], ["count"]]
    let whole = ["name  count  low  high  gap", "a         1   20   300  9 %"]
    #expect(table.lines(form(nil), leavingOut: groups) == whole)
    #expect(table.lines(form(27), leavingOut: groups) == whole)
    let note = ["", "--wide shows what", "  there is no room", "  for: low, high"]
    #expect(table.lines(form(20), leavingOut: groups) == ["name  count  gap", "a         1  9 %"] + note)
    #expect(table.lines(form(10), leavingOut: groups).prefix(2) == ["name  gap", "a     9 %"])
    #expect(table.lines(form(3), leavingOut: groups).prefix(2) == ["name  gap", "a     9 %"])
  }

  /// Lines are broken between words, numbers stay whole, and nothing is lost.
  @Test func linesAreBroken() {
    #expect(TextLines.fitted(["a b", ""], width: 3) == ["a b", ""])
    #expect(
      TextLines.fitted(["  energy  1 000 000 bit: all"], width: 20) == ["  energy  1 000 000", "          bit: all"])
    #expect(TextLines.fitted(["for k in 12 345 by 1"], width: 12) == ["for k in", "  12 345 by", "  1"])
    #expect(TextLines.fitted(["unbreakable b"], width: 4) == ["unbreakable", "  b"])
    #expect(TextLines.fitted(["  unbreakable b"], width: nil) == ["  unbreakable b"])
    // What follows of a line that begins far to the right is no further to the left than it.
    let deep = String(repeating: " ", count: 22)
    #expect(
      TextLines.fitted(["\(deep)keep outputs: 1 word (n 1)"], width: 40)
        == ["\(deep)keep outputs: 1", "\(deep)  word (n 1)"])
  }

  /// Energies that stand together have the prefix of the least, and three decimals; bits stay as they are.
  @Test func energiesHaveOneUnit() {
    func written(_ unit: String, _ energies: [Double?]) -> [String] {
      let scale = EnergyScale(unit, energies)
      return [scale.unit] + energies.map { $0.map(scale.text) ?? "" }
    }
    #expect(written("pJ", [98_745_636, nil, 2_428_088_320, 0]) == ["µJ", "98.746", "", "2 428.088", "0.000"])
    #expect(written("pJ", [999.9996, 1e6]) == ["pJ", "1 000.000", "1 000 000.000"])
    #expect(written("mJ", [0.25]) == ["µJ", "250.000"])
    let scale = EnergyScale("pJ", [2_000_000])
    #expect([499, 501, 0].map(scale.text) == ["<0.001", "0.001", "0.000"])
    #expect(written("uJ", [1e6, 2e9]) == ["J", "1.000", "2 000.000"])
    #expect(written("pJ", [0]) == ["pJ", "0"])
    #expect(written("pJ", []) == ["pJ"])
    #expect(written("bit", [1_234_567, 8]) == ["bit", "1 234 567", "8"])
    #expect(written("MAC", [12.5]) == ["MAC", "12.500"])
  }

  /// Sums over layers are exact, and where they cannot be, they are close and look so.
  @Test func sumsOverLayers() {
    #expect(MappingReport.sum([(2, 3), (4, 5)]) == "26")
    #expect(MappingReport.sum([(1, .max)]) == "9 223 372 036 854 775 807")
    #expect(MappingReport.sum([(1, .max), (1, 1)]) == "9.223372036854776e+18")
    #expect(MappingReport.sum([(4, 1 << 62)]) == "1.8446744073709552e+19")
  }
}
