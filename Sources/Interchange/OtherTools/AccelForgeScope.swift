import EnergyModel
import Workloads

/// What a workload says for all of its einsums: sizes, word widths and how often they run.
struct AccelForgeScope {
  private let rankSizes: [String: Int]
  private let shape: [String: YAMLNode]
  private let bits: [String: BitWidth]
  private let instances: Int
  /// A key of `bits_per_value` that is no name, if there is one.
  let unreadWidths: String?

  /// Names of sets of tensors, from the general to the particular.
  private static let sets = ["All", "Tensors", "Inputs", "Outputs", "input", "output", "weight"]

  init(_ fields: [String: YAMLNode]) throws(FormatError) {
    rankSizes =
      try fields["rank_sizes"].map { node throws(FormatError) in
        try Self.sizes(node, atMost: ImportedLayers.most)
      } ?? [:]
    shape = try (fields["iteration_space_shape"] ?? fields["shape"])?.openFields(atMost: ImportedLayers.most) ?? [:]
    instances = try fields["n_instances"]?.integer(in: 1...Layer.largestSize) ?? 1
    var bits: [String: BitWidth] = [:]
    var unread: String?
    if let node = fields["bits_per_value"], !node.isNull {
      for (name, value) in try node.openFields(atMost: ImportedLayers.most).sorted(by: { $0.key < $1.key }) {
        if IndexExpression.isIdentifier(name), let count = value.text.flatMap({ Int($0) }), let width = BitWidth(count)
        {
          bits[name] = width
        } else {
          unread = unread ?? "\(name): \(value.text ?? "...")"
        }
      }
    }
    (self.bits, unreadWidths) = (bits, unread)
  }

  /// The sizes of ranks.
  static func sizes(_ node: YAMLNode, atMost limit: Int) throws(FormatError) -> [String: Int] {
    var sizes: [String: Int] = [:]
    for (rank, value) in try node.openFields(atMost: limit) {
      guard let text = value.text, let size = IndexExpression(text)?.value, size >= 1 else {
        throw value.error("is no size; a whole number from 1 on is expected, or a product as 96*128")
      }
      sizes[rank] = size
    }
    return sizes
  }

  /// How often an einsum runs.
  func count(_ einsum: AccelForgeEinsum) throws(FormatError) -> Int {
    guard let node = einsum.instances else { return instances }
    let count = try node.integer(in: 1...Layer.largestSize) * instances
    if count > Layer.largestSize {
      throw node.error("makes \(count) instances; at most \(Layer.largestSize) are accepted")
    }
    return count
  }

  /// The sizes of an einsum's rank variables: each is bounded by shapes and by the ranks that it indexes.
  func bounds(_ einsum: AccelForgeEinsum) throws -> [String: Int] {
    var bounds: [String: Int] = [:]
    func bound(_ variable: String, _ size: Int) { bounds[variable] = min(bounds[variable] ?? size, size) }
    for node in einsum.shape {
      let (variable, size) = try Self.range(try node.string())
      bound(variable, size)
    }
    for access in einsum.accesses {
      for ((rank, _), index) in zip(access.projection, try access.indices()) {
        let size = einsum.rankSizes[rank] ?? rankSizes[rank]
        for term in index.terms {
          if let node = shape[term.variable] {
            let (variable, size) = try Self.range(try node.string())
            bound(variable, size)
          }
          guard let size, term.coefficient > 0 else { continue }
          if size <= index.constant { throw Inexpressible(reason: "the index \(index) lies beyond rank \(rank)") }
          bound(term.variable, (size - 1 - index.constant) / term.coefficient + 1)
        }
      }
    }
    return bounds
  }

  /// The variable and the size of a bound such as `0 <= p < 224`.
  private static func range(_ text: String) throws(Inexpressible) -> (variable: String, size: Int) {
    let unclear = Inexpressible(
      reason: "the bound '\(FormatError.oneLine(String(text.prefix(40))))' is not of the form 0 <= p < 224")
    guard text.utf8.count < 1000 else { throw unclear }
    let isInclusive = text.split(separator: "<", omittingEmptySubsequences: false).last?.hasPrefix("=") ?? false
    let parts = text.split(separator: "<", omittingEmptySubsequences: false).map {
      ($0.hasPrefix("=") ? $0.dropFirst() : $0).trimmingSpaces
    }
    guard parts.count == 3, parts[0] == "0", text.contains("<="), let variable = IndexExpression(parts[1])?.variable,
      let end = IndexExpression(parts[2])?.value, end < Int.max, end + (isInclusive ? 1 : 0) >= 1
    else { throw unclear }
    // The lower bound must be inclusive: 0 < p would start at 1.
    guard text.split(separator: "<", omittingEmptySubsequences: false)[1].hasPrefix("=") else { throw unclear }
    return (variable, end + (isInclusive ? 1 : 0))
  }

  /// The size of the rank that an index indexes, where the file gives it.
  func rankSize(
    of index: IndexExpression, in access: AccelForgeEinsum.Access, of einsum: AccelForgeEinsum
  ) -> Int? {
    guard let (rank, _) = access.projection.first(where: { IndexExpression($0.index) == index }) else { return nil }
    return einsum.rankSizes[rank] ?? rankSizes[rank]
  }

  /// The word widths of an einsum, where the file gives those of all its tensors. Partial sums have no width of their own.
  func widths(
    inputs: AccelForgeEinsum.Access, weights: AccelForgeEinsum.Access, output: AccelForgeEinsum.Access
  ) -> WordWidths? {
    if unreadWidths != nil { return nil }
    func width(_ access: AccelForgeEinsum.Access, _ sets: [String]) -> BitWidth? {
      access.bits ?? bits[access.tensor] ?? sets.lazy.compactMap { bits[$0] }.first
    }
    let all = ["All", "Tensors"]
    guard let i = width(inputs, ["input", "Inputs"] + all), let w = width(weights, ["weight", "Inputs"] + all),
      let o = width(output, ["output", "Outputs"] + all)
    else { return nil }
    return WordWidths(inputs: i, weights: w, outputs: o, partialSums: o)
  }
}
