public import Foundation
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
    process.arguments = ["--default-settings"]
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
      var signals = sigset_t()
      unsafe sigemptyset(&signals)
      unsafe sigaddset(&signals, SIGPIPE)
      unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
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
    return lines.first { $0.contains(/line \d+:/) } ?? lines.first
  }
}
