import Dispatch
import Parallel
import Workloads

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

  /// What a closure makes of each layer, side by side, in the order of the layers.
  ///
  /// - Parameters:
  ///   - entries: the layers.
  ///   - threads: how many are worked on at once.
  ///   - body: what is done with one.
  /// - Returns: what it makes of each.
  /// - Throws: what it throws.
  static func map<Answer: Sendable>(
    _ entries: [Network.Entry], threads: Int, _ body: @escaping @Sendable (Network.Entry) throws -> Answer
  ) throws -> [Answer] {
    let progress = LayerProgress(of: entries.count)
    defer { progress.end() }
    return try entries.concurrentMap(threads: threads) { entry in
      progress.begin(entry.layer.name)
      defer { progress.finish(entry.layer.name) }
      return try body(entry)
    }
  }

  private init(of all: Int) {
    self.all = all
    guard line.isOn else { return }
    DispatchQueue.global().asyncAfter(deadline: .now() + delay) { [self] in
      isDue.withLock { $0 = true }
      show()
    }
  }

  private func begin(_ layer: String) {
    state.withLock { $0.current.append(layer) }
    show()
  }

  private func finish(_ layer: String) {
    state.withLock { state in
      state.done += 1
      if let place = state.current.firstIndex(of: layer) { state.current.remove(at: place) }
    }
    show()
  }

  /// Takes the line away, for good.
  private func end() {
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
