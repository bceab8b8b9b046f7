import Workloads

/// The spatial axes of a convolution of any number of dimensions, brought to the two that a layer has.
struct SpatialAxes {
  private var axes: [WindowAxis]
  /// Output rows of the axes that count as images.
  private var images = 1
  /// Kernel rows of the axes that count as input channels.
  private var channels = 1
  private(set) var notes: Set<Lowering.Note> = []

  /// Two axes that amount to the given ones.
  ///
  /// A missing axis is a height of one row. A third axis along which each input row is read once counts as images and
  /// input channels: the layer has the same MACs on the same elements.
  ///
  /// - Parameter given: the axes, none of which leaves rows out.
  /// - Throws: ``Unknown`` when there are more than two whose windows overlap or read padding, saying which do what.
  init(_ given: [WindowAxis]) throws(Unknown) {
    axes = given
    for (axis, name) in zip(given, Self.names(given.count)) where axis.input < 1 || axis.output < 1 {
      throw Unknown("it has no output along its \(name)")
    }
    while axes.count > 2 {
      guard let position = axes.firstIndex(where: \.isPartition) else {
        let obstacles = zip(Self.names(given.count), given).filter { !$1.isPartition }.map {
          "\($1.obstacle) along its \($0)"
        }
        throw Unknown(
          "it is a convolution along \(given.count) axes, and \(obstacles.joined(separator: ", ")): a layer has two axes, "
            + "and a further one only where each input is read once")
      }
      let axis = axes.remove(at: position)
      images = try Self.product(images, axis.output)
      channels = try Self.product(channels, axis.kernel)
      notes.insert(.foldedAxes)
    }
    if axes.count < 2 { notes.insert(.oneAxis) }
    while axes.count < 2 { axes.insert(WindowAxis(input: 1, kernel: 1), at: 0) }
  }

  /// The names of some axes, the last two being height and width.
  static func names(_ count: Int) -> [String] {
    switch count {
    case 1: ["width"]
    case 2: ["height", "width"]
    case 3: ["depth", "height", "width"]
    default: (0..<count).map { "axis \($0)" }
    }
  }

  /// The layer that has these axes.
  func layer(
    _ name: String, batch: Int, groups: Int, inputChannels: Int, outputChannels: Int, hasBiases: Bool,
    channelsPerBias: Int = 1
  ) throws(Unknown) -> Layer {
    let (height, width) = (axes[0], axes[1])
    let batch = try Self.product(batch, images)
    let inputChannels = try Self.product(inputChannels, channels)
    return try Lowering.layer { () throws(LayerError) in
      try Layer(
        name: name, batch: batch, groups: groups, inputChannels: inputChannels,
        input: Extent(height: height.input, width: width.input), outputChannels: outputChannels,
        kernel: Extent(height: height.kernel, width: width.kernel),
        stride: Extent(height: height.stride, width: width.stride),
        dilation: Extent(height: height.dilation, width: width.dilation),
        padding: Padding(top: height.before, bottom: height.after, left: width.before, right: width.after),
        hasBiases: hasBiases, channelsPerBias: channelsPerBias)
    }
  }

  private static func product(_ a: Int, _ b: Int) throws(Unknown) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    if overflow { throw Unknown("its sizes exceed 64 bits") }
    return product
  }
}
