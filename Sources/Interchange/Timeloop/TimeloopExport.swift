public import EnergyModel
public import Mappings
public import Workloads

/// Writes a layer, a Buffer and a mapping for `timeloop-model`, as `TimeloopNest` describes.
///
/// Each tensor's level has words of its own width, partial sums' for outputs, so that mixed widths are held exactly;
/// MainMemory has one width, the widest, and its accesses are to be compared in words. A level's size is what Timeloop
/// takes its tile for, which may be more than the tensor's box; whether the boxes fit the
/// Buffer together is checked here. Where all three tensors are kept at one depth and have one width, there is a single
/// level, Buffer, of the capacity.
///
/// Loops run forward in Timeloop. A nest with loops that run back and forth is written where it moves as much without.
public enum TimeloopExport {
  /// The files for a mapping.
  ///
  /// - Parameters:
  ///   - layer: the layer. Padding is written as real input, since Timeloop has none, and biases are left out.
  ///   - mapping: the mapping.
  ///   - capacity: the Buffer's size.
  ///   - widths: bits of a word of each kind.
  ///   - reuse: how ``TimeloopFiles/traffic`` counts. Timeloop reuses overlaps whatever this is.
  /// - Returns: the files and the counts to compare.
  /// - Throws: ``TimeloopExportError``.
  public static func files(
    layer: Layer, mapping: Mapping, capacity: Bits, widths: WordWidths, reuse: ReusePolicy
  ) throws(TimeloopExportError) -> TimeloopFiles {
    let traffic = Traffic(of: mapping, on: layer, reuse: reuse)
    let forward = mapping.runningForward
    let turnsForNothing = forward != mapping && Traffic(of: forward, on: layer, reuse: reuse) == traffic
    let mapping = turnsForNothing ? forward : mapping
    let held = Occupancy(of: mapping, on: layer).bits(widths)
    if held > capacity { throw .overCapacity(held: held, capacity: capacity) }
    let bufferWidths = Set(Tensor.allCases.map { widths.inBuffer($0) })
    let nest = try TimeloopNest(mapping, on: layer, sharesLevel: bufferWidths.count == 1)
    let sizes = try sizes(nest, layer, capacity, widths)
    let counts = TimeloopCounts(
      release: try TimeloopTraffic(nest, layer: layer, passes: .release),
      master: try TimeloopTraffic(nest, layer: layer, passes: .master),
      walkingAll: try TimeloopTraffic(nest, layer: layer, passes: .all))
    var remarks = remarks(layer, nest, sizes, held, capacity, widths, reuse)
    if turnsForNothing {
      remarks.append("Loops of the mapping that run back and forth run forward here: it moves as much.")
    }
    if counts.master.isOtherwiseBesidesInputs(than: counts.walkingAll) { remarks.append(masterSamples) }
    return TimeloopFiles(
      architecture: architecture(nest, sizes, widths), problem: problem(layer), mapping: self.mapping(nest),
      notes: notes(layer, counts, traffic, remarks), remarks: remarks, timeloop: counts, traffic: traffic)
  }

  /// The words of each level but MainMemory.
  private static func sizes(
    _ nest: TimeloopNest, _ layer: Layer, _ capacity: Bits, _ widths: WordWidths
  ) throws(TimeloopExportError) -> [Int] {
    var sizes: [Int] = []
    for level in nest.levels.dropFirst() {
      var words = 0
      for tensor in level.keeps {
        guard let more = nest.tileWords(of: tensor, on: layer), more <= Int(UInt32.max) else {
          throw .tooLarge("the tile of \(tensor.rawValue)")
        }
        words += more
      }
      if level.keeps.count > 1 {
        words = max(words, min(capacity.count / widths.inBuffer(.inputs).count, Int(UInt32.max)))
      }
      if words > Int(UInt32.max) { throw .tooLarge("the level \(level.name)") }
      // A level that keeps nothing has a word all the same.
      sizes.append(max(words, 1))
    }
    return sizes
  }

  // MARK: The texts

  private static func architecture(_ nest: TimeloopNest, _ sizes: [Int], _ widths: WordWidths) -> String {
    let widest = max(widths.inputs.count, widths.weights.count, widths.outputs.count, widths.partialSums.count)
    var lines = ["architecture:", "  version: 0.2"]
    var indent = "  "
    func open(_ name: String) {
      lines += ["\(indent)subtree:", "\(indent)  - name: \(name)", "\(indent)    local:"]
      indent += "    "
    }
    func component(_ name: String, _ kind: String, _ attributes: String) {
      lines += [
        "\(indent)  - name: \(name)", "\(indent)    class: \(kind)", "\(indent)    attributes: {\(attributes)}",
      ]
    }
    open("System")
    component("MainMemory", "DRAM", "width: \(widest), block-size: 1, word-bits: \(widest)")
    for (level, words) in zip(nest.levels.dropFirst(), sizes) {
      let width = level.keeps.first.map { widths.inBuffer($0).count } ?? widest
      open("Around\(level.name)")
      component(level.name, "regfile", "depth: \(words), width: \(width), block-size: 1, word-bits: \(width)")
    }
    component("MACC", "intmac", "datawidth: \(max(widths.inputs.count, widths.weights.count))")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func problem(_ layer: Layer) -> String {
    let sizes = Dimension.allCases.map { "\(letter($0)): \(layer[$0])" }
    let coefficients = [
      ("Wstride", layer.vertical.stride), ("Hstride", layer.horizontal.stride), ("Wdilation", layer.vertical.dilation),
      ("Hdilation", layer.horizontal.dilation),
    ]
    func projection(_ dimensions: Dimension...) -> String {
      dimensions.map { "[[\(letter($0))]]" }.joined(separator: ", ")
    }
    let shared = projection(.n, .g, .c)
    var lines = ["problem:", "  shape:", "    name: TileboundLayer"]
    lines.append("    dimensions: [\(Dimension.allCases.map(letter).joined(separator: ", "))]")
    lines.append("    coefficients:")
    lines += coefficients.map { "      - {name: \($0.0), default: 1}" }
    lines += [
      "    data-spaces:", "      - name: Weights", "        projection: [\(projection(.g, .k, .c, .r, .s))]",
      "      - name: Inputs",
      "        projection: [\(shared), [[R, Wdilation], [P, Wstride]], [[S, Hdilation], [Q, Hstride]]]",
      "      - name: Outputs", "        projection: [\(projection(.n, .g, .k, .p, .q))]", "        read-write: true",
      "  instance:", "    \(sizes.joined(separator: "\n    "))",
    ]
    lines += coefficients.map { "    \($0.0): \($0.1)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func mapping(_ nest: TimeloopNest) -> String {
    var lines = ["mapping:"]
    for level in nest.levels {
      let factors = Dimension.allCases.map { dimension in
        guard let loop = level.loops.first(where: { $0.dimension == dimension }) else { return "\(letter(dimension))1" }
        let residual = loop.bound == loop.residual ? "" : ",\(loop.residual)"
        return "\(letter(dimension))\(loop.bound)\(residual)"
      }
      // Innermost first; loops of a single pass outside.
      let looped = level.loops.reversed().map(\.dimension)
      let order = looped + Dimension.allCases.filter { !looped.contains($0) }
      lines += [
        "  - target: \(level.name)", "    type: temporal", "    factors: \(factors.joined(separator: " "))",
        "    permutation: \(order.map(letter).joined())",
      ]
      let bypassed = Tensor.allCases.filter { !level.keeps.contains($0) }
      func names(_ tensors: [Tensor]) -> String { tensors.map(TimeloopNest.dataSpace).joined(separator: ", ") }
      lines += [
        "  - target: \(level.name)", "    type: datatype", "    keep: [\(names(level.keeps))]",
        "    bypass: [\(names(bypassed))]",
      ]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The one-letter name of a dimension in Timeloop.
  static func letter(_ dimension: Dimension) -> String { dimension.rawValue.uppercased() }

  // MARK: What is to be compared

  private static func notes(
    _ layer: Layer, _ counts: TimeloopCounts, _ traffic: Traffic, _ remarks: [String]
  ) -> String {
    let name = FormatError.oneLine(layer.name)
    var lines = [
      "Layer \(name), for timeloop-model.", "Scalar accesses at MainMemory, as Timeloop counts them:",
      "  v3.0.3: \(counts.release)", "  master since January 2024: \(counts.master)",
    ]
    if counts.walkingAll != counts.release || counts.walkingAll != counts.master {
      lines.append("  either with TIMELOOP_DISABLE_TEMPORAL_EXTRAPOLATION=1: \(counts.walkingAll)")
    }
    lines.append("As Tilebound counts them: \(TimeloopTraffic(traffic))")
    lines.append("Set TIMELOOP_ENABLE_FIRST_READ_ELISION=1, so that the first read of each output is left out.")
    return (lines + remarks).map { "# \($0)\n" }.joined()
  }

  private static let masterSamples =
    "Timeloop's master branch lets a few passes of a loop stand for others that move less or more where a residual lies "
    + "inside: its weights or outputs differ."

  private static func remarks(
    _ layer: Layer, _ nest: TimeloopNest, _ sizes: [Int], _ held: Bits, _ capacity: Bits, _ widths: WordWidths,
    _ reuse: ReusePolicy
  ) -> [String] {
    var remarks: [String] = []
    if sizes.count > 1 {
      let names = nest.levels.dropFirst().filter { !$0.keeps.isEmpty }.map(\.name)
      remarks.append(
        "\(names.joined(separator: ", ")) stand for one Buffer of \(capacity.count) bits, of which \(held.count) are used."
      )
    }
    let bits = zip(nest.levels.dropFirst(), sizes).reduce(0) { sum, level in
      sum + (level.0.keeps.first.map { level.1 * widths.inBuffer($0).count } ?? 0)
    }
    if bits > capacity.count {
      remarks.append(
        "Timeloop's tiles, which are bounding boxes and may exceed the layer at its edges, take \(bits) bits together.")
    }
    let axes = [layer.vertical, layer.horizontal]
    if axes.contains(where: \.hasPaddedMACs) {
      remarks.append(
        "Timeloop knows no padding: the padded input is written as real data, which it reads like other inputs.")
    }
    if axes.contains(where: { $0.usedKernelRows < $0.kernelSize }) {
      remarks.append("Timeloop reads the weights of kernel rows and columns that meet only padding, too.")
    }
    if axes.contains(where: { $0.outputSize > 1 && $0.stride > 1 || $0.kernelSize > 1 && $0.dilation > 1 }) {
      remarks.append(
        "Timeloop reads the bounding box of a tile of inputs, elements that stride or dilation skip included.")
    }
    if axes.contains(where: \.hasOverlap) {
      let overlaps =
        switch reuse {
        case .overlap:
          "Timeloop reuses inputs only where a box moved as the one before it did; Tilebound's figures here keep whatever "
            + "two boxes have in common."
        case .sliding:
          "Timeloop reuses inputs wherever a box overlaps the one before and moved as that one did; smaller last boxes are read whole."
        case .none: "Timeloop reuses inputs where boxes overlap; Tilebound's figures here are without such reuse."
        }
      remarks.append(overlaps)
    }
    if widths.partialSums != widths.outputs {
      remarks.append("Partial sums and finished outputs have one width in Timeloop: \(widths.partialSums.count) bits.")
    }
    if Set([widths.inputs, widths.weights, widths.outputs, widths.partialSums]).count > 1 {
      remarks.append("MainMemory has one width for all words: compare words and not its energy.")
    }
    if layer.hasBiases { remarks.append("Biases are left out: \(layer.biases.count) words more are read.") }
    return remarks
  }
}

extension Mapping {
  /// The same nest with all loops forward.
  fileprivate var runningForward: Mapping {
    let nodes = nodes.map { node in
      if case .loop(let loop) = node { Node.loop(Loop(loop.dimension, loop.cut)) } else { node }
    }
    do {
      return try Mapping(nodes)
    } catch {
      preconditionFailure("which way loops run makes no mapping wrong: \(error)")
    }
  }
}
