import Foundation
import PackagePlugin

/// Embeds the texts that lie beside a module's sources: `Embedded.alexnet_yaml` is what `alexnet.yaml` has.
///
/// They become literals of strings. Arrays of bytes, which the package manager makes of such files, take a compiler that
/// does not optimize minutes.
@main
struct EmbedTexts: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let kinds: Set = ["yaml", "csv", "mustache", "css", "js"]
    // A folder beside the sources may be a link.
    let folders = try FileManager.default.contentsOfDirectory(at: target.directoryURL, includingPropertiesForKeys: nil)
    let texts = folders.flatMap { folder in
      FileManager.default.enumerator(at: folder.resolvingSymlinksInPath(), includingPropertiesForKeys: nil)?
        .compactMap { $0 as? URL } ?? []
    }.filter { kinds.contains($0.pathExtension) }.sorted { $0.path < $1.path }
    let output = context.pluginWorkDirectoryURL.appending(path: "Embedded.swift")
    let script = ####"""
      output=$1; shift
      { echo 'enum Embedded {'
        for file; do
          printf '  static let %s = ###"""\n' "$(basename "$file" | tr -c '[:alnum:]\n' _)"
          cat "$file"
          printf '\n"""###\n'
        done
        echo '}'; } >"$output"
      """####
    return [
      .buildCommand(
        displayName: "Embedding texts of \(target.name)", executable: URL(filePath: "/bin/sh"),
        arguments: ["-c", script, "sh", output.path] + texts.map(\.path), inputFiles: texts, outputFiles: [output])
    ]
  }
}
