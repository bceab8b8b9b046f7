public import EnergyModel
import Foundation
public import Workloads

/// The networks, energy models, accelerators and platforms that come with the program: the files of `configs/`.
public enum BuiltIn {
  /// The names of the networks, in the order in which they are listed.
  public static let networkNames = networks.map(\.name)
  /// The names of the energy models, in the order in which they are listed.
  public static let energyModelNames = energyModels.map(\.name)
  /// The names of the accelerators, in the order in which they are listed.
  public static let acceleratorNames = accelerators.map(\.name)
  /// The names of the platforms, in the order in which they are listed.
  public static let platformNames = platforms.map(\.name)

  private static let networks: [(name: String, text: String)] = [
    ("alexnet", Embedded.alexnet_yaml),
    ("vgg16", Embedded.vgg16_yaml),
    ("resnet18", Embedded.resnet18_yaml),
    ("resnet50", Embedded.resnet50_yaml),
    ("resnet101", Embedded.resnet101_yaml),
    ("squeezenet1-1", Embedded.squeezenet1_1_yaml),
    ("googlenet", Embedded.googlenet_yaml),
    ("inception-v3", Embedded.inception_v3_yaml),
    ("densenet121", Embedded.densenet121_yaml),
    ("mobilenet-v1", Embedded.mobilenet_v1_yaml),
    ("mobilenet-v2", Embedded.mobilenet_v2_yaml),
    ("efficientnet-b0", Embedded.efficientnet_b0_yaml),
    ("yolov3-tiny", Embedded.yolov3_tiny_yaml),
    ("vit-b16", Embedded.vit_b16_yaml),
    ("bert-base-384", Embedded.bert_base_384_yaml),
    ("gpt2-small-prefill-1024", Embedded.gpt2_small_prefill_1024_yaml),
    ("gpt2-small-decode-1024", Embedded.gpt2_small_decode_1024_yaml),
    ("llama3-8b-prefill-2048", Embedded.llama3_8b_prefill_2048_yaml),
    ("llama3-8b-decode-2048", Embedded.llama3_8b_decode_2048_yaml),
    ("layer-examples", Embedded.layer_examples_yaml),
  ]

  private static let energyModels: [(name: String, text: String)] = [
    ("unit", Embedded.unit_yaml),
    ("horowitz-45nm-int8", Embedded.horowitz_45nm_int8_yaml),
    ("horowitz-45nm-int32", Embedded.horowitz_45nm_int32_yaml),
    ("horowitz-45nm-fp16", Embedded.horowitz_45nm_fp16_yaml),
    ("horowitz-45nm-fp32", Embedded.horowitz_45nm_fp32_yaml),
    ("ddr4-2400-int8", Embedded.ddr4_2400_int8_yaml),
    ("lpddr4-int8", Embedded.lpddr4_int8_yaml),
    ("hbm2-fp16", Embedded.hbm2_fp16_yaml),
    ("eyeriss", Embedded.eyeriss_yaml),
    ("eyeriss-lpddr4-int16", Embedded.eyeriss_lpddr4_int16_yaml),
    ("simba", Embedded.simba_yaml),
    ("cacti-45nm-int8", Embedded.cacti_45nm_int8_yaml),
    ("cacti-45nm-low-standby-int8", Embedded.cacti_45nm_low_standby_int8_yaml),
    ("cacti-32nm-int8", Embedded.cacti_32nm_int8_yaml),
  ]

  private static let accelerators: [(name: String, text: String)] = [
    ("eyeriss-chip", Embedded.eyeriss_chip_yaml),
    ("ethos-u65-512", Embedded.ethos_u65_512_yaml),
    ("diana-digital", Embedded.diana_digital_yaml),
    ("nvdla-large", Embedded.nvdla_large_yaml),
    ("simba-chiplet", Embedded.simba_chiplet_yaml),
    ("tpu-v1", Embedded.tpu_v1_yaml),
  ]

  private static let platforms: [(name: String, text: String)] = [
    ("simba", Embedded.simba_like_yaml),
    ("simba-accelergy-0-3", Embedded.simba_accelergy_0_3_yaml),
    ("eyeriss", Embedded.eyeriss_like_yaml),
    ("simplearch", Embedded.simplearch_yaml),
  ]

  /// Names that platforms had before, and those that they have now.
  private static let formerNames = ["simba-small-buffers": "simba-accelergy-0-3"]

  /// The built-in network of a name, or nil when there is none.
  ///
  /// - Throws: ``FormatError`` if its file is wrong, which the tests exclude.
  public static func network(_ name: String) throws(FormatError) -> Network? {
    guard let entry = networks.first(where: { $0.name == name }) else { return nil }
    return try LayerTable.parse(entry.text, origin: "\(name).yaml")
  }

  /// The networks in one row each, in the order in which they are listed, without reading their layers.
  ///
  /// - Throws: ``FormatError`` if the table of them is wrong, which the tests exclude.
  public static func networkSummaries() throws(FormatError) -> [NetworkSummary] {
    let origin = "networks.csv"
    return try Embedded.networks_csv.split(separator: "\n").dropFirst().map { row throws(FormatError) in
      let cells = row.split(separator: ",")
      let sizes = cells.dropFirst().compactMap { Int($0) }
      guard cells.count == 5, sizes.count == 4 else {
        throw FormatError(origin: origin, message: "'\(row)' is no name and four whole numbers")
      }
      return NetworkSummary(
        name: String(cells[0]), layers: sizes[0], distinctLayers: sizes[1], macs: sizes[2], weights: sizes[3])
    }
  }

  /// The built-in energy model of a name, or nil when there is none.
  ///
  /// - Throws: ``FormatError`` if its file is wrong, which the tests exclude.
  public static func energyModel(_ name: String) throws(FormatError) -> EnergyModel? {
    guard let entry = energyModels.first(where: { $0.name == name }) else { return nil }
    return try EnergyFile.parse(entry.text, origin: "\(name).yaml")
  }

  /// A network given by built-in name or by file, of which every layer must be understood.
  ///
  /// - Parameters:
  ///   - nameOrFile: a name without a slash or dot is built-in, whatever its case and hyphens; `-` is standard input.
  ///   - origin: where the name was given.
  ///   - dimensions: sizes for the symbolic dimensions of a model, by name.
  /// - Returns: the network.
  /// - Throws: ``FormatError``.
  public static func network(
    nameOrFile: String, origin: String = "--network", dimensions: [String: Int] = [:]
  ) throws(FormatError) -> Network {
    try imported(nameOrFile: nameOrFile, origin: origin, dimensions: dimensions).complete(file: nameOrFile)
  }

  /// A network given by built-in name or by file, with what is to be known about the file.
  ///
  /// - Parameters:
  ///   - nameOrFile: a name without a slash or dot is built-in, whatever its case and hyphens; `-` is standard input.
  ///   - origin: where the name was given.
  ///   - dimensions: sizes for the symbolic dimensions of a model, by name.
  /// - Returns: what was understood, and what was not.
  /// - Throws: ``FormatError``.
  public static func imported(
    nameOrFile: String, origin: String = "--network", dimensions: [String: Int] = [:]
  ) throws(FormatError) -> ImportedNetwork {
    if let name = known(nameOrFile, among: networkNames), let network = try network(name) {
      return ImportedNetwork(network: network)
    }
    try refuseUnknown("network", nameOrFile, known: networkNames, origin: origin)
    return try WorkloadFile.read(nameOrFile, dimensions: dimensions)
  }

  /// An energy model given by built-in name, whatever its case and hyphens, or by file: a name without a slash or dot is
  /// built-in.
  public static func energyModel(
    nameOrFile: String, origin: String = "--energy"
  ) throws(FormatError) -> EnergyModel {
    if let name = known(nameOrFile, among: energyModelNames), let model = try energyModel(name) { return model }
    try refuseUnknown("energy model", nameOrFile, known: energyModelNames, origin: origin)
    return try EnergyFile.read(file: nameOrFile)
  }

  /// The built-in accelerator of a name, or nil when there is none.
  ///
  /// - Throws: ``FormatError`` if its file is wrong, which the tests exclude.
  public static func accelerator(_ name: String) throws(FormatError) -> Accelerator? {
    guard let entry = accelerators.first(where: { $0.name == name }) else { return nil }
    return try AcceleratorFile.parse(entry.text, origin: "\(name).yaml")
  }

  /// An accelerator given by built-in name, whatever its case and hyphens, or by file: a name without a slash or dot is
  /// built-in.
  public static func accelerator(
    nameOrFile: String, origin: String = "--accelerator"
  ) throws(FormatError) -> Accelerator {
    if let name = known(nameOrFile, among: acceleratorNames), let accelerator = try accelerator(name) {
      return accelerator
    }
    try refuseUnknown("accelerator", nameOrFile, known: acceleratorNames, origin: origin)
    return try AcceleratorFile.read(file: nameOrFile)
  }

  /// The built-in platform of a name, or nil when there is none.
  ///
  /// - Throws: ``FormatError`` if its file is wrong, which the tests exclude.
  public static func platform(_ name: String) throws(FormatError) -> Platform? {
    guard let entry = platforms.first(where: { $0.name == name }) else { return nil }
    return try PlatformFile.parse(entry.text, origin: "\(name).yaml")
  }

  /// A platform given by built-in name, whatever its case and hyphens, or by file: a name without a slash or dot is
  /// built-in.
  public static func platform(nameOrFile: String, origin: String = "--platform") throws(FormatError) -> Platform {
    if let name = known(nameOrFile, among: platformNames), let platform = try platform(name) { return platform }
    try refuseUnknown("platform", nameOrFile, known: platformNames, origin: origin)
    return try PlatformFile.read(file: nameOrFile)
  }

  /// What a name or a file may stand for.
  public enum Kind: Hashable, Sendable {
    /// A network's layers.
    case network
    /// An energy model.
    case energyModel
    /// An accelerator.
    case accelerator
    /// A platform.
    case platform
  }

  /// What a built-in name or a file stands for; a name that is both an energy model's and a platform's is the former's.
  ///
  /// - Throws: ``FormatError`` for a name that is none.
  public static func kind(of nameOrFile: String) throws(FormatError) -> Kind {
    if known(nameOrFile, among: networkNames) != nil { return .network }
    if known(nameOrFile, among: energyModelNames) != nil { return .energyModel }
    if known(nameOrFile, among: acceleratorNames) != nil { return .accelerator }
    if known(nameOrFile, among: platformNames) != nil { return .platform }
    if isFile(nameOrFile) {
      guard ["yaml", "yml"].contains(nameOrFile.split(separator: ".").last?.lowercased() ?? "") else { return .network }
      // What is no YAML is for the reader of networks to refuse, which knows more of what it may be.
      guard let root = try? YAMLNode.read(file: nameOrFile) else { return .network }
      switch DocumentKind(of: root) {
      case .energyModel: return .energyModel
      case .accelerator: return .accelerator
      case .platform: return .platform
      default: return .network
      }
    }
    try refuseUnknown(
      "network, energy model, accelerator or platform", nameOrFile, known: allNames, origin: "networks")
    return .network
  }

  /// Whether a name is a file's: it has a slash or a dot and is no spelling of a built-in name, or it is `-`.
  package static func isFile(_ name: String) -> Bool {
    if name == TextFile.standardInput { return true }
    return (name.contains("/") || name.contains("."))
      && known(name, among: allNames) == nil
  }

  /// The names of everything that is built in.
  public static let allNames = (networkNames + energyModelNames + acceleratorNames + platformNames).uniqued()

  /// A built-in name as it is, a file's name as seen from the folder of the file that names it.
  static func located(_ name: String, in folder: String) throws(FormatError) -> String {
    name.hasPrefix("/") || !isFile(name) ? name : folder + name
  }

  /// The built-in name that is meant by a name of another case or with other hyphens, unless there is a file of it.
  package static func known(_ name: String, among names: [String]) -> String? {
    if names.contains(name) { return name }
    if name.contains("/") || FileManager.default.fileExists(atPath: name) { return nil }
    let spellings = names + formerNames.filter { names.contains($0.value) }.keys
    return NearestName.match(name, among: spellings).map { formerNames[$0] ?? $0 }
  }

  /// Refuses a built-in network's name, unless there is a file of it too, where a file is expected for something else.
  static func refuseNetwork(_ name: String, for expected: String) throws(FormatError) {
    if known(name, among: networkNames) != nil, !FileManager.default.fileExists(atPath: name) {
      throw FormatError(origin: name, message: "is a built-in network; \(expected)")
    }
  }

  private static func article(of kind: String) -> String { "\("aeiou".contains(kind.prefix(1)) ? "an" : "a") \(kind)" }

  private static func refuseUnknown(
    _ kind: String, _ name: String, known: [String], origin: String
  ) throws(FormatError) {
    if name.contains(","), !FileManager.default.fileExists(atPath: name) {
      let several =
        origin.hasPrefix("--") ? "; 'tilebound sweep' takes several" : isFile(origin) ? "; several stand in [ ]" : ""
      throw FormatError(origin: origin, message: "'\(name.prefix(80))' is a list; one \(kind) is expected\(several)")
    }
    if isFile(name) { return }
    if TextFile.isFolder(name) {
      throw FormatError(
        origin: origin, message: "'\(name)' is a folder; the name or the file of \(article(of: kind)) is expected")
    }
    if FileManager.default.fileExists(atPath: name) {
      throw FormatError(
        origin: origin,
        message: "'\(name)' has neither a dot nor a slash, which a file's name has; './\(name)' is the file")
    }
    throw FormatError(
      origin: origin, message: unknown(kind, name, known: known) + " (a file's name has a dot or a slash)")
  }
}
