import EnergyModel
import Foundation
import LowerBounds
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

/// What blocks lose at their edges: the lemmas of the proofs against sets, the bounds against optima.
struct HaloTests {
  /// D of the proofs: (v² - 1)/4 at whole v, straight lines between.
  private static func lineLoss(_ elements: Double) -> Double {
    let values = [0] + (1...32).map { Double($0 * $0 - 1) / 4 }
    let whole = Int(elements)
    return values[whole] + (elements - Double(whole)) * (values[whole + 1] - values[whole])
  }

  /// All pairs of sets within a line of 7, under all sets of up to 4 differences.
  @Test func lines() {
    for differences in 0..<16 {
      let v = Double(differences.nonzeroBitCount)
      for a in 0..<128 {
        for b in 0..<128 {
          let pairs = (0..<4).reduce(0) { $0 + (differences & 1 << $1 == 0 ? 0 : (a << $1 & b).nonzeroBitCount) }
          let (outputs, inputs) = (Double(a.nonzeroBitCount), Double(b.nonzeroBitCount))
          for ratio in [0.3, 0.7, 1, 1.4, 2.5, max(0.1, inputs / max(1, outputs)).squareRoot()] {
            let most = v * (ratio * outputs + inputs / ratio) / 2
            let loss = min(Self.lineLoss(v), v * inputs / (2 * ratio))
            if Double(pairs) > most - loss + 1e-9 { Issue.record("\(differences), \(a), \(b), \(ratio)") }
          }
        }
      }
    }
  }

  /// A plane of up to eight rows of eight places.
  private struct Plane {
    var places: UInt64 = 0
    var count: Double { Double(places.nonzeroBitCount) }

    /// MACs of outputs with inputs under taps, a row and a column each.
    static func macs(_ outputs: Plane, _ inputs: Plane, _ taps: [(row: Int, column: Int)]) -> Int {
      taps.reduce(0) { sum, tap in
        // Places that a column shifts out of their row are lost.
        let mask = (0..<8).reduce(UInt64(0)) { $0 | UInt64(0xff >> tap.column) << (8 * $1) }
        return sum + (((outputs.places & mask) << (8 * tap.row + tap.column)) & inputs.places).nonzeroBitCount
      }
    }
  }

  /// The most MACs that (10.2) allows.
  private static func most(_ z: Double, taps: Int, rows: Int, columns: Int) -> Double {
    let (rows, columns, taps) = (Double(rows), Double(columns), Double(taps))
    let (byRows, byColumns) = (rows * lineLoss(taps / rows), columns * lineLoss(taps / columns))
    let share = min(byRows * columns / lineLoss(columns), byColumns * rows / lineLoss(rows)) / 4
    return taps * z - min((byRows * byColumns * z).squareRoot(), share * z)
  }

  /// All sets of outputs and inputs of a plane of 3 by 3 under all sets of 2 by 2 weights.
  @Test func smallPlanes() {
    func plane(_ set: Int) -> Plane {
      (0..<3).reduce(Plane()) { Plane(places: $0.places | UInt64(set >> (3 * $1) & 7) << (8 * $1)) }
    }
    let all = (0..<512).map(plane)
    for set in 1..<16 {
      let taps = (0..<4).filter { set & 1 << $0 != 0 }.map { (row: $0 / 2, column: $0 % 2) }
      for outputs in all {
        for inputs in all {
          let z = (outputs.count * inputs.count).squareRoot()
          let macs = Plane.macs(outputs, inputs, taps)
          if Double(macs) > Self.most(z, taps: taps.count, rows: 2, columns: 2) + 1e-9 {
            Issue.record("\(set), \(outputs), \(inputs)")
          }
        }
      }
    }
  }

  /// Sets that are changed place by place so long as that brings them nearer to what (10.2) allows.
  @Test(arguments: seeds(0..<60))
  func grownPlanes(seed: Int) {
    var random = SplitMix64(seed: seed)
    let (rows, columns) = (random.pick(2...4), random.pick(2...4))
    var taps = (0..<rows * columns).map { (row: $0 / columns, column: $0 % columns) }
    if random.oneIn(2) { taps = Array(taps.shuffled(using: &random).prefix(random.pick(2...rows * columns))) }
    func slack(_ outputs: Plane, _ inputs: Plane) -> Double {
      let z = (outputs.count * inputs.count).squareRoot()
      return Self.most(z, taps: taps.count, rows: rows, columns: columns)
        - Double(Plane.macs(outputs, inputs, taps))
    }
    var sets = [Plane(places: random.next() & random.next()), Plane(places: random.next() & random.next())]
    var best = slack(sets[0], sets[1])
    for _ in 0..<4000 {
      var next = sets
      for _ in 0..<random.pick(1...3) { next[random.pick(0...1)].places ^= 1 << random.pick(0...63) }
      let found = slack(next[0], next[1])
      #expect(found >= -1e-9, "seed \(seed): \(next), \(taps)")
      let isEmpty = next.contains { $0.places == 0 }
      if !isEmpty, found <= best + (random.oneIn(50) ? 1 : 0) { (sets, best) = (next, found) }
    }
  }

  /// Layers whose kernels have at least two rows and columns, at every capacity at which their optimum over nests falls.
  @Test("No bound is above an optimum, 4 layers a seed", arguments: 0..<40)
  func optima(seed: Int) throws {
    var layers = RandomLayers(seed: 90_000 + seed, largestSize: 4, largestMACs: 20_000)
    var tried = 0
    while tried < 4 {
      let random = { layers.random.pick($0) }
      let (stride, dilation) = (layers.random.oneIn(3) ? 2 : 1, layers.random.oneIn(5) ? 2 : 1)
      let layer = try? Layer(
        name: "halo", batch: layers.random.oneIn(4) ? 2 : 1, inputChannels: random(1...6),
        input: Extent(height: random(3...14), width: random(3...14)), outputChannels: random(1...6),
        kernel: Extent(height: random(2...5) * stride, width: random(2...5) * stride), stride: Extent(stride),
        dilation: Extent(dilation), padding: Padding(random(0...2)))
      guard let layer, layer.macs <= layers.largestMACs else { continue }
      tried += 1
      let problem = layers.problem(on: layer, write: 0...3)
      let (bounds, optimizer) = (LowerBounds(problem.problem), Optimizer(problem.problem))
      var (capacity, last) = (Bits(1 << 20), [LowerBound]())
      while let optimum = optimizer.optimum(capacity: capacity) {
        let occupancy = optimum.occupancy.bits(problem.widths)
        let all = bounds.all(capacity: occupancy)
        for bound in all {
          let energy = bound.energy(of: [problem.problem])?.totalQuanta
          #expect(energy ?? .max <= optimum.energy.totalQuanta, "\(problem), \(bound) at \(occupancy)")
        }
        for (bound, larger) in zip(all, last) { #expect(bound.read >= larger.read, "\(problem), \(bound)") }
        (capacity, last) = (occupancy - Bits(1), all)
      }
    }
  }
}
