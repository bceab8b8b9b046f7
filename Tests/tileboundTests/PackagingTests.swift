import Foundation
import TestSupport
import Testing

/// What packages the program, as far as it can be checked without building one.
struct PackagingTests {
  private func text(_ file: String) throws -> String {
    try String(contentsOf: Program.root.appending(path: file), encoding: .utf8)
  }

  /// What the makefile sets a variable to.
  private func variable(_ name: String, in makefile: String) throws -> String {
    let line = try #require(makefile.split(separator: "\n").first { $0.hasPrefix("\(name) := ") })
    return String(line.dropFirst("\(name) := ".count))
  }

  /// The Dockerfile builds with a Swift that the manifest takes, runs on the Debian that it built on, and has what the makefile
  /// installs.
  @Test func dockerfileFollowsTheMakefile() throws {
    let (dockerfile, makefile) = (try text("Dockerfile"), try text("Makefile"))
    let lines = dockerfile.split(separator: "\n").filter { !$0.hasPrefix("#") }
    let known = ["FROM", "RUN", "WORKDIR", "COPY", "ENTRYPOINT"]
    #expect(lines.allSatisfy { line in known.contains { line.hasPrefix("\($0) ") } }, "\(lines)")
    let builds = try #require(dockerfile.firstMatch(of: #/FROM swift:(\d+\.\d+)-([a-z]+) AS build\n/#))
    let runs = try #require(dockerfile.firstMatch(of: #/FROM debian:([a-z]+)-slim\n/#))
    #expect(builds.2 == runs.1)
    let manifest = try text("Package.swift")
    let tools = try #require(manifest.firstMatch(of: #/swift-tools-version: (\d+\.\d+)/#))
    #expect(builds.1.compare(tools.1, options: .numeric) != .orderedAscending)
    let installs = try #require(lines.last { $0.hasPrefix("RUN apt-get") })
    for name in ["BLAS_PACKAGES", "ZLIB_PACKAGES", "PLOT_PACKAGES"] {
      for package in try variable(name, in: makefile).split(separator: " ") {
        #expect(installs.split(separator: " ").contains(package), "\(package)")
      }
    }
    // What is made in the first stage is what the second one takes.
    let make = try #require(dockerfile.firstMatch(of: #/RUN (make install DESTDIR=(\S+) PREFIX=(\S+))\n/#))
    #expect(lines.contains("COPY --from=build \(make.2) /"))
    let dry = try Program.shell("\(make.1) --dry-run")
    #expect(dry.code == 0 && dry.output.contains("\(make.2)\(make.3)/bin/tilebound"), "\(dry.error)")
    // Of the clone all is copied but what was built: the commit is read from it.
    #expect(try text(".dockerignore") == ".build*\n")
  }

  /// What is installed has all that its pages link to.
  @Test func installedPagesLeadSomewhere() throws {
    try withTemporaryFolder { folder in
      try Data("include \(Program.root.path)/Makefile\nshown:\n\t@echo $(DOCUMENTS)\n".utf8).write(
        to: URL(fileURLWithPath: "\(folder)/shown.mk"))
      let outcome = try Program.shell("make --no-print-directory -f shown.mk shown", in: folder)
      let installed = outcome.output.split(whereSeparator: \.isWhitespace)
      #expect(outcome.code == 0 && installed.count > 10, "\(outcome)")
      let root = Program.root
      let pages = installed.flatMap { path in
        let names = FileManager.default.enumerator(atPath: root.appending(path: path).path)?.compactMap {
          $0 as? String
        }
        return [String(path)] + (names ?? []).map { "\(path)/\($0)" }
      }.filter { $0.hasSuffix(".md") }
      #expect(Set(DocumentationTests.pages).isSubset(of: pages) && pages.contains("results/validation/README.md"))
      for page in pages {
        for link in try DocumentationTests.links(in: page) {
          let isThere = installed.contains { link == $0 || link.hasPrefix($0 + "/") }
          #expect(isThere, "\(page): \(link)")
        }
      }
    }
  }

  /// Manual pages that the parser's tool made have the names that git's have, as have their references.
  @Test func manualPages() throws {
    try withTemporaryFolder { folder in
      let pages = "\(folder)/.build/man"
      try FileManager.default.createDirectory(atPath: pages, withIntermediateDirectories: true)
      let made = [
        "tilebound.1":
          ".Dt TILEBOUND 1\n.Nm tilebound\n.Sh SYNOPSIS\n.Nm\nOne.\n\nTwo:\n  a b \\e\n    c\n  d\n.Xr tilebound.gap 1\n",
        "tilebound.gap.1":
          ".Dt TILEBOUND.GAP 1\n.Nm \"tilebound gap\"\n.Sh SYNOPSIS\n.Nm\n.Bl\n.It a\n.Pp\n.It b\n.Pp\nmore\n.El\n",
      ]
      for (name, text) in made { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(pages)/\(name)")) }
      try Data("include \(Program.root.path)/Makefile\npages:\n\t@$(name_pages)\n".utf8).write(
        to: URL(fileURLWithPath: "\(folder)/pages.mk"))
      let outcome = try Program.shell("make --no-print-directory -f pages.mk pages", in: folder)
      #expect(outcome.code == 0 && outcome.output.isEmpty && outcome.error.isEmpty, "\(outcome)")
      let named = try contents(of: pages).mapValues { String(decoding: $0, as: UTF8.self) }
      #expect(
        named == [
          "tilebound.1":
            ".Dt TILEBOUND 1\n.Nm tilebound\n.Sh SYNOPSIS\n.Nm\nOne.\n.Pp\nTwo:\n.Bd -literal -compact\n  a b \\e\n    c\n  d\n"
            + ".Ed\n.Xr tilebound-gap 1\n",
          "tilebound-gap.1":
            ".Dt TILEBOUND-GAP 1\n.Nm tilebound-gap\n.Sh SYNOPSIS\n.Nm \"tilebound gap\"\n.Bl\n.It a\n.It b\n.Pp\nmore\n"
            + ".El\n",
        ])
    }
  }
}
