import Mappings
import Workloads

/// A loop of an axis, at one of the places that a template has for it.
struct AxisLoop: Hashable {
  /// Whether it cuts kernel rows; otherwise output rows.
  var isKernel: Bool
  /// The block size, or the number of phases.
  var size: Int
  var isPhases = false
  /// Whether it runs back and forth.
  var turns = true
  /// Whether of three blocks or more a smaller one is last but one, so that the blocks at both ends are full.
  var isEvenAtEnds = false
  /// The place, by its number among those of the axis, outermost first.
  var place = 0

  /// The number of blocks of a run.
  func blockCount(of run: Progression) -> Int { isPhases ? min(size, run.count) : (run.count + size - 1) / size }

  /// A block of a run.
  func block(_ index: Int, of run: Progression) -> Progression {
    if isPhases {
      return Progression(
        start: run.start + index * run.step, step: run.step * size, count: (run.count - index + size - 1) / size)
    }
    var (first, count) = (index * size, min(size, run.count - index * size))
    if isEvenAtEnds, run.count > 2 * size, run.count % size > 0 {
      let blocks = blockCount(of: run)
      if index == blocks - 2 { count = run.count % size }
      if index == blocks - 1 { (first, count) = (run.count - size, size) }
    }
    return Progression(start: run.start + first * run.step, step: run.step, count: count)
  }
}

/// Loops of an axis as numbers, which are compared at once.
struct PackedLoops: Hashable {
  private var numbers = SIMD16<UInt32>()

  /// - Parameters:
  ///   - loops: at most 16 loops, from the outermost on.
  ///   - withPlaces: whether loops at different places differ.
  init(_ loops: ArraySlice<AxisLoop>, withPlaces: Bool) {
    // Of rows of one kind few loops cut, since each cuts smaller blocks.
    precondition(loops.count <= 16)
    for (index, loop) in loops.enumerated() {
      // A size has 21 bits at most, and an axis 16 places.
      numbers[index] =
        UInt32(loop.size) << 8 | (withPlaces ? UInt32(loop.place) << 4 : 0) | (loop.isKernel ? 1 : 0)
        | (loop.isPhases ? 2 : 0) | (loop.turns ? 4 : 0) | (loop.isEvenAtEnds ? 8 : 0)
    }
  }
}

/// What is counted where it is not known at which end a loop stands that runs back and forth.
enum UnknownEnds {
  /// The end at which less stays: no mapping costs more than its sums say.
  case worst
  /// The end at which more stays: no mapping costs less.
  case best

  @inline(__always)
  func choose(_ some: Int, _ other: Int) -> Int { self == .worst ? min(some, other) : max(some, other) }
}

/// What the loops of one axis outside a keep make of the tensor's rows, summed over their blocks.
struct AxisSums: Hashable {
  /// The most rows of a block.
  var held = 0
  /// For each number of loops from the outermost on, over the blocks that these make: the rows where the loops inside start.
  var starts: [Int] = []
  /// The same: what the rows where the loops inside end and where they start have in common.
  var turns: [Int] = []
  /// For each loop over its steps: the rows that stay.
  var stays: [Int] = []
  /// For each number of loops from the outermost on, the number of blocks that these make.
  var blocks: [Int] = []
}

/// Walks the blocks of the loops of one axis that are outside a keep.
struct AxisWalk {
  let rows: RowClasses
  let tensor: Tensor
  let loops: [AxisLoop]
  let ends: UnknownEnds

  /// The sums of all loops.
  func sums() -> AxisSums {
    var sums = AxisSums()
    let whole = rows.whole
    sums.held = held(whole, from: 0)
    for cut in 0...loops.count {
      sums.blocks.append(blockCount(whole, from: 0, to: cut))
      let turns = sum(whole, from: 0, to: cut, starts: false)
      sums.turns.append(turns)
      sums.starts.append(
        loops[cut...].allSatisfy(\.turns) ? turns : sum(whole, from: 0, to: cut, starts: true))
    }
    for loop in loops.indices { sums.stays.append(stays(whole, from: 0, at: loop)) }
    return sums
  }

  // MARK: Blocks

  /// Whether a block has as many rows as any other of its sizes.
  private func isInside(_ outputs: Progression) -> Bool { tensor != .inputs || rows.isInside(outputs) }

  /// Calls a closure with the blocks of a loop, of those that differ by a shift alone with one and their number.
  @inline(__always)
  private func forEachBlock(_ loop: AxisLoop, of run: Progression, _ body: (Progression, Int) -> Void) {
    let count = loop.blockCount(of: run)
    if loop.isKernel || loop.isPhases {
      for index in 0..<count { body(loop.block(index, of: run), 1) }
      return
    }
    var (alike, first) = (0, run)
    for index in 0..<count {
      let block = loop.block(index, of: run)
      if block.count == loop.size, isInside(block) {
        if alike == 0 { first = block }
        alike += 1
      } else {
        body(block, 1)
      }
    }
    if alike > 0 { body(first, alike) }
  }

  /// The same for two blocks in a row.
  @inline(__always)
  private func forEachStep(_ loop: AxisLoop, of run: Progression, _ body: (Progression, Progression, Int) -> Void) {
    let count = loop.blockCount(of: run)
    var (alike, first, second) = (0, run, run)
    for index in 1..<max(1, count) {
      let (before, after) = (loop.block(index - 1, of: run), loop.block(index, of: run))
      if !loop.isKernel, !loop.isPhases, before.count == loop.size, after.count == loop.size, isInside(before),
        isInside(after)
      {
        if alike == 0 { (first, second) = (before, after) }
        alike += 1
      } else {
        body(before, after, 1)
      }
    }
    if alike > 0 { body(first, second, alike) }
  }

  // MARK: Sums

  private func held(_ block: AxisBlock, from level: Int) -> Int {
    if level == loops.count { return rows.count(block, of: tensor) }
    var most = 0
    forEachBlock(loops[level], of: block[isKernel: loops[level].isKernel]) { run, _ in
      var block = block
      block[isKernel: loops[level].isKernel] = run
      most = max(most, held(block, from: level + 1))
    }
    return most
  }

  private func blockCount(_ block: AxisBlock, from level: Int, to cut: Int) -> Int {
    if level == cut { return 1 }
    var count = 0
    forEachBlock(loops[level], of: block[isKernel: loops[level].isKernel]) { run, times in
      var block = block
      block[isKernel: loops[level].isKernel] = run
      count += times * blockCount(block, from: level + 1, to: cut)
    }
    return count
  }

  private func sum(_ block: AxisBlock, from level: Int, to cut: Int, starts: Bool) -> Int {
    if level == cut { return starts ? start(block, from: cut) : stays(block, block, from: cut) }
    var sum = 0
    forEachBlock(loops[level], of: block[isKernel: loops[level].isKernel]) { run, times in
      var block = block
      block[isKernel: loops[level].isKernel] = run
      sum += times * self.sum(block, from: level + 1, to: cut, starts: starts)
    }
    return sum
  }

  private func stays(_ block: AxisBlock, from level: Int, at step: Int) -> Int {
    let loop = loops[level]
    let run = block[isKernel: loop.isKernel]
    var sum = 0
    if level == step {
      forEachStep(loop, of: run) { before, after, times in
        var (one, other) = (block, block)
        one[isKernel: loop.isKernel] = before
        other[isKernel: loop.isKernel] = after
        var stays = self.stays(one, other, from: level + 1)
        if loop.turns { stays = ends.choose(stays, self.stays(other, one, from: level + 1)) }
        sum += times * stays
      }
      return sum
    }
    forEachBlock(loop, of: run) { run, times in
      var block = block
      block[isKernel: loop.isKernel] = run
      sum += times * stays(block, from: level + 1, at: step)
    }
    return sum
  }

  /// The rows where the loops from one on start: at their first block, those that turn at either end.
  private func start(_ block: AxisBlock, from level: Int) -> Int {
    if level == loops.count { return rows.count(block, of: tensor) }
    let loop = loops[level]
    let run = block[isKernel: loop.isKernel]
    func start(_ index: Int) -> Int {
      var block = block
      block[isKernel: loop.isKernel] = loop.block(index, of: run)
      return self.start(block, from: level + 1)
    }
    let last = loop.blockCount(of: run) - 1
    return loop.turns && last > 0 ? ends.choose(start(0), start(last)) : start(0)
  }

  /// What the last block of one and the first block of another have in common where loops run forward, and the blocks at one
  /// end where they turn.
  private func stays(_ before: AxisBlock, _ after: AxisBlock, from level: Int) -> Int {
    if level == loops.count { return rows.common(before, after, of: tensor) }
    let loop = loops[level]
    let (from, to) = (before[isKernel: loop.isKernel], after[isKernel: loop.isKernel])
    let (lastFrom, lastTo) = (loop.blockCount(of: from) - 1, loop.blockCount(of: to) - 1)
    func stays(_ some: Int, _ other: Int) -> Int {
      var (before, after) = (before, after)
      before[isKernel: loop.isKernel] = loop.block(some, of: from)
      after[isKernel: loop.isKernel] = loop.block(other, of: to)
      return self.stays(before, after, from: level + 1)
    }
    if !loop.turns { return stays(lastFrom, 0) }
    if lastFrom == 0, lastTo == 0 { return stays(0, 0) }
    return ends.choose(stays(0, 0), stays(lastFrom, lastTo))
  }
}
