extension Int {
  /// The number with its digits in groups of three: 1 231 336.
  package var groupedDigits: String {
    let digits = Array(String(magnitude))
    var text = self < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += " " }
      text.append(digit)
    }
    return text
  }

  /// The form of a noun that goes with the number: "record" or "records".
  package func form(of noun: String, _ plural: String? = nil) -> String { self == 1 ? noun : plural ?? "\(noun)s" }
}
