import Foundation
import TestSupport
import Testing

@testable import tilebound

/// What commands do on a terminal and nowhere else.
@Suite(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/script"), "there is no script here"))
struct OnTerminalTests {
  /// What a command shows on a terminal.
  private static func shown(_ command: String, _ environment: String = "TERM=xterm NO_COLOR=") throws -> String {
    // The outer shell takes its words apart once more.
    let outcome = try Program.shell("\(environment) script -qec \"\(command)\" /dev/null")
    #expect(outcome.code == 0, "\(outcome)")
    return outcome.output
  }

  @Test("Colours are there where they are wanted")
  func colours() throws {
    #expect(try Self.shown("tilebound networks").contains("\u{1b}[1m"))
    for environment in ["TERM=xterm NO_COLOR=1", "TERM=dumb NO_COLOR="] {
      #expect(try !Self.shown("tilebound networks", environment).contains("\u{1b}["), "\(environment)")
    }
    #expect(try !Self.shown("tilebound networks --color never").contains("\u{1b}["))
  }

  @Test("A long replay and a long report say what they do and for how long, and nothing in a pipe")
  func progress() throws {
    let replay =
      "tilebound evaluate --shape k=128,c=256,p=1024 --nest 'k:64 p:64 [outputs] c:1 [inputs] [weights]' --replay"
    #expect(try Self.shown(replay).contains("replaying shape, 33 554 432 MACs, 0 s"))
    let piped = try Program.shell(replay)
    #expect(piped.code == 0 && piped.error.isEmpty, "\(piped.error)")
    try withTemporaryFolder { folder in
      let report = "tilebound report \(Program.root.path)/results/built-in.csv --output \(folder)/x.html"
      let shown = try Self.shown(report)
      #expect(shown.contains(#/drawing \d+ pictures and writing \d+ records, 0 s/#))
    }
  }

  @Test func partsOfSteps() {
    #expect(StepProgress.text("reading x.csv", 0.257, since: .milliseconds(3900)) == "reading x.csv, 25 %, 3 s")
    for part: Double? in [nil, 0, 1] {
      #expect(StepProgress.text("reading x.csv", part, since: .zero) == "reading x.csv, 0 s")
    }
  }
}
