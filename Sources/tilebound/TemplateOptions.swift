import ArgumentParser
import EnergyModel
import Interchange
import MappingSearch
import Mappings
import Workloads

/// A nest of which the tile sizes are searched for.
struct TemplateOptions: ParsableArguments {
  @Option(
    name: .customLong("template"),
    help: ArgumentHelp(
      "Search this nest alone, outermost first, as in 'k [weights] p q [inputs] c [outputs]': k is a loop over k in tiles of any "
        + "size, or none at all, k:20 in tiles of 20, r%2 over residues modulo 2, either with ~ behind it back and forth; "
        + "[tensor] is a keep.",
      valueName: "line"))
  var line: String?

  /// What a heading says of the template, after what else it says.
  static func heading(_ template: NestTemplate?) -> String {
    template.map { ", template \(NestText.text($0))" } ?? ""
  }

  /// The template, held against other options.
  ///
  /// - Parameters:
  ///   - dataflows: the orders of keeps that are asked for.
  ///   - phases: what was asked of loops over phases by name.
  ///   - pieces: in how many pieces a layer may be split.
  /// - Returns: the template, or nil where none is given.
  /// - Throws: an error that names the word that is wrong, or an option that does not go with it.
  func template(_ dataflows: Set<Dataflow>, phases: PhasePolicy?, pieces: Pieces = .one) throws -> NestTemplate? {
    guard let line else { return nil }
    let template = try NestText.parseTemplate(line, origin: "--template")
    func refuse(_ message: String) -> CommandFailure { CommandFailure(code: .usage, message: "--template: \(message)") }
    if pieces.most > 1 { throw refuse("is one nest, which does not go with --pieces") }
    if !dataflows.contains(template.dataflow) {
      throw refuse(
        "its keeps are in the order \(template.dataflow.rawValue), which --dataflow excludes; leave that out")
    }
    guard let phases else { return template }
    if let dimension = phases.excluded(template.dimensionsInPhases) {
      throw refuse("a loop walks phases of \(dimension), which --phases \(phases) excludes")
    }
    if phases != .off, template.dimensionsInPhases.isEmpty {
      let example = phases == .outputs ? "p%2" : "r%2"
      throw refuse(
        "the nest has no loops over phases, which --phases \(phases) asks for; they are written as \(example)")
    }
    return template
  }
}

extension NestTemplate {
  /// Refuses a tile that is given and larger than its dimension on every layer: it cannot be meant for these.
  func refuseLoopsBeyondRange(on layers: [Layer]) throws(CommandFailure) {
    for case .loop(let loop) in nodes {
      guard case .tile(let tile) = loop.cut, let most = layers.map({ $0[loop.dimension] }).max(), tile > most else {
        continue
      }
      let dimension = loop.dimension.rawValue
      throw CommandFailure(
        code: .usage,
        message: "--template: the loop \(dimension):\(tile) has a tile of \(tile), but \(dimension) is \(most)"
          + (layers.count > 1 ? " at most" : "") + "; 1 to \(most) is accepted")
    }
  }

  /// The nest of least energy that the template has for a problem.
  ///
  /// - Throws: ``CommandFailure`` where there is none.
  func optimum(for problem: Problem, _ capacity: Bits, _ limit: TimeLimit?) throws(CommandFailure) -> Optimum {
    let search = try search(problem, limit)
    guard let optimum = search.optimum(capacity: capacity) else { throw nothingFits(search, capacity) }
    return optimum
  }

  /// The nests of the template that are best at some capacities.
  ///
  /// - Throws: ``CommandFailure`` where there is none at one of them.
  func curve(for problem: Problem, at capacities: [Bits]) throws(CommandFailure) -> ParetoCurve {
    let search = try search(problem, nil)
    let curve = search.curve(at: capacities)
    if let least = capacities.min(), curve.steps.index(capacity: least) == nil { throw nothingFits(search, least) }
    return curve
  }

  private func search(_ problem: Problem, _ limit: TimeLimit?) throws(CommandFailure) -> TemplateSearch {
    do {
      return try TemplateSearch(problem, self, limit: limit)
    } catch {
      throw CommandFailure(code: .usage, message: "\(problem.layer.name): --template: \(error)")
    }
  }

  /// A Buffer in which every box fits.
  private static let holdsAll = Bits(1 << 52)

  private func nothingFits(_ search: TemplateSearch, _ capacity: Bits) -> CommandFailure {
    let problem = search.problem
    if problem.layout.rules != .none, let tiles = LayoutText.tiles(of: problem.layout) {
      if search.optimum(capacity: Self.holdsAll) == nil {
        return CommandFailure(
          code: .usage, message: "\(problem.layer.name): no tile sizes of --template were found that are \(tiles)")
      }
      return CommandFailure(
        code: .impossible,
        message: "\(problem.layer.name): no tile sizes of --template were found that are \(tiles) and fit "
          + CapacityText.text(capacity))
    }
    let least = search.smallestCapacity
    if least <= capacity {
      return CommandFailure(
        code: .failed, message: "\(problem.layer.name): --template: no nest that fits can be counted in closed form")
    }
    return CommandFailure(
      code: .impossible,
      message:
        "\(problem.layer.name): no tile sizes of --template fit \(CapacityText.text(capacity)); the smallest need "
        + CapacityText.text(least) + (problem.layout.parts.isEmpty ? "" : " in parts of the same shares"))
  }
}
