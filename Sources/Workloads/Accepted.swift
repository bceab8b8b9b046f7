// Which numbers are accepted, in the words of every refusal of another: "is 0; 1 to 64 is accepted".

extension ClosedRange where Bound: CustomStringConvertible {
  /// Which numbers are accepted.
  package var accepted: String { "\(lowerBound) to \(upperBound) is accepted" }
}

extension PartialRangeFrom where Bound: CustomStringConvertible {
  /// Which numbers are accepted.
  package var accepted: String { "at least \(lowerBound) is accepted" }
}

extension PartialRangeThrough where Bound: CustomStringConvertible {
  /// Which numbers are accepted.
  package var accepted: String { "at most \(upperBound) is accepted" }
}
