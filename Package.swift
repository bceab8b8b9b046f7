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

/// The modules from the general to the particular: each may import only those named before it.
let package = Package(
  name: "tilebound",
  products: [
    .library(
      name: "Tilebound",
      targets: [
        "Parallel", "DenseKernels", "Workloads", "ONNX", "EnergyModel", "Mappings", "LowerBounds", "Scoring",
        "MappingSearch", "Answers", "Statistics", "Validation", "Interchange", "Sweeps", "Reports",
      ]),
    .executable(name: "tilebound", targets: ["tilebound"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .target(name: "Parallel", swiftSettings: safeSettings),
    .target(name: "DenseKernels", dependencies: ["COpenBLAS"], swiftSettings: swiftSettings),
    .target(name: "Workloads", swiftSettings: safeSettings),
    .target(name: "ONNX", dependencies: ["Workloads"], swiftSettings: safeSettings),
    .target(name: "EnergyModel", dependencies: ["Workloads"], swiftSettings: safeSettings),
    .target(name: "Mappings", dependencies: ["Workloads", "EnergyModel"], swiftSettings: safeSettings),
    .target(
      name: "LowerBounds", dependencies: ["Workloads", "EnergyModel", "Mappings"], exclude: ["Proofs.md"],
      swiftSettings: safeSettings),
    .target(name: "Scoring", dependencies: ["COpenBLAS", "DenseKernels"], swiftSettings: swiftSettings),
    .target(
      name: "MappingSearch",
      dependencies: ["Parallel", "Scoring", "Workloads", "EnergyModel", "Mappings", "LowerBounds"],
      exclude: ["Proofs.md"],
      swiftSettings: safeSettings),
    .target(
      name: "Answers", dependencies: ["Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch"],
      swiftSettings: safeSettings),
    .target(name: "Statistics", dependencies: ["DenseKernels"], swiftSettings: safeSettings),
    .target(
      name: "Validation",
      dependencies: ["Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Statistics"],
      swiftSettings: safeSettings),
    .target(
      name: "Interchange",
      dependencies: [
        "Parallel", "DenseKernels", "Workloads", "ONNX", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Answers",
        "Validation",
        .product(name: "Yams", package: "Yams"),
      ],
      exclude: ["Configs/mappings"],
      resources: [
        .embedInCode("Configs/networks"), .embedInCode("Configs/energy"), .embedInCode("Configs/platforms"),
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
        "Parallel", "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Answers", "Statistics", "Validation",
        "Interchange", "Sweeps",
        .product(name: "Mustache", package: "swift-mustache"),
      ],
      resources: [.embedInCode("Templates")],
      swiftSettings: safeSettings),
    .executableTarget(
      name: "tilebound",
      dependencies: [
        "Parallel", "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Answers", "Statistics", "Validation",
        "Interchange", "Sweeps", "Reports",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: safeSettings, plugins: ["RecordCommit"]),
    .plugin(name: "RecordCommit", capability: .buildTool()),
    .target(
      name: "TestSupport", dependencies: ["Workloads", "EnergyModel", "Mappings"], path: "Tests/TestSupport",
      swiftSettings: swiftSettings),
    .testTarget(name: "ParallelTests", dependencies: ["Parallel"], swiftSettings: swiftSettings),
    .testTarget(
      name: "DenseKernelsTests", dependencies: ["DenseKernels", "TestSupport"], swiftSettings: swiftSettings),
    .testTarget(name: "ScoringTests", dependencies: ["Scoring", "TestSupport"], swiftSettings: swiftSettings),
    .testTarget(name: "WorkloadsTests", dependencies: ["Workloads", "TestSupport"], swiftSettings: swiftSettings),
    .testTarget(
      name: "ONNXTests", dependencies: ["Workloads", "ONNX", "TestSupport"], resources: [.copy("Models")],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "EnergyModelTests", dependencies: ["Workloads", "EnergyModel"], swiftSettings: swiftSettings),
    .testTarget(
      name: "MappingsTests", dependencies: ["Workloads", "EnergyModel", "Mappings", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "LowerBoundsTests", dependencies: ["Workloads", "EnergyModel", "Mappings", "LowerBounds", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "MappingSearchTests",
      dependencies: [
        "Parallel", "Scoring", "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "TestSupport",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "StatisticsTests", dependencies: ["DenseKernels", "Statistics", "TestSupport"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "ValidationTests",
      dependencies: [
        "Workloads", "EnergyModel", "LowerBounds", "MappingSearch", "Statistics", "Validation", "Interchange",
        "TestSupport",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "InterchangeTests",
      dependencies: [
        "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Answers", "Validation", "Interchange",
        "TestSupport",
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "SweepsTests",
      dependencies: [
        "Parallel", "Workloads", "EnergyModel", "Mappings", "MappingSearch", "Answers", "Interchange", "Sweeps", "TestSupport",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "ReportsTests",
      dependencies: [
        "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Answers", "Interchange", "Reports",
      ],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "tileboundTests", dependencies: ["tilebound", "TestSupport"], swiftSettings: swiftSettings),
    .testTarget(name: "ReportPageTests", dependencies: ["tilebound", "TestSupport"], swiftSettings: swiftSettings),
    .testTarget(
      name: "ModelZooTests", dependencies: ["Workloads", "ONNX", "TestSupport"], exclude: ["expected.py"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "ExhaustiveTests",
      dependencies: [
        "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Interchange", "Sweeps",
        "tilebound", "TestSupport",
      ],
      swiftSettings: swiftSettings),
  ],
  swiftLanguageModes: [.v6])

// Only for `make docs`: users and ordinary builds neither resolve nor build it.
if Context.environment["BUILD_DOCS"] != nil {
  package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
