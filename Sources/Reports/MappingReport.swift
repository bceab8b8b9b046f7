public import Interchange
public import Mappings
public import Workloads

/// Results for the terminal: a table with a row for each layer, and each layer's nest with its costs.
public struct MappingReport {
  private var entries: [(record: ResultRecord, mapping: Mapping, layer: Layer)] = []

  public init() {}

  /// Adds a result.
  public mutating func add(_ record: ResultRecord, _ mapping: Mapping, on layer: Layer) {
    entries.append((record, mapping, layer))
  }

  /// A row for each layer and, when there are several, their total with repeated layers counted.
  public var table: [String] {
    guard let first = entries.first?.record else { return [] }
    var table = TextTable([
      ("layer", .left), ("count", .right), ("MACs", .right), ("dataflow", .left),
      ("energy [\(first.energy.unit)]", .right),
      ("inputs [bit]", .right), ("weights [bit]", .right), ("partial sums [bit]", .right), ("outputs [bit]", .right),
      ("occupancy [bit]", .right),
    ])
    func row(
      _ name: String, _ dataflow: String, _ sum: (_ value: (ResultRecord) -> Int) -> Int, energy: Double,
      count: Int, occupancy: String
    ) -> [String] {
      [
        name, String(count), NumberText.grouped(sum { $0.macs }), dataflow, NumberText.grouped(energy),
        NumberText.grouped(sum { $0.trafficBits.inputsRead }),
        NumberText.grouped(sum { $0.trafficBits.weightsRead + $0.trafficBits.biasesRead }),
        NumberText.grouped(sum { $0.trafficBits.partialSumsRead + $0.trafficBits.partialSumsWritten }),
        NumberText.grouped(sum { $0.trafficBits.outputsWritten }), occupancy,
      ]
    }
    for (record, _, _) in entries {
      table.add(
        row(
          record.layer, record.dataflow, { $0(record) }, energy: record.energy.total, count: record.count,
          occupancy: NumberText.grouped(record.occupancyBits)))
    }
    if entries.count > 1 {
      table.add(
        row(
          "total", "", { value in entries.reduce(0) { $0 + $1.record.count * value($1.record) } },
          energy: entries.reduce(0) { $0 + Double($1.record.count) * $1.record.energy.total },
          count: entries.reduce(0) { $0 + $1.record.count }, occupancy: ""))
    }
    return table.lines
  }

  /// Each layer's costs and its nest.
  public var details: [String] {
    entries.flatMap { record, mapping, layer in
      let traffic = record.trafficBits
      let energy = record.energy
      let occupancy = Occupancy(of: mapping, on: layer)
      let boxes = Tensor.allCases.map { "\($0.rawValue) \(NumberText.grouped(occupancy[$0].count))" }
      let capacity = record.capacityBits.map {
        " of \(CapacityText.text(Bits($0))), \(NumberText.percent(record.occupancyBits, of: $0))"
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
      if let search = record.search {
        lines.append(
          "  search     \(NumberText.grouped(search.mappings)) mappings, \(NumberText.grouped(search.scored)) scored, "
            + "\(NumberText.grouped(search.pruned)) pruned")
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
