/// A colour of a figure.
public enum Colour: Hashable, Sendable {
  /// What the page's text has: black on paper, light on a dark screen.
  case ink
  /// Red, green and blue of one byte each, as in 0x0072B2.
  case rgb(UInt32)

  // The palette of Okabe and Ito, which readers with any kind of colour vision can tell apart.

  /// The palette's orange.
  public static let orange = Colour.rgb(0xE69F00)
  /// The palette's sky blue.
  public static let skyBlue = Colour.rgb(0x56B4E9)
  /// The palette's bluish green.
  public static let green = Colour.rgb(0x009E73)
  /// The palette's yellow, too faint for a thin line on white.
  public static let yellow = Colour.rgb(0xF0E442)
  /// The palette's blue.
  public static let blue = Colour.rgb(0x0072B2)
  /// The palette's vermilion.
  public static let vermilion = Colour.rgb(0xD55E00)
  /// The palette's reddish purple.
  public static let purple = Colour.rgb(0xCC79A7)
  /// In place of the palette's black where that stands for something else.
  public static let grey = Colour.rgb(0x808080)

  /// Colours for curves in their order; the palette's yellow is too faint for a line on white.
  static let ofCurves: [Colour] = [.blue, .vermilion, .green, .purple, .orange, .skyBlue, .ink, .grey]

  /// The colour between this one and another, which is red, green and blue as in ``rgb(_:)``.
  func halfWay(to other: UInt32) -> Colour {
    guard case .rgb(let value) = self else { return .rgb(other) }
    return .rgb((value >> 1 & 0x7F7F7F) + (other >> 1 & 0x7F7F7F))
  }

  /// Black or white, whichever can be read on this colour.
  var readable: Colour {
    guard case .rgb(let value) = self else { return .rgb(0xFFFFFF) }
    func channel(_ shift: UInt32) -> Double { Double((value >> shift) & 0xFF) / 255 }
    let lightness = 0.299 * channel(16) + 0.587 * channel(8) + 0.114 * channel(0)
    return .rgb(lightness > 0.5 ? 0x000000 : 0xFFFFFF)
  }

  /// As gnuplot takes it: its own black is named, which tells it from a black that is to stay black everywhere.
  var specification: String {
    switch self {
    case .ink: "black"
    case .rgb(let value):
      "rgb '#\(String(repeating: "0", count: 6 - String(value, radix: 16).count))\(String(value, radix: 16))'"
    }
  }
}
