import EnergyModel
import Interchange
import Mappings
import Workloads

/// The form of a sweep's file.
public enum SweepForm: String, CaseIterable, Codable, Sendable {
  /// A record a line, each naming its schema.
  case jsonLines = "jsonl"
  /// A table with a header line.
  case csv
}

/// Everything that decides what a sweep's file holds, as its progress and its index keep it: two sweeps with equal plans
/// have equal files.
struct SweepPlan: Codable, Hashable, Sendable {
  struct PlannedNetwork: Codable, Hashable, Sendable {
    var name: String
    var layers: [PlannedLayer]
  }

  struct PlannedLayer: Codable, Hashable, Sendable {
    var name: String
    var shape: String
    var count: Int
    /// The whole that it is a part of, if it is one.
    var partOf: String?
    /// Whether it reads inputs that not all parts read, or lacks some.
    var ownInputs: Bool?

    enum CodingKeys: String, CodingKey {
      case name
      case shape
      case count
      case partOf = "part_of"
      case ownInputs = "own_inputs"
    }
  }

  /// What an energy model tells of the Buffer.
  struct PlannedBuffer: Codable, Hashable, Sendable {
    struct Row: Codable, Hashable, Sendable {
      var capacityBits: Int
      var read: Double
      var write: Double

      enum CodingKeys: String, CodingKey {
        case capacityBits = "capacity_bits"
        case read
        case write
      }
    }

    var table: [Row]
    /// Words of inputs, of weights and partial sums.
    var readsPerMAC: [Double]
    /// The same.
    var writesPerMAC: [Double]
    var writesPerFill: Double
    var readsPerDrain: Double

    enum CodingKeys: String, CodingKey {
      case table
      case readsPerMAC = "reads_per_mac"
      case writesPerMAC = "writes_per_mac"
      case writesPerFill = "writes_per_fill"
      case readsPerDrain = "reads_per_drain"
    }
  }

  struct PlannedSetting: Codable, Hashable, Sendable {
    var bits: ResultRecord.Widths
    var reuse: String
    /// Whether loops over phases are searched; nil where it is as usual under the reuse.
    var phases: String?
    /// How tensors lie in the Buffer; nil where they share one room, each box there once.
    var buffer: ResultRecord.Layout?
    /// The models with their prices; energies are zero.
    var energyModels: [ResultRecord.Energies]
    /// What the Buffer costs by each of them; nil where none tells.
    var buffers: [PlannedBuffer?]?
    /// The accelerator that these are, where one was named.
    var accelerator: ResultRecord.Machine?
    /// The Buffer's size, where it is an accelerator's or in parts.
    var capacityBits: Int?

    enum CodingKeys: String, CodingKey {
      case bits
      case reuse
      case phases
      case buffer
      case energyModels = "energy_models"
      case buffers
      case accelerator
      case capacityBits = "capacity_bits"
    }
  }

  var form: SweepForm
  /// How the file is compressed, if it is.
  var compression: SweepCompression?
  var networks: [PlannedNetwork]
  var capacitiesBits: [Int]
  var settings: [PlannedSetting]
  /// The dataflows that are searched; nil where all are.
  var dataflows: [String]?
  var comparesDataflows: Bool
  /// The line of the nest of which alone tile sizes are searched for; nil where there is none.
  var template: String?

  enum CodingKeys: String, CodingKey {
    case form
    case compression
    case networks
    case capacitiesBits = "capacities_bits"
    case settings
    case dataflows
    case comparesDataflows = "compares_dataflows"
    case template
  }

  init(_ sweep: Sweep, form: SweepForm, compression: SweepCompression? = nil) {
    (self.form, self.compression) = (form, compression)
    networks = sweep.networks.map { network in
      PlannedNetwork(
        name: network.name,
        layers: network.entries.map {
          PlannedLayer(
            name: $0.layer.name, shape: ShapeText.text($0.layer), count: $0.count, partOf: $0.partOf,
            ownInputs: $0.hasOwnInputs ? true : nil)
        })
    }
    capacitiesBits = sweep.capacities.map(\.count)
    settings = sweep.settings.map { setting in
      PlannedSetting(
        bits: ResultRecord.Widths(setting.widths), reuse: setting.reuse.rawValue, phases: setting.namedPhases,
        buffer: ResultRecord.Layout(setting.layout),
        energyModels: setting.energyModels.map { ResultRecord.Energies(pricesOf: $0) },
        buffers: setting.energyModels.allSatisfy { $0.buffer == nil }
          ? nil : setting.energyModels.map { $0.buffer.map(PlannedBuffer.init) },
        accelerator: setting.accelerator.map { ResultRecord.Machine($0) },
        capacityBits: setting.hasOwnCapacity ? setting.capacities.first?.count : nil)
    }
    dataflows = sweep.dataflows == Dataflow.allCases ? nil : sweep.dataflows.map(\.rawValue)
    comparesDataflows = sweep.comparesDataflows
    template = sweep.template.map(NestText.text)
  }

  /// What differs between two plans, for people.
  func difference(from other: SweepPlan) -> String {
    /// Whether what they say of all settings is the same.
    func agree<Value: Hashable>(_ value: (PlannedSetting) -> Value) -> Bool {
      Set(settings.map(value)) == Set(other.settings.map(value))
    }
    let parts = [
      ("the form", form == other.form), ("the compression", compression == other.compression),
      ("the networks", networks == other.networks),
      ("the capacities", capacitiesBits == other.capacitiesBits),
      ("the accelerators", agree(\.accelerator)), ("the layout of the Buffer", agree(\.buffer)),
      ("the energy models", Set(settings.flatMap(\.energyModels)) == Set(other.settings.flatMap(\.energyModels))),
      ("what the Buffer costs", agree(\.buffers)), ("the word widths", agree(\.bits)),
      ("the rules of reuse", agree(\.reuse)), ("the phases", agree(\.phases)),
      ("the dataflows", dataflows == other.dataflows),
      ("the comparison of dataflows", comparesDataflows == other.comparesDataflows),
      ("the template", template == other.template),
    ]
    let different = parts.filter { !$0.1 }.map(\.0)
    if different.isEmpty { return "what goes together in its settings" }
    return different.dropLast().joined(separator: ", ") + (different.count > 1 ? " and " : "")
      + different[different.count - 1]
  }
}

extension SweepPlan.PlannedNetwork {
  /// The network, without what is said of it elsewhere.
  var network: Network {
    get throws {
      try Network(
        name: name, source: "",
        entries: layers.map { planned in
          Network.Entry(
            layer: try ShapeText.parse(planned.shape, origin: planned.name).named(planned.name), count: planned.count,
            partOf: planned.partOf, hasOwnInputs: planned.ownInputs ?? false)
        })
    }
  }
}

extension SweepPlan.PlannedSetting {
  /// The setting at some capacities, its models without what is said of them elsewhere.
  func setting(at capacities: [Bits]) throws -> Sweep.Setting {
    guard let widths = bits.wordWidths, let reuse = ReusePolicy(rawValue: reuse) else {
      throw FormatError(origin: "settings", message: "has unknown widths or an unknown rule of reuse")
    }
    let identity = try accelerator.map { accelerator in
      guard let identity = accelerator.identity else {
        throw FormatError(origin: "settings", message: "has an accelerator of unknown rates")
      }
      return identity
    }
    let buffers = buffers ?? Array(repeating: nil, count: energyModels.count)
    return try Sweep.Setting(
      widths: widths, reuse: reuse, phases: phases.flatMap(PhasePolicy.init) ?? .usual(under: reuse),
      energyModels: try zip(energyModels, buffers).map { prices, buffer in
        try EnergyModel(
          name: prices.model, source: "", unit: prices.unit, mac: prices.perMAC, read: prices.perBitRead,
          write: prices.perBitWritten, buffer: try buffer?.energy)
      }, capacities: capacityBits.map { [Bits($0)] } ?? capacities, accelerator: identity,
      layout: try buffer?.layout() ?? .shared)
  }
}

extension SweepPlan.PlannedBuffer {
  init(_ buffer: BufferEnergy) {
    func counts(_ accesses: BufferEnergy.Accesses) -> [Double] {
      [accesses.inputs, accesses.weights, accesses.partialSums]
    }
    table = buffer.table.map { Row(capacityBits: $0.capacity.count, read: $0.read, write: $0.write) }
    (readsPerMAC, writesPerMAC) = (counts(buffer.readsPerMAC), counts(buffer.writesPerMAC))
    (writesPerFill, readsPerDrain) = (buffer.writesPerFill, buffer.readsPerDrain)
  }

  /// What the Buffer costs.
  var energy: BufferEnergy {
    get throws {
      func accesses(_ counts: [Double]) throws -> BufferEnergy.Accesses {
        guard counts.count == 3 else {
          throw FormatError(origin: "buffers", message: "has not the accesses of three kinds of words")
        }
        return BufferEnergy.Accesses(inputs: counts[0], weights: counts[1], partialSums: counts[2])
      }
      return try BufferEnergy(
        table: table.map { BufferEnergy.Row(capacity: Bits($0.capacityBits), read: $0.read, write: $0.write) },
        readsPerMAC: try accesses(readsPerMAC), writesPerMAC: try accesses(writesPerMAC), writesPerFill: writesPerFill,
        readsPerDrain: readsPerDrain)
    }
  }
}
