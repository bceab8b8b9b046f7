public import Workloads

extension LayerTable {
  /// The file's text, which ``parse(_:origin:)`` takes back; what is as by default is left out.
  ///
  /// - Parameters:
  ///   - network: what to write, with names that are distinct, not empty and without control characters.
  ///   - remarks: what a reader should know, for comments above.
  /// - Returns: the text.
  public static func text(_ network: Network, remarks: [String] = []) -> String {
    var lines = remarks.map { "# \(FormatError.oneLine($0))" }
    lines.append("network: \(YAMLText.quoted(network.name))")
    if !network.source.isEmpty { lines.append("source: \(YAMLText.quoted(network.source))") }
    lines.append("layers:")
    for entry in network.entries {
      lines.append("  - name: \(YAMLText.quoted(entry.layer.name))")
      if let whole = entry.partOf { lines.append("    part-of: \(YAMLText.quoted(whole))") }
      if entry.hasOwnInputs { lines.append("    own-inputs: true") }
      if entry.count != 1 { lines.append("    count: \(entry.count)") }
      lines += (isGEMM(entry.layer) ? gemm(entry.layer) : convolution(entry.layer)).map { "    " + $0 }
      if entry.layer.hasBiases { lines.append("    biases: true") }
      if entry.layer.channelsPerBias != 1 { lines.append("    channels-per-bias: \(entry.layer.channelsPerBias)") }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Whether `gemm` says all there is to say.
  private static func isGEMM(_ layer: Layer) -> Bool {
    layer.batch == 1 && layer.horizontal.inputSize == 1
      && [layer.vertical, layer.horizontal].allSatisfy { axis in
        axis.kernelSize == 1 && axis.stride == 1 && axis.dilation == 1 && axis.paddingBefore == 0
          && axis.paddingAfter == 0
      }
  }

  private static func gemm(_ layer: Layer) -> [String] {
    groups(layer) + ["gemm: {m: \(layer[.p]), n: \(layer[.k]), k: \(layer[.c])}"]
  }

  private static func convolution(_ layer: Layer) -> [String] {
    let (rows, columns) = (layer.vertical, layer.horizontal)
    var lines = layer.batch == 1 ? [] : ["batch: \(layer.batch)"]
    lines += groups(layer)
    lines.append("input: {channels: \(layer.inputChannels), height: \(rows.inputSize), width: \(columns.inputSize)}")
    lines.append("output: {channels: \(layer.outputChannels)}")
    lines.append("kernel: \(extent(rows.kernelSize, columns.kernelSize))")
    if rows.stride != 1 || columns.stride != 1 { lines.append("stride: \(extent(rows.stride, columns.stride))") }
    if rows.dilation != 1 || columns.dilation != 1 {
      lines.append("dilation: \(extent(rows.dilation, columns.dilation))")
    }
    let padding = [rows.paddingBefore, rows.paddingAfter, columns.paddingBefore, columns.paddingAfter]
    if padding.allSatisfy({ $0 == padding[0] }) {
      if padding[0] != 0 { lines.append("padding: \(padding[0])") }
    } else {
      let sides = zip(["top", "bottom", "left", "right"], padding).map { "\($0): \($1)" }
      lines.append("padding: {\(sides.joined(separator: ", "))}")
    }
    return lines
  }

  private static func groups(_ layer: Layer) -> [String] { layer.groups == 1 ? [] : ["groups: \(layer.groups)"] }

  private static func extent(_ height: Int, _ width: Int) -> String {
    height == width ? "\(height)" : "{height: \(height), width: \(width)}"
  }
}
