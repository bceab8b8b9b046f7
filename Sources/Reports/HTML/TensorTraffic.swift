import Interchange
import Workloads

/// What a record moves of one kind of words.
struct TensorTraffic {
  let name: String
  let tensor: Tensor?
  let bitsRead: Int
  let bitsWritten: Int
  /// Words moved either way.
  let words: Int
  /// The elements that are used at all.
  let used: Int

  /// How often each used element is moved on average, or nil where none is.
  var timesEach: Double? { used > 0 ? Double(words) / Double(used) : nil }

  /// What moving it costs.
  func energy(_ prices: ResultRecord.Energies) -> Double {
    prices.perBitRead * Double(bitsRead) + prices.perBitWritten * Double(bitsWritten)
  }

  /// All kinds, biases only where there are any.
  static func all(_ record: ResultRecord, _ layer: Layer) -> [TensorTraffic] {
    let (bits, widths) = (record.trafficBits, record.bits)
    let outputs = layer.usedElements(of: .outputs).count
    func traffic(
      _ name: String, _ tensor: Tensor?, read: Int, written: Int, _ width: Int, used: Int
    ) -> TensorTraffic {
      TensorTraffic(
        name: name, tensor: tensor, bitsRead: read, bitsWritten: written, words: (read + written) / max(1, width),
        used: used)
    }
    var all = [
      traffic(
        "inputs", .inputs, read: bits.inputsRead, written: 0, widths.inputs,
        used: layer.usedElements(of: .inputs).count),
      traffic(
        "weights", .weights, read: bits.weightsRead, written: 0, widths.weights,
        used: layer.usedElements(of: .weights).count),
    ]
    if layer.hasBiases {
      all.append(
        traffic("biases", nil, read: bits.biasesRead, written: 0, widths.partialSums, used: layer.biases.count))
    }
    all += [
      traffic(
        "partial sums", .outputs, read: bits.partialSumsRead, written: bits.partialSumsWritten, widths.partialSums,
        used: outputs),
      traffic("outputs", .outputs, read: 0, written: bits.outputsWritten, widths.outputs, used: outputs),
    ]
    return all
  }

  /// How many MACs each moved word of a tensor serves and how often each element moves, spills and all; nil where
  /// nothing moves.
  static func reuseText(of tensor: Tensor, _ all: [TensorTraffic], macs: Int) -> String? {
    let own = all.filter { $0.tensor == tensor }
    let words = own.reduce(0) { $0 + $1.words }
    guard words > 0, let used = own.first?.used, used > 0 else { return nil }
    let served = Double(macs) / Double(words)
    return "\(NumberText.factor(served)) MACs per word moved, each element moved "
      + "\(NumberText.factor(Double(words) / Double(used))) times"
  }
}
