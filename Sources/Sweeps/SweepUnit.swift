import EnergyModel
import Mappings
import Workloads

extension Sweep {
  /// A layer of a network in a setting, whose records stand together in the file.
  struct Item: Sendable {
    let network: Network
    let entry: Network.Entry
    let setting: Setting
  }

  /// What is searched once, for all items that ask for it: the unit of work, of progress and of shards.
  struct Unit: Sendable {
    /// The numbers of the items, in order.
    var items: [Int]
    /// The ratios of prices that some of them have, each with the capacities at which it is looked up in its curve.
    var lookUps: [(ratio: PriceRatio, capacities: Set<Bits>)]

    /// The curves to be computed.
    var curveCount: Int { lookUps.count }
  }

  /// All that a search depends on besides the ratios of prices and the dataflows, which are the sweep's.
  private struct Search: Hashable {
    let layer: Layer
    let widths: WordWidths
    let reuse: ReusePolicy
    let phases: PhasePolicy
    let layout: BufferLayout
    /// Of optima that are searched at a setting's capacities alone.
    let capacities: [Bits]

    init(_ item: Item, knowsCapacitiesAlone: Bool) {
      let setting = item.setting
      layer = item.entry.layer.named("")
      (widths, reuse, phases, layout) = (setting.widths, setting.reuse, setting.phases, setting.layout)
      capacities = knowsCapacitiesAlone || !layout.parts.isEmpty ? setting.capacities : []
    }
  }

  /// The items of networks in settings, in the order of the file.
  static func items(_ networks: [Network], _ settings: [Setting]) -> [Item] {
    networks.flatMap { network in
      settings.flatMap { setting in
        network.entries.map { Item(network: network, entry: $0, setting: setting) }
      }
    }
  }

  /// The units that items ask for, in the order of the first of each.
  ///
  /// - Parameters:
  ///   - items: the items.
  ///   - settings: their settings.
  ///   - knowsCapacitiesAlone: whether optima are searched at the settings' capacities alone, whatever the layout.
  /// - Returns: the units.
  static func units(_ items: [Item], _ settings: [Setting], knowsCapacitiesAlone: Bool) -> [Unit] {
    let lookUps = Dictionary(uniqueKeysWithValues: settings.map { ($0, $0.lookUps) })
    var places: [Search: Int] = [:]
    var units: [Unit] = []
    for (number, item) in items.enumerated() {
      let own = lookUps[item.setting] ?? []
      let search = Search(item, knowsCapacitiesAlone: knowsCapacitiesAlone)
      let place = places[search] ?? units.count
      if place < units.count {
        units[place].add(number, own)
      } else {
        places[search] = place
        units.append(Unit(items: [number], lookUps: own))
      }
    }
    return units
  }

  /// The items of some units in the order in which they are worked on.
  func workOrder(_ units: Range<Int>) -> [Int] { self.units[units].flatMap(\.items) }

  /// The records of some units.
  func recordCount(of units: some Sequence<Unit>) -> Int {
    units.reduce(0) { $0 + $1.items.reduce(0) { $0 + recordCount(of: items[$1]) } }
  }
}

extension Sweep.Unit {
  /// Takes an item up that asks for the same.
  fileprivate mutating func add(_ item: Int, _ others: [(ratio: PriceRatio, capacities: Set<Bits>)]) {
    items.append(item)
    for other in others {
      if let place = lookUps.firstIndex(where: { $0.ratio == other.ratio }) {
        lookUps[place].capacities.formUnion(other.capacities)
      } else {
        lookUps.append(other)
      }
    }
  }
}

extension Sweep.Setting {
  /// Its ratios, each with the capacities at which some of its models has it.
  fileprivate var lookUps: [(ratio: PriceRatio, capacities: Set<Bits>)] {
    ratios.map { ratio in
      let pairs = models.flatMap { zip($0, capacities) }
      return (ratio, Set(pairs.filter { $0.0.ratio == ratio }.map(\.1)))
    }
  }
}
