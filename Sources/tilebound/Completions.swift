import ArgumentParser
import Foundation
import Interchange
import Mappings
import Workloads

/// The values that a shell offers when Tab is pressed.
extension CompletionKind {
  /// A built-in network, or a file; of 'networks' anything else that is built in too.
  static var network: CompletionKind {
    .custom { words, _, prefix in
      names(words.dropFirst().first == "networks" ? BuiltIn.allNames : BuiltIn.networkNames, or: prefix)
    }
  }

  /// A built-in energy model, or a file.
  static var energyModel: CompletionKind { .custom { _, _, prefix in names(BuiltIn.energyModelNames, or: prefix) } }

  /// A built-in accelerator, or a file.
  static var accelerator: CompletionKind { .custom { _, _, prefix in names(BuiltIn.acceleratorNames, or: prefix) } }

  /// Some of these names or files by commas.
  static func anyOf(_ names: [String]) -> CompletionKind {
    .custom { _, _, prefix in list(names, after: prefix) + (prefix.contains(",") ? [] : files(prefix)) }
  }

  /// Some of these words by commas.
  static func list(_ words: [String]) -> CompletionKind { .custom { _, _, prefix in list(words, after: prefix) } }

  /// A layer of the network that is on the command line, the last of several by commas.
  static var layers: CompletionKind {
    .custom { words, _, prefix in
      let named = words.dropFirst(2).map { $0.hasPrefix("--network=") ? String($0.dropFirst(10)) : $0 }
      let networks = named.lazy.filter { !$0.hasPrefix("-") }.compactMap { try? BuiltIn.network(nameOrFile: $0) }
      return networks.first.map { list($0.layerNames, after: prefix) } ?? []
    }
  }

  /// An order of keeps, or several by commas.
  static var dataflows: CompletionKind {
    .custom { _, _, prefix in list(["any", "os", "ws", "is"] + Dataflow.allCases.map(\.rawValue), after: prefix) }
  }

  private static func names(_ names: [String], or prefix: String) -> [String] {
    names.filter { $0.hasPrefix(prefix) } + files(prefix)
  }

  /// A list by commas with each of some names as its last.
  private static func list(_ names: [String], after prefix: String) -> [String] {
    guard let comma = prefix.lastIndex(of: ",") else { return names.filter { $0.hasPrefix(prefix) } }
    let before = prefix[..<comma].split(separator: ",")
    return names.filter { !before.contains(Substring($0)) }.map { prefix[...comma] + $0 }.filter {
      $0.hasPrefix(prefix)
    }
  }

  /// Files and folders whose paths begin so, folders with a slash behind.
  private static func files(_ prefix: String) -> [String] {
    let folder = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
    let place = URL(filePath: folder.isEmpty ? "." : folder, directoryHint: .isDirectory)
    let found =
      (try? FileManager.default.contentsOfDirectory(at: place, includingPropertiesForKeys: [.isDirectoryKey])) ?? []
    return found.map { file in
      let isFolder = (try? file.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
      return folder + file.lastPathComponent + (isFolder ? "/" : "")
    }
    .filter { $0.hasPrefix(prefix) && (!$0.dropFirst(folder.count).hasPrefix(".") || prefix.hasSuffix(".")) }.sorted()
  }
}
