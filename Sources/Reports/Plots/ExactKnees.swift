import EnergyModel
import Interchange
import MappingSearch
import Mappings
import Workloads

/// Finds the exact curves of the layers that records are of, and where those come near the least energy.
///
/// Records at some capacities do not tell where between them a curve falls, so the layers are searched once more, each
/// layer once in each setting. That takes about as long as it takes to draw a picture.
struct ExactKnees {
  private struct Curve: Hashable {
    let shape: String
    let bits: ResultRecord.Widths
    let reuse: String
    let ratio: PriceRatio
    let dataflows: Set<Dataflow>
  }

  /// What was found so far; nil for what cannot be searched.
  private var known: [Curve: StepCurve?] = [:]

  /// The knee of the curve of some layers together.
  ///
  /// - Parameters:
  ///   - points: energies at some capacities.
  ///   - records: the layers' records at each, of which those energies are the sum.
  ///   - part: how far above the least energy the knee may lie.
  ///   - asWholes: whether parts of a layer count as what they are parts of.
  /// - Returns: the knee; nil where the records are not what the exact curve has at their capacities, as they are not where
  ///   mappings were given or were found by another program, since theirs would be another curve.
  mutating func knee(
    of points: [SkiSlope.Sample], _ records: [[ResultRecord]], within part: Double, asWholes: Bool
  ) -> SkiSlope.Knee? {
    guard let layers = records.first, let first = layers.first, let widths = first.bits.wordWidths,
      let model = try? EnergyModel(
        name: "", source: "", unit: first.energy.unit, mac: 0, read: first.energy.perBitRead,
        write: first.energy.perBitWritten)
    else { return nil }
    func energy(_ quanta: Int) -> Double { Double(model.quantaPerRatio) * model.inUnits(quanta: quanta) }
    // Where only some dataflows were searched, those occur.
    let occurring = Set(records.joined().compactMap { Dataflow(rawValue: $0.dataflow) })
    for dataflows in [Set(Dataflow.allCases), occurring] {
      let curves = layers.compactMap { record -> (entry: Network.Entry, curve: StepCurve)? in
        guard let entry = try? record.entry(), let curve = curve(of: record, model.ratio, dataflows) else { return nil }
        return (asWholes ? entry : Network.Entry(layer: entry.layer, count: entry.count), curve)
      }
      guard curves.count == layers.count,
        let sum = try? NetworkCurve(curves, widths: widths, .comparing(model.ratio)).sum
      else { return nil }
      let isThatOfTheRecords = points.allSatisfy { point in
        guard let index = sum.index(capacity: Bits(point.capacityBits)) else { return false }
        return abs(energy(sum.points[index].dataQuanta) - point.value) <= 1e-9 * point.value
      }
      if isThatOfTheRecords {
        return sum.knee(within: part).map { index in
          SkiSlope.Knee(
            capacityBits: sum.points[index].capacity.count, value: energy(sum.points[index].dataQuanta), within: part)
        }
      }
    }
    return nil
  }

  private mutating func curve(
    of record: ResultRecord, _ ratio: PriceRatio, _ dataflows: Set<Dataflow>
  ) -> StepCurve? {
    let key = Curve(
      shape: record.shape, bits: record.bits, reuse: record.reuse, ratio: ratio, dataflows: dataflows)
    if let curve = known[key] { return curve }
    let found = Self.search(key)
    known[key] = .some(found)
    return found
  }

  private static func search(_ curve: Curve) -> StepCurve? {
    guard let layer = try? ShapeText.parse(curve.shape, origin: "shape"), let widths = curve.bits.wordWidths,
      let reuse = ReusePolicy(rawValue: curve.reuse),
      let optimizer = try? Optimizer(
        layer, widths: widths, energyModel: .comparing(curve.ratio), reuse: reuse, dataflows: curve.dataflows)
    else { return nil }
    return optimizer.curve().steps
  }
}
