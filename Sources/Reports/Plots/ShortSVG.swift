/// A drawing of gnuplot's in fewer bytes: the same marks in the same order.
///
/// gnuplot opens a group for each mark, and writes each mark with all its attributes. Groups without anything in them are left out,
/// groups and paths with the same attributes that follow each other become one, and so do polygons, as paths. Marks that it defines
/// and nothing uses are left out as well.
struct ShortSVG {
  private typealias Bytes = [UInt8]

  /// A tag or what stands between two.
  private enum Piece {
    case open(Bytes)
    case close(Bytes)
    /// An element without contents.
    case whole(Bytes)
    case path(Path)
    case text(Bytes)
  }

  /// A path: what stands before, in and behind its line.
  private struct Path {
    let start: Bytes
    var line: Bytes
    let end: Bytes
  }

  private var pieces: [Piece] = []
  private var used: Set<Bytes> = []
  /// The opening tags of what is open.
  private var open: [Bytes] = []
  /// The opening tag of the group that ended with the last piece, if one did.
  private var ended: Bytes?
  /// Where the group that was opened last is moved to, for the text in it.
  private var place: (x: Bytes, y: Bytes)?
  /// How many elements are open in which every blank counts.
  private var textDepth = 0

  /// What was added, as text.
  var text: String {
    var text: Bytes = []
    // Of definitions that nothing uses, which may have contents.
    var depthLeftOut = 0
    for piece in pieces {
      switch piece {
      case .open(let tag):
        if depthLeftOut > 0 || tag.starts(with: "<filter ".utf8) && isUnused(tag) { depthLeftOut += 1 }
        if depthLeftOut == 0 { text += tag }
      case .close(let tag):
        if depthLeftOut == 0 { text += tag }
        depthLeftOut = max(0, depthLeftOut - 1)
      case .whole(let tag): if depthLeftOut == 0, !isUnused(tag) { text += tag }
      case .path(let path):
        if depthLeftOut > 0 { continue }
        text += path.start
        text += path.line
        text += path.end
      case .text(let contents): if depthLeftOut == 0 { text += contents }
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether a tag defines what no tag uses.
  private func isUnused(_ tag: Bytes) -> Bool {
    Self.value(of: .id, in: tag).map { !used.contains(Array(tag[$0])) } ?? false
  }

  /// Adds a tag as gnuplot writes it.
  ///
  /// - Parameters:
  ///   - tag: the tag in UTF-8.
  ///   - inherited: attributes that the drawing has as a whole, with a blank before them, which are left out.
  mutating func add(tag: some Collection<UInt8>, without inherited: [UInt8] = []) {
    var tag = Self.normal(tag)
    if let range = tag.firstRange(ofBytes: inherited) { tag.removeSubrange(range) }
    for mark in Self.references {
      guard let start = tag.firstRange(ofBytes: mark)?.upperBound else { continue }
      used.insert(Array(tag[start...].prefix { $0 != UInt8(ascii: "'") && $0 != UInt8(ascii: ")") }))
    }
    if tag.starts(with: "</".utf8) {
      close(tag)
    } else if tag.suffix(2).elementsEqual("/>".utf8) {
      addWhole(tag)
    } else {
      if Self.isText(tag) {
        textDepth += 1
        if let place, tag.elementsEqual("<text>".utf8) {
          tag = Self.joined(["<text x='".utf8, "' y='".utf8, "'>".utf8], around: [place.x[...], place.y[...]])
        }
        place = nil
      } else if let (place, rest) = Self.moved(tag) {
        (self.place, tag) = (place, rest)
      }
      open.append(tag)
      // Of a group that has just ended, with the same attributes, this one is the rest.
      if ended == tag { pieces.removeLast() } else { pieces.append(.open(tag)) }
      ended = nil
    }
  }

  /// Adds what stands between two tags.
  mutating func add(text: some Collection<UInt8>) {
    if textDepth > 0, !text.isEmpty { pieces.append(.text(Array(text))) }
  }

  private static let references = ["href='#", "url(#"].map { Array($0.utf8) }

  private mutating func close(_ tag: Bytes) {
    if Self.isText(tag) { textDepth -= 1 }
    let opened = open.popLast() ?? []
    if case .open(let last)? = pieces.last, tag.elementsEqual("</g>".utf8), last == opened {
      pieces.removeLast()
      // What ended before it is not known any more: groups are then two and not one.
      ended = nil
    } else {
      pieces.append(.close(tag))
      ended = opened.starts(with: "<g ".utf8) ? opened : nil
    }
  }

  private mutating func addWhole(_ tag: Bytes) {
    ended = nil
    let mark = Self.path(ofPolygon: tag) ?? tag
    guard let next = Self.path(mark) else {
      pieces.append(.whole(mark))
      return
    }
    if case .path(var path)? = pieces.last, path.start == next.start, path.end == next.end {
      // Held nowhere else, the line grows where it is.
      pieces.removeLast()
      path.line += next.line
      pieces.append(.path(path))
    } else {
      pieces.append(.path(next))
    }
  }

  /// Where the group that a tag opens is moved to and the tag without that; nil for a tag of another kind.
  private static func moved(_ tag: Bytes) -> (place: (x: Bytes, y: Bytes), rest: Bytes)? {
    // Only groups of texts have fonts.
    guard tag.starts(with: "<g transform=".utf8), tag.firstRange(ofBytes: fontSize) != nil,
      let value = value(of: .transform, in: tag)
    else { return nil }
    let move = tag[value]
    guard move.starts(with: "translate(".utf8), move.last == UInt8(ascii: ")") else { return nil }
    let numbers = move.dropFirst("translate(".utf8.count).dropLast().split(separator: UInt8(ascii: ","))
    guard numbers.count == 2, numbers.allSatisfy({ number($0) != nil }) else { return nil }
    // With the attribute's name before it, and the quotation mark and the blank behind.
    let range = value.lowerBound - "transform='".utf8.count..<value.upperBound + 2
    guard tag.count > range.upperBound, tag[range.upperBound - 1] == UInt8(ascii: " ") else { return nil }
    var rest = tag
    rest.removeSubrange(range)
    return ((Array(numbers[0]), Array(numbers[1])), rest)
  }

  private static let fontSize = Array(" font-size=".utf8)

  private static func isText(_ tag: Bytes) -> Bool {
    tag.starts(with: "<text".utf8) || tag.starts(with: "</text".utf8)
  }

  /// A tag without blanks that say nothing, and with numbers without zeros at their ends.
  private static func normal(_ tag: some Collection<UInt8>) -> Bytes {
    let bytes = Array(tag)
    let (blank, equals, point, zero, nine) = (
      UInt8(ascii: " "), UInt8(ascii: "="), UInt8(ascii: "."), UInt8(ascii: "0"), UInt8(ascii: "9")
    )
    var normal: Bytes = []
    normal.reserveCapacity(bytes.count)
    var last: UInt8?
    var quote: UInt8?
    var index = 0
    func endsBlanks(_ byte: UInt8) -> Bool {
      byte == equals || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ">")
    }
    while index < bytes.count {
      var byte = bytes[index]
      index += 1
      if byte <= blank {
        byte = blank
        if last == blank || quote == nil && last == equals { continue }
      } else if byte == quote {
        quote = nil
        if last == blank { normal.removeLast() }
      } else if quote == nil {
        if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { quote = byte }
        if last == blank, endsBlanks(byte) { normal.removeLast() }
      } else if byte == point, let before = last, (zero...nine).contains(before) {
        let start = index
        while index < bytes.count, (zero...nine).contains(bytes[index]) { index += 1 }
        var end = index
        while end > start, bytes[end - 1] == zero { end -= 1 }
        if end > start {
          normal.append(point)
          normal += bytes[start..<end]
          last = bytes[end - 1]
        }
        continue
      }
      normal.append(byte)
      last = byte
    }
    return normal
  }

  /// A polygon as a path, or nil for anything else.
  private static func path(ofPolygon tag: Bytes) -> Bytes? {
    guard tag.starts(with: "<polygon ".utf8), let points = value(of: .points, in: tag) else { return nil }
    let corners = tag[points]
    guard let end = corners.firstIndex(of: UInt8(ascii: " ")) else { return nil }
    let attributes = tag["<polygon ".utf8.count..<points.lowerBound - "points='".utf8.count]
    let rest = tag[(points.upperBound + 1)...]
    return joined(
      ["<path ".utf8, "d='M".utf8, " L".utf8, "Z'".utf8],
      around: [attributes, corners[..<end], corners[(end + 1)...], rest])
  }

  /// Texts with bytes between them, and behind the last one where there are as many.
  private static func joined(_ texts: [String.UTF8View], around parts: [ArraySlice<UInt8>]) -> Bytes {
    var joined: Bytes = []
    for (index, text) in texts.enumerated() {
      joined += text
      if index < parts.count { joined += parts[index] }
    }
    return joined
  }

  /// A path's line of two points with the second told from the first, which takes fewer digits.
  private static func shortened(_ line: ArraySlice<UInt8>) -> Bytes {
    let points = line.dropFirst().split(separator: UInt8(ascii: " "), maxSplits: 2)
    guard points.count == 2, points[1].first == UInt8(ascii: "L"), let from = coordinates(points[0]),
      let to = coordinates(points[1].dropFirst())
    else { return Array(line) }
    return joined(["M".utf8, "l\(text(to.x - from.x)),\(text(to.y - from.y))".utf8], around: [points[0]])
  }

  /// Two coordinates in hundredths.
  private static func coordinates(_ point: ArraySlice<UInt8>) -> (x: Int, y: Int)? {
    let parts = point.split(separator: UInt8(ascii: ",")).compactMap(number)
    return parts.count == 2 ? (Int((100 * parts[0]).rounded()), Int((100 * parts[1]).rounded())) : nil
  }

  private static func number(_ text: ArraySlice<UInt8>) -> Double? { Double(String(decoding: text, as: UTF8.self)) }

  /// Hundredths as a number.
  private static func text(_ hundredths: Int) -> String {
    hundredths % 100 == 0 ? "\(hundredths / 100)" : "\(Double(hundredths) / 100)"
  }

  /// A path whose line is all that tells it from others and whose dashes do not go on from one to the next.
  private static func path(_ tag: Bytes) -> Path? {
    guard tag.starts(with: "<path ".utf8), tag.firstRange(ofBytes: anyID) == nil, let line = value(of: .line, in: tag),
      tag[line].first == UInt8(ascii: "M")
    else { return nil }
    return Path(
      start: Array(tag[..<line.lowerBound]), line: shortened(tag[line]), end: Array(tag[line.upperBound...]))
  }

  private static let anyID = Array(" id=".utf8)

  /// An attribute, as it begins with either of the quotation marks.
  private struct Attribute {
    let beginnings: [(quote: UInt8, text: Bytes)]

    init(_ name: String) {
      beginnings = ["'", "\""].map { (Array($0.utf8)[0], Array(" \(name)=\($0)".utf8)) }
    }

    static let id = Attribute("id")
    static let line = Attribute("d")
    static let points = Attribute("points")
    static let transform = Attribute("transform")
  }

  /// Where a tag has the value of an attribute.
  private static func value(of attribute: Attribute, in tag: Bytes) -> Range<Int>? {
    for (quote, beginning) in attribute.beginnings {
      guard let start = tag.firstRange(ofBytes: beginning)?.upperBound, let end = tag[start...].firstIndex(of: quote)
      else { continue }
      return start..<end
    }
    return nil
  }
}

extension [UInt8] {
  /// Where other bytes occur first; nil for none.
  func firstRange(ofBytes other: [UInt8]) -> Range<Int>? {
    guard let first = other.first, count >= other.count else { return nil }
    for start in 0...count - other.count where self[start] == first {
      if self[start..<start + other.count].elementsEqual(other) { return start..<start + other.count }
    }
    return nil
  }
}
