/// Command lines that a shell takes back as they were meant.
public enum ShellText {
  /// An argument in quotes where a shell would read it as anything but itself.
  public static func quoted(_ argument: String) -> String {
    let plain = argument.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "-_./=:,%+@".unicodeScalars.contains(scalar))
    }
    if plain, !argument.isEmpty { return argument }
    return "'" + argument.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }

  /// An option with its value; a value that begins with a dash is joined to it, lest it be taken for another option.
  public static func option(_ name: String, _ value: String) -> String {
    value.hasPrefix("-") ? quoted("--\(name)=\(value)") : "--\(name) \(quoted(value))"
  }
}
