import Answers
import EnergyModel
import Interchange
import MappingSearch
import Mappings
import Workloads

/// What a page says of more records than it can show: what they add up to, and those with the largest gaps.
///
/// It takes records one after the other and keeps sums alone, for each network in each setting at each capacity, and so
/// many records; its size does not grow with the number of layers that have any.
public struct ReportDigest {
  /// So many records have a page with all of them unless another number is given, see ``ReportIntake``.
  public static let mostShown = 20_000
  /// Of so many layers in a setting the record with the largest gap is shown.
  static let mostLayers = 100
  /// All tables of sums together have about so many rows at most.
  static let mostRows = 4_000
  /// So many pictures at most.
  static let mostFigures = 24

  /// The records of a network at a capacity in a setting.
  struct Sum {
    var compute = 0.0
    var data = 0.0
    /// Of the bounds, while every record has one.
    var bound: Double? = 0
    /// Layers, repeated ones counted.
    var layers = 0
    /// Which layers of the network have a record, a bit each.
    private var seen: [UInt64] = []
    private(set) var count = 0

    /// Adds a record of a layer; false when that has one.
    mutating func add(_ record: Answer, layer: Int) -> Bool {
      let (word, bit) = (layer / 64, UInt64(1) << UInt64(layer % 64))
      while seen.count <= word { seen.append(0) }
      if seen[word] & bit != 0 { return false }
      seen[word] |= bit
      count += 1
      let times = Double(record.count)
      compute += times * record.energy.compute
      data += times * record.energy.data
      bound = bound.flatMap { sum in record.bound.map { sum + times * $0.data } }
      layers += record.count
      return true
    }
  }

  /// A network in a setting.
  struct Group {
    let network: String?
    let study: Int
    var layers: [LayerIdentity: Int] = [:]
    var sums: [Bits: Sum] = [:]
    var model: EnergyModel?
    var records = 0
    var withoutCapacity = 0
    /// Whether a layer has several records at a capacity, which are not added up.
    var hasSeveral = false
    var hasParts = false
    var mayBeLower = false
    var rises = false

    /// The sums over all layers, where there is one, by rising capacity.
    var totals: [(capacity: Bits, sum: Sum)] {
      if problem != nil { return [] }
      return sums.filter { $0.value.count == layers.count }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Why there is no sum at all.
    var problem: String? {
      if hasSeveral { return "has layers with several records at a capacity: there is no sum." }
      return Set(layers.keys.map(\.layer.name)).count < layers.count
        ? "has layers of one name that differ, in different files perhaps: there is no sum." : nil
    }
  }

  /// What is known of a file.
  struct File {
    let name: String
    var command: String?
    var records = 0
    var omitted = 0
  }

  /// A record that may be shown.
  private struct Worst {
    let record: Answer
    let file: Int
    let gap: Double
    /// Its place among all records.
    let place: Int

    /// Whether it comes before another: larger gaps first, then the order of the files.
    func precedes(_ other: Worst) -> Bool { (other.gap, place) < (gap, other.place) }
  }

  private struct Layer: Hashable {
    let study: Int
    let layer: LayerIdentity
  }

  private struct GroupKey: Hashable {
    let network: String?
    let study: Int
  }

  private(set) var files: [File] = []
  private(set) var studies: [Study] = []
  private(set) var groups: [Group] = []
  private var studyIndices: [Study: Int] = [:]
  private var groupIndices: [GroupKey: Int] = [:]
  private var worst: [Layer: Worst] = [:]
  /// The layer in `worst` whose record comes last there, while as many are kept as are shown.
  private var last: Layer?
  /// How many records there were.
  private(set) var count = 0

  init() {}

  /// Begins with a file.
  mutating func begin(_ name: String) { files.append(File(name: name)) }

  /// Ends it.
  mutating func end(command: String?, omitted: Int) {
    files[files.count - 1].command = command
    files[files.count - 1].omitted = omitted
  }

  /// Takes a record of the last file.
  mutating func add(_ record: Answer) {
    count += 1
    files[files.count - 1].records += 1
    let study = Study(record)
    let studyIndex = studyIndices[study] ?? studies.count
    if studyIndex == studies.count {
      studyIndices[study] = studyIndex
      studies.append(study)
    }
    let key = GroupKey(network: record.network, study: studyIndex)
    let index = groupIndices[key] ?? groups.count
    if index == groups.count {
      groupIndices[key] = index
      groups.append(Group(network: record.network, study: studyIndex))
    }
    let layer = LayerIdentity(record)
    Self.add(record, layer, to: &groups[index])
    offer(
      Worst(record: record, file: files.count - 1, gap: record.gap?.total ?? -1, place: count),
      of: Layer(study: studyIndex, layer: layer))
  }

  private static func add(_ record: Answer, _ layer: LayerIdentity, to group: inout Group) {
    let number = group.layers[layer] ?? group.layers.count
    group.layers[layer] = number
    group.records += 1
    group.model = group.model ?? record.setting.energyModel
    group.hasParts = group.hasParts || record.partOf != nil
    group.mayBeLower = group.mayBeLower || record.mayBeBeaten
    group.rises = group.rises || !record.movesAtOnePrice
    guard let capacity = record.capacity else {
      group.withoutCapacity += 1
      return
    }
    if group.sums[capacity, default: Sum()].add(record, layer: number) { return }
    group.hasSeveral = true
  }

  /// Keeps a record if it is one of those that are shown.
  private mutating func offer(_ record: Worst, of layer: Layer) {
    if let other = worst[layer] {
      if !record.precedes(other) { return }
    } else if worst.count == Self.mostLayers, let last {
      guard let least = worst[last], record.precedes(least) else { return }
      worst[last] = nil
    }
    worst[layer] = record
    last = worst.count == Self.mostLayers ? worst.max { $0.value.precedes($1.value) }?.key : nil
  }

  /// The records with the largest gaps, the largest first, each as of a file of its own name.
  var shown: [ResultDocument] {
    let ordered = worst.values.sorted { $0.precedes($1) }
    return files.enumerated().map { index, file in
      ResultDocument(file: file.name, command: file.command, answers: ordered.filter { $0.file == index }.map(\.record))
    }.filter { !$0.answers.isEmpty }
  }

  /// The networks in a few words.
  var subject: String { ReportContents.subject(groups.map(\.network)) }

  /// The sums of each network in each setting, and what is to be said of them.
  var summary: [SummarySection.Part] {
    let perGroup = max(2, Self.mostRows / max(1, groups.count))
    let most = Self.mostRows / 2
    return studies.indices.map { study in
      var part = SummarySection.Part(title: SummarySection.title(studies[study], study))
      var totals = SummarySection.totals(studies[study].setting.energyModel.unit)
      let own = groups.enumerated().filter { $0.element.study == study }
      var isThinned = false
      if own.contains(where: \.element.mayBeLower) {
        part.remarks.append("\(SearchStatistics.note(onIncomplete: "an optimum above its bound")).")
      }
      for (index, group) in own {
        let name = group.network ?? "layers by shape"
        if let problem = group.problem { part.remarks.append("\(name) \(problem)") }
        if group.withoutCapacity > 0 {
          part.remarks.append(
            "\(name): \(ReportContents.count(group.withoutCapacity, "record")) without a capacity, not in the sums.")
        }
        let all = group.totals
        let incomplete = group.problem == nil ? group.sums.count - all.count : 0
        if incomplete > 0 {
          part.remarks.append(
            "\(name): no sum at \(ReportContents.count(incomplete, "capacity", "capacities")), where not all of its "
              + "\(group.layers.count) distinct layers have a record.")
        }
        if group.hasParts, group.problem == nil {
          part.remarks.append(
            "\(name) has layers that are given in parts, which are added up as if each ran by itself.")
        }
        if index >= most { continue }
        let some = Self.evenly(all.count, perGroup)
        isThinned = isThinned || some.count < all.count
        for place in some { totals.add(SummarySection.row(name, group, all[place].capacity, all[place].sum)) }
      }
      if isThinned {
        part.remarks.append(
          "Of each network the table has at most \(NumberText.grouped(perGroup)) capacities, evenly chosen, the least and the "
            + "largest among them.")
      }
      if let first = own.last, first.offset >= most {
        part.remarks.append("The tables have the first \(NumberText.grouped(most)) of networks in settings.")
      }
      totals = SummarySection.withoutTotals(totals, studies[study].setting.energyModel)
      part.tables = totals.rows.isEmpty ? [] : [totals]
      return part
    }
  }

  /// Places of so many of a number of things, the first and the last among them.
  static func evenly(_ count: Int, _ most: Int) -> [Int] {
    count <= most ? Array(0..<count) : (0..<most).map { ($0 * (count - 1) + (most - 1) / 2) / (most - 1) }
  }

  /// Ski slopes and gaps of the networks, of the first ones where there are many, and slopes of several together.
  public func figures() -> [Figure] {
    let slopes = groups.map { group in
      (group: group, study: studies[group.study], slope: slope(of: group))
    }.filter { $0.slope.points.count > 1 }
    var figures: [Figure] = []
    for index in studies.indices {
      let own = slopes.filter { $0.group.study == index }
      if own.count > 1 { figures += ReportFigures.together(own.map(\.slope), studies[index]) }
    }
    for (group, study, slope) in slopes {
      let subject = group.network ?? "shapes"
      figures += ReportFigures.single(slope, gaps: gaps(of: group), subject, study)
    }
    return ReportFigures.named(Array(figures.prefix(Self.mostFigures)))
  }

  private func slope(of group: Group) -> SkiSlope {
    var slope = SkiSlope(name: group.network ?? "shapes", points: [], isSampled: true)
    slope.mayBeLower = group.mayBeLower
    slope.rises = group.rises
    for (capacity, sum) in group.totals {
      slope.points.append(SkiSlope.Sample(capacityBits: capacity.count, value: sum.data))
      if let bound = sum.bound { slope.bound.append(SkiSlope.Sample(capacityBits: capacity.count, value: bound)) }
    }
    return slope
  }

  private func gaps(of group: Group) -> [SkiSlope.Sample] {
    group.totals.compactMap { capacity, sum in
      sum.gap(group.model)?.data.map { SkiSlope.Sample(capacityBits: capacity.count, value: $0) }
    }
  }
}

extension ReportDigest.Sum {
  func energies(_ model: EnergyModel) -> Energies { Energies(model, compute: compute, data: data) }

  /// How far it is above the sum of the bounds, where there is one.
  func gap(_ model: EnergyModel?) -> Gap? {
    guard let bound, let model else { return nil }
    return Gap(energies(model), above: EnergyBound(sum: bound, compute: compute))
  }
}
