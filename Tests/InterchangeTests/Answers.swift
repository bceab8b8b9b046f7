import Workloads

/// The one line that a user sees, or "accepted".
func refusal(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "accepted"
  } catch { return "\(error)" }
}

/// N, G, K, C, P, Q, R and S.
func sizes(_ layer: Layer) -> [Int] { Dimension.allCases.map { layer[$0] } }
