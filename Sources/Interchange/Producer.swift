internal import DenseKernels

/// What made a file of results, as the file records it.
public struct Producer: Codable, Hashable, Sendable {
  /// The version of this package.
  public static let version = "0.1.0"

  /// The version that made the file.
  public let version: String
  /// The commit it was built from, with "-dirty" where files of the clone differed from it; nil where that is not known.
  public let commit: String?
  /// The processor kernel that OpenBLAS chose, on which results do not depend.
  public let core: String

  /// This package on this machine.
  ///
  /// - Parameter commit: what was built, if it is known.
  public init(commit: String? = nil) {
    version = Self.version
    self.commit = commit
    core = MatrixProduct.coreName
  }

  /// Its version and commit, for messages.
  public var name: String { "tilebound \(version)" + (commit.map { " of commit \($0)" } ?? "") }

  /// Whether the same sources made both, as far as is known, on whatever machines.
  public func isSameBuild(as other: Producer) -> Bool { version == other.version && commit == other.commit }

  enum CodingKeys: String, CodingKey {
    case version
    case commit
    case core = "blas_core"
  }
}
