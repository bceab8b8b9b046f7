import Foundation

/// Standard input, output and error.
package enum StandardStreams {
  /// Sees to it that nothing that is opened later takes the place of one that is closed: it fails when it is read or
  /// written, as before.
  package static func keepPlaces() {
    for (stream, onlyOther) in [(STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY)]
    where fcntl(stream, F_GETFD) == -1 {
      // The first place that is free is taken.
      _ = unsafe open("/dev/null", onlyOther)
    }
  }
}
