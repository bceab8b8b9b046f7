import Foundation

/// How wide texts get, for the room that they need.
enum TextWidth {
  /// At least the width of a text in the widest of the usual sans-serif fonts, in pixels.
  static func of(_ text: String, size: Int = Figure.fontSize) -> Double {
    text.unicodeScalars.reduce(0.0) { $0 + ems($1) } * Double(size)
  }

  private static func ems(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case " ", ".", ",", ":", ";", "i", "j", "l", "I", "'", "|", "(", ")", "[", "]", "/", "-": 0.4
    case "m", "w", "M", "W", "%", "@": 0.95
    case "A"..."Z", "_", "&", "#", "+", "=", "×", "<", ">", "~": 0.75
    case let other where other.value >= 0x1100: 1.05
    default: 0.62
    }
  }

  /// A title of the form "subject: what of it", whose subject is cut off where it would be too wide.
  static func fittedTitle(_ title: String, within width: Double, size: Int) -> String {
    guard let end = title.range(of: ": ", options: .backwards) else { return fitted(title, within: width, size: size) }
    let rest = String(title[end.lowerBound...])
    let subject = fitted(String(title[..<end.lowerBound]), within: width - of(rest, size: size), size: size)
    return fitted(subject + rest, within: width, size: size)
  }

  /// A name with its middle cut out where it would be too wide: names of layers differ at their ends.
  static func fittedName(_ name: String, within width: Double, size: Int = Figure.fontSize) -> String {
    let plain = Array(PlotText.visible(name))
    if of(String(plain), size: size) <= width { return String(plain) }
    // Of both ends as many letters, one by one, as long as there is room.
    var (head, tail) = (0, 0)
    func shown(_ head: Int, _ tail: Int) -> String { String(plain.prefix(head)) + "…" + String(plain.suffix(tail)) }
    while head + tail < plain.count {
      let isNextAtEnd = tail <= head
      let (longerHead, longerTail) = isNextAtEnd ? (head, tail + 1) : (head + 1, tail)
      if of(shown(longerHead, longerTail), size: size) > width { break }
      (head, tail) = (longerHead, longerTail)
    }
    return shown(head, tail)
  }

  /// A text with its end cut off where it would be too wide.
  static func fitted(_ text: String, within width: Double, size: Int = Figure.fontSize) -> String {
    let plain = PlotText.visible(text)
    if of(plain, size: size) <= width { return plain }
    var shown = plain
    while !shown.isEmpty, of(shown + "…", size: size) > width { shown.removeLast() }
    return shown + "…"
  }
}
