import Interchange
import TestSupport
import Testing

/// Damaged texts: every beginning of a text, and texts with some of their bytes changed.
enum Damage {
  /// Reads all of them; what is refused must be refused in one line that names the file.
  ///
  /// - Parameters:
  ///   - text: a text that can be read.
  ///   - seed: of the changes; only the first, 0, reads the beginnings too, which are the same for all.
  ///   - edits: how many texts to change.
  ///   - read: reads a text as the file `file`.
  static func check(_ text: String, seed: Int, edits: Int = 600, read: (String) throws -> Void) {
    let bytes = Array(text.utf8)
    if seed == 0 {
      for count in stride(from: 0, to: bytes.count, by: oneSeedIn) { expectOneLine(bytes[..<count], seed: seed, read) }
    }
    var random = SplitMix64(seed: seed)
    let alphabet = bytes + Array("0123456789{}[]:,*+=-#&%\"' \n\t\u{0}\u{e9}9999999999999999999".utf8)
    for _ in 0..<edits {
      var changed = bytes
      for _ in 0..<random.pick(1...4) where !changed.isEmpty {
        let position = random.pick(0...changed.count - 1)
        switch random.pick(0...2) {
        case 0: changed[position] = random.pick(alphabet)
        case 1: changed.insert(random.pick(alphabet), at: position)
        default: changed.removeSubrange(position..<min(changed.count, position + random.pick(1...12)))
        }
      }
      expectOneLine(changed[...], seed: seed, read)
    }
  }

  private static func expectOneLine(_ bytes: ArraySlice<UInt8>, seed: Int, _ read: (String) throws -> Void) {
    do {
      try read(String(decoding: bytes, as: UTF8.self))
    } catch let error as FormatError {
      let line = "\(error)"
      #expect(!line.contains("\n") && line.hasPrefix("file"), "seed \(seed): \(line)")
    } catch {
      Issue.record("seed \(seed): \(error)")
    }
  }
}
