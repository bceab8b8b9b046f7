/// How the model's own figures agree with those that a file of measurements gives.
public struct Agreement: Hashable, Sendable {
  /// So many rows give a figure, and it differs in so many of them.
  public struct Count: Hashable, Sendable {
    /// Rows with the figure.
    public let given: Int
    /// Those in which the model's differs.
    public let different: Int

    /// A count by its parts.
    public init(given: Int, different: Int) {
      self.given = given
      self.different = different
    }
  }

  /// MACs.
  public let macs: Count
  /// Words of the first reference dataflow.
  public let words: Count
  /// The least and the largest energy of computing over MACs.
  public let computePerMAC: ClosedRange<Double>

  init(_ data: MeasuredData, _ predictions: [LayerPrediction]) {
    func count(_ given: KeyPath<Measurement, Int?>, _ own: KeyPath<LayerPrediction, Int>) -> Count {
      let pairs = zip(data.rows, predictions).compactMap { row, prediction in
        row[keyPath: given].map { ($0, prediction[keyPath: own]) }
      }
      return Count(given: pairs.count, different: pairs.count { $0 != $1 })
    }
    macs = count(\.publishedMACs, \.macs)
    words = count(\.publishedWords, \.outputMapWords)
    let energies = zip(data.rows, predictions).map { $0.compute / Double($1.macs) }
    computePerMAC = (energies.min() ?? 0)...(energies.max() ?? 0)
  }
}
