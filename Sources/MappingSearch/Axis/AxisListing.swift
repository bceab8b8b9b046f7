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
    var parts = PhaseParts(rows)
    return mapspaces.map { mapspace in
      var found = ProfilesFound<Sink>()
      let isComplete = listRuns(mapspace, into: &found)
      if limit.endsListing() {
        PlainListing(rows, mapspace).listFew(into: &found)
        return (found, false)
      }
      if phases == .off { return (found, isComplete) }
      let split = PhaseListing(rows, mapspace)
      split.list(into: &found, &parts, limit)
      return (found, isComplete && split.isComplete)
    }
  }

  /// Offers the profiles whose blocks are runs of neighbours.
  ///
  /// - Returns: whether every block size was tried.
  private func listRuns(_ mapspace: Mapspace, into found: inout ProfilesFound<Sink>) -> Bool {
    if let quick {
      quick.list(mapspace, into: &found)
      return quick.isComplete
    }
    let plain = PlainListing(rows, mapspace)
    plain.list(into: &found, limit)
    return plain.isComplete
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
