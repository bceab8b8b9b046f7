import Mappings
import Workloads

/// A mapping of the mapspace of ``OverlapMapspace`` by its block sizes.
struct OverlapNest: Hashable, Sendable {
  /// Which of the two groups that are cut before the first keep is the inner one, and whether the second is cut again.
  enum Arrangement: Int, Hashable, CaseIterable, Sendable {
    /// The group of the first and the third tensor.
    case thirdInside
    /// The group of the first and the second tensor.
    case secondInside
    /// The first group is whole, and the second is cut again before the second keep.
    case cutTwice
  }

  /// The blocks of the first and third tensor's dimensions at the first keep.
  let x: GroupCut
  /// The blocks of the first and second tensor's dimensions there.
  let y: GroupCut
  let arrangement: Arrangement
  /// The blocks of the second and third tensor's dimensions at the second keep.
  let z: GroupCut
  /// The tiles of the first and second tensor's dimensions at the second keep.
  let secondTiles: SIMD4<Int>
  /// The third tensor's box.
  let xTiles: SIMD4<Int>
  let zTiles: SIMD4<Int>

  /// The loop nest.
  func mapping(of layer: Layer, in mapspace: OverlapMapspace) -> Mapping {
    let (xs, ys, zs) = (mapspace.firstAndThird, mapspace.firstAndSecond, mapspace.secondAndThird)
    let outer = (x: Self.loops(xs, x), y: Self.loops(ys, y))
    var nodes: [Mapping.Node] = layer[.g] > 1 ? [.loop(.g, tile: 1)] : []
    nodes += arrangement == .secondInside ? outer.x + outer.y : outer.y + outer.x
    nodes.append(.keep(mapspace.dataflow.order[0]))
    nodes += Self.loops(zs, z)
    nodes += Self.loops(ys, from: y, to: secondTiles)
    nodes.append(.keep(mapspace.dataflow.order[1]))
    let inner = (x: Self.loops(xs, from: x, to: xTiles), z: Self.loops(zs, from: z, to: zTiles))
    nodes += passesWordsFirst(zs) ? inner.z + inner.x : inner.x + inner.z
    nodes.append(.keep(mapspace.dataflow.order[2]))
    guard let mapping = try? Mapping(nodes) else { preconditionFailure("the nest keeps every tensor once") }
    return mapping
  }

  /// Whether the loops over single words of the last group come before the loops that cut the first group again, which are
  /// then passed an even number of times between two turns.
  private func passesWordsFirst(_ zs: DimensionGroup) -> Bool {
    zTiles.product == 1 && z.count % 2 == 1 && zs.size % 2 == 0
  }

  private static func loops(_ group: DimensionGroup, _ cut: GroupCut) -> [Mapping.Node] {
    let others = group.dimensions.indices.filter { $0 != cut.outermost }
    return ([cut.outermost] + others).filter { $0 < group.dimensions.count }.flatMap { index in
      loops(group.dimensions[index], of: group.sizes[index], by: cut.tiles[index], hasFullEnds: true)
    }
  }

  private static func loops(_ group: DimensionGroup, from cut: GroupCut, to tiles: SIMD4<Int>) -> [Mapping.Node] {
    group.dimensions.indices.flatMap { index in
      loops(
        group.dimensions[index], of: cut.tiles[index], by: tiles[index],
        hasFullEnds: hasFullEnds(of: group.sizes[index], cut.tiles[index], tiles[index]))
    }
  }

  private static func loops(
    _ dimension: Dimension, of size: Int, by tile: Int, hasFullEnds: Bool
  ) -> [Mapping.Node] {
    if tile >= size { return [] }
    let inner = Mapping.Node.loop(dimension, tile: tile, .backAndForth)
    return hasFullEnds && size > 2 * tile && size % tile > 0
      ? [.loop(dimension, tile: size - tile, .backAndForth), inner] : [inner]
  }

  /// Whether two loops can have the smaller of three blocks or more last but one inside every block of `tile`, into which
  /// `size` is cut: they make as many passes in the smaller block.
  private static func hasFullEnds(of size: Int, _ tile: Int, _ inner: Int) -> Bool {
    GroupCut.rest(of: size, by: tile) > tile - inner
  }

  /// The least size that blocks of `inner` have at the end of a block of `size`, where larger blocks are of `tile` and the
  /// dimension of `whole`.
  private static func leastEnd(_ inner: Int, in size: Int, _ tile: Int, of whole: Int) -> Int {
    if inner >= size { return size }
    let isTwice = hasFullEnds(of: whole, tile, inner) && tile > 2 * inner && tile % inner > 0
    return min(inner, isTwice && size > tile - inner ? size - (tile - inner) : GroupCut.rest(of: size, by: inner))
  }
}

extension OverlapNest {

  /// What it loads of the second and the third tensor in one group of channels; the first is loaded once.
  ///
  /// Loops stand at their first block after an even number of passes, and at their last after an odd number. Where that is
  /// not told by the numbers of blocks alone, the smaller end is counted.
  func loads(in mapspace: OverlapMapspace) -> (second: Int, third: Int) {
    let (xs, ys, zs) = (mapspace.firstAndThird, mapspace.firstAndSecond, mapspace.secondAndThird)
    let (xSize, ySize, zSize) = (xs.size, ys.size, zs.size)
    let isOdd = (x: x.count % 2 == 1, y: y.count % 2 == 1, z: z.count % 2 == 1)
    let xTurns = Turns(x.count - 1, odd: x.count / 2)
    let yTurns = Turns(y.count - 1, odd: y.count / 2)
    let cutsOfX = (0..<3).count { xTiles[$0] < x.tiles[$0] }
    let cutsOfZ = (0..<3).count { zTiles[$0] < z.tiles[$0] }
    let hasEvenPasses = !isOdd.z || zTiles.product == 1 && zSize % 2 == 0

    func xEnd(_ blocks: SIMD4<Int>, isFirst: Bool) -> Int {
      (0..<3).reduce(1) { size, d in
        size
          * (isFirst
            ? min(xTiles[d], blocks[d]) : Self.leastEnd(xTiles[d], in: blocks[d], x.tiles[d], of: xs.sizes[d]))
      }
    }
    func zEnd(_ blocks: SIMD4<Int>, isFirst: Bool) -> Int {
      (0..<3).reduce(1) { size, d in
        size
          * (isFirst
            ? min(zTiles[d], blocks[d]) : Self.leastEnd(zTiles[d], in: blocks[d], z.tiles[d], of: zs.sizes[d]))
      }
    }
    /// The sum over the blocks of the first group of what is kept of each.
    func xSum(isFirst: Bool) -> Int {
      (0..<3).reduce(1) { sum, d in
        let (size, tile) = (xs.sizes[d], x.tiles[d])
        let rest = GroupCut.rest(of: size, by: tile)
        func end(_ block: Int) -> Int {
          isFirst ? min(xTiles[d], block) : Self.leastEnd(xTiles[d], in: block, tile, of: size)
        }
        return sum * (((size - 1) / tile) * end(tile) + end(rest))
      }
    }

    switch arrangement {
    case .thirdInside:
      let second = ySize * (xTurns.even * z.size + xTurns.odd * z.oddSize)
      let isFirst =
        (
          x: cutsOfX == 0 || hasEvenPasses || cutsOfX == 1 && !isOdd.x,
          z: cutsOfZ == 0 || !isOdd.x || cutsOfZ == 1 && !isOdd.z
        )
      let odd =
        xEnd(x.oddTiles, isFirst: isFirst.x) * zEnd(isOdd.x ? z.oddTiles : z.tiles, isFirst: isFirst.z)
      let third = yTurns.even * xTiles.product * zTiles.product + yTurns.odd * odd
      return (x.count * ySize * zSize - second, y.count * xSize * zSize - third)
    case .secondInside:
      let second = xTurns.even * y.size * z.size + xTurns.odd * y.oddSize * (isOdd.y ? z.oddSize : z.size)
      let isFirst = (
        x: cutsOfX == 0 || hasEvenPasses, z: cutsOfZ == 0 || cutsOfZ == 1 && !isOdd.z
      )
      let isAlwaysFirst = isFirst.x || cutsOfX == 1 || !isOdd.y
      let even = xSum(isFirst: isAlwaysFirst) * zTiles.product
      let odd = xSum(isFirst: isFirst.x) * zEnd(z.oddTiles, isFirst: isFirst.z)
      return (
        x.count * ySize * zSize - second, y.count * xSize * zSize - yTurns.even * even - yTurns.odd * odd
      )
    case .cutTwice:
      let (visits, odd) = nestedVisits(ys)
      let (first, last) = (xTiles.product, xEnd(x.tiles, isFirst: false))
      let turns = visits - y.count
      let kept = cutsOfX > 1 ? turns * min(first, last) : (turns - odd) * first + odd * last
      return (ySize * zSize, visits * xSize * zSize - kept * zSize - (y.count - 1) * min(first, last))
    }
  }

  /// The blocks of the second group at the second keep, and how many of the steps between them come after an odd number of
  /// blocks.
  private func nestedVisits(_ ys: DimensionGroup) -> (count: Int, odd: Int) {
    var (count, odd) = (0, 0)
    y.forEachInner(ys.sizes, cutBy: secondTiles) { blocks, times in
      count += times * blocks
      odd += times * (blocks / 2)
    }
    return (count, odd)
  }

  /// Steps at which a box stays, by whether the loops inside were passed an odd number of times before.
  private struct Turns {
    var even: Int
    var odd: Int

    init(_ count: Int, odd: Int) { (even, self.odd) = (count - odd, odd) }
  }

  /// Words that the boxes of the three tensors hold, in the order of their keeps.
  var held: (first: Int, second: Int, third: Int) {
    (x.size * y.size, secondTiles.product * z.size, xTiles.product * zTiles.product)
  }
}
