import Mappings
import Workloads

/// The canonical mapspace of one order of keeps (theory §4): which block sizes are tried of each dimension at the three
/// keeps, outermost first.
///
/// The batch and the channels have no halo, so that at most one tile is free in each. Of rows, block sizes within block
/// sizes are tried wherever they can matter; columns are cut as rows are. Facts 1 to 4 of theory §4 say why the rest loses
/// nothing or little.
struct Mapspace {
  /// The block sizes tried of a dimension at one keep.
  enum Sizes {
    /// The whole dimension.
    case whole
    /// As large as the block at the keep outside.
    case same
    /// A single index.
    case one
    /// Every size up to that of the block outside; of a dimension without a halo the smallest with its number of blocks.
    case every
    /// Every size up to that of the block outside, or the same where blocks of one size all read as many input rows.
    case everyOrSame
    /// Every size up to that of the block outside, or one index where blocks of one size all read as many input rows.
    case everyOrOne
    /// Those sizes up to that of the block outside that make fewer blocks than every smaller one, or the same where blocks
    /// of one size all read as many input rows.
    case fewest
  }

  /// The order of the keeps.
  let dataflow: Dataflow
  /// Of the batch, n.
  let batch: [Sizes]
  /// Of output channels, k.
  let outputChannels: [Sizes]
  /// Of input channels, c.
  let inputChannels: [Sizes]
  /// Of output rows or columns, p or q.
  let outputs: [Sizes]
  /// Of kernel rows or columns, r or s.
  let kernels: [Sizes]

  /// The mapspace of an order of keeps.
  init(_ dataflow: Dataflow) {
    switch dataflow {
    case .outputsInputsWeights:
      self.init(
        dataflow, n: [.every, .same, .same], k: [.every, .same, .one], c: [.whole, .one, .one],
        p: [.every, .everyOrSame, .same], r: [.whole, .everyOrOne, .one])
    case .outputsWeightsInputs:
      self.init(
        dataflow, n: [.every, .same, .one], k: [.every, .same, .same], c: [.whole, .one, .one],
        p: [.every, .same, .everyOrOne], r: [.whole, .everyOrOne, .everyOrSame])
    case .weightsInputsOutputs:
      self.init(
        dataflow, n: [.whole, .one, .one], k: [.every, .same, .one], c: [.every, .same, .same],
        p: [.whole, .everyOrOne, .one], r: [.every, .everyOrSame, .same])
    case .weightsOutputsInputs:
      self.init(
        dataflow, n: [.whole, .one, .one], k: [.every, .same, .same], c: [.every, .same, .one],
        p: [.whole, .everyOrOne, .everyOrSame], r: [.every, .same, .everyOrOne])
    case .inputsOutputsWeights:
      self.init(
        dataflow, n: [.every, .same, .same], k: [.whole, .one, .one], c: [.every, .same, .one],
        p: [.every, .fewest, .same], r: [.every, .same, .one])
    case .inputsWeightsOutputs:
      self.init(
        dataflow, n: [.every, .same, .one], k: [.whole, .one, .one], c: [.every, .same, .same],
        p: [.every, .same, .one], r: [.every, .everyOrSame, .same])
    }
  }

  private init(_ dataflow: Dataflow, n: [Sizes], k: [Sizes], c: [Sizes], p: [Sizes], r: [Sizes]) {
    self.dataflow = dataflow
    batch = n
    outputChannels = k
    inputChannels = c
    outputs = p
    kernels = r
    inputLevel = dataflow.level(of: .inputs)
    weightLevel = dataflow.level(of: .weights)
    outputLevel = dataflow.level(of: .outputs)
  }

  /// The position of each tensor's keep, 0 outermost.
  let inputLevel: Int
  let weightLevel: Int
  let outputLevel: Int
}

extension Dataflow {
  /// The position of a tensor's keep, 0 outermost.
  fileprivate func level(of tensor: Tensor) -> Int { order.firstIndex(of: tensor) ?? 0 }
}

extension Mapspace {
  /// The tiles tried of a dimension without a halo, from the largest to the smallest; the whole where none is free.
  ///
  /// - Complexity: O(√size).
  static func tiles(_ sizes: [Sizes], of size: Int) -> [Int] {
    sizes.contains(.every) ? Tiles.byBlockCount(of: size) : [size]
  }

  /// The block sizes of a dimension without a halo at the three keeps for one tile.
  static func blockSizes(_ sizes: [Sizes], of size: Int, tile: Int) -> Tiles {
    var block = size
    let blocks = sizes.map { choice in
      switch choice {
      case .whole, .same: break
      case .every, .everyOrSame, .everyOrOne, .fewest: block = tile
      case .one: block = 1
      }
      return block
    }
    return Tiles(blocks[0], blocks[1], blocks[2])
  }

  /// The tile that gives some block sizes of a dimension without a halo, or nil where none does.
  static func tile(_ sizes: [Sizes], giving blocks: Tiles, of size: Int) -> Int? {
    let tile = sizes.firstIndex(of: .every).map { blocks[$0] } ?? size
    return blockSizes(sizes, of: size, tile: tile) == blocks ? tile : nil
  }

  /// The block sizes at the three keeps of a dimension of an axis, in runs with the same first free size.
  ///
  /// - Parameters:
  ///   - sizes: what is tried at each keep.
  ///   - size: the size of the dimension.
  ///   - tiles: the sizes that ``Sizes/every`` stands for.
  ///   - boxesDiffer: whether blocks of one size may read different numbers of input rows.
  /// - Returns: the block sizes.
  /// - Complexity: O(tiles²).
  static func nestings(_ sizes: [Sizes], of size: Int, tiles: [Int], boxesDiffer: Bool) -> [[Tiles]] {
    /// Each list of block sizes down to one keep, with the one that is free outermost.
    var lists: [(blocks: [Int], run: Int?)] = [([], nil)]
    for choice in sizes {
      lists = lists.flatMap { blocks, run -> [(blocks: [Int], run: Int?)] in
        let outside = blocks.last ?? size
        func free() -> [(blocks: [Int], run: Int?)] {
          tiles.filter { $0 <= outside }.map { (blocks + [$0], run ?? $0) }
        }
        switch choice {
        case .whole: return [(blocks + [size], run)]
        case .same: return [(blocks + [outside], run)]
        case .one: return [(blocks + [1], run)]
        case .every: return free()
        case .everyOrSame: return boxesDiffer ? free() : [(blocks + [outside], run)]
        case .everyOrOne: return boxesDiffer ? free() : [(blocks + [1], run)]
        case .fewest:
          if !boxesDiffer { return [(blocks + [outside], run)] }
          return Tiles.withFewerBlocks(tiles, within: outside, outer: 0, of: size).map { (blocks + [$0], run) }
        }
      }
    }
    var runs: [[Tiles]] = []
    var last: Int?
    for (blocks, run) in lists {
      let tiles = Tiles(blocks[0], blocks[1], blocks[2])
      if runs.isEmpty || run != last { runs.append([tiles]) } else { runs[runs.count - 1].append(tiles) }
      last = run
    }
    return runs
  }

  /// The block sizes at the three keeps of a dimension of an axis whose blocks at the inputs' keep are of `tile`, inside
  /// blocks of `outer` unless that is 0, and which is cut nowhere else outside of that keep.
  ///
  /// - Complexity: O(tile).
  func cutOnce(_ sizes: [Sizes], of size: Int, tile: Int, outer: Int) -> [Tiles] {
    var lists: [[Int]] = [[]]
    for (level, choice) in sizes.enumerated() {
      lists = lists.flatMap { blocks -> [[Int]] in
        let outside = blocks.last ?? size
        if level == inputLevel { return [blocks + [tile]] }
        switch choice {
        case .whole: return [blocks + [size]]
        case .same: return [blocks + [outside]]
        case .one: return [blocks + [1]]
        case .fewest:
          return Tiles.withFewerBlocks(Array(1...size), within: outside, outer: outer, of: size).map { blocks + [$0] }
        case .every, .everyOrSame, .everyOrOne:
          return (level < inputLevel ? [tile, size] : Array(1...outside)).map { blocks + [$0] }
        }
      }
    }
    return lists.map { Tiles($0[0], $0[1], $0[2], outer: outer) }
  }
}
