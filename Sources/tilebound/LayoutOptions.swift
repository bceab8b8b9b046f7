import ArgumentParser
import EnergyModel
import Interchange
import Workloads

/// How tensors lie in the Buffer, beside the parts that a capacity may be given in.
struct LayoutOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Tensors of which the next box is loaded while the one before is used, so that they take twice their box unless they "
        + "have only one: inputs, weights, outputs, by commas, or all.", valueName: "tensors"),
    completion: .list(["all"] + Tensor.allCases.map(\.rawValue)))
  var doubleBuffer: String?

  @Option(
    help: ArgumentHelp(
      "What tiles may be, as in 'k=16*,p=1|2|4,q<=8': of n, k, c, p and q multiples, of p and q only where kernels have "
        + "one row or column; of n, k, c, p, q, r and s one of some sizes, or at most so large. The last block of a "
        + "dimension may be smaller. With 'divisors' besides, as --divisors.",
      valueName: "dimension=sizes"))
  var tiles: String?

  @Flag(help: "Have every loop cut its range into blocks of one size, so that tiles are divisors.")
  var divisors = false

  @Option(
    help: ArgumentHelp(
      "Tensors that are in the Buffer whole before the layer runs, so that they move no word: inputs, weights.",
      valueName: "tensors"), completion: .list(["inputs", "weights"]))
  var onChip: String?

  @Option(
    help: ArgumentHelp(
      "Tensors that stay in the Buffer whole after it, and move no word: outputs.", valueName: "tensors"),
    completion: .list(["outputs"]))
  var leaveOnChip: String?

  /// The layout of a capacity, which may have parts, or of an accelerator, with what options say besides.
  func layout(_ given: BufferLayout = .shared, of accelerator: Accelerator? = nil) throws -> BufferLayout {
    func tensors(_ text: String?, _ option: String, _ known: [Tensor]) throws -> Set<Tensor> {
      try text.map { try LayoutText.tensors($0, origin: option, of: known) } ?? []
    }
    var layout = accelerator?.layout ?? given
    if accelerator == nil {
      layout.doubleBuffered = try tensors(doubleBuffer, "--double-buffer", Tensor.allCases)
      layout = layout.withTiles(of: try LayoutText.tiles(tiles, cutsEvenly: divisors, origin: "--tiles"))
    }
    layout.onChip = try tensors(onChip, "--on-chip", [.inputs, .weights])
      .union(tensors(leaveOnChip, "--leave-on-chip", [.outputs]))
    return layout
  }

  /// Options that an accelerator takes the place of, with their values.
  var ofAccelerator: [(name: String, value: String?)] {
    [("--double-buffer", doubleBuffer), ("--tiles", tiles), ("--divisors", divisors ? "" : nil)]
  }
}

extension BufferLayout {
  /// Refuses all but a Buffer that tensors share, each box there once; `what` is what takes no other.
  func refuse(for what: String) throws(CommandFailure) {
    if self == .shared { return }
    throw CommandFailure(
      code: .usage,
      message: "\(what) a Buffer that all tensors share, each box there once: leave out "
        + LayoutText.words(self).joined(separator: " and "))
  }
}
