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
  /// Whether the layers are those of a network, each with its name.
  public private(set) var hasNamedLayers = false

  /// Measurements in the order of a file.
  public init(name: String, parameters: [String], rows: [Measurement]) {
    self.name = name
    self.parameters = parameters
    self.rows = rows
  }

  /// Measurements of a network's layers, of which sizes that differ are the parameters: those that change together once.
  package init(name: String, layers rows: [Measurement]) {
    var parameters: [(name: String, values: [Double])] = []
    for dimension in Dimension.allCases {
      let values = rows.map { Double($0.layer[dimension]) }
      if Set(values).count > 1, !parameters.contains(where: { $0.values == values }) {
        parameters.append((dimension.rawValue, values))
      }
    }
    let named = rows.indices.map { row in
      Measurement(
        line: rows[row].line, layer: rows[row].layer, parameters: parameters.map { $0.values[row] },
        total: rows[row].total, compute: rows[row].compute, data: rows[row].data,
        publishedMACs: rows[row].publishedMACs, publishedWords: rows[row].publishedWords)
    }
    self.init(name: name, parameters: parameters.map(\.name), rows: named)
    hasNamedLayers = true
  }

  /// The parameters whose values differ between rows, as places in ``parameters``.
  public var varying: [Int] {
    parameters.indices.filter { index in rows.contains { $0.parameters[index] != rows[0].parameters[index] } }
  }
}
