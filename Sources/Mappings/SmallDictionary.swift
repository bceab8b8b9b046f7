/// Values by keys of which there are few as a rule, in the order in which they came: few are compared one by one, without hashing.
struct SmallDictionary<Key: Hashable, Value> {
  private(set) var entries: [(key: Key, value: Value)] = []
  /// Where each key is, once there are more than a few.
  private var positions: [Key: Int] = [:]

  /// So many keys are compared one by one.
  private static var few: Int { 16 }

  /// The value of a key.
  subscript(key: Key) -> Value? { position(of: key).map { entries[$0].value } }

  /// Where a key is that may have to be added with a value.
  mutating func position(of key: Key, adding value: @autoclosure () -> Value) -> Int {
    if let position = position(of: key) { return position }
    entries.append((key, value()))
    let count = entries.count
    if count > Self.few {
      if positions.isEmpty {
        for (position, entry) in entries.enumerated() { positions[entry.key] = position }
      } else {
        positions[key] = count - 1
      }
    }
    return count - 1
  }

  private func position(of key: Key) -> Int? {
    positions.isEmpty ? entries.firstIndex { $0.key == key } : positions[key]
  }

  /// Changes the value at a position.
  mutating func update(at position: Int, _ change: (inout Value) -> Void) { change(&entries[position].value) }
}

/// How often there is each of some keys.
typealias Tally<Key: Hashable> = SmallDictionary<Key, Int>

extension SmallDictionary where Value == Int {
  init(_ key: Key, _ count: Int) { entries = [(key, count)] }

  mutating func add(_ key: Key, _ count: Int) {
    let position = position(of: key, adding: 0)
    update(at: position) { $0 += count }
  }

  /// The sum of all counts.
  var total: Int { entries.reduce(0) { $0 + $1.value } }
}
