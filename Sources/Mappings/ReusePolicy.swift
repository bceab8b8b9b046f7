/// What of a tensor's box stays in the Buffer when the next one takes its place (theory §3).
public enum ReusePolicy: String, CaseIterable, Hashable, Sendable {
  /// Whatever the two boxes have in common stays, element by element, whichever loops moved.
  case overlap
  /// Inputs that two boxes have in common stay when exactly one loop that inputs depend on moved, by one step forward.
  case sliding
  /// Nothing stays: the whole box moves whenever such a loop moved.
  case none

  /// What is asked for where nothing else is said.
  public static let usual = overlap
}
