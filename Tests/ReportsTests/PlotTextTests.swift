import Testing

@testable import Reports

struct PlotTextTests {
  @Test func apostrophesAreReplacedAndNothingElseIsTouched() {
    #expect(PlotText.quoted("a'b\"c `x` $y @Z \\ {} %") == "'a’b\"c `x` $y @Z \\ {} %'")
    #expect(PlotText.quotedLabel("100 %g") == "'100 %%g'")
  }

  @Test func accentsHideNoQuotes() {
    #expect(Array(PlotText.quoted("'\u{301}x").unicodeScalars) == Array("'’\u{301}x'".unicodeScalars))
    #expect(PlotText.escaped("<\u{338}b>\u{338}").unicodeScalars.contains("<") == false)
  }

  @Test func controlCharactersAreVisible() {
    #expect(PlotText.quoted("a\nb\u{1b}[0m\u{FFFF}") == "'a\\u{a}b\\u{1b}[0m\\u{ffff}'")
  }

  @Test func markupIsEscaped() {
    #expect(PlotText.escaped("<a b='c' d=\"e\">&") == "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;")
  }

  @Test func fileNamesAreHarmless() {
    #expect(PlotText.fileName(["../../etc/passwd", "A b__C", "网络"]) == "etc-passwd-a-b-c-x")
  }
}
