import Mappings
import Workloads

/// Profiles of one axis from its ``BoxChoices``: what ``AxisEnumerator`` lists, without most of what is dominated.
struct BoxProfiles {
  let choices: BoxChoices
  /// The profiles of the two dataflows with the inputs innermost, found together.
  private var innermost: (outputsWeights: AxisProfiles.Found, weightsOutputs: AxisProfiles.Found)
  private let cuts: [[KernelCut]]
  private let outputSize: Int
  private let kernelSize: Int
  private let followed: [Witness.Axis]

  /// Profiles of the axis, or nil where only ``AxisEnumerator`` lists them: where output rows that share an input row
  /// are no neighbours, or none do, or where the rows of all cuts of the kernel rows are too many to be listed.
  init?(_ rows: AxisRows, for dataflows: [Dataflow], following followed: [Witness.Axis] = []) {
    let axis = rows.axis
    guard axis.hasOverlap, axis.outputPeriod == 1,
      Double(axis.kernelSize) * Double(axis.kernelSize) * Double(axis.outputSize) <= Self.largestLists
    else { return nil }
    choices = BoxChoices(rows, parents: Self.parents(axis))
    outputSize = axis.outputSize
    kernelSize = axis.kernelSize
    let size = kernelSize
    cuts = (1...size).map { parent in
      let starts = stride(from: 0, to: size, by: parent)
      return (1...parent).map { tile in
        KernelCut(
          rows,
          parents: starts.map { start in
            let end = min(start + parent, size)
            return stride(from: start, to: end, by: tile).map { $0..<min($0 + tile, end) }
          }, tiles: Tiles(parent, tile, tile))
      }
    }
    self.followed = followed
    innermost = (
      AxisProfiles.Found(.outputsWeightsInputs, following: followed),
      AxisProfiles.Found(.weightsOutputsInputs, following: followed)
    )
    if dataflows.contains(.outputsWeightsInputs) || dataflows.contains(.weightsOutputsInputs) {
      addInputsInnermost()
    }
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
  private static let mostChoices = 1e6
  private static let fewerChoices = 1e5
  private static let fewestParents = 24
  /// The largest product of output rows and squared kernel rows for which every cut of the kernel rows is listed with what
  /// goes with each output row, in some hundreds of megabytes.
  private static let largestLists = 0x1p25

  /// Whether all sizes are tried.
  var isComplete: Bool { choices.parents.count == outputSize }

  /// The even cuts of the kernel rows into blocks of `tile` inside parents of `parent`.
  func cut(_ parent: Int, _ tile: Int) -> KernelCut { cuts[parent - 1][tile - 1] }

  /// The profiles of a dataflow with even blocks, many of them dominated.
  func profiles(of dataflow: Dataflow) -> AxisProfiles.Found {
    var found = AxisProfiles.Found(dataflow, following: followed)
    switch dataflow {
    case .outputsInputsWeights: addOutputsInputsWeights(&found)
    case .outputsWeightsInputs: found = innermost.outputsWeights
    case .weightsOutputsInputs: found = innermost.weightsOutputs
    case .weightsInputsOutputs: addWeightsInputsOutputs(&found)
    case .inputsOutputsWeights: addInputsOutputsWeights(&found)
    case .inputsWeightsOutputs: addInputsWeightsOutputs(&found)
    }
    return found
  }

  private func add(
    _ choice: BoxChoices.Choice, _ found: inout AxisProfiles.Found, _ factors: AxisFactors, _ output: Tiles,
    _ kernel: Tiles
  ) {
    let loops = AxisLoops(output: output, kernel: kernel, slide: choice.slide)
    if choice.slide == .none { found.still.offer(factors, loops) } else { found.sliding.offer(factors, loops) }
  }

  private func addOutputsInputsWeights(_ found: inout AxisProfiles.Found) {
    for parent in choices.parents {
      for tile in 1...kernelSize {
        choices.forEachChoice(parent: parent, cut(kernelSize, tile), countsMatter: true) { choice, count in
          add(
            choice, &found,
            AxisFactors(
              rowsMoved: choice.moved, rowsHeld: choice.held, outputsHeld: parent, weightVisits: count, weightsHeld: 1,
              outputVisits: 1), Tiles(parent, choice.outputTile, choice.outputTile), Tiles(kernelSize, tile, 1))
        }
      }
    }
  }

  /// Both dataflows with the inputs innermost choose blocks of outputs and of weights, and boxes within them.
  private mutating func addInputsInnermost() {
    var (outputsWeights, weightsOutputs) = innermost
    var still = Staircase()
    var sliding = Staircase()
    for parent in choices.parents {
      for held in 1...kernelSize {
        for tile in 1...held {
          choices.forEachChoice(parent: parent, cut(held, tile), countsMatter: false) { choice, _ in
            if choice.slide == .none { still.add(choice) } else { sliding.add(choice) }
          }
        }
        func add(_ choice: BoxChoices.Choice) {
          self.add(
            choice, &outputsWeights, outputsWeightsFactors(choice, parent: parent, held: held),
            Tiles(parent, parent, choice.outputTile), Tiles(kernelSize, held, choice.kernel.second))
          self.add(
            choice, &weightsOutputs,
            AxisFactors(
              rowsMoved: choice.moved, rowsHeld: choice.held, outputsHeld: parent, weightVisits: 1, weightsHeld: held,
              outputVisits: (kernelSize + held - 1) / held), Tiles(outputSize, parent, choice.outputTile),
            Tiles(held, held, choice.kernel.second))
        }
        still.removeAll(add)
        sliding.removeAll(add)
        let whole = cut(held, held)
        let uncut = choices.uncut(parent: parent, whole)
        outputsWeights.uncut.offer(
          outputsWeightsFactors(uncut, parent: parent, held: held),
          AxisLoops(output: Tiles(parent, parent, parent), kernel: Tiles(kernelSize, held, held), slide: .none))
        if let chained = choices.chained(parent: parent, whole) {
          outputsWeights.chained.offer(
            outputsWeightsFactors(chained, parent: parent, held: held),
            AxisLoops(
              output: Tiles(parent, parent, chained.outputTile), kernel: Tiles(kernelSize, held, held), slide: .output))
        }
      }
    }
    innermost = (outputsWeights, weightsOutputs)
  }

  private func outputsWeightsFactors(_ choice: BoxChoices.Choice, parent: Int, held: Int) -> AxisFactors {
    AxisFactors(
      rowsMoved: choice.moved, rowsHeld: choice.held, outputsHeld: parent,
      weightVisits: (outputSize + parent - 1) / parent, weightsHeld: held, outputVisits: 1)
  }

  private func addWeightsInputsOutputs(_ found: inout AxisProfiles.Found) {
    for held in 1...kernelSize {
      for tile in 1...held {
        let visits = Tiles(held, tile, tile).blockCount(of: kernelSize, level: 2)
        choices.forEachChoice(parent: outputSize, cut(held, tile), countsMatter: false) { choice, _ in
          add(
            choice, &found,
            AxisFactors(
              rowsMoved: choice.moved, rowsHeld: choice.held, outputsHeld: 1, weightVisits: 1, weightsHeld: held,
              outputVisits: visits), Tiles(outputSize, choice.outputTile, 1), Tiles(held, tile, tile))
        }
      }
    }
  }

  private func addInputsOutputsWeights(_ found: inout AxisProfiles.Found) {
    func isWorse(_ a: BoxChoices.Choice, than b: BoxChoices.Choice) -> Bool {
      a.moved >= b.moved && a.held >= b.held
    }
    for box in choices.parents {
      // From the fewest visits of outputs to the most; sliding choices do not make still ones superfluous.
      var kept: [BoxChoices.Choice] = []
      for tile in stride(from: kernelSize, through: 1, by: -1) {
        for choice in choices.choices(box: box, cut(kernelSize, tile))
        where !kept.contains(where: { isWorse(choice, than: $0) && ($0.slide == .none || choice.slide != .none) }) {
          kept.append(choice)
        }
      }
      for choice in kept {
        let tile = choice.kernel.second
        choices.forEachTile(box: box) { inner, count in
          add(
            choice, &found,
            AxisFactors(
              rowsMoved: choice.moved, rowsHeld: choice.held, outputsHeld: inner, weightVisits: count, weightsHeld: 1,
              outputVisits: (kernelSize + tile - 1) / tile), Tiles(box, inner, inner), Tiles(tile, tile, 1))
        }
      }
    }
  }

  private func addInputsWeightsOutputs(_ found: inout AxisProfiles.Found) {
    for tile in 1...kernelSize {
      choices.forEachChoice(parent: outputSize, cut(kernelSize, tile), countsMatter: true) { choice, count in
        for held in 1...tile {
          add(
            choice, &found,
            AxisFactors(
              rowsMoved: choice.moved, rowsHeld: choice.held, outputsHeld: 1, weightVisits: count,
              weightsHeld: held,
              outputVisits: Tiles(tile, held, held).blockCount(of: kernelSize, level: 2)),
            Tiles(choice.outputTile, choice.outputTile, 1), Tiles(tile, held, held))
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
}
