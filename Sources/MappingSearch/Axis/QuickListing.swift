import Mappings
import Scoring
import Workloads

/// Lists the profiles of one axis from its ``BoxChoices``: what ``PlainListing`` lists, without most of what is dominated.
struct QuickListing<Sink: ProfileSink> {
  let choices: BoxChoices
  let mapspaces: [Mapspace]
  /// When to end, or nil.
  let limit: TimeLimit?
  /// The profiles of the two orders with the inputs innermost, found together.
  private var innermost: [Dataflow: ProfilesFound<Sink>] = [:]

  var counts: QuickBoxCounts { choices.counts }
  var axis: ConvolutionAxis { counts.rows.axis }

  /// Of an axis in some orders of keeps, or nil where only ``PlainListing`` lists them.
  init?(_ rows: AxisRows, for mapspaces: [Mapspace], _ limit: TimeLimit? = nil) {
    self.limit = limit
    self.mapspaces = mapspaces
    guard QuickBoxCounts.canCount(rows.axis) else { return nil }
    choices = BoxChoices(counts: QuickBoxCounts(rows, TileLadder(rows, parents: Self.parents(rows.axis))))
    let innermost = mapspaces.filter { $0.inputLevel == 2 }
    if !innermost.isEmpty { self.innermost = listInputsInnermost(innermost) }
  }

  /// All sizes of blocks of output rows or, on a very long axis, some of those that are the smallest with their number of
  /// blocks.
  private static func parents(_ axis: ConvolutionAxis) -> [Int] {
    let perParent =
      Double(axis.kernelSize * (axis.kernelSize + 1) / 2) * Double(axis.outputSize).squareRoot()
    if Double(axis.outputSize) * perParent <= mostChoices { return Array(1...axis.outputSize) }
    return Tiles.byBlockCount(of: axis.outputSize, atMost: max(fewestParents, Int(fewerChoices / perParent)))
  }

  /// The product of kernel rows' block choices, sizes of parents and the square root of the output rows up to which all
  /// sizes are tried, and up to which some are on longer axes, at least so many.
  private static var mostChoices: Double { 1e6 }
  private static var fewerChoices: Double { 1e5 }
  private static var fewestParents: Int { 24 }

  /// Whether all sizes are tried.
  var isComplete: Bool { counts.ladder.parents.count == axis.outputSize }

  /// Offers the profiles of each of the orders.
  ///
  /// - Complexity: O(P^1.5·R²) choices for P output and R kernel rows, and O(P²·R²) more near padding.
  func list(into found: inout [ProfilesFound<Sink>]) {
    for (index, mapspace) in mapspaces.enumerated() { listEven(mapspace, into: &found[index]) }
    if isComplete, axis.hasPaddedMACs { listUneven(into: &found) }
  }

  /// Offers the profiles with equal blocks, but for a ragged last one, many of them dominated.
  private func listEven(_ mapspace: Mapspace, into found: inout ProfilesFound<Sink>) {
    switch mapspace.inputLevel {
    case 2: found = innermost[mapspace.dataflow] ?? found
    case 1: listInputsBetween(mapspace, into: &found)
    default:
      if mapspace.outputLevel == 1 {
        listOutputsInsideInputs(mapspace, into: &found)
      } else {
        listWeightsInsideInputs(mapspace, into: &found)
      }
    }
  }

  /// Offers a choice with the block sizes that it stands for.
  @inline(__always)
  private func add(
    _ choice: BoxChoices.Choice, _ found: inout ProfilesFound<Sink>, _ factors: CostFactors, _ output: Tiles,
    _ kernel: Tiles
  ) {
    let loops = AxisLoops(output: output, kernel: kernel, slide: choice.slide)
    if choice.slide == .none { found.still.offer(factors, loops) } else { found.sliding.offer(factors, loops) }
  }

  /// One tensor is kept outside the inputs and one inside: boxes within blocks of what is kept outside.
  private func listInputsBetween(_ mapspace: Mapspace, into found: inout ProfilesFound<Sink>) {
    let (outputSize, kernelSize) = (axis.outputSize, axis.kernelSize)
    let isOutputs = mapspace.outputLevel == 0
    for parent in isOutputs ? counts.ladder.parents : [outputSize] {
      for held in isOutputs ? [kernelSize] : Array(1...kernelSize) where !limit.endsListing() {
        for tile in 1...held {
          let kernel = isOutputs ? Tiles(kernelSize, tile, 1) : Tiles(held, tile, tile)
          let outputVisits = isOutputs ? 1 : kernel.blockCount(of: kernelSize, level: 2)
          let weightsHeld = counts.cut(isOutputs ? 1 : kernelSize, isOutputs ? 1 : held).weightsHeld
          choices.forEachChoice(parent: parent, counts.cut(held, tile), countsMatter: isOutputs) { choice, count in
            add(
              choice, &found,
              CostFactors(
                rowsMoved: choice.moved, rowsHeld: choice.held, weightVisits: isOutputs ? count : 1,
                outputVisits: outputVisits, weightsHeld: weightsHeld, outputsHeld: isOutputs ? parent : 1),
              isOutputs
                ? Tiles(parent, choice.outputTile, choice.outputTile) : Tiles(outputSize, choice.outputTile, 1),
              kernel)
          }
        }
      }
    }
  }

  /// Both orders with the inputs innermost choose blocks of outputs and of weights, and boxes within them.
  private func listInputsInnermost(_ mapspaces: [Mapspace]) -> [Dataflow: ProfilesFound<Sink>] {
    var found = mapspaces.map { _ in ProfilesFound<Sink>() }
    var still = Staircase()
    var sliding = Staircase()
    for parent in counts.ladder.parents {
      for held in 1...axis.kernelSize where !limit.endsListing() {
        for tile in 1...held {
          choices.forEachChoice(parent: parent, counts.cut(held, tile), countsMatter: false) { choice, _ in
            if choice.slide == .none { still.add(choice) } else { sliding.add(choice) }
          }
        }
        func add(_ choice: BoxChoices.Choice) {
          for (index, mapspace) in mapspaces.enumerated() {
            let (output, kernel) = innermostSizes(mapspace, choice, parent: parent, held: held)
            self.add(choice, &found[index], factors(choice, output, kernel, mapspace), output, kernel)
          }
        }
        still.removeAll(add)
        sliding.removeAll(add)
        let whole = counts.cut(held, held)
        for (index, mapspace) in mapspaces.enumerated() where mapspace.dataflow == .outputsWeightsInputs {
          let uncut = choices.uncut(parent: parent, whole)
          let (output, kernel) = innermostSizes(mapspace, uncut, parent: parent, held: held)
          found[index].uncut.offer(
            factors(uncut, output, kernel, mapspace), AxisLoops(output: output, kernel: kernel, slide: .none))
          guard let chained = choices.chained(parent: parent, whole) else { continue }
          let (chainedOutput, chainedKernel) = innermostSizes(mapspace, chained, parent: parent, held: held)
          found[index].chained.offer(
            factors(chained, chainedOutput, chainedKernel, mapspace),
            AxisLoops(output: chainedOutput, kernel: chainedKernel, slide: .output))
        }
      }
    }
    return Dictionary(uniqueKeysWithValues: zip(mapspaces.map(\.dataflow), found))
  }

  /// The block sizes of a choice inside blocks of `parent` output rows and `held` kernel rows, inputs innermost.
  private func innermostSizes(
    _ mapspace: Mapspace, _ choice: BoxChoices.Choice, parent: Int, held: Int
  ) -> (output: Tiles, kernel: Tiles) {
    mapspace.outputLevel == 0
      ? (Tiles(parent, parent, choice.outputTile), Tiles(axis.kernelSize, held, choice.kernel.second))
      : (Tiles(axis.outputSize, parent, choice.outputTile), Tiles(held, held, choice.kernel.second))
  }

  private func factors(
    _ choice: BoxChoices.Choice, _ output: Tiles, _ kernel: Tiles, _ mapspace: Mapspace
  ) -> CostFactors {
    CostFactors(
      rowsMoved: choice.moved, rowsHeld: choice.held, output: output, kernel: kernel,
      weightsHeld: counts.cut(axis.kernelSize, kernel[mapspace.weightLevel]).weightsHeld, of: axis, in: mapspace)
  }

  /// The inputs are kept outermost, then the outputs: blocks of outputs within boxes.
  private func listOutputsInsideInputs(_ mapspace: Mapspace, into found: inout ProfilesFound<Sink>) {
    func isWorse(_ a: BoxChoices.Choice, than b: BoxChoices.Choice) -> Bool {
      a.moved >= b.moved && a.held >= b.held
    }
    for box in counts.ladder.parents where !limit.endsListing() {
      // From the fewest visits of outputs to the most; sliding choices do not make still ones superfluous.
      var kept: [BoxChoices.Choice] = []
      for tile in stride(from: axis.kernelSize, through: 1, by: -1) {
        for choice in choices.choices(box: box, counts.cut(axis.kernelSize, tile))
        where !kept.contains(where: { isWorse(choice, than: $0) && ($0.slide == .none || choice.slide != .none) }) {
          kept.append(choice)
        }
      }
      for choice in kept {
        let tile = choice.kernel.second
        let kernel = Tiles(tile, tile, 1)
        counts.ladder.forEachTile(box: box) { inner, count in
          add(
            choice, &found,
            CostFactors(
              rowsMoved: choice.moved, rowsHeld: choice.held, weightVisits: count,
              outputVisits: kernel.blockCount(of: axis.kernelSize, level: 1),
              weightsHeld: counts.cut(1, 1).weightsHeld, outputsHeld: inner),
            Tiles(box, inner, inner), kernel)
        }
      }
    }
  }

  /// The inputs are kept outermost, then the weights: blocks of weights within boxes.
  private func listWeightsInsideInputs(_ mapspace: Mapspace, into found: inout ProfilesFound<Sink>) {
    for tile in 1...axis.kernelSize where !limit.endsListing() {
      let cut = counts.cut(axis.kernelSize, tile)
      choices.forEachChoice(parent: axis.outputSize, cut, countsMatter: true) { choice, count in
        for held in 1...tile {
          let kernel = Tiles(tile, held, held)
          add(
            choice, &found,
            CostFactors(
              rowsMoved: choice.moved, rowsHeld: choice.held, weightVisits: count,
              outputVisits: kernel.blockCount(of: axis.kernelSize, level: 2),
              weightsHeld: counts.cut(tile, held).weightsHeld, outputsHeld: 1),
            Tiles(choice.outputTile, choice.outputTile, 1), kernel)
        }
      }
    }
  }
}

/// Choices of which no other is better in both rows moved and rows held.
private struct Staircase {
  /// The choice that moves least of those that hold n rows, at n.
  private var byHeld: [BoxChoices.Choice?] = []
  /// The numbers of rows for which there is one.
  private var held: [Int] = []

  mutating func add(_ choice: BoxChoices.Choice) {
    while byHeld.count <= choice.held { byHeld.append(nil) }
    if let known = byHeld[choice.held] {
      if known.moved <= choice.moved { return }
    } else {
      held.append(choice.held)
    }
    byHeld[choice.held] = choice
  }

  mutating func removeAll(_ body: (BoxChoices.Choice) -> Void) {
    var least = Int.max
    held.sort()
    for held in held {
      guard let choice = byHeld[held] else { continue }
      byHeld[held] = nil
      if choice.moved < least {
        least = choice.moved
        body(choice)
      }
    }
    held.removeAll(keepingCapacity: true)
  }
}
