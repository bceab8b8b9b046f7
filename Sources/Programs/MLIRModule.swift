public import Mappings
public import Workloads

/// A mapping as a module of MLIR: the layer as a named operation of linalg on tensors, and a sequence of the transform dialect
/// that tiles it by the mapping's loops.
///
/// `mlir-opt --transform-interpreter` runs the sequence. Written for MLIR 19.
public struct MLIRModule: Hashable, Sendable {
  /// The file.
  public let text: String
  /// The name of the function that runs the layer.
  public let name: String
  /// What the mapping says and the module does not, a line each. They are comments in the file too.
  public let unsaid: [String]

  /// The module of a mapping on a layer.
  ///
  /// - Parameters:
  ///   - mapping: the loops, outermost first.
  ///   - layer: the layer.
  ///   - elements: what the elements of tensors are.
  /// - Throws: ``MLIRError``.
  public init(_ mapping: Mapping, on layer: Layer, elements: CProgram.Elements) throws(MLIRError) {
    let names = CNames(layer.name)
    let operation = MLIROperation(layer, elements)
    let tilings = try MLIRTiling.all(of: mapping, on: layer, operation.dimensions)
    var unsaid = ["where tensors are kept, and so what is copied"]
    let turns = mapping.nodes.contains { node in
      if case .loop(let loop) = node { loop.direction == .backAndForth } else { false }
    }
    if turns { unsaid.append("that loops run back and forth; all run forward") }
    if layer.hasBiases { unsaid.append("the biases; outputs that are passed begin with them") }
    var lines = ["// \(CNames.comment(layer.name)): \(layer.described)", "//"]
    lines += NestDrawing(mapping, on: layer).text.map { "//   \($0)" }
    lines.append("//")
    lines += unsaid.map { "// It does not say \($0)." }
    lines += ["// Written by tilebound export.", "module attributes {transform.with_named_sequence} {"]
    lines += operation.function(names.layer).map { "  \($0)" }
    lines.append("")
    lines += Self.sequence(operation.name, tilings).map { "  \($0)" }
    lines.append("}")
    text = lines.joined(separator: "\n") + "\n"
    name = names.layer
    self.unsaid = unsaid
  }

  /// The sequence that finds the operation and tiles it.
  private static func sequence(_ operation: String, _ tilings: [MLIRTiling]) -> [String] {
    let handle = "!transform.any_op"
    var lines = [
      "transform.named_sequence @__transform_main(%module: \(handle) {transform.readonly}) {",
      "  %layer = transform.structured.match ops{[\"\(operation)\"]} in %module : (\(handle)) -> \(handle)",
    ]
    var tiled = "%layer"
    for (index, tiling) in tilings.enumerated() {
      let results = Array(repeating: handle, count: tiling.loops.count + 1).joined(separator: ", ")
      lines.append("  // \(tiling.loops.joined(separator: ", "))")
      lines.append(
        "  %tile\(index), %loops\(index)\(tiling.loops.count > 1 ? ":\(tiling.loops.count)" : "") = "
          + "transform.structured.tile_using_for \(tiled) tile_sizes \(tiling.sizes) interchange = \(tiling.order)")
      lines.append("    : (\(handle)) -> (\(results))")
      tiled = "%tile\(index)"
    }
    return lines + ["  transform.yield", "}"]
  }
}

/// Why there is no module of MLIR of a mapping.
public enum MLIRError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A loop over phases of this dimension.
  case phases(Dimension)

  /// What is wrong and what would be accepted, in one line.
  public var description: String {
    switch self {
    case .phases(let dimension):
      "a loop walks phases of \(dimension.rawValue), which the tilings of MLIR have not; loops over tiles can be written"
    }
  }
}

/// Loops of different dimensions next to each other, which one tiling makes.
struct MLIRTiling {
  /// The tile of each of the operation's dimensions, 0 where it has no loop.
  var sizes: [Int]
  /// The numbers of the dimensions, that of the outermost loop first.
  var order: [Int]
  /// The loops in words.
  var loops: [String]

  /// The loops of a mapping that have several passes, outermost first.
  static func all(
    of mapping: Mapping, on layer: Layer, _ dimensions: [Dimension]
  ) throws(MLIRError) -> [MLIRTiling] {
    var block = dimensions.map { layer[$0] }
    var tilings: [MLIRTiling] = []
    /// The dimensions of the loops of the last tiling, outermost first.
    var open: [Int] = []
    func close() {
      guard !open.isEmpty else { return }
      tilings[tilings.count - 1].order = open + dimensions.indices.filter { !open.contains($0) }
      open = []
    }
    for node in mapping.nodes {
      guard case .loop(let loop) = node else {
        close()
        continue
      }
      guard let place = dimensions.firstIndex(of: loop.dimension) else { continue }
      guard case .tile(let tile) = loop.cut else {
        if block[place] == 1 { continue }
        throw .phases(loop.dimension)
      }
      if tile >= block[place] { continue }
      if open.contains(place) { close() }
      if open.isEmpty {
        tilings.append(MLIRTiling(sizes: Array(repeating: 0, count: dimensions.count), order: [], loops: []))
      }
      open.append(place)
      tilings[tilings.count - 1].sizes[place] = tile
      tilings[tilings.count - 1].loops.append("\(loop.dimension.rawValue) in \(block[place]) by \(tile)")
      block[place] = tile
    }
    close()
    return tilings
  }
}
