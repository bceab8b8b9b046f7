import Foundation

/// How wide what is printed may be, and whether in colours.
package enum Terminal {
  /// The columns of a line of standard output: what the environment has as `COLUMNS`, or else those of the terminal, 80
  /// where it does not tell; nil where standard output is no terminal.
  package static var width: Int? {
    if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 {
      return columns
    }
    return isatty(STDOUT_FILENO) == 1 ? columns(of: STDOUT_FILENO) ?? 80 : nil
  }

  /// Whether standard output is a terminal that takes colours, and the environment does not ask for none: `NO_COLOR` is unset or
  /// empty.
  package static var takesColours: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isatty(STDOUT_FILENO) == 1 && environment["TERM"] != "dumb" && environment["NO_COLOR", default: ""].isEmpty
  }

  /// The columns of the terminal at a file descriptor; nil where there is none or it does not tell.
  package static func columns(of descriptor: Int32) -> Int? {
    var size = winsize()
    return unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
  }
}
