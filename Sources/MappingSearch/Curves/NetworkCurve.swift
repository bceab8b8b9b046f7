public import Mappings
public import Workloads

/// The curve of layers that run one after the other, each with the whole Buffer, made of the curves of each.
public struct NetworkCurve: Sendable {
  /// The layers with their curves, those that are given in parts as one.
  public let wholes: [(layer: WholeLayer, curve: StepCurve)]
  /// The curve of all of them, repeated ones as often as they occur.
  public let sum: StepCurve
  /// The number of layers, repeated ones counted, and those that are given in parts as one.
  public var count: Int { wholes.reduce(0) { $0 + $1.layer.count } }

  /// Puts curves together.
  ///
  /// - Parameters:
  ///   - layers: the layers with a curve for each; parts of a layer stand for themselves.
  ///   - setting: what the curves are for.
  /// - Throws: ``StepCurveError/tooLarge`` where the energies together do not fit an Int.
  public init(
    _ layers: [(entry: Network.Entry, curve: StepCurve)], in setting: Problem.Setting
  ) throws(StepCurveError) {
    var wholes: [(layer: WholeLayer, curve: StepCurve)] = []
    for (whole, parts) in WholeLayer.all(of: layers, entry: \.entry) {
      wholes.append((whole, try StepCurve(of: parts.map(\.curve), whole, in: setting)))
    }
    self.wholes = wholes
    sum = try StepCurve(sumOf: wholes.map { ($0.curve, $0.layer.count) })
  }
}
