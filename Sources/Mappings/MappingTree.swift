public import Workloads

/// A mapping in pieces: a loop nest, or a dimension split in two parts that run one after the other (theory §4).
///
/// Each part is a layer of its own to the nest that runs it, and what the Buffer holds when one ends is there for the
/// next, under the reuse policy `overlap`.
public indirect enum MappingTree: Hashable, Sendable {
  /// One nest for everything.
  case nest(Mapping)
  /// The first `at` indices of the dimension's range run as `first`, the others then as `rest`.
  case split(Dimension, at: Int, first: MappingTree, rest: MappingTree)

  /// More pieces than this are refused.
  public static let largestPieceCount = 256
  /// Readers refuse splits within so many others.
  public static let largestDepth = 64

  /// The nests, in the order in which they run.
  public var nests: [Mapping] {
    switch self {
    case .nest(let mapping): [mapping]
    case .split(_, _, let first, let rest): first.nests + rest.nests
    }
  }

  /// The dimensions with loops over phases in some nest.
  public var dimensionsInPhases: Set<Dimension> { nests.reduce(into: []) { $0.formUnion($1.dimensionsInPhases) } }

  /// The nest, where there is but one.
  public var singleNest: Mapping? {
    if case .nest(let mapping) = self { mapping } else { nil }
  }

  /// A nest with the part of a layer that it runs.
  public struct Piece: Hashable, Sendable {
    /// The indices of each dimension, in the order of `Dimension.allCases`.
    public let region: [Range<Int>]
    /// The nest.
    public let mapping: Mapping
    /// The part as a layer of its own, without biases.
    public let layer: Layer

    /// What it runs of each dimension of the whole layer that has several indices, in words: "k 255...511", "c 512".
    package func ranges(of whole: Layer) -> [String] {
      Dimension.allCases.filter { whole[$0] > 1 }.map { dimension in
        let range = region[dimension.index]
        return range.count == whole[dimension]
          ? "\(dimension.rawValue) \(range.count)"
          : "\(dimension.rawValue) \(range.lowerBound)...\(range.upperBound - 1)"
      }
    }
  }

  /// The pieces on a layer, in the order in which they run.
  ///
  /// - Throws: ``MappingTreeError``.
  public func pieces(on layer: Layer) throws(MappingTreeError) -> [Piece] {
    var pieces: [Piece] = []
    try collect(on: layer, Dimension.allCases.map { 0..<layer[$0] }, into: &pieces)
    return pieces
  }

  private func collect(
    on layer: Layer, _ region: [Range<Int>], into pieces: inout [Piece]
  ) throws(MappingTreeError) {
    switch self {
    case .nest(let mapping):
      if pieces.count == Self.largestPieceCount { throw .tooManyPieces }
      pieces.append(Piece(region: region, mapping: mapping, layer: layer.part(region)))
    case .split(let dimension, let place, let first, let rest):
      let range = region[dimension.index]
      guard 1..<max(1, range.count) ~= place else { throw .splitBeyondRange(dimension, at: place, range: range.count) }
      let middle = range.lowerBound + place
      var part = region
      part[dimension.index] = range.lowerBound..<middle
      try first.collect(on: layer, part, into: &pieces)
      part[dimension.index] = middle..<range.upperBound
      try rest.collect(on: layer, part, into: &pieces)
    }
  }
}

/// Why a mapping in pieces does not suit a layer.
public enum MappingTreeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A split that leaves nothing on one of its sides.
  case splitBeyondRange(Dimension, at: Int, range: Int)
  /// More pieces than ``MappingTree/largestPieceCount``.
  case tooManyPieces
  /// A piece whose moves cannot be counted.
  case uncountable(UncountableNest)

  /// What is wrong and what would be accepted, in one line.
  public var description: String {
    switch self {
    case .splitBeyondRange(let dimension, let place, let range):
      "splits \(dimension.rawValue) at \(place), but \(dimension.rawValue) is \(range) there; "
        + (range < 2 ? "it cannot be split" : range == 2 ? "1 is accepted" : (1...range - 1).accepted)
    case .tooManyPieces: "has more pieces than \(MappingTree.largestPieceCount), the most that are accepted"
    case .uncountable(let error): "\(error)"
    }
  }
}
