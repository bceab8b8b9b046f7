public import Workloads

/// Why a mapping cannot be written for Timeloop.
public enum TimeloopExportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A tile that does not divide the tile around it.
  case uneven(Dimension, Int, around: Int)
  /// A loop over phases.
  case phases(Dimension)
  /// A loop that runs back and forth.
  case backAndForth(Dimension)
  /// A loop that is filled.
  case filled(Dimension)
  /// A mapping that does not fit.
  case overCapacity(held: Bits, capacity: Bits)
  /// A count that Timeloop or this program could not hold.
  case tooLarge(String)

  /// The reason, in one line.
  public var description: String {
    switch self {
    case .uneven(let dimension, let tile, let around):
      "blocks of \(around) over \(dimension.rawValue) are cut by \(tile): in Timeloop a tile must divide the tile around it"
    case .phases(let dimension):
      "a loop walks phases of \(dimension.rawValue): in Timeloop blocks are runs of neighbours"
    case .backAndForth(let dimension):
      "a loop over \(dimension.rawValue) runs back and forth: in Timeloop loops run forward"
    case .filled(let dimension):
      "a loop over \(dimension.rawValue) is filled: in Timeloop boxes hold what is used alone"
    case .overCapacity(let held, let capacity):
      "the mapping holds \(held.count) bits; the capacity is \(capacity.count) bits"
    case .tooLarge(let what): "\(what) is too large to be written for Timeloop"
    }
  }
}
