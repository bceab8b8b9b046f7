import Workloads

/// What layer a Timeloop shape is, found from which data spaces each dimension indexes (see ``TensorProduct``).
///
/// The read-write data space is the outputs. Of the two others the inputs have the windows; without windows the two are
/// alike; then the one that is called weights, B as in A · B, or the second, is the weights.
///
/// P and R are rows and Q and S columns, whatever the coefficients are called: Timeloop's own convolution calls those of
/// P and R "W" and those of Q and S "H". Rows, columns and images are kept apart, as mappings have loops over each.
struct TimeloopStructure {
  /// What a reader of results must know.
  private(set) var remarks: [String] = []
  /// The dimension of the layer that each of the shape's is, unless several are walked as one.
  private(set) var dimensions: [String: Dimension] = [:]
  /// The data spaces of inputs, weights and outputs.
  let dataSpaces: [String: Tensor]
  private let product: ProductStructure

  init(_ shape: TimeloopShape, sizes: [String: Int], coefficients: [String: Int]) throws(FormatError) {
    let written = shape.dataSpaces.filter(\.isReadWrite)
    let read = shape.dataSpaces.filter { !$0.isReadWrite }
    guard written.count == 1, read.count == 2 else {
      throw shape.node.error(
        "the shape has \(read.count) read-only and \(written.count) read-write data spaces; "
          + "a convolution or matrix product has two and one")
    }
    func indices(_ space: TimeloopShape.DataSpace) throws(FormatError) -> [IndexExpression] {
      try space.ranks.map { rank throws(FormatError) in
        let terms = try rank.map { term throws(FormatError) in
          let coefficient = term.coefficient.value(coefficients)
          let size = sizes[term.dimension] ?? 1
          // A stride or a dilation between the positions of a single one is idle: files have 0 for it.
          if coefficient == 0, size > 1 {
            throw space.node.error(
              "\(term.coefficient.shown) is 0, which moves nothing along \(term.dimension), of size \(size); from 1 on is "
                + "expected where there is more than one position")
          }
          return IndexExpression.Term(coefficient: max(coefficient, 1), variable: term.dimension)
        }
        guard let index = IndexExpression(terms) else { throw space.node.error("has coefficients that are too large") }
        return index
      }
    }
    let output = try indices(written[0])
    let operands = try read.map(indices)
    let sliding = TensorProduct.sliding(operands)
    func only(called names: [String]) -> Int? {
      let areCalled = read.map { names.contains($0.name.lowercased()) }
      return areCalled[0] == areCalled[1] ? nil : areCalled[0] ? 0 : 1
    }
    let decided = sliding.map { 1 - $0 } ?? only(called: Self.weightNames)
    let weights = decided ?? only(called: ["b"]) ?? 1
    let spaces: [Tensor: TimeloopShape.DataSpace] = [
      .inputs: read[1 - weights], .weights: read[weights], .outputs: written[0],
    ]
    dataSpaces = Dictionary(spaces.map { ($0.value.name, $0.key) }) { first, _ in first }
    do {
      product = try TensorProduct(
        sizes: sizes, output: output, inputs: operands[1 - weights], weights: operands[weights],
        names: TensorProduct.PositionNames(rows: "P", columns: "Q", images: "N")
      ).structure()
    } catch {
      let roles = Tensor.allCases.map { "\($0.rawValue): '\(spaces[$0]?.name ?? "")'" }.joined(separator: ", ")
      throw (error.tensor.flatMap { spaces[$0]?.node } ?? shape.node).error("\(error.reason) (\(roles))")
    }
    if decided == nil {
      remarks.append(
        "the two operands are alike: \(read[1 - weights].name) is taken as the inputs, \(read[weights].name) as the "
          + "weights")
    }
    if product.hasKernel {
      remarks.append("Timeloop knows no padding: zeros around the input count as inputs that are read")
    }
    for (dimension, names) in product.names {
      if names.count == 1 {
        dimensions[names[0]] = dimension
      } else {
        remarks.append("the dimensions \(names.joined(separator: ", ")) are walked as one")
      }
    }
  }

  private static let weightNames = ["weights", "weight", "filters", "filter", "kernel", "w"]

  /// The layer, whose errors are placed at `node`.
  func layer(named name: String, at node: YAMLNode) throws(FormatError) -> Layer {
    do {
      return try product.layer(name: name)
    } catch {
      throw node.error(error.reason)
    }
  }
}
