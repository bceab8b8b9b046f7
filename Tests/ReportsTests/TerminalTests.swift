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

  @Test func cellsCannotBreakOrColourLines() {
    var table = TextTable([("name", .left), ("n", .right)])
    table.add(["a\u{1b}[31m\nb", "1"])
    #expect(table.lines == ["name               n", #"a\u{1b}[31m\u{a}b  1"#])
  }

  /// Sums over layers are exact, and where they cannot be, they are close and look so.
  @Test func sumsOverLayers() {
    #expect(MappingReport.sum([(2, 3), (4, 5)]) == "26")
    #expect(MappingReport.sum([(1, .max)]) == "9 223 372 036 854 775 807")
    #expect(MappingReport.sum([(1, .max), (1, 1)]) == "9.223372036854776e+18")
    #expect(MappingReport.sum([(4, 1 << 62)]) == "1.8446744073709552e+19")
  }
}
