/// A row of a table of results, from which its record is decoded as from the JSON form.
struct ResultRow: Decoder {
  /// What a field says.
  enum Value {
    case nothing
    case text(String)
    case names([String])
    case whole(Int)
    case number(Double)
    case flag(Bool)
    case nest([ResultRecord.Node])
  }

  /// Where columns stand in the JSON form: under keys of their own, or in mappings under keys.
  struct Group: Sendable {
    private(set) var columns: [String: Int] = [:]
    private(set) var groups: [String: Group] = [:]
    /// All columns in it, and in what it has.
    private(set) var all: [Int] = []
    /// Whether it is there without any value: each reference dataflow's energy may be asked for and be none.
    private(set) var isAlwaysThere = false

    /// Adds a column under the last key of a path.
    mutating func add(_ column: Int, at path: ArraySlice<String>) {
      guard let key = path.first else { return }
      all.append(column)
      if path.count == 1 {
        columns[key] = column
      } else {
        groups[key, default: Group()].add(column, at: path.dropFirst())
        groups[key]?.isAlwaysThere = key == "references"
      }
    }
  }

  private let values: [Value]
  private let group: Group
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  /// The row of some values.
  ///
  /// - Parameters:
  ///   - values: one for each column.
  ///   - group: where the columns stand.
  init(_ values: [Value], in group: Group) { self.init(values, in: group, at: []) }

  private init(_ values: [Value], in group: Group, at path: [any CodingKey]) {
    (self.values, self.group, codingPath) = (values, group, path)
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Fields(row: self))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw mismatch([Any].self) }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { throw mismatch(String.self) }

  /// Says that a mapping stands where something else is expected.
  private func mismatch(_ type: Any.Type, under key: (any CodingKey)? = nil) -> DecodingError {
    DecodingError.typeMismatch(
      type, DecodingError.Context(codingPath: codingPath + (key.map { [$0] } ?? []), debugDescription: ""))
  }

  /// Whether a column has a value.
  private func isThere(_ column: Int) -> Bool {
    if case .nothing = values[column] { false } else { true }
  }

  private func isThere(_ group: Group) -> Bool { group.isAlwaysThere || group.all.contains(where: isThere) }

  /// The fields of a group.
  private struct Fields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let row: ResultRow
    var codingPath: [any CodingKey] { row.codingPath }

    var allKeys: [Key] {
      (row.group.columns.filter { row.isThere($1) }.map(\.key) + row.group.groups.filter { row.isThere($1) }.map(\.key))
        .compactMap { Key(stringValue: $0) }
    }

    func contains(_ key: Key) -> Bool {
      let name = key.stringValue
      if let column = row.group.columns[name] { return row.isThere(column) }
      return row.group.groups[name].map(row.isThere) ?? false
    }

    func decodeNil(forKey key: Key) -> Bool { !contains(key) }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
      let name = key.stringValue
      guard let column = row.group.columns[name] else {
        guard let group = row.group.groups[name], row.isThere(group) else { throw missing(key) }
        return try T(from: ResultRow(row.values, in: group, at: codingPath + [key]))
      }
      let value: T? =
        switch row.values[column] {
        case .nothing: throw missing(key)
        case .text(let text): text as? T
        case .names(let names): names as? T
        case .whole(let whole): whole as? T ?? Double(whole) as? T
        case .number(let number): try Self.number(number, codingPath + [key])
        case .flag(let flag): flag as? T
        case .nest(let nodes): nodes as? T
        }
      guard let value else { throw row.mismatch(type, under: key) }
      return value
    }

    /// A number that is not whole.
    private static func number<T>(_ number: Double, _ path: @autoclosure () -> [any CodingKey]) throws -> T? {
      if T.self == Int.self {
        throw DecodingError.dataCorrupted(DecodingError.Context(codingPath: path(), debugDescription: ""))
      }
      return number as? T
    }

    private func missing(_ key: Key) -> DecodingError {
      DecodingError.keyNotFound(key, DecodingError.Context(codingPath: codingPath, debugDescription: ""))
    }

    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
      throw row.mismatch([String: Any].self, under: key)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      throw row.mismatch([Any].self, under: key)
    }

    func superDecoder() throws -> any Decoder { row }

    func superDecoder(forKey key: Key) throws -> any Decoder { row }
  }
}
