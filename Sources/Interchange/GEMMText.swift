public import Workloads

/// The product of an MxK and a KxN matrix as users write it, `MxNxK`.
public enum GEMMText {
  /// The layer that a text stands for: p = M, k = N and c = K.
  ///
  /// - Throws: ``FormatError`` for anything but three sizes.
  public static func parse(_ text: String, origin: String) throws(FormatError) -> Layer {
    let parts = text.lowercased().split(omittingEmptySubsequences: false) { $0 == "x" || $0 == "×" }
    if parts.count == 4 {
      throw FormatError(
        origin: origin,
        message:
          "'\(text)' has four sizes; three are expected, and several products at once are --shape g=B,p=M,k=N,c=K")
    }
    guard parts.count == 3 else {
      throw FormatError(
        origin: origin,
        message: "'\(text)' is no MxNxK, as in 512x256x128 for the product of a 512x128 and a 128x256 matrix")
    }
    var sizes: [Int] = []
    for (name, part) in zip(["M", "N", "K"], parts) {
      guard let size = Int(part.trimmingSpaces), (1...Layer.largestSize).contains(size) else {
        throw FormatError(
          origin: origin, message: "'\(text)': \(name) is '\(part)'; \((1...Layer.largestSize).accepted)")
      }
      sizes.append(size)
    }
    do {
      return try Layer.gemm(name: "gemm", m: sizes[0], n: sizes[1], k: sizes[2])
    } catch {
      throw FormatError(origin: origin, message: "\(error)")
    }
  }
}
