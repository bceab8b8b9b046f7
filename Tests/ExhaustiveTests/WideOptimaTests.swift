import EnergyModel
import Foundation
import Interchange
import MappingSearch
import Mappings
import TestSupport
import Testing
import Workloads

/// What the search under the rule `overlap` attains for layers whose input boxes overlap.
@Suite struct WideOptimaTests {
  @Test("few nests beat the curve of a small layer, and by little", .timeLimit(.minutes(5)))
  func bruteForce() throws {
    var (points, worst) = (0, 0.0)
    var lost: [String] = []
    let space = TurningBruteForce.Space(
      directions: Loop.Direction.allCases, channelDirections: [.backAndForth], phases: TurningBruteForce.Space.allPhases
    )
    for seed in 0..<20 {
      let draw = try HaloDraw(seed: seed, axes: 1, largestMACs: 30)
      let curve = Optimizer(draw.problem).curve()
      let known = curve.steps.points.map { (occupancy: $0.capacity.count, energy: $0.dataQuanta) }
      points += known.count
      let brute = TurningBruteForce(draw.problem, space, known: known)
      for point in brute.paretoPoints {
        let found = known.last { $0.occupancy <= point.occupancy }?.energy ?? .max
        worst = max(worst, Double(found) / Double(point.energy) - 1)
        let nest = brute.nests[point.occupancy].flatMap { try? Mapping($0) }
        lost.append("\(draw): at \(point.occupancy) found \(found), nest \(point.energy) \(nest.map { "\($0)" } ?? "")")
      }
    }
    // Proofs.md, W1, names the kinds of these.
    #expect(points > 80)
    #expect(lost.count <= 1 && worst < 0.031, "\(worst): \(lost.joined(separator: "\n"))")
  }

  @Test("no curve and no optimum is above that of the rule sliding", arguments: 0..<8)
  func sliding(_ seed: Int) throws {
    let draw = try HaloDraw(seed: 7000 + seed, axes: 2, largestMACs: 1000)
    var setting = draw.problem.setting
    setting.reuse = .sliding
    let optimizer = Optimizer(draw.problem)
    let curve = optimizer.curve()
    for point in try Optimizer(Problem(draw.problem.layer, in: setting)).curve().steps.points {
      let index = try #require(curve.steps.index(capacity: point.capacity), "\(draw)")
      #expect(curve.steps.points[index].dataQuanta <= point.dataQuanta, "\(draw)")
      let optimum = try #require(optimizer.optimum(capacity: point.capacity), "\(draw)")
      #expect(optimum.energy.dataQuanta <= point.dataQuanta, "\(draw) at \(point.capacity)")
    }
  }

  /// A layer, what the Buffer holds in bits, and the energy that nests are known to attain there.
  struct Known: CustomStringConvertible {
    let layer: Layer
    let width: Int
    let capacity: Int
    let bits: Int
    var description: String { "\(describe(layer)) at \(capacity) bit" }

    init(
      k: Int, c: Int, input: Extent, kernel: Extent, stride: Int = 1, dilation: Int = 1, padding: Int = 0,
      width: Int = 1, _ capacity: Int, _ bits: Int
    ) throws {
      layer = try Layer(
        name: "known", inputChannels: c, input: input, outputChannels: k, kernel: kernel, stride: Extent(stride),
        dilation: Extent(dilation), padding: Padding(padding))
      (self.width, self.capacity, self.bits) = (width, capacity, bits)
    }
  }

  static let known: [Known] = {
    do {
      return [
        // The least that any schedule can: the lower bound.
        try Known(k: 2, c: 4, input: Extent(height: 4, width: 8), kernel: Extent(3), 38, 224),
        try Known(k: 1, c: 4, input: Extent(height: 9, width: 10), kernel: Extent(height: 2, width: 3), 72, 448),
        try Known(k: 2, c: 3, input: Extent(height: 6, width: 8), kernel: Extent(3), 78, 246),
        try Known(k: 8, c: 3, input: Extent(13), kernel: Extent(2), 42, 3744),
        // Kernel phases.
        try Known(k: 64, c: 3, input: Extent(229), kernel: Extent(7), stride: 2, 139, 11_067_645),
        // Output phases.
        try Known(
          k: 256, c: 256, input: Extent(32), kernel: Extent(3), dilation: 4, padding: 4, width: 8, 8 << 10, 117_292_936),
        try Known(
          k: 64, c: 64, input: Extent(128), kernel: Extent(3), dilation: 8, padding: 8, width: 8, 64 << 13, 17_072_128),
      ]
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  @Test("layers attain what nests are known to", arguments: known)
  func points(_ known: Known) throws {
    let width = try #require(BitWidth(known.width))
    let problem = try Problem(known.layer, widths: WordWidths(width), reuse: .overlap)
    let optimum = try #require(Optimizer(problem).optimum(capacity: Bits(known.capacity)))
    #expect(optimum.occupancy.bits(problem.widths).count <= known.capacity)
    #expect(optimum.energy.dataQuanta <= known.bits)
  }

  /// Nests of large layers, of which the last keep's box has all channels, in a Buffer of a size or in parts.
  static let filled = [
    (
      "k=64,c=64,h=56,w=56,r=3,s=3,padding=1", "16KiB",
      "k:42~ k:22~ [weights] q:37~ q:19~ p:2 [outputs] r:1 [inputs]"
    ),
    ("k=256,c=128,h=56,w=56,r=3,s=3,padding=1", "64KiB", "k:204~ k:52~ [weights] q:14~ p:2 [outputs] r:1 [inputs]"),
    (
      "k=64,c=64,h=56,w=56,r=3,s=3,padding=1", "inputs=8KiB,weights=8KiB,outputs=8KiB",
      "k:32~ p:28~ q:8~ [outputs] c:36~ c:28~ [weights] [inputs]"
    ),
    (
      "n=16,k=64,c=64,h=7,w=7,r=3,s=3,padding=1", "inputs=8KiB,weights=8KiB,outputs=8KiB",
      "k:32~ n:4~ [outputs] c:36~ c:28~ [weights] [inputs]"
    ),
  ]

  @Test("what is found of large layers is no worse than nests whose last box has all channels", arguments: filled)
  func filledBoxes(_ shape: String, _ buffer: String, _ nest: String) throws {
    let layout = LayoutText.hasParts(buffer) ? try LayoutText.layout(buffer, origin: "test") : .shared
    let capacity = try layout.capacity ?? CapacityText.parse(buffer, origin: "test")
    let problem = try Problem(
      ShapeText.parse(shape, origin: "test"), in: .init(widths: WordWidths(.byte), reuse: .overlap, layout: layout))
    let known = problem.evaluate(try NestText.parse(nest, origin: "test"))
    #expect(problem.held(by: known) <= capacity)
    let found = try #require(Optimizer(problem).optimum(capacity: capacity))
    #expect(found.energy.dataQuanta <= known.energy.dataQuanta)
  }

  /// Layers along one axis with the least traffic that is known at each occupancy, in words: K C P Q R S, stride, dilation,
  /// padding, H W | occupancy:traffic ….
  static let leastTraffic = KnownTraffic.file("examples.txt")

  @Test(
    "the curve is nowhere above the least traffic known",
    .enabled(if: FileManager.default.fileExists(atPath: leastTraffic.path), "there is no ../shared/wide/examples.txt"))
  func examples() throws {
    var count = 0
    for known in try KnownTraffic.read(Self.leastTraffic) {
      let sizes = known.sizes
      let layer = try Layer(
        name: "example", inputChannels: sizes[1], input: Extent(height: sizes[9], width: sizes[10]),
        outputChannels: sizes[0], kernel: Extent(height: sizes[4], width: sizes[5]),
        stride: Extent(height: sizes[6], width: 1), dilation: Extent(height: sizes[7], width: 1))
      let curve = Optimizer(try Problem(layer, widths: WordWidths(.one), reuse: .overlap)).curve()
      for point in known.points {
        let index = try #require(curve.steps.index(capacity: Bits(point.occupancy)))
        #expect(curve.steps.points[index].dataQuanta <= point.traffic, "\(known.line) at \(point.occupancy)")
        count += 1
      }
    }
    #expect(count == 70)
  }
}
