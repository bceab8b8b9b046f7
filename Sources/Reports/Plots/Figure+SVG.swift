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
    case .svg: Data(SVG(self).file(String(decoding: drawing, as: UTF8.self)).utf8)
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
    // Without the texts; where they would be the page does not look.
    let top = titleHeight
    var untitled = self
    (untitled.title, untitled.subtitle) = ("", "")
    let drawing = try Gnuplot.render(untitled, as: .svg, path: path)
    return SVG(self, top: top, prefix: PlotText.fileName(idPrefix) + "-").text(
      String(decoding: drawing, as: UTF8.self))
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

  func file(_ drawing: String) -> String {
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

  func text(_ drawing: String) -> String {
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

  /// What the drawing holds, without what gnuplot says of itself.
  private func body(_ drawing: String) -> String {
    var body = ShortSVG()
    var skipped: String?
    // Bytes and not characters: a text that begins with an accent joins it to the ">" before.
    var drawing = drawing
    drawing.makeContiguousUTF8()
    var rest = Substring(drawing).utf8
    // gnuplot writes every "<" of a text as an entity, so that each one here begins a tag.
    while let start = rest.firstIndex(of: UInt8(ascii: "<")),
      let end = rest[start...].firstIndex(of: UInt8(ascii: ">"))
    {
      let text = Substring(rest[..<start])
      let tag = String(Substring(rest[start...end]))
      rest = rest[rest.index(after: end)...]
      if skipped == nil { body.add(text: String(text)) }
      let name = String(Substring(tag.utf8.dropFirst().prefix { !Self.endsName($0) }))
      switch name {
      case _ where skipped != nil:
        if tag.hasPrefix("</"), let open = skipped, tag.dropFirst(2).hasPrefix(open) { skipped = nil }
      case "title", "desc", "script", "style": skipped = name
      case "?xml", "!DOCTYPE", "svg": break
      case _ where tag.hasPrefix("</svg"): break
      case "rect"
      where page != nil && tag.contains("width=\"\(figure.width)\" height=\"\(figure.height)\" fill=\"#ffffff\""): break
      default: body.add(tag: adapted(tag), without: Self.font)
      }
    }
    return body.text
  }

  /// Whether a byte stands behind a tag's name.
  private static func endsName(_ byte: UInt8) -> Bool { byte <= UInt8(ascii: " ") || byte == UInt8(ascii: ">") }

  /// A tag with identifiers of this figure alone, and with the page's colour for gnuplot's black.
  private func adapted(_ tag: String) -> String {
    guard let prefix = page?.prefix else { return tag }
    var adapted: [UInt8] = []
    var rest = Array(tag.utf8)[...]
    while let first = rest.first {
      guard let change = Self.changes.first(where: { $0.old[0] == first && rest.starts(with: $0.old) }) else {
        adapted.append(first)
        rest.removeFirst()
        continue
      }
      adapted += change.new ?? change.old + prefix.utf8
      rest.removeFirst(change.old.count)
    }
    return String(decoding: adapted, as: UTF8.self)
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
