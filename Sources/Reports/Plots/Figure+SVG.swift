public import Foundation

extension Figure {
  /// The figure as a file: a PNG, a PDF, or an SVG on white with its tips as tooltips. Equal figures give equal bytes.
  ///
  /// - Parameters:
  ///   - format: the kind of picture.
  ///   - path: the directories to look for gnuplot in, with colons between; nil for the environment's PATH.
  /// - Returns: the file's bytes.
  /// - Throws: ``PlotError`` when gnuplot is missing or fails.
  public func file(as format: GnuplotScript.Format, path: String? = nil) throws(PlotError) -> Data {
    let drawing = try Gnuplot.render(self, as: format, path: path)
    return switch format {
    case .svg: Data(SVG(self).file(drawing).utf8)
    case .png: PNGResolution.setting(GnuplotScript.pngDotsPerInch, in: drawing)
    case .pdf: PDFDate.removed(from: drawing)
    }
  }

  /// The figure as an SVG element to stand in a page of HTML: in the page's own text colour on its own background, as
  /// wide as its nominal size or the page, with its tips as tooltips, and without any script.
  ///
  /// Its title and its subtitle are left to the page, which they would not scale with.
  ///
  /// - Parameters:
  ///   - idPrefix: what to put before every identifier, another one for each figure of a page: letters, digits and
  ///     hyphens.
  ///   - path: the directories to look for gnuplot in, with colons between; nil for the environment's PATH.
  /// - Returns: the element's text.
  /// - Throws: ``PlotError`` when gnuplot is missing or fails.
  public func inlineSVG(idPrefix: String, path: String? = nil) throws(PlotError) -> String {
    try Self.inlineSVGs([self], idPrefixes: [idPrefix], path: path)[0]
  }

  /// The same of several figures, each with a prefix.
  static func inlineSVGs(
    _ figures: [Figure], idPrefixes: [String], path: String? = nil
  ) throws(PlotError) -> [String] {
    // Without the texts; where they would be the page does not look.
    let untitled = figures.map { figure in
      var untitled = figure
      (untitled.title, untitled.subtitle) = ("", "")
      return untitled
    }
    let drawings = try Gnuplot.drawings(of: untitled, path: path)
    return zip(zip(figures, idPrefixes), drawings).map { named, drawing in
      SVG(named.0, top: named.0.titleHeight, prefix: PlotText.fileName(named.1) + "-").text(drawing)
    }
  }
}

/// Turns what gnuplot draws into an element of a page, or into a file.
private struct SVG {
  private let figure: Figure
  /// What the page needs; nil for a file.
  private let page: (top: Int, prefix: String)?

  /// A file.
  init(_ figure: Figure) {
    self.figure = figure
    page = nil
  }

  /// An element of a page.
  ///
  /// - Parameters:
  ///   - figure: the figure.
  ///   - top: the height of what is not to be seen at the top.
  ///   - prefix: what to put before identifiers.
  init(_ figure: Figure, top: Int, prefix: String) {
    self.figure = figure
    page = (top, prefix)
  }

  func file(_ drawing: Data) -> String {
    let (width, height) = (figure.width, figure.height)
    return """
      <?xml version="1.0" encoding="utf-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" \
      width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" role="img" \
      aria-label="\(PlotText.escaped(figure.alternativeText))" \(Self.font)>
      \(body(drawing))<g fill-opacity="0">
      \(tips)</g></svg>

      """
  }

  func text(_ drawing: Data) -> String {
    let (width, height, top) = (figure.width, figure.height, page?.top ?? 0)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" \
      viewBox="0 \(top) \(width) \(height - top)" style="width:100%;max-width:\(width)px;height:auto" role="img" \
      aria-label="\(PlotText.escaped(figure.alternativeText))" \(Self.font)>
      \(body(drawing))<g fill-opacity="0">
      \(tips)</g></svg>

      """
  }

  /// The fonts of all texts.
  private static let font = "font-family=\"\(GnuplotScript.svgFonts)\""
  private static let inherited = Array(" \(font)".utf8)

  /// What the drawing holds, without what gnuplot says of itself.
  private func body(_ drawing: Data) -> String {
    var body = ShortSVG()
    let background = Array("width=\"\(figure.width)\" height=\"\(figure.height)\" fill=\"#ffffff\"".utf8)
    var skipped: String?
    // Bytes and not characters: a text that begins with an accent joins it to the ">" before.
    var rest = Array(drawing)[...]
    // gnuplot writes every "<" of a text as an entity, so that each one here begins a tag.
    while let start = rest.firstIndex(of: UInt8(ascii: "<")), let end = rest[start...].firstIndex(of: UInt8(ascii: ">"))
    {
      let tag = rest[start...end]
      if skipped == nil { body.add(text: rest[..<start]) }
      rest = rest[(end + 1)...]
      let name = String(decoding: tag.dropFirst().prefix { !Self.endsName($0) }, as: UTF8.self)
      switch name {
      case _ where skipped != nil:
        if let open = skipped, tag.starts(with: "</\(open)".utf8) { skipped = nil }
      case "title", "desc", "script", "style": skipped = name
      case "?xml", "!DOCTYPE", "svg": break
      case _ where name.hasPrefix("/svg"): break
      case "rect" where page != nil && Array(tag).firstRange(ofBytes: background) != nil: break
      default: body.add(tag: adapted(tag), without: Self.inherited)
      }
    }
    return body.text
  }

  /// Whether a byte stands behind a tag's name.
  private static func endsName(_ byte: UInt8) -> Bool { byte <= UInt8(ascii: " ") || byte == UInt8(ascii: ">") }

  /// A tag with identifiers of this figure alone, and with the page's colour for gnuplot's black.
  private func adapted(_ tag: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let prefix = page?.prefix else { return tag }
    let (changes, canBegin) = (Self.changes, Self.canBeginChange)
    var adapted: [UInt8] = []
    var rest = tag
    while let first = rest.first {
      guard canBegin[Int(first)], let change = changes.first(where: { rest.starts(with: $0.old) }) else {
        adapted.append(first)
        rest.removeFirst()
        continue
      }
      adapted += change.new ?? change.old + prefix.utf8
      rest.removeFirst(change.old.count)
    }
    return adapted[...]
  }

  /// What a page has other than gnuplot, each with what it has instead; without that the prefix of identifiers follows.
  private static let changes: [(old: [UInt8], new: [UInt8]?)] =
    ["'", "\""].flatMap { quote -> [(old: [UInt8], new: [UInt8]?)] in
      let (black, current) = ("\(quote)black\(quote)", "\(quote)currentColor\(quote)")
      return [
        (Array(" id=\(quote)".utf8), nil), (Array("href=\(quote)#".utf8), nil),
        (Array("=\(black)".utf8), Array("=\(current)".utf8)), (Array("= \(black)".utf8), Array("= \(current)".utf8)),
      ]
    } + [(Array("url(#".utf8), nil)]

  /// Whether one of those begins with a byte.
  private static let canBeginChange = (0..<256).map { byte in changes.contains { $0.old[0] == UInt8(byte) } }

  /// Unseen shapes that tell a reader who points at them what is there.
  private var tips: String {
    let placed = figure.tips.filter { tip in
      [tip.corners.low, tip.corners.high].allSatisfy { figure.x.canShow($0.x) && figure.y.canShow($0.y) }
    }
    return placed.map { tip in
      let (low, high) = (figure.pixel(tip.corners.low), figure.pixel(tip.corners.high))
      let title = "<title>\(PlotText.escaped(tip.text))</title>"
      if tip.corners.low == tip.corners.high {
        return """
          <circle cx="\(number(low.x))" cy="\(number(low.y))" r="6">\(title)</circle>

          """
      }
      let (width, height) = (abs(high.x - low.x), abs(high.y - low.y))
      return """
        <rect x="\(number(min(low.x, high.x)))" y="\(number(min(low.y, high.y)))" width="\(number(width))" \
        height="\(number(height))">\(title)</rect>

        """
    }.joined()
  }

  /// A length in hundredths of a pixel.
  private func number(_ value: Double) -> String { GnuplotScript.number((value * 100).rounded() / 100) }
}
