import Foundation
import Testing

@testable import Reports

struct GnuplotTests {
  /// A figure whose line has known places, with a text wherever a figure can have one.
  static func figure(named name: String = "a", points: [(Double, Double)] = [(1, 10), (10, 1000), (100, 50)]) -> Figure
  {
    let ticks = [Figure.Axis.Tick(1, "1 B"), Figure.Axis.Tick(10, name), Figure.Axis.Tick(100, "100 B")]
    var figure = Figure(
      name: "test", title: name, subtitle: name, frame: (width: 300, height: 200),
      margins: Figure.Margins(left: 60, right: 20, top: 8, bottom: 44),
      x: Figure.Axis(title: name, scale: .logarithmic, from: 1, to: 200, ticks: ticks),
      y: Figure.Axis(title: name, scale: .logarithmic, from: 1, to: 2000, ticks: [Figure.Axis.Tick(10, name)]))
    let line = points.map { Figure.Point(x: $0.0, y: $0.1) }
    figure.elements = [
      .line(Figure.Line(line, width: 2, colour: .rgb(0x123456), legend: name)),
      .dots(Figure.Dots(line, diameter: 5, colour: .ink)),
      .text(Figure.Text(name, at: Figure.Point(x: 200, y: 100))),
    ]
    figure.tips = line.map { Figure.Tip(x: $0.x, y: $0.y, name) }
    return figure
  }

  @Test func theScriptHoldsDataAndRanges() {
    let lines = GnuplotScript(Self.figure(), as: .svg).text.split(separator: "\n")
    #expect(lines.contains("set xrange [1:200] noextend"))
    #expect(lines.contains("set logscale y"))
    let start = lines.firstIndex(of: "$data1 << END") ?? 0
    #expect(lines[(start + 1)...(start + 4)] == ["1 10", "10 1000", "100 50", "END"])
  }

  @Test func tipsLieOnTheDrawnLine() throws {
    let figure = Self.figure()
    let svg = try figure.inlineSVG(idPrefix: "one")
    let path = try #require(svg.firstMatch(of: /stroke='rgb\( 18, 52, 86\)'[^>]*d='M([^']*)'/.dotMatchesNewlines()))
    let drawn = path.1.matches(of: /(-?[\d.]+),(-?[\d.]+)/).compactMap { match -> (Double, Double)? in
      guard let x = Double(match.1), let y = Double(match.2) else { return nil }
      return (x, y)
    }
    let circles = svg.matches(of: /<circle cx="([\d.]+)" cy="([\d.]+)" r="6"/)
    #expect(circles.count == 3)
    for circle in circles {
      let (x, y) = (try #require(Double(circle.1)), try #require(Double(circle.2)))
      #expect(drawn.contains { abs($0.0 - x) < 0.5 && abs($0.1 - y) < 0.5 })
    }
  }

  @Test func picturesHaveTheirSize() throws {
    let figure = Self.figure()
    let png = try Gnuplot.render(figure, as: .png)
    #expect(png.prefix(8) == Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
    func bigEndian(_ range: Range<Int>) -> Int { png[range].reduce(0) { 256 * $0 + Int($1) } }
    #expect(bigEndian(16..<20) == 3 * figure.width && bigEndian(20..<24) == 3 * figure.height)
    let svg = String(decoding: try Gnuplot.render(figure, as: .svg), as: UTF8.self)
    #expect(svg.contains("viewBox=\"0 0 \(figure.width) \(figure.height)\""))
    // Points of 1/72 inch, where 96 pixels are an inch; gnuplot rounds them.
    let pdf = String(decoding: try figure.file(as: .pdf), as: UTF8.self)
    let box = try #require(pdf.firstMatch(of: #/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]/#))
    let sides = (try #require(Double(box.1)), try #require(Double(box.2)))
    #expect(abs(sides.0 - 0.75 * Double(figure.width)) <= 1 && abs(sides.1 - 0.75 * Double(figure.height)) <= 1)
    #expect(pdf.hasPrefix("%PDF-"))
  }

  /// The same marks in fewer bytes: groups and paths of the same attributes become one, and what is not used goes.
  @Test func drawingsAreShort() {
    var short = ShortSVG()
    for tag in [
      "<g id='a'>", "<defs>", "<circle id='used' r='0.50'/>", "<circle id='other'/>", "<filter id='f' x='1'>",
      "<feFlood  result='b'/>", "</filter>", "</defs>", "<g fill='none'>", "</g>", "<g stroke = 'x' >",
      "<path  stroke='x' d='M1.00,2.50 L3.00,2.00  '/>", "</g>", "<g stroke='x'>", "<path stroke='x' d='M4,5 L6,7'/>",
      "<polygon fill = 'y' points = '0,0 1,0 1,1 '/>", "<path stroke='x' d='M0,0 L1,1 L2,0'/>", "</g>",
      "<use xlink:href='#used' transform='translate(1.00,2.0)'/>",
      "<g transform=\"translate(3.10,4)\" font-size=\"9\">",
      "<text>",
    ] { short.add(tag: tag.utf8) }
    short.add(text: " a  b ".utf8)
    for tag in ["</text>", "</g>", "<g transform=\"translate(5,6)\" font-size=\"9\">", "<text>"] {
      short.add(tag: tag.utf8)
    }
    short.add(text: "c".utf8)
    for tag in ["</text>", "</g>", "</g>"] { short.add(tag: tag.utf8) }
    #expect(
      short.text
        == "<g id='a'><defs><circle id='used' r='0.5'/></defs><g stroke='x'><path stroke='x' d='M1,2.5l2,-0.5M4,5l2,2'/>"
        + "<path fill='y' d='M0,0 L1,0 1,1Z'/><path stroke='x' d='M0,0 L1,1 L2,0'/></g>"
        + "<use xlink:href='#used' transform='translate(1,2)'/><g font-size=\"9\"><text x='3.1' y='4'> a  b </text>"
        + "<text x='5' y='6'>c</text></g></g>")
  }

  /// Groups without anything in them keep no paths apart.
  @Test func pathsJoinAcrossEmptyGroups() {
    var short = ShortSVG()
    for tag in ["<path d='M0,0 L1,0'/>", "<g fill='none'>", "</g>", "<path d='M0,1 L1,1'/>", "<path d='M0,2 L1,2'/>"] {
      short.add(tag: tag.utf8)
    }
    #expect(short.text == "<path d='M0,0l1,0M0,1l1,0M0,2l1,0'/>")
  }

  /// What one process draws one after the other is what it draws of each alone.
  @Test func figuresDrawnTogetherAreAsDrawnAlone() throws {
    let figures = try [
      Self.figure(), Self.figure(points: [(1, 3), (10, 2), (100, 1)]), Self.figure(points: []), Self.figure(),
    ]
    let prefixes = figures.indices.map { "figure-\($0)" }
    let alone = try zip(figures, prefixes).map { try $0.inlineSVG(idPrefix: $1) }
    #expect(try Figure.inlineSVGs(figures, idPrefixes: prefixes) == alone)
  }

  /// A PDF says when it was made: of all dates the same one.
  @Test func documentsHaveNoDate() {
    let (before, after) = (Data("%PDF\n/CreationDate (D:".utf8), Data("Z)\n>>".utf8))
    let dated = before + Data("20261129114336".utf8) + after
    #expect(PDFDate.removed(from: dated) == before + Data("19700101000000".utf8) + after)
    // Short, cut off, or missing.
    #expect(PDFDate.removed(from: before + Data("2026)".utf8)) == before + Data("1970)".utf8))
    for other in [before, Data(), Data("%PDF-1.5".utf8)] { #expect(PDFDate.removed(from: other) == other) }
  }

  @Test func withoutATerminalTheErrorSaysSo() throws {
    try withFakeGnuplot("echo 'line 0: unknown or ambiguous terminal type; type just set terminal' >&2; exit 1") {
      path in
      #expect(throws: PlotError.terminalMissing(.pdf)) { try Gnuplot.check(.pdf, path: path) }
      #expect(throws: Never.self) { try Gnuplot.check(.svg, path: path) }
    }
    #expect("\(PlotError.terminalMissing(.pdf))".contains("cannot write PDF"))
    for format in GnuplotScript.Format.allCases { #expect(throws: Never.self) { try Gnuplot.check(format) } }
  }

  /// Does something with a folder in which a script is called gnuplot.
  private func withFakeGnuplot(_ script: String, _ body: (_ path: String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gnuplot-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("gnuplot")
    try Data("#!/bin/sh\ncat >/dev/null\n\(script)\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    try body(folder.path)
  }

  @Test(arguments: [
    "`touch FILE`", "a'b\"c <script>alert(1)</script> @GPFUN", "'; system('touch FILE'); set title '", "x\\",
    "$(touch FILE) %g %% {/Bold x}^2_3", "'\u{301}; system('touch FILE') #", "\u{338}<\u{338}b>\u{338}",
    "two\nlines\u{1b}", "END\n!touch FILE", "fill=\"black\" href='#x' url(#y)", "ü 网络 🦀", "&amp; &#60;",
  ])
  func namesAreTakenLiterally(_ pattern: String) throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("plot-\(UUID().uuidString)").path
    let name = pattern.replacingOccurrences(of: "FILE", with: file)
    // Left short of the width at which titles are cut off.
    let short = pattern.replacingOccurrences(of: "FILE", with: "f")
    for format in GnuplotScript.Format.allCases {
      #expect(try !Gnuplot.render(Self.figure(named: name), as: format).isEmpty)
    }
    let figure = Self.figure(named: short)
    let svg = try figure.inlineSVG(idPrefix: "one")
    #expect(!FileManager.default.fileExists(atPath: file))
    // Two axes' titles, two ticks, the legend and the text; and on its own the title and the subtitle.
    let shown = PlotText.visible(short).replacingScalars(["&": "&amp;", "<": "&lt;", "'": "’"])
    func count(_ svg: String) -> Int {
      svg.utf8.split(separator: UInt8(ascii: "<")).count { tag in
        tag.starts(with: "text".utf8) && tag.drop { $0 != UInt8(ascii: ">") }.dropFirst().starts(with: shown.utf8)
      }
    }
    #expect(count(svg) == 6)
    #expect(count(String(decoding: try Gnuplot.render(figure, as: .svg), as: UTF8.self)) == 8)
    #expect(!svg.contains("<script"))
    let parser = XMLCheck(svg)
    #expect(parser.isWellFormed)
  }

  @Test func inlineFiguresDoNotMeet() throws {
    let (one, two) = (try Self.figure().inlineSVG(idPrefix: "one"), try Self.figure().inlineSVG(idPrefix: "two"))
    func ids(_ svg: String) -> Set<String> { Set(svg.matches(of: /\sid=['"]([^'"]*)['"]/).map { String($0.1) }) }
    #expect(!ids(one).isEmpty && ids(one).isDisjoint(with: ids(two)))
    for match in one.matches(of: /href=['"]#([^'"]*)['"]/) { #expect(ids(one).contains(String(match.1))) }
  }

  @Test func inlineFiguresTakeThePageColours() throws {
    let svg = try Self.figure().inlineSVG(idPrefix: "one")
    #expect(!svg.contains("black") && svg.contains("currentColor"))
    #expect(!svg.contains("fill=\"#ffffff\""))
    #expect(svg.hasPrefix("<svg ") && svg.contains("role=\"img\" aria-label=\"a, a. \""))
    // The title is the page's to write, and the drawing begins below where it would be.
    let figure = Self.figure()
    #expect(svg.contains("viewBox=\"0 \(figure.titleHeight) \(figure.width) \(figure.height - figure.titleHeight)\""))
    #expect(!svg.contains("<?xml") && !svg.contains("gnuplot_plot_1</title>") && !svg.contains(" height=\"310\""))
  }

  @Test func filesHaveTipsAndNothingOfGnuplots() throws {
    let figure = Self.figure(named: "a < b")
    let svg = String(decoding: try figure.file(as: .svg), as: UTF8.self)
    let declaration = #"<?xml version="1.0" encoding="utf-8"?>"#
    #expect(svg.hasPrefix(declaration) && XMLCheck(String(svg.dropFirst(declaration.count))).isWellFormed)
    #expect(!svg.contains("gnuplot_plot_1</title>") && !svg.contains("<script"))
    #expect(svg.contains("viewBox=\"0 0 \(figure.width) \(figure.height)\"") && svg.contains("fill=\"#ffffff\""))
    #expect(svg.matches(of: /<circle [^>]*><title>a &lt; b<\/title>/).count == 3)
    #expect(svg.contains("role=\"img\" aria-label=\"a &lt; b, a &lt; b. \""))
    let png = try figure.file(as: .png)
    let drawn = try Gnuplot.render(figure, as: .png)
    // 15 748 dots a metre both ways, with the checksum that zlib gives for that chunk.
    let chunk: [UInt8] = [0, 0, 0, 9, 0x70, 0x48, 0x59, 0x73, 0, 0, 0x3D, 0x84, 0, 0, 0x3D, 0x84, 1]
    #expect(png.count == drawn.count + 21 && png[33..<50] == Data(chunk) && png[..<33] == drawn[..<33])
    #expect(png[50..<54] == Data([0xD5, 0xAC, 0xAF, 0x74]) && png[54...] == drawn[33...])
  }

  /// Letters that the fonts may lack are boxes in a PNG, which gnuplot would spoil with large ones of its own.
  @Test func picturesHaveBoxesForStrangeLetters() {
    #expect(PlotText.drawable("größe α Я x² ≤ 10³ µJ…") == "größe α Я x² ≤ 10³ µJ…")
    #expect(PlotText.drawable("層 🚀b e\u{301}") == "□ □b e")
    let figure = Self.figure(named: "層")
    #expect(!GnuplotScript(figure, as: .png).text.contains("層") && GnuplotScript(figure, as: .png).text.contains("'□'"))
    #expect(GnuplotScript(figure, as: .svg).text.contains("'層'"))
  }

  @Test func withoutGnuplotTheErrorSaysWhatToInstall() {
    #expect(throws: PlotError.gnuplotMissing) {
      try Gnuplot.render(Self.figure(), as: .svg, path: "/nowhere:/neither")
    }
    #expect("\(PlotError.gnuplotMissing)" == "gnuplot is needed to draw plots: install it (Debian: gnuplot-nox)")
  }

  @Test func gnuplotsOwnErrorIsOneLine() {
    #expect(throws: PlotError.gnuplotFailed("line 2: invalid command")) {
      try Gnuplot.run("set terminal svg\nbogus command\n", path: nil)
    }
  }

  /// More than any pipe holds, most of it unread.
  @Test func aLongScriptAfterAnErrorDoesNotHang() {
    let script = "bogus\n" + String(repeating: "# \(String(repeating: "x", count: 100))\n", count: 50_000)
    #expect(throws: PlotError.self) { try Gnuplot.run(script, path: nil) }
  }

  @Test func longDataIsDrawnWhole() throws {
    let points = (1...50_000).map { index -> (Double, Double) in
      let x = Double(index) / 500
      return (x + 1, Double(index % 97 + 1))
    }
    let svg = try Gnuplot.render(Self.figure(points: points), as: .svg)
    #expect(svg.count > 1 << 20)
  }

  @Test func nothingToDrawIsAnEmptyFrame() throws {
    #expect(try !Gnuplot.render(Self.figure(points: []), as: .svg).isEmpty)
    #expect(try !Gnuplot.render(Self.figure(points: [(0, 1), (-1, .nan)]), as: .svg).isEmpty)
  }
}

extension String {
  fileprivate func replacingScalars(_ replacements: [Unicode.Scalar: String]) -> String {
    unicodeScalars.map { replacements[$0] ?? String($0) }.joined()
  }
}
