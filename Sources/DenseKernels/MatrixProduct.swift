/// Dense products of row-major matrices of doubles through BLAS, each with a plain-Swift reference.
///
/// With whole numbers below 2^53 throughout, both give the same bits.
public enum MatrixProduct {
  /// A · Bᵀ by one call of DGEMM.
  ///
  /// - Parameters:
  ///   - a: `rows` × `depth` numbers.
  ///   - b: `columns` × `depth` numbers.
  ///   - rows: rows of the product.
  ///   - columns: columns of the product.
  ///   - depth: the summed dimension.
  /// - Returns: `rows` × `columns` numbers.
  /// - Throws: ``OpenBLASError`` where there is no OpenBLAS.
  public static func dgemm(
    _ a: [Double], _ b: [Double], rows: Int, columns: Int, depth: Int
  ) throws(OpenBLASError) -> [Double] {
    precondition(a.count == rows * depth && b.count == columns * depth, "matrix sizes do not match")
    let dgemm = try OpenBLAS.loaded().dgemm
    return [Double](unsafeUninitializedCapacity: rows * columns) { product, count in
      count = rows * columns
      guard count > 0, let address = product.baseAddress else { return }
      dgemm(
        OpenBLAS.rowMajor, OpenBLAS.noTranspose, OpenBLAS.transpose, CInt(rows), CInt(columns), CInt(depth), 1, a,
        CInt(max(1, depth)), b, CInt(max(1, depth)), 0, address, CInt(columns))
    }
  }

  /// A · Bᵀ by three loops: what ``dgemm(_:_:rows:columns:depth:)`` is tested against.
  public static func reference(_ a: [Double], _ b: [Double], rows: Int, columns: Int, depth: Int) -> [Double] {
    precondition(a.count == rows * depth && b.count == columns * depth, "matrix sizes do not match")
    var product = [Double](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        for index in 0..<depth {
          product[row * columns + column] += a[row * depth + index] * b[column * depth + index]
        }
      }
    }
    return product
  }

  /// The processor kernel that OpenBLAS chose, for results to record: "none" where there is no OpenBLAS.
  public static var coreName: String { (try? OpenBLAS.loaded())?.coreName ?? "none" }
}
