import Benchmark
import Foundation
import Interchange
import Mappings
import Sweeps
import Workloads

/// Records of a second's work.
private let rate = BenchmarkMetric.custom("records a second", polarity: .prefersLarger, useScalingFactor: false)

/// Time, records a second and memory from a sweep's settings to its files on one and on two threads, and from its file back to
/// records: AlexNet, VGG-16 and two ResNets at 13 or at 193 capacities, 741 or 11 001 records.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration.metrics = [.wallClock, .peakMemoryResident, rate]
  Benchmark.defaultConfiguration.timeUnits = .milliseconds
  Benchmark.defaultConfiguration.maxDuration = .seconds(5)
  let folder = FileManager.default.temporaryDirectory.appending(path: "tilebound-sweeps").path
  try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  for (steps, form) in [("", SweepForm.csv), ("", .jsonLines), ("/16", .csv), ("/16", .jsonLines)] {
    var request = SweepRequest()
    request.networks = ["alexnet", "vgg16", "resnet18", "resnet50"].compactMap { try? BuiltIn.network(nameOrFile: $0) }
    request.capacities = (try? CapacityText.parseList("1KiB...4MiB\(steps)", origin: "range")) ?? []
    request.reuse = [.sliding]
    guard let sweep = try? Sweep(request) else { continue }
    let name = "\(sweep.recordCount)-records-\(form.rawValue)"
    let file = "\(folder)/\(name)"
    for threads in [1, 2] {
      Benchmark("sweep-\(name)-\(threads)-threads") { benchmark in
        try timed(sweep.recordCount, benchmark) {
          let run = try SweepRun(sweep, to: file, form: form, restarts: true)
          blackHole(try run.run(threads: threads, command: "") { _ in })
        }
      }
    }
    Benchmark("read-\(name)") { benchmark in
      _ = try SweepRun(sweep, to: file, form: form).run(threads: 2, command: "") { _ in }
      benchmark.startMeasurement()
      try timed(sweep.recordCount, benchmark) { blackHole(try ResultReader.read(file: file).answers.count) }
    }
  }
}

/// Does some work and says how many records of it a second takes.
private func timed(_ records: Int, _ benchmark: Benchmark, _ work: () throws -> Void) rethrows {
  let time = try ContinuousClock().measure(work)
  let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
  benchmark.measurement(rate, Int(Double(records) / seconds))
}
