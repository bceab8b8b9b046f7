public import Foundation
import Interchange
import Parallel

/// Runs gnuplot.
public enum Gnuplot {
  /// Draws a figure.
  ///
  /// - Parameters:
  ///   - figure: what to draw.
  ///   - format: the kind of picture.
  ///   - path: the directories to look for gnuplot in, with colons between; nil for the environment's PATH.
  /// - Returns: the picture's bytes.
  /// - Throws: ``PlotError`` when gnuplot is missing or fails.
  public static func render(
    _ figure: Figure, as format: GnuplotScript.Format, path: String? = nil
  ) throws(PlotError) -> Data {
    try run(GnuplotScript(figure, as: format).text, path: path)
  }

  /// Draws figures one after the other in one process, which takes longer to start than to draw one.
  ///
  /// What gnuplot keeps from one to the next shows in no more than groups without anything in them.
  ///
  /// - Parameters:
  ///   - figures: what to draw.
  ///   - path: the directories to look for gnuplot in, with colons between; nil for the environment's PATH.
  /// - Returns: a picture of each, in SVG.
  /// - Throws: ``PlotError`` when gnuplot is missing or fails.
  static func drawings(of figures: [Figure], path: String?) throws(PlotError) -> [Data] {
    let scripts = figures.map { GnuplotScript($0, as: .svg).text }
    let all = try run(scripts.joined(separator: "reset\n"), path: path)
    // gnuplot writes every "<" of a text as an entity.
    var starts: [Data.Index] = []
    while let next = all.range(
      of: Data("<?xml ".utf8), in: (starts.last.map { $0 + 1 } ?? all.startIndex)..<all.endIndex)
    {
      starts.append(next.lowerBound)
    }
    guard starts.count == figures.count else {
      throw .gnuplotFailed("of \(figures.count) pictures it drew \(starts.count)")
    }
    return zip(starts, starts.dropFirst() + [all.endIndex]).map { all[$0..<$1] }
  }

  /// Checks that gnuplot is there, before anything else is done that would be in vain without it.
  ///
  /// - Parameters:
  ///   - format: the kind of pictures that it is to write.
  ///   - path: the directories to look for it in; nil for the environment's PATH.
  /// - Throws: ``PlotError/gnuplotMissing``, and ``PlotError/terminalMissing(_:)`` where it does not write these.
  public static func check(_ format: GnuplotScript.Format = .svg, path: String? = nil) throws(PlotError) {
    if find(in: path) == nil { throw .gnuplotMissing }
    // That for SVG is always there.
    if format == .svg { return }
    do {
      _ = try run("set terminal \(format.terminal)\nset print '-'\nprint 'there'\n", path: path)
    } catch .gnuplotFailed(let message) where message.contains("terminal") {
      throw .terminalMissing(format)
    }
  }

  /// Runs a script, without a shell and without any file of settings, and gives what it writes.
  static func run(_ script: String, path: String?) throws(PlotError) -> Data {
    guard let executable = find(in: path) else {
      throw .gnuplotMissing
    }
    let process = Process()
    let (input, output, errors) = (Pipe(), Pipe(), Pipe())
    process.executableURL = executable
    // What it reads without being told of a file it takes byte by byte.
    process.arguments = ["--default-settings", "/dev/stdin"]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    do {
      try process.run()
    } catch {
      throw .gnuplotFailed("\(executable.path) cannot be run")
    }
    // All three streams at once: whichever waited for another could fill its pipe and stop gnuplot.
    write(Data(script.utf8), to: input.fileHandleForWriting)
    let complaints = Reading(errors.fileHandleForReading)
    let picture = (try? output.fileHandleForReading.readToEnd()) ?? Data()
    let message = complaints.wait()
    process.waitUntilExit()
    guard process.terminationStatus == 0, process.terminationReason == .exit, !picture.isEmpty else {
      throw .gnuplotFailed(firstError(message) ?? "it ended with status \(process.terminationStatus)")
    }
    return picture
  }

  private static func find(in path: String?) -> URL? {
    (path ?? ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map {
      URL(fileURLWithPath: String($0)).appendingPathComponent("gnuplot")
    }
    .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// Writes in a thread of its own and closes the pipe.
  ///
  /// Should gnuplot end before it has read all, writing fails with an error. The signal that would come with it is held
  /// back in that thread and ends with it.
  private static func write(_ data: Data, to pipe: FileHandle) {
    Thread {
      StandardStreams.holdBackBrokenPipes()
      // What gnuplot did not read it complains about itself.
      try? pipe.write(contentsOf: data)
      try? pipe.close()
    }.start()
  }

  /// Reads a pipe to its end in a thread of its own.
  private final class Reading: Sendable {
    private let data = Guarded(Data())
    private let isDone = DispatchSemaphore(value: 0)

    init(_ pipe: FileHandle) {
      Thread {
        let all = (try? pipe.readToEnd()) ?? Data()
        self.data.withLock { $0 = all }
        self.isDone.signal()
      }.start()
    }

    func wait() -> String {
      isDone.wait()
      return String(decoding: data.value, as: UTF8.self)
    }
  }

  /// The line that says what is wrong, below an echo of the command: "line 3: invalid command".
  private static func firstError(_ message: String) -> String? {
    let lines = message.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    return lines.lazy.compactMap { $0.firstMatch(of: /line \d+:.*/).map { String($0.0) } }.first ?? lines.first
  }
}
