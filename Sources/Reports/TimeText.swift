/// Times in words.
enum TimeText {
  /// A time of so many seconds: "1.23 ms".
  static func text(_ seconds: Double) -> String { Quantity(name: "time", unit: "s").text(seconds) }
}
