import Foundation
import Parallel

/// The routines of zlib that are used here, of a library that is loaded when one of them is first needed.
@safe struct ZLib: Sendable {
  /// What `zlib.h` calls a `z_stream`: where it reads, where it writes, and what it keeps. It must stay in its place.
  @unsafe struct Stream {
    var nextIn: UnsafePointer<UInt8>?
    var availableIn: CUnsignedInt = 0
    var totalIn: CUnsignedLong = 0
    var nextOut: UnsafeMutablePointer<UInt8>?
    var availableOut: CUnsignedInt = 0
    var totalOut: CUnsignedLong = 0
    var message: UnsafePointer<CChar>?
    var state: OpaquePointer?
    var allocate: OpaquePointer?
    var release: OpaquePointer?
    var opaque: OpaquePointer?
    var dataType: CInt = 0
    var check: CUnsignedLong = 0
    var reserved: CUnsignedLong = 0
  }

  typealias Step = @Sendable @convention(c) (_ stream: UnsafeMutableRawPointer, _ flush: CInt) -> CInt
  typealias Call = @Sendable @convention(c) (_ stream: UnsafeMutableRawPointer) -> CInt
  private typealias Check =
    @Sendable @convention(c) (_ check: CUnsignedLong, _ bytes: UnsafePointer<UInt8>?, _ count: CUnsignedInt) ->
    CUnsignedLong
  private typealias Version = @Sendable @convention(c) () -> UnsafePointer<CChar>
  private typealias InflateInit =
    @Sendable @convention(c) (
      _ stream: UnsafeMutableRawPointer, _ windowBits: CInt, _ version: UnsafePointer<CChar>, _ size: CInt
    ) -> CInt
  private typealias DeflateInit =
    @Sendable @convention(c) (
      _ stream: UnsafeMutableRawPointer, _ level: CInt, _ method: CInt, _ windowBits: CInt, _ memory: CInt,
      _ strategy: CInt, _ version: UnsafePointer<CChar>, _ size: CInt
    ) -> CInt

  /// Values of `zlib.h`.
  static let (ok, streamEnd, bufferError, noFlush, finish): (CInt, CInt, CInt, CInt, CInt) = (0, 1, -5, 0, 4)
  /// The largest window, with the head and the end of a member of a gzip file around the data.
  private static let gzipWindow: CInt = 15 + 16

  let inflate, deflate: Step
  let inflateEnd, inflateReset, deflateEnd: Call
  private let crc32: Check
  private let version: Version
  private let inflateInit: InflateInit
  private let deflateInit: DeflateInit

  private static let library = Lazily { Result { () throws(ZLibError) in try ZLib() } }

  /// The routines.
  ///
  /// - Throws: ``ZLibError`` where the library cannot be had, each time.
  static func loaded() throws(ZLibError) -> ZLib { try library.value.get() }

  /// What the library's file may be called.
  private static let names: [String] = {
    if let name = ProcessInfo.processInfo.environment["TILEBOUND_ZLIB"] { return [name] }
    #if canImport(Darwin)
      return ["libz.1.dylib"]
    #else
      return ["libz.so.1", "libz.so"]
    #endif
  }()

  private init() throws(ZLibError) {
    let (file, fileName) = unsafe try Self.opened()
    func routine<Routine>(_ name: String, as _: Routine.Type) throws(ZLibError) -> Routine {
      guard let address = unsafe dlsym(file, name) else { throw ZLibError(reason: "\(fileName) has no \(name)") }
      return unsafe unsafeBitCast(address, to: Routine.self)
    }
    unsafe inflate = try routine("inflate", as: Step.self)
    unsafe deflate = try routine("deflate", as: Step.self)
    unsafe inflateEnd = try routine("inflateEnd", as: Call.self)
    unsafe inflateReset = try routine("inflateReset", as: Call.self)
    unsafe deflateEnd = try routine("deflateEnd", as: Call.self)
    unsafe crc32 = try routine("crc32", as: Check.self)
    unsafe version = try routine("zlibVersion", as: Version.self)
    unsafe inflateInit = try routine("inflateInit2_", as: InflateInit.self)
    unsafe deflateInit = try routine("deflateInit2_", as: DeflateInit.self)
  }

  private static func opened() throws(ZLibError) -> (file: UnsafeMutableRawPointer, name: String) {
    var reasons: [String] = []
    for name in names {
      if let file = unsafe dlopen(name, RTLD_LAZY | RTLD_LOCAL) { return unsafe (file, name) }
      reasons.append(unsafe dlerror().map { unsafe String(cString: $0) } ?? "\(name) cannot be loaded")
    }
    throw ZLibError(reason: reasons[0])
  }

  /// Makes a stream ready to decompress members of gzip files.
  ///
  /// - Throws: ``ZLibError`` when the library does not take it.
  func beginInflating(_ stream: UnsafeMutablePointer<Stream>) throws(ZLibError) {
    let size = unsafe CInt(MemoryLayout<Stream>.size)
    if unsafe inflateInit(stream, Self.gzipWindow, version(), size) != Self.ok { throw Self.refusal }
  }

  /// Makes a stream ready to compress a member of a gzip file.
  ///
  /// - Throws: ``ZLibError`` when the library does not take it.
  func beginDeflating(_ stream: UnsafeMutablePointer<Stream>) throws(ZLibError) {
    let (level, method, memory, strategy, size) = unsafe (
      CInt(6), CInt(8), CInt(8), CInt(0), CInt(MemoryLayout<Stream>.size)
    )
    if unsafe deflateInit(stream, level, method, Self.gzipWindow, memory, strategy, version(), size) != Self.ok {
      throw Self.refusal
    }
  }

  private static let refusal = ZLibError(reason: "it is of another version, or there is no memory left for it")

  /// The CRC-32 of bytes.
  func check(_ bytes: [UInt8]) -> UInt32 {
    UInt32(
      truncatingIfNeeded: unsafe bytes.withUnsafeBufferPointer {
        unsafe crc32(0, $0.baseAddress, CUnsignedInt($0.count))
      })
  }
}

/// zlib is not there, or cannot be used.
package struct ZLibError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with it.
  package let reason: String

  /// What is wrong and what helps, in one line.
  package var description: String {
    "zlib cannot be used: \(reason); install it (Debian: zlib1g), or name its file in TILEBOUND_ZLIB"
  }
}
