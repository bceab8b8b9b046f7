public import MappingSearch
public import Mappings
import Workloads

/// A mapping in pieces of a layer, searched for or given, beside the best one of one nest.
public struct PiecesAnswer: Hashable, Sendable {
  /// The mapping as any other: one nest where that is all there is.
  public var answer: Answer
  /// The same mapping with its pieces and what stays between them.
  public var evaluation: TreeEvaluation
  /// The best mapping of one nest, where one was searched for.
  public var single: Evaluation?
  /// The parts of the layer of which the best nest was sought, where the mapping was searched for.
  public var partsSearched: Int?

  /// The answer for a mapping that was given.
  ///
  /// - Parameters:
  ///   - answer: the mapping as any other.
  ///   - evaluation: the same with its pieces.
  public init(_ answer: Answer, _ evaluation: TreeEvaluation) {
    self.answer = answer
    self.evaluation = evaluation
  }

  /// The answer for a mapping that was searched for.
  ///
  /// - Parameters:
  ///   - answer: the mapping as any other.
  ///   - optimum: what was found.
  public init(_ answer: Answer, _ optimum: PiecesOptimum) {
    self.init(answer, optimum.evaluation)
    single = optimum.nest.evaluation
    partsSearched = optimum.partsSearched
  }

  /// The answer for the best mapping of one nest, where one was searched for.
  public var singleAnswer: Answer? {
    single.map {
      Answer(network: answer.network, entry: answer.entry, setting: answer.setting, capacity: answer.capacity, $0)
    }
  }
}
