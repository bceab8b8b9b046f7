import ArgumentParser
import EnergyModel
import Interchange
import MappingSearch
import Mappings
import Reports
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
    template.map { ", \($0.words)" } ?? ""
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
    if pieces.most > 1 {
      throw CommandFailure(code: .usage, message: "--template: is one nest, which does not go with --pieces")
    }
    if let why = template.exclusion(dataflows: dataflows, phases: phases) {
      throw CommandFailure(code: .usage, message: "--template: \(why)")
    }
    return template
  }
}

extension NestTemplate {
  /// Refuses a tile that is given and larger than its dimension on every layer: it cannot be meant for these.
  func refuseLoopsBeyondRange(on layers: [Layer]) throws(CommandFailure) {
    if let why = excess(on: layers) { throw CommandFailure(code: .usage, message: "--template: \(why)") }
  }

  /// The nest of least energy that the template has for a problem.
  ///
  /// - Throws: ``CommandFailure`` where there is none.
  func optimum(for problem: Problem, _ capacity: Bits, _ limit: TimeLimit?) throws(CommandFailure) -> Optimum {
    let search = try search(problem, limit)
    guard let optimum = search.optimum(capacity: capacity) else {
      throw CommandFailure(NoNestOfTemplate(search, capacity))
    }
    return optimum
  }

  /// The nests of the template that are best at some capacities.
  ///
  /// - Throws: ``CommandFailure`` where there is none at one of them.
  func curve(for problem: Problem, at capacities: [Bits]) throws(CommandFailure) -> ParetoCurve {
    let search = try search(problem, nil)
    let curve = search.curve(at: capacities)
    if let least = capacities.min(), curve.steps.index(capacity: least) == nil {
      throw CommandFailure(NoNestOfTemplate(search, least))
    }
    return curve
  }

  private func search(_ problem: Problem, _ limit: TimeLimit?) throws(CommandFailure) -> TemplateSearch {
    do {
      return try TemplateSearch(problem, self, limit: limit)
    } catch {
      throw CommandFailure(NoNestOfTemplate(problem, error))
    }
  }
}

extension CommandFailure {
  /// That a template has no nest.
  init(_ error: NoNestOfTemplate) {
    let code: Code =
      switch error.cause {
      case .request: .usage
      case .capacity: .impossible
      case .counting: .failed
      }
    self.init(code: code, message: error.description)
  }
}
