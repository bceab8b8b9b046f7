public import EnergyModel
public import Workloads

/// What a mapping moves between DRAM and the Buffer, each kind on its own, in words.
public struct Traffic: Hashable, Sendable {
  /// Inputs, each as often as it is read.
  public var inputsRead: Words
  /// Weights, each as often as it is read.
  public var weightsRead: Words
  /// Biases, each once, at the width of partial sums.
  public var biasesRead: Words
  /// Unfinished outputs fetched again.
  public var partialSumsRead: Words
  /// Unfinished outputs spilled.
  public var partialSumsWritten: Words
  /// Finished outputs.
  public var outputsWritten: Words

  /// A traffic by its parts.
  public init(
    inputsRead: Words, weightsRead: Words, biasesRead: Words, partialSumsRead: Words, partialSumsWritten: Words,
    outputsWritten: Words
  ) {
    self.inputsRead = inputsRead
    self.weightsRead = weightsRead
    self.biasesRead = biasesRead
    self.partialSumsRead = partialSumsRead
    self.partialSumsWritten = partialSumsWritten
    self.outputsWritten = outputsWritten
  }

  /// Every word that moves, whatever its width.
  public var total: Words {
    inputsRead + weightsRead + biasesRead + partialSumsRead + partialSumsWritten + outputsWritten
  }

  /// The same in bits.
  public func bits(_ widths: WordWidths) -> TrafficBits {
    TrafficBits(
      inputsRead: inputsRead * widths.inputs, weightsRead: weightsRead * widths.weights,
      biasesRead: biasesRead * widths.partialSums, partialSumsRead: partialSumsRead * widths.partialSums,
      partialSumsWritten: partialSumsWritten * widths.partialSums, outputsWritten: outputsWritten * widths.outputs)
  }
}

/// ``Traffic`` in bits.
public struct TrafficBits: Hashable, Sendable {
  /// Inputs, each as often as it is read.
  public var inputsRead: Bits
  /// Weights, each as often as it is read.
  public var weightsRead: Bits
  /// Biases, each once, at the width of partial sums.
  public var biasesRead: Bits
  /// Unfinished outputs fetched again.
  public var partialSumsRead: Bits
  /// Unfinished outputs spilled.
  public var partialSumsWritten: Bits
  /// Finished outputs, at their own width.
  public var outputsWritten: Bits

  /// All bits read from DRAM.
  public var read: Bits { inputsRead + weightsRead + biasesRead + partialSumsRead }
  /// All bits written to DRAM.
  public var written: Bits { partialSumsWritten + outputsWritten }
  /// All bits moved.
  public var total: Bits { read + written }
}
