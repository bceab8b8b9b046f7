import Answers
import EnergyModel
import Interchange
import Mappings
import Workloads

/// Commands that make results again.
enum ReportCommand {
  /// More commands than this for one file are of no use to anybody.
  static let largestCommandCount = 40

  /// The command that replays a record element by element.
  static func replay(_ record: Answer) -> String {
    var parts = [
      "tilebound evaluate", ShellText.option("shape", ShapeText.text(record.layer)),
      ShellText.option("nest", NestText.text(record.mapping)),
    ]
    if let name = builtInAccelerator(record) {
      parts += [ShellText.option("accelerator", name)] + rules(record.setting)
    } else {
      if let capacity = record.capacity {
        let layout = record.setting.layout
        parts.append(
          layout.parts.isEmpty
            ? "--capacity \(capacity.count)bit"
            : "--capacity \(LayoutText.text(layout.parts(in: capacity)))")
      }
      parts += options(record.setting)
      if let energy = energy(record.setting), isBuiltIn(record.setting) { parts.append(energy) }
    }
    return (parts + ["--replay"]).joined(separator: " ")
  }

  /// Commands that find again what the records of a file that does not name its own say.
  ///
  /// - Throws: ``FormatError`` if a built-in network is wrong, which the tests exclude.
  static func equivalents(_ records: [Answer]) throws(FormatError) -> [String] {
    var commands: [String] = []
    for (_, group) in records.grouped(by: { Search(study: Study($0), network: $0.network) }) {
      // A mapping that nobody searched for is given, not found; of one in pieces it is not known how many were asked for.
      func isGiven(_ record: Answer) -> Bool {
        record.dataflow == nil || record.search == nil && record.bound == nil
      }
      let (given, found) = (group.filter(isGiven), group.filter { !isGiven($0) })
      commands += given.map(replay)
      for (_, sharing) in found.grouped(by: LayerIdentity.init).grouped(by: { Task($0.elements) }) {
        commands += try searches(sharing.map(\.elements))
      }
    }
    return commands.uniqued()
  }

  private struct Search: Hashable {
    let study: Study
    let network: String?
  }

  /// The name of a record's accelerator, where the program has one of that name that is the same.
  private static func builtInAccelerator(_ record: Answer) -> String? {
    guard let identity = record.accelerator, let own = try? BuiltIn.accelerator(identity.name) else { return nil }
    // What is on the chip is no property of an accelerator.
    var layout = record.setting.layout
    layout.onChip = own.layout.onChip
    let isTheSame =
      own.identity == identity && own.capacity == record.capacity && own.widths == record.setting.widths
      && own.layout == layout
      && own.energyModel.name == record.setting.energyModel.name && isBuiltIn(record.setting)
    return isTheSame ? identity.name : nil
  }

  /// What was asked about a layer: layers of which the same was asked share a command.
  private struct Task: Hashable {
    let command: String
    let capacities: String?

    /// A Buffer in parts as options take it, at some sizes.
    private static func parts(_ layout: BufferLayout, of whole: Bits, _ sizes: [Int]) -> String {
      if sizes.count == 1 { return LayoutText.text(layout.parts(in: Bits(sizes[0]))) }
      return LayoutText.text(layout.parts) + " --scale "
        + sizes.map { "\($0)/\(whole.count)" }.joined(separator: ",")
    }

    init(_ records: [Answer]) {
      let sizes = records.compactMap(\.capacity?.count).uniqued().sorted()
      let layout = records.first?.setting.layout ?? .shared
      capacities =
        CurvePoints.isCurve(records)
        ? nil : layout.capacity.map { Self.parts(layout, of: $0, sizes) } ?? ReportCommand.capacities(sizes)
      command =
        if capacities == nil {
          "curve"
        } else if records.contains(where: { $0.dataflows != nil }) {
          "gap"
        } else {
          sizes.count > 1 ? "curve" : "optimize"
        }
    }
  }

  /// The commands for layers of one network in one setting of which the same was asked.
  private static func searches(_ layers: [[Answer]]) throws(FormatError) -> [String] {
    guard let first = layers.first?.first else { return [] }
    let task = Task(layers[0])
    let setting = first.setting
    let machine = task.capacities == nil ? nil : builtInAccelerator(first)
    let options =
      (machine.map { [ShellText.option("accelerator", $0)] + rules(setting) }
        ?? [task.capacities.map { "--capacity \($0)" }, energy(setting)].compactMap { $0 } + self.options(setting))
      + searched(first) + ["--format csv"]
    func command(_ which: [String]) -> String {
      (["tilebound \(task.command)"] + which + options).joined(separator: " ")
    }
    let network = try first.network.flatMap { name throws(FormatError) in try BuiltIn.network(name) }
    func identity(_ entry: Network.Entry) -> String {
      "\(ShapeText.text(entry.layer))\n\(entry.layer.name)\n\(entry.count)"
    }
    let known = Set((network?.entries ?? []).map(identity))
    let wanted = layers.compactMap(\.first)
    guard let network, wanted.allSatisfy({ known.contains(identity($0.entry)) }) else {
      return wanted.map { command([ShellText.option("shape", ShapeText.text($0.layer))]) }
    }
    let name = ShellText.option("network", network.name)
    if Set(wanted.map(\.name)).count == network.entries.count { return [command([name])] }
    return [command([name] + wanted.map { ShellText.option("layer", $0.name) })]
  }

  /// The options for widths, reuse and phases.
  private static func options(_ setting: Problem.Setting) -> [String] {
    ["--bits \(WidthsText.list(setting.widths))"] + rules(setting)
      + LayoutText.options(setting.layout, ofAccelerator: true)
  }

  /// The options for what was searched, where that was not all.
  private static func searched(_ record: Answer) -> [String] {
    (record.setting.namedDataflows.map { ["--dataflow \($0.map(\.rawValue).joined(separator: ","))"] } ?? [])
      + (record.template.map { [ShellText.option("template", NestText.text($0))] } ?? [])
  }

  /// Those for reuse and phases, and for what is on the chip.
  private static func rules(_ setting: Problem.Setting) -> [String] {
    ["--reuse \(setting.reuse.rawValue)"] + (setting.namedPhases.map { ["--phases \($0.rawValue)"] } ?? [])
      + LayoutText.options(setting.layout, ofAccelerator: false)
  }

  /// The built-in energy models by name, read once.
  private static let builtIn: [String: EnergyModel] = Dictionary(
    uniqueKeysWithValues: BuiltIn.energyModelNames.compactMap { name in
      (try? BuiltIn.energyModel(name)).map { (name, $0.withoutBuffer) }
    })

  /// Whether the program has the setting's energy model with the same prices.
  static func isBuiltIn(_ setting: Problem.Setting) -> Bool {
    let model = setting.energyModel.withoutBuffer
    guard let own = builtIn[model.name] else { return false }
    return own.unit == model.unit && own.perMAC == model.perMAC && own.perBitRead == model.perBitRead
      && own.perBitWritten == model.perBitWritten
  }

  /// The option that chooses the setting's energy model; none where it is the one without that option.
  private static func energy(_ setting: Problem.Setting) -> String? {
    let name = setting.energyModel.name
    if !isBuiltIn(setting) { return ShellText.option("energy", "\(name).yaml") }
    return name == BuiltIn.energyModelNames.first ? nil : ShellText.option("energy", name)
  }

  /// Capacities as a list, of which those that double become ranges.
  static func capacities(_ bits: [Int]) -> String {
    func text(_ bits: Int) -> String { CapacityText.text(Bits(bits)).split(separator: " ").joined() }
    var parts: [String] = []
    var rest = bits[...]
    while let first = rest.first {
      var count = 1
      while count < rest.count, rest[rest.startIndex + count] == 2 * rest[rest.startIndex + count - 1] { count += 1 }
      if count < 3 { count = 1 }
      let last = rest[rest.startIndex + count - 1]
      parts.append(count == 1 ? text(first) : "\(text(first))...\(text(last))")
      rest = rest.dropFirst(count)
    }
    return parts.joined(separator: ",")
  }
}
