import Mappings
import Workloads

/// What happens between pieces: words that stay in the Buffer are not read or written, and move to where the next piece
/// has them.
extension CPrinter {
  /// Refuses tables that are too long.
  func checkStays(before next: CPrinter?) throws(CProgramError) {
    for stay in part.entering + part.leaving {
      for (index, common) in stay.common.enumerated() {
        for box in [stay.before[index], stay.after[index]] where condition("", common, among: box).table != nil {
          let span = box[box.count - 1] - box[0] + 1
          if span > CProgram.largestTable { throw .tooLong("\(stay.tensor.rawValue) that stay", span) }
        }
      }
    }
    for rows in inputs.coordinates.compactMap(\.rows) where part.leaving(.inputs) != nil {
      if rows.goesRound, rows.extent > CProgram.largestTable { throw .tooLong("inputs that stay", rows.extent) }
    }
    for move in moves(to: next) where move.largestTable > CProgram.largestTable {
      throw .tooLong("words that stay", move.largestTable)
    }
  }

  // MARK: The first box

  /// Declares whether a box is the first of the piece, of which something may be there already.
  func writeEnters(_ tensor: TensorPlan, _ text: inout CText) {
    guard part.entering(tensor.tensor) != nil, isAskedAgain(tensor) else { return }
    text.line("const int enters = !state->\(tensor.dram)_held;")
  }

  /// Reads what of the first box of the piece is not there already; other boxes are brought as usual.
  func enter(
    _ tensor: TensorPlan, counter: String, _ text: inout CText, otherwise bring: (inout CText) -> Void
  ) {
    guard let stay = part.entering(tensor.tensor) else { return bring(&text) }
    func first(_ text: inout CText) {
      copyEdge(tensor, stay.after, but: stay.common, isOut: false, counter: counter, &text)
    }
    if !isAskedAgain(tensor) {
      if stay.after == stay.common { text.line("(void)state; /* all of it is there */") }
      return first(&text)
    }
    text.branch("enters", first, otherwise: bring)
  }

  /// Copies a first or last box word by word, but for what stays.
  private func copyEdge(
    _ tensor: TensorPlan, _ box: [[Int]], but common: [[Int]], isOut: Bool, counter: String, _ text: inout CText
  ) {
    if box == common { return }
    let state = isOut ? "state." : "state->"
    let starts = part.starts(tensor.tensor)
    let own = zip(box, starts).map { elements, start in elements.map { $0 - start } }
    let staying = zip(common, starts).map { elements, start in elements.map { $0 - start } }
    func element(_ coordinate: Coordinate, _ index: Int) -> Affine {
      own[index].count == 1 ? Affine(own[index][0]) : Affine(coordinate.name)
    }
    func index(_ coordinate: Coordinate) -> Int { tensor.coordinates.firstIndex { $0.name == coordinate.name } ?? 0 }
    func loops(_ index: Int, _ conditions: [String], _ text: inout CText) {
      guard index < tensor.coordinates.count else {
        text.line("if (\(conditions.joined(separator: " && "))) continue;")
        return copyWord(&text)
      }
      let coordinate = tensor.coordinates[index]
      let elements = own[index]
      if elements.count == 1 { return loops(index + 1, conditions, &text) }
      let name = coordinate.name
      let step = Self.step(elements)
      let condition = condition(name, staying[index], among: elements)
      let increment = step == 1 ? "\(name)++" : "\(name) += \(step)"
      text.block("for (int \(name) = \(elements[0]); \(name) <= \(elements[elements.count - 1]); \(increment))") {
        text in
        switch coordinate.kind {
        case .usedKernels: text.line("if (\(state)\(name)_place[\(name)] < 0) continue;")
        case .rows(let rows) where rows.spacing == .uneven:
          text.line("if (\(state)\(name)_slot[\(name)] < 0) continue;")
        case .rows, .block: break
        }
        if let table = condition.table { text.line(table) }
        loops(index + 1, conditions + (condition.text.map { [$0] } ?? []), &text)
      }
    }
    func copyWord(_ text: inout CText) {
      let places = tensor.coordinates.compactMap { coordinate -> String? in
        guard coordinate.extent > 1 else { return nil }
        let index = index(coordinate)
        if case .block = coordinate.kind {
          let distance = element(coordinate, index) - own[index][0]
          let step = Self.step(own[index])
          return step == 1 ? distance.text : "\(distance.operand) / \(step)"
        }
        return coordinate.place(of: element(coordinate, index), state)
      }
      let near = "&\(state)\(tensor.box)" + (places.isEmpty ? "[0]" : places.map { "[\($0)]" }.joined())
      let far = "&\(state)\(tensor.dram)" + tensor.dramIndex { element($0, index($0)) }
      let operands = isOut ? "\(far), \(near)" : "\(near), \(far)"
      text.line("\(names.macro(isOut ? "COPY_OUT" : "COPY_IN"))(\(operands), 1, 1);")
      text.line("\(counter)++;")
    }
    loops(0, [], &text)
    text.line("\(names.macro("WAIT"))();")
  }

  /// The distance by which a loop comes upon all of some numbers.
  private static func step(_ elements: [Int]) -> Int {
    max(1, zip(elements, elements.dropFirst()).reduce(0) { greatestCommonDivisor($0, $1.1 - $1.0) })
  }

  /// What says that a variable is one of some elements among those of a box, with a table that it takes.
  private func condition(
    _ name: String, _ common: [Int], among elements: [Int]
  ) -> (text: String?, table: String?) {
    if common == elements { return (nil, nil) }
    let (first, last) = (common[0], common[common.count - 1])
    let step = Self.step(common)
    let range = elements.filter { first...last ~= $0 }
    var conditions: [String] = []
    if first == last { return ("\(name) == \(first)", nil) }
    if first > elements[0] { conditions.append("\(name) >= \(first)") }
    if last < elements[elements.count - 1] { conditions.append("\(name) <= \(last)") }
    if range == common { return (conditions.joined(separator: " && "), nil) }
    if range.filter({ ($0 - first) % step == 0 }) == common {
      conditions.append("(\(name) - \(first)) % \(step) == 0")
      return (conditions.joined(separator: " && "), nil)
    }
    let known = Set(common)
    let table = (elements[0]...elements[elements.count - 1]).map { known.contains($0) ? "1" : "0" }
    return (
      "\(name)_common[\((Affine(name) - elements[0]).text)]",
      "static const unsigned char \(name)_common[] = {\(table.joined(separator: ", "))};"
    )
  }

  // MARK: The last box

  /// Writes the outputs that do not stay, and puts the inputs of which some stay in order.
  func writeLeaving(_ text: inout CText) {
    if let stay = part.leaving(.outputs) {
      copyEdge(outputs, stay.before, but: stay.common, isOut: true, counter: "state.moved.sums_written", &text)
    }
    guard let stay = part.leaving(.inputs) else { return }
    let extents = inputs.coordinates.map { max(1, $0.extent) }
    for (index, start) in [(3, part.firstRow), (4, part.firstColumn)] {
      guard let rows = inputs.coordinates[index].rows, rows.extent > 1, !rows.isTrivial else { continue }
      let outer = extents[..<index].reduce(1, *)
      let bytes = extents[(index + 1)...].reduce(1, *) * bytes(of: .inputs)
      writeArrange(rows, first: stay.before[index][0] - start, outer: outer, bytes: bytes, &text)
    }
  }

  /// Puts the rows of the last box of inputs in order.
  private func writeArrange(_ rows: RowsPlan, first: Int, outer: Int, bytes: Int, _ text: inout CText) {
    let key: String
    switch rows.spacing {
    case .uneven: key = "state.\(rows.name)_owner[i] < 0 ? INT32_MAX : state.\(rows.name)_owner[i]"
    case .even(let unit):
      guard rows.goesRound, (first / unit + rows.shift) % rows.extent > 0 else { return }
      key = "INT32_MAX"
    }
    let lies = "\(rows.name)_there"
    text.line("int \(lies)[\(rows.extent)];")
    text.line("for (int i = 0; i < \(rows.extent); i++) \(lies)[i] = \(key);")
    if case .even(let unit) = rows.spacing {
      let step = unit == 1 ? "\(rows.name)++" : "\(rows.name) += \(unit)"
      let (from, end) = ("state.\(rows.names)", "state.\(rows.names)_end")
      text.line(
        "for (int \(rows.name) = \(from); \(rows.name) < \(end); \(step)) \(lies)[\(rows.place(of: rows.name, "state."))] = \(rows.name);"
      )
    }
    text.line(
      "\(names("arrange"))((unsigned char *)buffer + \(place(of: inputs)), \(outer), \(rows.extent), \(bytes), \(lies));"
    )
  }

  /// The moves of what stays to where the next piece has it; none where all of it lies there.
  func moves(to next: CPrinter?) -> [CMove] {
    guard let next else { return [] }
    let moves = part.leaving.map { CMove($0, from: self, to: next) }
    return moves.allSatisfy(\.isNone) ? [] : moves
  }

  /// The function that makes these moves: first all words come side by side to the front of the Buffer, then each to its
  /// place from the last on. They are in the same order in both pieces, so that none is written over.
  func writeMoves(_ moves: [CMove], _ text: inout CText) {
    if moves.isEmpty { return }
    text.line("/* Moves what stays in the Buffer to its places for the next piece. */")
    text.block("static void \(names("move"))(void *buffer)") { text in
      for table in moves.flatMap(\.tables) { text.line(table) }
      text.line("unsigned char *const bytes = buffer;")
      text.line("size_t end = 0;")
      for move in moves {
        move.loops(.before, isDownward: false, &text) { index, text in
          text.line(
            "memmove(bytes + end, bytes + \(move.place.before) + \(move.bytes) * (size_t)(\(index)), \(move.bytes));")
          text.line("end += \(move.bytes);")
        }
      }
      for move in moves.reversed() {
        move.loops(.after, isDownward: true, &text) { index, text in
          text.line("end -= \(move.bytes);")
          text.line(
            "memmove(bytes + \(move.place.after) + \(move.bytes) * (size_t)(\(index)), bytes + end, \(move.bytes));")
        }
      }
    }
    text.line()
  }
}
