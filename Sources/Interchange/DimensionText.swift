import Workloads

/// Sizes of symbolic dimensions as users write them, `batch=1`.
public enum DimensionText {
  /// The largest size.
  public static let largestSize = Layer.largestSize

  /// The sizes by name. A name ends at the last equals sign: models have names such as `floor(w/2)=h`.
  ///
  /// - Throws: ``FormatError`` for a text that is no `name=size`, and for a name given twice.
  public static func parse(_ texts: [String], origin: String) throws(FormatError) -> [String: Int] {
    var sizes: [String: Int] = [:]
    for text in texts {
      guard let equals = text.lastIndex(of: "="), equals != text.startIndex,
        let size = Int(text[text.index(after: equals)...]), (1...largestSize).contains(size)
      else {
        throw FormatError(
          origin: origin, message: "'\(text)' is no name=size with a size from 1 to \(largestSize), as in batch=1")
      }
      if sizes.updateValue(size, forKey: String(text[..<equals])) != nil {
        throw FormatError(origin: origin, message: "'\(text[..<equals])' is given twice")
      }
    }
    return sizes
  }

  /// Refuses sizes for dimensions that no network has, see ``remarks(on:for:origin:)``: of a misspelt one this is what is
  /// heard, before that the right one is unknown.
  ///
  /// - Throws: ``FormatError`` that names the first.
  public static func refuse(
    _ sizes: [String: Int], unknownTo networks: [ImportedNetwork], origin: String
  ) throws(FormatError) {
    guard let stranger = strangers(sizes, networks).first else { return }
    throw FormatError(origin: origin, message: stranger)
  }

  /// What is to be said of sizes for dimensions that no network has, where these take the place of others that may have them.
  ///
  /// - Parameters:
  ///   - sizes: the sizes by name.
  ///   - networks: the networks that they are given for.
  ///   - origin: where the sizes were given.
  /// - Returns: a line for each such dimension, with those that there are.
  public static func remarks(
    on sizes: [String: Int], for networks: [ImportedNetwork], origin: String
  ) -> [String] {
    strangers(sizes, networks).map { "\(origin): \($0)" }
  }

  /// That some dimensions are in no network, a text for each.
  private static func strangers(_ sizes: [String: Int], _ networks: [ImportedNetwork]) -> [String] {
    let symbols = networks.flatMap(\.symbolicDimensions).uniqued()
    let shown = symbols.prefix(16).map { "'\($0)'" }.joined(separator: ", ")
    let rest = symbols.count > 16 ? " and \(symbols.count - 16) more" : ""
    return sizes.keys.filter { !symbols.contains($0) }.sorted().map { stranger in
      "there is no symbolic dimension '\(stranger)'; "
        + (symbols.isEmpty ? "all sizes are fixed" : "there are \(shown)\(rest)")
    }
  }
}
