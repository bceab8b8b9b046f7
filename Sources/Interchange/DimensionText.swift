/// Sizes of symbolic dimensions as users write them, `batch=1`.
public enum DimensionText {
  /// The largest size.
  public static let largestSize = 1 << 31

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
}
