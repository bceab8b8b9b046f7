/// The one line that a user sees of an error, or "accepted".
public func refusal(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "accepted"
  } catch { return "\(error)" }
}
