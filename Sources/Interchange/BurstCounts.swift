import Mappings
import Workloads

extension ResultRecord {
  /// Bursts that move between DRAM and the Buffer, by what is in them.
  public struct BurstCounts: Codable, Hashable, Sendable {
    /// Bits of one.
    public var sizeBits: Int
    /// How tensors lie in DRAM, a raw value of `Bursts.Order`.
    public var order: String
    /// Those read for inputs.
    public var inputsRead: Int
    /// Those read for weights.
    public var weightsRead: Int
    /// Those read for biases.
    public var biasesRead: Int
    /// Those read for partial sums.
    public var partialSumsRead: Int
    /// Those written with partial sums.
    public var partialSumsWritten: Int
    /// Those written with finished outputs.
    public var outputsWritten: Int
    /// All of these together.
    public var total: Int

    enum CodingKeys: String, CodingKey {
      case sizeBits = "size_bits"
      case order
      case inputsRead = "inputs_read"
      case weightsRead = "weights_read"
      case biasesRead = "biases_read"
      case partialSumsRead = "partial_sums_read"
      case partialSumsWritten = "partial_sums_written"
      case outputsWritten = "outputs_written"
      case total
    }

    /// Counts as a file has them.
    init(_ counts: Transactions) {
      (sizeBits, order) = (counts.bursts.size.count, counts.bursts.order.rawValue)
      (inputsRead, weightsRead, biasesRead) = (counts.inputsRead, counts.weightsRead, counts.biasesRead)
      (partialSumsRead, partialSumsWritten) = (counts.partialSumsRead, counts.partialSumsWritten)
      (outputsWritten, total) = (counts.outputsWritten, counts.total)
    }

    /// The counts of a replay that a file has.
    ///
    /// - Parameter moved: the bits that the record's mapping moves.
    /// - Returns: the counts.
    /// - Throws: ``FormatError`` where they cannot be: bursts carry all words that move, and none carries nothing.
    func transactions(moving moved: TrafficCounts) throws(FormatError) -> Transactions {
      guard let order = Bursts.Order(rawValue: order), let bursts = Bursts(of: Bits(sizeBits), order) else {
        throw FormatError(origin: "bursts", message: "are of no size or order that can be; orders are nchw and nhwc")
      }
      for (key, count, bits) in [
        ("inputs_read", inputsRead, moved.inputsRead), ("weights_read", weightsRead, moved.weightsRead),
        ("biases_read", biasesRead, moved.biasesRead), ("partial_sums_read", partialSumsRead, moved.partialSumsRead),
        ("partial_sums_written", partialSumsWritten, moved.partialSumsWritten),
        ("outputs_written", outputsWritten, moved.outputsWritten),
      ] {
        // A burst that is read or written has a bit at least of what is asked for.
        let isEnough = count >= 0 && count.multipliedFullWidth(by: sizeBits) >= (0, UInt(bits))
        if !isEnough || count > bits { throw FormatError(origin: "bursts.\(key)", message: "cannot carry what moves") }
      }
      var counts = Transactions(bursts)
      (counts.inputsRead, counts.weightsRead, counts.biasesRead) = (inputsRead, weightsRead, biasesRead)
      (counts.partialSumsRead, counts.partialSumsWritten) = (partialSumsRead, partialSumsWritten)
      counts.outputsWritten = outputsWritten
      if counts.total != total { throw FormatError(origin: "bursts.total", message: "is not the sum of the others") }
      return counts
    }
  }
}
