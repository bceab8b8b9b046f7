import Dispatch
import Foundation

/// What happens when somebody ends the program while it works.
struct Interrupts {
  private let sources: [any DispatchSourceSignal]

  /// Calls a handler, on a thread of its own, when the program is asked to end, by Ctrl-C or by a signal.
  ///
  /// - Parameter handler: is given the exit code that says which signal it was.
  init(_ handler: @escaping @Sendable (_ exitCode: Int32) -> Void) {
    let queue = DispatchQueue(label: "interrupts")
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { handler(128 + number) }
      source.activate()
      return source
    }
  }

  /// Leaves the program to the signals' usual effect again.
  func end() {
    for source in sources { source.cancel() }
    for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_DFL) }
  }
}
