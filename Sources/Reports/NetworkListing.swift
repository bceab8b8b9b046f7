public import EnergyModel
import Interchange
public import Workloads

/// Networks, their layers and energy models for the terminal.
public enum NetworkListing {
  /// A row for each network.
  public static func networks(_ networks: [NetworkSummary], form: TextForm = .plain) -> [String] {
    var table = TextTable([
      ("network", .left), ("layers", .right), ("distinct", .right), ("MACs", .right), ("weights", .right),
    ])
    for network in networks {
      table.add([
        network.name, String(network.layers), String(network.distinctLayers), NumberText.grouped(network.macs),
        NumberText.grouped(network.weights),
      ])
    }
    return table.lines(form)
  }

  /// A network's source, a row for each of its distinct layers, and their totals, laid out in a form.
  public static func layers(of network: Network, form: TextForm = .plain) -> [String] {
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
    table.add(
      ["total", String(NetworkSummary(network).layers)] + Array(repeating: "", count: 11) + [
        NumberText.grouped(network.macs)
      ]
        + Tensor.allCases.map { NumberText.grouped(network.usedElements(of: $0).count) })
    let notes = network.wholes.filter(\.hasParts).map { whole in
      "\(whole.name) is given in parts that read inputs in common, and the total has these once: "
        + whole.parts.map(\.name).joined(separator: ", ")
    }
    let rows = table.lines(
      form,
      leavingOut: [["padding", "dilation"], ["inputs", "weights", "outputs"], ["stride"], ["n", "g"], ["count"]])
    return form.fitted(heading(network.name, source: network.source)) + rows
      + form.fitted(notes.isEmpty ? [] : [""] + notes)
  }

  /// A row for each energy model.
  public static func energyModels(_ models: [EnergyModel], form: TextForm = .plain) -> [String] {
    var table = TextTable([
      ("energy model", .left), ("per MAC", .right), ("per bit read", .right), ("per bit written", .right),
      ("unit", .left), ("word widths", .left),
    ])
    for model in models {
      table.add([
        model.name, NumberText.price(model.figures.mac), NumberText.price(model.figures.read),
        NumberText.price(model.figures.write),
        model.unit, model.widths.map(WidthsText.text) ?? "any",
      ])
    }
    return table.lines(
      form, leavingOut: [["word widths"], ["per bit written"], ["per bit read"], ["per MAC", "unit"]])
  }

  /// An energy model's source and figures.
  public static func energyModel(_ model: EnergyModel, form: TextForm = .plain) -> [String] {
    form.fitted(heading(model.name, source: model.source)) + energyModels([model], form: form)
      + (model.buffer.map { [""] + buffer($0, form: form) } ?? [])
  }

  /// What accesses of the Buffer cost, and how many there are.
  private static func buffer(_ buffer: BufferEnergy, form: TextForm) -> [String] {
    var table = TextTable([("Buffer", .right), ("per bit read", .right), ("per bit written", .right)])
    for row in buffer.table {
      table.add([CapacityText.text(row.capacity), NumberText.price(row.read), NumberText.price(row.write)])
    }
    func words(_ accesses: BufferEnergy.Accesses) -> String {
      "inputs \(NumberText.price(accesses.inputs)), weights \(NumberText.price(accesses.weights)), partial sums "
        + NumberText.price(accesses.partialSums)
    }
    return table.lines(form)
      + form.fitted([
        "", "words read for a MAC     \(words(buffer.readsPerMAC))",
        "words written for a MAC  \(words(buffer.writesPerMAC))",
        "writes for a word that is read from DRAM    \(NumberText.price(buffer.writesPerFill))",
        "reads for a word that is written to DRAM    \(NumberText.price(buffer.readsPerDrain))",
      ])
  }

  /// A row for each accelerator.
  public static func accelerators(_ accelerators: [Accelerator], form: TextForm = .plain) -> [String] {
    var table = TextTable([
      ("accelerator", .left), ("Buffer", .right), ("energy model", .left), ("word widths", .left),
      ("MACs a cycle", .right), ("clock", .right), ("to DRAM", .right),
    ])
    for accelerator in accelerators {
      let rates = accelerator.identity.throughput
      table.add([
        accelerator.name, CapacityText.text(accelerator.capacity), accelerator.energyModel.name,
        WidthsText.text(accelerator.widths), rates.map { NumberText.grouped($0.macsPerCycle) } ?? "",
        rates.map { Quantity(name: "clock", unit: "Hz").text($0.clock) } ?? "",
        rates.map { Quantity(name: "bandwidth", unit: "B/s").text($0.bandwidth / 8) } ?? "",
      ])
    }
    return table.lines(form)
  }

  /// An accelerator's source, what is simplified of it, and its figures.
  public static func accelerator(_ accelerator: Accelerator, form: TextForm = .plain) -> [String] {
    let layout = LayoutText.words(accelerator.layout)
    return form.fitted(
      heading(accelerator.name, source: accelerator.source)
        + (accelerator.simplified.isEmpty ? [] : ["simplified: \(accelerator.simplified)", ""])
        + (layout.isEmpty ? [] : ["the Buffer: \(layout.joined(separator: "; "))", ""]))
      + accelerators([accelerator], form: form)
  }

  /// A row for each platform.
  public static func platforms(_ platforms: [Platform], form: TextForm = .plain) -> [String] {
    var table = TextTable([
      ("platform", .left), ("memory on chip", .right), ("per MAC", .right), ("per bit of DRAM", .right),
      ("unit", .left), ("word widths", .left),
    ])
    for platform in platforms {
      table.add([
        platform.name, CapacityText.text(platform.onChip), NumberText.price(platform.mac),
        NumberText.price(platform.levels[0].memories[0].read), platform.energyModel.unit,
        WidthsText.text(platform.widths),
      ])
    }
    return table.lines(form)
  }

  /// A platform's source and memories.
  public static func platform(_ platform: Platform, form: TextForm = .plain) -> [String] {
    var table = TextTable([
      ("level", .left), ("memory", .left), ("keeps", .left), ("instances", .right), ("capacity of each", .right),
      ("per bit read", .right), ("per bit written", .right), ("MACs an access", .right),
    ])
    for level in platform.levels {
      for memory in level.memories {
        table.add([
          level.name, memory.name,
          Tensor.allCases.filter(memory.tensors.contains).map(\.rawValue).joined(separator: ", "),
          String(memory.instances), memory.capacity.map(CapacityText.text) ?? "", NumberText.price(memory.read),
          NumberText.price(memory.write), String(memory.macsPerAccess),
        ])
      }
    }
    return form.fitted(heading(platform.name, source: platform.source)) + platforms([platform], form: form) + [""]
      + table.lines(form)
  }

  /// An energy model and the platform of the same name, and how the prices of their MACs compare.
  public static func both(_ model: EnergyModel, _ platform: Platform, form: TextForm = .plain) -> [String] {
    let name = model.name
    let (own, other) = (NumberText.price(model.figures.mac), NumberText.price(platform.mac))
    let unit = platform.energyModel.unit
    let comparison =
      if model.unit != unit {
        "Their MACs differ since their units do: the energy model counts in \(model.unit), where a MAC is \(own), the platform "
          + "in \(unit), where it is \(other)."
      } else if own == other {
        "A MAC takes \(own) \(unit) in both."
      } else {
        "Their MACs differ as their sources do: \(own) \(unit) in the energy model, \(other) in the platform."
      }
    return form.fitted([
      "\(name) is an energy model, which --energy takes, and a platform, which 'tilebound validate --platform' takes.",
      comparison, "", "Energy model",
    ]) + energyModel(model, form: form) + ["", "Platform"] + self.platform(platform, form: form)
  }

  /// Where a thing comes from, as far as its file tells.
  private static func heading(_ name: String, source: String) -> [String] {
    source.isEmpty ? [] : ["\(name): \(source)", ""]
  }
}
