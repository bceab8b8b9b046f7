import Interchange
import Workloads

/// Commands that make results again.
enum ReportCommand {
  /// More commands than this for one file are of no use to anybody.
  static let largestCommandCount = 40

  /// The command that replays a record element by element.
  static func replay(_ record: ResultRecord) -> String {
    var parts = [
      "tilebound evaluate", ShellText.option("shape", record.shape), ShellText.option("nest", record.mappingText),
    ]
    if let capacity = record.capacityBits { parts.append("--capacity \(capacity)bit") }
    parts.append(widths(record.bits))
    parts.append("--reuse \(record.reuse)")
    if let energy = energy(ResultSetting(record)), isBuiltIn(ResultSetting(record)) { parts.append(energy) }
    return (parts + ["--replay"]).joined(separator: " ")
  }

  /// Commands that find again what the records of a file that does not name its own say.
  ///
  /// - Throws: ``FormatError`` if a built-in network is wrong, which the tests exclude.
  static func equivalents(_ records: [ResultRecord]) throws(FormatError) -> [String] {
    var commands: [String] = []
    for (_, group) in records.grouped(by: { Search(setting: ResultSetting($0), network: $0.network) }) {
      // A mapping that nobody searched for is given, not found.
      let (given, found) = (
        group.filter { $0.search == nil && $0.lowerBound == nil },
        group.filter { $0.search != nil || $0.lowerBound != nil }
      )
      commands += given.map(replay)
      for (_, sharing) in found.grouped(by: LayerIdentity.init).grouped(by: { Task($0.elements) }) {
        commands += try searches(sharing.map(\.elements))
      }
    }
    return commands.uniqued()
  }

  private struct Search: Hashable {
    let setting: ResultSetting
    let network: String?
  }

  /// What was asked about a layer: layers of which the same was asked share a command.
  private struct Task: Hashable {
    let command: String
    let capacities: String?

    init(_ records: [ResultRecord]) {
      let sizes = records.compactMap(\.capacityBits).uniqued().sorted()
      capacities = CurvePoints.isCurve(records) ? nil : ReportCommand.capacities(sizes)
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
  private static func searches(_ layers: [[ResultRecord]]) throws(FormatError) -> [String] {
    guard let first = layers.first?.first else { return [] }
    let task = Task(layers[0])
    let setting = ResultSetting(first)
    let options =
      [
        task.capacities.map { "--capacity \($0)" }, energy(setting), widths(setting.bits), "--reuse \(setting.reuse)",
        "--format csv",
      ].compactMap { $0 }
    func command(_ which: [String]) -> String {
      (["tilebound \(task.command)"] + which + options).joined(separator: " ")
    }
    let network = try first.network.flatMap { name throws(FormatError) in try BuiltIn.network(name) }
    let known = Set(
      (network?.entries ?? []).map { entry in "\(entry.layer.name)\n\(ShapeText.text(entry.layer))\n\(entry.count)" })
    let wanted = layers.compactMap(\.first)
    guard let network, wanted.allSatisfy({ known.contains("\($0.layer)\n\($0.shape)\n\($0.count)") }) else {
      return wanted.map { command([ShellText.option("shape", $0.shape)]) }
    }
    let name = ShellText.option("network", network.name)
    if Set(wanted.map(\.layer)).count == network.entries.count { return [command([name])] }
    return [command([name] + wanted.map { ShellText.option("layer", $0.layer) })]
  }

  private static func widths(_ bits: ResultRecord.Widths) -> String {
    "--bits inputs=\(bits.inputs),weights=\(bits.weights),outputs=\(bits.outputs),partial-sums=\(bits.partialSums)"
  }

  /// Whether the program has the setting's energy model with the same prices.
  static func isBuiltIn(_ setting: ResultSetting) -> Bool {
    guard let model = try? BuiltIn.energyModel(setting.model) else { return false }
    let own = ResultRecord.Energies(model, compute: 0, data: 0)
    return own.unit == setting.unit && own.perMAC == setting.perMAC && own.perBitRead == setting.perBitRead
      && own.perBitWritten == setting.perBitWritten
  }

  /// The option that chooses the setting's energy model; none where it is the one without that option.
  private static func energy(_ setting: ResultSetting) -> String? {
    if !isBuiltIn(setting) { return ShellText.option("energy", "\(setting.model).yaml") }
    return setting.model == BuiltIn.energyModelNames.first ? nil : ShellText.option("energy", setting.model)
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
