import Interchange
import Mappings

/// Dataflows that attain an optimum, in few words.
enum DataflowsText {
  private static let all = Dataflow.allCases.map(\.rawValue)

  /// `any` for all six, `os-*` for both orders of one stationary tensor, and names for others.
  static func short(_ names: [String]) -> String {
    if all.allSatisfy(names.contains) { return "any" }
    var parts: [String] = []
    for name in names {
      let tensor = name.prefix { $0 != "-" }
      let both = all.filter { $0.hasPrefix("\(tensor)-") }
      let part = both.count > 1 && both.allSatisfy(names.contains) ? "\(tensor)-*" : name
      if parts.last != part { parts.append(part) }
    }
    return parts.joined(separator: ", ")
  }

  /// All dataflows that attain a record's energy; where they are not known its mapping's, which may not be the only one.
  static func attaining(_ record: ResultRecord) -> String {
    record.optimalDataflows.map(short) ?? "\(record.dataflow) or others"
  }

  /// The dataflow of a record's mapping, and which others attain its energy.
  static func inFull(_ record: ResultRecord, _ dataflow: Dataflow) -> String {
    let own = "\(dataflow.stationaryName) (\(record.dataflow))"
    guard let attaining = record.optimalDataflows else { return own }
    let others = attaining.filter { $0 != record.dataflow }
    if others.isEmpty { return own + ", which alone attains this energy" }
    return own + "; so do " + (attaining.count == all.count ? "all others" : short(others))
  }
}

/// How many optima one dataflow attains alone, and how many are tied.
struct DataflowCounts {
  /// Optima that a single dataflow attains, by its name.
  private(set) var alone: [String: Int] = [:]
  /// Optima that several dataflows attain.
  private(set) var tied = 0
  /// Those of them that all six attain.
  private(set) var any = 0
  /// Optima of which only the dataflow of one mapping is known.
  private(set) var unknown = 0
  private let count: Int

  init(_ records: [ResultRecord]) {
    count = records.count
    for record in records {
      switch record.optimalDataflows {
      case nil: unknown += 1
      case .some(let names) where names.count == 1: alone[names[0], default: 0] += 1
      case .some(let names):
        tied += 1
        if names.count == Dataflow.allCases.count { any += 1 }
      }
    }
  }

  /// The counts in words, of the optima of something that may be named.
  func text(of subject: String? = nil) -> String {
    let all = ReportContents.count(count, "optimum", "optima") + (subject.map { " of \($0)" } ?? "")
    let sum = alone.values.reduce(0, +)
    let each = Dataflow.allCases.compactMap { dataflow in
      alone[dataflow.rawValue].map { "\(dataflow.rawValue) \(NumberText.grouped($0))" }
    }
    let known =
      "Of \(all) one dataflow alone attains \(NumberText.grouped(sum))"
      + (each.isEmpty ? "" : " (\(each.joined(separator: ", ")))") + "; several attain \(NumberText.grouped(tied))"
      + (any > 0 ? ", all six \(NumberText.grouped(any)) of those." : ".")
    if unknown == 0 { return known }
    let rest = unknown == count ? all : NumberText.grouped(unknown)
    return (unknown == count ? "" : known + " ")
      + "Of \(rest) it is not known which dataflows attain \(unknown == 1 ? "it" : "them")."
  }
}
