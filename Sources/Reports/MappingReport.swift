public import Interchange
public import Mappings
public import Workloads

/// Results for the terminal: a table with a row for each layer, and each layer's nest with its costs.
public struct MappingReport {
  private var entries: [(record: ResultRecord, mapping: Mapping, layer: Layer)] = []

  /// A report without results.
  public init() {}

  /// Adds a result.
  public mutating func add(_ record: ResultRecord, _ mapping: Mapping, on layer: Layer) {
    entries.append((record, mapping, layer))
  }

  /// A row for each layer and, when there are several, their total with repeated layers counted.
  public var table: [String] {
    guard let first = entries.first?.record else { return [] }
    let records = entries.map(\.record)
    var table = TextTable([
      ("layer", .left), ("count", .right), ("MACs", .right), ("dataflow", .left),
      ("energy [\(first.energy.unit)]", .right), ("inputs [bit]", .right),
      (records.contains { $0.trafficBits.biasesRead > 0 } ? "weights, biases [bit]" : "weights [bit]", .right),
      ("partial sums [bit]", .right), ("outputs [bit]", .right), ("occupancy [bit]", .right),
      ("bound [\(first.energy.unit)]", .right), ("gap total", .right),
    ])
    for record in records {
      table.add(
        Self.row(
          record.layer, [record], weight: { _ in 1 }, count: record.count, dataflow: record.dataflow,
          occupancy: NumberText.grouped(record.occupancyBits)))
    }
    if records.count > 1 {
      table.add(
        Self.row(
          "total", records, weight: \.count, count: records.reduce(0) { $0 + $1.count }, dataflow: "", occupancy: ""))
    }
    return table.lines
  }

  /// A row of sums over records, each taken so many times.
  private static func row(
    _ name: String, _ records: [ResultRecord], weight: (ResultRecord) -> Int, count: Int, dataflow: String,
    occupancy: String
  ) -> [String] {
    func sum(_ value: (ResultRecord) -> Int) -> String { Self.sum(records.map { (weight($0), value($0)) }) }
    let energy = records.reduce(0) { $0 + Double(weight($1)) * $1.energy.total }
    let bound = records.reduce(0) { $0 + Double(weight($1)) * ($1.lowerBound?.total ?? 0) }
    return [
      name, String(count), sum { $0.macs }, dataflow, NumberText.grouped(energy), sum { $0.trafficBits.inputsRead },
      sum { $0.trafficBits.weightsRead + $0.trafficBits.biasesRead },
      sum { $0.trafficBits.partialSumsRead + $0.trafficBits.partialSumsWritten },
      sum { $0.trafficBits.outputsWritten }, occupancy, NumberText.grouped(bound),
      bound > 0 ? NumberText.percent(energy / bound - 1) : "",
    ]
  }

  /// A sum of products, exact where it fits an Int.
  static func sum(_ products: [(count: Int, value: Int)]) -> String {
    var sum = 0
    for (count, value) in products {
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: value)
      let (next, overflow) = sum.addingReportingOverflow(product)
      if isTooLarge || overflow {
        return NumberText.grouped(products.reduce(0) { $0 + Double($1.count) * Double($1.value) })
      }
      sum = next
    }
    return NumberText.grouped(sum)
  }

  /// Each layer's costs and its nest.
  public var details: [String] {
    entries.flatMap { record, mapping, layer in
      let traffic = record.trafficBits
      let energy = record.energy
      let occupancy = Occupancy(of: mapping, on: layer)
      let boxes = Tensor.allCases.map { "\($0.rawValue) \(NumberText.grouped(occupancy[$0].count))" }
      let capacity = record.capacityBits.map {
        " of \(CapacityText.text(Bits($0))), \(NumberText.percent(Double(record.occupancyBits) / Double($0)))"
      }
      var lines = [
        "\(record.layer): \(mapping.dataflow.stationaryName) (\(record.dataflow))",
        "  energy     \(NumberText.grouped(energy.total)) \(energy.unit): compute \(NumberText.grouped(energy.compute)), "
          + "data \(NumberText.grouped(energy.data))",
        "  traffic    \(NumberText.grouped(traffic.total)) bit: inputs read \(NumberText.grouped(traffic.inputsRead)), "
          + "weights read \(NumberText.grouped(traffic.weightsRead)), "
          + (traffic.biasesRead > 0 ? "biases read \(NumberText.grouped(traffic.biasesRead)), " : "")
          + "partial sums read \(NumberText.grouped(traffic.partialSumsRead)) "
          + "and written \(NumberText.grouped(traffic.partialSumsWritten)), "
          + "outputs written \(NumberText.grouped(traffic.outputsWritten))",
        "  occupancy  \(NumberText.grouped(record.occupancyBits)) bit\(capacity ?? ""): words of "
          + boxes.joined(separator: ", "),
      ]
      if let bound = record.lowerBound {
        let gap = record.gap?.total.map { ", gap \(NumberText.percent($0))" } ?? ""
        lines.append(
          "  bound      \(NumberText.grouped(bound.total)) \(energy.unit) for every schedule (\(bound.family))\(gap)")
      }
      if let search = record.search {
        lines.append("  search     \(search.text)")
      }
      if let agrees = record.replayAgrees {
        lines.append(
          agrees
            ? "  replay     every MAC ran once on operands in the Buffer; traffic and occupancy are the same"
            : "  replay     DIFFERS")
      }
      return lines + LoopNestText.lines(mapping, on: layer).map { "    \($0)" } + [""]
    }
  }
}
