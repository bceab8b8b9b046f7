public import EnergyModel
import Workloads

/// Word widths as users write them: one number for all, or a list such as `inputs=8,weights=8,partial-sums=24`.
public enum WidthsText {
  /// The keys of a list.
  static let keys = ["inputs", "weights", "outputs", "partial-sums"]

  /// The widths that a text stands for; those that a list leaves out are not chosen.
  ///
  /// - Throws: ``FormatError`` for anything that is no width from 1 to 64.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> ChosenWidths {
    if !text.contains("=") {
      guard let count = Int(text), let width = BitWidth(count) else {
        throw FormatError(
          origin: origin,
          message:
            "'\(text)' is no width; \(BitWidth.range.accepted), or a list as inputs=8,weights=8,outputs=8,partial-sums=24"
        )
      }
      return ChosenWidths(WordWidths(width))
    }
    let list = try KeyValueText(text, known: keys, origin: origin)
    func width(_ key: String) throws(FormatError) -> BitWidth? {
      guard let count = try list.integer(key) else { return nil }
      guard let width = BitWidth(count) else {
        throw FormatError(origin: origin, key: key, message: "is \(count); \(BitWidth.range.accepted)")
      }
      return width
    }
    return ChosenWidths(
      inputs: try width("inputs"), weights: try width("weights"), outputs: try width("outputs"),
      partialSums: try width("partial-sums"))
  }

  /// The widths as a list, which ``parse(_:origin:)`` takes back.
  public static func list(_ widths: WordWidths) -> String {
    "inputs=\(widths.inputs.count),weights=\(widths.weights.count),outputs=\(widths.outputs.count),"
      + "partial-sums=\(widths.partialSums.count)"
  }

  /// The widths in short: inputs/weights/outputs/partial sums.
  public static func text(_ widths: WordWidths) -> String {
    "\(widths.inputs.count)/\(widths.weights.count)/\(widths.outputs.count)/\(widths.partialSums.count)"
  }
}
