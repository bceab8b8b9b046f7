import Interchange

/// Why a picture could not be drawn, in one line.
public enum PlotError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is no gnuplot where programs are looked for.
  case gnuplotMissing
  /// gnuplot could not be run or gave up, with the first line that it said about that.
  case gnuplotFailed(String)
  /// gnuplot is there without the terminal that writes a kind of pictures.
  case terminalMissing(GnuplotScript.Format)
  /// A figure would have more curves than can be told apart.
  case tooManyCurves(count: Int, limit: Int)

  /// What went wrong, in one line.
  public var description: String {
    switch self {
    case .gnuplotMissing: "gnuplot is needed to draw plots: install it (Debian: gnuplot-nox)"
    case .gnuplotFailed(let message): "gnuplot failed: \(FormatError.oneLine(message))"
    case .terminalMissing(let format):
      "this gnuplot cannot write \(format.rawValue.uppercased()), as it is without its terminal \(format.terminal) (Debian: "
        + "gnuplot-nox has it); svg is accepted"
    case .tooManyCurves(let count, let limit):
      "\(count) curves cannot be told apart in one figure; at most \(limit) are accepted"
    }
  }
}
