import Foundation

/// A drawing of gnuplot's in fewer bytes: the same marks in the same order.
///
/// gnuplot opens a group for each mark, and writes each mark with all its attributes. Groups without anything in them are left out,
/// groups and paths with the same attributes that follow each other become one, and so do polygons, as paths. Marks that it defines
/// and nothing uses are left out as well.
struct ShortSVG {
  /// A tag or what stands between two.
  private enum Piece {
    case open(String)
    case close(String)
    /// An element without contents.
    case whole(String)
    case text(String)
  }

  private var pieces: [Piece] = []
  private var used: Set<Substring> = []
  /// The opening tags of what is open.
  private var open: [String] = []
  /// The opening tag of the group that ended with the last piece, if one did.
  private var ended: String?
  /// Where the group that was opened last is moved to, for the text in it.
  private var place: (x: Substring, y: Substring)?
  /// How many elements are open in which every blank counts.
  private var textDepth = 0

  /// What was added, as text.
  var text: String {
    var text = ""
    // Of definitions that nothing uses, which may have contents.
    var depthLeftOut = 0
    for piece in pieces {
      switch piece {
      case .open(let tag):
        if depthLeftOut > 0 || tag.hasPrefix("<filter ") && isUnused(tag) { depthLeftOut += 1 }
        if depthLeftOut == 0 { text += tag }
      case .close(let tag):
        if depthLeftOut == 0 { text += tag }
        depthLeftOut = max(0, depthLeftOut - 1)
      case .whole(let tag): if depthLeftOut == 0, !isUnused(tag) { text += tag }
      case .text(let contents): if depthLeftOut == 0 { text += contents }
      }
    }
    return text
  }

  /// Whether a tag defines what no tag uses.
  private func isUnused(_ tag: String) -> Bool {
    Self.value(of: "id", in: tag).map { !used.contains($0) } ?? false
  }

  /// Adds a tag as gnuplot writes it.
  ///
  /// - Parameters:
  ///   - tag: the tag.
  ///   - inherited: attributes that the drawing has as a whole, which are left out.
  mutating func add(tag: String, without inherited: String = "") {
    var tag = Self.normal(tag)
    if !inherited.isEmpty, let range = tag.range(of: " " + inherited) { tag.removeSubrange(range) }
    for mark in ["href='#", "url(#"] {
      guard let start = tag.range(of: mark) else { continue }
      used.insert(tag[start.upperBound...].prefix { $0 != "'" && $0 != ")" })
    }
    if tag.hasPrefix("</") {
      close(tag)
    } else if tag.hasSuffix("/>") {
      addWhole(tag)
    } else {
      if Self.isText(tag) {
        textDepth += 1
        if let place, tag == "<text>" { tag = "<text x='\(place.x)' y='\(place.y)'>" }
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
  mutating func add(text: String) {
    if textDepth > 0, !text.isEmpty { pieces.append(.text(text)) }
  }

  private mutating func close(_ tag: String) {
    if Self.isText(tag) { textDepth -= 1 }
    let opened = open.popLast() ?? ""
    if case .open(let last)? = pieces.last, tag == "</g>", last == opened {
      pieces.removeLast()
      // What ended before it is not known any more: groups are then two and not one.
      ended = nil
    } else {
      pieces.append(.close(tag))
      ended = opened.hasPrefix("<g ") ? opened : nil
    }
  }

  private mutating func addWhole(_ tag: String) {
    ended = nil
    let mark = Self.path(tag) ?? tag
    guard let (start, line, end) = Self.parts(ofPath: mark), case .whole(let before)? = pieces.last,
      let (otherStart, otherLine, otherEnd) = Self.parts(ofPath: before), (start, end) == (otherStart, otherEnd)
    else {
      pieces.append(.whole(Self.parts(ofPath: mark).map { $0.start + $0.line + $0.end } ?? mark))
      return
    }
    pieces[pieces.count - 1] = .whole(start + otherLine + line + end)
  }

  /// Where the group that a tag opens is moved to and the tag without that; nil for a tag of another kind.
  private static func moved(_ tag: String) -> (place: (x: Substring, y: Substring), rest: String)? {
    // Only groups of texts have fonts.
    guard tag.hasPrefix("<g transform="), tag.contains(" font-size="), let move = value(of: "transform", in: tag),
      move.hasPrefix("translate("), move.hasSuffix(")")
    else { return nil }
    let numbers = move.dropFirst("translate(".count).dropLast().split(separator: ",")
    guard numbers.count == 2, numbers.allSatisfy({ Double($0) != nil }),
      let range = tag.range(of: "transform=\"\(move)\" ")
    else { return nil }
    var rest = tag
    rest.removeSubrange(range)
    return ((numbers[0], numbers[1]), rest)
  }

  private static func isText(_ tag: String) -> Bool { tag.hasPrefix("<text") || tag.hasPrefix("</text") }

  /// A tag without blanks that say nothing, and with numbers without zeros at their ends.
  private static func normal(_ tag: String) -> String {
    let bytes = Array(tag.utf8)
    let (blank, equals, point, zero, nine) = (
      UInt8(ascii: " "), UInt8(ascii: "="), UInt8(ascii: "."), UInt8(ascii: "0"), UInt8(ascii: "9")
    )
    var normal: [UInt8] = []
    normal.reserveCapacity(bytes.count)
    var quote: UInt8?
    var index = 0
    while index < bytes.count {
      var byte = bytes[index]
      index += 1
      if byte <= blank {
        byte = blank
        if normal.last == blank || quote == nil && normal.last == equals { continue }
      } else if byte == quote {
        quote = nil
        if normal.last == blank { normal.removeLast() }
      } else if quote == nil {
        if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { quote = byte }
        if [equals, UInt8(ascii: "/"), UInt8(ascii: ">")].contains(byte), normal.last == blank { normal.removeLast() }
      } else if byte == point, normal.last.map({ (zero...nine).contains($0) }) == true {
        var end = index
        while end < bytes.count, (zero...nine).contains(bytes[end]) { end += 1 }
        let digits = bytes[index..<end].reversed().drop { $0 == zero }.reversed()
        if !digits.isEmpty { normal += [point] + digits }
        index = end
        continue
      }
      normal.append(byte)
    }
    return String(decoding: normal, as: UTF8.self)
  }

  /// A polygon as a path, or nil for anything else.
  private static func path(_ tag: String) -> String? {
    guard tag.hasPrefix("<polygon "), let points = value(of: "points", in: tag) else { return nil }
    let corners = points.split(separator: " ")
    guard let first = corners.first else { return nil }
    return tag.replacing("<polygon ", with: "<path ").replacing(
      "points='\(points)'", with: "d='M\(first) L\(corners.dropFirst().joined(separator: " "))Z'")
  }

  /// A path's line of two points with the second told from the first, which takes fewer digits.
  private static func shortened(_ line: Substring) -> String {
    let points = line.dropFirst().split(separator: " ")
    guard points.count == 2, points[1].first == "L" else { return String(line) }
    let (from, to) = (coordinates(points[0]), coordinates(points[1].dropFirst()))
    guard let from, let to else { return String(line) }
    return "M\(points[0])l\(number(to.x - from.x)),\(number(to.y - from.y))"
  }

  /// Two coordinates in hundredths.
  private static func coordinates(_ point: Substring) -> (x: Int, y: Int)? {
    let parts = point.split(separator: ",").compactMap { Double($0) }
    return parts.count == 2 ? (Int((100 * parts[0]).rounded()), Int((100 * parts[1]).rounded())) : nil
  }

  /// Hundredths as a number.
  private static func number(_ hundredths: Int) -> String {
    hundredths % 100 == 0 ? "\(hundredths / 100)" : "\(Double(hundredths) / 100)"
  }

  /// What stands before, in and behind a path's line, where that is all that tells the path from others and dashes do not go
  /// on from one to the next.
  private static func parts(ofPath tag: String) -> (start: String, line: String, end: String)? {
    guard tag.hasPrefix("<path "), !tag.contains(" id="), let line = value(of: "d", in: tag), line.hasPrefix("M"),
      let range = tag.range(of: " d='\(line)'")
    else { return nil }
    return (tag[..<range.lowerBound] + " d='", shortened(line), "'" + tag[range.upperBound...])
  }

  private static func value(of attribute: String, in tag: String) -> Substring? {
    for quote in ["'", "\""] {
      guard let start = tag.range(of: " \(attribute)=\(quote)"),
        let end = tag[start.upperBound...].range(of: quote)
      else { continue }
      return tag[start.upperBound..<end.lowerBound]
    }
    return nil
  }
}
