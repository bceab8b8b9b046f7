public import Foundation

/// The program as users run it: arguments in; text, exit code and files out.
public enum Program {
  /// The keys of what the program says of itself in files of results: with the commit where the package is a clone.
  public static let producerKeys: Set<String> =
    FileManager.default.isReadableFile(atPath: root.appending(path: ".git/logs/HEAD").path)
    ? ["version", "blas_core", "commit"] : ["version", "blas_core"]

  /// What a run gave.
  public struct Outcome {
    /// The exit code.
    public var code: Int32
    /// What it printed.
    public var output: String
    /// What it printed as errors.
    public var error: String

    /// An outcome by its parts.
    public init(code: Int32, output: String, error: String) {
      self.code = code
      self.output = output
      self.error = error
    }
  }

  /// The built program, beside the tests.
  public static let url: URL = {
    let arguments = CommandLine.arguments
    let bundle = arguments.firstIndex(of: "--test-bundle-path").map { arguments[$0 + 1] } ?? arguments[0]
    return URL(fileURLWithPath: bundle).deletingLastPathComponent().appending(path: "tilebound")
  }()

  /// The folder of the package.
  public static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Runs the program with arguments, in the package's folder unless another is given.
  public static func run(_ arguments: [String], in folder: String = root.path) throws -> Outcome {
    try run(url, arguments, in: folder)
  }

  /// The same with arguments that are separated by blanks.
  public static func run(_ line: String, in folder: String = root.path) throws -> Outcome {
    try run(line.split(separator: " ").map(String.init), in: folder)
  }

  /// Runs a line of shell, in which `tilebound` is the program.
  public static func shell(_ line: String, in folder: String = root.path) throws -> Outcome {
    let path = url.deletingLastPathComponent().path
    return try run(URL(fileURLWithPath: "/bin/bash"), ["-c", "PATH=\(path):$PATH; \(line)"], in: folder)
  }

  /// Runs something with nothing to read.
  private static func run(_ executable: URL, _ arguments: [String], in folder: String) throws -> Outcome {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let (output, error) = (Pipe(), Pipe())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = error
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let errors = error.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      error: String(decoding: errors, as: UTF8.self))
  }
}

/// Does something with a folder that is gone afterwards.
public func withTemporaryFolder<Answer>(_ body: (_ path: String) throws -> Answer) throws -> Answer {
  let folder = FileManager.default.temporaryDirectory.appending(path: "tilebound-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// The files of a folder, by name.
public func contents(of folder: String) throws -> [String: Data] {
  try FileManager.default.contentsOfDirectory(atPath: folder).reduce(into: [:]) { contents, name in
    contents[name] = FileManager.default.contents(atPath: "\(folder)/\(name)")
  }
}
