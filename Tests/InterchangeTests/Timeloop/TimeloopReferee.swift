import Foundation
import Yams

/// Evaluates exported files as `timeloop-model` does, from their text alone and element by element.
///
/// Shares nothing with the program: tiles are sets of points, found by walking the loops.
struct TimeloopReferee {
  struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ text: String) { description = text }
  }

  struct Loop {
    let dimension: String
    let bound: Int
    let residual: Int
  }

  struct Level {
    let name: String
    let depth: Int?
    var keeps: Set<String> = []
    /// Innermost first, as permutations are.
    var loops: [Loop] = []
  }

  struct DataSpace {
    let name: String
    let isReadWrite: Bool
    let ranks: [[(dimension: String, step: Int)]]
  }

  /// MainMemory first.
  private(set) var levels: [Level] = []
  private(set) var sizes: [String: Int] = [:]
  private(set) var dataSpaces: [DataSpace] = []

  init(_ text: String) throws {
    guard let root = try Yams.load(yaml: text) as? [String: Any] else { throw Failure("no mapping at the root") }
    try readProblem(root["problem"])
    try readArchitecture(root["architecture"])
    try readMapping(root["mapping"])
  }

  private mutating func readProblem(_ value: Any?) throws {
    guard let problem = value as? [String: Any], let shape = problem["shape"] as? [String: Any],
      let instance = problem["instance"] as? [String: Int], let dimensions = shape["dimensions"] as? [String],
      let spaces = shape["data-spaces"] as? [[String: Any]]
    else { throw Failure("problem") }
    for dimension in dimensions { sizes[dimension] = instance[dimension] }
    for space in spaces {
      guard let name = space["name"] as? String, let projection = space["projection"] as? [[[String]]] else {
        throw Failure("data space")
      }
      let ranks = projection.map { rank in
        rank.map { (dimension: $0[0], step: $0.count > 1 ? instance[$0[1]] ?? 0 : 1) }
      }
      dataSpaces.append(DataSpace(name: name, isReadWrite: space["read-write"] as? Bool ?? false, ranks: ranks))
    }
  }

  private mutating func readArchitecture(_ value: Any?) throws {
    var node = value as? [String: Any]
    while let subtree = node?["subtree"] as? [[String: Any]] {
      node = subtree[0]
      for component in node?["local"] as? [[String: Any]] ?? [] {
        guard let name = component["name"] as? String, let kind = component["class"] as? String,
          let attributes = component["attributes"] as? [String: Int]
        else { throw Failure("component") }
        if kind != "intmac" { levels.append(Level(name: name, depth: attributes["depth"])) }
      }
    }
  }

  private mutating func readMapping(_ value: Any?) throws {
    guard let directives = value as? [[String: Any]] else { throw Failure("mapping") }
    for directive in directives {
      guard let target = directive["target"] as? String, let level = levels.firstIndex(where: { $0.name == target })
      else { throw Failure("unknown target") }
      switch directive["type"] as? String {
      case "datatype":
        levels[level].keeps = Set(directive["keep"] as? [String] ?? [])
        let bypassed = Set(directive["bypass"] as? [String] ?? [])
        let all = Set(dataSpaces.map(\.name))
        if levels[level].keeps.union(bypassed) != all || !levels[level].keeps.isDisjoint(with: bypassed) {
          throw Failure("keep and bypass of \(target)")
        }
      case "temporal":
        guard let factors = directive["factors"] as? String, let permutation = directive["permutation"] as? String
        else { throw Failure("temporal directive of \(target)") }
        var loops: [String: Loop] = [:]
        for factor in factors.split(separator: " ") {
          let dimension = String(factor.prefix(1))
          let numbers = factor.dropFirst().split(separator: ",").compactMap { Int($0) }
          loops[dimension] = Loop(dimension: dimension, bound: numbers[0], residual: numbers.last ?? 0)
        }
        if loops.count != sizes.count || Set(permutation.map(String.init)) != Set(sizes.keys) {
          throw Failure("a dimension is missing at \(target)")
        }
        levels[level].loops = permutation.compactMap { loops[String($0)] }.filter { $0.bound > 1 }
        if levels[level].loops.isEmpty { levels[level].loops = [Loop(dimension: "S", bound: 1, residual: 1)] }
      default: throw Failure("directive type")
      }
    }
  }

  /// Timeloop's own check of the factors.
  func checkFactors() throws {
    for (dimension, size) in sizes {
      var product = 0
      for loop in levels.flatMap({ $0.loops.reversed() }) where loop.dimension == dimension {
        product = product * loop.bound + loop.residual - 1
      }
      if product + 1 != size { throw Failure("the factors of \(dimension) make \(product + 1) and not \(size)") }
    }
  }

  struct Accesses: Equatable {
    var content = 0
    var largestTile = 0
    /// The positions that the tiles of each dimension cover in the end.
    var covered: [String: Set<Int>] = [:]
  }

  /// The builds of Timeloop, which walk different passes of loops for all of them.
  enum Build: CaseIterable {
    /// v3.0.3.
    case release
    /// The master branch since January 2024.
    case master
    /// Either with `TIMELOOP_DISABLE_TEMPORAL_EXTRAPOLATION=1`.
    case walkingAll
  }

  /// The words that move between MainMemory and the level that keeps a data space.
  func accesses(to space: DataSpace, _ build: Build) throws -> Accesses {
    let keepers = levels.indices.dropFirst().filter { levels[$0].keeps.contains(space.name) }
    guard keepers.count == 1, let keeper = keepers.first else { throw Failure("\(space.name) is not kept once") }
    let innermost = keeper - 1
    var loops: [(loop: Loop, isNextToTile: Bool)] = []
    for level in 0...innermost {
      for (position, loop) in levels[level].loops.enumerated().reversed() {
        loops.append((loop, level == innermost && position == 0))
      }
    }
    let inner = levels[keeper...].flatMap { $0.loops.reversed() }
    var walk = Walk(
      space: space, loops: loops, inner: inner, dimensions: Array(sizes.keys), build: build,
      isImperfect: levels.contains { $0.loops.contains { $0.bound != $0.residual } })
    walk.run(0, epochs: 1)
    return walk.accesses
  }

  private struct Walk {
    let space: DataSpace
    let loops: [(loop: Loop, isNextToTile: Bool)]
    let inner: [Loop]
    let dimensions: [String]
    let build: Build
    let isImperfect: Bool
    var indices: [Int] = []
    var last: Set<[Int]> = []
    var lastMove: [Int]?
    var accesses = Accesses()

    /// The positions of one dimension inside of the tile at the current indices, by walking the loops inside it.
    func positions(of dimension: String) -> Set<Int> {
      func walk(_ rest: ArraySlice<(Loop, Int?)>, _ position: Int, _ isLast: Bool) -> [Int] {
        guard let (loop, fixed) = rest.first else { return [position] }
        let passes = isLast ? loop.residual : loop.bound
        return (fixed.map { $0...$0 } ?? 0...passes - 1).flatMap {
          walk(rest.dropFirst(), position * loop.bound + $0, isLast && $0 == loop.residual - 1)
        }
      }
      let outside = zip(loops, indices).filter { $0.0.loop.dimension == dimension }.map { ($0.0.loop, Optional($0.1)) }
      let inside = inner.filter { $0.dimension == dimension }.map { ($0, Int?.none) }
      return Set(walk((outside + inside)[...], 0, true))
    }

    /// Whether all loops over the dimension outside of this one are on their last pass.
    func isLast(_ dimension: String, outside index: Int) -> Bool {
      (0..<index).allSatisfy {
        loops[$0].loop.dimension != dimension || indices[$0] + 1 >= loops[$0].loop.residual
      }
    }

    /// The words that the tiles inside take, and counts them unless the loop outside does.
    @discardableResult mutating func run(_ index: Int, epochs: Int) -> Int {
      if index == loops.count { return arrive() }
      let (loop, isNextToTile) = loops[index]
      let passes = isLast(loop.dimension, outside: index) ? loop.residual : loop.bound
      var deltas: [(words: Int, scale: Int)] = []
      func pass(_ pass: Int, epochs: Int, _ walk: inout Walk) -> Int {
        walk.indices.append(pass)
        defer { walk.indices.removeLast() }
        return walk.run(index + 1, epochs: epochs)
      }
      switch build {
      case .walkingAll:
        for number in 0..<passes { deltas.append((pass(number, epochs: epochs, &self), 1)) }
      case .master:
        // Passes between the first and the last ones are alike, and the last where nothing inside is smaller there.
        let inside = (loops[(index + 1)...].map(\.loop) + inner).filter { $0.dimension == loop.dimension }
        let runsLast = isLast(loop.dimension, outside: index) && inside.contains { $0.bound != $0.residual }
        let runsTwo = runsLast && loop.bound != loop.residual
        deltas.append((pass(0, epochs: epochs, &self), 1))
        let alike = passes - (runsTwo ? 3 : runsLast ? 2 : 1)
        if alike > 0 { deltas.append((pass(1, epochs: epochs * alike, &self), alike)) }
        let ends = (max(1, runsTwo ? passes - 2 : runsLast ? passes - 1 : passes)..<max(1, passes))
        for number in ends where number > 0 {
          let words = pass(number, epochs: epochs, &self)
          // The loop next to the tile takes the last pass but the residual's for one more like the second.
          if isNextToTile, alike > 0, !runsTwo || number == passes - 2 {
            deltas[deltas.count - 1].scale += 1
          } else {
            deltas.append((words, 1))
          }
        }
      case .release:
        deltas.append((pass(0, epochs: epochs, &self), 1))
        if isImperfect {
          if passes >= 4 { deltas.append((pass(1, epochs: epochs * (passes - 3), &self), passes - 3)) }
          if passes >= 3 {
            let words = pass(passes - 2, epochs: epochs, &self)
            if passes >= 4 { deltas[deltas.count - 1].scale += 1 } else { deltas.append((words, 1)) }
          }
          if passes >= 2 { deltas.append((pass(passes - 1, epochs: epochs, &self), 1)) }
        } else if passes >= 2 {
          deltas.append((pass(1, epochs: epochs * (passes - 1), &self), passes - 1))
        }
      }
      if isNextToTile { accesses.content += epochs * deltas.reduce(0) { $0 + $1.words * $1.scale } }
      return 0
    }

    mutating func arrive() -> Int {
      var positions: [String: Set<Int>] = [:]
      for dimension in dimensions {
        positions[dimension] = self.positions(of: dimension)
        accesses.covered[dimension, default: []].formUnion(positions[dimension] ?? [])
      }
      // The bounding box of the points that the tile's MACs touch.
      var box: [[Int]] = [[]]
      for rank in space.ranks {
        var touched: Set<Int> = [0]
        for term in rank {
          touched = Set(touched.flatMap { base in (positions[term.dimension] ?? []).map { base + $0 * term.step } })
        }
        let range = (touched.min() ?? 0)...(touched.max() ?? 0)
        box = box.flatMap { point in range.map { point + [$0] } }
      }
      let tile = Set(box)
      accesses.largestTile = max(accesses.largestTile, tile.count)
      defer { last = tile }
      if last.isEmpty { return tile.count }
      let move = zip(centre(last), centre(tile)).map { Int(($1 - $0).rounded()) }
      if move.contains(where: { $0 != 0 }) {
        if let before = lastMove, before != move {
          lastMove = nil
          return tile.count
        }
        lastMove = move
      }
      return tile.subtracting(last).count
    }

    func centre(_ points: Set<[Int]>) -> [Double] {
      space.ranks.indices.map { rank in Double(points.reduce(0) { $0 + $1[rank] }) / Double(points.count) }
    }
  }
}
