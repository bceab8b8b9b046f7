extension Figure {
  /// Something that is drawn.
  public enum Element: Hashable, Sendable {
    case line(Line)
    case area(Area)
    case rectangles(Rectangles)
    case segments(Segments)
    case dots(Dots)
    case text(Text)
  }

  /// The strokes of lines, for prints without colours.
  public enum Dash: Hashable, Sendable {
    case solid
    case dashed
    case dotted
    case dashDotted
    case longDashed
  }

  /// A line through points.
  public struct Line: Hashable, Sendable {
    public var points: [Point]
    /// Whether it keeps each point's height up to the next point.
    public var isStepped: Bool
    /// In pixels.
    public var width: Double
    public var dash: Dash
    public var colour: Colour
    public var legend: String?

    public init(
      _ points: [Point], isStepped: Bool = false, width: Double = 1, dash: Dash = .solid, colour: Colour,
      legend: String? = nil
    ) {
      self.points = points
      self.isStepped = isStepped
      self.width = width
      self.dash = dash
      self.colour = colour
      self.legend = legend
    }
  }

  /// A filled polygon.
  public struct Area: Hashable, Sendable {
    public var corners: [Point]
    public var colour: Colour
    /// From 0, unseen, to 1.
    public var opacity: Double
    public var legend: String?

    public init(_ corners: [Point], colour: Colour, opacity: Double, legend: String? = nil) {
      self.corners = corners
      self.colour = colour
      self.opacity = opacity
      self.legend = legend
    }
  }

  /// Filled rectangles of one kind: parts of bars or cells of a map.
  public struct Rectangles: Hashable, Sendable {
    /// Each from one corner to the opposite one.
    public struct Box: Hashable, Sendable {
      public var low: Point
      public var high: Point

      public init(from low: Point, to high: Point) {
        self.low = low
        self.high = high
      }
    }

    public var boxes: [Box]
    public var colour: Colour
    /// The colour of a thin line around each.
    public var outline: Colour?
    public var legend: String?

    public init(_ boxes: [Box], colour: Colour, outline: Colour? = nil, legend: String? = nil) {
      self.boxes = boxes
      self.colour = colour
      self.outline = outline
      self.legend = legend
    }
  }

  /// Short lines of one kind, each from a point to a point.
  public struct Segments: Hashable, Sendable {
    public var ends: [Rectangles.Box]
    /// In pixels.
    public var width: Double
    public var dash: Dash
    public var colour: Colour
    public var legend: String?

    public init(
      _ ends: [Rectangles.Box], width: Double, dash: Dash = .solid, colour: Colour, legend: String? = nil
    ) {
      self.ends = ends
      self.width = width
      self.dash = dash
      self.colour = colour
      self.legend = legend
    }
  }

  /// Points of one kind.
  public struct Dots: Hashable, Sendable {
    public enum Shape: Hashable, Sendable {
      case disc
      case ring
      case diamond
    }

    public var points: [Point]
    public var shape: Shape
    /// The diameter in pixels.
    public var diameter: Double
    public var colour: Colour
    public var legend: String?

    public init(
      _ points: [Point], shape: Shape = .disc, diameter: Double, colour: Colour, legend: String? = nil
    ) {
      self.points = points
      self.shape = shape
      self.diameter = diameter
      self.colour = colour
      self.legend = legend
    }
  }

  /// A short text in the figure.
  public struct Text: Hashable, Sendable {
    public enum Alignment: Hashable, Sendable {
      case left
      case centre
      case right
    }

    /// Where its left end, its centre or its right end is, at half its height, in pixels from the left and the top.
    public var place: Point
    public var text: String
    public var alignment: Alignment
    /// In pixels.
    public var size: Int
    public var colour: Colour
    public var isVertical: Bool

    public init(
      _ text: String, at place: Point, alignment: Alignment = .left, size: Int = Figure.fontSize - 1,
      colour: Colour = .ink, isVertical: Bool = false
    ) {
      self.text = text
      self.place = place
      self.alignment = alignment
      self.size = size
      self.colour = colour
      self.isVertical = isVertical
    }
  }
}
