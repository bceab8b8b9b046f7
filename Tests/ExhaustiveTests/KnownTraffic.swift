import Foundation

/// A layer with the least traffic that is known at each of some occupancies, in words: a line `sizes | occupancy:traffic ….`
/// of a file that is not part of the package.
struct KnownTraffic {
  let line: Substring
  /// What the file has before the bar.
  let sizes: [Int]
  let points: [(occupancy: Int, traffic: Int)]

  /// Where the files are.
  static func file(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../shared/wide/\(name)")
  }

  /// The lines of a file that are not comments.
  static func read(_ file: URL) throws -> [KnownTraffic] {
    try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let halves = line.split(separator: "|")
      return KnownTraffic(
        line: line, sizes: halves[0].split(separator: " ").compactMap { Int($0) },
        points: halves[1].split(separator: " ").map { point in
          let numbers = point.split(separator: ":").compactMap { Int($0) }
          return (numbers[0], numbers[1])
        })
    }
  }
}
