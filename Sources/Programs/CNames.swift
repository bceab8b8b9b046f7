/// The names of a program, all of which begin with that of its layer.
struct CNames {
  /// The layer's name as an identifier.
  let layer: String
  /// The number of the piece that some names are of, where there are several.
  var piece: Int?

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

  /// A function or a type: `conv2_run`, and `conv2_state_1` of a piece.
  func callAsFunction(_ name: String) -> String { "\(layer)_\(name)\(suffix(name))" }

  /// A macro: `CONV2_COPY_IN`, and `CONV2_INPUTS_AT_1` of a piece.
  func macro(_ name: String) -> String { "\(layer.uppercased())_\(name)\(suffix(name))" }

  private func suffix(_ name: String) -> String {
    piece.flatMap { Self.ofPieces.contains(name) ? "_\($0)" : nil } ?? ""
  }

  /// What each piece has its own of.
  private static let ofPieces: Set<String> = [
    "state", "run", "keep_inputs", "keep_weights", "keep_outputs", "write_outputs", "read_inputs", "move", "INPUTS_AT",
    "WEIGHTS_AT", "OUTPUTS_AT",
  ]

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
