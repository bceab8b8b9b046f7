/// One of the parts in which a sweep is done on several machines: units that follow one another, about as costly together as
/// those of every other part, with all the records that they answer.
///
/// A unit is in one part only, whatever networks have its layer.
public struct SweepShard: Codable, Hashable, Sendable, CustomStringConvertible {
  /// The most parts of a sweep.
  public static let mostShards = 100_000

  /// Which part it is, from 1 on.
  public let number: Int
  /// How many parts there are.
  public let count: Int

  /// A part, or nil where there is none of that number or where there are too many.
  public init?(_ number: Int, of count: Int) {
    guard (1...Self.mostShards).contains(count), (1...count).contains(number) else { return nil }
    self.number = number
    self.count = count
  }

  /// A part as a file has it.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let (number, count) = (
      try container.decode(Int.self, forKey: .number), try container.decode(Int.self, forKey: .count)
    )
    guard let shard = SweepShard(number, of: count) else {
      throw DecodingError.dataCorruptedError(forKey: .number, in: container, debugDescription: "no part of a sweep")
    }
    self = shard
  }

  enum CodingKeys: CodingKey {
    case number
    case count
  }

  /// As it is given on a command line, "3/16".
  public var text: String { "\(number)/\(count)" }

  /// What messages call a part, or all of a sweep.
  static func name(_ shard: SweepShard?) -> String { shard?.description ?? "the whole sweep" }

  /// As messages have it, "shard 3 of 16".
  public var description: String { "shard \(number) of \(count)" }
}

extension Sweep {
  /// The units of a part, or all of them.
  func units(of shard: SweepShard?) -> Range<Int> { shard.map { shards($0.count)[$0.number - 1] } ?? units.indices }

  /// The units of each of so many parts.
  ///
  /// A unit belongs to the part in whose share of all costs the middle of its own lies, so that no part is further from
  /// its share than half of its first and half of its last unit. Costs are whole numbers, and so few operations on them
  /// that every machine cuts a sweep at the same places.
  func shards(_ count: Int) -> [Range<Int>] {
    let costs = units.map { cost(of: $0).microseconds }
    let all = Double(2 * costs.reduce(0, +))
    var before = 0
    var ends: [Int] = []
    for (index, cost) in costs.enumerated() {
      let place = min(count - 1, Int(Double(2 * before + cost) / all * Double(count)))
      before += cost
      while ends.count < place { ends.append(index) }
    }
    while ends.count < count { ends.append(units.count) }
    return zip([0] + ends, ends).map { $0..<$1 }
  }

  /// The items of a part, in order.
  func items(of shard: SweepShard?) -> [Int] { workOrder(units(of: shard)).sorted() }

  /// The curves of some units.
  func curveCount(of units: Range<Int>) -> Int { self.units[units].reduce(0) { $0 + $1.curveCount } }
}
