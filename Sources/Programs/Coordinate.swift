import Mappings
import Workloads

/// One of the indices by which a program finds an element of a tensor, in DRAM and in the tensor's box.
struct Coordinate {
  enum Kind {
    /// Of two boxes it has the same elements or none in common.
    case block(Span)
    /// The same of kernel rows of which some meet only padding and have no place.
    case usedKernels(Span)
    /// Input rows.
    case rows(RowsPlan)
  }

  /// The variable of loops over it.
  let name: String
  /// How many elements the tensor has along it, or the part of it that is a piece's.
  let size: Int
  /// How many DRAM has along it.
  let sizeInDRAM: Int
  /// The most that a box has.
  let extent: Int
  let kind: Kind

  /// Whether it is always the one element there is.
  var isTrivial: Bool {
    switch kind {
    case .block: size == 1
    case .usedKernels: false
    case .rows(let rows): rows.isTrivial
    }
  }

  /// The element of a box where there is only one, which takes no loop.
  var onlyElement: Affine? {
    if case .block(let span) = kind, span.isSingle { span.start } else { nil }
  }

  /// The element that a loop is at.
  var element: Affine { onlyElement ?? Affine(name) }

  /// The ranges that it depends on.
  var spans: [Span] {
    switch kind {
    case .block(let span), .usedKernels(let span): [span]
    case .rows(let rows): [rows.outputs, rows.kernels]
    }
  }

  /// The rows, where it is of such.
  var rows: RowsPlan? { if case .rows(let rows) = kind { rows } else { nil } }

  /// Where an element lies in its box; nil where a box has no more than one.
  func place(of element: Affine, _ state: String) -> String? {
    if extent <= 1 { return nil }
    switch kind {
    case .block(let span):
      let distance = element - span.start
      return span.step == 1 ? distance.text : "\(distance.operand) / \(span.step)"
    case .usedKernels: return "\(state)\(name)_place[\(element.text)]"
    case .rows(let rows): return rows.place(of: element.text, state)
    }
  }
}

/// A tensor as a program has it.
struct TensorPlan {
  let tensor: Tensor
  /// The indices in the order in which DRAM has them, the last varying most quickly.
  let coordinates: [Coordinate]
  /// The channels of a group: a group and a channel within it are one index in DRAM.
  let channels: Int
  /// The type of an element.
  let type: String

  /// What its array in DRAM and its box are called.
  var dram: String { tensor.rawValue }
  var box: String {
    switch tensor {
    case .inputs: "in"
    case .weights: "w"
    case .outputs: "sums"
    }
  }

  /// The sizes of its box, those of one element left out.
  var extents: [Int] { coordinates.map(\.extent).filter { $0 > 1 } }
  /// The words of its box.
  var words: Int { coordinates.reduce(1) { $0 * $1.extent } }

  /// The place of the group among the indices; the channel within it is the next.
  private var groupPlace: Int { tensor == .weights ? 0 : 1 }

  /// The sizes of its array in DRAM.
  var sizes: [Int] {
    var sizes = coordinates.map(\.sizeInDRAM)
    sizes[groupPlace] *= sizes.remove(at: groupPlace + 1)
    return sizes
  }

  /// The index of an element in DRAM; `element` gives what it is along each coordinate.
  func dramIndex(_ element: (Coordinate) -> Affine) -> String {
    var indices = coordinates.map { $0.isTrivial ? Affine(0) : element($0) }
    indices[groupPlace] = channels * indices[groupPlace] + indices.remove(at: groupPlace + 1)
    return indices.map { "[\($0.text)]" }.joined()
  }

  /// How far an element lies behind the first one in DRAM.
  func offsetInDRAM(_ element: [Int]) -> Int {
    zip(coordinates, element).reduce(0) { $0 * $1.0.sizeInDRAM + $1.1 }
  }

  /// How far neighbours along a coordinate are apart in DRAM.
  func distanceInDRAM(along coordinate: String) -> Int {
    coordinates.reversed().prefix { $0.name != coordinate }.reduce(1) { $0 * $1.sizeInDRAM }
  }

  /// The coordinate along which neighbours are copied at once: those behind it have one element.
  var run: Coordinate? { coordinates.last { !$0.isTrivial } }

  /// The indices of an element in the box.
  func boxIndex(_ state: String, _ element: (Coordinate) -> Affine) -> String {
    let places = coordinates.compactMap { $0.place(of: element($0), state) }
    return places.isEmpty ? "[0]" : places.map { "[\($0)]" }.joined()
  }

  /// The ranges that the tensor depends on and that loops outside its keep cut, each once.
  var cuts: [Span] { coordinates.flatMap(\.spans).filter(\.isCut) }
}
