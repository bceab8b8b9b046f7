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
  private let each: String
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
    try map(entries, each: entries.count == 1 ? "layer" : "layers", threads: threads, name: \.layer.name, body)
  }

  /// The same of searches of another kind.
  ///
  /// - Parameters:
  ///   - items: what is searched.
  ///   - each: what they are called.
  ///   - threads: how many are worked on at once.
  ///   - name: what one is called.
  ///   - body: what is done with one.
  /// - Returns: what it makes of each.
  /// - Throws: what it throws.
  static func map<Item: Sendable, Answer: Sendable>(
    _ items: [Item], each: String, threads: Int, name: @escaping @Sendable (Item) -> String,
    _ body: @escaping @Sendable (Item) throws -> Answer
  ) throws -> [Answer] {
    let progress = LayerProgress(of: items.count, each)
    defer { progress.end() }
    return try items.concurrentMap(threads: threads) { item in
      progress.begin(name(item))
      defer { progress.finish(name(item)) }
      return try body(item)
    }
  }

  private init(of all: Int, _ each: String) {
    (self.all, self.each) = (all, each)
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
      line.show(state.done, of: all, each, current: state.current.first ?? "")
    }
  }
}
