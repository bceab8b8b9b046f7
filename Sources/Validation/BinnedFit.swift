public import Statistics

/// How measurements are binned before a lower bound is held against them.
public struct Bins: Hashable, Sendable {
  /// Distinct values of the term in a bin.
  public let size: Int
  /// Only rows whose term is below this one count, or all.
  public let limit: Double?

  /// Bins of so many distinct values.
  public init(size: Int, below limit: Double? = nil) {
    self.size = size
    self.limit = limit
  }
}

/// The regression of the least measured energy in bins of a term, where measurements come near to a lower bound if they do.
public struct BinnedFit: Sendable {
  /// How rows were binned.
  public let bins: Bins
  /// The rows that were kept, before binning.
  public let kept: Int
  /// The places of the rows that are least in their bins, by rising term.
  public let rows: [Int]
  /// data ~ term.
  public let linear: LinearFit
  /// data ~ x + x², with x the term less half the limit, over half the limit; coefficients `intercept`, `x`, `square`.
  public let quadratic: LinearFit

  init(_ data: [Double], _ term: [Double], _ bins: Bins) throws(StatisticsError) {
    self.bins = bins
    let limit = bins.limit ?? .infinity
    let places = term.indices.filter { term[$0] < limit }
    kept = places.count
    rows = try BinnedMinima.rows(
      of: Variable("data", places.map { data[$0] }), over: Variable("term", places.map { term[$0] }), size: bins.size
    ).map { places[$0] }
    let least = Variable("data", rows.map { data[$0] })
    let terms = rows.map { term[$0] }
    linear = try LinearModel(response: least, terms: [Variable("term", terms)]).fit()
    let half = (bins.limit ?? terms.max() ?? 0) / 2
    let centred = terms.map { ($0 - half) / half }
    quadratic = try LinearModel(
      response: least, terms: [Variable("x", centred), Variable("square", power: 2, of: centred)]
    ).fit()
  }
}
