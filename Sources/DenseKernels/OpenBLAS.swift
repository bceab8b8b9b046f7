internal import Parallel

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// The routines of OpenBLAS that are used here, of a library that is loaded when one of them is first needed.
///
/// Linked to the program it would be loaded whatever is asked of it. It would also start threads, which spin for as long as
/// others work: it looks for the number to start in the environment, once, while it is loaded.
package struct OpenBLAS: Sendable {
  /// C = α·A·B + β·C, with either matrix transposed or not: `cblas_dgemm`.
  package typealias DGEMM =
    @Sendable @convention(c) (
      _ order: CInt, _ transposeA: CInt, _ transposeB: CInt, _ m: CInt, _ n: CInt, _ k: CInt, _ alpha: Double,
      _ a: UnsafePointer<Double>, _ lda: CInt, _ b: UnsafePointer<Double>, _ ldb: CInt, _ beta: Double,
      _ c: UnsafeMutablePointer<Double>, _ ldc: CInt
    ) -> Void
  // LAPACK's Fortran routines. Fortran passes the length of each character argument, by value, after all others.
  typealias DGEQP3 =
    @Sendable @convention(c) (
      _ m: UnsafePointer<CInt>, _ n: UnsafePointer<CInt>, _ a: UnsafeMutablePointer<Double>, _ lda: UnsafePointer<CInt>,
      _ jpvt: UnsafeMutablePointer<CInt>, _ tau: UnsafeMutablePointer<Double>, _ work: UnsafeMutablePointer<Double>,
      _ lwork: UnsafePointer<CInt>, _ info: UnsafeMutablePointer<CInt>
    ) -> Void
  typealias DORMQR =
    @Sendable @convention(c) (
      _ side: UnsafePointer<CChar>, _ trans: UnsafePointer<CChar>, _ m: UnsafePointer<CInt>, _ n: UnsafePointer<CInt>,
      _ k: UnsafePointer<CInt>, _ a: UnsafePointer<Double>, _ lda: UnsafePointer<CInt>, _ tau: UnsafePointer<Double>,
      _ c: UnsafeMutablePointer<Double>, _ ldc: UnsafePointer<CInt>, _ work: UnsafeMutablePointer<Double>,
      _ lwork: UnsafePointer<CInt>, _ info: UnsafeMutablePointer<CInt>, _ sideLength: Int, _ transLength: Int
    ) -> Void
  typealias DTRTRS =
    @Sendable @convention(c) (
      _ uplo: UnsafePointer<CChar>, _ trans: UnsafePointer<CChar>, _ diag: UnsafePointer<CChar>,
      _ n: UnsafePointer<CInt>, _ nrhs: UnsafePointer<CInt>, _ a: UnsafePointer<Double>, _ lda: UnsafePointer<CInt>,
      _ b: UnsafeMutablePointer<Double>, _ ldb: UnsafePointer<CInt>, _ info: UnsafeMutablePointer<CInt>,
      _ uploLength: Int, _ transLength: Int, _ diagLength: Int
    ) -> Void
  typealias DSYEV =
    @Sendable @convention(c) (
      _ jobz: UnsafePointer<CChar>, _ uplo: UnsafePointer<CChar>, _ n: UnsafePointer<CInt>,
      _ a: UnsafeMutablePointer<Double>, _ lda: UnsafePointer<CInt>, _ w: UnsafeMutablePointer<Double>,
      _ work: UnsafeMutablePointer<Double>, _ lwork: UnsafePointer<CInt>, _ info: UnsafeMutablePointer<CInt>,
      _ jobzLength: Int, _ uploLength: Int
    ) -> Void
  private typealias Text = @Sendable @convention(c) () -> UnsafePointer<CChar>?
  private typealias SetThreads = @Sendable @convention(c) (_ count: CInt) -> Void

  /// Values of CBLAS's enumerations.
  package static let (rowMajor, noTranspose, transpose): (CInt, CInt, CInt) = (101, 111, 112)

  package let dgemm: DGEMM
  let dgeqp3: DGEQP3
  let dormqr: DORMQR
  let dtrtrs: DTRTRS
  let dsyev: DSYEV
  /// The processor kernel that the library chose.
  let coreName: String

  private static let library = Lazily { Result { () throws(OpenBLASError) in try OpenBLAS() } }

  /// The routines. Each call of them runs on the thread that makes it: parallelism lies above.
  ///
  /// - Throws: ``OpenBLASError`` where the library cannot be had, each time.
  package static func loaded() throws(OpenBLASError) -> OpenBLAS { try library.value.get() }

  /// Why the library cannot be had, once something needed it; nil before that, and where it is there.
  package static var failure: OpenBLASError? {
    if library.isMade, case .failure(let error) = library.value { error } else { nil }
  }

  /// What the library's file may be called.
  private static let names: [String] = {
    if let name = getenv("TILEBOUND_OPENBLAS") { return [String(cString: name)] }
    #if canImport(Darwin)
      let folders = ["", "/opt/homebrew/opt/openblas/lib/", "/usr/local/opt/openblas/lib/"]
      return folders.map { "\($0)libopenblas.0.dylib" }
    #else
      return ["libopenblas.so.0", "libopenblas.so"]
    #endif
  }()

  private init() throws(OpenBLASError) {
    let (file, fileName) = try Self.opened()
    func routine<Routine>(_ name: String, as _: Routine.Type) throws(OpenBLASError) -> Routine {
      guard let address = dlsym(file, name) else { throw OpenBLASError(reason: "\(fileName) has no \(name)") }
      return unsafeBitCast(address, to: Routine.self)
    }
    func text(_ name: String) throws(OpenBLASError) -> String {
      try routine(name, as: Text.self)().map { String(cString: $0) } ?? ""
    }
    if try text("openblas_get_config").contains("USE64BITINT") {
      throw OpenBLASError(reason: "\(fileName) counts with 64 bits where 32 are expected")
    }
    coreName = try text("openblas_get_corename")
    dgemm = try routine("cblas_dgemm", as: DGEMM.self)
    dgeqp3 = try routine("dgeqp3_", as: DGEQP3.self)
    dormqr = try routine("dormqr_", as: DORMQR.self)
    dtrtrs = try routine("dtrtrs_", as: DTRTRS.self)
    dsyev = try routine("dsyev_", as: DSYEV.self)
    // Something else may have loaded the library before.
    try routine("openblas_set_num_threads", as: SetThreads.self)(1)
  }

  /// The library's file, loaded without threads of its own.
  private static func opened() throws(OpenBLASError) -> (file: UnsafeMutableRawPointer, name: String) {
    let variable = "OPENBLAS_NUM_THREADS"
    let before = getenv(variable).map { String(cString: $0) }
    setenv(variable, "1", 1)
    defer { if let before { setenv(variable, before, 1) } else { unsetenv(variable) } }
    var reasons: [String] = []
    for name in names {
      if let file = dlopen(name, RTLD_LAZY | RTLD_LOCAL) { return (file, name) }
      reasons.append(dlerror().map { String(cString: $0) } ?? "\(name) cannot be loaded")
    }
    throw OpenBLASError(reason: reasons[0])
  }
}

/// OpenBLAS is not there, or cannot be used.
public struct OpenBLASError: Error, Hashable, Sendable {
  /// What is wrong with it.
  public let reason: String
}

extension OpenBLASError: CustomStringConvertible {
  /// What is wrong and what helps, in one line.
  public var description: String {
    "OpenBLAS cannot be used: \(reason); install it (Debian: libopenblas0), or name its file in TILEBOUND_OPENBLAS"
  }
}
