import EnergyModel
import Mappings
import Workloads

/// A small layer and a loop nest drawn from the bytes: what the closed form says must be what the replay counts.
func checkNest(_ bytes: [UInt8]) {
  var choices = Choices(bytes: bytes[...])
  guard let layer = choices.layer(), layer.macs <= 20_000, let mapping = choices.mapping(on: layer) else { return }
  let widths = choices.widths()
  let reuse = ReusePolicy.allCases[choices.pick(0...2)]
  let replay: Replay
  do {
    replay = try Replay(of: mapping, on: layer, reuse: reuse, widths: widths)
  } catch {
    finding("the replay stopped: \(error); \(mapping) \(layer)")
  }
  let traffic: Traffic
  do {
    traffic = try Traffic(counting: mapping, on: layer, reuse: reuse)
  } catch {
    finding("the closed form stopped: \(error); \(mapping) \(layer)")
  }
  let occupancy = Occupancy(of: mapping, on: layer)
  if replay.traffic != traffic {
    finding("\(traffic) by the closed form, \(replay.traffic) by replay: \(mapping) \(layer)")
  }
  if replay.occupancy != occupancy || replay.peak > occupancy.bits(widths) {
    finding("\(occupancy) by the closed form, \(replay.occupancy) by replay: \(mapping) \(layer)")
  }
  if replay.macs != layer.macs { finding("\(replay.macs) of \(layer.macs) MACs ran: \(mapping) \(layer)") }
}

/// Numbers drawn from bytes, the least of their range when there are no more.
private struct Choices {
  var bytes: ArraySlice<UInt8>

  mutating func pick(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(bytes.popFirst() ?? 0) % range.count
  }

  mutating func layer() -> Layer? {
    let groups = pick(1...3)
    let kernel = Extent(height: pick(1...6), width: pick(1...4))
    return try? Layer(
      name: "layer", batch: pick(1...3), groups: groups, inputChannels: groups * pick(1...4),
      input: Extent(height: pick(1...12), width: pick(1...8)), outputChannels: groups * pick(1...4), kernel: kernel,
      stride: Extent(height: pick(1...4), width: pick(1...3)),
      dilation: Extent(height: pick(1...3), width: pick(1...3)),
      padding: Padding(top: pick(0...6), bottom: pick(0...6), left: pick(0...4), right: pick(0...4)),
      hasBiases: pick(0...1) == 1)
  }

  mutating func widths() -> WordWidths {
    func width(_ count: Int) -> BitWidth { BitWidth(count) ?? .one }
    let outputs = pick(1...64)
    return WordWidths(
      inputs: width(pick(1...64)), weights: width(pick(1...64)), outputs: width(outputs),
      partialSums: width(pick(outputs...64)))
  }

  /// Loops over any dimensions with any tiles or phases, either way, and the three keeps anywhere among them.
  mutating func mapping(on layer: Layer) -> Mapping? {
    var nodes: [Mapping.Node] = (0..<pick(0...10)).map { _ in
      let dimension = Dimension.allCases[pick(0...Dimension.allCases.count - 1)]
      // Of eight loops one walks phases, where there are any, and every second runs back and forth.
      let kind = pick(0...15)
      let direction: Loop.Direction = kind % 2 == 0 ? .forward : .backAndForth
      if kind < 2, Mapping.dimensionsWithPhases.contains(dimension) {
        return .loop(dimension, phases: pick(2...4), direction)
      }
      return .loop(dimension, tile: pick(1...layer[dimension] + 1), direction)
    }
    for tensor in Tensor.allCases { nodes.insert(.keep(tensor), at: pick(0...nodes.count)) }
    return try? Mapping(nodes)
  }
}
