public import Interchange
public import Workloads

/// Measured energies of layers in a table: numbers between semicolons or commas, with or without a line of names.
public enum MeasuredFile {
  /// Larger files are refused unread.
  static let largestFile = 256 << 20
  /// More rows are refused.
  static let mostRows = 1_000_000

  /// What a column may be called besides the keys of a shape, which `+` joins where a column stands for several.
  public static let columnNames = ["layer", "total", "compute", "data", "macs", "words", "-"]

  /// The measurements in a file.
  ///
  /// - Parameters:
  ///   - file: the table.
  ///   - columns: what each column holds, or nil where the table's first line says it.
  ///   - shape: what is the same for all layers, as in `c=3,r=11,s=11`, or nil.
  ///   - network: whose layers the column `layer` counts from 1 or names, or nil where there is no such column.
  ///   - name: what reports are to call them, or nil for the file's name.
  /// - Returns: the measurements.
  /// - Throws: `FormatError` naming file, line and column.
  public static func read(
    file: String, columns: [String]?, shape: String?, network: Network? = nil, name: String? = nil
  ) throws(FormatError) -> MeasuredData {
    try parse(
      try TextFile.read(file, limit: largestFile), name: name ?? WorkloadFile.networkName(of: file), columns: columns,
      shape: shape, network: network, origin: file)
  }

  /// The measurements in a text, of which errors say that it comes from `origin`; see
  /// ``read(file:columns:shape:network:name:)``.
  public static func parse(
    _ text: String, name: String, columns: [String]?, shape: String?, network: Network? = nil, origin: String
  ) throws(FormatError) -> MeasuredData {
    if network != nil, shape != nil {
      throw FormatError(origin: origin, message: "its layers are those of a network: a shape does not go with it")
    }
    var columns = try columns.map { names throws(FormatError) in try Columns(names, origin: "--columns") }
    var table = CSVReader(text, origin: origin, separators: ";\t,")
    var rows: [Measurement] = []
    var isFirst = true
    while let row = try table.next() {
      let isHeader = isFirst && !row.fields.contains { Double($0) != nil }
      isFirst = false
      let known: Columns
      if let columns { known = columns } else { known = try header(row, isHeader: isHeader, origin) }
      columns = known
      try known.checkLayers(of: network, origin)
      if isHeader { continue }
      if rows.count == mostRows {
        throw FormatError(origin: origin, line: row.line, message: "has more than \(mostRows) rows")
      }
      if row.fields.count != known.count {
        throw FormatError(
          origin: origin, line: row.line,
          message: "has \(row.fields.count) values between '\(table.separator)'; \(known.count) are expected")
      }
      rows.append(try known.measurement(row, shape: shape, network, origin))
    }
    guard let columns, !rows.isEmpty else {
      throw FormatError(origin: origin, message: "has no rows; a table of measured energies is expected")
    }
    if network != nil { return MeasuredData(name: name, layers: rows) }
    return MeasuredData(name: name, parameters: columns.parameters.map(\.name), rows: rows)
  }

  /// What the names in a table's first row say of its columns.
  private static func header(_ row: CSVReader.Row, isHeader: Bool, _ origin: String) throws(FormatError) -> Columns {
    guard isHeader else {
      throw FormatError(
        origin: origin, line: row.line,
        message: "has no names of columns; give --columns, as in k,total,compute,data")
    }
    return try Columns(row.fields.map { $0.filter { $0 != "\"" && $0 != "'" } }, origin: origin, line: row.line)
  }
}

/// What the columns of a table hold.
private struct Columns {
  /// A column that gives a part of the shape.
  struct Parameter {
    let name: String
    let keys: [String]
    let position: Int
  }

  private(set) var parameters: [Parameter] = []
  private(set) var positions: [String: Int] = [:]
  let count: Int

  init(_ names: [String], origin: String, line: Int? = nil) throws(FormatError) {
    func refusal(_ message: String) -> FormatError { FormatError(origin: origin, line: line, message: message) }
    count = names.count
    var keys: Set<String> = []
    for (position, name) in names.enumerated() where name != "-" {
      if MeasuredFile.columnNames.contains(name) {
        if positions.updateValue(position, forKey: name) != nil { throw refusal("the column '\(name)' is given twice") }
        continue
      }
      let parts = name.split(separator: "+").map(String.init)
      for part in parts.isEmpty ? [name] : parts {
        guard ShapeText.keys.contains(part) else {
          throw refusal(unknown("column", part, known: ShapeText.keys + MeasuredFile.columnNames))
        }
        if !keys.insert(part).inserted { throw refusal("the column '\(part)' is given twice") }
      }
      parameters.append(Parameter(name: name, keys: parts, position: position))
    }
    if ["total", "compute", "data"].count(where: { positions[$0] != nil }) < 2 {
      throw refusal("two of the columns total, compute and data are needed, from which the third follows")
    }
  }

  /// Refuses a column of layers without a network that has them, and a network without such a column alone.
  func checkLayers(of network: Network?, _ origin: String) throws(FormatError) {
    if positions["layer"] == nil {
      guard let network else { return }
      throw FormatError(
        origin: origin, message: "has no column 'layer' that says which of \(network.name)'s layers a row is")
    }
    guard network != nil else {
      throw FormatError(origin: origin, message: "the column 'layer' needs a network, as in --network alexnet")
    }
    if let parameter = parameters.first {
      throw FormatError(
        origin: origin, message: "the column '\(parameter.name)' does not go with 'layer', which says all of a shape")
    }
  }

  /// The layer of a network that a field counts from 1 or names, if there is one.
  private static func layer(_ field: String, of network: Network) -> Layer? {
    let layers = network.entries.map(\.layer)
    if let named = layers.first(where: { $0.name == field }) { return named }
    guard let number = Int(field), (1..<layers.count + 1).contains(number) else { return nil }
    return layers[number - 1]
  }

  /// The measurement in a row, which has as many fields as there are columns.
  func measurement(
    _ row: CSVReader.Row, shape: String?, _ network: Network?, _ origin: String
  ) throws(FormatError) -> Measurement {
    let fields = row.fields
    func refusal(_ key: String?, _ message: String) -> FormatError {
      FormatError(origin: origin, line: row.line, key: key, message: message)
    }
    func energy(_ name: String) throws(FormatError) -> Double? {
      guard let position = positions[name] else { return nil }
      guard let value = Double(fields[position]), value.isFinite, value >= 0 else {
        throw refusal(name, "'\(fields[position])' is no energy; a number of at least 0 is expected")
      }
      return value
    }
    func integer(_ name: String) throws(FormatError) -> Int? {
      guard let position = positions[name] else { return nil }
      guard let value = Double(fields[position]).flatMap({ Int(exactly: $0) }), value >= 0 else {
        throw refusal(name, "'\(fields[position])' is no whole number")
      }
      return value
    }
    var settings = shape.map { [$0] } ?? []
    var values: [Double] = []
    for parameter in parameters {
      let text = fields[parameter.position]
      guard let value = Double(text), let whole = Int(exactly: value) else {
        throw refusal(parameter.name, "'\(text)' is no whole number")
      }
      settings += parameter.keys.map { "\($0)=\(whole)" }
      values.append(value)
    }
    let layer: Layer
    if let network, let position = positions["layer"] {
      guard let named = Self.layer(fields[position], of: network) else {
        throw refusal(
          "layer",
          "'\(fields[position].prefix(80))' is no layer of \(network.name); 1 to \(network.entries.count) or a layer's name "
            + "is expected")
      }
      layer = named
    } else {
      do {
        layer = try ShapeText.parse(settings.joined(separator: ","), origin: origin)
      } catch {
        throw refusal(error.key, error.message)
      }
    }
    let (total, compute, data) = (try energy("total"), try energy("compute"), try energy("data"))
    let moved = data ?? (total ?? 0) - (compute ?? 0)
    guard moved > 0 else { throw refusal("data", "is \(moved); an energy of moving data above 0 is expected") }
    return Measurement(
      line: row.line, layer: layer, parameters: values, total: total ?? moved + (compute ?? 0),
      compute: compute ?? (total ?? 0) - moved, data: moved, publishedMACs: try integer("macs"),
      publishedWords: try integer("words"))
  }
}
