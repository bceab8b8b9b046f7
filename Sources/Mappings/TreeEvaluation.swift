public import EnergyModel
public import Workloads

/// A mapping in pieces with what it holds, moves and costs on the layer of a problem.
public struct TreeEvaluation: Hashable, Sendable {
  /// The mapping.
  public let tree: MappingTree
  /// Its pieces, in the order in which they run.
  public let pieces: [MappingTree.Piece]
  /// The largest boxes of each piece.
  public let occupancies: [Occupancy]
  /// What of each tensor stays in the Buffer from one piece to the next, summed over all that follow one another.
  public let carried: Carried
  /// What moves.
  public let traffic: Traffic
  /// What it costs under the problem's energy model.
  public let energy: Energy

  /// Words that stay in the Buffer between pieces.
  public struct Carried: Hashable, Sendable {
    /// Inputs that need not be read again.
    public var inputs: Words = .zero
    /// Weights that need not be read again.
    public var weights: Words = .zero
    /// Outputs that need not be written and read again.
    public var outputs: Words = .zero

    /// Nothing.
    public static let none = Carried()
  }

  /// The most that a piece takes in the Buffer: the least capacity that the mapping fits.
  public func occupancy(_ widths: WordWidths) -> Bits { occupancies.reduce(.zero) { max($0, $1.bits(widths)) } }

  /// The same mapping of a problem that differs in prices alone.
  public func priced(in problem: Problem) -> TreeEvaluation {
    TreeEvaluation(
      tree: tree, pieces: pieces, occupancies: occupancies, carried: carried, traffic: traffic,
      energy: problem.energy(moving: traffic))
  }
}

extension Problem {
  /// What a mapping in pieces costs, in closed form.
  ///
  /// Each piece moves what its nest moves on its part, less what the last boxes of the one before and its first boxes have
  /// in common. Of outputs all but the first time of each to come into the Buffer are read, and all but the last to leave
  /// it written unfinished, whichever the pieces. Biases are read once. Weights that meet only padding in a part are not
  /// used there.
  ///
  /// - Parameter tree: any mapping in pieces.
  /// - Returns: the mapping with its costs, whether or not it fits a Buffer.
  /// - Throws: ``MappingTreeError``.
  public func evaluate(counting tree: MappingTree) throws(MappingTreeError) -> TreeEvaluation {
    let pieces = try tree.pieces(on: layer)
    do {
      return try evaluate(tree, pieces)
    } catch {
      throw .uncountable(error)
    }
  }

  private func evaluate(
    _ tree: MappingTree, _ pieces: [MappingTree.Piece]
  ) throws(UncountableNest) -> TreeEvaluation {
    var carried = TreeEvaluation.Carried.none
    var (inputs, weights, outputs) = (Words.zero, Words.zero, Words.zero)
    for piece in pieces {
      let own = try Traffic(counting: piece.mapping, on: piece.layer, reuse: reuse)
      inputs += own.inputsRead
      weights += own.weightsRead
      outputs += own.partialSumsRead + own.outputsWritten
    }
    if reuse == .overlap {
      for (piece, next) in zip(pieces, pieces.dropFirst()) {
        func common(_ tensor: Tensor) throws(UncountableNest) -> Words {
          let (last, first) = (EdgeBox(.last, of: tensor, in: piece), EdgeBox(.first, of: tensor, in: next))
          return Words(try last.wordsCommon(with: first, on: layer))
        }
        carried.inputs += try common(.inputs)
        carried.weights += try common(.weights)
        carried.outputs += try common(.outputs)
      }
    }
    let finished = layer.usedElements(of: .outputs)
    let again = outputs - carried.outputs - finished
    let traffic = Traffic(
      inputsRead: inputs - carried.inputs, weightsRead: weights - carried.weights, biasesRead: layer.biases,
      partialSumsRead: again, partialSumsWritten: again, outputsWritten: finished)
    return TreeEvaluation(
      tree: tree, pieces: pieces, occupancies: pieces.map { Occupancy(of: $0.mapping, on: $0.layer) },
      carried: carried, traffic: traffic, energy: energy(moving: traffic))
  }
}
