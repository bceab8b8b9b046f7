public import Interchange

/// A report of result files: a page of HTML that stands alone, opens from disk and loads nothing.
///
/// Names in result files may hold anything; they reach the page as text only. Equal input gives equal bytes.
public struct HTMLReport {
  /// A record's mapping is drawn only for so many records, the first ones, so that the page stays quick.
  public static let largestMappingCount = 2_000
  /// The table of layers has so many rows at most.
  public static let largestRowCount = 10_000

  private let contents: ReportContents
  private let figures: [ReportFigure]
  private let title: String

  /// A report.
  ///
  /// - Parameters:
  ///   - documents: the result files.
  ///   - figures: pictures for it, in their order; the section of plots is left out when there are none.
  ///   - title: its heading, or nil for one that names the networks.
  public init(documents: [ResultDocument], figures: [ReportFigure] = [], title: String? = nil) {
    contents = ReportContents(documents)
    self.figures = figures
    self.title = title ?? "Tilebound report: \(contents.subject)"
  }

  /// The page.
  ///
  /// - Throws: when a record's layer or mapping is none, which the reader of result files excludes.
  public func page() throws -> String {
    try HTMLTemplates.page(
      Page(
        title: title, subtitle: contents.extent, asked: try AskedSection(contents), summary: SummarySection(contents),
        layers: LayersSection(contents),
        figures: figures.isEmpty
          ? nil
          : FiguresSection(
            figures: figures.enumerated().map { index, figure in
              FiguresSection.Item(
                number: index + 1, title: figure.title, caption: figure.caption, svg: figure.svg,
                alternativeText: figure.alternativeText)
            }), mappings: try MappingsSection(contents)))
  }
}

/// What the page's template is filled with.
struct Page {
  let title: String
  let subtitle: String
  let style = HTMLTemplates.style
  let script = HTMLTemplates.script
  let asked: AskedSection
  let summary: SummarySection
  let layers: LayersSection
  let figures: FiguresSection?
  let mappings: MappingsSection
}

/// The pictures.
struct FiguresSection {
  struct Item {
    let number: Int
    let title: String
    let caption: String
    let svg: String
    let alternativeText: String
  }

  let figures: [Item]
}
