public import Workloads

/// A layer's outputs by seven plain loops over tensors in the order of their indices, as one number.
public enum PlainLoops {
  /// The element at a place of inputs, weights or biases.
  public static func element(_ index: Int) -> Int { (31 * index + 17 * (index / 5)) % 7 - 3 }

  /// A number that stands for all outputs: 31 times that of those before, and the next.
  ///
  /// - Parameters:
  ///   - layer: the layer.
  ///   - addsBiases: whether outputs begin with biases, where the layer has any.
  /// - Returns: the number, modulo 2^32.
  public static func digest(of layer: Layer, addsBiases: Bool = false) -> Int32 {
    let (rows, columns) = (layer.vertical, layer.horizontal)
    var digest: Int32 = 0
    for n in 0..<layer[.n] {
      for g in 0..<layer[.g] {
        for k in 0..<layer[.k] {
          let bias = (g * layer[.k] + k) / layer.channelsPerBias
          for p in 0..<layer[.p] {
            for q in 0..<layer[.q] {
              var sum = addsBiases && layer.hasBiases ? element(bias) : 0
              for c in 0..<layer[.c] {
                for r in 0..<layer[.r] {
                  let row = rows.stride * p + rows.dilation * r - rows.paddingBefore
                  guard (0..<rows.inputSize).contains(row) else { continue }
                  for s in 0..<layer[.s] {
                    let column = columns.stride * q + columns.dilation * s - columns.paddingBefore
                    guard (0..<columns.inputSize).contains(column) else { continue }
                    let input = ((n * layer[.g] + g) * layer[.c] + c) * rows.inputSize + row
                    let weight = ((g * layer[.k] + k) * layer[.c] + c) * layer[.r] + r
                    sum += element(input * columns.inputSize + column) * element(weight * layer[.s] + s)
                  }
                }
              }
              digest = digest &* 31 &+ Int32(sum)
            }
          }
        }
      }
    }
    return digest
  }
}
