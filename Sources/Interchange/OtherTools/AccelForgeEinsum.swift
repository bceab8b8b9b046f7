import EnergyModel
import Workloads

/// One einsum of a workload, as a text with an equation or as a list of tensor accesses.
struct AccelForgeEinsum {
  /// How the einsum indexes a tensor.
  struct Access {
    let tensor: String
    /// The ranks with the texts that index them.
    let projection: [(rank: String, index: String)]
    var isOutput = false
    var isPersistent = false
    var bits: BitWidth?

    /// The indices.
    func indices() throws(Inexpressible) -> [IndexExpression] {
      var indices: [IndexExpression] = []
      for (_, text) in projection {
        guard let index = IndexExpression(text) else {
          throw Inexpressible(
            reason: "the index '\(FormatError.oneLine(String(text.prefix(40))))' is no sum of products")
        }
        indices.append(index)
      }
      return indices
    }
  }

  /// The tensors of a product of two.
  struct Operands {
    let output: Access
    let inputs: Access
    let weights: Access
    /// Whether the file tells weights from inputs.
    let isDecided: Bool
  }

  let node: YAMLNode
  let name: String
  private(set) var accesses: [Access] = []
  /// What the einsum itself says of its shape.
  let shape: [YAMLNode]
  /// Sizes of ranks that hold here alone.
  let rankSizes: [String: Int]
  let instances: YAMLNode?
  private let operators: [String]
  /// The functions that operands are arguments of.
  private let functions: [String]
  /// What is done with the operands, and with what is summed, where the einsum says so.
  private let operations: [(key: String, name: String)]
  private let isCopy: Bool
  /// The tensors that are renamed to `weight` and to `input`.
  private var renamed: [String: String] = [:]

  private static let mostAccesses = 16

  /// - Throws: ``FormatError`` where it is no einsum at all.
  init(_ node: YAMLNode) throws(FormatError) {
    self.node = node
    let fields = node.isMapping ? try node.openFields() : [:]
    if let equationNode = node.isMapping ? fields["einsum"] : node {
      let text = try equationNode.string()
      guard let (output, inputs, operators) = LoopEquation.parse(text) else {
        throw equationNode.error(
          "is '\(text.prefix(60))'; an einsum is expected, as in Z[m, n] = A[m, k] * B[k, n]")
      }
      self.operators = operators
      functions = inputs.compactMap(\.function)
      for operand in inputs { accesses.append(try Self.access(operand, at: equationNode)) }
      var access = try Self.access(output, at: equationNode)
      access.isOutput = true
      accesses.append(access)
      name = try fields["name"]?.name() ?? output.name
    } else {
      operators = []
      functions = []
      name = try node.required("name", in: fields).name()
    }
    shape = try (fields["iteration_space_shape"] ?? fields["shape"])?.elements(atMost: Self.mostAccesses) ?? []
    rankSizes =
      try fields["rank_sizes"].map { node throws(FormatError) in try AccelForgeScope.sizes(node, atMost: 64) } ?? [:]
    instances = fields["n_instances"]
    var operations: [(key: String, name: String)] = []
    for key in ["map_op", "reduce_op"] {
      if let node = fields[key], !node.isNull { operations.append((key, try node.name())) }
    }
    self.operations = operations
    isCopy = try fields["is_copy_operation"]?.boolean() ?? false
    if let list = fields["tensor_accesses"] {
      for element in try list.elements(atMost: Self.mostAccesses) { try add(element) }
    } else if accesses.isEmpty {
      throw node.error("has neither 'einsum' nor 'tensor_accesses'")
    }
    if let renames = fields["renames"] { try readRenames(renames) }
  }

  private static func access(_ operand: LoopEquation.Operand, at node: YAMLNode) throws(FormatError) -> Access {
    var projection: [(rank: String, index: String)] = []
    for index in operand.indices.joined(separator: ",").split(separator: ",", omittingEmptySubsequences: false) {
      let sides = index.split(separator: ":", omittingEmptySubsequences: false)
      guard sides.count <= 2, let last = sides.last?.trimmingSpaces, !last.isEmpty else {
        throw node.error("indexes \(operand.name) by '\(index.prefix(40))'; a rank variable is expected, or Rank: sum")
      }
      projection.append((sides.count == 2 ? String(sides[0].trimmingSpaces) : last.uppercased(), String(last)))
    }
    return Access(tensor: operand.name, projection: projection)
  }

  /// Adds a tensor access, or what it says of one that the equation has.
  private mutating func add(_ node: YAMLNode) throws(FormatError) {
    let fields = try node.openFields()
    let tensor = try node.required("name", in: fields).name()
    var access: Access
    let known = accesses.firstIndex { $0.tensor == tensor }
    if let known, fields["projection"] == nil {
      access = accesses[known]
    } else {
      access = Access(tensor: tensor, projection: try Self.projection(try node.required("projection", in: fields)))
      access.isOutput = try fields["output"]?.boolean() ?? false
    }
    access.isPersistent = try fields["persistent"]?.boolean() ?? false
    access.bits = try fields["bits_per_value"]?.bitWidth()
    if let known, fields["projection"] == nil { accesses[known] = access } else { accesses.append(access) }
  }

  private static func projection(_ node: YAMLNode) throws(FormatError) -> [(rank: String, index: String)] {
    var projection: [(rank: String, index: String)] = []
    if node.isMapping {
      return try node.orderedFields(atMost: mostAccesses).map { field throws(FormatError) in
        (field.key, try field.value.string())
      }
    }
    for element in try node.elements(atMost: mostAccesses) {
      let index = try element.string()
      projection.append((index.uppercased(), index))
    }
    return projection
  }

  /// `{weight: W0}` or `[{name: weight, source: W0}]`.
  private mutating func readRenames(_ node: YAMLNode) throws(FormatError) {
    if node.isMapping {
      for (name, source) in try node.openFields() { renamed[name] = source.text }
      return
    }
    for element in try node.elements(atMost: Self.mostAccesses) {
      let fields = try element.openFields()
      if let name = fields["name"]?.text { renamed[name] = fields["source"]?.text }
    }
  }

  /// What makes MACs of an einsum, where it says what is done.
  private static let known = [
    "map_op": ["*", "mul", "multiply", "multiplication", "times"],
    "reduce_op": ["+", "add", "addition", "plus", "sum"],
  ]

  /// The tensors of a product of two, or nil where the einsum is none: it copies, adds, reduces or applies a function.
  ///
  /// - Parameter produced: the tensors that some einsum of the workload makes.
  /// - Returns: output, inputs and weights.
  /// - Throws: ``Inexpressible`` for more of them.
  func operands(produced: Set<String>) throws(Inexpressible) -> Operands? {
    let inputs = accesses.filter { !$0.isOutput }
    let outputs = accesses.filter(\.isOutput)
    if isCopy || inputs.count == 1 || operators.contains(where: { $0 != "*" }) { return nil }
    if let function = functions.first {
      throw Inexpressible(reason: "it takes '\(function)' of an operand; a product of two tensors can be read")
    }
    for (key, name) in operations where !(Self.known[key] ?? []).contains(name.lowercased()) {
      throw Inexpressible(
        reason: "its \(key) is '\(name.prefix(40))'; \(Self.known[key]?[0] ?? "") alone makes MACs")
    }
    guard outputs.count == 1 else { throw Inexpressible(reason: "it has \(outputs.count) outputs; 1 can be read") }
    guard inputs.count == 2 else { throw Inexpressible(reason: "it has \(inputs.count) inputs; 2 can be read") }
    func operands(weights: Int, isDecided: Bool = true) -> Operands {
      Operands(output: outputs[0], inputs: inputs[1 - weights], weights: inputs[weights], isDecided: isDecided)
    }
    func only(_ isWanted: (Access) -> Bool) -> Int? {
      let wanted = inputs.map(isWanted)
      return wanted[0] == wanted[1] ? nil : wanted[0] ? 0 : 1
    }
    let indices = try inputs.map { (input) throws(Inexpressible) in try input.indices() }
    if let sliding = TensorProduct.sliding(indices) { return operands(weights: 1 - sliding) }
    if let weights = only({ $0.tensor == renamed["weight"] }) { return operands(weights: weights) }
    if let first = only({ $0.tensor == renamed["input"] }) { return operands(weights: 1 - first) }
    if let weights = only(\.isPersistent) { return operands(weights: weights) }
    if let first = only({ produced.contains($0.tensor) }) { return operands(weights: 1 - first) }
    return operands(weights: 1, isDecided: false)
  }
}
