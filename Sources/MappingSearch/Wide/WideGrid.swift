import EnergyModel
import Mappings
import Workloads

/// The mappings of one order of keeps, by the blocks at the first keep.
struct WideGrid {
  /// What the blocks of a dimension or an axis at the first keep mean for a bound.
  ///
  /// y stands for the dimensions that the first and the second tensor depend on, x for those of the first and the third, z for
  /// those of the second and the third.
  struct Cut {
    /// The most rows of the first tensor in a block.
    var held = 1
    /// The number of blocks along y, and along x.
    var y = 1
    var x = 1
    /// Rows of the second tensor that each block of y needs, in all; of the third tensor that each block of x needs.
    var second = 1
    var third = 1
    /// The most rows of the second and the third tensor in one of them.
    var mostSecond = 1
    var mostThird = 1
    /// The most of the second with z cut in half, or 0 where there is no z to cut.
    var halfSecond = 0
    /// The most of the third tensor in a box.
    var keptThird = 1
    /// The most that neighbouring blocks have in common.
    var commonSecond = 0
    var commonThird = 0
  }

  /// Blocks of all dimensions at the first keep, and what they mean for a bound.
  struct Node {
    let tiles: WideTiles
    /// Bits of the first tensor's box, and with a word of each other.
    let held: Int
    let leastOccupancy: Int
    /// Energy when all visits load everything.
    let energy: Int
    /// What can be kept at steps of x and of y, in words of the second and the third tensor.
    let atX: (second: Int, third: Int)
    let atY: (second: Int, third: Int)
    /// The most steps of x and of y, with y outside and with x outside.
    let yOutside: (x: Int, y: Int)
    let xOutside: (x: Int, y: Int)
  }

  let dataflow: Dataflow
  let templates: [WideTemplate]
  let verticalListers: [AxisLister]
  let horizontalListers: [AxisLister]
  let terms: [WideTerms]
  /// The block sizes of n, k and c at the first keep.
  let channelTiles: [[Int]]
  let verticalTiles: [AxisTile]
  let horizontalTiles: [AxisTile]
  /// Widths in the Buffer and prices of a word loaded, in the order of the keeps.
  let widths: [Int]
  let prices: [Int]
  /// The energy of writing outputs once, less that of loading them once as sums.
  let constant: Int
  /// The elements of each tensor that are used in a group of channels, in the order of the keeps.
  let elements: [Int]
  /// Whether the second tensor may be held whole with the blocks of the first.
  let allowsWhole: Bool
  let sizes: [Int]
  private let all: Bool
  private let ends: UnknownEnds
  /// Whether what is new in a box may be counted as less than nothing, since it is not known at which end a loop stands.
  var mayBeNegative: Bool { ends == .best }
  private let channelCuts: [[Cut]]
  private let verticalCuts: [Cut]
  private let horizontalCuts: [Cut]
  /// The energy of loading the first tensor and of loading every element once.
  private let stationary: Int
  let compulsory: Int

  init(
    _ problem: Problem, _ dataflow: Dataflow, _ vertical: RowClasses, _ horizontal: RowClasses,
    _ verticalSums: AxisSumsKnown, _ horizontalSums: AxisSumsKnown, _ room: RoomRule, all: Bool
  ) {
    let layer = problem.layer
    let order = dataflow.order
    let hasPhases = [vertical.axis, horizontal.axis].contains { $0.outputPeriod > 1 || $0.kernelPeriod > 1 }
    let templates = [false, true].map {
      WideTemplate(dataflow, isTurned: $0, layout: room.layout, hasPhases: hasPhases, layer)
    }
    self.all = all
    ends = verticalSums.ends
    self.dataflow = dataflow
    self.templates = templates
    verticalListers = templates.map { AxisLister(vertical, $0, .vertical, all: all, problem.phases, verticalSums) }
    horizontalListers = templates.map {
      AxisLister(horizontal, $0, .horizontal, all: all, problem.phases, horizontalSums)
    }
    widths = order.map(room.width)
    let prices = order.map(problem.loadQuanta)
    self.prices = prices
    var terms: [WideTerms] = []
    for index in templates.indices {
      terms.append(
        WideTerms(templates[index], verticalListers[index].layout, horizontalListers[index].layout, prices: prices))
    }
    self.terms = terms
    let sizes = WideTemplate.channels.map { layer[$0] }
    self.sizes = sizes
    let template = templates[0]
    let channelTiles = zip(WideTemplate.channels, sizes).map { template.tiles($0, 0, of: $1, all: all) }
    self.channelTiles = channelTiles
    channelCuts = WideTemplate.channels.indices.map { index in
      let dimension = WideTemplate.channels[index]
      let depends = order.map { $0.isRelevant(dimension) }
      let mostAlongZ = template.mostInSecond(dimension, of: sizes[index], all: all)
      return channelTiles[index].map { tile in
        var cut = Self.cut(size: sizes[index], tile: tile, mostAlongZ: mostAlongZ, depends)
        if depends[2] { cut.keptThird = template.mostInBox(dimension, within: tile, all: all) }
        return cut
      }
    }
    verticalTiles = Self.tiles(vertical.axis, .vertical, template, all: all, problem.phases)
    horizontalTiles = Self.tiles(horizontal.axis, .horizontal, template, all: all, problem.phases)
    verticalCuts = Self.cuts(vertical, .vertical, verticalTiles, template, all: all)
    horizontalCuts = Self.cuts(horizontal, .horizontal, horizontalTiles, template, all: all)
    constant = problem.quantaBesideLoads
    let elements = order.map { layer.usedElements(of: $0).count / layer[.g] }
    self.elements = elements
    stationary = constant + prices[0] * elements[0]
    compulsory = constant + (0..<3).reduce(0) { $0 + prices[$1] * elements[$1] }
    let free = channelCuts.map { $0[0].halfSecond } + [verticalCuts[0].halfSecond, horizontalCuts[0].halfSecond]
    allowsWhole =
      all || template.choosesPanels || free.allSatisfy { $0 == 0 } || room.resident.contains(order[1])
  }

  // MARK: Blocks at the first keep

  private static func cut(size: Int, tile: Int, mostAlongZ: Int, _ depends: [Bool]) -> Cut {
    let count = (size + tile - 1) / tile
    var cut = Cut()
    if depends[0] {
      cut.held = tile
      if depends[1] { (cut.y, cut.second, cut.mostSecond) = (count, size, tile) }
      if depends[2] { (cut.x, cut.third, cut.mostThird) = (count, size, tile) }
    } else {
      (cut.second, cut.mostSecond, cut.third, cut.mostThird) = (size, mostAlongZ, size, size)
      cut.halfSecond = size > 1 ? min((size + 1) / 2, mostAlongZ) : 0
    }
    return cut
  }

  private static func tiles(
    _ axis: ConvolutionAxis, _ place: WideTemplate.Place, _ template: WideTemplate, all: Bool, _ phases: PhasePolicy
  ) -> [AxisTile] {
    var tiles: [AxisTile] = []
    let splitsOutputs =
      phases.allows(.p) && !template.isStationary(.weights) && axis.outputPeriod > 1 && axis.outputSize > 1
      && template.allowsPhases(axis.outputPeriod, of: axis.outputSize)
    let splitsKernels =
      phases.allows(.r) && template.isStationary(.weights) && axis.kernelPeriod > 1 && axis.kernelSize > 1
      && template.allowsPhases(axis.kernelPeriod, of: axis.kernelSize)
    for outputPhases in splitsOutputs ? [false, true] : [false] {
      for kernelPhases in splitsKernels ? [false, true] : [false] {
        let outputs = outputPhases ? (axis.outputSize - 1) / axis.outputPeriod + 1 : axis.outputSize
        let kernels = kernelPhases ? (axis.kernelSize - 1) / axis.kernelPeriod + 1 : axis.kernelSize
        for output in template.tiles(place.outputs, 0, of: outputs, all: all) {
          for kernel in template.tiles(place.kernels, 0, of: kernels, all: all) {
            tiles.append(
              AxisTile(
                outputs: output, kernels: kernel, hasOutputPhases: outputPhases, hasKernelPhases: kernelPhases))
          }
        }
      }
    }
    return tiles
  }

  /// Of more blocks than this only neighbours are looked at. A loop around another cuts no more than
  /// ``AxisLister/mostCutTwice`` rows, and what is in different phases has nothing in common.
  private static let fewBlocks = 16

  /// What blocks of an axis mean.
  private static func cuts(
    _ rows: RowClasses, _ place: WideTemplate.Place, _ tiles: [AxisTile], _ template: WideTemplate, all: Bool
  ) -> [Cut] {
    let alongZ = ZRows(rows, place, template, all: all)
    return tiles.map { cut(rows, place, $0, template, alongZ, all: all) }
  }

  /// What blocks of an axis mean whether a smaller one is the last or last but one, which with padding is not the same.
  private static func cut(
    _ rows: RowClasses, _ place: WideTemplate.Place, _ tile: AxisTile, _ template: WideTemplate, _ alongZ: ZRows?,
    all: Bool
  ) -> Cut {
    let order = template.dataflow.order
    let (cut, other) = (
      self.cut(rows, tile, order, alongZ, isEvenAtEnds: false), self.cut(rows, tile, order, alongZ, isEvenAtEnds: true)
    )
    let mostThird = max(cut.mostThird, other.mostThird)
    func mostInBox(_ dimension: Dimension, _ tile: Int) -> Int {
      min(mostThird, template.mostInBox(dimension, within: tile, all: all))
    }
    let keptThird =
      switch order[2] {
      case .inputs: mostThird
      case .weights: mostInBox(place.kernels, tile.kernels)
      case .outputs: mostInBox(place.outputs, tile.outputs)
      }
    return Cut(
      held: min(cut.held, other.held), y: cut.y, x: cut.x, second: min(cut.second, other.second),
      third: min(cut.third, other.third), mostSecond: max(cut.mostSecond, other.mostSecond), mostThird: mostThird,
      halfSecond: max(cut.halfSecond, other.halfSecond), keptThird: keptThird,
      commonSecond: max(cut.commonSecond, other.commonSecond),
      commonThird: max(cut.commonThird, other.commonThird))
  }

  /// The rows of an axis along z that a box of the second tensor may have.
  private struct ZRows {
    let rows: RowClasses
    let isKernel: Bool
    let size: Int
    /// The most in a box, and how far they are apart: neighbours, or those of a phase.
    let most: [(count: Int, step: Int)]

    /// None where inputs are kept first, which depend on all of an axis's rows.
    init?(_ rows: RowClasses, _ place: WideTemplate.Place, _ template: WideTemplate, all: Bool) {
      if template.isStationary(.inputs) { return nil }
      let axis = rows.axis
      let isKernel = template.isStationary(.outputs)
      let (size, period) = isKernel ? (axis.kernelSize, axis.kernelPeriod) : (axis.outputSize, axis.outputPeriod)
      (self.rows, self.isKernel, self.size) = (rows, isKernel, size)
      func mostInBox(of size: Int) -> Int {
        template.mostInSecond(isKernel ? place.kernels : place.outputs, of: size, all: all)
      }
      let neighbours = (mostInBox(of: size), 1)
      most = period > 1 && size > 1 ? [neighbours, (mostInBox(of: (size - 1) / period + 1), period)] : [neighbours]
    }

    /// Whether a box may have all of them.
    var mayBeWhole: Bool { most[0].count == size }

    /// The most rows of a tensor in blocks cut along z down to so many rows.
    func held(_ blocks: [AxisBlock], _ tensor: Tensor, _ count: Int, step: Int = 1) -> Int {
      blocks.reduce(0) { most, block in
        let last = size - (count - 1) * step
        return (0..<max(1, last)).reduce(most) { most, start in
          var block = block
          block[isKernel: isKernel] = Progression(start: start, step: step, count: count)
          return max(most, rows.count(block, of: tensor))
        }
      }
    }
  }

  private static func cut(
    _ rows: RowClasses, _ tile: AxisTile, _ order: [Tensor], _ alongZ: ZRows?, isEvenAtEnds: Bool
  ) -> Cut {
    let axis = rows.axis
    func runs(_ whole: Progression, phases: Int?, _ size: Int, isKernel: Bool) -> [(run: Progression, times: Int)] {
      let split = phases.map { phases in
        let loop = AxisLoop(isKernel: isKernel, size: phases, isPhases: true)
        return (0..<loop.blockCount(of: whole)).map { loop.block($0, of: whole) }
      }
      let loop = AxisLoop(isKernel: isKernel, size: size, isEvenAtEnds: isEvenAtEnds && !isKernel && split == nil)
      return (split ?? [whole]).flatMap { rows.blocks(loop, of: $0) }
    }

    let whole = rows.whole
    let outputs = runs(
      whole.outputs, phases: tile.hasOutputPhases ? axis.outputPeriod : nil, tile.outputs, isKernel: false)
    let kernels = runs(
      whole.kernels, phases: tile.hasKernelPhases ? axis.kernelPeriod : nil, tile.kernels, isKernel: true)
    func blocks(of other: Tensor) -> [(block: AxisBlock, times: Int)] {
      let sharesOutputs = order[0] != .weights && other != .weights
      let sharesKernels = order[0] != .outputs && other != .outputs
      return (sharesOutputs ? outputs : [(whole.outputs, 1)]).flatMap { outputs in
        (sharesKernels ? kernels : [(whole.kernels, 1)]).map {
          (AxisBlock(outputs: outputs.run, kernels: $0.run), outputs.times * $0.times)
        }
      }
    }
    // With two loops any block may follow any other, which are tried of a few rows alone.
    func common(_ blocks: [(block: AxisBlock, times: Int)], _ tensor: Tensor) -> Int {
      if tensor != .inputs || blocks.count == 1 { return 0 }
      let distances = blocks.count <= Self.fewBlocks ? 1..<blocks.count : 1..<2
      return distances.reduce(0) { most, distance in
        zip(blocks, blocks.dropFirst(distance) + blocks.prefix(distance)).reduce(most) {
          max($0, rows.common($1.0.block, $1.1.block, of: tensor))
        }
      }
    }
    func counts(_ blocks: [(block: AxisBlock, times: Int)], _ tensor: Tensor) -> (blocks: Int, sum: Int, most: Int) {
      blocks.reduce((0, 0, 0)) {
        let count = rows.count($1.block, of: tensor)
        return ($0.0 + $1.times, $0.1 + $1.times * count, max($0.2, count))
      }
    }
    let (y, x) = (blocks(of: order[1]), blocks(of: order[2]))
    var cut = Cut()
    cut.held =
      outputs.map { outputs in
        kernels.map { rows.count(AxisBlock(outputs: outputs.run, kernels: $0.run), of: order[0]) }.max() ?? 0
      }.max() ?? 0
    (cut.y, cut.second, cut.mostSecond) = counts(y, order[1])
    (cut.x, cut.third, cut.mostThird) = counts(x, order[2])
    (cut.commonSecond, cut.commonThird) = (common(y, order[1]), common(x, order[2]))
    if let alongZ {
      let blocks = y.map(\.block)
      if !alongZ.mayBeWhole {
        cut.mostSecond = alongZ.most.reduce(0) { max($0, alongZ.held(blocks, order[1], $1.count, step: $1.step)) }
      }
      if alongZ.size > 1 {
        cut.halfSecond = min(cut.mostSecond, alongZ.held(blocks, order[1], (alongZ.size + 1) / 2))
      }
    }
    return cut
  }

  // MARK: Nodes

  /// The number of combinations of blocks at the first keep.
  var nodeCount: Int { channelCuts.reduce(verticalCuts.count * horizontalCuts.count) { $0 * $1.count } }

  /// Calls a closure with all blocks at the first keep that fit a capacity with a word of each other tensor.
  @inline(__always)
  func forEachNode(order: Int, capacity: Int, _ body: (Node) -> Void) {
    for b in channelCuts[0].indices {
      for k in channelCuts[1].indices {
        for c in channelCuts[2].indices {
          for v in verticalCuts.indices {
            for h in horizontalCuts.indices {
              let cuts = (channelCuts[0][b], channelCuts[1][k], channelCuts[2][c], verticalCuts[v], horizontalCuts[h])
              let held = widths[0] * cuts.0.held * cuts.1.held * cuts.2.held * cuts.3.held * cuts.4.held
              if held + widths[1] + widths[2] > capacity { continue }
              let tiles = WideTiles(
                order: Int32(order), channels: SIMD3(Int32(b), Int32(k), Int32(c)), vertical: Int32(v),
                horizontal: Int32(h))
              body(node(tiles, cuts, held: held))
            }
          }
        }
      }
    }
  }

  @inline(__always)
  private func node(_ tiles: WideTiles, _ cuts: (Cut, Cut, Cut, Cut, Cut), held: Int) -> Node {
    let (n, k, c, v, h) = cuts
    let y = n.y * k.y * c.y * v.y * h.y
    let x = n.x * k.x * c.x * v.x * h.x
    let second = n.second * k.second * c.second * v.second * h.second
    let third = n.third * k.third * c.third * v.third * h.third
    let channels = n.mostSecond * k.mostSecond * c.mostSecond
    let most = channels * v.mostSecond * h.mostSecond
    var kept = most
    if !allowsWhole {
      kept = 0
      for cut in [n, k, c, v, h] where cut.halfSecond > 0 { kept = max(kept, most / cut.mostSecond * cut.halfSecond) }
    }
    let commonSecond = channels * max(v.commonSecond * h.mostSecond, v.mostSecond * h.commonSecond)
    let thirdChannels = n.keptThird * k.keptThird * c.keptThird
    let commonThird = thirdChannels * max(v.commonThird * h.mostThird, v.mostThird * h.commonThird)
    let keptThird = thirdChannels * v.keptThird * h.keptThird
    return Node(
      tiles: tiles, held: held, leastOccupancy: held + widths[1] + widths[2],
      energy: stationary + prices[1] * x * second + prices[2] * y * third, atX: (kept, commonThird),
      atY: (min(kept, commonSecond), keptThird), yOutside: (y * (x - 1), y - 1), xOutside: (x - 1, x * (y - 1)))
  }

  /// The least energy that mappings with these blocks can have within a capacity, in quanta.
  ///
  /// A visit is the time between two steps of the loops before the first keep. It loads all that it needs of the second and
  /// the third tensor, but what was kept since the visit before, which is no more than their boxes hold.
  ///
  /// - Parameters:
  ///   - node: the blocks.
  ///   - capacity: bits.
  ///   - mostWords: the most words of each tensor that its part of the Buffer has room for, see ``mostWords(_:)``.
  /// - Returns: quanta.
  @inline(__always)
  func leastEnergy(_ node: Node, capacity: Int, mostWords: SIMD4<Int> = SIMD4(repeating: .max)) -> Int {
    let room = capacity - node.held
    // The tensor that saves more for a bit goes first.
    let prefersSecond = prices[1] * widths[2] >= prices[2] * widths[1]
    let (one, other) = prefersSecond ? (1, 2) : (2, 1)
    /// The most that keeping words saves: as many of one tensor as there is room for beside a word of the other, and what is
    /// left is filled with parts of words of the other.
    func saved(_ kept: (second: Int, third: Int)) -> Int {
      let kept = (second: min(kept.second, mostWords[1]), third: min(kept.third, mostWords[2]))
      let most = prefersSecond ? (one: kept.second, other: kept.third) : (one: kept.third, other: kept.second)
      let words = min(most.one, (room - widths[other]) / widths[one])
      let left = prices[other] * (room - words * widths[one])
      return prices[one] * words + min(prices[other] * most.other, (left + widths[other] - 1) / widths[other])
    }
    let (atX, atY) = (saved(node.atX), saved(node.atY))
    let most = max(node.yOutside.x * atX + node.yOutside.y * atY, node.xOutside.x * atX + node.xOutside.y * atY)
    return max(compulsory, node.energy - most)
  }

  /// The most words of each tensor, in the order of the keeps, that its part of the Buffer has room for.
  func mostWords(_ limits: HeldLimits) -> SIMD4<Int> {
    var words = SIMD4<Int>(repeating: 0)
    for position in 0..<3 { words[position] = max(0, limits.most[position]) / widths[position] }
    return words
  }

  // MARK: What is tried with a node's blocks

  /// The cuts of n, k and c that go with blocks at the first keep.
  func channelChoices(_ template: Int, _ tiles: WideTiles) -> [[ChannelCut]] {
    let template = templates[template]
    let lists = WideTemplate.channels.indices.map { index -> [ChannelCut] in
      let segments = template.places.indices.filter { template.places[$0].contains(.channel(index)) }
      let depends = dataflow.order.map { $0.isRelevant(WideTemplate.channels[index]) }
      let tile = channelTiles[index][Int(tiles.channels[index])]
      let dimension = WideTemplate.channels[index]
      return template.tiles(dimension, 1, of: tile, all: all).flatMap { second in
        template.tiles(dimension, 2, of: second, all: all).compactMap { third -> ChannelCut? in
          let tiles = [tile, second, third]
          for segment in 0..<3 where !segments.contains(segment) {
            if tiles[segment] < (segment == 0 ? self.sizes[index] : tiles[segment - 1]) { return nil }
          }
          return ChannelCut(size: self.sizes[index], tiles: tiles, segments: segments, depends: depends, ends: ends)
        }
      }
    }
    return lists[0].flatMap { n in lists[1].flatMap { k in lists[2].map { [n, k, $0] } } }
  }
}
