import Workloads

/// The layers of a MAESTRO model, `.m`.
///
/// See `cost-model/include/dataflow-specification-language/DFSL_parser.hpp` and `user-api/API_user-interface-v2.hpp` of
/// maestro-project/maestro.
public enum MAESTROModel {
  /// Larger files are refused unread.
  static let largestFile = 16 << 20

  /// The layers in a file.
  ///
  /// - Throws: ``FormatError`` naming file and line.
  public static func read(file: String) throws(FormatError) -> ImportedNetwork {
    try parse(try TextFile.read(file, limit: largestFile), origin: file)
  }

  /// The layers in a text, of which errors say that it comes from `origin`.
  ///
  /// `Y` and `X` are the input's size as it stands, without padding, which MAESTRO does not know; dataflows are not read.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> ImportedNetwork {
    var parser = MAESTROParser(text, origin: origin)
    try parser.parseFile()
    return try parser.layers.network(named: parser.networkName, tool: "MAESTRO", origin: origin)
  }
}

private struct MAESTROParser {
  private var tokens: MAESTROTokens
  private(set) var networkName: String?
  private var hasNetwork = false
  private(set) var layers = ImportedLayers()
  private var constants: [String: Int] = [:]
  private var layerCount = 0
  private var hasUnpadded = false

  init(_ text: String, origin: String) { tokens = MAESTROTokens(text, origin: origin) }

  mutating func parseFile() throws(FormatError) {
    while let token = try tokens.next() {
      switch token.text {
      case "Network": try parseNetwork()
      case "Constant":
        let name = try tokens.required("a constant's name").text
        let value = try number(try tokens.required("a constant's value"), of: name, atLeast: 0)
        if let other = constants.updateValue(value, forKey: name), other != value {
          throw tokens.error(
            "gives the constant \(name.prefix(40)) twice, as \(other) and as \(value)", line: token.line)
        }
      case "Accelerator": try skipBlock(try openBrace("Accelerator"))
      default:
        throw tokens.error(
          "has '\(token.text.prefix(40))', where Network, Constant or Accelerator is expected in a MAESTRO model",
          line: token.line)
      }
    }
    if hasUnpadded {
      layers.remarks.append(
        "Y and X are taken as they stand, without padding, as MAESTRO takes them: models written with unpadded sizes have "
          + "fewer outputs than their networks")
    }
  }

  /// The words up to an opening brace.
  private mutating func openBrace(_ what: String) throws(FormatError) -> [MAESTROTokens.Token] {
    var words: [MAESTROTokens.Token] = []
    while true {
      let token = try tokens.required("'{' after \(what)")
      if token.text == "{" { return words }
      if token.text == "}" || words.count == 16 {
        throw tokens.error("has '\(token.text.prefix(40))', where '{' is expected after \(what)", line: token.line)
      }
      words.append(token)
    }
  }

  /// Passes everything up to the brace that closes the one before.
  private mutating func skipBlock(_: [MAESTROTokens.Token]) throws(FormatError) {
    var depth = 1
    while depth > 0 {
      switch try tokens.required("'}'").text {
      case "{": depth += 1
      case "}": depth -= 1
      default: break
      }
    }
  }

  private mutating func parseNetwork() throws(FormatError) {
    let line = tokens.line
    let words = try openBrace("Network")
    if hasNetwork { throw tokens.error("starts a second network; one in a file is accepted", line: line) }
    hasNetwork = true
    let name = words.map(\.text).joined(separator: " ")
    networkName = name.isEmpty ? nil : name
    while true {
      let token = try tokens.required("'}'")
      switch token.text {
      case "}": return
      case "Layer":
        layerCount += 1
        if layerCount > ImportedLayers.most {
          throw tokens.error("has more than \(ImportedLayers.most) layers", line: token.line)
        }
        try parseLayer(line: token.line)
      default:
        throw tokens.error("has '\(token.text.prefix(40))', where Layer or '}' is expected", line: token.line)
      }
    }
  }

  private mutating func parseLayer(line: Int) throws(FormatError) {
    let name = layers.name(try openBrace("Layer").map(\.text).joined(separator: " "))
    var type: String?
    var strides: [String: Int]?
    var dimensions: [String: Int]?
    func once<Value: Equatable>(_ value: Value, _ before: inout Value?, _ token: MAESTROTokens.Token)
      throws(FormatError)
    {
      if let before, before != value {
        throw tokens.error("gives the layer '\(name)' another \(token.text)", line: token.line)
      }
      before = value
    }
    loop: while true {
      let token = try tokens.required("'}'")
      switch token.text {
      case "}": break loop
      case "Type": try once(tokens.required("a type").text, &type, token)
      case "Stride": try once(sizes("Stride"), &strides, token)
      case "Dimensions": try once(sizes("Dimensions"), &dimensions, token)
      case "Dataflow": try skipBlock(try openBrace("Dataflow"))
      default:
        throw tokens.error(
          "has '\(token.text.prefix(40))', where Type, Stride, Dimensions, Dataflow or '}' is expected",
          line: token.line)
      }
    }
    guard let type else { throw tokens.error("the layer '\(name)' has no Type", line: line) }
    if ["POOL", "RESIDUAL_IDENTITY"].contains(type) {
      layers.skipped += 1
      return
    }
    guard let dimensions else { throw tokens.error("the layer '\(name)' has no Dimensions", line: line) }
    let sizes = MAESTROSizes(type: type, dimensions: dimensions, strides: strides ?? [:])
    do {
      let layer = try sizes.layer(name: name)
      if layer[.r] > 1 || layer[.s] > 1 { hasUnpadded = true }
      layers.append(layer)
    } catch let error as Inexpressible {
      layers.append(unresolved: name, error.reason)
    } catch {
      throw tokens.error("the layer '\(name)': \(error)", line: line)
    }
  }

  /// Pairs of a dimension and its size, up to the closing brace.
  private mutating func sizes(_ what: String) throws(FormatError) -> [String: Int] {
    let words = try openBrace(what)
    if let word = words.first {
      throw tokens.error("has '\(word.text.prefix(40))', where '{' is expected after \(what)", line: word.line)
    }
    var sizes: [String: Int] = [:]
    while true {
      let name = try tokens.required("'}'")
      if name.text == "}" { return sizes }
      guard MAESTROSizes.known.contains(name.text) else {
        throw tokens.error(
          unknown("dimension", String(name.text.prefix(40)), known: MAESTROSizes.known), line: name.line)
      }
      let value = try number(try tokens.required("a size"), of: name.text, atLeast: 1)
      // Published models repeat a size; as long as it is the same, nothing is left open.
      if let other = sizes.updateValue(value, forKey: name.text), other != value {
        throw tokens.error("gives \(name.text) twice, as \(other) and as \(value)", line: name.line)
      }
    }
  }

  /// A whole number or the constant of that name.
  private func number(_ token: MAESTROTokens.Token, of name: String, atLeast least: Int) throws(FormatError) -> Int {
    if let value = Int(token.text) ?? constants[token.text], value >= least { return value }
    throw tokens.error(
      "has '\(token.text.prefix(40))' for \(name.prefix(40)); a whole number from \(least) on is expected, or a Constant",
      line: token.line)
  }
}
