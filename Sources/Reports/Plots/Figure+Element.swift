extension Figure {
  /// Something that is drawn.
  public enum Element: Hashable, Sendable {
    /// A line through points.
    case line(Line)
    /// A filled polygon.
    case area(Area)
    /// Filled rectangles.
    case rectangles(Rectangles)
    /// Short lines.
    case segments(Segments)
    /// Points.
    case dots(Dots)
    /// A short text.
    case text(Text)
  }

  /// The strokes of lines, for prints without colours.
  public enum Dash: Hashable, Sendable {
    /// Unbroken.
    case solid
    /// In dashes.
    case dashed
    /// In dots.
    case dotted
    /// In dashes and dots by turns.
    case dashDotted
    /// In long dashes.
    case longDashed
  }

  /// A line through points.
  public struct Line: Hashable, Sendable {
    /// The points, from one end to the other, in data coordinates.
    public var points: [Point]
    /// Whether it keeps each point's height up to the next point.
    public var isStepped: Bool
    /// In pixels.
    public var width: Double
    /// Its stroke.
    public var dash: Dash
    /// Its colour.
    public var colour: Colour
    /// Its entry in the legend, or nil for none.
    public var legend: String?

    /// A line by its parts.
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
    /// The corners in turn, in data coordinates.
    public var corners: [Point]
    /// The colour that fills it.
    public var colour: Colour
    /// From 0, unseen, to 1.
    public var opacity: Double
    /// Its entry in the legend, or nil for none.
    public var legend: String?

    /// An area by its parts.
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
      /// One corner, in data coordinates.
      public var low: Point
      /// The opposite corner.
      public var high: Point

      /// A rectangle from one corner to the opposite one.
      public init(from low: Point, to high: Point) {
        self.low = low
        self.high = high
      }
    }

    /// The rectangles.
    public var boxes: [Box]
    /// The colour that fills them.
    public var colour: Colour
    /// The colour of slanting lines across each, or nil for none.
    public var hatch: Colour?
    /// The colour of a thin line around each.
    public var outline: Colour?
    /// Their entry in the legend, or nil for none.
    public var legend: String?

    /// Rectangles by their parts.
    public init(
      _ boxes: [Box], colour: Colour, hatch: Colour? = nil, outline: Colour? = nil, legend: String? = nil
    ) {
      self.boxes = boxes
      self.colour = colour
      self.hatch = hatch
      self.outline = outline
      self.legend = legend
    }
  }

  /// Short lines of one kind, each from a point to a point.
  public struct Segments: Hashable, Sendable {
    /// The two ends of each.
    public var ends: [Rectangles.Box]
    /// In pixels.
    public var width: Double
    /// Their stroke.
    public var dash: Dash
    /// Their colour.
    public var colour: Colour
    /// Their entry in the legend, or nil for none.
    public var legend: String?

    /// Segments by their parts.
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
    /// How a point is drawn.
    public enum Shape: Hashable, Sendable {
      /// A filled circle.
      case disc
      /// An empty circle.
      case ring
      /// A filled square on its corner.
      case diamond
    }

    /// Where they are, in data coordinates.
    public var points: [Point]
    /// How each is drawn.
    public var shape: Shape
    /// The diameter in pixels.
    public var diameter: Double
    /// Their colour.
    public var colour: Colour
    /// Their entry in the legend, or nil for none.
    public var legend: String?

    /// Dots by their parts.
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
    /// Which part of a text is at its place.
    public enum Alignment: Hashable, Sendable {
      /// Its left end.
      case left
      /// Its centre.
      case centre
      /// Its right end.
      case right
    }

    /// Where its left end, its centre or its right end is, at half its height, in pixels from the left and the top.
    public var place: Point
    /// What it says.
    public var text: String
    /// Which part of it is at ``place``.
    public var alignment: Alignment
    /// In pixels.
    public var size: Int
    /// Its colour.
    public var colour: Colour
    /// Whether it runs upwards.
    public var isVertical: Bool

    /// A text by its parts.
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
