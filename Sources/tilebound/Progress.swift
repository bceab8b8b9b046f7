import Foundation
import Interchange
import Parallel
import Reports
import Workloads

/// A line on the terminal that says how far a long command is; nothing where standard error is no terminal.
final class ProgressLine: Sendable {
  private struct State {
    var lastDrawn: ContinuousClock.Instant?
    var isDrawn = false
  }

  /// Whether it is ever drawn.
  let isOn: Bool
  private let start = ContinuousClock.now
  private let startedWith: Int
  private let state = Guarded(State())

  /// - Parameters:
  ///   - startedWith: what was done before, which tells nothing of the rate.
  ///   - isQuiet: whether to draw nothing in any case.
  init(startedWith: Int, isQuiet: Bool) {
    self.startedWith = startedWith
    isOn = !isQuiet && isatty(STDERR_FILENO) == 1
  }

  /// Draws the line, unless it was drawn less than a tenth of a second ago.
  ///
  /// - Parameters:
  ///   - done: the number done.
  ///   - all: the number that there are to be.
  ///   - what: what is counted, in the plural.
  ///   - current: what was done last.
  func show(_ done: Int, of all: Int, _ what: String, current: String) {
    show { Self.text(done, of: all, what, current, since: $0, startedWith: startedWith) }
  }

  /// Draws another line, made of the time since the first could be drawn, unless one was drawn less than a tenth of a second
  /// ago.
  func show(_ text: (_ elapsed: Duration) -> String) {
    guard isOn else { return }
    let now = ContinuousClock.now
    state.withLock { state in
      if let last = state.lastDrawn, last.duration(to: now) < .milliseconds(100) { return }
      state.lastDrawn = now
      state.isDrawn = true
      let line = text(start.duration(to: now))
      TextFile.printError("\r\u{1b}[K" + line.prefix(columns: (Terminal.columns(of: STDERR_FILENO) ?? 80) - 1))
    }
  }

  /// Takes the line away.
  func clear() {
    state.withLock { state in
      if state.isDrawn { TextFile.printError("\r\u{1b}[K") }
      state.isDrawn = false
    }
  }

  /// The line: done, rate, time left, current.
  static func text(
    _ done: Int, of all: Int, _ what: String, _ current: String, since elapsed: Duration, startedWith: Int
  ) -> String {
    let seconds = elapsed.seconds
    let rate = seconds > 0 ? Double(done - startedWith) / seconds : 0
    var parts = ["\(done.groupedDigits) of \(all.groupedDigits) \(what)", "\(all == 0 ? 100 : 100 * done / all) %"]
    if rate > 0 {
      let left = Int((Double(all - done) / rate).rounded(.up))
      let clock = [left / 3600, left / 60 % 60, left % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
      parts += [
        rate < 10 ? "\((rate * 10).rounded() / 10)/s" : "\(Int(rate).groupedDigits)/s",
        "\(clock.joined(separator: ":")) left",
      ]
    }
    return (parts + [FormatError.oneLine(current)]).joined(separator: ", ")
  }
}

extension Duration {
  /// It in seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
