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

  /// What is to be said of sizes for dimensions that no network has: of a misspelt one this is the first that is heard,
  /// the second being that the right one is unknown.
  ///
  /// - Parameters:
  ///   - sizes: the sizes by name.
  ///   - networks: the networks that they are given for.
  ///   - origin: where the sizes were given.
  /// - Returns: a line for each such dimension, with those that there are.
  public static func remarks(
    on sizes: [String: Int], for networks: [ImportedNetwork], origin: String
  ) -> [String] {
    let symbols = networks.flatMap(\.symbolicDimensions).uniqued()
    let shown = symbols.prefix(16).map { "'\($0)'" }.joined(separator: ", ")
    let rest = symbols.count > 16 ? " and \(symbols.count - 16) more" : ""
    return sizes.keys.filter { !symbols.contains($0) }.sorted().map { stranger in
      "\(origin): there is no symbolic dimension '\(stranger)'; "
        + (symbols.isEmpty ? "all sizes are fixed" : "there are \(shown)\(rest)")
    }
  }
}
