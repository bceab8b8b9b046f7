import Workloads

/// The numbers of a layer of a MAESTRO model.
struct MAESTROSizes {
  /// All names of dimensions: primed ones are outputs.
  static let known = ["N", "G", "K", "C", "R", "S", "Y", "X", "Y'", "X'", "M", "B"]

  let type: String
  let dimensions: [String: Int]
  let strides: [String: Int]

  /// - Throws: ``LayerError``, ``MissingDimension`` or ``Inexpressible``.
  func layer(name: String) throws -> Layer {
    switch type {
    case "CONV", "DSCONV": return try convolution(name)
    case "GEMM", "BMM":
      try refuse(["G", "C", "R", "S", "Y", "X", "Y'", "X'"] + (type == "GEMM" ? ["B"] : []))
      return try Layer.gemm(
        name: name, groups: dimensions["B"] ?? 1, m: try size("M"), n: try size("N"), k: try size("K"))
    case "NGCONV":
      throw Inexpressible(
        reason:
          "it is a grouped convolution, NGCONV, whose C counts all groups in MAESTRO's models and one group in its "
          + "analysis")
    case "TRCONV": throw Inexpressible(reason: "it is a transposed convolution, TRCONV, which is not read")
    default: throw Inexpressible(reason: "its type, \(type.prefix(40)), is not read; CONV, DSCONV, GEMM and BMM are")
    }
  }

  private func convolution(_ name: String) throws -> Layer {
    let isDepthwise = type == "DSCONV"
    try refuse(["G", "M", "B"])
    if isDepthwise, let k = dimensions["K"], k != 1 {
      throw Inexpressible(reason: "it is depthwise, DSCONV, with K \(k): MAESTRO's analysis has no K there but 1")
    }
    let channels = try size("C")
    let kernel = Extent(height: try size("R"), width: try size("S"))
    for (dimension, stride) in strides.sorted(by: { $0.key < $1.key })
    where !["Y", "X", "Y'", "X'"].contains(dimension) && stride != 1 {
      throw Inexpressible(reason: "it has a stride of \(stride) along \(dimension); Y and X may have one")
    }
    return try Layer(
      name: name, batch: dimensions["N"] ?? 1, groups: isDepthwise ? channels : 1, inputChannels: channels,
      input: Extent(height: try input("Y", kernel: kernel.height), width: try input("X", kernel: kernel.width)),
      outputChannels: isDepthwise ? channels : try size("K"), kernel: kernel,
      stride: Extent(height: strides["Y"] ?? 1, width: strides["X"] ?? 1))
  }

  /// The size of the input along an axis, from itself or from the output.
  private func input(_ dimension: String, kernel: Int) throws -> Int {
    guard let output = dimensions[dimension + "'"] else { return try size(dimension) }
    if dimensions[dimension] != nil {
      throw Inexpressible(reason: "it gives both \(dimension) and \(dimension)'")
    }
    if strides[dimension] ?? 1 != 1 || strides[dimension + "'"] ?? 1 != 1 {
      throw Inexpressible(
        reason: "it gives \(dimension)', outputs, with a stride, and MAESTRO leaves the input's size open")
    }
    let (size, overflow) = output.addingReportingOverflow(kernel - 1)
    return overflow ? output : size
  }

  private func size(_ dimension: String) throws(MissingDimension) -> Int {
    guard let size = dimensions[dimension] else { throw MissingDimension(dimension: dimension) }
    return size
  }

  private func refuse(_ unused: [String]) throws(Inexpressible) {
    for dimension in unused where dimensions[dimension] ?? 1 != 1 {
      throw Inexpressible(reason: "its type, \(type), has no dimension \(dimension)")
    }
  }

  struct MissingDimension: Error, CustomStringConvertible {
    let dimension: String
    var description: String { "the dimension \(dimension) is missing" }
  }
}
