/// A size that a file leaves open: it has a name, by which a size can be given.
struct OpenDimension: Hashable, Sendable {
  /// What the file calls it, or the input and the position of one that has no name, as in `input.0`.
  let name: String
  /// The tensor that has it, with its shape: "the input 'x' [N,3,H,W]".
  let place: String
  /// Whether it is the number of inputs that are run at once.
  let isBatch: Bool

  static func == (a: OpenDimension, b: OpenDimension) -> Bool { a.name == b.name }

  func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension OpenDimension {
  /// Some open sizes with where they are: "the symbolic dimensions 'H', 'N' of the input 'x' [N,3,H,32]".
  static func text(_ dimensions: [OpenDimension]) -> String {
    var places: [(place: String, names: [String])] = []
    for dimension in dimensions {
      if places.last?.place == dimension.place {
        places[places.count - 1].names.append("'\(dimension.name)'")
      } else {
        places.append((dimension.place, ["'\(dimension.name)'"]))
      }
    }
    let list = places.map { "\($0.names.joined(separator: ", ")) of \($0.place)" }.joined(separator: ", ")
    return "the symbolic dimension\(dimensions.count == 1 ? "" : "s") \(list)"
  }

  /// What to do to make some sizes known. A batch of one suits every network; other sizes are the user's own.
  static func request(_ dimensions: [OpenDimension]) -> String {
    let options = dimensions.map(\.option).joined(separator: " ")
    return "give \(dimensions.count == 1 ? "its size" : "their sizes") in your runs, as in \(options)"
  }

  /// The option that gives the size, in quotation marks where a shell needs them.
  private var option: String {
    let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.:/-".contains($0)) }
    let setting = "\(name)=\(isBatch ? "1" : "SIZE")"
    return isPlain ? "--dim \(setting)" : "--dim '\(setting)'"
  }
}
