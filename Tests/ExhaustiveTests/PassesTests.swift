import EnergyModel
import Interchange
import LowerBounds
import MappingSearch
import Mappings
import Testing
import Workloads

/// A schedule of a layer with a 1×1 kernel in passes over its output positions, in each of which some of the weights stay in the
/// Buffer: those of some boxes of k and c, which together need not be a box.
struct WeightPasses {
  /// Weights of ranges of output and of input channels.
  typealias Box = (k: Range<Int>, c: Range<Int>)

  let layer: Layer
  let passes: [[Box]]

  /// What running it element by element came to.
  struct Run {
    /// Words read and written.
    var moved = 0
    /// The most words in the Buffer at once.
    var held = 0
    /// Whether every MAC ran once.
    var isComplete = false
  }

  /// Runs it: at each position input after input, each with all weights in the Buffer that it meets. Outputs are kept until the
  /// position is left, and come back as partial sums in later passes.
  func run() -> Run {
    let (outputs, inputs, positions) = (layer[.k], layer[.c], layer[.p] * layer[.q])
    var run = Run()
    var hasRun = Array(repeating: false, count: outputs * inputs * positions)
    var wasWritten = Array(repeating: false, count: outputs * positions)
    for boxes in passes {
      var weights = Array(repeating: [Int](), count: inputs)
      for box in boxes { for c in box.c { weights[c] += box.k } }
      let kept = weights.reduce(0) { $0 + $1.count }
      run.moved += kept
      for position in 0..<positions {
        var isHeld = Array(repeating: false, count: outputs)
        for c in 0..<inputs where !weights[c].isEmpty {
          run.moved += 1
          for k in weights[c] {
            if !isHeld[k] {
              isHeld[k] = true
              if wasWritten[k * positions + position] { run.moved += 1 }
            }
            let mac = (k * inputs + c) * positions + position
            if hasRun[mac] { return run }
            hasRun[mac] = true
          }
          run.held = max(run.held, kept + 1 + isHeld.count(where: \.self))
        }
        for k in 0..<outputs where isHeld[k] {
          run.moved += 1
          wasWritten[k * positions + position] = true
        }
      }
    }
    run.isComplete = hasRun.allSatisfy(\.self)
    return run
  }
}

/// Schedules that no nest, and no split in nests, is: they say how much of a gap is the mapspace's and not the bound's.
struct PassesTests {
  /// The layer with the widest gap of those with a 1×1 kernel, at the two capacities where it is widest: a corner of the weights is
  /// left to a last pass, which reads few inputs and adds to few partial sums.
  @Test(
    arguments: [
      (
        capacity: .bytes(2048), bits: 5_426_688,
        passes: [
          [(k: 0..<29, c: 0..<64), (k: 29..<32, c: 0..<53)], [(k: 32..<35, c: 0..<53), (k: 35..<64, c: 0..<64)],
          [(k: 29..<35, c: 53..<64)],
        ]
      ),
      (
        capacity: .bytes(4096), bits: 3_821_056,
        passes: [[(k: 0..<58, c: 0..<64), (k: 58..<64, c: 0..<53)], [(k: 58..<64, c: 53..<64)]]
      ),
    ] as [(capacity: Bits, bits: Int, passes: [[WeightPasses.Box]])])
  func corners(capacity: Bits, bits: Int, passes: [[WeightPasses.Box]]) throws {
    let network = try #require(try BuiltIn.network("resnet50"))
    let layer = try #require(network.entries.first { $0.layer.name == "layer1.0.conv1" }?.layer)
    let problem = try Problem(layer, widths: WordWidths(.byte))
    let run = WeightPasses(layer: layer, passes: passes).run()
    #expect(run.isComplete && Bits.bytes(run.held) <= capacity)
    #expect(8 * run.moved == bits)
    let bound = try #require(LowerBounds(problem).best(capacity: capacity).energy(of: [problem]))
    let nests = try #require(Optimizer(problem).optimum(capacity: capacity))
    let pieces = try #require(PieceSearch(problem, capacity: capacity).optimum(pieces: 4))
    #expect(bound.dataQuanta <= bits * problem.energyModel.readQuanta)
    #expect(bits * problem.energyModel.readQuanta < min(nests.energy.dataQuanta, pieces.evaluation.energy.dataQuanta))
  }
}
