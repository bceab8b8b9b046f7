import Foundation
public import Interchange
import Parallel

/// A report of result files: a page of HTML that stands alone, opens from disk and loads nothing.
///
/// Names in result files may hold anything; they reach the page as text only. Equal input gives equal bytes.
public struct HTMLReport {
  /// For so many of some records mappings are drawn unless another number is given: a page of 4 000 records with its plots has
  /// some 5 MB at most, of which a record's row and its part of the plots take about 1 100 bytes, a mapping 3 000.
  public static func usualMappingCount(of records: Int) -> Int {
    min(1_500, max(100, (4_800_000 - 1_100 * records) / 3_000))
  }
  /// A page has so many pictures at most, the first ones, of some 50 kB each.
  public static let mostFigures = 48
  /// The table of layers has so many rows at most.
  public static let largestRowCount = 10_000

  private let contents: ReportContents
  private let digest: ReportDigest?
  private let figures: [Figure]
  private let title: String

  /// A report.
  ///
  /// - Parameters:
  ///   - documents: the result files.
  ///   - figures: pictures for it, in their order, see ``ReportFigures``; the section of plots is left out when there are
  ///     none. Of more than ``mostFigures`` it says that there are others.
  ///   - title: its heading, or nil for one that names the networks.
  ///   - mappingCount: of so many records, the first ones, mappings are drawn; nil for as many as leave the page quick.
  public init(
    documents: [ResultDocument], figures: [Figure] = [], title: String? = nil, mappingCount: Int? = nil
  ) {
    let records = documents.reduce(0) { $0 + $1.answers.count }
    contents = ReportContents(documents, mappingCount: mappingCount ?? Self.usualMappingCount(of: records))
    digest = nil
    self.figures = figures
    self.title = title ?? "Tilebound report: \(contents.subject)"
  }

  /// A report of more records than a page shows.
  ///
  /// - Parameters:
  ///   - digest: what they come to.
  ///   - figures: pictures for it.
  ///   - title: its heading, or nil for one that names the networks.
  public init(_ digest: ReportDigest, figures: [Figure] = [], title: String? = nil) {
    contents = ReportContents(digest.shown, mappingCount: ReportDigest.mostLayers)
    self.digest = digest
    self.figures = figures
    self.title = title ?? "Tilebound report: \(digest.subject)"
  }

  /// The page.
  ///
  /// - Throws: ``PlotError`` when gnuplot is missing or fails, and when a record's layer or mapping is none, which the
  ///   reader of result files excludes.
  public func page() throws -> String {
    try HTMLTemplates.render(
      Page(
        title: title,
        subtitle: digest.map { ReportContents.extent($0.count, files: $0.files.count) } ?? contents.extent,
        asked: try digest.map(AskedSection.init) ?? AskedSection(contents),
        summary: digest.map(SummarySection.init) ?? SummarySection(contents),
        layers: LayersSection(contents, of: digest?.count),
        figures: figures.isEmpty
          ? nil
          : try FiguresSection(figures, most: Self.mostFigures), mappings: try MappingsSection(contents)),
      template: "page")
  }
}

/// What the page's template is filled with.
struct Page {
  let title: String
  let subtitle: String
  let version = Producer.version
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
    let setting: String
    let description: String
    let svg: String
  }

  let figures: [Item]
  /// The number of pictures where there would be more.
  let cutAt: Int?

  /// So many are drawn by one process of gnuplot, whatever the number of processors: pictures are the same on all machines.
  private static let drawnTogether = 4

  /// Figures with numbers that go on from a first one.
  init(_ all: [Figure], from first: Int = 1, most: Int = .max) throws {
    let figures = all.prefix(most)
    cutAt = figures.count < all.count ? most : nil
    let groups = stride(from: 0, to: figures.count, by: Self.drawnTogether).map {
      $0..<min($0 + Self.drawnTogether, figures.count)
    }
    self.figures = try groups.concurrentMap(threads: ProcessInfo.processInfo.activeProcessorCount) { group in
      let prefixes = group.map { "figure-\(first + $0)" }
      let drawings = try Figure.inlineSVGs(Array(figures[group]), idPrefixes: prefixes)
      return zip(group, drawings).map { index, svg in
        Item(
          number: first + index, title: NumberText.unbroken(figures[index].title),
          setting: NumberText.unbroken(figures[index].subtitle),
          description: NumberText.unbroken(figures[index].description), svg: svg)
      }
    }.flatMap(\.self)
  }
}
