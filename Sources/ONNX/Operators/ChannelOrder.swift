/// Where the channels of an image stand: behind the batch, as the format has them, or behind rows and columns.
enum ChannelOrder {
  case first
  case last

  /// The order in which an operator takes and gives images.
  init(_ operation: Operation) {
    let isLast =
      operation.integer("channels_last", default: 0) == 1 || operation.text("data_layout") == "NHWC"
      || ["com.microsoft.NhwcMaxPool", "qonnx.custom_op.general.MaxPoolNHWC"].contains(operation.type)
      || operation.type.hasPrefix(OperatorRules.channelsLast)
    self = isLast ? .last : .first
  }

  /// The shape with the channels behind the batch.
  ///
  /// - Throws: ``Unknown`` where there are no channels.
  func channelsFirst(_ shape: [Quantity]) throws(Unknown) -> [Quantity] {
    self == .first ? shape : try Self.channelsFirst(shape)
  }

  /// What becomes of a shape by a rule that has the channels behind the batch.
  func shape(
    _ shape: [Quantity], _ rule: ([Quantity]) throws(Unknown) -> [Quantity]
  ) throws(Unknown) -> [Quantity] {
    let result = try rule(try channelsFirst(shape))
    return self == .first ? result : try Self.channelsLast(result)
  }

  /// A shape with the channels behind rows and columns, with them behind the batch.
  static func channelsFirst(_ shape: [Quantity]) throws(Unknown) -> [Quantity] {
    guard shape.count > 1, let channels = shape.last else { throw Unknown("it has no dimension of channels") }
    return [shape[0], channels] + shape.dropFirst().dropLast()
  }

  /// A shape with the channels behind the batch, with them behind rows and columns.
  static func channelsLast(_ shape: [Quantity]) throws(Unknown) -> [Quantity] {
    guard shape.count > 1 else { throw Unknown("it has no dimension of channels") }
    return [shape[0]] + shape.dropFirst(2) + [shape[1]]
  }
}
