import EnergyModel
import Mappings
import Workloads

/// The mappings of one order of keeps, with what words of its three tensors cost and take.
final class OverlapGrid: Sendable {
  let mapspace: OverlapMapspace
  /// The block sizes tried at the first keep, of both groups that are cut there.
  let xCuts: [GroupCut]
  let yCuts: [GroupCut]
  /// The same from the smallest blocks to the largest, as bounds take them.
  let xRanges: BlockRanges
  let yRanges: BlockRanges
  /// Those tried of the third group at the second keep, from the smallest blocks on.
  let panels: [GroupCut]
  /// For each of them, whether it may help every tile.
  let helpsEveryTile: [Bool]
  /// Energy of loading a word of the second and the third tensor, in quanta, and bits of a word in the Buffer.
  let prices: (second: Int, third: Int)
  let widths: (first: Int, second: Int, third: Int)
  /// The energy of all that does not depend on block sizes: may be negative, since the last of an output's visits costs
  /// less than the others.
  let constant: Int
  /// The words of the largest panel that is not whole, and of the largest of those that may help every tile.
  let largestPart: (any: Int, everyTile: Int)

  /// Whether the second tensor is resident.
  private let keepsSecondWhole: Bool

  init(_ problem: Problem, _ dataflow: Dataflow, _ room: RoomRule? = nil) {
    let room = room ?? .shared(problem)
    mapspace = OverlapMapspace(dataflow, on: problem.layer)
    xCuts = mapspace.firstAndThird.cutsByBlockCount
    yCuts = mapspace.firstAndSecond.cutsByBlockCount
    let order = dataflow.order
    // A resident tensor is kept first, and two are kept before the third.
    let keepsFirstWhole = room.resident.contains(order[0])
    keepsSecondWhole = room.resident.contains(order[1])
    xRanges = BlockRanges(xCuts) { !keepsFirstWhole || $0.count == 1 }
    yRanges = BlockRanges(yCuts) { !keepsFirstWhole || $0.count == 1 }
    let panels = mapspace.secondAndThird.panels
    self.panels = panels
    let whole = mapspace.secondAndThird.size
    helpsEveryTile = panels.map(mapspace.secondAndThird.helpsEveryTile)
    largestPart = (
      panels.last { $0.size < whole }?.size ?? whole,
      zip(panels, helpsEveryTile).reversed().first { $0.size < whole && $1 }?.0.size ?? whole
    )
    prices = (problem.loadQuanta(order[1]), problem.loadQuanta(order[2]))
    widths = (room.width(order[0]), room.width(order[1]), room.width(order[2]))
    constant =
      problem.loadQuanta(order[0]) * mapspace.firstAndThird.size * mapspace.firstAndSecond.size
      + problem.quantaBesideLoads
  }

  /// Whether all panels are listed.
  var isComplete: Bool { mapspace.secondAndThird.listsAllPanels }

  /// An occupancy at which the first tensor is whole in the Buffer, and others that have to be, so that no word moves twice.
  var mostNeeded: Int {
    let second = keepsSecondWhole ? widths.second * mapspace.secondAndThird.size : widths.second
    return (widths.first * mapspace.firstAndThird.size + second) * mapspace.firstAndSecond.size + widths.third
  }

  /// The number of panels of up to so many words.
  func panelCount(upTo size: Int) -> Int {
    panels.indices.partitionPoint { panels[$0].size > size }
  }

  /// The bits that a mapping holds.
  func occupancy(of place: OverlapPlace) -> Int {
    let (x, y) = (xCuts[Int(place.x)], yCuts[Int(place.y)])
    let isCutTwice = place.arrangement == Int32(OverlapNest.Arrangement.cutTwice.rawValue)
    let second = isCutTwice ? yCuts[Int(place.panel)].size : y.size * panels[Int(place.panel)].size
    return widths.first * x.size * y.size + widths.second * second + widths.third * place.third
  }
}
