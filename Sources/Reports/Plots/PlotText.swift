import Interchange

/// Texts of figures in the languages that carry them. Names come from files and may hold anything.
enum PlotText {
  /// A text in one line, with characters that neither a script nor a page can hold made visible.
  static func visible(_ text: String) -> String {
    FormatError.oneLine(text).unicodeScalars.map { scalar in
      scalar.value & 0xFFFE == 0xFFFE ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
    }.joined()
  }

  /// A file's name of several parts.
  static func fileName(_ parts: [String]) -> String { parts.map { fileName($0) }.joined(separator: "-") }

  /// A string of gnuplot's: in single quotes nothing but the quote itself has a meaning, neither backslashes nor
  /// backquotes nor macros.
  ///
  /// Apostrophes take their typographic form: gnuplot does not know a doubled quote where a string begins with it.
  static func quoted(_ text: String) -> String { "'" + replace(visible(text), ["'": "’"]) + "'" }

  /// The label of a tick, which gnuplot takes for a format of the tick's position.
  static func quotedLabel(_ text: String) -> String { quoted(replace(text, ["%": "%%"])) }

  /// A text with a box for what fonts may lack: letters of scripts other than Latin, Greek and Cyrillic, and pictures.
  ///
  /// Where a font lacks a letter, gnuplot's terminals by cairo spoil the whole picture with the letter's code in large digits.
  static func drawable(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar.value {
      case 0..<0x0300, 0x0370..<0x0530, 0x1E00..<0x2800: String(scalar)
      // A mark belongs to the letter before it.
      case 0x0300..<0x0370, 0xFE00..<0xFE10: ""
      default: "□"
      }
    }.joined()
  }

  /// A text for XML, inside of elements and of attributes.
  static func escaped(_ text: String) -> String {
    replace(visible(text), ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;"])
  }

  /// Replaces scalars and not characters: a quote with an accent is a quote to whoever reads the text.
  private static func replace(_ text: String, _ replacements: [Unicode.Scalar: String]) -> String {
    text.unicodeScalars.map { replacements[$0] ?? String($0) }.joined()
  }

  /// A text as a part of a file's name: at most 40 lower-case letters, digits and single hyphens.
  static func fileName(_ text: String) -> String {
    var name = ""
    for character in text.lowercased() {
      if character.isASCII, character.isLetter || character.isNumber {
        name.append(character)
      } else if name.last != "-", !name.isEmpty {
        name.append("-")
      }
    }
    name = String(name.prefix(40))
    while name.last == "-" { name.removeLast() }
    return name.isEmpty ? "x" : name
  }
}
