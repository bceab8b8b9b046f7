// swift-tools-version: 6.1
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Programs that use Tilebound as a library, each in one file.
let package = Package(
  name: "tilebound-examples",
  dependencies: [
    // In a package of your own: .package(url: "the address of Tilebound's repository", from: "the release")
    .package(name: "tilebound", path: "..")
  ],
  targets: ["OptimizeLayer", "SweepCapacities", "NetworkGap"].map { name in
    .executableTarget(
      name: name, dependencies: [.product(name: "Tilebound", package: "tilebound")], swiftSettings: swiftSettings)
  },
  swiftLanguageModes: [.v6])
