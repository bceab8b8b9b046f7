import EnergyModel
import Foundation
import LowerBounds
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

/// What blocks lose at their edges: the lemmas of the proofs, section 10, against sets, the bounds against optima.
struct HaloTests {
  /// All pairs of sets within a line of 7, under all sets of up to 4 differences.
  @Test func lines() {
    for differences in 0..<16 {
      let v = Double(differences.nonzeroBitCount)
      // D of the proofs.
      let most = v < 1 ? 0 : (v * v - 1) / 4
      for a in 0..<128 {
        for b in 0..<128 {
          let pairs = (0..<4).reduce(0) { $0 + (differences & 1 << $1 == 0 ? 0 : (a << $1 & b).nonzeroBitCount) }
          let (outputs, inputs) = (Double(a.nonzeroBitCount), Double(b.nonzeroBitCount))
          for ratio in [0.3, 0.7, 1, 1.4, 2.5, max(0.1, inputs / max(1, outputs)).squareRoot()] {
            let mean = v * (ratio * outputs + inputs / ratio) / 2
            let loss = min(most, v * inputs / (2 * ratio))
            if Double(pairs) > mean - loss + 1e-9 { Issue.record("\(differences), \(a), \(b), \(ratio)") }
          }
          let (less, sum, difference) = (min(outputs, inputs), outputs + inputs, abs(outputs - inputs))
          let even = less >= 1 && difference <= v && sum >= v - 1
          let loss = even ? most + difference * difference / 4 : v * difference / 2
          if Double(pairs) > v * sum / 2 - loss { Issue.record("\(differences), \(a), \(b)") }
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

  /// All sets of outputs and inputs of a plane of 3 by 3 under all sets of 2 by 2 weights.
  @Test func smallPlanes() {
    func plane(_ set: Int) -> Plane {
      (0..<3).reduce(Plane()) { Plane(places: $0.places | UInt64(set >> (3 * $1) & 7) << (8 * $1)) }
    }
    let all = (0..<512).map(plane)
    for set in 1..<16 {
      let taps = (0..<4).filter { set & 1 << $0 != 0 }.map { (row: $0 / 2, column: $0 % 2) }
      let loss = PlaneLoss(taps: taps.count...taps.count, rows: 2, columns: 2)
      for outputs in all {
        for inputs in all {
          let z = (outputs.count * inputs.count).squareRoot()
          let macs = Plane.macs(outputs, inputs, taps)
          if Double(macs) > Double(taps.count) * z - loss.least(z) + 1e-9 {
            Issue.record("\(set), \(outputs), \(inputs)")
          }
        }
      }
    }
  }

  /// Outputs and inputs of a plane, and the MACs that they meet in under taps.
  private struct Planes {
    let side: Int
    let taps: [(row: Int, column: Int)]
    /// Whether an output, then whether an input is at hand, row by row.
    var atHand: [[Bool]]
    private(set) var macs = 0

    init(side: Int, taps: [(row: Int, column: Int)]) {
      (self.side, self.taps) = (side, taps)
      atHand = Array(repeating: Array(repeating: false, count: side * side), count: 2)
    }

    /// The MACs that a place takes part in.
    private func degree(_ kind: Int, _ place: Int) -> Int {
      let (row, column, sign) = (place / side, place % side, kind == 0 ? 1 : -1)
      return taps.count { tap in
        let (other, beside) = (row + sign * tap.row, column + sign * tap.column)
        return other >= 0 && beside >= 0 && other < side && beside < side && atHand[1 - kind][other * side + beside]
      }
    }

    mutating func change(_ kind: Int, _ place: Int) {
      macs += atHand[kind][place] ? -degree(kind, place) : degree(kind, place)
      atHand[kind][place].toggle()
    }
  }

  /// Sets from a few to some hundred places, changed place by place so long as that brings them nearer to what is allowed.
  @Test(arguments: seeds(0..<300))
  func grownPlanes(seed: Int) {
    var random = SplitMix64(seed: seed)
    let (rows, columns) = (random.pick(2...5), random.pick(2...5))
    var taps = (0..<rows * columns).map { (row: $0 / columns, column: $0 % columns) }
    if random.oneIn(2) { taps = Array(taps.shuffled(using: &random).prefix(random.pick(2...rows * columns))) }
    let loss = PlaneLoss(taps: taps.count...taps.count, rows: rows, columns: columns)
    var planes = Planes(side: random.pick(6...40), taps: taps)
    var counts = [0.0, 0.0]
    func change(_ kind: Int, _ place: Int) {
      planes.change(kind, place)
      counts[kind] += planes.atHand[kind][place] ? 1 : -1
    }
    // Blocks without their corners, of inputs as of outputs, that the middle weight joins; or places at random.
    let (height, width) = (random.pick(1...planes.side), random.pick(1...planes.side))
    let cut = random.pick(0...min(height, width) / 2)
    func isInBlock(_ row: Int, _ column: Int) -> Bool {
      let (below, beside) = (height - 1 - row, width - 1 - column)
      return min(row, below) >= 0 && min(column, beside) >= 0 && min(row, below) + min(column, beside) >= cut
    }
    let isBlock = !random.oneIn(4)
    for place in 0..<planes.side * planes.side {
      let (row, column) = (place / planes.side, place % planes.side)
      if isBlock ? isInBlock(row, column) : random.oneIn(3) { change(0, place) }
      if isBlock ? isInBlock(row - rows / 2, column - columns / 2) : random.oneIn(3) { change(1, place) }
    }
    func slack() -> Double {
      let z = (counts[0] * counts[1]).squareRoot()
      return (Double(taps.count) * z - loss.least(z) - Double(planes.macs)) / max(1, z.squareRoot())
    }
    var best = slack()
    for _ in 0..<40_000 {
      let changes = (0..<random.pick(1...2)).map { _ in
        (kind: random.pick(0...1), place: random.pick(0...planes.side * planes.side - 1))
      }
      for each in changes { change(each.kind, each.place) }
      let found = slack()
      if found < -1e-9 {
        Issue.record("seed \(seed): \(rows)x\(columns), \(taps), \(planes.atHand)")
        return
      }
      if !counts.contains(0), found <= best + (random.oneIn(100) ? 0.2 : 0) {
        best = found
      } else {
        for each in changes.reversed() { change(each.kind, each.place) }
      }
    }
  }

  /// What is kept of the work at some z₀ is no less than it is for any z, and does not fall as z₀ grows.
  @Test func kept() {
    for (rows, columns) in [(2, 2), (2, 3), (3, 3), (4, 3), (5, 5), (2, 9), (7, 7), (11, 4)] {
      let all = rows * columns
      for least in 1...all {
        let most = min(all, least + least % 3)
        let loss = PlaneLoss(taps: least...most, rows: rows, columns: columns)
        var last = 0.0
        for z in sequence(first: 1.0, next: { $0 < 1e5 ? $0 * 1.3 : nil }) {
          let kept = loss.kept(1 / z.squareRoot())
          #expect(kept >= last - 1e-12, "\(rows)x\(columns), \(least)...\(most) at \(z)")
          last = kept
          for step in 1...60 {
            let share = Double(step) / 50
            let found = 2 * share - share * share - 2 * loss.least(share * z) / (Double(most) * z)
            #expect(found <= kept + 1e-9, "\(rows)x\(columns), \(least)...\(most) at \(z), \(share)")
          }
        }
      }
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
