import Workloads

/// A MAC on a real input: its place in the iteration space, and the input that it reads.
struct RealMAC {
  /// The indices of n, g, k, c, p, q, r and s.
  let place: [Int]
  /// The input's row and column.
  let row: Int
  let column: Int

  /// The MACs of a layer but those on padding, in the order of the loops over all dimensions.
  static func all(of layer: Layer) -> [RealMAC] {
    let places = Dimension.allCases.reduce([[]]) { places, dimension in
      places.flatMap { place in (0..<layer[dimension]).map { place + [$0] } }
    }
    return places.compactMap { place in
      guard let row = layer.vertical.inputRow(output: place[4], kernel: place[6]),
        let column = layer.horizontal.inputRow(output: place[5], kernel: place[7])
      else { return nil }
      return RealMAC(place: place, row: row, column: column)
    }
  }

  /// What tells its input, its weight and its output from others of their tensors.
  var operands: [[Int]] {
    let (n, g, k, c, p, q, r, s) = (
      place[0], place[1], place[2], place[3], place[4], place[5], place[6], place[7]
    )
    return [[n, g, c, row, column], [g, k, c, r, s], [n, g, k, p, q]]
  }
}
