public import Workloads

extension SplitMix64 {
  /// An axis of any kind, with padding on either side half of the time.
  ///
  /// - Parameters:
  ///   - outputs: output rows, at most.
  ///   - kernels: kernel rows, at most.
  ///   - dilates: whether the dilation is drawn apart from the stride, or is 1 or the stride.
  /// - Returns: the axis.
  public mutating func axis(outputs: Int, kernels: Int, dilates: Bool = false) -> ConvolutionAxis {
    while true {
      let stride = pick(1...4)
      let kernel = pick(1...kernels)
      let output = pick(1...outputs)
      let dilation = dilates ? pick(1...4) : oneIn(4) ? stride : 1
      let reach = stride * (output - 1) + dilation * (kernel - 1) + 1
      let before = oneIn(2) ? pick(0...dilation * kernel) : 0
      let after = oneIn(2) ? pick(0...dilation * kernel) : 0
      // Sometimes the stride leaves input over, and padding no input.
      let input = reach - before - after + pick(0...stride - 1)
      let layer = try? Layer(
        name: "axis", inputChannels: 1, input: Extent(height: input, width: 1), outputChannels: 1,
        kernel: Extent(height: kernel, width: 1), stride: Extent(height: stride, width: 1),
        dilation: Extent(height: dilation, width: 1), padding: Padding(top: before, bottom: after, left: 0, right: 0))
      if let layer { return layer.vertical }
    }
  }
}
