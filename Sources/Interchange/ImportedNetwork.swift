public import EnergyModel
public import Workloads

/// The layers that a file of another tool describes, and what is to be known about them.
public struct ImportedNetwork: Hashable, Sendable {
  /// A layer of the file that could not be understood.
  public struct Unresolved: Hashable, Sendable {
    /// The name that the file has for it.
    public let name: String
    /// Why it could not be understood, as in "its input's height is unknown".
    public let reason: String

    /// A layer's name and why it could not be understood.
    public init(name: String, reason: String) {
      self.name = name
      self.reason = reason
    }
  }

  /// The layers that were understood, in the file's order.
  public var network: Network
  /// The word widths of the file, where it gives any and all layers share them.
  public var widths: WordWidths?
  /// What a reader of results must know, a line each: where the file says less, or something else, than a layer does.
  public var remarks: [String]
  /// The dimensions that the file leaves open, for which sizes can be given.
  public var symbolicDimensions: [String]
  /// The layers that were not understood, in the file's order.
  public var unresolved: [Unresolved]

  /// What was read from a file.
  public init(
    network: Network, widths: WordWidths? = nil, remarks: [String] = [], symbolicDimensions: [String] = [],
    unresolved: [Unresolved] = []
  ) {
    self.network = network
    self.widths = widths
    self.remarks = remarks
    self.symbolicDimensions = symbolicDimensions
    self.unresolved = unresolved
  }

  /// What a reader of results must know about a file, a line each that names it.
  ///
  /// - Parameter file: the file that it comes from.
  /// - Returns: the remarks, and the word widths of the file, which are used only when they are asked for.
  public func remarks(on file: String) -> [String] {
    let all =
      remarks
      + (widths.map { ["its word widths are not applied unless asked for by --bits \(WidthsText.list($0))"] } ?? [])
    return all.map { "\(TextFile.shown(file)): \($0)" }
  }

  /// The network, all of whose layers must have been understood.
  ///
  /// - Parameter file: the file that it comes from.
  /// - Returns: the network.
  /// - Throws: ``FormatError`` naming the first layer that was not understood, or that there is none.
  public func complete(file: String) throws(FormatError) -> Network {
    if let first = unresolved.first {
      let all = unresolved.count + network.entries.reduce(0) { $0 + $1.count }
      throw FormatError(
        origin: file, key: first.name,
        message: "\(first.reason) (\(unresolved.count) of \(all) \(all.form(of: "layer")) "
          + "\(unresolved.count == 1 ? "is" : "are") not understood: 'tilebound convert' lists "
          + (unresolved.count == 1 ? "it)" : "them)"))
    }
    if network.entries.isEmpty { throw FormatError(origin: file, message: "has no layer with MACs") }
    return network
  }
}
