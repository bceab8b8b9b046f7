// swift-tools-version: 6.1
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func benchmarks(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .executableTarget(
    name: name,
    dependencies: [
      .product(name: "Benchmark", package: "benchmark"), .product(name: "Tilebound", package: "tilebound"),
    ] + dependencies,
    path: "Benchmarks/\(name)", swiftSettings: swiftSettings,
    plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
}

/// Apart from the package itself, so that its users need not build what only benchmarks need.
let package = Package(
  name: "tilebound-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "tilebound", path: ".."),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
  ],
  targets: [
    // OpenBLAS once more, to time it bare. Benchmarks are sought under Benchmarks/ alone.
    .systemLibrary(name: "CBenchmarkBLAS", pkgConfig: "openblas"),
    benchmarks("Scorer", ["CBenchmarkBLAS"]),
    benchmarks("Layers"),
    benchmarks("Files"),
  ],
  swiftLanguageModes: [.v6])
