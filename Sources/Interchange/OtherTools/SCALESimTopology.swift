import Workloads

/// The layers of a SCALE-Sim topology, CSV: convolutions or matrix products, as the header says.
///
/// See `scalesim/topology_utils.py` of scalesim-project/SCALE-Sim, versions 2 and 3. As there, commas separate fields and
/// nothing is quoted.
public enum SCALESimTopology {
  /// Larger files are refused unread.
  static let largestFile = 16 << 20

  /// The layers in a file.
  ///
  /// - Throws: ``FormatError`` naming file, line and column.
  public static func read(file: String) throws(FormatError) -> ImportedNetwork {
    try parse(try TextFile.read(file, limit: largestFile), origin: file)
  }

  /// The layers in a text, of which errors say that it comes from `origin`.
  ///
  /// The input's size includes its padding. Where the stride does not divide it there is one more output, as SCALE-Sim
  /// has it, that reaches beyond the input. Layers with `DP` in their names are depthwise. SCALE-Sim reads columns by
  /// their places and leaves out what is shorter than a layer: so are a column that the header names twice, a second
  /// stride that it does not name, and rows with a name alone.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> ImportedNetwork {
    var layers = ImportedLayers()
    var columns: Columns?
    var counts = (depthwise: 0, sparse: 0, beyond: 0, unpadded: 0, rows: 0, titles: 0, headers: 0, strides: 0)
    var rows = CSVReader(text, origin: origin, hasQuotes: false)
    while let next = try rows.next() {
      let (fields, line) = (next.fields, next.line)
      if fields.allSatisfy(\.isEmpty) { continue }
      guard let columns else {
        columns = try Columns(fields, origin: origin, line: line)
        continue
      }
      if columns.isTitle(fields) {
        counts.titles += 1
        continue
      }
      if columns.isHeader(fields) {
        counts.headers += 1
        continue
      }
      counts.rows += 1
      if counts.rows > ImportedLayers.most {
        throw FormatError(origin: origin, line: line, message: "has more than \(ImportedLayers.most) layers")
      }
      // A comma at the end of a line is customary, and a remark after it.
      let secondStride = columns.secondStride(in: fields)
      if secondStride != nil { counts.strides += 1 }
      let named = Set(columns.positions.values + (secondStride.map { [$0] } ?? []))
      if let extra = fields.indices.first(where: {
        !named.contains($0) && !fields[$0].isEmpty && !fields[$0].hasPrefix("#")
      }) {
        throw FormatError(
          origin: origin, line: line,
          message: "has the value '\(fields[extra].prefix(40))' in column \(extra + 1), which has no name in the header"
        )
      }
      let row = Row(columns: columns, fields: fields, origin: origin, line: line)
      guard let name = row.field(.layer) else {
        throw FormatError(origin: origin, line: line, key: Column.layer.rawValue, message: "is missing")
      }
      if try row.isSparse { counts.sparse += 1 }
      do {
        let (layer, reachesBeyond) = try row.layer(name: layers.name(name))
        if reachesBeyond { counts.beyond += 1 }
        if layer[.r] > 1 || layer[.s] > 1 { counts.unpadded += 1 }
        if layer.groups > 1, !columns.isGEMM { counts.depthwise += 1 }
        layers.append(layer)
      } catch let error as FormatError {
        throw error
      } catch {
        throw FormatError(origin: origin, line: line, message: "\(error)")
      }
    }
    if columns == nil {
      throw FormatError(origin: origin, message: "the file is empty; a SCALE-Sim topology is expected")
    }
    func remark(_ count: Int, _ one: String, _ several: String) {
      if count > 0 { layers.remarks.append(count == 1 ? "1 \(one)" : "\(count) \(several)") }
    }
    if let column = columns?.repeated {
      layers.remarks.append(
        "the header has the column \(column.rawValue) twice: columns are read by their places, as SCALE-Sim reads them")
    }
    remark(
      counts.titles, "row has a name alone and is left out, as a title",
      "rows have a name alone and are left out, as titles"
    )
    remark(counts.headers, "row repeats the header and is left out", "rows repeat the header and are left out")
    remark(
      counts.strides, "layer has a second stride, that along the width, which the header does not name",
      "layers have a second stride, that along the width, which the header does not name")
    layers.remark(unpadded: counts.unpadded)
    remark(
      counts.depthwise, "layer is depthwise by the DP in its name, as in SCALE-Sim",
      "layers are depthwise by the DP in their names, as in SCALE-Sim")
    remark(
      counts.beyond, "layer has a last output that reaches beyond its input, as in SCALE-Sim, which rounds up",
      "layers have a last output that reaches beyond their input, as in SCALE-Sim, which rounds up")
    remark(
      counts.sparse, "layer has sparse weights, of which all are counted",
      "layers have sparse weights, of which all are counted")
    return try layers.network(named: nil, tool: "SCALE-Sim", origin: origin)
  }

  /// What a column holds.
  enum Column: String {
    case layer = "Layer"
    case inputHeight = "IFMAP Height"
    case inputWidth = "IFMAP Width"
    case kernelHeight = "Filter Height"
    case kernelWidth = "Filter Width"
    case channels = "Channels"
    case filters = "Num Filter"
    case strides = "Strides"
    case strideHeight = "Stride height"
    case strideWidth = "Stride width"
    case m = "M"
    case n = "N"
    case k = "K"
    case batch = "Batch Size"
    case sparsity = "Sparsity"

    /// Names are told apart by their letters alone.
    init?(_ title: String) {
      let letters = title.lowercased().filter { $0.isLetter }
      switch letters {
      case "layer", "layername", "layers", "name": self = .layer
      case "ifmapheight", "ifmaph": self = .inputHeight
      case "ifmapwidth", "ifmapw": self = .inputWidth
      case "filterheight", "filterh": self = .kernelHeight
      case "filterwidth", "filterw": self = .kernelWidth
      case "channels", "channel", "numchannels": self = .channels
      case "numfilter", "numfilters", "filters": self = .filters
      case "strides", "stride": self = .strides
      case "strideheight", "strideh", "stridesh", "stridesheight": self = .strideHeight
      case "stridewidth", "stridew", "stridesw", "strideswidth": self = .strideWidth
      case "m": self = .m
      case "n": self = .n
      case "k": self = .k
      case "batch", "batchsize": self = .batch
      case "sparsity", "sparsityratio": self = .sparsity
      default: return nil
      }
    }
  }

  /// The columns of a header.
  private struct Columns {
    private(set) var positions: [Column: Int] = [:]
    /// A column that the header names twice, in which case all are known by their places.
    private(set) var repeated: Column?
    let isGEMM: Bool
    private let titles: [String]

    /// The places at which SCALE-Sim reads columns.
    private static let places: [[Column]] = [
      [.layer, .inputHeight, .inputWidth, .kernelHeight, .kernelWidth, .channels, .filters, .strides],
      [.layer, .m, .n, .k],
    ]

    init(_ titles: [String], origin: String, line: Int) throws(FormatError) {
      func refusal(_ message: String) -> FormatError { FormatError(origin: origin, line: line, message: message) }
      if titles.contains("network"), titles.contains("shape") || titles.contains("capacity_bits") {
        throw refusal("is a table of results; layers are expected, as a layer table or a file of another tool")
      }
      self.titles = titles.map { $0.lowercased() }
      let accepted =
        "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides or "
        + "Layer, M, N, K"
      var named: [(position: Int, column: Column)] = []
      for (position, title) in titles.enumerated() where !title.isEmpty {
        guard let column = Column(title) else {
          throw refusal("has the unknown column '\(title.prefix(40))'; a SCALE-Sim topology has \(accepted)")
        }
        if positions.updateValue(position, forKey: column) != nil { repeated = repeated ?? column }
        named.append((position, column))
      }
      if let repeated {
        let places = Self.places.first { places in
          named.count == places.count
            && named.allSatisfy { $0.position < places.count && [places[$0.position], repeated].contains($0.column) }
        }
        guard let places else {
          throw refusal("has the column \(repeated.rawValue) twice; a SCALE-Sim topology has \(accepted)")
        }
        positions = Dictionary(uniqueKeysWithValues: places.enumerated().map { ($0.element, $0.offset) })
      }
      isGEMM = positions[.m] != nil
      var needed: [Column] =
        isGEMM
        ? [.layer, .m, .n, .k]
        : [.layer, .inputHeight, .inputWidth, .kernelHeight, .kernelWidth, .channels, .filters]
      if !isGEMM { needed += positions[.strides] != nil ? [.strides] : [.strideHeight, .strideWidth] }
      if let missing = needed.first(where: { positions[$0] == nil }) {
        throw refusal("has no column \(missing.rawValue); a SCALE-Sim topology has \(accepted)")
      }
      let others: Set<Column> =
        isGEMM
        ? [.inputHeight, .inputWidth, .kernelHeight, .kernelWidth, .channels, .filters, .strides]
        : positions[.strides] == nil ? [.n, .k] : [.n, .k, .strideHeight, .strideWidth]
      if let other = positions.keys.filter(others.contains).min(by: { $0.rawValue < $1.rawValue }) {
        throw refusal("has the column \(other.rawValue), which does not go with \(needed[needed.count - 1].rawValue)")
      }
    }

    /// Whether a row has a name alone.
    func isTitle(_ fields: [String]) -> Bool {
      guard let name = positions[.layer] else { return false }
      return fields.indices.allSatisfy { fields[$0].isEmpty != ($0 == name) } && name < fields.count
    }

    /// Whether a row is the header once more.
    func isHeader(_ fields: [String]) -> Bool { fields.map { $0.lowercased() } == titles }

    /// Where a row has the second of two strides under a header that names one, if it has one.
    func secondStride(in fields: [String]) -> Int? {
      let place = Self.places[0].count
      guard !isGEMM, positions[.strides] == place - 1, place < fields.count, Int(fields[place]) != nil,
        !positions.values.contains(place)
      else { return nil }
      return place
    }
  }

  private struct Row {
    let columns: Columns
    let fields: [String]
    let origin: String
    let line: Int

    func field(_ column: Column) -> String? {
      guard let position = columns.positions[column], position < fields.count, !fields[position].isEmpty else {
        return nil
      }
      return fields[position]
    }

    private func error(_ column: Column, _ message: String) -> FormatError {
      FormatError(origin: origin, line: line, key: column.rawValue, message: message)
    }

    private func size(_ column: Column, default value: Int? = nil) throws(FormatError) -> Int {
      guard let text = field(column) else {
        if let value { return value }
        throw error(column, "is missing; a whole number from 1 on is expected")
      }
      guard let size = Int(text), size >= 1 else {
        throw error(column, "is '\(text.prefix(40))'; a whole number from 1 on is expected")
      }
      return size
    }

    /// The stride along the width, where it is given under a header that names one stride.
    private func secondStride() throws(FormatError) -> Int? {
      guard let position = columns.secondStride(in: fields), let stride = Int(fields[position]) else { return nil }
      if stride < 1 { throw error(.strides, "is \(stride) along the width; \((1...).accepted)") }
      return stride
    }

    /// Whether only N of M weights are there.
    var isSparse: Bool {
      get throws(FormatError) {
        guard let text = field(.sparsity), text != "1" else { return false }
        let sides = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0.trimmingSpaces) }
        guard sides.count == 2, let kept = sides[0], let all = sides[1], 1 <= kept, kept <= all else {
          throw error(.sparsity, "is '\(text.prefix(40))'; a ratio as 2:4 is expected")
        }
        return kept < all
      }
    }

    /// The layer, and whether its last output reaches beyond its input.
    func layer(name: String) throws -> (Layer, reachesBeyond: Bool) {
      let batch = try size(.batch, default: 1)
      if columns.isGEMM {
        return (try .gemm(name: name, groups: batch, m: try size(.m), n: try size(.n), k: try size(.k)), false)
      }
      let input = Extent(height: try size(.inputHeight), width: try size(.inputWidth))
      let kernel = Extent(height: try size(.kernelHeight), width: try size(.kernelWidth))
      let stride =
        columns.positions[.strides] != nil
        ? Extent(height: try size(.strides), width: try secondStride() ?? size(.strides))
        : Extent(height: try size(.strideHeight), width: try size(.strideWidth))
      let channels = try size(.channels)
      let filters = try size(.filters)
      let isDepthwise = field(.layer)?.contains("DP") ?? false
      let (outputChannels, overflow) = filters.multipliedReportingOverflow(by: isDepthwise ? channels : 1)
      let padding = Padding(
        top: 0, bottom: Self.beyond(input.height, kernel.height, stride.height), left: 0,
        right: Self.beyond(input.width, kernel.width, stride.width))
      let layer = try Layer(
        name: name, batch: batch, groups: isDepthwise ? channels : 1, inputChannels: channels, input: input,
        outputChannels: overflow ? filters : outputChannels, kernel: kernel, stride: stride, padding: padding)
      return (layer, padding != Padding(0))
    }

    /// The positions that the last output reads beyond the input: outputs are counted by rounding up.
    private static func beyond(_ input: Int, _ kernel: Int, _ stride: Int) -> Int {
      guard kernel <= input else { return 0 }
      let rest = (input - kernel) % stride
      return rest == 0 ? 0 : stride - rest
    }
  }
}
