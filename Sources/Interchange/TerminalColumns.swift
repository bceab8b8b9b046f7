/// How many columns of a terminal texts take: letters of East Asian scripts and most emoji take two, marks upon letters none.
extension StringProtocol {
  /// The columns that the text takes.
  package var columns: Int {
    utf8.allSatisfy { $0 < 0x80 } ? utf8.count : reduce(0) { $0 + $1.columns }
  }

  /// What there is room for in so many columns, from the start.
  package func prefix(columns most: Int) -> SubSequence {
    var room = most
    return prefix { character in
      room -= character.columns
      return room >= 0
    }
  }

  /// What there is room for in so many columns, up to the end.
  package func suffix(columns most: Int) -> SubSequence {
    var room = most
    var start = endIndex
    while start > startIndex {
      let before = index(before: start)
      room -= self[before].columns
      if room < 0 { break }
      start = before
    }
    return self[start...]
  }
}

extension Character {
  /// The columns that the letter takes with all marks upon it.
  fileprivate var columns: Int {
    guard let first = unicodeScalars.first else { return 0 }
    if isASCII { return 1 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    let isWide =
      first.properties.isEmojiPresentation || unicodeScalars.contains("\u{FE0F}")
      || Self.wide.contains { $0.contains(first.value) }
    return isWide ? 2 : 1
  }

  /// The scripts and forms that Unicode's annex 11 calls wide.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
    0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
  ]
}
