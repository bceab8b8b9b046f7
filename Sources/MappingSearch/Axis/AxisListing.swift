import Workloads

/// Lists the profiles of one axis in some orders of keeps, quickly where that is possible.
struct AxisListing<Sink: ProfileSink> {
  private let rows: AxisRows
  private let mapspaces: [Mapspace]
  private let quick: QuickListing<Sink>?

  /// A listing of an axis.
  init(_ axis: ConvolutionAxis, _ mapspaces: [Mapspace]) {
    rows = AxisRows(axis)
    self.mapspaces = mapspaces
    quick = QuickListing(rows, for: mapspaces)
  }

  /// What is found in each of the orders, and whether every block size was tried.
  func found() -> [(profiles: ProfilesFound<Sink>, isComplete: Bool)] {
    mapspaces.map { mapspace in
      var found = ProfilesFound<Sink>()
      if let quick {
        quick.list(mapspace, into: &found)
        return (found, quick.isComplete)
      }
      let plain = PlainListing(rows, mapspace)
      plain.list(into: &found)
      return (found, plain.isComplete)
    }
  }
}

extension AxisProfiles {
  /// The profiles of an axis in each of some orders of keeps.
  static func all(_ axis: ConvolutionAxis, in mapspaces: [Mapspace]) -> [AxisProfiles] {
    AxisListing<Skyline>(axis, mapspaces).found().map { AxisProfiles($0.profiles, isComplete: $0.isComplete) }
  }
}
