/// A range cut once: in blocks of `tile`, inside blocks of `outer` unless that is 0.
struct Partition {
  var tile: Int
  var outer: Int

  /// The blocks that its blocks may lie in at the keep outside: the outer ones, or those of even ones the whole or themselves.
  func parents(of size: Int) -> [Int] { outer > 0 ? [outer] : tile < size ? [size, tile] : [size] }

  /// The even partitions of a range, the last block being what is left over.
  static func even(of size: Int) -> [Partition] { (1...size).map { Partition(tile: $0, outer: 0) } }

  /// The uneven partitions of a range into three blocks.
  ///
  /// With more blocks a full one lies between others, and the even partition holds no more rows.
  ///
  /// - Complexity: O(size²).
  static func uneven(of size: Int) -> [Partition] {
    stride(from: 1, to: size, by: 1).flatMap { tile in
      outers(of: tile, in: size).map { Partition(tile: tile, outer: $0) }
    }
  }

  /// The outer blocks that make three blocks of `tile`.
  static func outers(of tile: Int, in size: Int) -> StrideTo<Int> {
    stride(from: max(tile + 1, size - tile), to: min(2 * tile, size), by: 1)
  }
}
