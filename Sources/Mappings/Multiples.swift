import EnergyModel
public import Workloads

// Mappings of which the tiles are multiples of what a layout says.

extension Problem {
  /// Whether tiles that are multiples cut all dimensions evenly.
  package var isCutEvenly: Bool {
    BufferLayout.dimensionsWithMultiples.allSatisfy { layer[$0] % layout.leastTile($0, of: layer) == 0 }
  }

  /// The problem of which each index of a dimension stands for as many of this one's as the smallest tile has, its words for all
  /// their words.
  ///
  /// Its mappings are those of this problem by ``fine(_:)``. They cost and hold the same where tiles cut all dimensions evenly,
  /// and elsewhere no less. Biases are left out.
  ///
  /// - Throws: ``ProblemError/inexact(layer:model:)``, and ``ProblemError/multiplesOfRows(layer:_:)`` where rows or columns that
  ///   are to be cut at multiples may share inputs.
  func madeCoarse() throws(ProblemError) -> Problem {
    for (dimension, axis) in [(Dimension.p, layer.vertical), (.q, layer.horizontal)]
    where leastTile(dimension) > 1 && (axis.kernelSize > 1 || axis.hasPaddedMACs) {
      throw .multiplesOfRows(layer: layer.name, dimension)
    }
    func width(_ width: BitWidth, of tensor: Tensor) -> BitWidth {
      BitWidth(
        unchecked: BufferLayout.dimensionsWithMultiples.filter(tensor.isRelevant)
          .reduce(width.count) { $0 * leastTile($1) })
    }
    var setting = setting
    setting.layout = layout.withoutMultiples
    setting.widths = WordWidths(
      inputs: width(widths.inputs, of: .inputs), weights: width(widths.weights, of: .weights),
      outputs: width(widths.outputs, of: .outputs), partialSums: width(widths.partialSums, of: .outputs))
    return try Problem(layer.coarse(leastTile), in: setting)
  }

  /// The same of a problem that is: it was made when this one was checked.
  package var coarse: Problem {
    guard let coarse = try? madeCoarse() else { preconditionFailure("a problem's coarse one was checked with it") }
    return coarse
  }

  /// A mapping of the coarse problem as one of this problem.
  package func fine(_ mapping: Mapping) -> Mapping {
    let nodes = mapping.nodes.map { node -> Mapping.Node in
      guard case .loop(let loop) = node, case .tile(let tile) = loop.cut,
        BufferLayout.dimensionsWithMultiples.contains(loop.dimension)
      else { return node }
      return .loop(loop.with(tile: tile * leastTile(loop.dimension)))
    }
    guard let mapping = try? Mapping(nodes) else { preconditionFailure("the nest keeps every tensor once") }
    return mapping
  }

  private func leastTile(_ dimension: Dimension) -> Int { layout.leastTile(dimension, of: layer) }
}
