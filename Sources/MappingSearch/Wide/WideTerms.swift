import Mappings
import Workloads

/// The energy of a template's mappings as a sum of products: of a number that the loops of both axes have, and one that
/// those of batch and channels have.
///
/// A tensor loads its first box, and at each step of a loop outside its keep what is new in the box that follows. Both are
/// products over n, k, c and the two axes of sums over blocks (theory §3, Transitions).
struct WideTerms {
  /// What one place of the loops of axes adds to a term.
  private struct Step {
    enum Kind {
      /// The product of a value of each axis.
      case product
      /// What is new on the vertical axis times what the other starts with, and what stays times what the other loses.
      case vertical
      case horizontal
      /// What starts less what turns.
      case loss
    }
    let kind: Kind
    let term: Int
    /// Offsets of values of the vertical and of the horizontal axis.
    let first: (vertical: Int, horizontal: Int)
    let second: (vertical: Int, horizontal: Int)
  }

  private struct Column {
    let tensor: Int
    /// The dimension that steps, if one does.
    let dimension: Int?
    /// The numbers of places of n, k and c outside.
    let cuts: [Int]
  }

  private let steps: [Step]
  private let columns: [Column]
  /// What a word of each tensor costs to load, in the order of the keeps.
  private let prices: [Int]
  /// The number of terms.
  var count: Int { columns.count }

  init(_ template: WideTemplate, _ vertical: AxisLayout, _ horizontal: AxisLayout, prices: [Int]) {
    self.prices = prices
    var steps: [Step] = []
    var columns: [Column] = []
    for (index, tensor) in template.dataflow.order.enumerated() {
      var cuts = [0, 0, 0]
      var (v, h) = (0, 0)
      var isOpen = false
      func starts() -> (vertical: Int, horizontal: Int) {
        (vertical.starts[index] + v, horizontal.starts[index] + h)
      }
      func turns() -> (vertical: Int, horizontal: Int) { (vertical.turns[index] + v, horizontal.turns[index] + h) }
      steps.append(Step(kind: .product, term: columns.count, first: starts(), second: (0, 0)))
      columns.append(Column(tensor: index, dimension: nil, cuts: cuts))
      for place in template.places[...index].joined() {
        switch place {
        case .vertical, .horizontal:
          if !isOpen { columns.append(Column(tensor: index, dimension: nil, cuts: cuts)) }
          isOpen = true
          if place == .vertical {
            steps.append(
              Step(
                kind: .vertical, term: columns.count - 1,
                first: (vertical.new[index] + v, horizontal.starts[index] + h),
                second: (vertical.stays[index] + v, horizontal.turns[index] + h)))
            v += 1
          } else {
            steps.append(
              Step(
                kind: .horizontal, term: columns.count - 1,
                first: (vertical.starts[index] + v, horizontal.new[index] + h),
                second: (vertical.turns[index] + v, horizontal.stays[index] + h)))
            h += 1
          }
        case .channel(let dimension):
          isOpen = false
          let depends = tensor.isRelevant(WideTemplate.channels[dimension])
          steps.append(
            Step(kind: depends ? .product : .loss, term: columns.count, first: starts(), second: turns()))
          columns.append(Column(tensor: index, dimension: dimension, cuts: cuts))
          cuts[dimension] += 1
        }
      }
    }
    self.steps = steps
    self.columns = columns
  }

  /// The numbers of two nodes of choices of loops along the axes.
  @inline(__always)
  func row(_ vertical: AxisTree, _ v: Int, _ horizontal: AxisTree, _ h: Int, into row: inout [Int]) {
    for term in row.indices { row[term] = 0 }
    let (v, h) = (v * vertical.stride, h * horizontal.stride)
    for step in steps {
      let (firstV, firstH) = (vertical.values[v + step.first.vertical], horizontal.values[h + step.first.horizontal])
      var sum = firstV &* firstH
      switch step.kind {
      case .product: break
      case .vertical:
        sum &+= vertical.values[v + step.second.vertical] &* (firstH - horizontal.values[h + step.second.horizontal])
      case .horizontal:
        sum &+= horizontal.values[h + step.second.horizontal] &* (firstV - vertical.values[v + step.second.vertical])
      case .loss:
        sum &-= vertical.values[v + step.second.vertical] &* horizontal.values[h + step.second.horizontal]
      }
      row[step.term] &+= sum
    }
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
