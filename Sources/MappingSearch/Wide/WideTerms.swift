import Mappings
import Workloads

/// The energy of a template's mappings as a sum of products: of a number that the loops of both axes have, and one that
/// those of batch and channels have.
///
/// A tensor loads its first box, and at each step of a loop outside its keep what is new in the box that follows. Both are
/// products over n, k, c and the two axes of sums over blocks (theory §3, Transitions). What both axes have of a term is
/// again a sum of products of a factor of each, and no factor is negative unless
/// ``WideGrid/mayBeNegative``.
struct WideTerms {
  /// A number of an axis: the sum of some of its values, less others of them.
  struct Factor: Hashable {
    private var added: [Int] = []
    private var taken: [Int] = []
    /// Whether it is always 0.
    var isZero: Bool { added.isEmpty && taken.isEmpty }

    init() {}

    init(_ value: Int, less: Int? = nil) {
      added = [value]
      taken = less.map { [$0] } ?? []
    }

    static func += (some: inout Factor, other: Factor) {
      some.added += other.added
      some.taken += other.taken
    }

    /// Of values in the order of ``AxisChoice/values``.
    func of(_ values: [Int]) -> Int {
      added.reduce(0) { $0 + values[$1] } - taken.reduce(0) { $0 + values[$1] }
    }
  }

  /// What boxes load at steps of loops over axes alone, one after the other, with the first box or without: a product, to which each
  /// step adds what is new along its axis times what the other starts with.
  ///
  /// What an axis starts with is what was loaded along it before, and what is left of that. So what is new goes into the product, and
  /// what is left of the other axis is multiplied on its own. The least of such a factor is not of one choice that starts with little
  /// and of another to which little is new.
  private struct Run {
    /// What was loaded along each axis.
    var vertical = Factor()
    var horizontal = Factor()
    /// What each axis starts with beside that.
    var leftOfVertical = Factor()
    var leftOfHorizontal = Factor()
  }

  private struct Column {
    let tensor: Int
    /// The dimension that steps, if one does.
    let dimension: Int?
    /// The numbers of places of n, k and c outside.
    let cuts: [Int]
  }

  /// A loop outside the second keep at whose steps the third tensor may stay.
  struct Step {
    let place: WideTemplate.Place
    /// The numbers of places of the axes and of n, k and c outside.
    let vertical: Int
    let horizontal: Int
    let cuts: [Int]
  }

  /// The loops outside the second keep at whose steps the third tensor may stay.
  let keepingLoops: [Step]
  /// For each product the factor of the vertical and of the horizontal axis. The products of a term are neighbours.
  private(set) var vertical: [Factor] = []
  private(set) var horizontal: [Factor] = []
  /// For each product the term that it is of.
  private(set) var termOfProduct: [Int] = []
  private var columns: [Column] = []
  /// What a word of each tensor costs to load, in the order of the keeps.
  private let prices: [Int]
  /// The number of terms.
  var count: Int { columns.count }
  /// The first term of the third tensor, and its first product.
  private(set) var third: (term: Int, product: Int) = (0, 0)

  init(_ template: WideTemplate, _ vertical: AxisLayout, _ horizontal: AxisLayout, prices: [Int]) {
    self.prices = prices
    keepingLoops = Self.keepingLoops(template)
    for (index, tensor) in template.dataflow.order.enumerated() {
      var cuts = [0, 0, 0]
      var (v, h) = (0, 0)
      var starts: (v: Int, h: Int) { (vertical.starts[index] + v, horizontal.starts[index] + h) }
      var turns: (v: Int, h: Int) { (vertical.turns[index] + v, horizontal.turns[index] + h) }
      third = (columns.count, termOfProduct.count)
      columns.append(Column(tensor: index, dimension: nil, cuts: cuts))
      var run: Run? = Run(vertical: Factor(starts.v), horizontal: Factor(starts.h))
      func close() {
        if let run { add(run.vertical, run.horizontal) }
        run = nil
      }
      for place in template.places[...index].joined() {
        switch place {
        case .vertical, .horizontal:
          if run == nil { columns.append(Column(tensor: index, dimension: nil, cuts: cuts)) }
          // What is new along one axis times what the other starts with, and what stays times what the other loses.
          if place == .vertical {
            let (new, stays) = (Factor(vertical.new[index] + v), Factor(vertical.stays[index] + v))
            var now = run ?? Run(horizontal: Factor(starts.h), leftOfVertical: Factor(starts.v))
            now.vertical += new
            now.leftOfVertical += stays
            add(new, now.leftOfHorizontal)
            add(stays, Factor(starts.h, less: turns.h))
            (run, v) = (now, v + 1)
          } else {
            let (new, stays) = (Factor(horizontal.new[index] + h), Factor(horizontal.stays[index] + h))
            var now = run ?? Run(vertical: Factor(starts.v), leftOfHorizontal: Factor(starts.h))
            now.horizontal += new
            now.leftOfHorizontal += stays
            add(now.leftOfVertical, new)
            add(Factor(starts.v, less: turns.v), stays)
            (run, h) = (now, h + 1)
          }
        case .channel(let dimension):
          close()
          columns.append(Column(tensor: index, dimension: dimension, cuts: cuts))
          if tensor.isRelevant(WideTemplate.channels[dimension]) {
            add(Factor(starts.v), Factor(starts.h))
          } else {
            // What starts less what turns.
            add(Factor(starts.v, less: turns.v), Factor(starts.h))
            add(Factor(turns.v), Factor(starts.h, less: turns.h))
          }
          cuts[dimension] += 1
        }
      }
      close()
    }
  }

  private static func keepingLoops(_ template: WideTemplate) -> [Step] {
    var steps: [Step] = []
    var (v, h, cuts) = (0, 0, [0, 0, 0])
    for place in template.places[..<2].joined() {
      let step = Step(place: place, vertical: v, horizontal: h, cuts: cuts)
      switch place {
      case .vertical: v += 1
      case .horizontal: h += 1
      case .channel(let dimension):
        cuts[dimension] += 1
        // Nothing stays of a tensor that depends on the dimension.
        if template.dataflow.order[2].isRelevant(WideTemplate.channels[dimension]) { continue }
      }
      steps.append(step)
    }
    return steps
  }

  /// For each of ``keepingLoops``, the number of its steps in each block of the axes' loops outside.
  func stepCounts(_ cuts: [ChannelCut]) -> [Int] {
    keepingLoops.map { step in
      (0..<3).reduce(1) { product, dimension in
        let (blocks, cut) = (cuts[dimension].blocks, step.cuts[dimension])
        return product * (step.place == .channel(dimension) ? blocks[cut + 1] - blocks[cut] : blocks[cut])
      }
    }
  }

  private mutating func add(_ vertical: Factor, _ horizontal: Factor) {
    if vertical.isZero || horizontal.isZero { return }
    self.vertical.append(vertical)
    self.horizontal.append(horizontal)
    termOfProduct.append(columns.count - 1)
  }

  /// The numbers of cuts of n, k and c, each times the price of the tensor's words.
  func column(_ cuts: [ChannelCut]) -> [Int] {
    columns.map { column in
      func starts(_ dimension: Int) -> Int { cuts[dimension].starts[column.tensor][column.cuts[dimension]] }
      let price = prices[column.tensor]
      guard let dimension = column.dimension else { return price * starts(0) * starts(1) * starts(2) }
      let own = cuts[dimension].starts[column.tensor]
      let cut = column.cuts[dimension]
      return (0..<3).reduce(price * (own[cut + 1] - own[cut])) { $1 == dimension ? $0 : $0 * starts($1) }
    }
  }
}
