public import EnergyModel
public import Workloads

/// Networks, their layers and energy models for the terminal.
public enum NetworkListing {
  /// A row for each network.
  public static func networks(_ networks: [Network]) -> [String] {
    var table = TextTable([
      ("network", .left), ("layers", .right), ("distinct", .right), ("MACs", .right), ("weights", .right),
      ("source", .left),
    ])
    for network in networks {
      table.add([
        network.name, String(network.entries.reduce(0) { $0 + $1.count }), String(network.entries.count),
        NumberText.grouped(network.macs), NumberText.grouped(network.usedElements(of: .weights).count),
        network.source,
      ])
    }
    return table.lines
  }

  /// A row for each distinct layer of a network.
  public static func layers(of network: Network) -> [String] {
    var table = TextTable([
      ("layer", .left), ("count", .right), ("n", .right), ("g", .right), ("k", .right), ("c", .right), ("p", .right),
      ("q", .right), ("r", .right), ("s", .right), ("stride", .right), ("dilation", .right), ("padding", .right),
      ("MACs", .right), ("inputs", .right), ("weights", .right), ("outputs", .right),
    ])
    for entry in network.entries {
      let layer = entry.layer
      let (rows, columns) = (layer.vertical, layer.horizontal)
      table.add(
        [layer.name, String(entry.count)]
          + [Dimension.n, .g, .k, .c, .p, .q, .r, .s].map { String(layer[$0]) } + [
            "\(rows.stride)x\(columns.stride)", "\(rows.dilation)x\(columns.dilation)",
            "\(rows.paddingBefore),\(rows.paddingAfter),\(columns.paddingBefore),\(columns.paddingAfter)",
            NumberText.grouped(layer.macs),
          ] + Tensor.allCases.map { NumberText.grouped(layer.usedElements(of: $0).count) })
    }
    return table.lines
  }

  /// An energy in units, as it is used.
  private static func energy(_ quanta: Int, _ model: EnergyModel) -> String {
    let value = model.inUnits(quanta: quanta)
    return Int(exactly: value).map(NumberText.grouped) ?? NumberText.fixed(value, decimals: 4)
  }

  /// A row for each energy model.
  public static func energyModels(_ models: [EnergyModel]) -> [String] {
    var table = TextTable([
      ("energy model", .left), ("per MAC", .right), ("per bit read", .right), ("per bit written", .right),
      ("unit", .left), ("source", .left),
    ])
    for model in models {
      table.add([
        model.name, energy(model.macQuanta, model),
        energy(model.readQuanta, model),
        energy(model.writeQuanta, model), model.unit, model.source,
      ])
    }
    return table.lines
  }
}
