import EnergyModel
public import MappingSearch
public import Mappings
public import Workloads

extension NestTemplate {
  /// What of a request excludes the template, in words.
  ///
  /// - Parameters:
  ///   - dataflows: the orders of keeps that are asked for.
  ///   - phases: what was asked of loops over phases by name, if anything.
  ///   - name: how the choices are called, as `--dataflow` in options.
  /// - Returns: why there is no nest of the template, or nil where there may be.
  public func exclusion(
    dataflows: Set<Dataflow>, phases: PhasePolicy?, name: (String) -> String = { "--\($0)" }
  ) -> String? {
    if !dataflows.contains(dataflow) {
      return "its keeps are in the order \(dataflow.rawValue), which \(name("dataflow")) excludes; leave that out"
    }
    guard let phases else { return nil }
    if let dimension = phases.excluded(dimensionsInPhases) {
      return "a loop walks phases of \(dimension), which \(name("phases")) \(phases) excludes"
    }
    if phases == .off || !dimensionsInPhases.isEmpty { return nil }
    return "the nest has no loops over phases, which \(name("phases")) \(phases) asks for; they are written as "
      + (phases == .outputs ? "p%2" : "r%2")
  }

  /// The first tile that is given and larger than its dimension on every layer, in words: it cannot be meant for these.
  public func excess(on layers: [Layer]) -> String? {
    for case .loop(let loop) in nodes {
      guard case .tile(let tile) = loop.cut, let most = layers.map({ $0[loop.dimension] }).max(), tile > most else {
        continue
      }
      let dimension = loop.dimension.rawValue
      return "the loop \(dimension):\(tile) has a tile of \(tile), but \(dimension) is \(most)"
        + (layers.count > 1 ? " at most" : "") + "; \((1...most).accepted)"
    }
    return nil
  }
}

/// Why a template has no nest for a layer at a capacity.
public struct NoNestOfTemplate: Error, Hashable, Sendable, CustomStringConvertible {
  /// What would have to be another.
  public enum Cause: Hashable, Sendable {
    /// The template or the tiles that are allowed.
    case request
    /// The Buffer's size.
    case capacity
    /// Nothing that is asked: what fits cannot be counted in closed form.
    case counting
  }

  /// What would have to be another.
  public let cause: Cause
  /// One line that names the layer.
  public let description: String

  /// A Buffer in which every box fits.
  private static let holdsAll = Bits(1 << 52)

  /// Why a search found nothing at a capacity.
  public init(_ search: TemplateSearch, _ capacity: Bits) {
    let problem = search.problem
    let layout = problem.layout
    let size = CapacityText.text(capacity)
    let (cause, what): (Cause, String)
    if layout.rules != .none, let tiles = LayoutText.tiles(of: layout) {
      let fits = search.optimum(capacity: Self.holdsAll) != nil
      cause = fits ? .capacity : .request
      what = "no tile sizes of the template were found that are \(tiles)" + (fits ? " and fit \(size)" : "")
    } else if search.smallestCapacity <= capacity {
      (cause, what) = (.counting, "no nest of the template that fits \(size) can be counted in closed form")
    } else {
      cause = .capacity
      what =
        "no tile sizes of the template fit \(size); the smallest need \(CapacityText.text(search.smallestCapacity))"
        + (layout.parts.isEmpty ? "" : " in parts of the same shares")
    }
    (self.cause, description) = (cause, "\(problem.layer.name): \(what)")
  }

  /// What a template contradicts in a problem.
  public init(_ problem: Problem, _ error: TemplateError) {
    (cause, description) = (.request, "\(problem.layer.name): the template: \(error)")
  }
}
