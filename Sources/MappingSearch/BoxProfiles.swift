import Mappings
import Workloads

/// Profiles of one axis from its ``BoxChoices``: what ``AxisEnumerator`` lists, without most of what is dominated.
struct BoxProfiles {
  let choices: BoxChoices
  /// The profiles of the two dataflows with the inputs innermost, found together.
  private var innermost: (outputsWeights: AxisProfiles, weightsOutputs: AxisProfiles)
  private let cuts: [[KernelCut]]
  private let outputSize: Int
  private let kernelSize: Int

  /// Profiles of the axis, or nil where only ``AxisEnumerator`` lists them: where output rows that share an input row
  /// are no neighbours, or the axis is very long.
  init?(_ rows: AxisRows, for dataflows: [Dataflow]) {
    let axis = rows.axis
    guard axis.hasOverlap, axis.outputPeriod == 1 else { return nil }
    let kernels = axis.kernelSize * (axis.kernelSize + 1) / 2
    guard Double(kernels * axis.outputSize) * Double(axis.outputSize).squareRoot() <= Self.mostChoices else {
      return nil
    }
    choices = BoxChoices(rows)
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
    innermost = (AxisProfiles(), AxisProfiles())
    if dataflows.contains(.outputsWeightsInputs) || dataflows.contains(.weightsOutputsInputs) {
      innermost = inputsInnermost()
    }
  }

  /// The product of kernel rows' block choices, output rows and their square root up to which an axis is not very long.
  private static let mostChoices = 4e6

  /// The even cuts of the kernel rows into blocks of `tile` inside parents of `parent`.
  func cut(_ parent: Int, _ tile: Int) -> KernelCut { cuts[parent - 1][tile - 1] }

  /// The profiles of a dataflow with even blocks, many of them dominated.
  func profiles(of dataflow: Dataflow) -> AxisProfiles {
    var found = AxisProfiles()
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
    _ choice: BoxChoices.Choice, _ found: inout AxisProfiles, _ factors: AxisFactors, _ output: Tiles, _ kernel: Tiles
  ) {
    let profile = AxisProfile(
      factors: factors, loops: AxisLoops(output: output, kernel: kernel, slide: choice.slide))
    if choice.slide == .none { found.still.append(profile) } else { found.sliding.append(profile) }
  }

  private func addOutputsInputsWeights(_ found: inout AxisProfiles) {
    var still: [Staircase] = []
    var sliding: [Staircase] = []
    var counts: [Int] = []
    for parent in 1...outputSize {
      counts.removeAll(keepingCapacity: true)
      for tile in 1...kernelSize {
        choices.forEachChoice(parent: parent, cut(kernelSize, tile), countsMatter: true) { choice, blocks in
          while counts.count <= blocks.place { counts.append(0) }
          while still.count <= blocks.place {
            still.append(Staircase())
            sliding.append(Staircase())
          }
          counts[blocks.place] = blocks.count
          if choice.slide == .none { still[blocks.place].add(choice) } else { sliding[blocks.place].add(choice) }
        }
      }
      for (place, count) in counts.enumerated() {
        func profile(_ choice: BoxChoices.Choice) -> AxisProfile {
          AxisProfile(
            factors: AxisFactors(
              rowsMoved: choice.moved, rowsHeld: choice.held, outputsHeld: parent, weightVisits: count,
              weightsHeld: 1, outputVisits: 1),
            loops: AxisLoops(
              output: Tiles(parent, choice.outputTile, choice.outputTile),
              kernel: Tiles(kernelSize, choice.kernel.second, 1), slide: choice.slide))
        }
        still[place].removeAll { found.still.append(profile($0)) }
        sliding[place].removeAll { found.sliding.append(profile($0)) }
      }
    }
  }

  /// Both dataflows with the inputs innermost choose blocks of outputs and of weights, and boxes within them.
  private func inputsInnermost() -> (outputsWeights: AxisProfiles, weightsOutputs: AxisProfiles) {
    var foundOutputsWeights = AxisProfiles()
    var foundWeightsOutputs = AxisProfiles()
    var still = Staircase()
    var sliding = Staircase()
    for parent in 1...outputSize {
      let parents = (outputSize + parent - 1) / parent
      for held in 1...kernelSize {
        for tile in 1...held {
          choices.forEachChoice(parent: parent, cut(held, tile), countsMatter: false) { choice, _ in
            if choice.slide == .none { still.add(choice) } else { sliding.add(choice) }
          }
        }
        func outputsWeights(_ choice: BoxChoices.Choice) -> AxisProfile {
          AxisProfile(
            factors: AxisFactors(
              rowsMoved: choice.moved, rowsHeld: choice.held, outputsHeld: parent, weightVisits: parents,
              weightsHeld: held, outputVisits: 1),
            loops: AxisLoops(
              output: Tiles(parent, parent, choice.outputTile),
              kernel: Tiles(kernelSize, held, choice.kernel.second), slide: choice.slide))
        }
        func weightsOutputs(_ choice: BoxChoices.Choice) -> AxisProfile {
          AxisProfile(
            factors: AxisFactors(
              rowsMoved: choice.moved, rowsHeld: choice.held, outputsHeld: parent, weightVisits: 1, weightsHeld: held,
              outputVisits: (kernelSize + held - 1) / held),
            loops: AxisLoops(
              output: Tiles(outputSize, parent, choice.outputTile),
              kernel: Tiles(held, held, choice.kernel.second), slide: choice.slide))
        }
        still.removeAll { choice in
          foundOutputsWeights.still.append(outputsWeights(choice))
          foundWeightsOutputs.still.append(weightsOutputs(choice))
        }
        sliding.removeAll { choice in
          foundOutputsWeights.sliding.append(outputsWeights(choice))
          foundWeightsOutputs.sliding.append(weightsOutputs(choice))
        }
        let whole = cut(held, held)
        foundOutputsWeights.uncut.append(outputsWeights(choices.uncut(parent: parent, whole)))
        if let chained = choices.chained(parent: parent, whole) {
          foundOutputsWeights.chained.append(outputsWeights(chained))
        }
      }
    }
    return (foundOutputsWeights, foundWeightsOutputs)
  }

  private func addWeightsInputsOutputs(_ found: inout AxisProfiles) {
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

  private func addInputsOutputsWeights(_ found: inout AxisProfiles) {
    func isWorse(_ a: BoxChoices.Choice, than b: BoxChoices.Choice) -> Bool {
      a.moved >= b.moved && a.held >= b.held
    }
    for box in 1...outputSize {
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

  private func addInputsWeightsOutputs(_ found: inout AxisProfiles) {
    for tile in 1...kernelSize {
      choices.forEachChoice(parent: outputSize, cut(kernelSize, tile), countsMatter: true) { choice, blocks in
        for held in 1...tile {
          add(
            choice, &found,
            AxisFactors(
              rowsMoved: choice.moved, rowsHeld: choice.held, outputsHeld: 1, weightVisits: blocks.count,
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
    private var mostHeld = -1

    mutating func add(_ choice: BoxChoices.Choice) {
      while byHeld.count <= choice.held { byHeld.append(nil) }
      if let known = byHeld[choice.held], known.moved <= choice.moved { return }
      byHeld[choice.held] = choice
      mostHeld = max(mostHeld, choice.held)
    }

    mutating func removeAll(_ body: (BoxChoices.Choice) -> Void) {
      var least = Int.max
      for held in stride(from: 0, through: mostHeld, by: 1) {
        guard let choice = byHeld[held] else { continue }
        byHeld[held] = nil
        if choice.moved < least {
          least = choice.moved
          body(choice)
        }
      }
      mostHeld = -1
    }
  }
}
