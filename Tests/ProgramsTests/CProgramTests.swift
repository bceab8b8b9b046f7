import EnergyModel
import Foundation
import MappingSearch
import Mappings
import Programs
import TestSupport
import Testing
import Workloads

/// Programs in C as a compiler and two sanitizers take them: their outputs are those of plain loops, they move what the
/// closed form counts, and they stay within each box.
@Suite(.enabled(if: CCompiler.isThere, "needs a C compiler, cc"))
struct CProgramTests {
  /// Random nests with every kind of loop on layers of every kind, under each rule of what stays: 24 programs a seed.
  @Test(arguments: seeds(0..<5))
  func randomMappings(seed: Int) throws {
    var layers = RandomLayers(seed: 7000 + seed, largestSize: 7, largestMACs: 1500)
    var programs: [CCompiler.Case] = []
    for place in 0..<8 {
      let layer =
        switch place {
        case 0..<5: layers.steppedLayer()
        case 5: layers.paddedLayer()
        case 6: layers.overreachingLayer()
        default: layers.layer()
        }
      let elements = layers.random.oneIn(3) ? CProgram.Elements.float : .int8
      for reuse in ReusePolicy.allCases {
        let problem = try Problem(
          layer.named("m\(programs.count)"), widths: WordWidths(.byte), reuse: reuse, phases: .on)
        programs.append(CCompiler.Case(problem, problem.evaluate(layers.wideMapping(on: layer)), elements))
      }
    }
    try CCompiler.check(programs, "seed \(seed)")
  }
}
