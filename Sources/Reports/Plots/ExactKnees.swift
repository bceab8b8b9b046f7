import Answers
import EnergyModel
import Interchange
import MappingSearch
import Mappings
import Sweeps
import Workloads

/// The knees of the exact curves of the layers that answers are for.
///
/// Answers at some capacities do not tell where between them a curve falls. A sweep knows its networks' curves. Of others
/// the layers are searched once more, each layer once in each setting, which takes about as long as to draw a picture.
struct ExactKnees {
  /// A network in a setting, as an index names them.
  fileprivate struct Key: Hashable {
    let network: String
    let bits: ResultRecord.Widths
    let reuse: String
    let phases: String?
    let buffer: ResultRecord.Layout?
    let energyModel: String
  }

  /// How far above the least energy a knee may lie: 0.05 for 5 %.
  private let part: Double
  /// The knees of whole networks that are known.
  private let known: [Key: CurveSummary.Knee]
  /// The curves that were searched for.
  private var curves: [Problem: StepCurve] = [:]

  /// Knees at a part above the least energy, of which those of some curves are known.
  init(_ curves: [SweepCurve], within part: Double) {
    self.part = part
    known = Dictionary(
      curves.compactMap { curve in
        curve.knees.first { $0.within == part }.map { knee in
          (
            Key(
              network: curve.network, bits: curve.bits, reuse: curve.reuse, phases: curve.phases,
              buffer: curve.buffer,
              energyModel: curve.energyModel), knee
          )
        }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The knee of the curve of some layers together.
  ///
  /// - Parameters:
  ///   - points: energies at some capacities.
  ///   - answers: the layers' answers at each, of which those energies are the sum.
  ///   - asWholes: whether parts of a layer count as what they are parts of, and all layers as their network.
  /// - Returns: the knee; nil where the answers are not what the exact curve has at their capacities, as they are not where
  ///   mappings were given or were found by another program, since theirs would be another curve.
  mutating func knee(of points: [SkiSlope.Sample], _ answers: [[Answer]], asWholes: Bool) -> SkiSlope.Knee? {
    // The curve of a template's nests is not known.
    guard let layers = answers.first, let first = layers.first, first.template == nil else { return nil }
    if asWholes, let network = first.network, let knee = known[Key(network, first.setting)] {
      return SkiSlope.Knee(capacityBits: knee.capacityBits, value: knee.data, within: part)
    }
    // The curve is that of single nests.
    let dataflowsOfNests = answers.joined().map(\.dataflow)
    if dataflowsOfNests.contains(nil) { return nil }
    var setting = first.setting
    let model = setting.energyModel
    setting.energyModel = .comparing(model.ratio)
    func energy(_ quanta: Int) -> Double { Double(model.quantaPerRatio) * model.inUnits(quanta: quanta) }
    // Where a file does not tell that only some dataflows were searched, those occur.
    for dataflows in [setting.dataflows, Set(dataflowsOfNests.compactMap(\.self))] {
      setting.dataflows = dataflows
      let curves = layers.compactMap { answer -> (entry: Network.Entry, curve: StepCurve)? in
        let entry = answer.entry
        guard let curve = curve(of: entry.layer, in: setting) else { return nil }
        return (asWholes ? entry : Network.Entry(layer: entry.layer, count: entry.count), curve)
      }
      guard curves.count == layers.count, let sum = try? NetworkCurve(curves, in: setting).sum else { return nil }
      let isThatOfTheAnswers = points.allSatisfy { point in
        guard let index = sum.index(capacity: Bits(point.capacityBits)) else { return false }
        return abs(energy(sum.points[index].dataQuanta) - point.value) <= 1e-9 * point.value
      }
      if isThatOfTheAnswers {
        return sum.knee(within: part).map { index in
          SkiSlope.Knee(
            capacityBits: sum.points[index].capacity.count, value: energy(sum.points[index].dataQuanta), within: part)
        }
      }
    }
    return nil
  }

  private mutating func curve(of layer: Layer, in setting: Problem.Setting) -> StepCurve? {
    // Layers of one shape share a curve, whatever they are called.
    guard let problem = try? Problem(layer.named("layer"), in: setting) else { return nil }
    if let curve = curves[problem] { return curve }
    let found = Optimizer(problem).curve().steps
    curves[problem] = found
    return found
  }
}

extension ExactKnees.Key {
  fileprivate init(_ network: String, _ setting: Problem.Setting) {
    self.init(
      network: network, bits: ResultRecord.Widths(setting.widths), reuse: setting.reuse.rawValue,
      phases: setting.namedPhases?.rawValue, buffer: ResultRecord.Layout(setting.layout),
      energyModel: setting.energyModel.name)
  }
}
