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

/// Where to optimize takes longer than it saves. No second pass writes down what may be imported of a module.
let notOptimized = SwiftSetting.unsafeFlags(
  ["-Onone", "-no-emit-module-separately-wmo"], .when(configuration: .release))

/// Of tests, which nothing imports. What tests everything that is small is optimized.
let testSettings = swiftSettings + [notOptimized]

// The modules from the general to the particular: each may import only those named before it.

/// Layers, energies, mappings, bounds and the search.
let core: [Target] = [
  .target(name: "Parallel", swiftSettings: safeSettings),
  .target(name: "Workloads", swiftSettings: safeSettings),
  .target(name: "EnergyModel", dependencies: ["Workloads"], swiftSettings: safeSettings),
  .target(name: "Mappings", dependencies: ["Workloads", "EnergyModel"], swiftSettings: safeSettings),
  .target(
    name: "LowerBounds", dependencies: ["Workloads", "EnergyModel", "Mappings"], exclude: ["Proofs.md"],
    swiftSettings: safeSettings),
  .target(name: "DenseKernels", dependencies: ["Parallel"], swiftSettings: swiftSettings),
  // In C, which can compile one text for several instruction sets.
  .target(name: "LeafKernel"),
  .target(name: "Scoring", dependencies: ["DenseKernels", "LeafKernel"], swiftSettings: swiftSettings),
  .target(
    name: "MappingSearch",
    dependencies: ["Parallel", "Workloads", "EnergyModel", "Mappings", "LowerBounds", "Scoring"],
    exclude: ["Proofs.md"], swiftSettings: safeSettings),
  .target(
    name: "Answers", dependencies: ["Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch"],
    swiftSettings: safeSettings),
]

/// Files, and programs made of mappings.
let formats: [Target] = [
  .target(
    name: "Programs", dependencies: ["Workloads", "EnergyModel", "Mappings"], swiftSettings: safeSettings),
  .target(
    name: "ONNX", dependencies: ["Workloads"], swiftSettings: safeSettings),
  .target(
    name: "Interchange",
    dependencies: [
      "Parallel", "Workloads", "EnergyModel", "Mappings", "LowerBounds", "DenseKernels", "MappingSearch", "Answers",
      "ONNX",
      .product(name: "Yams", package: "Yams"),
    ],
    exclude: ["Configs"], swiftSettings: safeSettings, plugins: ["EmbedTexts"]),
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
    exclude: ["Templates"], swiftSettings: safeSettings, plugins: ["EmbedTexts"]),
]

let program: [Target] = [
  .executableTarget(
    name: "tilebound",
    dependencies: [
      "Parallel", "Workloads", "EnergyModel", "Mappings", "LowerBounds", "DenseKernels", "MappingSearch", "Answers",
      "Interchange", "Programs", "Statistics", "Validation", "Sweeps", "Reports",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    swiftSettings: safeSettings, plugins: ["RecordCommit"]),
  .plugin(name: "EmbedTexts", capability: .buildTool()),
  .plugin(name: "RecordCommit", capability: .buildTool()),
]

let tests: [Target] = [
  .target(
    name: "TestSupport", dependencies: ["Workloads", "EnergyModel", "Mappings"], path: "Tests/TestSupport",
    swiftSettings: swiftSettings),
  .testTarget(name: "ParallelTests", dependencies: ["Parallel"], swiftSettings: testSettings),
  .testTarget(name: "WorkloadsTests", dependencies: ["Workloads", "TestSupport"], swiftSettings: testSettings),
  .testTarget(name: "EnergyModelTests", dependencies: ["Workloads", "EnergyModel"], swiftSettings: testSettings),
  .testTarget(
    name: "MappingsTests", dependencies: ["Workloads", "EnergyModel", "Mappings", "TestSupport"],
    swiftSettings: testSettings),
  .testTarget(
    name: "LowerBoundsTests", dependencies: ["Workloads", "EnergyModel", "Mappings", "LowerBounds", "TestSupport"],
    swiftSettings: testSettings),
  .testTarget(name: "DenseKernelsTests", dependencies: ["DenseKernels", "TestSupport"], swiftSettings: testSettings),
  .testTarget(
    name: "ScoringTests", dependencies: ["DenseKernels", "LeafKernel", "Scoring", "TestSupport"],
    swiftSettings: testSettings),
  .testTarget(
    name: "MappingSearchTests",
    dependencies: [
      "Parallel", "Workloads", "EnergyModel", "Mappings", "LowerBounds", "Scoring", "MappingSearch", "TestSupport",
    ],
    swiftSettings: testSettings),
  .testTarget(
    name: "ONNXTests",
    dependencies: ["Workloads", "ONNX", "TestSupport"],
    resources: [.copy("Models")], swiftSettings: testSettings),
  .testTarget(
    name: "ProgramsTests",
    dependencies: ["Workloads", "EnergyModel", "Mappings", "MappingSearch", "Programs", "TestSupport"],
    swiftSettings: testSettings),
  .testTarget(
    name: "InterchangeTests",
    dependencies: [
      "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Answers", "Interchange", "TestSupport",
      .product(name: "Yams", package: "Yams"),
    ],
    swiftSettings: testSettings),
  .testTarget(
    name: "StatisticsTests", dependencies: ["DenseKernels", "Statistics", "TestSupport"], swiftSettings: testSettings),
  .testTarget(
    name: "ValidationTests",
    dependencies: [
      "Workloads", "EnergyModel", "LowerBounds", "MappingSearch", "Interchange", "Statistics", "Validation",
      "TestSupport",
    ],
    swiftSettings: testSettings),
  .testTarget(
    name: "SweepsTests",
    dependencies: [
      "Parallel", "Workloads", "EnergyModel", "Mappings", "MappingSearch", "Answers", "Interchange", "Sweeps",
      "TestSupport",
    ],
    swiftSettings: testSettings),
  .testTarget(
    name: "ReportsTests",
    dependencies: [
      "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Answers", "Interchange", "Reports",
      "TestSupport",
    ],
    swiftSettings: testSettings),
  .testTarget(name: "tileboundTests", dependencies: ["tilebound", "TestSupport"], swiftSettings: testSettings),
  .testTarget(name: "ReportPageTests", dependencies: ["tilebound", "TestSupport"], swiftSettings: testSettings),
  .testTarget(
    name: "ModelZooTests", dependencies: ["Workloads", "ONNX", "TestSupport"], exclude: ["expected.py"],
    swiftSettings: testSettings),
  .testTarget(
    name: "MLIRTests", dependencies: ["Workloads", "Mappings", "Programs", "TestSupport"], swiftSettings: testSettings),
  .testTarget(
    name: "ExhaustiveTests",
    dependencies: [
      "Workloads", "EnergyModel", "Mappings", "LowerBounds", "MappingSearch", "Interchange", "Sweeps", "tilebound",
      "TestSupport",
    ],
    swiftSettings: swiftSettings),
]

/// Programs that use the library. They see what is public in the modules of products, as users of the package do.
let examples: [Target] = [
  ("OptimizeLayer", core), ("SweepCapacities", core + formats), ("NetworkGap", core + formats),
]
.map { name, modules in
  .executableTarget(
    name: name, dependencies: modules.map { .byName(name: $0.name) }, path: "Examples/\(name)", packageAccess: false,
    swiftSettings: swiftSettings)
}

/// Readers and the pair of closed form and replay, driven by libFuzzer.
let fuzz = Target.executableTarget(
  name: "Fuzz", dependencies: ["Workloads", "EnergyModel", "Mappings", "ONNX", "Interchange", "Validation"],
  path: "Fuzz/Sources", swiftSettings: swiftSettings, linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])])

let package = Package(
  name: "tilebound",
  products: [
    .library(name: "TileboundCore", targets: core.map(\.name)),
    .library(name: "TileboundFormats", targets: formats.map(\.name)),
    .library(name: "TileboundReports", targets: reports.map(\.name)),
    .library(name: "Tilebound", targets: (core + formats + reports).map(\.name)),
    .executable(name: "tilebound", targets: ["tilebound"]),
  ],
  // Exact, since Package.resolved cannot be kept: see Documentation/Architecture.md.
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
  ],
  targets: core + formats + reports + program + examples + tests,
  swiftLanguageModes: [.v6])

// The core stands on itself, on no other package; OpenBLAS is loaded when it is first needed.
for module in core {
  for dependency in module.dependencies {
    guard case .byNameItem(let name, _) = dependency, core.contains(where: { $0.name == name }) else {
      fatalError("\(module.name) is of the core, which may not depend on \(dependency)")
    }
  }
}

// `make test` spends its time in the core, and would spend more on optimizing what is around it than that saves. A program
// built to be used is optimized throughout.
if let optimized = Context.environment["OPTIMIZED"] {
  guard optimized == "core" else { fatalError("OPTIMIZED is \(optimized); core is expected") }
  for target in formats + reports + program where target.type != .plugin {
    target.swiftSettings?.append(notOptimized)
  }
}

// `make` names the targets of a check, so that only they and what they need are built; no other build leaves any out.
if let chosen = Context.environment["TARGETS"] {
  let chosen = Set(chosen.split(separator: " ").map(String.init))
  // libFuzzer makes its inputs by what it sees of the paths that they take through the modules that it drives.
  var observed = chosen.intersection([fuzz.name])
  var needed = chosen
  package.targets.append(fuzz)
  // From the particular to the general: when a module's turn comes, all that need it were there.
  for target in package.targets.reversed() where needed.contains(target.name) {
    for case .byNameItem(let name, _) in target.dependencies {
      needed.insert(name)
      if target.name == fuzz.name { observed.insert(name) }
    }
  }
  package.targets.removeAll { !needed.contains($0.name) && $0.type != .plugin }
  package.products = []
  // A check of memory or of threads needs code of its own, which takes a third of the time to build without optimization.
  // Code in which tests spend theirs is optimized even so.
  let optimized = Set(core.map(\.name) + ["TestSupport"])
  for target in package.targets where target.type != .plugin {
    let optimization = optimized.contains(target.name) ? "-O" : "-no-emit-module-separately-wmo"
    target.swiftSettings?.append(
      .unsafeFlags(
        ["-whole-module-optimization", "-disable-batch-mode", "-num-threads", "2", optimization]
          + (observed.contains(target.name) ? ["-sanitize=fuzzer"] : [])))
  }
}
