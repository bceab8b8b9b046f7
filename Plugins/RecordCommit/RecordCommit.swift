import Foundation
import PackagePlugin

/// Writes down which commit a program is built from, so that its files of results can say so.
@main
struct RecordCommit: BuildToolPlugin {
  /// A command that runs again whenever the head of the clone or a source changes.
  ///
  /// What it writes is `let commitOfBuild: String?`: the commit, with "-dirty" where files of the clone differ from it, or nil where
  /// the package is no clone of its repository or there is no Git.
  func createBuildCommands(context: PluginContext, target: any Target) -> [Command] {
    let package = context.package.directoryURL
    let head = package.appending(path: ".git/logs/HEAD")
    let isClone = FileManager.default.isReadableFile(atPath: head.path)
    let sources = context.package.targets.compactMap { $0 as? any SourceModuleTarget }.flatMap { target in
      target.sourceFiles.map(\.url)
    }
    let file = context.pluginWorkDirectoryURL.appending(path: "Commit.swift")
    let script = """
      commit=nil
      [ "$3" = true ] && name=$(git -C "$1" describe --always --abbrev=40 --exclude='*' --dirty) && commit="\\"$name\\""
      printf '/// The commit that was built, where it is known.\\nlet commitOfBuild: String? = %s\\n' "$commit" >"$2"
      """
    return [
      .buildCommand(
        displayName: "Recording the commit", executable: URL(filePath: "/bin/sh"),
        arguments: ["-c", script, "sh", package.path, file.path, "\(isClone)"],
        inputFiles: (isClone ? [head] : []) + sources, outputFiles: [file])
    ]
  }
}
