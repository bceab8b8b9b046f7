public import Interchange

extension ResultSetting {
  /// The setting in words.
  public var text: String {
    let widths =
      isUniform
      ? "\(bits.inputs) bit" : "\(bits.text) bit (inputs/weights/outputs/partial sums)"
    return "energy model \(model), word widths \(widths), reuse \(reuse)"
  }

  /// The parts of names of files.
  var fileNames: [String] { [model, bits.text, reuse] }

  /// The energy of moving data, which is the bits moved where each costs one.
  public var energy: Quantity {
    Quantity(name: unit == "bit" && perBitRead == 1 && perBitWritten == 1 ? "data moved" : "data energy", unit: unit)
  }

  /// Words moved, with the words that one unit of energy moves; nil where words or their energies differ.
  public var words: (quantity: Quantity, perEnergy: Double)? {
    guard isUniform, perBitRead == perBitWritten, perBitRead > 0 else { return nil }
    return (Quantity(name: "data moved", unit: "words"), 1 / (perBitRead * Double(bits.inputs)))
  }

  /// Whether all words are alike.
  private var isUniform: Bool { Set([bits.inputs, bits.weights, bits.outputs, bits.partialSums]).count == 1 }
}
