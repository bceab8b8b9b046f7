import Mappings
import Workloads

/// Lists the profiles of one axis in some orders of keeps, quickly where that is possible.
struct AxisListing<Sink: ProfileSink> {
  private let rows: AxisRows
  private let mapspaces: [Mapspace]
  private let phases: PhasePolicy
  private let limit: TimeLimit?
  private let quick: QuickListing<Sink>?

  /// A listing of an axis, with loops over phases or without, which ends at a limit if there is one.
  init(_ axis: ConvolutionAxis, _ mapspaces: [Mapspace], phases: PhasePolicy, _ limit: TimeLimit? = nil) {
    rows = AxisRows(axis)
    self.mapspaces = mapspaces
    self.phases = phases
    self.limit = limit
    quick = QuickListing(rows, for: mapspaces, limit)
  }

  /// What is found in each of the orders, and whether every block size was tried.
  func found() -> [(profiles: ProfilesFound<Sink>, isComplete: Bool)] {
    var found = mapspaces.map { _ in ProfilesFound<Sink>() }
    let areComplete = listRuns(into: &found)
    var parts = PhaseParts(rows)
    return mapspaces.indices.map { index in
      let mapspace = mapspaces[index]
      if limit.endsListing() {
        PlainListing(rows, mapspace).listFew(into: &found[index])
        return (found[index], false)
      }
      if phases == .off { return (found[index], areComplete[index]) }
      let split = PhaseListing(rows, mapspace, phases)
      split.list(into: &found[index], &parts, limit)
      return (found[index], areComplete[index] && split.isComplete)
    }
  }

  /// Offers the profiles whose blocks are runs of neighbours.
  ///
  /// - Returns: whether every block size was tried, in each of the orders.
  private func listRuns(into found: inout [ProfilesFound<Sink>]) -> [Bool] {
    if let quick {
      quick.list(into: &found)
      return mapspaces.map { _ in quick.isComplete }
    }
    return mapspaces.indices.map { index in
      let plain = PlainListing(rows, mapspaces[index])
      plain.list(into: &found[index], limit)
      return plain.isComplete
    }
  }
}

extension AxisProfiles {
  /// The profiles of an axis in each of some orders of keeps.
  static func all(
    _ axis: ConvolutionAxis, in mapspaces: [Mapspace], phases: PhasePolicy = .off, _ limit: TimeLimit? = nil
  ) -> [AxisProfiles] {
    AxisListing<Skyline>(axis, mapspaces, phases: phases, limit).found().map {
      AxisProfiles($0.profiles, isComplete: $0.isComplete)
    }
  }
}
