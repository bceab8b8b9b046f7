import Mappings
import Workloads

/// The blocks of an axis at the first keep.
struct AxisTile: Hashable, Sendable {
  var outputs: Int
  var kernels: Int
  var hasOutputPhases = false
  var hasKernelPhases = false
}

/// The loops of one axis in a template, and what they make of each tensor's rows.
struct AxisChoice {
  let loops: [AxisLoop]
  /// The most rows of a block at each keep.
  let held: SIMD4<Int>
  /// The sums of each tensor by place, in the order of the keeps: starts and turns for each number of places from the
  /// outermost on, then what is new and what stays at each place.
  let values: [Int]
  /// Whether the second tensor's block has all rows of the dimensions that it does not share with the first.
  let isWhole: Bool
  /// Whether it is known at which end every loop stands.
  let isExact: Bool

  /// What its mappings cost more for, the more there is of it: starts, starts less turns, and at each place what stays, and
  /// what is new there and at the places inside.
  let burden: [Int]
}

/// Where the values of a tensor lie in ``AxisChoice/values``.
struct AxisLayout {
  /// For each tensor in the order of the keeps, the number of the axis's places outside its keep.
  let places: [Int]
  let starts: [Int]
  let turns: [Int]
  let new: [Int]
  let stays: [Int]
  let count: Int

  init(_ template: WideTemplate, _ axis: WideTemplate.Place) {
    var (places, starts, turns, new, stays): ([Int], [Int], [Int], [Int], [Int]) = ([], [], [], [], [])
    var (count, outside) = (0, 0)
    for segment in template.places {
      outside += segment.count { $0 == axis }
      places.append(outside)
      starts.append(count)
      turns.append(count + outside + 1)
      new.append(count + 2 * (outside + 1))
      stays.append(count + 2 * (outside + 1) + outside)
      count += 2 * (outside + 1) + 2 * outside
    }
    (self.places, self.starts, self.turns, self.new, self.stays, self.count) = (
      places, starts, turns, new, stays, count
    )
  }
}

/// Lists what is tried along one axis in one template.
struct AxisLister {
  let rows: RowClasses
  let template: WideTemplate
  let axis: WideTemplate.Place
  let layout: AxisLayout
  /// Whether all block sizes are tried.
  let all: Bool
  /// Which loops over phases are tried.
  let phases: PhasePolicy
  let sums: AxisSumsKnown

  /// The place numbers of the axis before each keep.
  private let places: [[Int]]

  init(
    _ rows: RowClasses, _ template: WideTemplate, _ axis: WideTemplate.Place, all: Bool, _ phases: PhasePolicy,
    _ sums: AxisSumsKnown
  ) {
    self.rows = rows
    self.template = template
    self.axis = axis
    self.all = all
    self.phases = phases
    self.sums = sums
    layout = AxisLayout(template, axis)
    var next = 0
    places = template.places.map { segment in
      let count = segment.count { $0 == axis }
      defer { next += count }
      return Array(next..<next + count)
    }
  }

  private struct State {
    var outputs: Int
    var kernels: Int
    var outputsSplit = false
    var kernelsSplit = false
    var loops: [AxisLoop] = []
    var isWhole = true
    /// Whether loops run forward so that the block after all kernel rows begins where the one before ended.
    var flows = false
  }

  /// Whether another lists the same choices, of the same axis in a template of the same order of keeps.
  func listsTheSame(as other: AxisLister) -> Bool {
    places == other.places && template.kernelsStandFirst == other.template.kernelsStandFirst
  }

  /// What is tried with blocks of one kind at the first keep, less what is dominated.
  func choices(_ tile: AxisTile) -> [AxisChoice] { Self.undominated(everyChoice(tile)) }

  /// What is tried with blocks of one kind at the first keep.
  func everyChoice(_ tile: AxisTile) -> [AxisChoice] {
    var choices: [AxisChoice] = []
    for flows in all ? [false] : [false, true] {
      extend(
        State(outputs: rows.axis.outputSize, kernels: rows.axis.kernelSize, flows: flows), 0, tile, &choices)
    }
    return choices
  }

  /// The choices that none other dominates: none never costs or holds more than them, while its sums are no more than it
  /// costs.
  static func undominated(_ choices: [AxisChoice]) -> [AxisChoice] {
    let sums = choices.map { choice in choice.burden.reduce(0, +) + choice.held.wrappedSum() }
    // What they hold and their burdens, in doubles, which compare several at a time and are exact below 2^53. Of those that
    // differ in whether a block is whole neither dominates, as one of a number and its opposite is larger.
    let length = ((choices.first?.burden.count ?? 0) + 5 + 7) / 8
    var key = [SIMD8<Double>](repeating: .zero, count: length)
    var dominating: [SIMD8<Double>] = []
    var kept: [Int] = []
    for index in choices.indices.sorted(by: { (sums[$0], $0) < (sums[$1], $1) }) {
      let choice = choices[index]
      let isWhole = choice.isWhole ? 1 : 0
      let numbers = [choice.held[0], choice.held[1], choice.held[2], isWhole, -isWhole]
      for (place, number) in [numbers, choice.burden].joined().enumerated() {
        key[place / 8][place % 8] = Double(number)
      }
      if let place = Self.place(of: dominating.span, dominating: key.span) {
        // What dominates one often dominates the next: let it be met earlier.
        let earlier = place / 2
        for part in 0..<length { dominating.swapAt(place * length + part, earlier * length + part) }
        continue
      }
      kept.append(index)
      if choice.isExact { dominating += key }
    }
    // Those that hold as much come together.
    func place(_ index: Int) -> (Int, Int, Int, Int, Int) {
      let held = choices[index].held
      return (held[0], held[1], held[2], sums[index], index)
    }
    return kept.sorted { place($0) < place($1) }.map { choices[$0] }
  }

  /// The first of some keys, one after the other, of which no number is larger than another key's.
  private static func place(of keys: Span<SIMD8<Double>>, dominating key: Span<SIMD8<Double>>) -> Int? {
    let length = key.count
    for place in 0..<keys.count / length {
      var part = 0
      while part < length, !any(keys[place &* length &+ part] .> key[part]) { part &+= 1 }
      if part == length { return place }
    }
    return nil
  }

  private func extend(_ state: State, _ segment: Int, _ tile: AxisTile, _ choices: inout [AxisChoice]) {
    if segment == 3 {
      if state.flows {
        guard let first = state.loops.firstIndex(where: { !$0.isKernel && !$0.isPhases }),
          state.loops[first...].contains(where: { $0.isKernel && !$0.isPhases })
        else { return }
      }
      choices.append(choice(state))
      return
    }
    let axis = rows.axis
    let isFirst = segment == 0
    var outputPhases = [false]
    if isFirst {
      outputPhases = [tile.hasOutputPhases]
    } else if phases.allows(.p), segment == 1, template.isStationary(.weights), axis.outputPeriod > 1, state.outputs > 1
    {
      outputPhases = [false, true]
    }
    var kernelPhases = [false]
    if isFirst {
      kernelPhases = [tile.hasKernelPhases]
    } else if phases.allows(.r), axis.kernelPeriod > 1, state.kernels > 1, !state.kernelsSplit, canCutKernels(segment) {
      kernelPhases = [false, true]
    }
    for hasOutputPhases in outputPhases {
      for hasKernelPhases in kernelPhases {
        let outputs = hasOutputPhases ? (state.outputs - 1) / axis.outputPeriod + 1 : state.outputs
        let kernels = hasKernelPhases ? (state.kernels - 1) / axis.kernelPeriod + 1 : state.kernels
        if !isFirst,
          hasOutputPhases && !template.allowsPhases(axis.outputPeriod, of: state.outputs)
            || hasKernelPhases && !template.allowsPhases(axis.kernelPeriod, of: state.kernels)
        {
          continue
        }
        for output in isFirst ? [tile.outputs] : template.tiles(self.axis.outputs, segment, of: outputs, all: all) {
          for kernel in isFirst ? [tile.kernels] : template.tiles(self.axis.kernels, segment, of: kernels, all: all) {
            var next = state
            next.outputs = output
            next.kernels = kernel
            next.outputsSplit = state.outputsSplit || hasOutputPhases
            next.kernelsSplit = state.kernelsSplit || hasKernelPhases
            if segment == 1 { next.isWhole = state.outputs == output && state.kernels == kernel }
            // A whole range may be cut with its smaller block last but one.
            let mayBeEven =
              output < outputs && outputs == axis.outputSize && !next.outputsSplit && outputs > 2 * output
              && outputs % output > 0
            for isEven in !mayBeEven ? [false] : all ? [false, true] : [!state.flows] {
              for outputLoops in loops(
                outputs, output, phases: hasOutputPhases ? axis.outputPeriod : nil, isKernel: false, isEven)
              {
                for kernelLoops in loops(
                  kernels, kernel, phases: hasKernelPhases ? axis.kernelPeriod : nil, isKernel: true)
                {
                  interleave(outputLoops[...], kernelLoops[...], []) { loops in
                    stand(loops, at: 0, from: 0, segment, next, tile, &choices)
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /// Of so many rows at most every pair of sizes is tried.
  static let mostCutTwice = 5

  /// The loops that cut rows of one kind down to a size: those over phases, then one loop, or of small layers another around
  /// it.
  ///
  /// With two, rows that slide over a few of the others at a time, back and forth, stay.
  private func loops(_ size: Int, _ tile: Int, phases: Int?, isKernel: Bool, _ isEven: Bool = false) -> [[AxisLoop]] {
    let split = phases.map { [AxisLoop(isKernel: isKernel, size: $0, isPhases: true)] } ?? []
    if tile == size { return [split] }
    let inner = AxisLoop(isKernel: isKernel, size: tile, isEvenAtEnds: isEven)
    let outer =
      all && sums.ends == .best && !isEven && size <= Self.mostCutTwice && !template.cutsEvenly
      ? stride(from: 2 * tile, to: size, by: tile).map { split + [AxisLoop(isKernel: isKernel, size: $0), inner] } : []
    return [split + [inner]] + outer
  }

  private func canCutKernels(_ segment: Int) -> Bool {
    switch template.kernels[segment] {
    case .whole, .same: false
    case .everyOrSame: all
    default: true
    }
  }

  /// All orders in which two lists of loops may be merged.
  private func interleave(
    _ some: ArraySlice<AxisLoop>, _ others: ArraySlice<AxisLoop>, _ merged: [AxisLoop], _ body: ([AxisLoop]) -> Void
  ) {
    if some.isEmpty, others.isEmpty { return body(merged) }
    if let first = some.first { interleave(some.dropFirst(), others, merged + [first], body) }
    if let first = others.first { interleave(some, others.dropFirst(), merged + [first], body) }
  }

  /// Gives the loops of a segment places and directions.
  private func stand(
    _ loops: [AxisLoop], at index: Int, from first: Int, _ segment: Int, _ state: State, _ tile: AxisTile,
    _ choices: inout [AxisChoice]
  ) {
    if index == loops.count {
      extend(state, segment + 1, tile, &choices)
      return
    }
    let places = places[segment]
    for position in first..<max(first, places.count) {
      let kernelsStandFirst = segment == 0 ? template.kernelsStandFirst : nil
      if let kernelsStandFirst, (position == 0) != (loops[index].isKernel == kernelsStandFirst) { continue }
      // Of large layers only loops over phases stand apart from those inside them.
      if !all, index > 0, kernelsStandFirst == nil, !loops[index - 1].isPhases,
        state.loops[state.loops.count - 1].place != places[position]
      {
        continue
      }
      for turns in turns(loops, index, segment, state) {
        var next = state
        var loop = loops[index]
        loop.place = places[position]
        loop.turns = turns
        next.loops.append(loop)
        stand(loops, at: index + 1, from: position, segment, next, tile, &choices)
      }
    }
  }

  /// The directions tried: blocks that have no row in common are never worse off turning.
  private func turns(_ loops: [AxisLoop], _ index: Int, _ segment: Int, _ state: State) -> [Bool] {
    if loops[index].isPhases || segment == 2 && template.dataflow.order[2] != .inputs { return [true] }
    let isOuter = loops[(index + 1)...].contains { $0.isKernel == loops[index].isKernel }
    if isOuter { return [true] }
    return all ? [true, false] : [!state.flows]
  }

  private func choice(_ state: State) -> AxisChoice {
    var held = SIMD4<Int>()
    var values: [Int] = []
    values.reserveCapacity(layout.count)
    var burden: [Int] = []
    burden.reserveCapacity(layout.count)
    var isExact = true
    for (index, tensor) in template.dataflow.order.enumerated() {
      let outside = layout.places[index]
      // They stand in the order of their places.
      let loops = state.loops[..<(state.loops.firstIndex { $0.place >= outside } ?? state.loops.count)]
      let (sums, ownIsExact) = sums.of(tensor, loops, rows)
      isExact = isExact && ownIsExact
      held[index] = sums.held
      // The numbers of loops outside each place.
      let cuts = (0...outside).map { place in loops.firstIndex { $0.place >= place } ?? loops.count }
      func stays(_ place: Int) -> Int { sums.stays[cuts[place]..<cuts[place + 1]].reduce(0, +) }
      func new(_ place: Int) -> Int { sums.starts[cuts[place + 1]] - sums.starts[cuts[place]] - stays(place) }
      for cut in cuts { values.append(sums.starts[cut]) }
      for cut in cuts { values.append(sums.turns[cut]) }
      for place in 0..<outside { values.append(new(place)) }
      for place in 0..<outside { values.append(stays(place)) }
      for cut in cuts { burden.append(sums.starts[cut]) }
      for cut in cuts { burden.append(sums.starts[cut] - sums.turns[cut]) }
      for place in 0..<outside { burden.append(stays(place)) }
      var inside = 0
      for place in (0..<outside).reversed() {
        inside += new(place)
        burden.append(inside)
      }
    }
    return AxisChoice(
      loops: state.loops, held: held, values: values, isWhole: state.isWhole, isExact: isExact, burden: burden)
  }
}

/// The sums of an axis that are known already.
final class AxisSumsKnown {
  let ends: UnknownEnds
  private struct Key: Hashable {
    let tensor: Tensor
    let loops: PackedLoops
  }
  private var known: [Key: (sums: AxisSums, isExact: Bool)] = [:]

  init(_ ends: UnknownEnds) { self.ends = ends }

  /// The sums of loops, and whether they are no less than what the loops cost.
  func of(_ tensor: Tensor, _ loops: ArraySlice<AxisLoop>, _ rows: RowClasses) -> (sums: AxisSums, isExact: Bool) {
    let key = Key(tensor: tensor, loops: PackedLoops(loops, withPlaces: false))
    if let sums = known[key] { return sums }
    func sums(_ ends: UnknownEnds) -> AxisSums {
      AxisWalk(rows: rows, tensor: tensor, loops: Array(loops), ends: ends).sums()
    }
    let own = sums(ends)
    let found = (sums: own, isExact: ends == .worst || own == sums(.worst))
    known[key] = found
    return found
  }
}
