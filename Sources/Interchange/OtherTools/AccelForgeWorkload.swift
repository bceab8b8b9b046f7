import EnergyModel
import Workloads

/// The layers of an AccelForge workload: YAML with an einsum for each layer.
///
/// See `accelforge/frontend/workload.py` of Accelergy-Project/accelforge.
public enum AccelForgeWorkload {
  /// The layers in a text, of which errors say that it comes from `origin`.
  ///
  /// An einsum with two inputs is a layer; those with one, sums and elementwise products are left out. Of the inputs the
  /// one that a kernel slides over holds the inputs; otherwise `renames`, `persistent` and then the order of the einsums
  /// tell which, or, where nothing does, the first is taken: for a matrix product it is the same problem.
  ///
  /// - Throws: ``FormatError`` naming file, line and key.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> ImportedNetwork {
    try YAMLTemplate(text, origin: origin).network { root throws(FormatError) in try network(root) }
  }

  /// Whether a file is a workload of AccelForge.
  static func recognises(_ root: YAMLNode) -> Bool { root.value("workload") != nil || root.value("einsums") != nil }

  static func network(_ root: YAMLNode) throws(FormatError) -> ImportedNetwork {
    let outer = try root.openFields()
    let workload = outer["workload"] ?? root
    let fields = try workload.openFields()
    let scope = try AccelForgeScope(fields)
    let einsums = try flattened(try workload.required("einsums", in: fields)).map { node throws(FormatError) in
      try AccelForgeEinsum(node)
    }
    let produced = Set(einsums.flatMap { $0.accesses.filter(\.isOutput).map(\.tensor) })
    var layers = ImportedLayers()
    var clipped = 0
    var undecided = 0
    var unpadded = 0
    for einsum in einsums {
      let name = layers.name(einsum.name)
      do {
        guard let operands = try einsum.operands(produced: produced) else {
          layers.skipped += 1
          continue
        }
        let count = try scope.count(einsum)
        let bounds = try scope.bounds(einsum)
        let product = TensorProduct(
          sizes: bounds, output: try operands.output.indices(), inputs: try operands.inputs.indices(),
          weights: try operands.weights.indices())
        if product.isElementwise {
          layers.skipped += 1
          continue
        }
        var isClipped = false
        let layer = try product.layer(name: name) { (index, reach) throws(Inexpressible) in
          guard let size = scope.rankSize(of: index, in: operands.inputs, of: einsum), size < reach else { return nil }
          isClipped = true
          return ProductStructure.InputSize(size: size, after: reach - size)
        }
        if isClipped { clipped += 1 } else if layer[.r] > 1 || layer[.s] > 1 { unpadded += 1 }
        if !operands.isDecided { undecided += 1 }
        layers.append(
          layer, count: count,
          widths: scope.widths(inputs: operands.inputs, weights: operands.weights, output: operands.output))
      } catch let error as Inexpressible {
        layers.append(unresolved: name, error.reason)
      } catch let error as FormatError {
        throw error
      } catch {
        throw einsum.node.error("\(error)")
      }
    }
    layers.remark(unpadded: unpadded)
    if clipped > 0 {
      layers.remarks.append(
        "\(clipped) \(clipped == 1 ? "layer reaches" : "layers reach") beyond the sizes of ranks: MACs there, which "
          + "AccelForge leaves out, count as MACs on padding")
    }
    if undecided > 0 {
      layers.remarks.append(
        "in \(undecided) \(undecided == 1 ? "product" : "products") nothing tells weights from inputs: the first tensor "
          + "counts as inputs")
    }
    if let key = scope.unreadWidths {
      layers.remarks.append(
        "bits_per_value has '\(FormatError.oneLine(key))', which is not read: no word widths are taken")
    }
    return try layers.network(named: nil, tool: "AccelForge", origin: root.origin)
  }

  /// The einsums of a list, which may be in lists of their own.
  private static func flattened(_ list: YAMLNode) throws(FormatError) -> [YAMLNode] {
    var einsums: [YAMLNode] = []
    var stack: [YAMLNode] = try list.elements().reversed()
    while let node = stack.popLast() {
      if node.isList {
        stack += try node.elements().reversed()
      } else {
        einsums.append(node)
        if einsums.count > ImportedLayers.most {
          throw list.error("has more than \(ImportedLayers.most) einsums")
        }
      }
    }
    return einsums
  }
}
