public import EnergyModel
public import Workloads

/// How tensors lie in the Buffer, as users write it: parts as `inputs=16KiB,weights=32KiB,outputs=8KiB`, of which some may be
/// for two tensors, as `inputs+outputs=128KiB`; tensors by commas, or `all`; and tiles as `k=16*,p=1|2|4,q<=8`.
public enum LayoutText {
  private static let names = Tensor.allCases.map(\.rawValue)
  private static let example = "inputs=16KiB,weights=32KiB,outputs=8KiB or inputs+outputs=128KiB,weights=512KiB"

  /// Whether a capacity is given by its parts.
  public static func hasParts(_ capacity: String) -> Bool { capacity.contains("=") }

  /// The Buffer in parts that a text stands for.
  ///
  /// - Throws: ``FormatError`` unless each tensor has one part, and each part a size.
  public static func layout(_ text: String, origin: String) throws(FormatError) -> BufferLayout {
    var parts: [BufferLayout.Part] = []
    for field in text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmingSpaces) {
      let sides = field.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2 else {
        throw FormatError(origin: origin, message: "'\(field)' is no part of a Buffer; parts are written \(example)")
      }
      let tensors = try sides[0].split(separator: "+", omittingEmptySubsequences: false).map {
        name throws(FormatError) in
        try tensor(name, origin)
      }
      if Set(tensors).count < tensors.count {
        throw FormatError(origin: origin, message: "'\(field)' names a tensor twice")
      }
      parts.append(
        BufferLayout.Part(
          Set(tensors), capacity: try CapacityText.parse(String(sides[1].trimmingSpaces), origin: origin)))
    }
    do {
      return try BufferLayout(parts: parts)
    } catch {
      throw FormatError(origin: origin, message: "'\(text)': \(error); parts are written \(example)")
    }
  }

  /// The tiles that a text stands for: multiples, sizes to choose from and largest sizes, as in `k=16*,p=1|2|4,q<=8`, and
  /// `divisors` where every loop cuts its range into blocks of one size.
  ///
  /// - Parameters:
  ///   - text: the text, or nil for tiles of any size.
  ///   - cutsEvenly: whether it does so besides what the text says.
  ///   - origin: where the text stands.
  /// - Returns: a layout of which only the tiles say something.
  /// - Throws: ``FormatError`` for a dimension that no tiles are chosen of, for one named twice, and for anything else.
  public static func tiles(_ text: String?, cutsEvenly: Bool = false, origin: String) throws(FormatError)
    -> BufferLayout
  {
    let example = "tiles are written k=16*,p=1|2|4,q<=8: multiples of 16; 1, 2 or 4; at most 8"
    var (multiples, choices): ([Dimension: Int], [Dimension: TileRules.Choice]) = ([:], [:])
    var named: Set<Dimension> = []
    var cutsEvenly = cutsEvenly
    for field in text?.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmingSpaces) ?? [] {
      if field == "divisors" {
        cutsEvenly = true
        continue
      }
      let refusal = FormatError(origin: origin, message: "'\(field.prefix(40))' is not understood; \(example)")
      guard let sign = field.firstIndex(where: { $0 == "=" || $0 == "<" }) else { throw refusal }
      let (name, rule) = (field[..<sign].trimmingSpaces, field[sign...])
      guard let dimension = Dimension(rawValue: String(name)) else {
        throw FormatError(origin: origin, message: "'\(name.prefix(40))' is no dimension; \(example)")
      }
      if !named.insert(dimension).inserted {
        throw FormatError(origin: origin, message: "'\(text ?? "")' names \(dimension.rawValue) twice")
      }
      if rule.hasPrefix("<=") {
        guard let most = Int(rule.dropFirst(2).trimmingSpaces) else { throw refusal }
        choices[dimension] = .atMost(most)
      } else if rule.hasPrefix("="), rule.hasSuffix("*") {
        guard let multiple = Int(rule.dropFirst().dropLast().trimmingSpaces) else { throw refusal }
        multiples[dimension] = multiple
      } else if rule.hasPrefix("=") {
        let sizes = rule.dropFirst().split(separator: "|", omittingEmptySubsequences: false).map {
          Int($0.trimmingSpaces)
        }
        if sizes.contains(nil) { throw refusal }
        choices[dimension] = .oneOf(sizes.compactMap(\.self))
      } else {
        throw refusal
      }
    }
    do {
      return try BufferLayout(multiples: multiples, rules: TileRules(choices, cutsEvenly: cutsEvenly))
    } catch {
      throw FormatError(origin: origin, message: "\(error)")
    }
  }

  /// Tiles as ``tiles(_:cutsEvenly:origin:)`` takes them back; nil for tiles of any size.
  public static func tiles(of layout: BufferLayout) -> String? {
    let fields = Dimension.allCases.compactMap { dimension -> String? in
      if let multiple = layout.multiples[dimension] { return "\(dimension.rawValue)=\(multiple)*" }
      switch layout.rules.choices[dimension] {
      case nil: return nil
      case .oneOf(let sizes): return "\(dimension.rawValue)=\(sizes.map(String.init).joined(separator: "|"))"
      case .atMost(let most): return "\(dimension.rawValue)<=\(most)"
      }
    }
    let all = fields + (layout.rules.cutsEvenly ? ["divisors"] : [])
    return all.isEmpty ? nil : all.joined(separator: ",")
  }

  /// The tensors that a text stands for: names by commas, or all of those that may be.
  ///
  /// - Throws: ``FormatError`` for others, and for one that is named twice.
  public static func tensors(
    _ text: String, origin: String, of known: [Tensor] = Tensor.allCases
  ) throws(FormatError) -> Set<Tensor> {
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmingSpaces)
    if names.contains("all") {
      if names.count > 1 { throw FormatError(origin: origin, message: "'\(text)': all stands alone") }
      return Set(known)
    }
    var tensors: Set<Tensor> = []
    for name in names {
      let tensor = try tensor(name, origin, of: known)
      if !tensors.insert(tensor).inserted {
        throw FormatError(origin: origin, message: "'\(text)' names \(tensor.rawValue) twice")
      }
    }
    return tensors
  }

  private static func tensor(
    _ name: Substring, _ origin: String, of known: [Tensor] = Tensor.allCases
  ) throws(FormatError) -> Tensor {
    let name = name.trimmingSpaces
    guard let tensor = known.first(where: { $0.rawValue == name }) else {
      throw FormatError(origin: origin, message: unknown("tensor", String(name), known: known.map(\.rawValue)))
    }
    return tensor
  }

  /// Tensors by commas, as ``tensors(_:origin:of:)`` takes them back, or with something else between them.
  public static func text(_ tensors: Set<Tensor>, separator: String = ",") -> String {
    names(tensors).joined(separator: separator)
  }

  /// The names of tensors in their own order.
  static func names(_ tensors: Set<Tensor>) -> [String] {
    Tensor.allCases.filter(tensors.contains).map(\.rawValue)
  }

  /// Parts as ``layout(_:origin:)`` takes them back.
  public static func text(_ parts: [BufferLayout.Part]) -> String {
    parts.map { part in
      let size = CapacityText.text(part.capacity).replacing(" ", with: "")
      return "\(text(part.tensors, separator: "+"))=\(size)"
    }.joined(separator: ",")
  }

  /// Parts that are too small, and what they would have to hold: sizes where it is one part, otherwise as
  /// ``layout(_:origin:)`` takes them.
  package static func shortage(_ parts: [(part: BufferLayout.Part, held: Bits)]) -> (parts: String, held: String)? {
    guard let (first, held) = parts.first else { return nil }
    if parts.count == 1 {
      let tensors = text(first.tensors, separator: " and ")
      return ("the part for \(tensors) of \(CapacityText.text(first.capacity))", CapacityText.text(held))
    }
    return (
      "the parts \(text(parts.map(\.part)))",
      text(parts.map { BufferLayout.Part($0.part.tensors, capacity: $0.held) })
    )
  }

  /// A layout in words, each with what it says; empty where tensors share one room, each box there once.
  public static func words(_ layout: BufferLayout) -> [String] {
    var words: [String] = []
    if !layout.parts.isEmpty { words.append("parts \(text(layout.parts))") }
    if !layout.doubleBuffered.isEmpty {
      words.append("double-buffered \(text(layout.doubleBuffered, separator: ", "))")
    }
    if !layout.onChip.isEmpty { words.append("on the chip \(text(layout.onChip, separator: ", "))") }
    if let tiles = tiles(of: layout) { words.append("tiles \(tiles)") }
    return words
  }

  /// The options that stand for a layout beside its parts, which stand for the capacity: for what an accelerator may have,
  /// boxes there twice and tiles, or for tensors on the chip.
  public static func options(_ layout: BufferLayout, ofAccelerator: Bool) -> [String] {
    func option(_ name: String, _ tensors: Set<Tensor>) -> [String] {
      tensors.isEmpty ? [] : ["--\(name) \(text(tensors))"]
    }
    if ofAccelerator {
      return option("double-buffer", layout.doubleBuffered)
        + (tiles(of: layout).map { ["--tiles '\($0)'"] } ?? [])
    }
    return option("on-chip", layout.onChip.subtracting([.outputs]))
      + option("leave-on-chip", layout.onChip.intersection([.outputs]))
  }
}

extension ResultRecord {
  /// How tensors lie in the Buffer, where they do not share one room, each box there once.
  public struct Layout: Codable, Hashable, Sendable {
    /// The parts, as `--capacity` takes them; nil for one room.
    public var parts: String?
    /// The tensors that take twice their box, by name; nil for none.
    public var doubleBuffered: [String]?
    /// The tensors that are in the Buffer whole and do not move, by name; nil for none.
    public var onChip: [String]?
    /// What tiles may be, as `--tiles` takes it; nil for tiles of any size.
    public var tiles: String?

    enum CodingKeys: String, CodingKey {
      case parts
      case doubleBuffered = "double_buffered"
      case onChip = "on_chip"
      case tiles
    }

    /// A layout as files have it; nil where it says nothing.
    public init?(_ layout: BufferLayout) {
      if layout == .shared { return nil }
      func names(_ tensors: Set<Tensor>) -> [String]? { tensors.isEmpty ? nil : LayoutText.names(tensors) }
      parts = layout.parts.isEmpty ? nil : LayoutText.text(layout.parts)
      (doubleBuffered, onChip) = (names(layout.doubleBuffered), names(layout.onChip))
      tiles = LayoutText.tiles(of: layout)
    }

    /// The layout that a file has.
    ///
    /// - Throws: ``FormatError`` where it is none.
    package func layout() throws(FormatError) -> BufferLayout {
      func tensors(_ names: [String]?, _ key: String) throws(FormatError) -> Set<Tensor> {
        guard let names else { return [] }
        return try LayoutText.tensors(names.joined(separator: ","), origin: "buffer.\(key)")
      }
      var layout =
        try parts.map { text throws(FormatError) in try LayoutText.layout(text, origin: "buffer.parts") } ?? .shared
      layout.doubleBuffered = try tensors(doubleBuffered, "double_buffered")
      layout.onChip = try tensors(onChip, "on_chip")
      return layout.withTiles(of: try LayoutText.tiles(tiles, origin: "buffer.tiles"))
    }
  }
}
