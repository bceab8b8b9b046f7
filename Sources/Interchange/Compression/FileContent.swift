/// What a file holds, some at a time: decompressed, where its members are those of `gzip`.
final class FileContent {
  let origin: String
  private let limit: Int
  private let source: () throws(FormatError) -> ArraySlice<UInt8>
  private var decompression: GzipDecompression?
  /// Bytes that were looked at and not handed over.
  private var beginning: [UInt8]
  private var count = 0
  private var file: FileBytes?

  /// Which part of a file was read, from 0 to 1, if that is known.
  var partRead: Double? { file?.partTaken }

  /// What a file or standard input holds.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - limit: more bytes are refused when they come.
  /// - Throws: ``FormatError`` when it cannot be read, or is a model of another framework.
  convenience init(_ path: String, limit: Int) throws(FormatError) {
    let file = try FileBytes(path)
    try self.init(origin: path, limit: limit) { () throws(FormatError) in try file.next() }
    self.file = file
    try ForeignModel.refuse(beginning, named: path)
  }

  /// What bytes hold that come from somewhere.
  ///
  /// - Parameters:
  ///   - origin: what errors call it.
  ///   - limit: more bytes are refused when they come.
  ///   - source: has the next ones, none at the end.
  /// - Throws: ``FormatError`` when they cannot be read, and where zlib is needed and not there.
  init(
    origin: String, limit: Int, _ source: @escaping () throws(FormatError) -> ArraySlice<UInt8>
  ) throws(FormatError) {
    (self.origin, self.limit, self.source) = (origin, limit, source)
    beginning = []
    while beginning.count < 2 {
      let more = try source()
      if more.isEmpty { break }
      beginning += more
    }
    if Gzip.isBeginning(beginning) {
      let decompression = try GzipDecompression(origin: origin)
      decompression.give(beginning)
      self.decompression = decompression
      beginning = []
    }
  }

  /// The next bytes of it; none at the end.
  ///
  /// - Throws: ``FormatError`` when they cannot be read, are damaged or are more than the limit.
  func next() throws(FormatError) -> [UInt8] {
    let more = if let decompression { try decompressed(decompression) } else { try plain() }
    count += more.count
    if count > limit { throw TextFile.tooLarge(origin, limit) }
    return more
  }

  private func plain() throws(FormatError) -> [UInt8] {
    if beginning.isEmpty { return Array(try source()) }
    defer { beginning = [] }
    return beginning
  }

  private func decompressed(_ decompression: GzipDecompression) throws(FormatError) -> [UInt8] {
    while true {
      if let more = try decompression.next() { return more }
      let compressed = try source()
      if compressed.isEmpty {
        try decompression.finish()
        return []
      }
      decompression.give(compressed)
    }
  }
}
