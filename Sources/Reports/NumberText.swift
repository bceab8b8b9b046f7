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
    return fixed(value, decimals: 3)
  }

  /// A number that is not negative with groups of three digits and so many decimals.
  static func fixed(_ value: Double, decimals: Int) -> String {
    let unit = (0..<decimals).reduce(1) { product, _ in 10 * product }
    guard let scaled = Int(exactly: (value * Double(unit)).rounded()) else { return "\(value)" }
    let fraction = String(scaled % unit)
    return grouped(scaled / unit) + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }

  /// A share or an excess in percent: "99.8 %".
  static func percent(_ share: Double) -> String { "\(fixed(100 * share, decimals: 1)) %" }
}
