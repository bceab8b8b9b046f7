/// A picture for a report, made elsewhere.
public struct ReportFigure: Hashable, Sendable {
  /// Its heading.
  public var title: String
  /// What it shows and how to read it.
  public var caption: String
  /// An `<svg>` element that goes into the page as it is: it must come from this program, have no script, and share no
  /// element id with another figure.
  public var svg: String
  /// What it says, for those who do not see it.
  public var alternativeText: String

  public init(title: String, caption: String, svg: String, alternativeText: String) {
    self.title = title
    self.caption = caption
    self.svg = svg
    self.alternativeText = alternativeText
  }
}
