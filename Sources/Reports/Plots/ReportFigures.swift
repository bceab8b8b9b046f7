import EnergyModel
import Foundation
public import Answers
import Interchange
import Mappings
public import Sweeps
public import Workloads

/// All figures that some results allow.
public enum ReportFigures {
  /// The part above the least energy that is near enough to it, for knees and for the choice of one capacity.
  private static let near = 0.05

  /// Figures of answers of any networks, energy models, widths and capacities, each figure of what can be compared.
  ///
  /// For each network under each setting:
  /// - ski slope, gap and map of dataflows over the capacities that all its layers have in common, where these are two or
  ///   more;
  /// - else, for layers with capacities of their own, each layer's ski slope, of at most eight layers;
  /// - the breakdown of energy at the capacity that is asked for, or else at the least from the knee on, or the largest where
  ///   there is none.
  ///
  /// Knees are those of exact curves, see `ExactKnees`; where that is not the curve of the answers there is none.
  /// And for each setting the ski slopes of all networks together, where there are several. Of answers for one layer at one
  /// capacity the one with the least energy counts.
  ///
  /// - Parameters:
  ///   - answers: what the figures are of.
  ///   - curves: what is known of the networks' exact curves, so that they need not be searched once more.
  ///   - breakdown: the capacity of breakdowns of energy, where one is asked for; networks without it have none.
  ///   - enough: once there are so many, those of further networks and settings are left out.
  /// - Returns: the figures.
  public static func all(
    of answers: [Answer], curves: [SweepCurve] = [], breakdownAt breakdown: Bits? = nil, enough: Int = .max
  ) -> [Figure] {
    var figures: [Figure] = []
    var knees = ExactKnees(curves, within: near)
    for (study, records) in answers.grouped(by: Study.init) where figures.count < enough {
      var slopes: [SkiSlope] = []
      for (network, records) in records.grouped(by: \.network) where figures.count < enough {
        let group = Group(network: network, study, records)
        let slope = group.slope(&knees)
        figures += group.figures(slope, &knees, breakdownAt: breakdown)
        figures += [group.totalSlope(curves), group.roofline].compactMap { $0 }
        if let slope { slopes.append(slope.total) }
      }
      if slopes.count > 1 { figures += together(slopes, study) }
    }
    return named(figures)
  }

  /// The records of a network under a setting.
  private struct Group {
    let network: String?
    let study: Study
    var setting: Problem.Setting { study.setting }
    /// The layers' names, in the order of their first appearance.
    private(set) var layers: [String] = []
    /// The best record of each layer at each capacity.
    private var records: [String: [Int: Answer]] = [:]
    /// Those that no capacity was given for.
    private var withoutCapacity: [Answer] = []

    init(network: String?, _ study: Study, _ all: [Answer]) {
      (self.network, self.study) = (network, study)
      let shapes = Dictionary(grouping: all, by: \.name).mapValues { Set($0.map(\.layer)) }
      for record in all {
        // Layers of one name and several shapes are several layers.
        let areSeveral = shapes[record.name].map { $0.count > 1 } ?? false
        let name = areSeveral ? "\(record.name) (\(ShapeText.text(record.layer)))" : record.name
        guard let capacity = record.capacity?.count else {
          withoutCapacity.append(record)
          continue
        }
        var record = record
        record.entry.layer = record.layer.named(name)
        if records[name] == nil { layers.append(name) }
        let other = records[name]?[capacity]
        let isBetter = other.map { record.energy.total < $0.energy.total } ?? true
        if isBetter { records[name, default: [:]][capacity] = record }
      }
    }

    /// Capacities at which every layer has a record, rising.
    private var common: [Int] {
      guard let first = records.values.first, !isCurve || records.count == 1 else { return [] }
      return records.values.reduce(Set(first.keys)) { $0.intersection($1.keys) }.sorted()
    }

    private func at(_ capacity: Int) -> [Answer] { layers.compactMap { records[$0]?[capacity] } }

    /// The energy of moving data of all layers at one capacity.
    private static func data(_ records: [Answer]) -> Double { NetworkAnswer(records)?.energy.data ?? 0 }

    /// What the figures are of: the network, a layer of it, or a layer of none.
    private var subject: String { layers.count == 1 ? name(of: layers[0]) : network ?? "shapes" }

    private func name(of layer: String) -> String { (network.map { "\($0) " } ?? "") + layer }

    /// The network's curve, where its layers have capacities in common.
    func slope(_ knees: inout ExactKnees) -> (total: SkiSlope, gaps: [SkiSlope.Sample])? {
      let common = common
      guard common.count > 1 else { return nil }
      return Self.slope(subject, common.map { ($0, at($0)) }, isSampled: !isCurve, &knees)
    }

    private static func slope(
      _ name: String, _ points: [(capacity: Int, records: [Answer])], isSampled: Bool, isBounded: Bool = true,
      _ knees: inout ExactKnees
    ) -> (total: SkiSlope, gaps: [SkiSlope.Sample]) {
      var slope = SkiSlope(name: name, points: [], isSampled: isSampled)
      slope.mayBeLower = points.contains { $0.records.contains(where: \.mayBeBeaten) }
      var gaps: [SkiSlope.Sample] = []
      let hasDataflows = points.allSatisfy { $0.records.allSatisfy { $0.dataflows?.isEmpty == false } }
      for (capacity, records) in points {
        let data = isBounded ? Self.data(records) : records[0].energy.data
        slope.points.append(SkiSlope.Sample(capacityBits: capacity, value: data))
        guard isBounded, let total = NetworkAnswer(records), let bound = total.bound else { continue }
        slope.bound.append(SkiSlope.Sample(capacityBits: capacity, value: bound.data))
        if let gap = total.gap?.data { gaps.append(SkiSlope.Sample(capacityBits: capacity, value: gap)) }
        for (name, data) in hasDataflows ? total.dataflows : [:] {
          slope.dataflows[name, default: []].append(SkiSlope.Sample(capacityBits: capacity, value: data))
        }
      }
      let isFlat = points.allSatisfy { $0.records.allSatisfy(\.movesAtOnePrice) }
      slope.rises = !isFlat
      if isBounded, isFlat, let parts = SkiSlope.Part.all(of: points[0].records), let last = points.last {
        // Between the records' capacities the bound is known as well.
        let known = Set(slope.bound.map(\.capacityBits))
        slope.bound += SkiSlope.bound(
          of: parts, over: points[0].capacity...last.capacity, threads: ProcessInfo.processInfo.activeProcessorCount
        ).filter { !known.contains($0.capacityBits) }
        slope.bound.sort { $0.capacityBits < $1.capacityBits }
        slope.compulsory = parts.reduce(0) { $0 + $1.compulsory }
      }
      slope.knee = knees.knee(of: slope.points, points.map(\.records), asWholes: isBounded)
      return (slope, gaps)
    }

    func figures(
      _ slope: (total: SkiSlope, gaps: [SkiSlope.Sample])?, _ knees: inout ExactKnees, breakdownAt breakdown: Bits?
    ) -> [Figure] {
      var figures: [Figure] = []
      let common = common
      if let (total, gaps) = slope {
        figures += [
          skiSlope(total, subject), gap(gaps),
          DataflowMapFigure.figure(
            name: name("dataflows"), title: "\(subject): dataflows that attain the optimum", subtitle: study.text,
            // Of a template's nests all are of one.
            optima: isCurve || study.template != nil ? [] : common.flatMap { at($0) }),
        ].compactMap { $0 }
      } else if common.isEmpty {
        figures += layerSlopes(&knees)
      }
      let knee = slope?.total.knee?.capacityBits
      let chosen = breakdown.map { asked in common.first { $0 == asked.count } }
      if let capacity = chosen ?? common.first(where: { $0 >= knee ?? .max }) ?? common.last {
        figures += [self.breakdown(at(capacity), at: CapacityAxis.text(bits: capacity))].compactMap { $0 }
      }
      if !withoutCapacity.isEmpty {
        figures += [self.breakdown(withoutCapacity, at: nil)].compactMap { $0 }
      }
      return figures
    }

    /// Whether the records are points of curves: each layer has capacities of its own, and those in common are so by chance.
    private var isCurve: Bool { records.values.allSatisfy { CurvePoints.isCurve(Array($0.values)) } }

    private func name(_ kind: String) -> String { PlotText.fileName([subject] + study.fileNames + [kind]) }

    /// The layers under the roof of their accelerator, where it gives the rates.
    var roofline: Figure? {
      guard let capacity = common.last else { return nil }
      return RooflineFigure.figure(
        name: name("roofline"), title: "\(subject): roofline of \(study.accelerator?.name ?? "")", subtitle: study.text,
        answers: at(capacity))
    }

    /// The energy of all layers with their MACs, where it has the Buffer's, which rises with the capacity.
    func totalSlope(_ curves: [SweepCurve]) -> Figure? {
      let points = common.map { ($0, at($0)) }
      guard points.count > 1, points.allSatisfy({ $0.1.allSatisfy { $0.setting.energyModel.bufferShare != nil } })
      else { return nil }
      var slope = SkiSlope(name: subject, points: [], isSampled: !isCurve)
      slope.mayBeLower = points.contains { $0.1.contains(where: \.mayBeBeaten) }
      slope.rises = true
      for (capacity, records) in points {
        guard let total = NetworkAnswer(records) else { return nil }
        slope.points.append(SkiSlope.Sample(capacityBits: capacity, value: total.energy.total))
        if let bound = total.bound { slope.bound.append(SkiSlope.Sample(capacityBits: capacity, value: bound.total)) }
      }
      let known = network.flatMap { name in curves.first { $0.isOf(name, study) }?.leastEnergy }
      let least = slope.points.min { ($0.value, $0.capacityBits) < ($1.value, $1.capacityBits) }
      slope.knee =
        known.map { SkiSlope.Knee(capacityBits: $0.capacityBits, value: $0.total, within: 0, lowest: .ofAll) }
        ?? least.map {
          SkiSlope.Knee(
            capacityBits: $0.capacityBits, value: $0.value, within: 0, lowest: isCurve ? .ofAll : .ofThoseAsked)
        }
      let quantity = Quantity(name: "energy", unit: setting.energyModel.unit)
      let figure = try? SkiSlopeFigure.figure(
        name: name("energy"), title: "\(subject): energy against Buffer capacity", subtitle: study.text,
        curves: [slope], quantity: quantity)
      return figure ?? nil
    }

    private func skiSlope(_ slope: SkiSlope, _ subject: String) -> Figure? {
      // The only error is that of too many curves.
      let figure = try? SkiSlopeFigure.figure(
        name: PlotText.fileName([subject] + study.fileNames + ["ski-slope"]),
        title: "\(subject): \(setting.energy.name) against Buffer capacity", subtitle: study.text, curves: [slope],
        quantity: setting.energy)
      return figure ?? nil
    }

    private func gap(_ gaps: [SkiSlope.Sample]) -> Figure? {
      let names = layers.map { layer in records[layer]?.values.first?.partOf ?? layer }.uniqued()
      let ofLayers = names.map { layer in
        let samples =
          records[layer].map { records in
            records.compactMap { capacity, record in
              record.gap?.data.map { SkiSlope.Sample(capacityBits: capacity, value: $0) }
            }
          } ?? self.gaps(ofWhole: layer)
        let range = (gaps.first?.capacityBits ?? 0)...(gaps.last?.capacityBits ?? 0)
        return (
          name: layer,
          gaps: samples.filter { range.contains($0.capacityBits) }.sorted { $0.capacityBits < $1.capacityBits }
        )
      }
      return GapFigure.figure(
        name: name("gap"), title: "\(subject): gap to the lower bound", subtitle: study.text, total: gaps,
        layers: ofLayers.count > 1 ? ofLayers : [])
    }

    /// The gaps of a layer that is given in parts, where all of them have a record.
    private func gaps(ofWhole name: String) -> [SkiSlope.Sample] {
      common.compactMap { capacity in
        WholeAnswer(at(capacity).filter { $0.partOf == name })?.gap.data.map {
          SkiSlope.Sample(capacityBits: capacity, value: $0)
        }
      }
    }

    /// The ski slopes of those layers that move the most data when all goes best.
    private func layerSlopes(_ knees: inout ExactKnees) -> [Figure] {
      func weight(_ layer: String) -> Double {
        (records[layer] ?? [:]).values.map { Double($0.count) * $0.energy.data }.min() ?? 0
      }
      let chosen = layers.filter { (records[$0]?.count ?? 0) > 1 }.sorted { weight($0) > weight($1) }
        .prefix(SkiSlopeFigure.mostCurves)
      return layers.filter(chosen.contains).compactMap { layer -> Figure? in
        let records = (records[layer] ?? [:]).sorted { $0.key < $1.key }.map { capacity, record in
          var once = record
          once.entry.count = 1
          return (capacity, [once])
        }
        let isPart = records.contains { $1.contains { $0.partOf != nil } }
        return skiSlope(
          Self.slope(name(of: layer), records, isSampled: !isCurve, isBounded: !isPart, &knees).total,
          name(of: layer))
      }
    }

    private func breakdown(_ records: [Answer], at capacity: String?) -> Figure? {
      let kind = records.contains { $0.energy.compute > 0 } ? "energy" : setting.energy.name
      return EnergyBreakdownFigure.figure(
        name: name("breakdown"), title: "\(subject): \(kind) by layer" + (capacity.map { ", Buffer of \($0)" } ?? ""),
        subtitle: study.text, answers: records)
    }
  }

  /// The slope and the gaps of a network by itself.
  static func single(_ slope: SkiSlope, gaps: [SkiSlope.Sample], _ subject: String, _ study: Study) -> [Figure] {
    // The only error is that of too many curves.
    let figure = try? SkiSlopeFigure.figure(
      name: PlotText.fileName([subject] + study.fileNames + ["ski-slope"]),
      title: "\(subject): \(study.setting.energy.name) against Buffer capacity", subtitle: study.text, curves: [slope],
      quantity: study.setting.energy)
    let gap = GapFigure.figure(
      name: PlotText.fileName([subject] + study.fileNames + ["gap"]), title: "\(subject): gap to the lower bound",
      subtitle: study.text, total: gaps)
    return [figure ?? nil, gap].compactMap { $0 }
  }

  static func together(_ slopes: [SkiSlope], _ study: Study) -> [Figure] {
    let setting = study.setting
    return stride(from: 0, to: slopes.count, by: SkiSlopeFigure.mostCurves).compactMap { start in
      let some = Array(slopes[start..<min(start + SkiSlopeFigure.mostCurves, slopes.count)])
      let figure = try? SkiSlopeFigure.figure(
        name: PlotText.fileName(["networks"] + study.fileNames + ["ski-slopes"]),
        title: "\(some.count) networks: \(setting.energy.name) against Buffer capacity", subtitle: study.text,
        curves: some, quantity: setting.energy)
      return figure ?? nil
    }
  }

  /// The figures with a name of its own for each.
  static func named(_ figures: [Figure]) -> [Figure] {
    var seen: Set<String> = []
    return figures.map { figure in
      var (named, number) = (figure, 2)
      while !seen.insert(named.name).inserted {
        named.name = "\(figure.name)-\(number)"
        number += 1
      }
      return named
    }
  }
}

extension Answer {
  /// Whether moving a bit costs the same at every capacity.
  var movesAtOnePrice: Bool {
    setting.energyModel.bufferShare.map { $0.perBitRead == 0 && $0.perBitWritten == 0 } ?? true
  }
}

extension SweepCurve {
  /// Whether the curve is that of a network in a setting.
  fileprivate func isOf(_ network: String, _ study: Study) -> Bool {
    let setting = study.setting
    return self.network == network && accelerator == study.accelerator?.name && energyModel == setting.energyModel.name
      && bits == ResultRecord.Widths(setting.widths) && reuse == setting.reuse.rawValue
      && phases == setting.namedPhases?.rawValue && buffer == ResultRecord.Layout(setting.layout)
  }
}
