import Synchronization

/// How long the searches of one ``Optimizer`` may take.
///
/// Once the time is over a search ends with the best mapping that it has found, within some tenths of a second on the largest
/// layers. Half of the time is for listing block sizes: lists that take longer are left as they are, with a few sizes more so
/// that there is a mapping wherever any fits.
public final class TimeLimit: Sendable {
  private let listingEnd: ContinuousClock.Instant
  private let end: ContinuousClock.Instant
  private let hasEndedSearch = Atomic(false)

  /// A limit that begins now.
  public init(_ duration: Duration) {
    let now = ContinuousClock.now
    (listingEnd, end) = (now + duration / 2, now + duration)
  }

  /// Whether it has ended a search or a list, so that not everything was looked at.
  public var endedSearch: Bool { hasEndedSearch.load(ordering: .relaxed) }

  /// Whether a list of block sizes that is to go on must end.
  func endsListing() -> Bool { ends(listingEnd) }

  /// Whether a search that has more to look at must end.
  func endsSearch() -> Bool { ends(end) }

  private func ends(_ end: ContinuousClock.Instant) -> Bool {
    guard ContinuousClock.now >= end else { return false }
    hasEndedSearch.store(true, ordering: .relaxed)
    return true
  }
}

// Where there may be no limit, nothing ends.
extension TimeLimit? {
  @inline(__always)
  func endsListing() -> Bool { self?.endsListing() ?? false }
  @inline(__always)
  func endsSearch() -> Bool { self?.endsSearch() ?? false }
  var endedSearch: Bool { self?.endedSearch ?? false }
}
