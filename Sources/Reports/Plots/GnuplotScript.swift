/// A figure as a script of gnuplot's.
///
/// Texts of figures stand in the script as single-quoted strings, never in data or in titles of plots, and are taken
/// literally: no markup, no formats, no commands.
public struct GnuplotScript: Hashable, Sendable {
  /// What gnuplot writes.
  public enum Format: String, CaseIterable, Hashable, Sendable {
    /// Scalable vector graphics.
    case svg
    /// Pixels.
    case png
    /// A page of the figure's size, with its fonts.
    case pdf

    /// gnuplot's terminal for it.
    var terminal: String {
      switch self {
      case .svg: "svg"
      case .png: "pngcairo"
      case .pdf: "pdfcairo"
      }
    }
  }

  /// The whole script.
  public let text: String

  /// The fonts of an SVG, of which a reader's first one is taken.
  static let svgFonts = "Helvetica,Arial,DejaVu Sans,sans-serif"

  /// How many dots a PNG has for each pixel of the figure's size: 400 dots an inch in a paper's column of 3.3 inches.
  public static let pngScale = 3
  /// The same as what a PNG says of itself.
  static let pngDotsPerInch = 400

  /// Writes the script of a figure.
  ///
  /// - Parameters:
  ///   - figure: what to draw.
  ///   - format: what gnuplot is to write.
  public init(_ figure: Figure, as format: Format) {
    var writer = Writer(figure, format)
    writer.writeTerminal()
    writer.writeFrame()
    writer.writeTexts()
    writer.writeLegend()
    writer.writePlot()
    text = writer.lines.joined(separator: "\n") + "\n"
  }

  private struct Writer {
    let figure: Figure
    let format: Format
    var lines: [String] = []
    private var labels = 0

    init(_ figure: Figure, _ format: Format) { (self.figure, self.format) = (figure, format) }

    mutating func writeTerminal() {
      let (width, height) = (figure.width, figure.height)
      lines.append("set encoding utf8")
      switch format {
      case .svg:
        lines.append(
          "set terminal \(format.terminal) size \(width),\(height) fixed noenhanced rounded background '#ffffff' "
            + "font '\(GnuplotScript.svgFonts),\(Figure.fontSize)'")
      case .png:
        let scale = GnuplotScript.pngScale
        lines.append(
          "set terminal \(format.terminal) size \(scale * width),\(scale * height) noenhanced rounded background '#ffffff' "
            + "linewidth \(scale) pointscale \(scale) fontscale \(scale) dashlength \(scale) "
            + "font 'Sans,\(points(Figure.fontSize))'")
      case .pdf:
        // Inches, at 96 pixels each. The scales are what makes texts, lines and points as large as in the other kinds.
        let size = [width, height].map { "\(GnuplotScript.number(Double($0) / 96))in" }.joined(separator: ",")
        lines.append(
          "set terminal \(format.terminal) size \(size) noenhanced rounded background '#ffffff' linewidth 1.5 pointscale 0.75 "
            + "fontscale 0.75 dashlength 2.727 font 'Sans,\(points(Figure.fontSize))'")
      }
    }

    /// Whether cairo draws: sizes of fonts are then in points of 1/72 inch, at 96 dots an inch, and not in pixels.
    private var isCairo: Bool { format != .svg }

    /// A text as the terminal's fonts can show it: those of an SVG are the reader's.
    private func drawable(_ text: String) -> String { isCairo ? PlotText.drawable(text) : text }

    private func points(_ pixels: Int) -> String { GnuplotScript.number(Double(pixels) * 0.75) }

    private func font(_ size: Int) -> String { "font ',\(isCairo ? points(size) : String(size))'" }

    mutating func writeFrame() {
      let margins = figure.margins
      let (width, height) = (Double(figure.width), Double(figure.height))
      lines += [
        "set lmargin at screen \(GnuplotScript.number(Double(margins.left) / width))",
        "set rmargin at screen \(GnuplotScript.number(1 - Double(margins.right) / width))",
        "set tmargin at screen \(GnuplotScript.number(1 - Double(margins.top) / height))",
        "set bmargin at screen \(GnuplotScript.number(Double(margins.bottom) / height))",
        "unset key", "unset title",
        "set border 3 lw 0.8",
        "set tics nomirror out scale 0.5,0.25",
        "set style fill solid 1 noborder",
      ]
      for (name, axis) in [("x", figure.x), ("y", figure.y)] {
        let ticks =
          axis.ticks.map { "\(PlotText.quotedLabel(drawable($0.label))) \(GnuplotScript.number($0.position)) 0" }
          + axis.minorTicks.map { "'' \(GnuplotScript.number($0)) 1" }
        if axis.scale == .logarithmic { lines.append("set logscale \(name)") }
        // The one terminal puts labels closer to the axis than the other.
        let offset = name == "x" ? " offset 0,\(isCairo ? 0.1 : 0.4)" : ""
        lines += [
          "set \(name)range [\(GnuplotScript.number(axis.start)):\(GnuplotScript.number(axis.end))] noextend",
          ticks.isEmpty
            ? "unset \(name)tics" : "set \(name)tics norangelimit\(offset) (\(ticks.joined(separator: ", ")))",
        ]
        if axis.hasGrid, !axis.ticks.isEmpty {
          lines.append("set grid \(name)tics back lt 1 lw 0.6 lc rgb '#b0808080'")
        }
      }
    }

    /// A text at a place in pixels.
    private mutating func writeText(_ text: Figure.Text) {
      labels += 1
      let side =
        switch text.alignment {
        case .left: "left"
        case .centre: "center"
        case .right: "right"
        }
      let colour = text.colour == .ink ? "" : " tc \(text.colour.specification)"
      lines.append(
        "set label \(labels) \(PlotText.quoted(drawable(text.text))) at \(screen(text.place)) \(side) "
          + "\(text.isVertical ? "rotate by 90" : "norotate") noenhanced front \(font(text.size))\(colour)")
    }

    private func screen(_ pixel: Figure.Point) -> String {
      let (x, y) = (pixel.x / Double(figure.width), 1 - pixel.y / Double(figure.height))
      return "screen \(GnuplotScript.number(x)), screen \(GnuplotScript.number(y))"
    }

    mutating func writeTexts() {
      let margins = figure.margins
      let (width, height) = (Double(figure.width), Double(figure.height))
      let room = width - 16
      let (right, bottom) = (width - Double(margins.right), height - Double(margins.bottom))
      let middle = Figure.Point(x: (Double(margins.left) + right) / 2, y: (Double(margins.top) + bottom) / 2)
      let titles = [
        Figure.Text(
          TextWidth.fittedTitle(figure.title, within: room, size: Figure.fontSize + 1), at: Figure.Point(x: 8, y: 13),
          size: Figure.fontSize + 1),
        Figure.Text(
          figure.x.title, at: Figure.Point(x: middle.x, y: height - 11), alignment: .centre, size: Figure.fontSize),
        Figure.Text(
          figure.y.title, at: Figure.Point(x: 12, y: middle.y), alignment: .centre, size: Figure.fontSize,
          isVertical: true),
      ]
      let subtitles = figure.subtitleLines.enumerated().map { index, line in
        Figure.Text(
          line, at: Figure.Point(x: 8, y: 29 + Double(index * Figure.subtitleLineHeight)), size: Figure.subtitleSize)
      }
      for text in titles + subtitles where !text.text.isEmpty { writeText(text) }
      for case .text(let text) in figure.elements { writeText(text) }
    }

    mutating func writeLegend() {
      for (index, entry) in Legend(figure).entries.enumerated() {
        let (start, width) = (entry.sample, Legend.sampleWidth)
        let end = Figure.Point(x: start.x + width, y: start.y)
        switch entry.element {
        case .line(let line): writeSample(from: start, to: end, line.width, line.dash, line.colour)
        case .segments(let segments):
          let middle = start.x + width / 2
          writeSample(
            from: Figure.Point(x: middle, y: start.y - 6), to: Figure.Point(x: middle, y: start.y + 6), segments.width,
            segments.dash, segments.colour)
        case .area(let area): writeSample(index, at: start, "fc \(area.colour.specification) \(fill(area.opacity))")
        case .rectangles(let rectangles):
          writeSample(index, at: start, "fc \(rectangles.colour.specification) fs solid 1 noborder")
          let corner = Figure.Point(x: end.x, y: start.y + 5)
          for line in rectangles.hatch == nil
            ? [] : Hatch.lines(from: Figure.Point(x: start.x, y: start.y - 5), to: corner)
          {
            writeSample(from: line.low, to: line.high, Hatch.width, .solid, rectangles.hatch ?? .grey)
          }
        case .dots(let dots):
          labels += 1
          lines.append(
            "set label \(labels) '' at \(screen(Figure.Point(x: start.x + width / 2, y: start.y))) front point "
              + point(dots))
        case .text: continue
        }
        writeText(Figure.Text(entry.title, at: entry.text))
      }
    }

    private mutating func writeSample(
      from start: Figure.Point, to end: Figure.Point, _ width: Double, _ dash: Figure.Dash, _ colour: Colour
    ) {
      lines.append("set arrow from \(screen(start)) to \(screen(end)) nohead front \(stroke(width, dash, colour))")
    }

    private mutating func writeSample(_ index: Int, at start: Figure.Point, _ fill: String) {
      let (top, bottom) = (start.y - 5, start.y + 5)
      lines.append(
        "set object \(index + 1) rectangle from \(screen(Figure.Point(x: start.x, y: bottom))) to "
          + "\(screen(Figure.Point(x: start.x + Legend.sampleWidth, y: top))) front \(fill)")
    }

    private func stroke(_ width: Double, _ dash: Figure.Dash, _ colour: Colour) -> String {
      let pattern =
        switch dash {
        case .solid: "solid"
        case .dashed: pattern([5, 4], width)
        case .dotted: pattern([1.5, 2.5], width)
        case .dashDotted: pattern([7, 3, 1.5, 3], width)
        case .longDashed: pattern([11, 4], width)
        }
      return "lw \(GnuplotScript.number(width)) dt \(pattern) lc \(colour.specification)"
    }

    /// Lengths of dashes and gaps in pixels: the terminal for SVG takes them so, the others as multiples of what grows with the
    /// width of a line that is not thin.
    private func pattern(_ lengths: [Double], _ width: Double) -> String {
      let unit =
        switch format {
        case .svg: 1.0
        case .png: max(width, 1)
        case .pdf: max(0.75 * width, 1)
        }
      return "(" + lengths.map { GnuplotScript.number($0 / unit) }.joined(separator: ",") + ")"
    }

    private func fill(_ opacity: Double) -> String { "fs transparent solid \(GnuplotScript.number(opacity)) noborder" }

    private func point(_ dots: Figure.Dots) -> String {
      let kind =
        switch dots.shape {
        case .disc: 7
        case .ring: 6
        case .diamond: 13
        }
      // A point of size 1 is 9 pixels wide.
      return "pt \(kind) ps \(GnuplotScript.number(dots.diameter / 9)) lw 1 lc \(dots.colour.specification)"
    }

    /// The corners of a line that keeps each point's height up to the next.
    private static func corners(of points: [Figure.Point]) -> [Figure.Point] {
      zip(points, points.dropFirst()).reduce(into: Array(points.prefix(1))) { corners, pair in
        corners += [Figure.Point(x: pair.1.x, y: pair.0.y), pair.1]
      }
    }

    /// An element with the lines across it, where it is hatched.
    private func hatched(_ element: Figure.Element) -> [Figure.Element] {
      guard case .rectangles(let rectangles) = element, let colour = rectangles.hatch else { return [element] }
      let lines = rectangles.boxes.filter { box in
        [box.low, box.high].allSatisfy { figure.x.canShow($0.x) && figure.y.canShow($0.y) }
      }.flatMap { Hatch.lines(from: figure.pixel($0.low), to: figure.pixel($0.high)) }
      let segments = lines.map {
        Figure.Rectangles.Box(from: figure.place(ofPixel: $0.low), to: figure.place(ofPixel: $0.high))
      }
      return [element, .segments(Figure.Segments(segments, width: Hatch.width, colour: colour))]
    }

    mutating func writePlot() {
      var plots: [String] = []
      func canShow(_ point: Figure.Point) -> Bool { figure.x.canShow(point.x) && figure.y.canShow(point.y) }
      func row(_ point: Figure.Point) -> String { "\(GnuplotScript.number(point.x)) \(GnuplotScript.number(point.y))" }
      for element in figure.elements.flatMap({ hatched($0) }) {
        let rows: [String]
        let style: String
        switch element {
        case .line(let line):
          let points = line.points.filter(canShow)
          // With its corners as points a stepped line is one path, along which dashes go on.
          rows = (line.isStepped ? Self.corners(of: points) : points).map(row)
          style = "using 1:2 with lines \(stroke(line.width, line.dash, line.colour))"
        case .area(let area):
          rows = area.corners.filter(canShow).map(row)
          style = "using 1:2 with filledcurves closed fc \(area.colour.specification) \(fill(area.opacity))"
        case .rectangles(let rectangles):
          rows = rectangles.boxes.filter { canShow($0.low) && canShow($0.high) }.map { box in
            "\(row(box.low)) \(GnuplotScript.number(box.low.x)) \(GnuplotScript.number(box.high.x)) "
              + "\(GnuplotScript.number(box.low.y)) \(GnuplotScript.number(box.high.y))"
          }
          let border = rectangles.outline.map { "border lc \($0.specification) lw 0.4" } ?? "noborder"
          style =
            "using 1:2:3:4:5:6 with boxxyerror fc \(rectangles.colour.specification) fs solid 1 \(border)"
        case .segments(let segments):
          rows = segments.ends.filter { canShow($0.low) && canShow($0.high) }.map { "\(row($0.low)) \(row($0.high))" }
          style =
            "using 1:2:($3-$1):($4-$2) with vectors nohead \(stroke(segments.width, segments.dash, segments.colour))"
        case .dots(let dots):
          rows = dots.points.filter(canShow).map(row)
          style = "using 1:2 with points \(point(dots))"
        case .text: continue
        }
        if rows.isEmpty { continue }
        let name = "$data\(plots.count + 1)"
        lines += ["\(name) << END"] + rows + ["END"]
        plots.append("\(name) \(style) notitle")
      }
      // Without any data, the frame alone.
      lines.append("plot " + (plots + ["NaN notitle"]).joined(separator: ", "))
    }
  }

  /// A number as gnuplot reads it.
  static func number(_ value: Double) -> String {
    if let whole = Int(exactly: value), abs(whole) < 1 << 31 { return "\(whole)" }
    return "\(value)"
  }
}
