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

  /// Names with their middles cut out where they would be too wide. Where two would then look alike, their words are cut instead, so
  /// that numbers and what is between words stay: "denseblock1.denselayer3.conv1" may be "d…1.d…3.conv1". What looks alike even so is
  /// numbered.
  static func fittedNames(_ names: [String], within width: Double) -> [String] {
    let cut = names.map { fittedName($0, within: width) }
    let shared = Self.shared(cut, by: names)
    let labels = zip(names, cut).map { name, cut in
      shared.contains(cut) ? withWordsCut(PlotText.visible(name), within: width) ?? cut : cut
    }
    let alike = Self.shared(labels, by: names)
    if alike.isEmpty { return labels }
    var taken = Set(labels)
    var numbered: [String: String] = [:]
    for (name, label) in zip(names, labels) where alike.contains(label) && numbered[name] == nil {
      var (number, own) = (0, label)
      while !taken.insert(own).inserted {
        number += 1
        own = fittedName(name, within: width - of(" #\(number)")) + " #\(number)"
      }
      numbered[name] = own
    }
    return zip(names, labels).map { name, label in numbered[name] ?? label }
  }

  /// The labels that different names have.
  private static func shared(_ labels: [String], by names: [String]) -> Set<String> {
    Set(Dictionary(grouping: zip(labels, names), by: \.0).filter { Set($0.value.map(\.1)).count > 1 }.keys)
  }

  /// A name whose longest words are cut at their ends, as few of them and as few letters as it takes; nil where that does not
  /// suffice.
  private static func withWordsCut(_ name: String, within width: Double) -> String? {
    let lengths = Set(name.split { !$0.isLetter }.map(\.count)).sorted(by: >)
    for least in lengths {
      for most in stride(from: least - 2, to: 0, by: -1) {
        let shown = name.replacing(#/\p{L}+/#) { word in
          word.output.count >= least ? word.output.prefix(most) + "…" : word.output
        }
        if of(shown) <= width { return shown }
      }
    }
    return nil
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
