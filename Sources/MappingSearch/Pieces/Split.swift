import Mappings
import Workloads

/// The splits of one dimension of a part.
struct Split {
  private let dimension: Dimension
  private let part: Layer
  /// The dimension's size.
  let size: Int

  init(_ dimension: Dimension, of part: Layer) {
    self.dimension = dimension
    self.part = part
    size = part[dimension]
  }

  /// The first so many indices.
  func first(_ place: Int) -> Layer { side(0..<place) }

  /// The indices from one on.
  func rest(_ place: Int) -> Layer { side(place..<size) }

  private func side(_ places: Range<Int>) -> Layer {
    part.part(Dimension.allCases.map { $0 == dimension ? places : 0..<part[$0] })
  }

  /// What both sides of a split between two points cost at least beyond what the shorter parts do that end and begin at
  /// these: the words that neither of the two has are moved as well.
  ///
  /// - Parameters:
  ///   - low: a point, or 0 where there is no shorter part.
  ///   - high: a later point, or the size likewise.
  ///   - cost: what a word of a tensor costs that is moved once.
  /// - Returns: quanta.
  func leastBetween(_ low: Int, _ high: Int, _ cost: (Tensor) -> Int) -> Int {
    Tensor.allCases.reduce(0) { sum, tensor in
      func words(_ layer: Layer) -> Int { layer.usedElements(of: tensor).count }
      let more: Int
      if tensor.isRelevant(dimension) {
        let known = (low > 0 ? words(first(low)) : 0) + (high < size ? words(rest(high)) : 0)
        more = max(0, words(part) - known)
      } else {
        // Of the others each side has what one index of it uses.
        more = (low > 0 ? 0 : words(first(1))) + (high < size ? 0 : words(rest(size - 1)))
      }
      return sum + cost(tensor) * more
    }
  }
}
