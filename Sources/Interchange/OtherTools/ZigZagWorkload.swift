import EnergyModel
import Workloads

/// The layers of a ZigZag workload: a YAML list, an equation of operands for each layer.
///
/// See `zigzag/parser/workload_validator.py` and `zigzag/workload/layer_node.py` of KULeuven-MICAS/zigzag.
public enum ZigZagWorkload {
  /// The layers in a text, of which errors say that it comes from `origin`.
  ///
  /// Each layer is known by its equation and its relations between dimensions, not by its operator, except that pooling
  /// and elementwise operators are left out. Rows are what stands first in the output. An input's size is that of
  /// `pr_loop_sizes` where it is given, otherwise all that is read, less the padding.
  ///
  /// - Throws: ``FormatError`` naming file, line and key.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> ImportedNetwork {
    try network(YAMLNode.parse(text, origin: origin))
  }

  static func network(_ root: YAMLNode) throws(FormatError) -> ImportedNetwork {
    var layers = ImportedLayers()
    var unpadded = 0
    for element in try root.elements(atMost: ImportedLayers.most) {
      let fields = try element.openFields()
      let id = try element.required("id", in: fields).text ?? ""
      let given = fields["name"].flatMap { $0.isNull ? nil : $0 }
      let name = layers.name(try given?.string() ?? "Layer\(id)")
      do {
        if let (layer, widths) = try layer(name, element, fields) {
          layers.append(layer, widths: widths)
          if fields["pr_loop_dims"]?.isNull ?? true, layer[.r] > 1 || layer[.s] > 1 { unpadded += 1 }
        } else {
          layers.skipped += 1
        }
      } catch let error as Inexpressible {
        layers.append(unresolved: name, error.reason)
      } catch let error as FormatError {
        throw error
      } catch {
        throw element.error("\(error)")
      }
    }
    layers.remark(unpadded: unpadded)
    return try layers.network(named: nil, tool: "ZigZag", origin: root.origin)
  }

  /// The layer and its word widths, or nil for one of pooling or an elementwise operation.
  ///
  /// - Throws: ``FormatError``, or ``Inexpressible``.
  private static func layer(
    _ name: String, _ node: YAMLNode, _ fields: [String: YAMLNode]
  ) throws -> (Layer, WordWidths?)? {
    let type = try node.required("operator_type", in: fields).string().lowercased()
    let equationNode = try node.required("equation", in: fields)
    let equation = try equationNode.string()
    if type.contains("pool") { return nil }
    guard let (output, inputs, operators) = LoopEquation.parse(equation.lowercased()) else {
      throw equationNode.error(
        "is '\(equation.prefix(60))'; an equation is expected, as in O[b][k]+=W[k][c]*I[b][c]")
    }
    if operators.contains(where: { $0 != "*" }) || inputs.count == 1 { return nil }
    if inputs.count > 2 { throw Inexpressible(reason: "it multiplies \(inputs.count) operands; 2 can be read") }
    let sizes = try sizes("loop_dims", "loop_sizes", node, fields)
    let relations = try relations(fields["dimension_relations"])
    func expressions(_ operand: LoopEquation.Operand) -> [IndexExpression] {
      operand.indices.map { relations[$0] ?? IndexExpression(variable: $0) }
    }
    let operands = inputs.map(expressions)
    let weights = try TensorProduct.sliding(operands).map { 1 - $0 } ?? weights(inputs, fields)
    let product = TensorProduct(
      sizes: sizes, output: expressions(output), inputs: operands[1 - weights], weights: operands[weights])
    if product.isElementwise { return nil }
    let given = try inputSizes(relations, node, fields)
    let layer = try product.layer(name: name) { (index, reach) throws(Inexpressible) in
      guard let given = given[index] else { return nil }
      let size = given.size ?? reach - given.before - given.after
      return ProductStructure.InputSize(size: size, before: given.before, after: given.after)
    }
    return (layer, try widths(inputs[1 - weights].name, inputs[weights].name, output.name, fields))
  }

  /// Which of two operands without windows holds the weights.
  ///
  /// The one named W, or the one that is its layer's own; otherwise the second, which for a matrix product is the same
  /// problem either way.
  private static func weights(
    _ inputs: [LoopEquation.Operand], _ fields: [String: YAMLNode]
  ) throws(FormatError) -> Int {
    if let index = inputs.firstIndex(where: { $0.name == "w" }) { return index }
    if let source = fields["operand_source"], !source.isNull, let id = fields["id"]?.text {
      for (operand, value) in try source.openFields() where value.text == id {
        if let index = inputs.firstIndex(where: { $0.name == operand.lowercased() }) { return index }
      }
    }
    return 1
  }

  /// The dimensions of one key with the sizes of another.
  private static func sizes(
    _ names: String, _ values: String, _ node: YAMLNode, _ fields: [String: YAMLNode]
  ) throws(FormatError) -> [String: Int] {
    let names = try node.required(names, in: fields).elements(atMost: mostDimensions)
    let list = try node.required(values, in: fields)
    let values = try list.elements(atMost: mostDimensions)
    if names.count != values.count {
      throw list.error("has \(values.count) sizes for \(names.count) dimensions")
    }
    var sizes: [String: Int] = [:]
    for (name, value) in zip(names, values) {
      let dimension = try name.name().lowercased()
      if sizes.updateValue(try value.size(), forKey: dimension) != nil {
        throw name.error("the dimension \(dimension) is given twice")
      }
    }
    return sizes
  }

  private static let mostDimensions = 32

  /// The indices that are sums of dimensions.
  private static func relations(_ list: YAMLNode?) throws(FormatError) -> [String: IndexExpression] {
    guard let list, !list.isNull else { return [:] }
    var relations: [String: IndexExpression] = [:]
    for node in try list.elements(atMost: mostDimensions) {
      let text = try node.string().lowercased()
      let sides = text.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, IndexExpression.isIdentifier(sides[0].trimmingSpaces),
        let expression = IndexExpression(sides[1]), !expression.terms.isEmpty
      else { throw node.error("is '\(text.prefix(40))'; a relation is expected, as in ix=2*ox+1*fx") }
      if relations.updateValue(expression, forKey: String(sides[0].trimmingSpaces)) != nil {
        throw node.error("gives \(sides[0].trimmingSpaces) twice")
      }
    }
    return relations
  }

  /// The sizes and the padding of the inputs along the indices that are sums, where the file gives them.
  private static func inputSizes(
    _ relations: [String: IndexExpression], _ node: YAMLNode, _ fields: [String: YAMLNode]
  ) throws(FormatError) -> [IndexExpression: (size: Int?, before: Int, after: Int)] {
    guard let names = fields["pr_loop_dims"], !names.isNull else {
      if let padding = fields["padding"], !padding.isNull { throw padding.error("needs pr_loop_dims beside it") }
      return [:]
    }
    let sizes =
      fields["pr_loop_sizes"].flatMap { $0.isNull ? nil : $0 } == nil
      ? [:] : try self.sizes("pr_loop_dims", "pr_loop_sizes", node, fields)
    let dimensions = try names.elements(atMost: mostDimensions)
    var paddings: [YAMLNode] = []
    if let padding = fields["padding"], !padding.isNull {
      paddings = try padding.elements(atMost: mostDimensions)
      if paddings.count != dimensions.count {
        throw padding.error("has \(paddings.count) pairs for \(dimensions.count) dimensions")
      }
    }
    var result: [IndexExpression: (size: Int?, before: Int, after: Int)] = [:]
    for (position, dimension) in dimensions.enumerated() {
      let name = try dimension.name().lowercased()
      guard let expression = relations[name] else {
        throw dimension.error("the dimension \(name) is in none of the dimension_relations")
      }
      var sides = (0, 0)
      if !paddings.isEmpty {
        let pair = try paddings[position].elements(atMost: 2)
        guard pair.count == 2 else {
          throw paddings[position].error("is no pair; two numbers are expected, as in [1, 1]")
        }
        sides = (try pair[0].integer(in: 0...Layer.largestSize), try pair[1].integer(in: 0...Layer.largestSize))
      }
      result[expression] = (sizes[name], sides.0, sides.1)
    }
    return result
  }

  /// The word widths of a layer, where it gives those of all operands.
  private static func widths(
    _ inputs: String, _ weights: String, _ output: String, _ fields: [String: YAMLNode]
  ) throws(FormatError) -> WordWidths? {
    guard let precision = fields["operand_precision"], !precision.isNull else { return nil }
    var given: [String: YAMLNode] = [:]
    for (operand, node) in try precision.openFields() { given[operand.lowercased()] = node }
    guard let i = given[inputs], let w = given[weights], let o = given[output] else { return nil }
    return WordWidths(
      inputs: try i.bitWidth(), weights: try w.bitWidth(), outputs: try (given["\(output)_final"] ?? o).bitWidth(),
      partialSums: try o.bitWidth())
  }
}
