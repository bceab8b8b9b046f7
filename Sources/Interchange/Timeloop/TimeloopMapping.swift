public import EnergyModel
public import Mappings
public import Workloads

/// Timeloop's mappings, read as loop nests.
///
/// A mapping can be read when its outermost level keeps all three tensors and each tensor is kept by one other level:
/// those levels together are the Buffer. Fan-out in space has no counterpart and is refused. Residuals are understood
/// (see `TimeloopNest`).
public enum TimeloopMapping {
  /// A mapping with the layer that it is for.
  public struct Reading: Hashable, Sendable {
    /// The layer of the problem.
    public let layer: Layer
    /// The mapping as a loop nest.
    public let mapping: Mapping
    /// The word width of the level that keeps each tensor inside of the outermost level, as far as the architecture
    /// gives it.
    public let levelWidths: [Tensor: BitWidth]
    /// What a reader of results must know, a line each.
    public let remarks: [String]

    /// The file's word widths, with those in use where it gives none. A level has one width, so finished outputs are as
    /// wide as partial sums.
    ///
    /// - Parameter used: the word widths in use.
    /// - Returns: nil where the file's are those in use.
    public func widths(otherThan used: WordWidths) -> WordWidths? {
      let differ = Tensor.allCases.contains { tensor in
        levelWidths[tensor].map { $0 != used.inBuffer(tensor) } ?? false
      }
      if !differ { return nil }
      return WordWidths(
        inputs: levelWidths[.inputs] ?? used.inputs, weights: levelWidths[.weights] ?? used.weights,
        outputs: levelWidths[.outputs] ?? used.outputs, partialSums: levelWidths[.outputs] ?? used.partialSums)
    }
  }

  /// The mapping in one or more files, which together have a `problem`, a `mapping` and, unless the outermost level is
  /// called MainMemory or DRAM and listed first or last, an `architecture`; see ``MappingDocument``.
  static func read(_ roots: [YAMLNode], name: String, remarks known: [String] = []) throws(FormatError) -> Reading {
    func root(_ key: String) throws(FormatError) -> YAMLNode {
      guard let root = roots.first(where: { $0.value(key) != nil }) else {
        let origin = roots.map(\.origin).joined(separator: ", ")
        throw FormatError(origin: origin, message: "the key '\(key)' is missing")
      }
      return root
    }
    let problem = try TimeloopProblem.reading(root("problem"), TimeloopVariables(in: roots, values: nil))
    let layer = try problem.structure.layer(named: name, at: problem.instance)
    guard let node = try root("mapping").value("mapping") else { throw try root("mapping").error("has no mapping") }
    var directives = Directives(problem)
    for element in try node.elements(atMost: Directives.most) { try directives.read(element) }
    var remarks = known + problem.remarks
    let order: [String]
    var widths: [Tensor: BitWidth] = [:]
    if let architecture = roots.lazy.compactMap({ $0.value("architecture") }).first {
      let components = try components(of: architecture)
      order = try storageLevels(components, of: architecture, knownTo: directives)
      widths = wordWidths(components, directives, order)
    } else {
      order = try directives.listedOrder(at: node)
      remarks.append("without an architecture, \(order[0]) is taken as the outermost level")
    }
    return Reading(
      layer: layer, mapping: try directives.mapping(order, at: node), levelWidths: widths, remarks: remarks)
  }

  /// The components of an architecture, outermost first.
  private static func components(of architecture: YAMLNode) throws(FormatError) -> [YAMLNode] {
    try TimeloopProblem.checkVersion(of: architecture)
    if !architecture.isMapping {
      throw architecture.error("is \(architecture.shown); a mapping with 'nodes' or 'subtree' is expected")
    }
    // One list of nodes in files for its front end (v0.4), nested subtrees otherwise.
    var components = try architecture.value("nodes")?.elements() ?? []
    var node: YAMLNode? = architecture
    while let subtree = node?.value("subtree") {
      node = try subtree.elements().first
      components += try node?.value("local")?.elements() ?? []
    }
    return components
  }

  /// The name of a component; Timeloop takes a name's brackets for a number of instances.
  private static func name(of component: YAMLNode) throws(FormatError) -> String? {
    try component.value("name")?.string().split(separator: "[").first.map(String.init)
  }

  /// The width of the word in which each tensor is kept inside of the outermost level, where it is given.
  private static func wordWidths(
    _ components: [YAMLNode], _ directives: Directives, _ order: [String]
  ) -> [Tensor: BitWidth] {
    var widths: [Tensor: BitWidth] = [:]
    for component in components {
      guard let name = try? name(of: component), order.dropFirst().contains(name), let level = directives.levels[name]
      else { continue }
      let attributes = component.value("attributes")
      let given = ["word-bits", "word_bits", "datawidth"].lazy.compactMap { attributes?.value($0) }.first
      guard let width = given.flatMap({ try? $0.bitWidth() }) else { continue }
      for tensor in Tensor.allCases where !level.bypassed.contains(tensor) { widths[tensor] = width }
    }
    return widths
  }

  /// The names of the storage levels that a mapping speaks of, outermost first.
  private static func storageLevels(
    _ components: [YAMLNode], of architecture: YAMLNode, knownTo directives: Directives
  ) throws(FormatError) -> [String] {
    var names: [String] = []
    for component in components {
      guard let name = try name(of: component) else { throw component.error("has no name") }
      if directives.levels[name] != nil, !names.contains(name) { names.append(name) }
    }
    for (name, level) in directives.levels.sorted(by: { $0.key < $1.key }) where !names.contains(name) {
      throw level.node.error("the architecture has no level '\(name)'")
    }
    return names
  }
}

/// The directives of a mapping, gathered by level.
private struct Directives {
  struct Level {
    let node: YAMLNode
    /// Passes, and passes at the end, of each dimension.
    var factors: [String: (bound: Int, residual: Int)] = [:]
    /// Innermost first.
    var permutation: [String] = []
    var bypassed: Set<Tensor> = []
  }

  /// More directives are refused; Timeloop has at most 16 levels with a few each.
  static let most = 1000

  private let problem: TimeloopProblem.Reading
  private(set) var levels: [String: Level] = [:]
  /// The levels in the order of the file.
  private var listed: [String] = []

  init(_ problem: TimeloopProblem.Reading) { self.problem = problem }

  mutating func read(_ node: YAMLNode) throws(FormatError) {
    let fields = try node.fieldsWithUnderscores(["target", "type", "factors", "permutation", "split", "keep", "bypass"])
    let target = try node.required("target", in: fields).name()
    if levels[target] == nil {
      levels[target] = Level(node: node)
      listed.append(target)
    }
    var level = levels[target] ?? Level(node: node)
    let type = try node.required("type", in: fields)
    switch try type.string() {
    case "temporal":
      if let factors = fields["factors"] { level.factors = try self.factors(factors) }
      if let permutation = fields["permutation"] { level.permutation = try self.permutation(permutation) }
    case "spatial":
      if let factors = fields["factors"], try self.factors(factors).values.contains(where: { $0.bound > 1 }) {
        throw factors.error("loops in space have no counterpart: all their factors must be 1")
      }
    case "datatype", "dataspace", "bypass":
      for tensor in try tensors(fields["keep"]) { level.bypassed.remove(tensor) }
      level.bypassed.formUnion(try tensors(fields["bypass"]))
    case let other:
      throw type.error(unknown("type of directive", other, known: ["temporal", "spatial", "datatype", "bypass"]))
    }
    levels[target] = level
  }

  private func tensors(_ node: YAMLNode?) throws(FormatError) -> Set<Tensor> {
    var tensors: Set<Tensor> = []
    for element in try node?.elements() ?? [] {
      let name = try element.string()
      guard let tensor = problem.structure.dataSpaces[name] else {
        throw element.error(unknown("data space", name, known: problem.structure.dataSpaces.keys.sorted()))
      }
      tensors.insert(tensor)
    }
    return tensors
  }

  /// Factors as in `P7,3 Q=4`: the passes of a dimension, 0 for all, and those at the end where they are fewer.
  private func factors(_ node: YAMLNode) throws(FormatError) -> [String: (bound: Int, residual: Int)] {
    var factors: [String: (bound: Int, residual: Int)] = [:]
    for element in try node.oneOrMoreOrNone() {
      let text = try element.string()
      var rest = text.prefix { $0 != "#" }
      func skip(_ separators: String) { rest = rest.drop { $0.isWhitespace || separators.contains($0) } }
      func number() -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        return Int(digits)
      }
      while true {
        skip(",")
        guard let letter = rest.first else { break }
        let name = String(letter)
        guard let size = problem.sizes[name] else {
          throw element.error(unknown("dimension", name, known: problem.shape.dimensions))
        }
        rest = rest.dropFirst()
        skip("=")
        guard var bound = number() else {
          throw element.error("'\(text.prefix(80))' has no number for \(name); factors as in P7,3 Q4 are expected")
        }
        if bound == 0 { bound = size }
        var residual = bound
        if rest.first == ",", rest.dropFirst().first?.isNumber == true {
          rest = rest.dropFirst()
          residual = number() ?? 0
        }
        guard (1...Layer.largestSize).contains(bound), (1...bound).contains(residual) else {
          throw element.error(
            "the factor \(bound),\(residual) of \(name) is none: the residual lies within 1 and the bound")
        }
        if factors.updateValue((bound, residual), forKey: name) != nil {
          throw element.error("the dimension \(name) has two factors")
        }
      }
    }
    return factors
  }

  private func permutation(_ node: YAMLNode) throws(FormatError) -> [String] {
    var names: [String] = []
    for element in try node.oneOrMoreOrNone() {
      for letter in try element.string() where !letter.isWhitespace && letter != "," {
        let name = String(letter)
        guard problem.sizes[name] != nil else {
          throw element.error(unknown("dimension", name, known: problem.shape.dimensions))
        }
        if names.contains(name) { throw element.error("the dimension \(name) stands twice in the permutation") }
        names.append(name)
      }
    }
    return names
  }

  /// Outermost first where the outermost level's name tells which end of the list it is.
  func listedOrder(at node: YAMLNode) throws(FormatError) -> [String] {
    func isOutermost(_ name: String?) -> Bool { ["mainmemory", "dram"].contains(name?.lowercased()) }
    if isOutermost(listed.first) { return listed }
    if isOutermost(listed.last) { return listed.reversed() }
    throw node.error("the order of the levels is unknown; give the file with the architecture too")
  }

  /// The nest, with levels outermost first.
  func mapping(_ order: [String], at node: YAMLNode) throws(FormatError) -> Mapping {
    let levels = order.compactMap { self.levels[$0] }
    guard let outermost = levels.first, levels.count > 1 else {
      throw node.error("has \(levels.count) storage level; two or more are expected")
    }
    if !outermost.bypassed.isEmpty { throw outermost.node.error("the outermost level keeps all three tensors") }
    for tensor in Tensor.allCases {
      let keepers = zip(order, levels).dropFirst().filter { !$0.1.bypassed.contains(tensor) }.map(\.0)
      if keepers.count != 1 {
        throw node.error(
          "\(tensor.rawValue) are kept by \(keepers.isEmpty ? "none" : keepers.joined(separator: ", ")) of the levels "
            + "inside of \(order[0]); one of them is expected to, as there is one Buffer")
      }
    }
    for (name, size) in problem.sizes.sorted(by: { $0.key < $1.key }) { try checkFactors(name, size, levels, at: node) }

    var nodes: [Mapping.Node] = []
    for (index, level) in levels.enumerated() {
      if index > 0 { nodes += Tensor.allCases.filter { !level.bypassed.contains($0) }.map { .keep($0) } }
      // Loops inside the last keep move nothing.
      if index == levels.count - 1 { break }
      let order = level.permutation + problem.shape.dimensions.filter { !level.permutation.contains($0) }
      for name in order.reversed() where (level.factors[name]?.bound ?? 1) > 1 {
        guard let dimension = problem.structure.dimensions[name] else {
          throw level.node.error("the loops over '\(name)' cannot be told from another dimension's: both are one here")
        }
        let size = problem.sizes[name] ?? 1
        let tile = levels[(index + 1)...].reduce(1) { min(size, $0 * ($1.factors[name]?.bound ?? 1)) }
        if tile < size { nodes.append(.loop(dimension, tile: tile)) }
      }
    }
    do {
      return try Mapping(nodes)
    } catch {
      throw node.error("\(error)")
    }
  }

  /// Timeloop's own check: `p + 1` after `p = p · bound + residual - 1`, outermost first, is the range that a dimension's
  /// loops walk (`src/mapping/parser.cpp`).
  private func checkFactors(_ name: String, _ size: Int, _ levels: [Level], at node: YAMLNode) throws(FormatError) {
    var last = 0
    for level in levels {
      let factor = level.factors[name] ?? (1, 1)
      last = last * factor.bound + factor.residual - 1
      if last > Layer.largestSize { break }
    }
    if last + 1 != size {
      throw node.error(
        "the factors of \(name) make \(last > Layer.largestSize ? "more" : "\(last + 1)") and not its size, \(size); "
          + "blocks that do not divide need a residual, as in \(name)7,3")
    }
  }
}

extension YAMLNode {
  /// The elements of a list, which may be empty, or the node itself where it is no list.
  fileprivate func oneOrMoreOrNone() throws(FormatError) -> [YAMLNode] { isList ? try elements() : [self] }
}
