import EnergyModel
import Mappings
import Workloads

/// An order of keeps with the places of the loops before each, and the block sizes tried at each keep.
///
/// y stands for the dimensions that the first and the second tensor depend on, x for those of the first and the third, z for
/// those of the second and the third. Before the first keep x and y are cut, either of them outside the other; before the
/// second z, and before the third what it depends on.
struct WideTemplate: Sendable {
  /// A place where loops of a dimension or an axis may stand.
  enum Place: Hashable, Sendable {
    /// Of a dimension without a halo, by its position among ``WideTemplate/channels``.
    case channel(Int)
    /// Of rows, p and r.
    case vertical
    /// Of columns, q and s.
    case horizontal
  }

  /// The dimensions without a halo.
  static let channels: [Dimension] = [.n, .k, .c]

  /// The block sizes tried of a dimension at one keep; of large layers only the second kind is.
  enum Sizes: Sendable {
    /// The whole dimension.
    case whole
    /// As large as the block at the keep outside.
    case same
    /// The smallest of every number of blocks.
    case fewest
    /// Every size up to half of the block outside, or all of it.
    case panels
    /// The smallest of every number of blocks, or the same.
    case fewestOrSame
    /// Every size, or the same.
    case everyOrSame
    /// Every size, or one.
    case everyOrOne
    /// Every size, or one and the same.
    case everyOrEnds
    /// Every size, or a few of the smallest and the same.
    case everyOrStrips
    /// Every size, or panels.
    case everyOrPanels
  }

  let dataflow: Dataflow
  /// Whether the dimensions that the first two tensors have in common are cut inside those of the first and the third.
  let isTurned: Bool
  /// The places before each keep, outermost first.
  let places: [[Place]]
  /// The sizes at each keep of n, k and c.
  let channelSizes: [[Sizes]]
  /// Those of output rows or columns, and of kernel ones.
  let outputs: [Sizes]
  let kernels: [Sizes]
  /// What sizes boxes may have, and the tensors of which they may have any.
  private let rules: TileRules
  private let free: Set<Tensor>
  private let layer: Layer

  /// Where strides or dilations give phases, and in a part of the Buffer that inputs share with another tensor, bounds leave out
  /// little of what is tried with more than a channel of inputs kept last.
  ///
  /// - Parameters:
  ///   - dataflow: the order of keeps.
  ///   - isTurned: see ``isTurned``.
  ///   - layout: how tensors lie in the Buffer. In a part of their own a larger box of inputs may cost no room.
  ///   - hasPhases: whether strides or dilations give an axis of the layer phases.
  ///   - layer: the layer.
  init(_ dataflow: Dataflow, isTurned: Bool, layout: BufferLayout, hasPhases: Bool, _ layer: Layer) {
    (rules, free, self.layer) = (layout.rules, layout.onChip, layer)
    let inputsAreAlone = layout.isAlone(.inputs)
    let afterOutputs: Sizes = hasPhases || !layout.parts.isEmpty && !inputsAreAlone ? .everyOrOne : .everyOrEnds
    let afterWeights: Sizes = hasPhases || !inputsAreAlone ? .everyOrOne : .everyOrEnds
    self.dataflow = dataflow
    self.isTurned = isTurned
    let places: (first: [String], second: String, third: String)
    switch dataflow {
    case .outputsInputsWeights:
      places = (["nVHVk", "knVHV"], "cVHVH", "nckVH")
      channelSizes = [
        [.fewest, .fewestOrSame, .same], [.fewest, .same, .everyOrEnds],
        [.whole, .panels, .everyOrEnds],
      ]
      outputs = [.fewest, .fewestOrSame, .same]
      kernels = [.whole, .everyOrPanels, .everyOrOne]
    case .outputsWeightsInputs:
      places = (["knVHV", "nVHVk"], "cVHVk", "kcnVHVH")
      channelSizes = [
        [.fewest, .same, afterWeights], [.fewest, .fewestOrSame, .same],
        [.whole, .panels, afterWeights],
      ]
      outputs = [.fewest, .same, .everyOrStrips]
      kernels = [.whole, .everyOrPanels, .everyOrStrips]
    case .weightsInputsOutputs:
      places = (["cVHVk", "kcVHV"], "nVHVHc", "ckVHn")
      channelSizes = [
        [.whole, .panels, .everyOrOne], [.fewest, .same, .everyOrOne],
        [.fewest, .fewestOrSame, .same],
      ]
      outputs = [.whole, .everyOrPanels, .everyOrOne]
      kernels = [.fewest, .everyOrSame, .same]
    case .weightsOutputsInputs:
      places = (["kcVHV", "cVHVk"], "nVHVHk", "kcnVHVH")
      channelSizes = [
        [.whole, .panels, .everyOrOne], [.fewest, .fewestOrSame, .same],
        [.fewest, .same, afterOutputs],
      ]
      outputs = [.whole, .everyOrPanels, .everyOrEnds]
      kernels = [.fewest, .same, .everyOrEnds]
    case .inputsOutputsWeights:
      places = (["nVHcVH", "cVHnVH"], "knVHVH", "nckVH")
      channelSizes = [
        [.fewest, .fewestOrSame, .same], [.whole, .panels, .everyOrEnds],
        [.fewest, .same, .everyOrEnds],
      ]
      outputs = [.fewest, .fewestOrSame, .same]
      kernels = [.fewest, .same, .everyOrOne]
    case .inputsWeightsOutputs:
      places = (["cVHnVH", "nVHcVH"], "kcVHV", "nVHk")
      channelSizes = [
        [.fewest, .same, .everyOrOne], [.whole, .panels, .everyOrOne],
        [.fewest, .fewestOrSame, .same],
      ]
      outputs = [.fewest, .same, .everyOrOne]
      kernels = [.fewest, .everyOrSame, .same]
    }
    self.places = [places.first[isTurned ? 1 : 0], places.second, places.third].map { $0.compactMap(Place.init) }
  }

  /// The block sizes tried of a dimension at a keep, the largest first.
  ///
  /// - Parameters:
  ///   - dimension: n, k, c, p, q, r or s.
  ///   - segment: the keep.
  ///   - size: the size of the block outside.
  ///   - all: whether the layer is small enough for all of them.
  /// - Returns: the sizes that are allowed.
  func tiles(_ dimension: Dimension, _ segment: Int, of size: Int, all: Bool) -> [Int] {
    let sizes = kind(dimension, segment)
    var tiles = sizes.tiles(of: size, all: all)
    if rules == .none { return tiles }
    let (tensor, whole) = (dataflow.order[segment], layer[dimension])
    if free.contains(tensor) || !tensor.isRelevant(dimension) {
      // A box inside must still have room for the smallest that is allowed.
      let least = rules.leastTile(dimension, whole: whole) ?? 1
      return tiles.filter { $0 >= least && !(rules.cutsEvenly && size % $0 > 0) }
    }
    func isAllowed(_ tile: Int) -> Bool {
      rules.allows(tile, of: dimension, whole: whole) && !(rules.cutsEvenly && size % tile > 0)
    }
    if case .same = sizes, isAllowed(size) { return [size] }
    switch rules.choices[dimension] {
    case nil: break
    case .oneOf: tiles = rules.listed(dimension, upTo: size, whole: whole) ?? tiles
    case .atMost(let most): if most < size { tiles = Set(tiles + sizes.tiles(of: most, all: all)).sorted(by: >) }
    }
    if rules.cutsEvenly { tiles = Set(tiles + (1...size).filter { size % $0 == 0 }).sorted(by: >) }
    return tiles.filter(isAllowed)
  }

  /// Whether every loop has to cut its range into blocks of one size.
  var cutsEvenly: Bool { rules.cutsEvenly }

  /// Whether a loop over so many phases may cut so many rows.
  func allowsPhases(_ phases: Int, of size: Int) -> Bool { !rules.cutsEvenly || size % phases == 0 }

  /// Whether sizes along z are chosen, of which some may be above half.
  var choosesPanels: Bool { rules.choices.keys.contains { !dataflow.stationary.isRelevant($0) } }

  private func kind(_ dimension: Dimension, _ segment: Int) -> Sizes {
    if let index = Self.channels.firstIndex(of: dimension) { return channelSizes[index][segment] }
    return dimension == .p || dimension == .q ? outputs[segment] : kernels[segment]
  }

  /// The largest size of a dimension at the third keep in a block at the first.
  func mostInBox(_ dimension: Dimension, within tile: Int, all: Bool) -> Int {
    tiles(dimension, 1, of: tile, all: all).flatMap { tiles(dimension, 2, of: $0, all: all) }.max() ?? tile
  }

  /// The largest size of a dimension at the second keep in a block outside of it.
  func mostInSecond(_ dimension: Dimension, of size: Int, all: Bool) -> Int {
    tiles(dimension, 1, of: size, all: all).max() ?? size
  }

  /// Whether a tensor's keep is the first.
  func isStationary(_ tensor: Tensor) -> Bool { dataflow.stationary == tensor }

  /// Where kernel rows have one of the two places before the first keep and output rows the other, whether it is the first.
  var kernelsStandFirst: Bool? {
    switch dataflow {
    case .inputsOutputsWeights: isTurned
    case .inputsWeightsOutputs: !isTurned
    default: nil
    }
  }
}

extension WideTemplate.Place {
  /// Of an axis the dimension of output rows or columns, and of kernel ones.
  var outputs: Dimension { self == .vertical ? .p : .q }
  var kernels: Dimension { self == .vertical ? .r : .s }

  fileprivate init?(_ letter: Character) {
    switch letter {
    case "n": self = .channel(0)
    case "k": self = .channel(1)
    case "c": self = .channel(2)
    case "V": self = .vertical
    case "H": self = .horizontal
    default: return nil
    }
  }
}

extension WideTemplate.Sizes {
  /// The block sizes tried, the largest first.
  ///
  /// - Parameters:
  ///   - size: the size of the block outside.
  ///   - all: whether the layer is small enough for all of them.
  /// - Returns: the sizes.
  func tiles(of size: Int, all: Bool) -> [Int] {
    var every: [Int] { Array((1...size).reversed()) }
    switch self {
    case .whole, .same: return [size]
    case .fewest: return Tiles.byBlockCount(of: size)
    case .panels: return Self.panels(of: size, of: every)
    case .fewestOrSame: return all ? Tiles.byBlockCount(of: size) : [size]
    case .everyOrSame: return all ? every : [size]
    case .everyOrOne: return all ? every : [1]
    case .everyOrEnds: return all ? every : size > 1 ? [size, 1] : [1]
    case .everyOrStrips: return all || size <= 3 ? every : [size, 2, 1]
    case .everyOrPanels: return all ? every : Self.panels(of: size, of: Tiles.byBlockCount(of: size))
    }
  }

  private static func panels(of size: Int, of tiles: [Int]) -> [Int] {
    tiles.filter { $0 == size || $0 <= (size + 1) / 2 }
  }
}
