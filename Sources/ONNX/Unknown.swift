/// Why something about a tensor is not known.
struct Unknown: Error, Hashable, Sendable {
  /// More open sizes than this are not listed.
  private static let mostSymbols = 4

  /// The open sizes that it depends on, in the order of their names.
  private(set) var symbols: [OpenDimension]
  /// Another cause, as in "it depends on values that are computed while the network runs".
  private(set) var cause: String?
  /// The operator at which it began, as in "the operator 'NonZero' of 'n'".
  private(set) var origin: String?
  /// Whether it began with the file or an operator further in front, and not with the operator at hand.
  private var isInherited = false
  /// Whether nothing can be right: what the file states instead is not believed then.
  private(set) var isImpossible = false
  /// What is not known, as in "its input's shape is unknown": said of the node that asks, and of none behind it.
  private(set) var subject: String?

  init(symbols: [OpenDimension] = []) { self.symbols = symbols }

  /// What cannot be: nothing that makes it known leads further.
  init(_ cause: String) {
    self.init()
    (self.cause, isImpossible) = (cause, true)
  }

  /// What an operator or the values in the network decide, and this library does not follow.
  static func notFollowed(_ cause: String) -> Unknown {
    var unknown = Unknown(cause)
    unknown.isImpossible = false
    return unknown
  }

  /// What depends on values that there are only while the network runs.
  static let atRunTime = notFollowed("it depends on values that are computed while the network runs")

  /// What the file does not say, which no operator is to blame for.
  ///
  /// - Parameter cause: what is missing, as a clause; nil for a size.
  /// - Returns: that cause, at which no operator is named.
  static func inFile(_ cause: String? = nil) -> Unknown {
    var unknown = cause.map { notFollowed($0) } ?? Unknown()
    unknown.isInherited = true
    return unknown
  }

  /// What contradicts itself, with what contradicts what.
  static func contradiction(_ text: String) -> Unknown {
    var unknown = Unknown(text)
    unknown.isInherited = true
    return unknown
  }

  /// The same as what a node asks for and does not get.
  func about(_ subject: String) -> Unknown {
    var unknown = self
    unknown.subject = subject
    return unknown
  }

  /// The same as the nodes behind an operator see it. It began with that operator unless it did so before.
  func behind(_ origin: String) -> Unknown {
    var unknown = self
    unknown.subject = nil
    // What depends on open sizes alone begins with the inputs.
    if !isInherited, cause != nil || symbols.isEmpty { (unknown.origin, unknown.isInherited) = (origin, true) }
    return unknown
  }

  /// What is not known because of one thing or of another.
  static func | (a: Unknown, b: Unknown) -> Unknown {
    let symbols = Set(a.symbols + b.symbols).sorted { $0.name < $1.name }.prefix(mostSymbols)
    var unknown = a.cause == nil && !a.isInherited ? b : a
    unknown.symbols = Array(symbols)
    unknown.isImpossible = a.isImpossible || b.isImpossible
    return unknown
  }

  /// What is not known and why: "its input's shape is unknown: the operator ... decides it".
  var reason: String { subject.map { "\($0): \(explanation)" } ?? explanation }

  /// Why it is not known, as a clause, and what would make it known.
  private var explanation: String {
    switch (cause, origin) {
    case (let cause?, let origin?): return "at \(origin), \(cause)"
    case (let cause?, nil): return cause
    case (nil, let origin?): return "\(origin) decides it"
    case (nil, nil): break
    }
    if symbols.isEmpty { return "the file does not give it" }
    return "\(OpenDimension.text(symbols)) decide\(symbols.count == 1 ? "s" : "") it: \(OpenDimension.request(symbols))"
  }
}
