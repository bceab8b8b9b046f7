import Foundation

/// How large a PNG is to be on paper, which gnuplot does not say: without it programs take 72 dots for an inch.
enum PNGResolution {
  /// The picture with so many dots an inch, in a pHYs chunk after the header (PNG specification, 11.3.4.3).
  static func setting(_ dotsPerInch: Int, in png: Data) -> Data {
    // Eight bytes of signature and a header chunk of 25.
    let end = png.startIndex + 33
    guard png.count > 33 else { return png }
    let perMetre = UInt32((Double(dotsPerInch) / 0.0254).rounded())
    var chunk = Data("pHYs".utf8)
    for _ in 0..<2 { chunk += bytes(perMetre) }
    chunk.append(1)
    return png[..<end] + bytes(UInt32(chunk.count - 4)) + chunk + bytes(checksum(chunk)) + png[end...]
  }

  private static func bytes(_ value: UInt32) -> Data {
    Data((0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) })
  }

  /// CRC-32 as PNG has it.
  private static func checksum(_ data: Data) -> UInt32 {
    var remainder = UInt32.max
    for byte in data {
      remainder ^= UInt32(byte)
      for _ in 0..<8 {
        let isOdd = remainder & 1 == 1
        remainder >>= 1
        if isOdd { remainder ^= 0xEDB8_8320 }
      }
    }
    return ~remainder
  }
}
