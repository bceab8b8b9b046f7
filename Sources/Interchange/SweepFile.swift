public import EnergyModel
import Foundation
import MappingSearch
public import Mappings
public import Workloads

/// What to sweep, as users ask for it: every combination of these is to be answered.
public struct SweepRequest: Hashable, Sendable {
  /// The networks, with all of their layers.
  public var networks: [Network] = []
  /// What is to be known about the networks' files, a line each.
  public var remarks: [String] = []
  /// Which of their layers are wanted.
  public var layers = LayerSelection([])
  /// Sizes of the Buffer.
  public var capacities: [Bits] = []
  /// Buffers in parts, each with the sizes of its own.
  public var buffers: [BufferLayout] = []
  /// The tensors that take twice their box.
  public var doubleBuffered: Set<Tensor> = []
  /// The layout whose tiles are to be had.
  public var tiles: BufferLayout = .shared
  /// The tensors that are in the Buffer whole and do not move.
  public var onChip: Set<Tensor> = []
  /// Machines that have capacities, energy models and word widths of their own; where there are any, none of these are given.
  public var accelerators: [Accelerator] = []
  /// Bits moved where none is given.
  public var energyModels: [EnergyModel] = []
  /// Word widths as far as they are not each energy model's own; where there are none all are its own, or 8 bits.
  public var widths: [ChosenWidths] = []
  /// The usual reuse where none is given.
  public var reuse: [ReusePolicy] = []
  /// Whether loops over phases are searched; where none is given, as usual under each policy of reuse.
  public var phases: [PhasePolicy] = []
  /// The dataflows to search.
  public var dataflows = Set(Dataflow.allCases)
  /// Whether each dataflow's own best is wanted too.
  public var comparesDataflows = false
  /// The nest of which alone tile sizes are searched for, if there is one.
  public var template: NestTemplate?
  /// Where it is asked for, for messages.
  public var templateOrigin = "--template"
  /// The built-in names or files of networks, to tell those of one name apart.
  public var networkOrigins: [Network: String] = [:]
  /// The built-in names or files of energy models, to tell those of one name apart.
  public var energyModelOrigins: [EnergyModel: String] = [:]

  /// A request that has nothing yet.
  public init() {}
}

/// The YAML form of a sweep.
public enum SweepFile {
  /// Whether a name or a file on a command line is a network's rather than a sweep's.
  public static func isNetwork(_ nameOrFile: String) -> Bool {
    let exists = FileManager.default.fileExists(atPath: nameOrFile)
    if !BuiltIn.isFile(nameOrFile) || nameOrFile.contains(",") { return !exists || WorkloadFile.isNetwork(nameOrFile) }
    return nameOrFile == TextFile.standardInput || WorkloadFile.isNetwork(nameOrFile)
  }

  /// The sweep in a file; names of files in it start from its folder.
  ///
  /// - Parameters:
  ///   - file: the file's path.
  ///   - networks: networks in place of the file's, by name or file.
  ///   - dimensions: sizes for symbolic dimensions of models, by name, in place of the file's.
  /// - Returns: what to sweep.
  /// - Throws: ``FormatError`` naming file, line and key.
  public static func read(
    file: String, networks: [String] = [], dimensions: [String: Int]? = nil
  ) throws(FormatError) -> SweepRequest {
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    return try request(YAMLNode.read(file: file), folder: folder, networks, dimensions)
  }

  /// The same of a text, of which errors say that it comes from `origin`.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> SweepRequest {
    try request(YAMLNode.parse(text, origin: origin), folder: "", [], nil)
  }

  private static func request(
    _ root: YAMLNode, folder: String, _ networks: [String], _ dimensions: [String: Int]?
  ) throws(FormatError) -> SweepRequest {
    if let kind = DocumentKind(of: root), kind != .sweep { throw root.error("\(kind.text); a sweep is expected") }
    let fields = try root.fields([
      "networks", "dimensions", "layers", "capacities", "energy", "bits", "reuse", "phases", "dataflow",
      "compare-dataflows", "accelerators", "double-buffer", "on-chip", "leave-on-chip", "tiles", "divisors", "template",
    ])
    var request = SweepRequest()
    let place = dimensions == nil ? fields["dimensions"] : nil
    var sizes = dimensions ?? [:]
    if let place {
      var texts: [String] = []
      for element in try place.oneOrMore() { texts.append(try element.string()) }
      sizes = try place.placing { () throws(FormatError) in try DimensionText.parse(texts, origin: place.origin) }
    }
    try readNetworks(
      networks.isEmpty ? root.required("networks", in: fields) : nil, or: networks, sizes, at: place, folder,
      into: &request)
    request.layers = LayerSelection(
      try (fields["layers"]?.oneOrMore() ?? []).map { node throws(FormatError) in try node.string() },
      origin: "\(root.origin): layers")
    for node in try fields["accelerators"]?.oneOrMore() ?? [] {
      let name = try BuiltIn.located(try node.string(), in: folder)
      request.accelerators.append(
        try node.placing { () throws(FormatError) in
          try BuiltIn.accelerator(nameOrFile: name, origin: node.origin)
        })
    }
    let own = ["capacities", "energy", "bits", "double-buffer", "tiles", "divisors"].first { fields[$0] != nil }
    if fields["accelerators"] != nil, let own, let node = fields[own] {
      throw node.error("does not go with 'accelerators', which have their own")
    }
    let capacities = fields["accelerators"] == nil ? try root.required("capacities", in: fields) : nil
    for node in try capacities?.oneOrMore() ?? [] {
      let text = node.isMapping ? try node.partsText() : try node.string()
      if LayoutText.hasParts(text) {
        request.buffers.append(
          try node.placing { () throws(FormatError) in try LayoutText.layout(text, origin: node.origin) })
        continue
      }
      request.capacities += try node.placing { () throws(FormatError) in
        try CapacityText.parseList(text, origin: node.origin)
      }
      request.remarks += CapacityText.remarks(on: text, origin: "\(node.origin): \(node.path)")
    }
    for node in try fields["energy"]?.oneOrMore() ?? [] {
      let name = try BuiltIn.located(try node.string(), in: folder)
      let model = try node.placing { () throws(FormatError) in
        try BuiltIn.energyModel(nameOrFile: name, origin: node.origin)
      }
      request.energyModels.append(model)
      request.energyModelOrigins[model] = name
    }
    for node in try fields["bits"]?.oneOrMore() ?? [] { request.widths.append(try node.chosenWidths()) }
    for node in try fields["reuse"]?.oneOrMore() ?? [] { request.reuse.append(try node.policy("reuse policy")) }
    for node in try fields["phases"]?.oneOrMore() ?? [] { request.phases.append(try node.policy("policy")) }
    if let node = fields["dataflow"] {
      let names = try node.oneOrMore().map { node throws(FormatError) in try node.string() }.joined(separator: ",")
      request.dataflows = try node.placing { () throws(FormatError) in
        try DataflowText.parse(names, origin: node.origin)
      }
    }
    if let node = fields["double-buffer"] { request.doubleBuffered = try node.tensors() }
    if let node = fields["tiles"] { request.tiles = try node.tiles() }
    if try fields["divisors"]?.boolean() ?? false { request.tiles.rules.cutsEvenly = true }
    if let node = fields["on-chip"] { request.onChip = try node.tensors(of: [.inputs, .weights]) }
    if let node = fields["leave-on-chip"] { request.onChip.formUnion(try node.tensors(of: [.outputs])) }
    if let node = fields["template"] {
      let line = try node.string()
      request.template = try node.placing { () throws(FormatError) in
        try NestText.parseTemplate(line, origin: node.origin)
      }
      request.templateOrigin = node.error("").place
    }
    request.comparesDataflows = try fields["compare-dataflows"]?.boolean() ?? false
    return request
  }

  /// The networks that a file names, or else some given by name, with sizes for the symbolic dimensions that some of them
  /// have, which stand at `place`.
  private static func readNetworks(
    _ networks: YAMLNode?, or names: [String], _ sizes: [String: Int], at place: YAMLNode?, _ folder: String,
    into request: inout SweepRequest
  ) throws(FormatError) {
    var inputs: [(file: String, imported: ImportedNetwork)] = []
    for name in names { inputs.append((name, try BuiltIn.imported(nameOrFile: name, dimensions: sizes))) }
    for node in try networks?.oneOrMore() ?? [] {
      let name = try BuiltIn.located(try node.string(), in: folder)
      inputs.append(
        try node.placing { () throws(FormatError) in
          (name, try BuiltIn.imported(nameOrFile: name, origin: node.origin, dimensions: sizes))
        })
    }
    let origin = place.map { "\($0.origin): dimensions" } ?? "--dim"
    if place != nil, !names.isEmpty {
      // The file's sizes are for its own networks.
      request.remarks += DimensionText.remarks(on: sizes, for: inputs.map(\.imported), origin: origin)
    } else {
      try DimensionText.refuse(sizes, unknownTo: inputs.map(\.imported), origin: origin)
    }
    for (file, imported) in inputs {
      let network = try imported.complete(file: file)
      request.networks.append(network)
      request.networkOrigins[network] = file
      request.remarks += imported.remarks(on: file)
    }
  }
}

extension YAMLNode {
  /// A policy by its name; `kind` is what it is called where there is none of that name.
  fileprivate func policy<Policy: RawRepresentable<String> & CaseIterable>(
    _ kind: String
  ) throws(FormatError) -> Policy {
    let name = try string()
    guard let policy = Policy(rawValue: name) else {
      throw error(unknown(kind, name, known: Policy.allCases.map(\.rawValue)))
    }
    return policy
  }
}
