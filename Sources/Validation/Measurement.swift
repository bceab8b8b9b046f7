public import Workloads

/// What a layer was measured, or estimated by another tool, to cost on a platform.
public struct Measurement: Hashable, Sendable {
  /// The line of the file, counted from 1.
  public let line: Int
  /// The layer.
  public let layer: Layer
  /// The values that the file gives for the layer's shape, in the order of ``MeasuredData/parameters``.
  public let parameters: [Double]
  /// The whole energy, in the platform's unit.
  public let total: Double
  /// The energy of computing.
  public let compute: Double
  /// The energy of moving data.
  public let data: Double
  /// The MACs that the file says the layer has.
  public let publishedMACs: Int?
  /// The words that the file says the first reference dataflow moves.
  public let publishedWords: Int?

  /// A measurement.
  ///
  /// - Parameters:
  ///   - line: the line of the file.
  ///   - layer: the layer.
  ///   - parameters: what the file gives of the layer's shape.
  ///   - total: the whole energy.
  ///   - compute: the energy of computing.
  ///   - data: the energy of moving data.
  ///   - publishedMACs: the MACs that the file gives.
  ///   - publishedWords: the words that the file gives.
  public init(
    line: Int, layer: Layer, parameters: [Double], total: Double, compute: Double, data: Double,
    publishedMACs: Int? = nil, publishedWords: Int? = nil
  ) {
    self.line = line
    self.layer = layer
    self.parameters = parameters
    self.total = total
    self.compute = compute
    self.data = data
    self.publishedMACs = publishedMACs
    self.publishedWords = publishedWords
  }
}

/// Measurements of many layers on one platform.
public struct MeasuredData: Hashable, Sendable {
  /// What reports call them.
  public let name: String
  /// The columns that give the layers' shapes, as in `k` or `h+w`.
  public let parameters: [String]
  /// The measurements.
  public let rows: [Measurement]

  /// Measurements in the order of a file.
  public init(name: String, parameters: [String], rows: [Measurement]) {
    self.name = name
    self.parameters = parameters
    self.rows = rows
  }

  /// The parameters whose values differ between rows, as places in ``parameters``.
  public var varying: [Int] {
    parameters.indices.filter { index in rows.contains { $0.parameters[index] != rows[0].parameters[index] } }
  }
}
