import Workloads

extension Layer {
  /// Its sizes, and what steps and padding it has: `k = 192, c = 64, p = 27, q = 27, input 27x27`.
  var described: String {
    func pair(_ a: Int, _ b: Int) -> String { a == b ? "\(a)" : "\(a)x\(b)" }
    let (rows, columns) = (vertical, horizontal)
    let sizes = Dimension.allCases.filter { self[$0] > 1 }.map { "\($0.rawValue) = \(self[$0])" }
    let steps = [
      rows.stride > 1 || columns.stride > 1 ? "stride \(pair(rows.stride, columns.stride))" : nil,
      rows.dilation > 1 || columns.dilation > 1 ? "dilation \(pair(rows.dilation, columns.dilation))" : nil,
      rows.hasPaddedMACs || columns.hasPaddedMACs
        ? "padding \(pair(rows.paddingBefore, columns.paddingBefore)) in front" : nil,
    ]
    return (sizes + ["input \(rows.inputSize)x\(columns.inputSize)"] + steps.compactMap { $0 }).joined(separator: ", ")
  }
}
