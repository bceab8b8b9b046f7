import Foundation

/// Standard input, output and error, and pipes.
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

  /// Holds back the signal that comes with writing to a pipe that nobody reads, in this thread: writing fails with an error.
  package static func holdBackBrokenPipes() {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGPIPE)
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}
