import Foundation
import TestSupport

/// Pages in a folder of their own, and reports made by the program as users make them.
struct ReportFixture {
  /// Names that would be markup if they were not kept text; the last two hide their first character in a cluster.
  static let names = [
    "<script>alert(1)</script>", "\"&'", "</style>", "</script><img src=x onerror=alert(2)>",
    "\"\u{301} onmouseover=\"alert(3)", "\u{600}<img src=x onerror=alert(4)>",
  ]

  let folder: URL

  /// Does something with a folder that is gone afterwards.
  static func use<Answer>(_ body: (ReportFixture) throws -> Answer) throws -> Answer {
    try withTemporaryFolder { try body(ReportFixture(folder: URL(fileURLWithPath: $0))) }
  }

  /// A page about a network with hostile names at several capacities and widths, a curve, and AlexNet.
  func report() throws -> String {
    var table = "network: \"\\\"<b>&'\"\nsource: none\nlayers:\n"
    for (index, name) in Self.names.enumerated() {
      // Scalar by scalar: a quote with a mark above it is another character.
      let quoted = name.unicodeScalars.map { $0 == "\"" ? "\\\"" : String($0) }.joined()
      table += "  - {name: \"\(quoted)\", count: \(1 + index % 3), gemm: {m: \(4 + index), n: 6, k: \(9 - index)}}\n"
    }
    try Data(table.utf8).write(to: folder.appending(path: "net.yaml"))
    try run("gap --network net.yaml --capacity 16B...256B --bits partial-sums=24 --format json --output net.json")
    try run(
      "optimize alexnet --capacity 64KiB --energy horowitz-45nm-int8 --reuse sliding --format csv --output alexnet.csv")
    try run("curve --network alexnet --layer fc8 --reuse sliding --format json --output curve.json")
    try run("evaluate --shape k=4,c=8,p=6 --nest [inputs]_[weights]_[outputs] --format json --output one.json")
    try run("report net.json alexnet.csv curve.json one.json --output report.html")
    return try String(contentsOf: folder.appending(path: "report.html"), encoding: .utf8)
  }

  /// A page of a text of its own.
  func page(_ text: String) throws -> URL {
    let file = folder.appending(path: "\(UUID().uuidString).html")
    try Data(text.utf8).write(to: file)
    return file
  }

  /// Runs the program in the folder; in arguments, `_` stands for a space.
  func run(_ line: String) throws {
    let arguments = line.split(separator: " ").map { $0.replacingOccurrences(of: "_", with: " ") }
    let outcome = try Program.run(arguments, in: folder.path)
    if outcome.code != 0 { throw Browser.Failure(description: "tilebound \(line): \(outcome.error)") }
  }
}
