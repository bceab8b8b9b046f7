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
  private let part = Guarded<Double?>(nil)
  private let delay = DispatchTimeInterval.milliseconds(500)

  /// What a closure makes, while a line says what is done.
  ///
  /// - Parameters:
  ///   - what: what is done, as in "replaying conv2".
  ///   - body: what does it.
  /// - Returns: what it makes.
  /// - Throws: what it throws.
  static func during<Answer>(_ what: String, _ body: () throws -> Answer) rethrows -> Answer {
    try during(what) { (_: (Double?) -> Void) in try body() }
  }

  /// The same of what can tell how far it is.
  ///
  /// - Parameters:
  ///   - what: what is done.
  ///   - body: what does it, and tells which part is done, from 0 to 1.
  /// - Returns: what it makes.
  /// - Throws: what it throws.
  static func during<Answer>(_ what: String, _ body: ((Double?) -> Void) throws -> Answer) rethrows -> Answer {
    let progress = StepProgress(what)
    defer { progress.end() }
    return try body { part in progress.part.withLock { $0 = part } }
  }

  private init(_ what: String) {
    self.what = FormatError.oneLine(what)
    if line.isOn { drawLater() }
  }

  private func drawLater() {
    DispatchQueue.global().asyncAfter(deadline: .now() + delay) { [self] in
      let goesOn = isEnded.withLock { isEnded in
        if !isEnded { line.show { Self.text(what, part.withLock { $0 }, since: $0) } }
        return !isEnded
      }
      if goesOn { drawLater() }
    }
  }

  /// The line: what is done, which part of it was done where that is known and not all, and the time.
  static func text(_ what: String, _ part: Double?, since elapsed: Duration) -> String {
    let done = part.flatMap { $0 > 0 && $0 < 1 ? ", \(Int(100 * $0)) %" : nil } ?? ""
    return "\(what)\(done), \(elapsed.components.seconds) s"
  }

  /// Takes the line away, for good.
  private func end() {
    isEnded.withLock { isEnded in
      isEnded = true
      line.clear()
    }
  }
}
