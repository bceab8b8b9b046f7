public import EnergyModel
public import Mappings
public import Workloads

/// A problem drawn at random: a small layer, word widths, whole prices of a bit, and whether windows slide.
public struct RandomProblem: Sendable, CustomStringConvertible {
  /// The problem.
  public let problem: Problem
  /// What reproduces it.
  public let seed: Int

  /// What a seed reproduces.
  ///
  /// - Parameters:
  ///   - seed: the seed.
  ///   - largestSize: the largest size of a dimension.
  ///   - largestMACs: the largest number of MACs.
  public init(seed: Int, largestSize: Int, largestMACs: Int) {
    var layers = RandomLayers(seed: seed, largestSize: largestSize, largestMACs: largestMACs)
    self = layers.problem()
  }

  fileprivate init(_ problem: Problem, seed: Int) {
    self.problem = problem
    self.seed = seed
  }

  /// The problem's layer.
  public var layer: Layer { problem.layer }
  /// Bits of a word of each kind.
  public var widths: WordWidths { problem.widths }
  /// What a MAC and a moved bit cost, in whole quanta.
  public var energyModel: EnergyModel { problem.energyModel }
  /// Whether overlaps of successive input boxes stay in the Buffer.
  public var reuse: ReusePolicy { problem.reuse }

  /// All of it in one line, to reproduce a failure.
  public var description: String {
    let prices = "read \(energyModel.readQuanta), write \(energyModel.writeQuanta)"
    return "seed \(seed): \(describe(layer)), \(widths), \(reuse), \(prices)"
  }
}

extension RandomLayers {
  /// A problem.
  ///
  /// - Parameters:
  ///   - chosen: the layer, or nil to draw one.
  ///   - write: the prices of a bit written.
  /// - Returns: the problem.
  public mutating func problem(on chosen: Layer? = nil, write: ClosedRange<Int> = 1...3) -> RandomProblem {
    let layer = chosen ?? layer()
    let widths = widths()
    let (read, write) = (Double(random.pick(0...3)), Double(random.pick(write)))
    let model = try? EnergyModel(name: "random", source: "", unit: "bit", mac: 1, read: read, write: write)
    let reuse = random.oneIn(4) ? ReusePolicy.none : .sliding
    guard let model, let problem = try? Problem(layer, widths: widths, energyModel: model, reuse: reuse) else {
      preconditionFailure("small layers and small prices can be counted")
    }
    return RandomProblem(problem, seed: seed)
  }
}

extension BoxWalker {
  /// A walker of nests on a problem's layer, with its prices.
  public init(_ problem: RandomProblem) {
    self.init(
      problem.layer, widths: problem.widths, reuse: problem.reuse, readEnergy: problem.energyModel.readQuanta,
      writeEnergy: problem.energyModel.writeQuanta)
  }
}

extension BruteForce {
  /// Nothing tried yet on a problem.
  public init(_ problem: RandomProblem) {
    self.init(
      problem.layer, widths: problem.widths, reuse: problem.reuse, readEnergy: problem.energyModel.readQuanta,
      writeEnergy: problem.energyModel.writeQuanta)
  }
}
