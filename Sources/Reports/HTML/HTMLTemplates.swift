import Mustache

/// The page's templates, which are files beside the sources.
enum HTMLTemplates {
  static let style = Embedded.report_css
  static let script = Embedded.report_js

  /// A page.
  ///
  /// - Parameters:
  ///   - page: what its template is filled with.
  ///   - template: the template's name.
  /// - Returns: the page.
  /// - Throws: if a template is wrong, which the tests exclude.
  static func render(_ page: Any, template: String) throws -> String {
    MustacheContentTypes.register(EscapedHTML(), named: EscapedHTML.name)
    var library = MustacheLibrary()
    for (name, file) in [
      ("page", Embedded.page_mustache), ("validation", Embedded.validation_mustache),
      ("asked", Embedded.asked_mustache),
      ("summary", Embedded.summary_mustache), ("layers", Embedded.layers_mustache),
      ("figures", Embedded.figures_mustache), ("mappings", Embedded.mappings_mustache),
    ] {
      // Every template has a way of escaping of its own, also one that is part of another.
      try library.register("{{%CONTENT_TYPE:\(EscapedHTML.name)}}" + file, named: name)
    }
    return library.render(page, withTemplate: template) ?? ""
  }
}

/// Text made safe for HTML, in elements and in quoted attributes.
///
/// The library's own way goes by grapheme clusters: there a quote or an angle bracket next to a combining mark is
/// another character and stays as it is, and names could hold those. Here each scalar counts for itself.
struct EscapedHTML: MustacheContentType {
  static let name = "ESCAPED"

  func escapeText(_ text: String) -> String { Self.escaped(text) }

  /// A text with entities for what HTML would take for its own.
  static func escaped(_ text: String) -> String {
    if !text.utf8.contains(where: { entity(of: $0) != nil }) { return text }
    var escaped: [UInt8] = []
    for byte in text.utf8 {
      if let entity = entity(of: byte) { escaped += entity.utf8 } else { escaped.append(byte) }
    }
    return String(decoding: escaped, as: UTF8.self)
  }

  /// What stands for a byte. No byte of a scalar beyond ASCII is one of these.
  private static func entity(of byte: UInt8) -> String? {
    switch byte {
    case UInt8(ascii: "<"): "&lt;"
    case UInt8(ascii: ">"): "&gt;"
    case UInt8(ascii: "&"): "&amp;"
    case UInt8(ascii: "\""): "&quot;"
    case UInt8(ascii: "'"): "&#39;"
    default: nil
    }
  }
}
