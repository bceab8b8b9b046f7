import Mappings
import Workloads

/// Which dimensions play which part in one order of keeps, for layers whose input boxes have no halo, under `overlap`.
///
/// With the keeps T1, T2 and T3 from the outside in, every dimension but g belongs to two tensors, so that there are three
/// groups of dimensions: those of T1 and T3, those of T1 and T2, those of T2 and T3. What is tried of each is the same for
/// all six orders, theory §4 says why:
///
/// | group | before keep T1 | before keep T2 | before keep T3 |
/// | --- | --- | --- | --- |
/// | first and third | every number of blocks | as outside | every size, or as outside |
/// | first and second | every number of blocks | as outside; every number of blocks where the first group is whole | as outside |
/// | second and third | whole | every size up to half, or whole; larger ones where loops turn at the first | every size, one, or as outside |
///
/// Of the two groups cut before keep T1 either may be the inner one. All loops run back and forth.
struct OverlapMapspace {
  /// The order of the keeps.
  let dataflow: Dataflow
  /// The dimensions of the first and the third tensor.
  let firstAndThird: DimensionGroup
  /// The dimensions of the first and the second tensor.
  let firstAndSecond: DimensionGroup
  /// The dimensions of the second and the third tensor.
  let secondAndThird: DimensionGroup

  /// The parts that dimensions play on a layer.
  init(_ dataflow: Dataflow, on layer: Layer) {
    self.dataflow = dataflow
    let order = dataflow.order
    func common(_ one: Tensor, _ other: Tensor) -> DimensionGroup {
      DimensionGroup(
        [.n, .p, .q, .k, .c].filter { one.isRelevant($0) && other.isRelevant($0) }.map { ($0, layer[$0]) })
    }
    firstAndThird = common(order[0], order[2])
    firstAndSecond = common(order[0], order[1])
    secondAndThird = common(order[1], order[2])
  }
}

/// Up to three dimensions, whose blocks are products of blocks of each.
struct DimensionGroup {
  /// The dimensions.
  let dimensions: [Dimension]
  /// Their sizes; 1 beyond the last.
  let sizes: SIMD4<Int>
  /// The product of the sizes.
  let size: Int

  init(_ dimensions: [(dimension: Dimension, size: Int)]) {
    self.dimensions = dimensions.map(\.dimension)
    var sizes = SIMD4<Int>(repeating: 1)
    for (index, dimension) in dimensions.enumerated() { sizes[index] = dimension.size }
    self.sizes = sizes
    size = sizes.product
  }
}

extension SIMD4<Int> {
  /// The product of all four.
  var product: Int { self[0] * self[1] * self[2] * self[3] }
}
