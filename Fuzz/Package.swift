// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Readers and the pair of closed form and replay, driven by libFuzzer.
let package = Package(
  name: "tilebound-fuzz",
  dependencies: [.package(name: "tilebound", path: "..")],
  targets: [
    .executableTarget(
      name: "Fuzz", dependencies: [.product(name: "Tilebound", package: "tilebound")],
      swiftSettings: swiftSettings)
  ],
  swiftLanguageModes: [.v6])
