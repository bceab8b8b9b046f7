// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]
/// Of all modules but the kernels, which are pointers throughout: an unsafe expression that does not say so is an error.
let safeSettings: [SwiftSetting] =
  swiftSettings + [.strictMemorySafety(), .treatWarning("StrictMemorySafety", as: .error)]

// The modules from the general to the particular: each may import only those named before it.

let openBLAS = Target.systemLibrary(
  name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])])

/// Layers, energies, mappings, bounds and the search.
let core: [Target] = [
  .target(name: "Parallel", swiftSettings: safeSettings),
  .target(name: "Workloads", swiftSettings: safeSettings),
  .target(name: "EnergyModel", dependencies: ["Workloads"], swiftSettings: safeSettings),
  .target(name: "Mappings", dependencies: ["Workloads", "EnergyModel"], swiftSettings: safeSettings),
  .target(
    name: "LowerBounds", dependencies: ["Workloads", "EnergyModel", "Mappings"], exclude: ["Proofs.md"],
    swiftSettings: safeSettings),
  .target(name: "DenseKernels", dependencies: ["COpenBLAS"], swiftSettings: swiftSettings),
  .target(name: "Scoring", dependencies: ["COpenBLAS", "DenseKernels"], swiftSettings: swiftSettings),
  .target(
    name: "MappingSearch",
    dependencies: ["Parallel", "Workloads", "EnergyModel", "Mappings", "LowerBounds", "Scoring"],
    exclude: ["Proofs.md"], swiftSettings: safeSettings),
  .target(
    name: "Answers", dependencies: ["Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch"],
    swiftSettings: safeSettings),
]

/// Files.
let formats: [Target] = [
  .target(
    name: "ONNX", dependencies: ["Workloads"], swiftSettings: safeSettings),
  .target(
    name: "Interchange",
    dependencies: [
      "Parallel", "Workloads", "EnergyModel", "Mappings", "LowerBounds", "DenseKernels", "MappingSearch", "Answers",
      "ONNX",
      .product(name: "Yams", package: "Yams"),
    ],
    exclude: ["Configs/mappings"],
    resources: [.embedInCode("Configs/networks"), .embedInCode("Configs/energy"), .embedInCode("Configs/platforms")],
    swiftSettings: safeSettings),
]

/// Many questions at once, measurements held against the model, and what people read.
let reports: [Target] = [
  .target(name: "Statistics", dependencies: ["DenseKernels"], swiftSettings: safeSettings),
  .target(
    name: "Validation",
    dependencies: [
      "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Interchange", "Statistics",
    ],
    swiftSettings: safeSettings),
  .target(
    name: "Sweeps",
    dependencies: [
      "Parallel", "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Answers", "Interchange",
    ],
    swiftSettings: safeSettings),
  .target(
    name: "Reports",
    dependencies: [
      "Parallel", "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Answers", "Interchange",
      "Statistics",
      "Validation", "Sweeps", .product(name: "Mustache", package: "swift-mustache"),
    ],
    resources: [.embedInCode("Templates")],
    swiftSettings: safeSettings),
]

let program: [Target] = [
  .executableTarget(
    name: "tilebound",
    dependencies: [
      "Parallel", "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Answers", "Interchange",
      "Statistics",
      "Validation", "Sweeps", "Reports", .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    swiftSettings: safeSettings, plugins: ["RecordCommit"]),
  .plugin(name: "RecordCommit", capability: .buildTool()),
]

let tests: [Target] = [
  .target(
    name: "TestSupport", dependencies: ["Workloads", "EnergyModel", "Mappings"], path: "Tests/TestSupport",
    swiftSettings: swiftSettings),
  .testTarget(name: "ParallelTests", dependencies: ["Parallel"], swiftSettings: swiftSettings),
  .testTarget(name: "WorkloadsTests", dependencies: ["Workloads", "TestSupport"], swiftSettings: swiftSettings),
  .testTarget(name: "EnergyModelTests", dependencies: ["Workloads", "EnergyModel"], swiftSettings: swiftSettings),
  .testTarget(
    name: "MappingsTests", dependencies: ["Workloads", "EnergyModel", "Mappings", "TestSupport"],
    swiftSettings: swiftSettings),
  .testTarget(
    name: "LowerBoundsTests", dependencies: ["Workloads", "EnergyModel", "Mappings", "LowerBounds", "TestSupport"],
    swiftSettings: swiftSettings),
  .testTarget(name: "DenseKernelsTests", dependencies: ["DenseKernels", "TestSupport"], swiftSettings: swiftSettings),
  .testTarget(name: "ScoringTests", dependencies: ["Scoring", "TestSupport"], swiftSettings: swiftSettings),
  .testTarget(
    name: "MappingSearchTests",
    dependencies: [
      "Parallel", "Workloads", "EnergyModel", "Mappings", "LowerBounds", "Scoring", "MappingSearch", "TestSupport",
    ],
    swiftSettings: swiftSettings),
  .testTarget(
    name: "ONNXTests",
    dependencies: ["Workloads", "ONNX", "TestSupport"],
    resources: [.copy("Models")], swiftSettings: swiftSettings),
  .testTarget(
    name: "InterchangeTests",
    dependencies: [
      "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Answers", "Interchange", "TestSupport",
      .product(name: "Yams", package: "Yams"),
    ],
    swiftSettings: swiftSettings),
  .testTarget(
    name: "StatisticsTests", dependencies: ["DenseKernels", "Statistics", "TestSupport"], swiftSettings: swiftSettings),
  .testTarget(
    name: "ValidationTests",
    dependencies: [
      "Workloads", "EnergyModel", "LowerBounds", "MappingSearch", "Interchange", "Statistics", "Validation",
      "TestSupport",
    ],
    swiftSettings: swiftSettings),
  .testTarget(
    name: "SweepsTests",
    dependencies: [
      "Parallel", "Workloads", "EnergyModel", "Mappings", "MappingSearch", "Answers", "Interchange", "Sweeps",
      "TestSupport",
    ],
    swiftSettings: swiftSettings),
  .testTarget(
    name: "ReportsTests",
    dependencies: [
      "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Answers", "Interchange", "Reports",
    ],
    swiftSettings: swiftSettings),
  .testTarget(name: "tileboundTests", dependencies: ["tilebound", "TestSupport"], swiftSettings: swiftSettings),
  .testTarget(name: "ReportPageTests", dependencies: ["tilebound", "TestSupport"], swiftSettings: swiftSettings),
  .testTarget(
    name: "ModelZooTests", dependencies: ["Workloads", "ONNX", "TestSupport"], exclude: ["expected.py"],
    swiftSettings: swiftSettings),
  .testTarget(
    name: "ExhaustiveTests",
    dependencies: [
      "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Interchange", "Sweeps", "tilebound",
      "TestSupport",
    ],
    swiftSettings: swiftSettings),
]

let package = Package(
  name: "tilebound",
  products: [
    .library(name: "TileboundCore", targets: core.map(\.name)),
    .library(name: "TileboundFormats", targets: formats.map(\.name)),
    .library(name: "TileboundReports", targets: reports.map(\.name)),
    .library(name: "Tilebound", targets: (core + formats + reports).map(\.name)),
    .executable(name: "tilebound", targets: ["tilebound"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [openBLAS] + core + formats + reports + program + tests,
  swiftLanguageModes: [.v6])

// The core stands on itself and OpenBLAS, on no other package.
for module in core {
  for dependency in module.dependencies {
    guard case .byNameItem(let name, _) = dependency, name == openBLAS.name || core.contains(where: { $0.name == name })
    else { fatalError("\(module.name) is of the core, which may not depend on \(dependency)") }
  }
}

// Only for `make docs`: users and ordinary builds neither resolve nor build it.
if Context.environment["BUILD_DOCS"] != nil {
  package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
