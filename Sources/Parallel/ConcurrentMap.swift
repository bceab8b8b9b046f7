extension Array where Element: Sendable {
  /// Applies a function to every element, several side by side, and gives the results in order.
  ///
  /// - Parameters:
  ///   - threads: how many to work on at once.
  ///   - body: the function.
  /// - Returns: the results.
  /// - Throws: the error of the first element that has one.
  package func concurrentMap<Result: Sendable>(
    threads: Int, _ body: @escaping @Sendable (Element) throws -> Result
  ) throws -> [Result] {
    let results = Guarded<[Result]>([])
    try inOrder(0..<count, threads: threads) {
      try body(self[$0])
    } deliver: { _, result in
      results.withLock { $0.append(result) }
    }
    return results.value
  }
}
