/// A picture of data, described without saying what draws it.
///
/// Everything outside the plot's frame is placed in pixels, and the frame's own margins are in pixels too, so that the
/// place of any data point on the picture is known exactly, see ``pixel(_:)``.
public struct Figure: Hashable, Sendable {
  /// What to name a file of it, without an extension.
  public var name: String
  /// One line above the picture.
  public var title: String
  /// A smaller line below the title: under which settings the data hold.
  public var subtitle: String
  /// What is to be seen, with the key numbers.
  public var description = ""
  /// The same with title and subtitle, for those who do not see the picture.
  public var alternativeText: String { "\(title), \(subtitle). \(description)" }
  /// Its nominal width in pixels.
  public var width: Int
  /// Its nominal height in pixels.
  public var height: Int
  /// Pixels between its edges and the plot's frame.
  public var margins: Margins
  /// The axis below.
  public var x: Axis
  /// The axis at the left.
  public var y: Axis
  /// What is drawn, the first at the bottom. Texts lie above everything else. Those with a title for the legend have an
  /// entry in it, above the frame.
  public var elements: [Element] = []
  /// What is said of the places that a reader points at.
  public var tips: [Tip] = []

  /// Pixels at the four sides.
  public struct Margins: Hashable, Sendable {
    /// Pixels at the left.
    public var left: Int
    /// Pixels at the right.
    public var right: Int
    /// Pixels above.
    public var top: Int
    /// Pixels below.
    public var bottom: Int

    /// Margins for each side.
    public init(left: Int, right: Int, top: Int, bottom: Int) {
      self.left = left
      self.right = right
      self.top = top
      self.bottom = bottom
    }
  }

  /// A place in data coordinates or in pixels.
  public struct Point: Hashable, Sendable {
    /// Along the axis below.
    public var x: Double
    /// Along the axis at the left.
    public var y: Double

    /// A place by its coordinates.
    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// A text that shows while a reader points at a place.
  public struct Tip: Hashable, Sendable {
    /// Two corners in data coordinates; equal ones for a point.
    public var corners: (low: Point, high: Point) { (low, high) }
    private let low: Point
    private let high: Point
    /// What shows.
    public let text: String

    /// A tip at a point.
    public init(x: Double, y: Double, _ text: String) {
      self.init(from: Point(x: x, y: y), to: Point(x: x, y: y), text)
    }

    /// A tip all over a rectangle.
    public init(from low: Point, to high: Point, _ text: String) {
      self.low = low
      self.high = high
      self.text = text
    }
  }

  /// A figure without elements.
  ///
  /// - Parameters:
  ///   - name: what to name a file of it.
  ///   - title: one line above the picture.
  ///   - subtitle: a smaller line below it.
  ///   - frame: width and height of the plot's frame in pixels.
  ///   - margins: pixels at its sides; what the title and the subtitle take is added at the top.
  ///   - x: the horizontal axis.
  ///   - y: the vertical axis.
  public init(
    name: String, title: String, subtitle: String, frame: (width: Int, height: Int), margins: Margins, x: Axis, y: Axis
  ) {
    self.name = name
    self.title = title
    self.subtitle = subtitle
    width = margins.left + frame.width + margins.right
    height = margins.top + frame.height + margins.bottom
    self.margins = margins
    self.x = x
    self.y = y
    let room = titleHeight
    self.margins.top += room
    height += room
  }

  /// The pixels at the top that title and subtitle take.
  var titleHeight: Int { 22 + subtitleLines.count * Self.subtitleLineHeight }

  /// The subtitle in lines as wide as the figure, of which there are at most three.
  var subtitleLines: [String] {
    var lines: [String] = []
    for word in subtitle.split(separator: " ") {
      let longer = lines.last.map { $0 + " " + word }
      if let longer, lines.count == 3 || TextWidth.of(longer, size: Self.subtitleSize) <= Double(width - 16) {
        lines[lines.count - 1] = longer
      } else {
        lines.append(String(word))
      }
    }
    return lines.map { TextWidth.fitted($0, within: Double(width - 16), size: Self.subtitleSize) }
  }

  static let subtitleSize = 10
  static let subtitleLineHeight = 13

  /// The size of texts in pixels.
  public static let fontSize = 12

  /// The data point that is at a place on the picture, as ``pixel(_:)`` has it.
  func place(ofPixel pixel: Point) -> Point {
    let (across, up) = (width - margins.left - margins.right, height - margins.top - margins.bottom)
    return Point(
      x: x.value(at: (pixel.x - Double(margins.left)) / Double(across)),
      y: y.value(at: (Double(height - margins.bottom) - pixel.y) / Double(up)))
  }

  /// Where a data point is on the picture, in pixels from the left and from the top.
  public func pixel(_ point: Point) -> Point {
    Point(
      x: Double(margins.left) + x.fraction(point.x) * Double(width - margins.left - margins.right),
      y: Double(height - margins.bottom) - y.fraction(point.y) * Double(height - margins.top - margins.bottom))
  }
}
