import Foundation

extension Figure {
  /// A numbered side of a figure.
  public struct Axis: Hashable, Sendable {
    /// How lengths on paper follow from values.
    public enum Scale: Hashable, Sendable {
      /// Equal lengths for equal differences.
      case linear
      /// Equal lengths for equal ratios; all values are above zero.
      case logarithmic
    }

    /// A place with its label.
    public struct Tick: Hashable, Sendable {
      /// The value that it marks.
      public var position: Double
      /// What stands beside it.
      public var label: String

      /// A label at a value.
      public init(_ position: Double, _ label: String) {
        self.position = position
        self.label = label
      }
    }

    /// What it shows, with the unit unless the labels have it; empty where the labels say all.
    public var title: String
    /// How lengths follow from values.
    public var scale: Scale
    /// The value at the left or at the bottom; it may be the larger one.
    public var start: Double
    /// The value at the right or at the top.
    public var end: Double
    /// The places with labels.
    public var ticks: [Tick]
    /// The values of smaller marks without labels.
    public var minorTicks: [Double]
    /// Whether a faint line goes through the figure at each tick.
    public var hasGrid: Bool

    /// An axis.
    ///
    /// - Parameters:
    ///   - title: what it shows.
    ///   - scale: linear or logarithmic; then `start` and `end` are above zero.
    ///   - start: the value at the left or at the bottom.
    ///   - end: another value, at the right or at the top.
    ///   - ticks: places with labels.
    ///   - minorTicks: places without.
    ///   - hasGrid: whether a faint line goes through the figure at each tick.
    public init(
      title: String, scale: Scale, from start: Double, to end: Double, ticks: [Tick], minorTicks: [Double] = [],
      hasGrid: Bool = true
    ) {
      precondition(start != end && start.isFinite && end.isFinite, "an axis has a length")
      precondition(scale == .linear || (start > 0 && end > 0), "a logarithm is of what is above zero")
      self.title = title
      self.scale = scale
      self.start = start
      self.end = end
      self.ticks = ticks
      self.minorTicks = minorTicks
      self.hasGrid = hasGrid
    }

    /// How far along the axis a value is: 0 at the start, 1 at the end.
    public func fraction(_ value: Double) -> Double {
      switch scale {
      case .linear: (value - start) / (end - start)
      case .logarithmic: log(value / start) / log(end / start)
      }
    }

    /// The value that is so far along the axis.
    public func value(at fraction: Double) -> Double {
      switch scale {
      case .linear: start + fraction * (end - start)
      case .logarithmic: start * pow(end / start, fraction)
      }
    }

    /// Pixels that a vertical axis needs for its labels and its title.
    var room: Int { Int(ticks.map { TextWidth.of($0.label) }.max() ?? 0) + (title.isEmpty ? 20 : 38) }

    /// Whether a value has a place on the axis at all.
    func canShow(_ value: Double) -> Bool { value.isFinite && (scale == .linear || value > 0) }
  }
}
