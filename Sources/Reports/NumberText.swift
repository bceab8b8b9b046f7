/// Numbers as people read them.
enum NumberText {
  /// A whole number with thin groups of three digits: 1 231 336.
  static func grouped(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += " " }
      text.append(digit)
    }
    return text
  }

  /// A number with groups of three digits, and three decimals unless it is whole.
  static func grouped(_ value: Double) -> String {
    if let whole = Int(exactly: value) { return grouped(whole) }
    let thousandths = Int((value * 1000).rounded())
    let fraction = String(thousandths % 1000)
    return grouped(thousandths / 1000) + "." + String(repeating: "0", count: 3 - fraction.count) + fraction
  }

  /// A share of a whole, in percent: "99.8 %".
  static func percent(_ part: Int, of whole: Int) -> String {
    let tenths = Int((1000 * Double(part) / Double(max(1, whole))).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }
}
