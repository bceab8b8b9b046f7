extension Array where Element: Sendable {
  /// Applies a function to every element, several side by side, and gives the results in order.
  ///
  /// - Parameters:
  ///   - threads: how many to work on at once.
  ///   - body: the function.
  /// - Returns: the results.
  /// - Throws: the error of the first element that has one.
  package func concurrentMap<Result: Sendable, Failure>(
    threads: Int, _ body: @escaping @Sendable (Element) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    let results = Guarded<[Swift.Result<Result, Failure>]>([])
    // What ended it is the last of the results.
    try? inOrder(0..<count, threads: threads) { index in
      Swift.Result { () throws(Failure) in try body(self[index]) }
    } deliver: { _, result in
      results.withLock { $0.append(result) }
      if case .failure = result { throw End() }
    }
    return try results.value.map { result throws(Failure) in try result.get() }
  }
}

/// Says that nothing more is needed.
private struct End: Error {}
