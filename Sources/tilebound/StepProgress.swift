import Dispatch
import Foundation
import Interchange
import Parallel

/// Which step of a command takes its time, on a terminal: from half a second on, a line that says what is done and for how long
/// it has been.
final class StepProgress: Sendable {
  private let what: String
  private let line = ProgressLine(startedWith: 0, isQuiet: false)
  private let isEnded = Guarded(false)
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
    if line.isOn { drawLater() }
  }

  private func drawLater() {
    DispatchQueue.global().asyncAfter(deadline: .now() + delay) { [self] in
      let goesOn = isEnded.withLock { isEnded in
        if !isEnded { line.show { "\(what), \($0.components.seconds) s" } }
        return !isEnded
      }
      if goesOn { drawLater() }
    }
  }

  /// Takes the line away, for good.
  private func end() {
    isEnded.withLock { isEnded in
      isEnded = true
      line.clear()
    }
  }
}
