/// Dense symmetric matrices through LAPACK.
public enum SymmetricMatrix {
  /// The eigenvalues of a symmetric matrix, from the least to the largest, by DSYEV.
  ///
  /// Their errors are some units in the last place of the one that is largest in magnitude.
  ///
  /// - Parameters:
  ///   - matrix: `size` × `size` finite numbers.
  ///   - size: the number of rows and of columns, at least 1.
  /// - Returns: `size` numbers.
  /// - Throws: ``OpenBLASError`` where there is no OpenBLAS.
  public static func eigenvalues(_ matrix: [Double], size: Int) throws(OpenBLASError) -> [Double] {
    precondition(size >= 1 && size <= 1 << 15 && matrix.count == size * size, "matrix sizes do not match")
    let dsyev = try OpenBLAS.loaded().dsyev
    var matrix = matrix
    var eigenvalues = [Double](repeating: 0, count: size)
    var (n, info) = (CInt(size), CInt(0))
    var workSize = 3 * n
    var work = [Double](repeating: 0, count: Int(workSize))
    dsyev("N", "U", &n, &matrix, &n, &eigenvalues, &work, &workSize, &info, 1, 1)
    precondition(info >= 0, "DSYEV refused an argument")
    return eigenvalues
  }
}
