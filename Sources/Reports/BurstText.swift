import Interchange
import Mappings
import Workloads

/// Bursts in words.
enum BurstText {
  /// How many move, of what, and how much of them is asked for.
  static func text(_ counts: Transactions, moved: Bits) -> String {
    "\(NumberText.grouped(counts.total)) of \(CapacityText.text(counts.bursts.size)) (\(counts.bursts.order.rawValue)), "
      + "\(NumberText.percent(counts.used(moved))) of their bits asked for: inputs read \(NumberText.grouped(counts.inputsRead)), "
      + "weights read \(NumberText.grouped(counts.weightsRead)), "
      + (counts.biasesRead > 0 ? "biases read \(NumberText.grouped(counts.biasesRead)), " : "")
      + "partial sums read \(NumberText.grouped(counts.partialSumsRead)) and written "
      + "\(NumberText.grouped(counts.partialSumsWritten)), outputs written \(NumberText.grouped(counts.outputsWritten))"
  }
}
