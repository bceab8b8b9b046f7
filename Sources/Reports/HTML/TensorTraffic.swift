import Answers
import EnergyModel
import Interchange
import Mappings
import Workloads

/// What a record moves of one kind of words.
struct TensorTraffic {
  let name: String
  let tensor: Tensor?
  let read: Bits
  let written: Bits
  /// Words moved either way.
  let words: Int
  /// The elements that are used at all.
  let used: Int

  /// How often each used element is moved on average, or nil where none is.
  var timesEach: Double? { used > 0 ? Double(words) / Double(used) : nil }

  /// What moving it costs.
  func energy(_ model: EnergyModel) -> Double { model.inUnits(read: read, written: written) }

  /// All kinds, biases only where there are any.
  static func all(_ answer: Answer) -> [TensorTraffic] {
    let (layer, bits, widths) = (answer.layer, answer.traffic, answer.setting.widths)
    let outputs = layer.usedElements(of: .outputs).count
    func traffic(
      _ name: String, _ tensor: Tensor?, read: Bits = .zero, written: Bits = .zero, _ width: BitWidth, used: Int
    ) -> TensorTraffic {
      TensorTraffic(
        name: name, tensor: tensor, read: read, written: written, words: (read + written).count / width.count,
        used: used)
    }
    var all = [
      traffic(
        "inputs", .inputs, read: bits.inputsRead, widths.inputs, used: layer.usedElements(of: .inputs).count),
      traffic(
        "weights", .weights, read: bits.weightsRead, widths.weights, used: layer.usedElements(of: .weights).count),
    ]
    if layer.hasBiases {
      all.append(traffic("biases", nil, read: bits.biasesRead, widths.partialSums, used: layer.biases.count))
    }
    all += [
      traffic(
        "partial sums", .outputs, read: bits.partialSumsRead, written: bits.partialSumsWritten, widths.partialSums,
        used: outputs),
      traffic("outputs", .outputs, written: bits.outputsWritten, widths.outputs, used: outputs),
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
