extension Layer {
  /// The part of the layer that a range of each dimension makes, as a layer of its own.
  ///
  /// Its rows and columns of input are those that the part may read, its padding what of the whole's it meets: where all
  /// of a part lies on padding, no row is left. Whatever the whole has of biases is left out, as parts may share them.
  ///
  /// - Parameter region: the indices of each dimension, by ``Dimension/index``, none of them without any.
  /// - Returns: the layer.
  package func part(_ region: [Range<Int>]) -> Layer { Layer(partOf: self, region) }

  private init(partOf layer: Layer, _ region: [Range<Int>]) {
    func range(_ dimension: Dimension) -> (start: Int, step: Int, count: Int) {
      (region[dimension.index].lowerBound, 1, region[dimension.index].count)
    }
    self.init(
      name: layer.name, batch: range(.n).count, groups: range(.g).count, inputChannelsPerGroup: range(.c).count,
      outputChannelsPerGroup: range(.k).count,
      vertical: ConvolutionAxis(partOf: layer.vertical, outputs: range(.p), kernels: range(.r)),
      horizontal: ConvolutionAxis(partOf: layer.horizontal, outputs: range(.q), kernels: range(.s)))
  }
}
