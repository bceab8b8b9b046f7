import ArgumentParser
import Foundation
import Interchange
import Parallel
import Reports
import Workloads

/// At which capacity pictures show what each layer's energy is spent on.
struct BreakdownOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The capacity of the plot of energy by layer. (default: the least from which on data are within 5 % of the least)",
      valueName: "size"))
  var breakdownAt: String?

  /// The capacity that is asked for, if one is.
  ///
  /// - Parameter capacities: those that there are.
  /// - Returns: the capacity, or nil where none is asked for.
  /// - Throws: an error for one that is not among them.
  func capacity(among capacities: some Sequence<Bits>) throws -> Bits? {
    guard let breakdownAt else { return nil }
    let capacity = try CapacityText.parse(breakdownAt, origin: "--breakdown-at")
    let known = Set(capacities)
    if known.contains(capacity) { return capacity }
    let nearest = known.min { abs($0.count - capacity.count) < abs($1.count - capacity.count) }
    throw FormatError(
      origin: "--breakdown-at",
      message: "there are no results at \(CapacityText.text(capacity))"
        + (nearest.map { "; the nearest that there are is \(CapacityText.text($0))" } ?? ""))
  }
}

/// Pictures that a command is to write.
struct Plots {
  let format: GnuplotScript.Format

  /// Pictures of the kind that a file's name asks for.
  ///
  /// - Throws: an error for a name that asks for none, and where gnuplot is missing, before any work is done.
  init(to file: String, origin: String) throws {
    let parts = file.split(separator: "/").last?.split(separator: ".") ?? []
    guard parts.count > 1, let format = parts.last.flatMap({ GnuplotScript.Format(rawValue: $0.lowercased()) }) else {
      throw FormatError(
        origin: origin, message: "'\(file)' names no kind of picture; a name in .svg, .png or .pdf is accepted")
    }
    self.format = format
    try Gnuplot.check(format)
  }

  /// Pictures of a kind, SVG if none is given, where any are wanted.
  init(format: GnuplotScript.Format?, isWanted: Bool) throws {
    self.format = format ?? .svg
    if isWanted { try Gnuplot.check(self.format) }
  }

  /// Draws a figure into a file, whole or not at all.
  func write(_ figure: Figure, to file: String) throws {
    try OutputOptions.write(Array(try figure.file(as: format)), to: file)
  }

  /// Draws figures into files of a folder, made where there is none, named after them.
  ///
  /// - Returns: the files.
  func write(_ figures: [Figure], into folder: String, threads: Int) throws -> [String] {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure(code: .failed, message: "\(folder): cannot be made a folder")
    }
    return try figures.concurrentMap(threads: threads) { figure in
      let file = "\(folder)/\(figure.name).\(format.rawValue)"
      try write(figure, to: file)
      return file
    }
  }
}
