/// Whether a text is well-formed enough for a page: its tags are closed in order, and texts have no bare ampersands.
struct XMLCheck {
  private(set) var isWellFormed = true

  init(_ text: String) {
    var open: [String] = []
    var rest = text.unicodeScalars[...]
    while let start = rest.firstIndex(of: "<") {
      check(String(rest[..<start]))
      guard let end = rest[start...].firstIndex(of: ">") else {
        isWellFormed = false
        return
      }
      let tag = String(rest[rest.index(after: start)..<end])
      check(tag)
      let name = String(tag.prefix { $0.isLetter || $0.isNumber || $0 == "/" })
      if tag.hasPrefix("/") {
        if open.popLast().map({ "/" + $0 }) != name { isWellFormed = false }
      } else if !tag.hasSuffix("/") {
        open.append(name)
      }
      rest = rest[rest.index(after: end)...]
    }
    if !open.isEmpty { isWellFormed = false }
  }

  private mutating func check(_ text: String) {
    for part in text.unicodeScalars.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
      let entity = part.prefix { $0 != ";" }
      if entity.count == part.count || !["amp", "lt", "gt", "quot", "#39"].contains(String(entity)) {
        isWellFormed = false
      }
    }
  }
}
