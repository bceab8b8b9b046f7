public import EnergyModel
public import Interchange
public import Workloads

/// One set of measurements to hold against the model, as users ask for it.
public struct ValidationRequest: Hashable, Sendable {
  /// What reports call it, or nil for the table's name.
  public var name: String?
  /// The table of measurements.
  public var data: String
  /// What each of its columns holds, or nil where its first line says it.
  public var columns: [String]?
  /// What is the same for all layers.
  public var shape: String?
  /// Whose layers the rows are, where a column says which.
  public var network: Network?
  /// Where the energies were measured.
  public var platform: Platform
  /// How rows are binned for the regression on the least energies, or nil for none.
  public var bins: Bins?
  /// Sizes of Buffers to try besides those of the platform.
  public var capacities: [Bits]
  /// What is to be known about the file that asks, a line each.
  public var remarks: [String] = []

  /// A request by its parts.
  public init(
    data: String, columns: [String]? = nil, shape: String? = nil, network: Network? = nil, platform: Platform,
    bins: Bins? = nil, capacities: [Bits] = []
  ) {
    self.data = data
    self.columns = columns
    self.shape = shape
    self.network = network
    self.platform = platform
    self.bins = bins
    self.capacities = capacities
  }
}

/// The YAML form of a validation: several sets of measurements.
public enum ValidationFile {
  /// The validation in a file.
  ///
  /// - Parameters:
  ///   - file: the file's path.
  ///   - folder: where the tables are, or nil for the file's folder. Files of platforms and
  ///     networks start from the file's folder.
  /// - Returns: the sets, in the file's order.
  /// - Throws: `FormatError` naming file, line and key.
  public static func read(file: String, data folder: String? = nil) throws(FormatError) -> [ValidationRequest] {
    let own = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    return try requests(YAMLNode.read(file: file), own, folder.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? own)
  }

  /// The same of a text, of which errors say that it comes from `origin`.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> [ValidationRequest] {
    try requests(YAMLNode.parse(text, origin: origin), "", "")
  }

  private static func requests(
    _ root: YAMLNode, _ folder: String, _ dataFolder: String
  ) throws(FormatError) -> [ValidationRequest] {
    let fields = try root.fields(["data-sets"])
    var requests: [ValidationRequest] = []
    for node in try root.required("data-sets", in: fields).elements() {
      requests.append(try request(node, folder, dataFolder))
    }
    if requests.isEmpty { throw root.error("has no data sets") }
    var names: Set<String> = []
    for request in requests {
      let name = request.name ?? WorkloadFile.networkName(of: request.data)
      if !names.insert(name).inserted {
        throw root.error("two data sets are called '\(name)': give one of them a 'name'")
      }
    }
    return requests
  }

  private static func request(
    _ node: YAMLNode, _ folder: String, _ dataFolder: String
  ) throws(FormatError) -> ValidationRequest {
    let fields = try node.fields([
      "name", "data", "columns", "shape", "network", "platform", "bins", "below", "capacities",
    ])
    let data = try node.required("data", in: fields).name()
    let platformNode = try node.required("platform", in: fields)
    /// A file is sought from the file's folder on, a built-in name is taken as it is.
    func place(_ name: String) -> String { name.hasPrefix("/") || !BuiltIn.isFile(name) ? name : folder + name }
    let platformName = try platformNode.string()
    let platform = try platformNode.placing { () throws(FormatError) in
      try BuiltIn.platform(nameOrFile: place(platformName), origin: platformNode.origin)
    }
    var request = ValidationRequest(data: data.hasPrefix("/") ? data : dataFolder + data, platform: platform)
    request.name = try fields["name"]?.name()
    if let columns = fields["columns"] {
      var names: [String] = []
      for element in try columns.oneOrMore() { names.append(try element.string()) }
      request.columns = names
    }
    request.shape = try fields["shape"]?.string()
    if let networkNode = fields["network"] {
      let name = try networkNode.string()
      request.network = try networkNode.placing { () throws(FormatError) in
        try BuiltIn.network(nameOrFile: place(name), origin: networkNode.origin)
      }
    }
    let limit = try fields["below"]?.number()
    if let bins = fields["bins"] {
      request.bins = Bins(size: try bins.integer(in: 1...Int(1 << 30)), below: limit)
    } else if let below = fields["below"] {
      throw below.error("stands without 'bins', which it limits")
    }
    for element in try fields["capacities"]?.oneOrMore() ?? [] {
      let text = try element.string()
      request.capacities += try element.placing { () throws(FormatError) in
        try CapacityText.parseList(text, origin: element.origin)
      }
      request.remarks += CapacityText.remarks(on: text, origin: "\(element.origin): \(element.path)")
    }
    return request
  }
}
