import Dispatch
import Parallel

/// How far a command is with its layers, on a terminal, from the time on when it has taken half a second.
final class LayerProgress: Sendable {
  private struct State {
    var done = 0
    /// Those that are worked on, by the order in which they were begun.
    var current: [String] = []
    var isEnded = false
  }

  private let line = ProgressLine(startedWith: 0, isQuiet: false)
  private let all: Int
  private let delay = DispatchTimeInterval.milliseconds(500)
  private let isDue = Guarded(false)
  private let state = Guarded(State())

  /// - Parameter all: the number of layers.
  init(of all: Int) {
    self.all = all
    guard line.isOn else { return }
    DispatchQueue.global().asyncAfter(deadline: .now() + delay) { [self] in
      isDue.withLock { $0 = true }
      show()
    }
  }

  /// A layer is begun.
  func begin(_ layer: String) {
    state.withLock { $0.current.append(layer) }
    show()
  }

  /// A layer that was begun is done.
  func finish(_ layer: String) {
    state.withLock { state in
      state.done += 1
      if let place = state.current.firstIndex(of: layer) { state.current.remove(at: place) }
    }
    show()
  }

  /// Takes the line away, for good.
  func end() {
    state.withLock { state in
      state.isEnded = true
      line.clear()
    }
  }

  private func show() {
    guard line.isOn, isDue.value else { return }
    state.withLock { state in
      if state.isEnded || state.done == all { return }
      line.show(state.done, of: all, all == 1 ? "layer" : "layers", current: state.current.first ?? "")
    }
  }
}
