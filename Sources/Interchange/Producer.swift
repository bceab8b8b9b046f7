internal import DenseKernels

/// What made a file of results, as the file records it.
public struct Producer: Codable, Hashable, Sendable {
  /// The version of this package.
  public static let version = "0.1.0"

  /// The version that made the file.
  public let version: String
  /// The commit it was built from, with "-dirty" where sources differed from it; nil where that is not known.
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

  enum CodingKeys: String, CodingKey {
    case version
    case commit
    case core = "blas_core"
  }
}
