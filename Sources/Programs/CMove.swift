import Mappings
import Workloads

/// How words of a tensor that stay in the Buffer move between the boxes of two pieces.
struct CMove {
  /// One of the two pieces.
  enum Side { case before, after }

  /// Something that both pieces have.
  struct Pair<Value> {
    let before: Value
    let after: Value

    subscript(side: Side) -> Value { side == .before ? before : after }
  }

  /// The words along one index.
  private struct Index {
    let name: String
    let count: Int
    /// Where they lie along the index in both boxes.
    let ranks: Pair<[Int]>
    /// How many words apart neighbours are.
    let strides: Pair<Int>
    /// Tables of places at uneven distances.
    let tables: Pair<String>
  }

  /// The bytes of a word.
  let bytes: Int
  /// Where both boxes begin.
  let place: Pair<String>
  /// Whether all words lie where they are to lie.
  let isNone: Bool
  private let indices: [Index]

  /// The moves of what stays.
  init(_ stay: Stay, from piece: CPrinter, to next: CPrinter) {
    func plan(_ printer: CPrinter) -> TensorPlan {
      printer.tensors.first { $0.tensor == stay.tensor } ?? printer.inputs
    }
    func strides(_ plan: TensorPlan) -> [Int] {
      let extents = plan.coordinates.map { max(1, $0.extent) }
      return extents.indices.map { extents[($0 + 1)...].reduce(1, *) }
    }
    let plans = Pair(before: plan(piece), after: plan(next))
    let strides = Pair(before: strides(plans.before), after: strides(plans.after))
    let ranks = Pair(
      before: Stay.ranks(of: stay.common, in: stay.before), after: Stay.ranks(of: stay.common, in: stay.after))
    bytes = piece.bytes(of: stay.tensor)
    place = Pair(before: piece.place(of: plans.before), after: next.place(of: plans.after))
    indices = plans.before.coordinates.indices.map { index in
      let name = "\(plans.before.dram)_\(plans.before.coordinates[index].name)"
      return Index(
        name: name, count: stay.common[index].count,
        ranks: Pair(before: ranks.before[index], after: ranks.after[index]),
        strides: Pair(before: strides.before[index], after: strides.after[index]),
        tables: Pair(before: "\(name)_before", after: "\(name)_after"))
    }
    isNone =
      piece.offset(of: stay.tensor) == next.offset(of: stay.tensor)
      && indices.allSatisfy { index in
        zip(index.ranks.before, index.ranks.after).allSatisfy {
          $0 * index.strides.before == $1 * index.strides.after
        }
      }
  }

  private static func areEven(_ ranks: [Int]) -> Bool {
    zip(ranks, ranks.dropFirst()).allSatisfy { $1 - $0 == ranks[1] - ranks[0] }
  }

  /// What declares the tables that it takes.
  var tables: [String] {
    indices.flatMap { index in
      [(index.tables.before, index.ranks.before), (index.tables.after, index.ranks.after)]
        .filter { !Self.areEven($0.1) }
        .map { "static const int \($0)[] = {\($1.map(String.init).joined(separator: ", "))};" }
    }
  }

  /// The most places in a table.
  var largestTable: Int {
    indices.filter { !Self.areEven($0.ranks.before) || !Self.areEven($0.ranks.after) }.map(\.count).max() ?? 0
  }

  /// Loops over the words, first to last or last to first, with something inside for each by its place in one of the boxes.
  func loops(
    _ side: Side, isDownward: Bool, _ text: inout CText, _ body: (_ place: String, inout CText) -> Void
  ) {
    func nest(_ rest: ArraySlice<Index>, _ sum: Affine, _ text: inout CText) {
      guard let index = rest.first else { return body(sum.text, &text) }
      let (ranks, stride, table) = (index.ranks[side], index.strides[side], index.tables[side])
      if index.count == 1 { return nest(rest.dropFirst(), sum + stride * Affine(ranks[0]), &text) }
      let name = "i_\(index.name)"
      let place =
        Self.areEven(ranks) ? (ranks[1] - ranks[0]) * Affine(name) + ranks[0] : Affine("\(table)[\(name)]")
      let head =
        isDownward
        ? "for (int \(name) = \(index.count - 1); \(name) >= 0; \(name)--)"
        : "for (int \(name) = 0; \(name) < \(index.count); \(name)++)"
      text.block(head) { text in nest(rest.dropFirst(), sum + stride * place, &text) }
    }
    nest(indices[...], Affine(0), &text)
  }
}
