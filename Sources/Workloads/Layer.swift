/// A size with one value down the rows and one along the columns.
public struct Extent: Hashable, Sendable {
  /// The size down the rows.
  public var height: Int
  /// The size along the columns.
  public var width: Int

  /// A size for each direction.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// The same size both ways.
  public init(_ size: Int) { self.init(height: size, width: size) }
}

/// Zeros around the input rows and columns; they are stored nowhere and never moved.
public struct Padding: Hashable, Sendable {
  /// Rows of zeros above.
  public var top: Int
  /// Rows of zeros below.
  public var bottom: Int
  /// Columns of zeros at the left.
  public var left: Int
  /// Columns of zeros at the right.
  public var right: Int

  /// Padding for each side.
  public init(top: Int, bottom: Int, left: Int, right: Int) {
    self.top = top
    self.bottom = bottom
    self.left = left
    self.right = right
  }

  /// The same padding on all four sides.
  public init(_ size: Int) { self.init(top: size, bottom: size, left: size, right: size) }
}

/// One grouped two-dimensional convolution. Fully-connected layers, GEMMs and batched GEMMs are special cases.
///
/// `out[n,g,k,p,q] += w[g,k,c,r,s] · in[n,g,c, σp·p + δ·r - top, σq·q + δ·s - left]`, theory §1. A `Layer` that exists
/// is valid: it has at least one output, its channels divide into its groups, and its MACs and elements can be counted.
public struct Layer: Hashable, Sendable {
  /// The largest size of any dimension; channels count within a group.
  public static let largestSize = 1 << 20
  /// The most MACs, 2^63 - 1: more could not be counted in 64 bits.
  public static let largestMACs = Int.max
  /// The most elements of a tensor, so that bits of all three can be counted at any width.
  public static let largestElements = 1 << 53

  /// What reports call it.
  public private(set) var name: String
  /// Images, N.
  public let batch: Int
  /// Groups, G.
  public let groups: Int
  /// Input channels of one group, C.
  public let inputChannelsPerGroup: Int
  /// Output channels of one group, K.
  public let outputChannelsPerGroup: Int
  /// The axis of rows: p, r and the input's height.
  public let vertical: ConvolutionAxis
  /// The axis of columns: q, s and the input's width.
  public let horizontal: ConvolutionAxis
  /// Whether output channels start from biases, words of partial-sum width that are read once.
  public let hasBiases: Bool
  /// The output channels, one after the other, that start from the same bias: 1, but where outputs of one channel count
  /// as several channels.
  public let channelsPerBias: Int

  /// A convolution.
  ///
  /// - Parameters:
  ///   - name: what reports call it.
  ///   - batch: images.
  ///   - groups: groups; as many as channels for a depthwise convolution.
  ///   - inputChannels: input feature maps over all groups.
  ///   - input: input rows and columns without padding.
  ///   - outputChannels: output feature maps over all groups.
  ///   - kernel: kernel rows and columns.
  ///   - stride: input rows and columns from one output to the next.
  ///   - dilation: input rows and columns from one kernel position to the next.
  ///   - padding: zeros on each side of the input.
  ///   - hasBiases: whether output channels have biases.
  ///   - channelsPerBias: output channels of a group that start from the same bias, where there are biases.
  /// - Throws: ``LayerError``.
  public init(
    name: String, batch: Int = 1, groups: Int = 1, inputChannels: Int, input: Extent, outputChannels: Int,
    kernel: Extent, stride: Extent = Extent(1), dilation: Extent = Extent(1), padding: Padding = Padding(0),
    hasBiases: Bool = false, channelsPerBias: Int = 1
  ) throws(LayerError) {
    try Self.check("batch", batch, atLeast: 1)
    try Self.check("groups", groups, atLeast: 1)
    let inputChannelsPerGroup = try Self.share("input channels", inputChannels, groups: groups)
    let outputChannelsPerGroup = try Self.share("output channels", outputChannels, groups: groups)
    if hasBiases {
      try Self.check("channels per bias", channelsPerBias, atLeast: 1)
      if outputChannelsPerGroup % channelsPerBias != 0 {
        throw .unevenBiases(channels: outputChannelsPerGroup, perBias: channelsPerBias)
      }
    }
    for (quantity, extent) in [("input", input), ("kernel", kernel), ("stride", stride), ("dilation", dilation)] {
      try Self.check("\(quantity) height", extent.height, atLeast: 1)
      try Self.check("\(quantity) width", extent.width, atLeast: 1)
    }
    try Self.check("padding top", padding.top, atLeast: 0)
    try Self.check("padding bottom", padding.bottom, atLeast: 0)
    try Self.check("padding left", padding.left, atLeast: 0)
    try Self.check("padding right", padding.right, atLeast: 0)
    try Self.checkReach(
      "height", kernel.height, dilation.height, input.height, padded: input.height + padding.top + padding.bottom)
    try Self.checkReach(
      "width", kernel.width, dilation.width, input.width, padded: input.width + padding.left + padding.right)

    self.name = name
    self.batch = batch
    self.groups = groups
    self.hasBiases = hasBiases
    self.channelsPerBias = hasBiases ? channelsPerBias : 1
    self.inputChannelsPerGroup = inputChannelsPerGroup
    self.outputChannelsPerGroup = outputChannelsPerGroup
    vertical = ConvolutionAxis(
      inputSize: input.height, kernelSize: kernel.height, stride: stride.height, dilation: dilation.height,
      paddingBefore: padding.top, paddingAfter: padding.bottom)
    horizontal = ConvolutionAxis(
      inputSize: input.width, kernelSize: kernel.width, stride: stride.width, dilation: dilation.width,
      paddingBefore: padding.left, paddingAfter: padding.right)

    try Self.checkProduct("MACs", Dimension.allCases.map { self[$0] }, limit: Self.largestMACs)
    for (quantity, factors) in [
      ("outputs", [.n, .g, .k, .p, .q].map { self[$0] }), ("weights", [.g, .k, .c, .r, .s].map { self[$0] }),
      ("inputs", [batch, inputChannels, input.height, input.width]),
    ] {
      try Self.checkProduct(quantity, factors, limit: Self.largestElements)
    }
  }

  /// A layer without biases whose sizes are known to be right, as those of a part of a layer are.
  init(
    name: String, batch: Int, groups: Int, inputChannelsPerGroup: Int, outputChannelsPerGroup: Int,
    vertical: ConvolutionAxis, horizontal: ConvolutionAxis
  ) {
    self.name = name
    self.batch = batch
    self.groups = groups
    self.inputChannelsPerGroup = inputChannelsPerGroup
    self.outputChannelsPerGroup = outputChannelsPerGroup
    self.vertical = vertical
    self.horizontal = horizontal
    hasBiases = false
    channelsPerBias = 1
  }

  /// The product of an M×K matrix (inputs, p = M and c = K) and a K×N matrix (weights, k = N), once per group.
  ///
  /// - Parameters:
  ///   - name: what reports call it.
  ///   - groups: the number of independent products of a batched GEMM.
  ///   - m: rows of the product.
  ///   - n: columns of the product.
  ///   - k: the reduced dimension.
  ///   - hasBiases: whether columns of the product have biases.
  ///   - channelsPerBias: columns that start from the same bias, where there are biases.
  /// - Returns: the layer.
  /// - Throws: ``LayerError``.
  public static func gemm(
    name: String, groups: Int = 1, m: Int, n: Int, k: Int, hasBiases: Bool = false, channelsPerBias: Int = 1
  ) throws(LayerError) -> Layer {
    for (quantity, size) in [("gemm groups", groups), ("gemm m", m), ("gemm n", n), ("gemm k", k)] {
      try check(quantity, size, atLeast: 1)
    }
    return try Layer(
      name: name, groups: groups, inputChannels: groups * k, input: Extent(height: m, width: 1),
      outputChannels: groups * n, kernel: Extent(1), hasBiases: hasBiases, channelsPerBias: channelsPerBias)
  }

  /// The same layer under another name.
  public func named(_ name: String) -> Layer {
    var layer = self
    layer.name = name
    return layer
  }

  /// The size of a dimension of the iteration space.
  public subscript(dimension: Dimension) -> Int {
    switch dimension {
    case .n: batch
    case .g: groups
    case .k: outputChannelsPerGroup
    case .c: inputChannelsPerGroup
    case .p: vertical.outputSize
    case .q: horizontal.outputSize
    case .r: vertical.kernelSize
    case .s: horizontal.kernelSize
    }
  }

  /// Input feature maps over all groups.
  public var inputChannels: Int { groups * inputChannelsPerGroup }
  /// Output feature maps over all groups.
  public var outputChannels: Int { groups * outputChannelsPerGroup }

  /// Multiply-accumulates, those on padding included, as the energy complexity model counts them.
  public var macs: Int { Dimension.allCases.reduce(1) { $0 * self[$1] } }

  /// The elements of a tensor that some MAC reads or writes.
  ///
  /// Inputs that the stride skips, that are left over at the edge, or that are padding are not used, nor are weights of
  /// kernel rows and columns that meet only padding. Every output is.
  public func usedElements(of tensor: Tensor) -> Words {
    switch tensor {
    case .inputs: Words(batch * inputChannels * vertical.usedInputRows * horizontal.usedInputRows)
    case .weights: Words(groups * self[.k] * self[.c] * vertical.usedKernelRows * horizontal.usedKernelRows)
    case .outputs: Words(batch * outputChannels * self[.p] * self[.q])
    }
  }

  /// One bias for each output channel, or for each ``channelsPerBias`` of them, or none.
  public var biases: Words { Words(hasBiases ? outputChannels / channelsPerBias : 0) }

  private static func check(_ quantity: String, _ value: Int, atLeast least: Int) throws(LayerError) {
    if value < least { throw .tooSmall(quantity, value, least: least) }
    if value > largestSize { throw .tooLarge(quantity, value, limit: largestSize) }
  }

  /// The channels of a group, of which there may be as many as a dimension has.
  private static func share(_ quantity: String, _ channels: Int, groups: Int) throws(LayerError) -> Int {
    if channels < 1 { throw .tooSmall(quantity, channels, least: 1) }
    if channels % groups != 0 { throw .notDivisible(quantity, channels, groups: groups) }
    try check(groups == 1 ? quantity : "\(quantity) per group", channels / groups, atLeast: 1)
    return channels / groups
  }

  private static func checkReach(
    _ side: String, _ kernel: Int, _ dilation: Int, _ input: Int, padded: Int
  ) throws(LayerError) {
    let reach = dilation * (kernel - 1) + 1
    if reach > padded { throw .noOutput(side, reach: reach, padded: padded) }
  }

  private static func checkProduct(_ quantity: String, _ factors: [Int], limit: Int) throws(LayerError) {
    var product = 1
    for factor in factors {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      if overflow || next > limit { throw .tooMany(quantity, limit: limit) }
      product = next
    }
  }
}

/// Why a layer cannot be.
public enum LayerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A size that must be at least `least`.
  case tooSmall(String, Int, least: Int)
  /// A size beyond what is accepted.
  case tooLarge(String, Int, limit: Int)
  /// Channels that the groups do not divide.
  case notDivisible(String, Int, groups: Int)
  /// Output channels of a group of which not every bias has as many.
  case unevenBiases(channels: Int, perBias: Int)
  /// A kernel that, dilated, is larger than the padded input: there is no output.
  case noOutput(String, reach: Int, padded: Int)
  /// A count of MACs or elements beyond what is accepted.
  case tooMany(String, limit: Int)

  /// The size that is wrong, as in "kernel height", where it is a single one.
  public var quantity: String? {
    switch self {
    case .tooSmall(let quantity, _, _), .tooLarge(let quantity, _, _), .notDivisible(let quantity, _, _): quantity
    case .unevenBiases: "channels per bias"
    case .noOutput, .tooMany: nil
    }
  }

  /// What is wrong and what would be accepted, in one line.
  public var description: String {
    switch self {
    case .tooSmall(let quantity, let value, let least):
      "\(quantity) is \(value); \((least...).accepted)"
    case .tooLarge(let quantity, let value, let limit):
      "\(quantity) is \(value); \((...limit).accepted)"
    case .notDivisible(let quantity, let value, let groups):
      "\(quantity) (\(value)) cannot be divided into \(groups) equal groups"
    case .unevenBiases(let channels, let perBias):
      "channels per bias is \(perBias), which does not divide the output channels of a group, \(channels)"
    case .noOutput(let side, let reach, let padded):
      "the layer has no output: the kernel's \(side), \(reach) with dilation, exceeds the padded input's, \(padded)"
    case .tooMany(let quantity, let limit):
      "the number of \(quantity) exceeds \(limit == Layer.largestMACs ? "2^63 - 1" : "2^53"), the most that is accepted"
    }
  }
}

extension Layer {
  /// The phases that stride and dilation make of a dimension's rows or columns; 1 of others.
  package func period(of dimension: Dimension) -> Int {
    switch dimension {
    case .p: vertical.outputPeriod
    case .q: horizontal.outputPeriod
    case .r: vertical.kernelPeriod
    case .s: horizontal.kernelPeriod
    case .n, .g, .k, .c: 1
    }
  }
}
