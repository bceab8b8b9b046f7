import Foundation
import TestSupport
import Testing

/// Runs a command that is to be refused: with one line on standard error, nothing on standard output, and nothing written.
///
/// - Parameters:
///   - arguments: the command's arguments; what is in the package's folder is there by its name.
///   - code: the exit code.
///   - message: a part of the line.
/// - Throws: an error where the command cannot be run.
func expectRefusal(of arguments: [String], code: Int32, message: String) throws {
  let line = arguments.joined(separator: " ")
  try withTemporaryFolder { folder in
    let names = ["README.md", "Fuzz", "configs", "results"]
    for name in names {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/\(name)", withDestinationPath: Program.root.appending(path: name).path)
    }
    let outcome = try Program.run(arguments, in: folder)
    #expect(outcome.code == code, "\(line): \(outcome.error)")
    #expect(outcome.output.isEmpty, "\(line)")
    #expect(outcome.error.hasPrefix("tilebound: ") && outcome.error.contains(message), "\(line): \(outcome.error)")
    #expect(outcome.error.count { $0 == "\n" } == 1, "\(line): \(outcome.error)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == names.sorted(), "\(line)")
  }
}

/// The same of arguments that are separated by blanks.
func expectRefusal(of line: String, code: Int32, message: String) throws {
  try expectRefusal(of: line.split(separator: " ").map(String.init), code: code, message: message)
}
