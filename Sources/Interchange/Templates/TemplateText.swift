/// A text with the file and line that each of its lines comes from: a file's own, or that of a rendered template.
struct TemplateText {
  /// A line of a file.
  struct Place: Hashable {
    let origin: String
    /// Counted from 1.
    var line: Int

    func error(_ message: String) -> FormatError { FormatError(origin: origin, line: line, message: message) }
  }

  /// The file that it began with.
  let origin: String
  /// The text where it is a file's own, otherwise what there is of it.
  private let own: String?
  private var bytes: [UInt8] = []
  /// Where each line comes from, or nothing where lines are the file's own.
  private var places: [Place] = []
  private var isLineEmpty = true

  /// A text that is a file's own.
  init(_ text: String, origin: String) {
    self.origin = origin
    own = text
  }

  /// A text that is yet to be put together.
  init(origin: String) {
    self.origin = origin
    own = nil
    places = [Place(origin: origin, line: 1)]
  }

  var text: String { own ?? String(decoding: bytes, as: UTF8.self) }

  /// Bytes of the text.
  var count: Int { own?.utf8.count ?? bytes.count }

  /// Where a line comes from, counted from 1.
  func place(ofLine line: Int) -> Place {
    places.isEmpty ? Place(origin: origin, line: line) : places[min(max(line, 1), places.count) - 1]
  }

  /// Adds a part that stands in one line, or that begins there.
  mutating func append(_ part: some Sequence<UInt8>, at place: Place) {
    var place = place
    for byte in part {
      bytes.append(byte)
      if byte == UInt8(ascii: "\n") {
        place.line += 1
        places.append(place)
        isLineEmpty = true
      } else if isLineEmpty {
        places[places.count - 1] = place
        isLineEmpty = false
      }
    }
  }
}
