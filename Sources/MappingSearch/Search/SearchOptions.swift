/// How to search. What is found is the same for all options.
public struct SearchOptions: Hashable, Sendable {
  /// Whether blocks of mappings are left out that bounds show to hold nothing better. Without, every mapping is scored.
  public var prunes: Bool
  /// The most threads that score blocks side by side.
  public var threads: Int

  /// Options; on their own a search that prunes, on one thread.
  public init(prunes: Bool = true, threads: Int = 1) {
    self.prunes = prunes
    self.threads = threads
  }
}
