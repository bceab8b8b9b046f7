public import EnergyModel
public import Workloads

/// Layers that read the same inputs as one layer, MAC by MAC: what a schedule of all of them moves that runs their MACs in
/// any order.
///
/// It knows elements only. MACs on padding are left out, which makes a schedule cheaper.
public struct PartsWalker {
  /// A MAC by the elements that it needs, numbered over all parts, and where it stands.
  private struct MAC {
    var elements: [Int]
    var place: [Int]
  }

  /// The MACs on real inputs.
  private var macs: [MAC] = []
  /// The bits of each element in the Buffer, and whether it is an output.
  private var widths: [(bits: Int, isOutput: Bool)] = []
  /// Bits that move besides: biases, and outputs to which no MAC adds.
  private var besides = (read: 0, written: 0)
  private let outputBits: Int

  /// Parts with inputs of the same size, which are the same inputs.
  public init(_ parts: [Layer], widths bits: WordWidths) {
    outputBits = bits.outputs.count
    var numbers: [[Int]: Int] = [:]
    func number(_ element: [Int], _ width: BitWidth, isOutput: Bool = false) -> Int {
      if let known = numbers[element] { return known }
      numbers[element] = widths.count
      widths.append((width.count, isOutput))
      return widths.count - 1
    }
    for (index, part) in parts.enumerated() {
      for mac in RealMAC.all(of: part) {
        let operands = mac.operands
        let elements = [
          number([0] + operands[0], bits.inputs), number([1, index] + operands[1], bits.weights),
          number([2, index] + operands[2], bits.partialSums, isOutput: true),
        ]
        macs.append(MAC(elements: elements, place: mac.place + [index, mac.row, mac.column]))
      }
    }
    let outputs = parts.reduce(0) { $0 + $1.usedElements(of: .outputs).count }
    besides.read = (parts.map(\.biases.count).max() ?? 0) * bits.partialSums.count
    besides.written = (outputs - widths.count(where: \.isOutput)) * outputBits
  }

  /// The number of MACs.
  public var count: Int { macs.count }

  /// An order of the MACs as blocks of blocks give it, in any dimensions of the iteration space, by parts and by the
  /// inputs' rows and columns.
  public func order(_ random: inout SplitMix64) -> [Int] {
    let keys = (0..<random.pick(0...6)).map { _ in (axis: random.pick(0...10), block: random.pick(1...4)) }
    let rest = Array(0...10).shuffled(using: &random)
    let sorted = macs.map { mac in keys.map { mac.place[$0.axis] / $0.block } + rest.map { mac.place[$0] } }
    return macs.indices.sorted { sorted[$0].lexicographicallyPrecedes(sorted[$1]) }
  }

  /// The order in which the parts run one after the other in each group, an output channel at a time.
  ///
  /// - Parameter passesWeights: whether a part takes the weights of a channel one after the other by all its outputs, or
  ///   else the outputs one after the other by all its weights.
  /// - Returns: the MACs.
  public func byParts(passesWeights: (Int) -> Bool = { _ in false }) -> [Int] {
    let sorted = macs.map { mac in
      let (outputs, weights) = ([0, 4, 5], [3, 6, 7])
      let axes = [1, 8, 2] + (passesWeights(mac.place[8]) ? weights + outputs : outputs + weights)
      return axes.map { mac.place[$0] }
    }
    return macs.indices.sorted { sorted[$0].lexicographicallyPrecedes(sorted[$1]) }
  }

  /// Runs the MACs in an order, in a Buffer that forgets what is needed again last of all.
  ///
  /// - Parameters:
  ///   - order: the MACs.
  ///   - capacity: the Buffer's size in bits, with room for the elements of any MAC.
  /// - Returns: the bits read and written.
  public func run(_ order: [Int], capacity: Int) -> (read: Int, written: Int) {
    var uses = [[Int]](repeating: [], count: widths.count)
    for (time, mac) in order.enumerated().reversed() {
      for element in macs[mac].elements { uses[element].append(time) }
    }
    var (held, room) = (Set<Int>(), capacity)
    var isBegun = [Bool](repeating: false, count: widths.count)
    var moved = besides
    for mac in order {
      let needed = macs[mac].elements
      for element in needed where !held.contains(element) {
        while room < widths[element].bits {
          let others = held.filter { !needed.contains($0) }
          guard let last = others.max(by: { (uses[$0].last ?? .max, $0) < (uses[$1].last ?? .max, $1) }) else {
            preconditionFailure("the Buffer has no room for a MAC")
          }
          held.remove(last)
          room += widths[last].bits
          if widths[last].isOutput { moved.written += widths[last].bits }
        }
        held.insert(element)
        room -= widths[element].bits
        if !widths[element].isOutput || isBegun[element] { moved.read += widths[element].bits }
        isBegun[element] = true
      }
      for element in needed {
        uses[element].removeLast()
        if !uses[element].isEmpty { continue }
        // A finished output leaves at once, and so does what nothing needs any more.
        held.remove(element)
        room += widths[element].bits
        if widths[element].isOutput { moved.written += outputBits }
      }
    }
    return moved
  }
}
