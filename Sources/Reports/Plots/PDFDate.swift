import Foundation

/// When a PDF was made, which it says itself, so that equal figures would not be equal files.
enum PDFDate {
  private static let key = Data("/CreationDate (D:".utf8)

  /// The document with the beginning of 1970 in place of its date, where that stands in it as a text; as long as before, since it has a
  /// table of places.
  static func removed(from pdf: Data) -> Data {
    guard let found = pdf.range(of: key) else { return pdf }
    var dated = pdf
    let digits = Array("19700101000000".utf8)
    for (offset, digit) in digits.enumerated() {
      let place = found.upperBound + offset
      guard place < dated.endIndex, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(dated[place]) else { break }
      dated[place] = digit
    }
    return dated
  }
}
