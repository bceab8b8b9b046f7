/// The names of a program, all of which begin with that of its layer.
struct CNames {
  /// The layer's name as an identifier.
  let layer: String

  /// The names for a layer: letters, digits and underscores of its name, whatever else is in it.
  init(_ name: String) {
    let known = name.unicodeScalars.map { scalar -> Character in
      let isKnown = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
      return isKnown ? Character(scalar) : "_"
    }
    // Names that begin with an underscore are the compiler's.
    let identifier = String(String(known).drop { $0 == "_" }.prefix(40))
    layer = identifier.first?.isLetter == true ? identifier : "layer_\(identifier)"
  }

  /// A function or a type: `conv2_run`.
  func callAsFunction(_ name: String) -> String { "\(layer)_\(name)" }

  /// A macro: `CONV2_COPY_IN`.
  func macro(_ name: String) -> String { "\(layer.uppercased())_\(name)" }

  /// A text that stands in a comment: what would end one, or the line, is taken out.
  static func comment(_ text: String) -> String {
    let shown = text.unicodeScalars.map { scalar -> String in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: "?"
      default: String(scalar)
      }
    }
    .joined()
    return String(shown.prefix(200)).replacing("*/", with: "* /").replacing("/*", with: "/ *").replacing(
      "\\", with: "/")
  }
}
