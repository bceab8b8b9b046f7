internal import DenseKernels

/// What made a file of results, as the file records it.
public struct Producer: Codable, Hashable, Sendable {
  /// The version of this program.
  public static let version = "0.1.0"

  /// What makes files here.
  public static var current: Producer { Producer(version: version, core: MatrixProduct.coreName) }

  /// The program's version.
  public let version: String
  /// The processor kernel that OpenBLAS chose, on which results do not depend.
  public let core: String

  enum CodingKeys: String, CodingKey {
    case version
    case core = "blas_core"
  }
}
