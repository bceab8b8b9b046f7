extension Layer {
  /// The part of the layer that a range of each dimension makes, as a layer of its own.
  ///
  /// Its rows and columns of input are those that the part may read, its padding what of the whole's it meets: where all
  /// of a part lies on padding, no row is left. Whatever the whole has of biases is left out, as parts may share them.
  ///
  /// - Parameter region: the indices of each dimension, by ``Dimension/index``, none of them without any.
  /// - Returns: the layer.
  package func part(_ region: [Range<Int>]) -> Layer { Layer(partOf: self, region) }

  /// The layer of which each index of n, k, c, p and q stands for so many of this one's, the last of them perhaps for fewer;
  /// without biases.
  ///
  /// - Parameter size: how many make one; of p and q more than one only where output rows or columns share no input and read no
  ///   padding, whose rows and columns of input are then as many as those of outputs.
  /// - Returns: the layer.
  package func coarse(_ size: (Dimension) -> Int) -> Layer {
    func count(_ dimension: Dimension) -> Int { (self[dimension] - 1) / size(dimension) + 1 }
    func axis(_ axis: ConvolutionAxis, _ output: Dimension) -> ConvolutionAxis {
      if size(output) == 1 { return axis }
      return ConvolutionAxis(
        inputSize: count(output), kernelSize: 1, stride: 1, dilation: 1, paddingBefore: 0, paddingAfter: 0)
    }
    return Layer(
      name: name, batch: count(.n), groups: groups, inputChannelsPerGroup: count(.c),
      outputChannelsPerGroup: count(.k), vertical: axis(vertical, .p), horizontal: axis(horizontal, .q))
  }

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
