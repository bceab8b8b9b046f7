import Dispatch
import Foundation
import Interchange
import Parallel

/// Which step of a command takes its time, on a terminal: from half a second on, a line that says what is done and for how long
/// it has been.
final class StepProgress: Sendable {
  private struct State {
    var isDrawn = false
    var isEnded = false
  }

  private let what: String
  private let start = ContinuousClock.now
  private let state = Guarded(State())
  private let delay = DispatchTimeInterval.milliseconds(500)

  /// What a closure makes, while a line says what is done.
  ///
  /// - Parameters:
  ///   - what: what is done, as in "replaying conv2".
  ///   - body: what does it.
  /// - Returns: what it makes.
  /// - Throws: what it throws.
  static func during<Answer>(_ what: String, _ body: () throws -> Answer) rethrows -> Answer {
    let progress = StepProgress(what)
    defer { progress.end() }
    return try body()
  }

  private init(_ what: String) {
    self.what = FormatError.oneLine(what)
    if isatty(STDERR_FILENO) == 1 { drawLater() }
  }

  private func drawLater() {
    DispatchQueue.global().asyncAfter(deadline: .now() + delay) { [self] in
      let isEnded = state.withLock { state in
        if !state.isEnded {
          state.isDrawn = true
          let line = "\(what), \(start.duration(to: .now).components.seconds) s"
          TextFile.printError("\r\u{1b}[K" + String(line.prefix((Terminal.columns(of: STDERR_FILENO) ?? 80) - 1)))
        }
        return state.isEnded
      }
      if !isEnded { drawLater() }
    }
  }

  /// Takes the line away, for good.
  private func end() {
    state.withLock { state in
      state.isEnded = true
      if state.isDrawn { TextFile.printError("\r\u{1b}[K") }
    }
  }
}
