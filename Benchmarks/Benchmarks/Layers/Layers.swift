import Benchmark
import Dispatch
import EnergyModel
import Interchange
import MappingSearch
import Mappings
import Workloads

/// Seconds from a parsed layer to its optimal mapping, or to its exact Pareto curve, on one thread unless said otherwise.
///
/// Where the name has `-layers` an iteration is one layer, the distinct layers of the network in turn: p50 is the
/// median layer's time and p100 about the worst's. Reuse is `sliding` unless the name ends in `-overlap`.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration.metrics = [.wallClock]
  Benchmark.defaultConfiguration.timeUnits = .microseconds
  Benchmark.defaultConfiguration.maxDuration = .seconds(3)
  for network in ["alexnet", "vgg16", "resnet18", "resnet50"] {
    guard let layers = try? BuiltIn.network(nameOrFile: network).entries.map(\.layer) else { continue }
    for (ending, reuse) in [("", ReusePolicy.sliding), ("-overlap", .overlap)] {
      @Sendable func optimizer(_ layer: Layer) throws -> Optimizer {
        Optimizer(try Problem(layer, widths: bytes, reuse: reuse))
      }
      Benchmark("optimize-\(network)-layers\(ending)", configuration: eachLayer(layers)) { benchmark in
        let layer = layers[benchmark.currentIteration % layers.count]
        benchmark.startMeasurement()
        blackHole(try optimizer(layer).optimum(capacity: .bytes(64 << 10)))
      }
      Benchmark("curve-\(network)-layers\(ending)", configuration: eachLayer(layers)) { benchmark in
        let layer = layers[benchmark.currentIteration % layers.count]
        benchmark.startMeasurement()
        blackHole(try optimizer(layer).curve())
      }
      Benchmark("curve-\(network)-whole\(ending)") { _ in
        for layer in layers { blackHole(try optimizer(layer).curve()) }
      }
      Benchmark("curve-\(network)-whole-all-cores\(ending)") { _ in
        DispatchQueue.concurrentPerform(iterations: layers.count) { index in
          blackHole(try? optimizer(layers[index]).curve())
        }
      }
    }
  }
  growth()
}

let bytes = WordWidths(.byte)

/// So many iterations that every layer has as many as the others.
func eachLayer(_ layers: [Layer]) -> Benchmark.Configuration {
  var configuration = Benchmark.defaultConfiguration
  configuration.maxIterations = 20 * layers.count
  configuration.maxDuration = .seconds(20)
  configuration.warmupIterations = layers.count
  return configuration
}

/// How times grow with a layer's sizes and with the number of capacities.
func growth() {
  func layer(_ changed: WritableKeyPath<Sizes, Int>?) -> Layer? {
    var sizes = Sizes()
    if let changed { sizes[keyPath: changed] *= 2 }
    return try? Layer(
      name: "grown", batch: sizes.n, inputChannels: sizes.c,
      input: Extent(height: sizes.p + sizes.r - 1, width: sizes.q + sizes.s - 1), outputChannels: sizes.k,
      kernel: Extent(height: sizes.r, width: sizes.s))
  }
  let changes: [(String, WritableKeyPath<Sizes, Int>?)] = [
    ("base", nil), ("n", \.n), ("k", \.k), ("c", \.c), ("p", \.p), ("q", \.q), ("r", \.r), ("s", \.s),
  ]
  for (name, change) in changes {
    guard let layer = layer(change) else { continue }
    Benchmark("curve-doubled-\(name)") { _ in
      blackHole(try Optimizer(Problem(layer, widths: bytes, reuse: .sliding)).curve())
    }
  }
  if let gemm = try? Layer.gemm(name: "gemm", m: 4096, n: 4096, k: 4096) {
    for (ending, reuse) in [("", ReusePolicy.sliding), ("-overlap", .overlap)] {
      Benchmark("curve-gemm-4096\(ending)") { _ in
        blackHole(try Optimizer(Problem(gemm, widths: bytes, reuse: reuse)).curve())
      }
    }
  }
  guard let layer = layer(nil), let optimizer = try? Optimizer(Problem(layer, widths: bytes, reuse: .sliding)) else {
    return
  }
  for count in [1, 4, 16, 64] {
    let capacities = (0..<count).map { Bits.bytes(1024 + $0 * (1 << 18) / count) }
    Benchmark("search-\(count)-capacities") { _ in
      for capacity in capacities { blackHole(optimizer.optimum(capacity: capacity)) }
    }
    Benchmark("look-up-\(count)-capacities") { _ in
      let curve = optimizer.curve()
      for capacity in capacities { blackHole(curve.steps.index(capacity: capacity).map(curve.optimum)) }
    }
  }
}

struct Sizes {
  var n = 1
  var k = 64
  var c = 64
  var p = 28
  var q = 28
  var r = 3
  var s = 3
}
