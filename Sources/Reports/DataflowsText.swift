import Answers
import Interchange
import Mappings

/// Dataflows that attain an optimum, in few words.
enum DataflowsText {
  /// `any` for all six, `os-*` for both orders of one stationary tensor, and names for others.
  static func short(_ dataflows: [Dataflow]) -> String {
    if dataflows.count == Dataflow.allCases.count { return "any" }
    var parts: [String] = []
    for dataflow in dataflows {
      let areBoth = dataflows.count { $0.stationary == dataflow.stationary } > 1
      let part = areBoth ? bothOrders(of: dataflow) : dataflow.rawValue
      if parts.last != part { parts.append(part) }
    }
    return parts.joined(separator: ", ")
  }

  /// Both dataflows with the stationary tensor of one: `os-*`.
  static func bothOrders(of dataflow: Dataflow) -> String { "\(dataflow.rawValue.prefix { $0 != "-" })-*" }

  /// The dataflow of an answer's mapping, or in how many pieces it is.
  static func own(_ answer: Answer) -> String {
    answer.dataflow?.rawValue ?? ReportContents.count(answer.mapping.nests.count, "piece")
  }

  /// All dataflows that attain an answer's energy; where they are not known its mapping's, which may not be the only one
  /// unless it is a template's.
  static func attaining(_ answer: Answer) -> String {
    answer.optimalDataflows.map(short) ?? own(answer)
      + (answer.dataflow == nil || answer.template != nil ? "" : " or others")
  }

  /// The dataflow of an answer's mapping, and which others attain its energy; or in how many pieces it is and those of these.
  static func inFull(_ answer: Answer) -> String {
    guard let dataflow = answer.dataflow else {
      return "\(own(answer)) (\(answer.ownDataflows.map(\.rawValue).joined(separator: ", ")))"
    }
    let own = "\(dataflow.stationaryName) (\(dataflow.rawValue))"
    guard let attaining = answer.optimalDataflows else { return own }
    let others = attaining.filter { $0 != dataflow }
    if others.isEmpty {
      return own + (answer.namesAllDataflows ? ", which alone attains" : ", the only one known to attain")
        + " this energy"
    }
    return own + "; so do " + (attaining.count == Dataflow.allCases.count ? "all others" : short(others))
  }
}

/// How many optima one dataflow attains alone, and how many are tied.
struct DataflowCounts {
  /// Optima that a single dataflow attains.
  private(set) var alone: [Dataflow: Int] = [:]
  /// Optima that several dataflows attain.
  private(set) var tied = 0
  /// Those of them that all six attain.
  private(set) var any = 0
  /// Optima of which only the dataflow of one mapping is known.
  private(set) var unknown = 0
  /// Mappings in pieces, which may be of several dataflows.
  private let inPieces: Int
  private let count: Int
  /// Whether no other dataflow attains any of the optima.
  private let areAll: Bool

  init(_ answers: [Answer]) {
    let optima = answers.filter { $0.dataflow != nil }
    count = optima.count
    inPieces = answers.count - optima.count
    areAll = optima.allSatisfy(\.namesAllDataflows)
    for optimum in optima {
      switch optimum.optimalDataflows {
      case nil: unknown += 1
      case .some(let dataflows) where dataflows.count == 1: alone[dataflows[0], default: 0] += 1
      case .some(let dataflows):
        tied += 1
        if dataflows.count == Dataflow.allCases.count { any += 1 }
      }
    }
  }

  /// The counts in words, of the optima of something that may be named.
  func text(of subject: String? = nil) -> String {
    if inPieces == 0 { return nestsText(of: subject) }
    let pieces = ReportContents.count(inPieces, "mapping is", "mappings are") + " in pieces."
    return count == 0 ? (subject.map { "\($0): " } ?? "") + pieces : "\(nestsText(of: subject)) \(pieces)"
  }

  /// The same of those of one nest.
  private func nestsText(of subject: String?) -> String {
    let all = ReportContents.count(count, "optimum", "optima") + (subject.map { " of \($0)" } ?? "")
    let sum = alone.values.reduce(0, +)
    let each = Dataflow.allCases.compactMap { dataflow in
      alone[dataflow].map { "\(dataflow.rawValue) \(NumberText.grouped($0))" }
    }
    let known =
      "Of \(all) one dataflow alone \(areAll || sum == 0 ? "attains" : "is known to attain") \(NumberText.grouped(sum))"
      + (each.isEmpty ? "" : " (\(each.joined(separator: ", ")))") + "; several attain \(NumberText.grouped(tied))"
      + (any > 0 ? ", all six \(NumberText.grouped(any)) of those." : ".")
    if unknown == 0 { return known }
    let rest = unknown == count ? all : NumberText.grouped(unknown)
    return (unknown == count ? "" : known + " ")
      + "Of \(rest) it is not known which dataflows attain \(unknown == 1 ? "it" : "them")."
  }
}
