import Answers
import EnergyModel
import Foundation
public import Interchange
import LowerBounds
import MappingSearch
import Mappings
import Workloads

/// What totals need to know of one item's records in a sweep; energies are in the order of the records.
struct SweepSums: Codable, Sendable {
  var data: [Double]
  /// Bounds; zeros for a layer that is a part of another, as only its whole has any.
  var bound: [Double]
  /// Whether every block size was searched.
  var complete: Bool
  /// Bits that each record moves, where an accelerator gives its rates.
  var moved: [Int]?
  /// Bits that every schedule moves at least, likewise; zeros for a layer that is a part of another.
  var least: [Int]?
  /// Those of the layer for each of the setting's ratios of prices.
  var curves: [SavedCurve]

  init(_ answer: SweepAnswer) {
    let answers = answer.answers
    if answers.contains(where: { $0.accelerator?.throughput != nil }) {
      moved = answers.map(\.traffic.total.count)
      least = answers.map { $0.leastMoved?.count ?? 0 }
    }
    curves = answer.curves.map { SavedCurve($0) }
    data = answers.map(\.energy.data)
    bound = answers.map { $0.bound?.data ?? 0 }
    complete = answers.allSatisfy { $0.search?.isComplete ?? true }
  }

  /// Whether there is one of everything that the records of an item need.
  func areComplete(for item: Sweep.Item, _ sweep: Sweep) -> Bool {
    let count = sweep.recordCount(of: item)
    let counts = item.setting.accelerator?.throughput == nil ? nil : count
    return data.count == count && bound.count == count && moved?.count == counts && least?.count == counts
      && curves.count == item.setting.ratios.count
  }

  /// How long a layer takes with a record's mapping; nil where what it moves is not known.
  func time(of layer: Layer, at place: Int, on rates: Accelerator.Throughput) -> ExecutionTime? {
    guard let moved, let least else { return nil }
    return ExecutionTime(macs: layer.macs, moved: Bits(moved[place]), atLeast: Bits(least[place]), on: rates)
  }

  /// Keeps the curves of another layer in place of its own where they are equal, so that they are in memory once.
  mutating func shareCurves(with other: SweepSums) {
    if zip(curves, other.curves).allSatisfy({ $0.steps == $1.steps }), curves.count == other.curves.count {
      curves = other.curves
    }
  }
}

/// All layers of a network at one capacity in one setting of a sweep, repeated layers as often as they occur.
public struct SweepTotal: Codable, Hashable, Sendable {
  /// The network's name.
  public var network: String
  /// Bits of a word of each kind.
  public var bits: ResultRecord.Widths
  /// The reuse policy, a raw value of `ReusePolicy`.
  public var reuse: String
  /// Whether loops over phases were searched, a raw value of `PhasePolicy`; nil where it is as usual under the reuse.
  public var phases: String?
  /// How tensors lie in the Buffer; nil where they share one room, each box there once.
  public var buffer: ResultRecord.Layout?
  /// The accelerator's name, where one was named.
  public var accelerator: String?
  /// The Buffer's size.
  public var capacityBits: Int
  /// The number of layers, repeated ones counted, and those that are given in parts as one.
  public var layers: Int
  /// The energies of all layers together.
  public var energy: ResultRecord.Energies
  /// The sum of the layers' bounds: of parts that of their whole.
  public var lowerBound: ResultRecord.Bound
  /// How far the energies are above the bound.
  public var gap: ResultRecord.Gap
  /// How long all layers take one after the other, where the accelerator gives its rates.
  public var time: ResultRecord.Time?

  enum CodingKeys: String, CodingKey {
    case network
    case bits
    case reuse
    case phases
    case buffer
    case accelerator
    case capacityBits = "capacity_bits"
    case layers
    case energy
    case lowerBound = "lower_bound"
    case gap
    case time
  }
}

/// What stands beside a sweep's file: what it holds and the totals of its networks.
public struct SweepIndex: Codable, Sendable {
  static let currentSchema = "tilebound-sweep/1"

  /// The length and the checksum of the file.
  struct Content: Codable, Hashable, Sendable {
    var bytes: Int
    var checksum: String

    init(bytes: Int, checksum: Checksum) {
      self.bytes = bytes
      self.checksum = checksum.text
    }

    /// Those of a file.
    init(of file: String) throws(SweepError) {
      let opened = try OpenFile(reading: file)
      var (bytes, checksum) = (0, Checksum())
      while true {
        let more = try opened.read(atMost: 1 << 20, at: bytes)
        if more.isEmpty { break }
        bytes += more.count
        checksum.add(more)
      }
      self.init(bytes: bytes, checksum: checksum)
    }
  }

  var schema = SweepIndex.currentSchema
  /// What made the file; nil where it was made before that was recorded.
  var producer: Producer?
  var command: String
  var plan: SweepPlan
  var content: Content
  var records: Int
  /// Curves that answered all records.
  var curves: Int
  /// Whether every block size of every layer was searched.
  var complete: Bool
  var totals: [SweepTotal]
  /// The networks' exact curves; nil where the file was made before they were recorded.
  var networkCurves: [SweepCurve]?

  enum CodingKeys: String, CodingKey {
    case schema
    case producer
    case command
    case plan
    case content
    case records
    case curves
    case complete
    case totals
    case networkCurves = "network_curves"
  }

  /// The command line that made a file; nil unless the file is that of a sweep, or of a part of one, and was not changed
  /// since.
  public static func command(thatMade file: String) -> String? {
    let part = ShardIndex(of: file)?.about
    let known = part.map { ("\($0.command) \(ShellText.option("shard", $0.shard.text))", $0.content) }
    guard let (command, content) = known ?? read(Origin.self, of: file).map({ ($0.command, $0.content) }),
      (try? Content(of: file)) == content
    else { return nil }
    let name = file.split(separator: "/").last.map(String.init) ?? file
    return "\(command) \(ShellText.option("output", name))"
  }

  /// The curves that are known of a sweep's networks; none unless the file is that of a sweep and was not changed since.
  public static func networkCurves(of file: String) -> [SweepCurve] {
    guard let index = read(Curves.self, of: file), (try? Content(of: file)) == index.content else { return [] }
    return index.networkCurves ?? []
  }

  /// The index of a file.
  public static func path(of file: String) -> String { file + ".index.json" }

  /// Writes the index of a file, whole or not at all.
  func write(for file: String) throws(SweepError) {
    let path = Self.path(of: file)
    let temporary = try OpenFile(path + ".part")
    do {
      try temporary.cut(at: 0)
      try pieces { piece throws(SweepError) in try temporary.write(piece) }
      try temporary.rename(to: path)
    } catch {
      temporary.remove()
      throw error
    }
  }

  /// Hands over its text in pieces, which is that of ``ResultFile/json(_:)``: of a long sweep it has many totals.
  func pieces(_ take: (String) throws(SweepError) -> Void) throws(SweepError) {
    func json(_ value: some Encodable) throws(SweepError) -> String {
      guard let text = try? ResultFile.json(value) else { throw .failed(file: "the index", "a figure is not finite") }
      return text
    }
    /// Elements of a list one level down.
    func put<Element: Encodable>(_ elements: [Element]) throws(SweepError) {
      for (index, element) in elements.enumerated() {
        let lines = try json(element).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let text = lines.map { $0.isEmpty ? "" : "    \($0)" }.joined(separator: "\n")
        try take((index == 0 ? "" : ",\n") + text)
      }
    }
    var rest = self
    (rest.totals, rest.networkCurves) = ([], networkCurves.map { _ in [] })
    // A line break in a text is written as two other characters: such a line is a key of the document itself.
    let lines = try json(rest).split(separator: "\n", omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      if number > 0 { try take("\n") }
      let before = number > 0 ? lines[number - 1] : ""
      if before == "  \"totals\" : [" {
        try put(totals)
      } else if before == "  \"network_curves\" : [" {
        try put(networkCurves ?? [])
      } else {
        try take(String(line))
      }
    }
  }

  /// The index of a file, or nil where there is none that can be read.
  static func read(of file: String) -> SweepIndex? { read(SweepIndex.self, of: file) }

  private static func read<Part: IndexPart>(_: Part.Type, of file: String) -> Part? {
    guard let text = try? TextFile.read(path(of: file), limit: 1 << 30),
      let index = try? JSONDecoder().decode(Part.self, from: Data(text.utf8)), index.schema == currentSchema
    else { return nil }
    return index
  }

  /// What made the file, without what it holds, of which there may be much.
  private struct Origin: IndexPart {
    var schema: String
    var command: String
    var content: Content
  }

  /// The networks' curves, without their totals.
  private struct Curves: IndexPart {
    var schema: String
    var content: Content
    var networkCurves: [SweepCurve]?

    enum CodingKeys: String, CodingKey {
      case schema
      case content
      case networkCurves = "network_curves"
    }
  }
}

/// All of an index, or what is wanted of it.
private protocol IndexPart: Decodable {
  var schema: String { get }
}

extension SweepIndex: IndexPart {}

extension SweepTotal {
  /// The totals of a sweep: a network's in each setting, under each energy model, at each capacity.
  static func all(_ sweep: Sweep, _ sums: [SweepSums]) -> [SweepTotal] {
    var totals: [SweepTotal] = []
    for network in sweep.byNetwork(sums) { totals += all(of: network, sweep) }
    return totals
  }

  /// The totals of a network in a setting.
  static func all(of network: Sweep.NetworkValues<SweepSums>, _ sweep: Sweep) -> [SweepTotal] {
    let (network, setting, layers) = (network.network, network.setting, network.layers)
    var totals: [SweepTotal] = []
    let divided = WholeLayer.all(of: layers, entry: \.entry).filter(\.whole.hasParts).map { layer in
      Divided(layer.whole, layer.parts.map(\.value), sweep, setting)
    }
    for (number, models) in setting.models.enumerated() {
      for (step, (model, capacity)) in zip(models, setting.capacities).enumerated() {
        let place = number * setting.capacities.count + step
        var (compute, data, bound) = (0.0, 0.0, 0.0)
        for (entry, sums) in layers {
          let count = Double(entry.count)
          compute += count * model.inUnits(quanta: model.macQuanta * entry.layer.macs)
          data += count * sums.data[place]
          bound += count * sums.bound[place]
        }
        let own = setting.under(model, sweep.dataflows)
        for layer in divided {
          data -= layer.saved(at: place, capacity, own)
          bound += layer.bound(capacity, model)
        }
        var total = SweepTotal(network, setting, model, capacity, compute: compute, data: data, bound: bound)
        if let rates = setting.accelerator?.throughput {
          let plain = layers.filter { $0.entry.partOf == nil }.compactMap { entry, sums in
            sums.time(of: entry.layer, at: place, on: rates).map { (time: $0, count: entry.count) }
          }
          let whole = divided.compactMap { layer in
            layer.time(at: place, capacity, own.widths, on: rates).map { (time: $0, count: layer.count) }
          }
          total.time = ResultRecord.Time(ExecutionTime(sumOf: plain + whole))
        }
        totals.append(total)
      }
    }
    return totals
  }

  /// A layer that is given in parts, in a setting.
  private struct Divided {
    /// How often the network has it.
    var count: Int { whole.count }

    private let whole: WholeLayer
    private let parts: [SweepSums]
    private let shared: SharedInputs?
    private let bounds: LowerBounds?

    init(_ whole: WholeLayer, _ parts: [SweepSums], _ sweep: Sweep, _ setting: Sweep.Setting) {
      (self.whole, self.parts) = (whole, parts)
      let own = setting.models.first?.first.map { setting.under($0, sweep.dataflows) }
      shared = own.flatMap { SharedInputs(whole, in: $0) }
      // Bounds are on bits, whatever these cost. Every part was checked when the sweep was made.
      bounds = own.flatMap { setting in (try? whole.problems(in: setting)).map { LowerBounds($0) } }
    }

    /// The bound on moving its data, as often as the network has it.
    func bound(_ capacity: Bits, _ model: EnergyModel) -> Double {
      guard let best = bounds?.best(capacity: capacity) else { return 0 }
      return Double(whole.count) * (model.energy(macs: 0, read: best.read, written: best.written)?.data ?? 0)
    }

    /// How long all of it takes.
    func time(
      at place: Int, _ capacity: Bits, _ widths: WordWidths, on rates: Accelerator.Throughput
    ) -> ExecutionTime? {
      let times = zip(whole.parts, parts).compactMap { $1.time(of: $0, at: place, on: rates) }
      guard times.count == parts.count, let least = bounds?.best(capacity: capacity).total else { return nil }
      let stays = shared.flatMap { $0.occupancy <= capacity ? $0.traffic.bits(widths).total : nil }
      let moved = stays ?? Bits(parts.reduce(0) { $0 + ($1.moved?[place] ?? 0) })
      let macs = whole.parts.reduce(0) { $0 + $1.macs }
      return ExecutionTime(
        of: ExecutionTime(macs: macs, moved: moved, atLeast: least, on: rates), parts: times, sharesInputs: stays != nil
      )
    }

    /// What its parts spend less than one after the other where their inputs stay in the Buffer for all of them.
    func saved(at place: Int, _ capacity: Bits, _ setting: Problem.Setting) -> Double {
      guard let shared, shared.occupancy <= capacity, let energy = shared.dataEnergy(in: setting) else { return 0 }
      return Double(whole.count) * (parts.reduce(0) { $0 + $1.data[place] } - energy.data)
    }
  }

  private init(
    _ network: Network, _ setting: Sweep.Setting, _ model: EnergyModel, _ capacity: Bits, compute: Double,
    data: Double, bound: Double
  ) {
    self.network = network.name
    bits = ResultRecord.Widths(setting.widths)
    reuse = setting.reuse.rawValue
    phases = setting.namedPhases
    buffer = ResultRecord.Layout(setting.layout)
    accelerator = setting.accelerator?.name
    capacityBits = capacity.count
    layers = network.wholes.reduce(0) { $0 + $1.count }
    let (all, least) = (Energies(model, compute: compute, data: data), EnergyBound(sum: bound, compute: compute))
    energy = ResultRecord.Energies(all)
    lowerBound = ResultRecord.Bound(least)
    gap = ResultRecord.Gap(Gap(all, above: least))
  }
}
