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

  /// A row for each layer, for each that is given in parts, and, when there are several, their total with repeated layers
  /// counted.
  public var table: [String] {
    guard let first = entries.first?.record else { return [] }
    let records = entries.map(\.record)
    let namesAttaining = records.contains { $0.optimalDataflows != nil }
    var table = TextTable(
      [("layer", .left), ("count", .right), ("MACs", .right), ("dataflow", .left)]
        + (namesAttaining ? [("attained by", .left)] : []) + [
          ("energy [\(first.energy.unit)]", .right), ("inputs [bit]", .right),
          (records.contains { $0.trafficBits.biasesRead > 0 } ? "weights, biases [bit]" : "weights [bit]", .right),
          ("partial sums [bit]", .right), ("outputs [bit]", .right), ("occupancy [bit]", .right),
          ("bound [\(first.energy.unit)]", .right), ("gap total", .right),
        ])
    /// The cells of a row about dataflows.
    func cells(_ dataflow: String, _ attaining: String = "") -> [String] {
      namesAttaining ? [dataflow, attaining] : [dataflow]
    }
    let wholes = WholeRecord.all(of: records)
    for (index, record) in records.enumerated() {
      table.add(
        Self.row(
          record.layer, [Summand(record, weight: 1)], count: record.count,
          dataflow: cells(record.dataflow, DataflowsText.attaining(record)),
          occupancy: NumberText.grouped(record.occupancyBits), bound: record.lowerBound))
      guard let whole = wholes.first(where: { $0.ends(with: index, of: records) }) else { continue }
      table.add(
        Self.row(
          WholeText.title(whole), [Summand(whole, of: records, weight: 1)], count: whole.count,
          dataflow: cells(WholeText.schedule(whole)), occupancy: "", bound: whole.lowerBound))
    }
    if records.count > 1, let total = NetworkTotal(records) {
      let summands =
        records.filter { $0.partOf == nil }.map { Summand($0, weight: $0.count) }
        + wholes.map { Summand($0, of: records, weight: $0.count) }
      table.add(
        Self.row("total", summands, count: total.layers, dataflow: cells(""), occupancy: "", bound: total.lowerBound))
    }
    return table.lines + (WholeText.note(records).map { ["", $0] } ?? [])
  }

  /// What is added up in a row, so many times.
  private struct Summand {
    let weight: Int
    let macs: Int
    let energy: Double
    let traffic: ResultRecord.TrafficCounts

    init(_ record: ResultRecord, weight: Int) {
      self.weight = weight
      (macs, energy, traffic) = (record.macs, record.energy.total, record.trafficBits)
    }

    init(_ whole: WholeRecord, of records: [ResultRecord], weight: Int) {
      self.weight = weight
      macs = records.filter { $0.partOf == whole.layer }.reduce(0) { $0 + $1.macs }
      (energy, traffic) = (whole.energy.total, whole.trafficBits)
    }
  }

  /// A row of a sum with its bound.
  private static func row(
    _ name: String, _ summands: [Summand], count: Int, dataflow: [String], occupancy: String,
    bound: ResultRecord.Bound?
  ) -> [String] {
    func sum(_ value: (ResultRecord.TrafficCounts) -> Int) -> String {
      Self.sum(summands.map { ($0.weight, value($0.traffic)) })
    }
    let energy = summands.reduce(0) { $0 + Double($1.weight) * $1.energy }
    let least = bound?.total ?? 0
    return [name, String(count), Self.sum(summands.map { ($0.weight, $0.macs) })] + dataflow + [
      NumberText.grouped(energy),
      sum(\.inputsRead), sum { $0.weightsRead + $0.biasesRead },
      sum { $0.partialSumsRead + $0.partialSumsWritten }, sum(\.outputsWritten), occupancy,
      bound.map { NumberText.grouped($0.total) } ?? "", least > 0 ? NumberText.percent(energy / least - 1) : "",
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
        "\(record.layer): \(DataflowsText.inFull(record, mapping.dataflow))",
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
      if let whole = record.partOf {
        lines.append("  part of    \(whole), which alone has a bound: parts read inputs in common")
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
