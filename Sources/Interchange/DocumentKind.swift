/// What a YAML file is for, by its first keys: to say more of one in another's place than that its keys are unknown.
enum DocumentKind {
  case results
  case sweep
  case layers
  case measurements
  case mapping
  case accelerator
  case energyModel
  case platform

  /// Keys of each kind. Sweeps, and files of other tools with layers, have keys of later kinds besides.
  private static let keys: [(kind: DocumentKind, anyOf: [String])] = [
    (.results, ["schema"]),
    (.sweep, ["networks", "capacities", "accelerators", "dimensions", "reuse", "phases", "compare-dataflows"]),
    (.layers, ["layers", "problem", "workload", "einsums"]),
    (.measurements, ["data-sets"]),
    (.mapping, ["mapping"]),
    (.accelerator, ["accelerator"]),
    (.energyModel, ["energy"]),
    (.platform, ["platform"]),
  ]

  /// The kind of a file, or nil where its keys are of none. A list is one of layers.
  init?(of root: YAMLNode) {
    let found = Self.keys.first { $0.anyOf.contains { root.value($0) != nil } }
    guard let kind = root.isList ? .layers : found?.kind else { return nil }
    self = kind
  }

  /// Whether a file is certainly one of this program's own, or of a tool that knows no templates.
  static func isOwn(_ root: YAMLNode) -> Bool {
    switch DocumentKind(of: root) {
    case nil: false
    case .layers: root.isList || root.value("layers") != nil
    case .mapping: MappingDocument.isOfThisProgram(root)
    case .results, .sweep, .measurements, .accelerator, .energyModel, .platform: true
    }
  }

  /// What it is, and what takes it.
  var text: String {
    switch self {
    case .results: "is results, which 'tilebound report' and 'tilebound export --result' take"
    case .sweep: "is a sweep, which 'tilebound sweep' takes"
    case .layers: "has layers, which --network takes, and 'networks' in a sweep's file"
    case .measurements: "is the measurements of a validation, which 'tilebound validate' takes"
    case .mapping: "is a mapping, which 'tilebound evaluate --mapping' takes"
    case .accelerator: "is an accelerator, which --accelerator takes"
    case .energyModel: "is an energy model, which --energy takes"
    case .platform: "is a platform, which 'tilebound validate --platform' takes"
    }
  }
}
