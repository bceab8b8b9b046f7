import Answers
import ArgumentParser
import EnergyModel
import Interchange
import MappingSearch
import Mappings
import Reports
import Workloads

/// The picture that `curve --plot` draws.
struct CurvePicture {
  /// What its vertical axis counts.
  enum Axis: String, CaseIterable, ExpressibleByArgument {
    case energy
    case total
    case words
  }

  private let file: String
  private let plots: Plots
  private let range: ClosedRange<Int>?
  private let part: Double
  private let setting: Problem.Setting
  private let quantity: Quantity
  /// What an energy of one unit counts as.
  private let scale: Double
  /// Whether the energy of MACs is drawn too.
  private let isTotal: Bool

  /// Checks what is asked for, before any work.
  init(
    _ file: String, in axis: Axis, _ setting: Problem.Setting, capacities: [Bits]?, kneeWithin part: Double
  ) throws {
    (self.file, self.part) = (file, part)
    let counts = Set(capacities?.map(\.count) ?? [])
    if counts.count == 1 {
      throw FormatError(
        origin: "--plot",
        message: "shows a range of capacities; --capacity names one, as in 1KiB...1MiB it names several")
    }
    // Elsewhere the energy model does not tell what the Buffer costs.
    let known = setting.energyModel.buffer?.capacities
    isTotal = axis == .total
    range =
      known.flatMap { counts.isEmpty ? $0.lowerBound.count...$0.upperBound.count : nil }
      ?? counts.min().flatMap { least in counts.max().map { least...$0 } }
    switch axis {
    case .energy:
      self.setting = setting
      (quantity, scale) = (setting.energy, 1)
    case .total:
      self.setting = setting
      (quantity, scale) = (Quantity(name: "energy", unit: setting.energyModel.unit), 1)
    case .words:
      guard let words = setting.words else {
        throw FormatError(
          origin: "--plot-in",
          message:
            "words are counted where all have one width and a read costs what a write does; accepted here: energy")
      }
      (quantity, scale) = words
      self.setting = setting.withoutBuffer
    }
    plots = try Plots(to: file, origin: "--plot")
  }

  /// Draws the curve of a network, or those of layers. Parts of a layer have no bounds of their own: they are drawn with
  /// one where all are drawn as a whole.
  ///
  /// - Parameters:
  ///   - network: the network's name; nil for a layer that is given by its shape.
  ///   - isNetwork: whether it is drawn as a whole.
  ///   - wholes: names of layers that are drawn as wholes where they are given in parts.
  ///   - entries: its layers.
  ///   - curves: each layer's curve, and those of the dataflows alone, if they are to be drawn.
  ///   - inPieces: what mappings in pieces come to at some capacities, and what they are called; of one curve.
  ///   - isComplete: whether all of the mapspace was searched.
  /// - Throws: ``PlotError``, or an error when the picture would be empty or cannot be written.
  func draw(
    network: String?, isNetwork: Bool, wholes: [String], _ entries: [Network.Entry],
    _ curves: [(all: StepCurve, each: [StepCurve])], inPieces: (name: String, totals: [NetworkAnswer])? = nil,
    isComplete: Bool
  ) throws {
    let subject = network ?? entries.first.map { ShapeText.text($0.layer) } ?? ""
    // Layers by themselves are drawn once, however often the network has them.
    let layers = zip(entries, curves).map { entry, curves in
      (
        entry: Network.Entry(layer: entry.layer, count: isNetwork ? entry.count : 1, partOf: entry.partOf),
        curves: curves
      )
    }
    var slopes: [SkiSlope] = []
    if isNetwork {
      slopes = [try slope(subject, layers, isBounded: true)]
    } else {
      for (index, (entry, curves)) in layers.enumerated() {
        guard let whole = entry.partOf, wholes.contains(whole) else {
          slopes.append(try slope(entry.layer.name, [(entry, curves)], isBounded: entry.partOf == nil))
          continue
        }
        if layers[..<index].contains(where: { $0.entry.partOf == whole }) { continue }
        slopes.append(try slope(whole, layers.filter { $0.entry.partOf == whole }, isBounded: true))
      }
    }
    for index in slopes.indices { slopes[index].mayBeLower = !isComplete }
    if let inPieces {
      let samples = inPieces.totals.map {
        SkiSlope.Sample(capacityBits: $0.capacity.count, value: scale * (isTotal ? $0.energy.total : $0.energy.data))
      }
      slopes[0].inPieces = SkiSlope.InPieces(name: inPieces.name, points: samples)
    }
    let isOneLayer = !isNetwork && slopes.count == 1 && network != nil
    let figure = try SkiSlopeFigure.figure(
      name: "curve",
      title: "\(subject)\(isOneLayer ? " \(slopes[0].name)" : ""): \(quantity.name) against Buffer capacity",
      subtitle: setting.text, curves: slopes, quantity: quantity, capacities: range)
    guard let figure else {
      throw CommandFailure(code: .failed, message: "--plot: no curve has a value above zero in this range")
    }
    try plots.write(figure, to: file)
  }

  /// The sum of curves with its bound, for which the parts of a layer must be all there.
  private func slope(
    _ name: String, _ layers: [(entry: Network.Entry, curves: (all: StepCurve, each: [StepCurve]))], isBounded: Bool
  ) throws -> SkiSlope {
    func sum(_ curve: ((all: StepCurve, each: [StepCurve])) -> StepCurve) throws -> StepCurve {
      try StepCurve(sumOf: layers.map { (curve($0.curves), $0.entry.count) })
    }
    let wholes = WholeLayer.all(of: layers, entry: \.entry)
    let all = try StepCurve(
      sumOf: wholes.map { whole, parts in
        let curves = parts.map(\.curves.all)
        return (
          isBounded ? try StepCurve(of: curves, whole, in: setting.withoutBuffer) : curves[0], whole.count
        )
      })
    let dataflows = Dataflow.allCases.filter(setting.dataflows.contains)
    let hasDataflows = layers.allSatisfy { $0.curves.each.count == dataflows.count }
    let parts = try wholes.map { try SkiSlope.Part($0.whole, in: setting) }
    return SkiSlope(
      name: name, all,
      dataflows: hasDataflows
        ? try dataflows.indices.map { order in (dataflows[order], try sum { $0.each[order] }) } : [],
      of: isBounded ? parts : [], layers: layers.map { ($0.entry.layer, $0.entry.count) }, setting, isTotal: isTotal,
      range: range, kneeWithin: part, scale: scale)
  }
}
