import Foundation

/// A share as users write it: 5%, 0.5 %, or 0.05.
public enum PercentText {
  /// The share that a text stands for: 0.05 for "5%".
  ///
  /// - Parameters:
  ///   - text: a number, with a percent sign or as a fraction.
  ///   - origin: where the text stands, for the error.
  /// - Returns: a share from 0 to 10.
  /// - Throws: ``FormatError`` for anything else.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Double {
    let number = text.hasSuffix("%") ? text.dropLast().trimmingCharacters(in: .whitespaces) : text
    let isPlain = !number.isEmpty && number.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard isPlain, let value = Double(number), value.isFinite else {
      throw FormatError(origin: origin, message: "'\(text)' is no share; a number is expected, as in 5% or 0.05")
    }
    let share = text.hasSuffix("%") ? value / 100 : value
    guard share <= 10 else {
      throw FormatError(origin: origin, message: "'\(text)' is out of range; 0% to 1000% is accepted")
    }
    return share
  }
}
