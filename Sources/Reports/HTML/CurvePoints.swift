import Answers
import EnergyModel
import Interchange
import Mappings

/// The points of a layer's curve: the records of one file in one setting, where each one's capacity is just what it
/// holds.
enum CurvePoints {
  /// A couple of mappings that happen to fill their Buffer are no curve.
  private static let fewestPoints = 3

  /// Whether records of one layer in one setting are the points of a curve.
  static func isCurve(_ records: [Answer]) -> Bool {
    // A curve of which only capacities are known that the energy model tells of begins at the first of these.
    let first = records.first?.setting.energyModel.bufferShare == nil ? nil : records.compactMap(\.capacity).min()
    return records.count >= fewestPoints
      && records.allSatisfy { $0.capacity == $0.occupancy || $0.capacity == first }
      && Set(records.map(\.occupancy)).count == records.count
  }
}
