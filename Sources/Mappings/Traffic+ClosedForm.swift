public import Workloads

extension Traffic {
  /// The traffic of a loop nest, by sums over the blocks of each dimension apart.
  ///
  /// A box changes when a loop outside its keep takes a step. What is read is the sum of the boxes' sizes over all passes
  /// of all loops, less what stays of the boxes before. Box sizes and what stays are products over independent groups of
  /// dimensions (n, g, k and c each alone, p with r, q with s), so each sum is made of products of sums over one group.
  /// Ragged blocks, padding, stride and dilation are exact, as theory §3 defines them.
  ///
  /// - Precondition: the nest can be counted, see ``init(counting:on:reuse:)``, as all plain nests can be unless their
  ///   overlaps are asked for.
  public init(of mapping: Mapping, on layer: Layer, reuse: ReusePolicy) {
    do {
      try self.init(counting: mapping, on: layer, reuse: reuse)
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// The traffic of a loop nest from elsewhere, for which the closed form may take too long.
  ///
  /// That takes dozens of loops, of which some run back and forth inside others that cut their ranges unevenly, or
  /// hundreds of thousands of different blocks along one axis.
  ///
  /// - Complexity: for plain nests under the rules `sliding` and `none` O(loops² + L · (P + R + Q + S)), where L counts
  ///   those of the loops that are over p, q, r or s; otherwise for each loop the number of different places of blocks
  ///   along each axis, for each combination of numbers of entries, see `Entries`.
  /// - Throws: ``UncountableNest``.
  public init(counting mapping: Mapping, on layer: Layer, reuse: ReusePolicy) throws(UncountableNest) {
    func wordsLoaded(_ tensor: Tensor) throws(UncountableNest) -> Int {
      try Self.wordsLoaded(of: tensor, by: mapping, on: layer, reuse: reuse)
    }
    let (inputs, weights) = (try wordsLoaded(.inputs), try wordsLoaded(.weights))
    let finished = layer.usedElements(of: .outputs)
    // An output that comes into the Buffer was there before, unless it is the first time, and is finished the last time.
    let again = Words(try wordsLoaded(.outputs)) - finished
    self.init(
      inputsRead: Words(inputs), weightsRead: Words(weights), biasesRead: layer.biases, partialSumsRead: again,
      partialSumsWritten: again, outputsWritten: finished)
  }

  /// What comes into the Buffer of one tensor, outputs each time that they come, in words.
  ///
  /// - Throws: ``UncountableNest``.
  package static func wordsLoaded(
    of tensor: Tensor, by mapping: Mapping, on layer: Layer, reuse: ReusePolicy
  ) throws(UncountableNest) -> Int {
    mapping.isPlain && reuse != .overlap
      ? PlainWalk(mapping, layer, tensor).wordsLoaded(reuse: tensor == .inputs ? reuse : .none)
      : try Transitions(mapping, on: layer, of: tensor, reuse: reuse).wordsLoaded()
  }
}
