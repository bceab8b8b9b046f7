public import Mappings
public import Workloads

/// What `timeloop-model` needs to evaluate a mapping, and the counts that it is to find.
public struct TimeloopFiles: Hashable, Sendable {
  /// MainMemory, the levels that make up the Buffer, and a MACC.
  public let architecture: String
  /// The layer, with its shape written out.
  public let problem: String
  /// The mapping, with residuals.
  public let mapping: String
  /// The counts to compare with, and all that is counted otherwise, in comments.
  public let notes: String
  /// The same as ``notes`` of what is counted otherwise, a line each.
  public let remarks: [String]
  /// The scalar accesses at MainMemory that Timeloop counts.
  public let timeloop: TimeloopCounts
  /// What the mapping moves as `Traffic` counts it.
  public let traffic: Traffic

  /// All three in one text, which Timeloop takes like three files.
  public var text: String { [notes, architecture, problem, mapping].joined(separator: "\n") }
}

/// The scalar accesses at MainMemory that the versions of Timeloop count.
///
/// They differ in which passes of loops they walk for all of them, see `TimeloopPasses`.
public struct TimeloopCounts: Hashable, Sendable {
  /// Those of v3.0.3.
  public let release: TimeloopTraffic
  /// Those of the master branch since January 2024.
  public let master: TimeloopTraffic
  /// Those of either with `TIMELOOP_DISABLE_TEMPORAL_EXTRAPOLATION=1`, which walks every pass of every loop.
  public let walkingAll: TimeloopTraffic
}

/// Scalar accesses at MainMemory.
///
/// Those of weights, where none meets only padding, and of outputs are what `Traffic` counts without residuals, in v3.0.3,
/// and where every pass is walked; master's may differ with residuals. Those of inputs are, with sliding reuse, where nothing is padded or skipped and
/// along each axis at most one loop stands outside the inputs' keep, which divides evenly: where two loops of one axis
/// move, a box may coincide with the one before, which Timeloop keeps.
public struct TimeloopTraffic: Hashable, Sendable, CustomStringConvertible {
  /// Inputs read.
  public let inputsRead: Words
  /// Weights read.
  public let weightsRead: Words
  /// Outputs written, finished or not.
  public let outputsUpdated: Words
  /// Outputs read again, the first read of each left out.
  public let outputsRead: Words

  /// The counts by data space.
  public var description: String {
    "Inputs \(inputsRead.count) read, Weights \(weightsRead.count) read, "
      + "Outputs \(outputsUpdated.count) updated and \(outputsRead.count) read"
  }
}

extension TimeloopTraffic {
  /// What `Traffic` counts, by Timeloop's names.
  init(_ traffic: Traffic) {
    self.init(
      inputsRead: traffic.inputsRead, weightsRead: traffic.weightsRead,
      outputsUpdated: traffic.partialSumsWritten + traffic.outputsWritten, outputsRead: traffic.partialSumsRead)
  }

  /// Whether weights or outputs are counted otherwise.
  func isOtherwiseBesidesInputs(than other: TimeloopTraffic) -> Bool {
    (weightsRead, outputsUpdated, outputsRead) != (other.weightsRead, other.outputsUpdated, other.outputsRead)
  }
}
