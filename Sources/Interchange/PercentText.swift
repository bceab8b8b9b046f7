import Foundation

/// A share as users write it: 5%, 0.5 %.
public enum PercentText {
  /// The share that a text stands for: 0.05 for "5%".
  ///
  /// - Parameters:
  ///   - text: a number with a percent sign. A bare number but 0 is refused, since 5 may mean 5% as well as 500%.
  ///   - origin: where the text stands, for the error.
  /// - Returns: a share from 0 to 10.
  /// - Throws: ``FormatError`` for anything else.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Double {
    let isPercent = text.hasSuffix("%")
    let number = isPercent ? text.dropLast().trimmingCharacters(in: .whitespaces) : text
    let isPlain = !number.isEmpty && number.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard isPlain, let value = Double(number), value.isFinite, let percent = Decimal(string: number) else {
      throw FormatError(
        origin: origin, message: "'\(text)' is no share; a number with a percent sign is expected, as 5%")
    }
    guard isPercent || value == 0 else {
      throw FormatError(
        origin: origin, message: "'\(text)' may mean \(percent)% or \(100 * percent)%; write it with the percent sign")
    }
    guard value <= 1000 else {
      throw FormatError(origin: origin, message: "'\(text)' is out of range; 0% to 1000% is accepted")
    }
    return value / 100
  }
}
