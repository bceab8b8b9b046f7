import Interchange

/// Lines of text where they have to fit a width.
public enum TextLines {
  /// Lines as they are, or broken at blanks where they are longer than a width.
  ///
  /// What follows of a line is indented as what stands behind a label is, `energy     12 bit`, or else by two more blanks
  /// than the line, as far as there is room for some words. A word that is longer than the width stays whole, and so does a number of groups of digits, with its percent sign.
  ///
  /// - Parameters:
  ///   - lines: the lines.
  ///   - width: the most columns of a line, or nil for any number.
  /// - Returns: the lines.
  public static func fitted(_ lines: [String], width: Int?) -> [String] {
    guard let width else { return lines }
    return lines.flatMap { $0.split(separator: "\n", omittingEmptySubsequences: false) }.flatMap { line in
      line.columns > width ? broken(String(line), width) : [String(line)]
    }
  }

  /// Characters that a wide line has left where what follows of it is indented, at least.
  private static let leastRoom = 16

  private static func broken(_ line: String, _ width: Int) -> [String] {
    let indent = line.prefix { $0 == " " }
    let label = line.prefixMatch(of: #/ +[a-z]+( of)? {2,}/#)?.output.0 ?? indent + "  "
    let following = String(repeating: " ", count: min(label.count, max(width / 2, width - leastRoom, indent.count)))
    var lines = [String(indent)]
    var isEmpty = true
    for word in words(line.dropFirst(indent.count)) {
      if !isEmpty, lines[lines.count - 1].columns + 1 + word.columns > width {
        lines.append(following)
        isEmpty = true
      }
      lines[lines.count - 1] += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    return lines
  }

  /// What stands between blanks, where no digit stands on both sides, nor a percent sign behind.
  private static func words(_ text: Substring) -> [String] {
    var words: [String] = []
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if let last = words.last?.last, last.isNumber, word.first.map({ $0.isNumber || $0 == "%" }) == true {
        words[words.count - 1] += " " + word
      } else {
        words.append(String(word))
      }
    }
    return words
  }
}
