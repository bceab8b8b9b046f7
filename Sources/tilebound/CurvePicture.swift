import EnergyModel
import Interchange
import MappingSearch
import Mappings
import Reports
import Workloads

/// The picture that `curve --plot` draws.
struct CurvePicture {
  /// What its vertical axis counts.
  enum Axis: String {
    case energy
    case words

    init(named name: String) throws {
      guard let axis = Axis(rawValue: name) else {
        throw FormatError(origin: "--plot-in", message: "'\(name)' is unknown; accepted: energy, words")
      }
      self = axis
    }
  }

  private let file: String
  private let plots: Plots
  private let model: EnergyModel
  private let widths: WordWidths
  private let dataflows: [Dataflow]
  private let range: ClosedRange<Int>?
  private let part: Double
  private let setting: ResultSetting
  private let quantity: Quantity
  /// What an energy of one unit counts as.
  private let scale: Double

  /// Checks what is asked for, before any work.
  init(
    _ file: String, in axis: Axis, _ model: EnergyModel, _ widths: WordWidths, _ reuse: ReusePolicy,
    _ dataflows: Set<Dataflow>, capacities: [Bits]?, kneeWithin part: Double
  ) throws {
    (self.file, self.model, self.widths, self.part) = (file, model, widths, part)
    self.dataflows = Dataflow.allCases.filter(dataflows.contains)
    let counts = Set(capacities?.map(\.count) ?? [])
    if counts.count == 1 {
      throw FormatError(
        origin: "--plot",
        message: "shows a range of capacities; --capacity names one, as in 1KiB...1MiB it names several")
    }
    range = counts.min().flatMap { least in counts.max().map { least...$0 } }
    setting = ResultSetting(model, widths, reuse)
    switch axis {
    case .energy: (quantity, scale) = (setting.energy, 1)
    case .words:
      guard let words = setting.words else {
        throw FormatError(
          origin: "--plot-in",
          message:
            "words are counted where all have one width and a read costs what a write does; accepted here: energy")
      }
      (quantity, scale) = words
    }
    plots = try Plots(to: file, origin: "--plot")
  }

  /// Draws the curve of a network, or those of layers.
  ///
  /// - Parameters:
  ///   - network: the network's name; nil for a layer that is given by its shape.
  ///   - isNetwork: whether it is drawn as a whole.
  ///   - entries: its layers.
  ///   - curves: each layer's curve, and those of the dataflows alone, if they are to be drawn.
  /// - Throws: ``PlotError``, or an error when the picture would be empty or cannot be written.
  func draw(
    network: String?, isNetwork: Bool, _ entries: [Network.Entry], _ curves: [(all: StepCurve, each: [StepCurve])]
  ) throws {
    let subject = network ?? entries.first.map { ShapeText.text($0.layer) } ?? ""
    let parts = zip(entries, curves).map { entry, curves in
      (SkiSlope.Part(entry.layer, count: isNetwork ? entry.count : 1, widths: widths, model), curves)
    }
    let slopes =
      isNetwork ? [try slope(subject, parts)] : try zip(entries, parts).map { try slope($0.layer.name, [$1]) }
    let isOneLayer = !isNetwork && entries.count == 1 && network != nil
    let figure = try SkiSlopeFigure.figure(
      name: "curve",
      title: "\(subject)\(isOneLayer ? " \(entries[0].layer.name)" : ""): \(quantity.name) against Buffer capacity",
      subtitle: setting.text, curves: slopes, quantity: quantity, capacities: range)
    guard let figure else {
      throw CommandFailure(code: .failed, message: "--plot: no curve has a value above zero in this range")
    }
    try plots.write(figure, to: file)
  }

  private func slope(
    _ name: String, _ parts: [(part: SkiSlope.Part, curves: (all: StepCurve, each: [StepCurve]))]
  ) throws -> SkiSlope {
    func sum(_ curve: ((all: StepCurve, each: [StepCurve])) -> StepCurve) throws -> StepCurve {
      try StepCurve(sumOf: parts.map { (curve($0.curves), $0.part.count) })
    }
    let hasDataflows = parts.allSatisfy { $0.curves.each.count == dataflows.count }
    return SkiSlope(
      name: name, try sum(\.all),
      dataflows: hasDataflows
        ? try dataflows.indices.map { order in (dataflows[order], try sum { $0.each[order] }) } : [],
      of: parts.map(\.part), model, range: range, kneeWithin: part, scale: scale)
  }
}
