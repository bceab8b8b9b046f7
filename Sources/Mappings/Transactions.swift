public import EnergyModel
public import Workloads

/// How tensors lie in DRAM, and how much of it is moved at a time.
public struct Bursts: Hashable, Sendable {
  /// The order of a tensor's elements in DRAM.
  public enum Order: String, CaseIterable, Hashable, Sendable {
    /// Of inputs and outputs images, channels, rows and columns, the columns next to each other; of weights output channels,
    /// input channels, rows and columns.
    case channelsFirst = "nchw"
    /// Of inputs and outputs images, rows, columns and channels, the channels next to each other; of weights output channels,
    /// rows, columns and input channels.
    case channelsLast = "nhwc"
  }

  /// Bits of a burst; each tensor begins with one.
  public let size: Bits
  /// How tensors lie.
  public let order: Order

  /// Larger bursts are refused.
  public static let largestSize = Bits(1 << 40)

  /// Bursts, or nil unless their size is from one bit to ``largestSize``.
  public init?(of size: Bits, _ order: Order) {
    guard size >= Bits(1), size <= Self.largestSize else { return nil }
    (self.size, self.order) = (size, order)
  }
}

/// Bursts that move between DRAM and the Buffer, by what is in them.
///
/// Each time that a box changes, every burst with some of the words that are loaded is read once, and every one with some of the
/// words that leave is written once; nothing is left of a burst for the next time. Partial sums lie in DRAM apart from finished
/// outputs, at a width of their own.
public struct Transactions: Hashable, Sendable {
  /// The bursts that are counted.
  public let bursts: Bursts
  /// Bursts read for inputs.
  public var inputsRead = 0
  /// Those for weights.
  public var weightsRead = 0
  /// Those for biases.
  public var biasesRead = 0
  /// Those for partial sums.
  public var partialSumsRead = 0
  /// Bursts written with partial sums.
  public var partialSumsWritten = 0
  /// Those with finished outputs.
  public var outputsWritten = 0

  /// No bursts yet.
  public init(_ bursts: Bursts) { self.bursts = bursts }

  /// All bursts.
  public var total: Int {
    inputsRead + weightsRead + biasesRead + partialSumsRead + partialSumsWritten + outputsWritten
  }

  /// The part of all bits of the bursts that a mapping asks for when it moves so many; 1 where none move.
  public func used(_ moved: Bits) -> Double {
    total == 0 ? 1 : Double(moved.count) / (Double(total) * Double(bursts.size.count))
  }
}

/// Counts the bursts of one transfer after another.
struct BurstCounter {
  private let layer: Layer
  private let widths: WordWidths
  private(set) var counts: Transactions
  private var bursts: Bursts { counts.bursts }

  init(_ bursts: Bursts, _ layer: Layer, _ widths: WordWidths) {
    (self.layer, self.widths) = (layer, widths)
    counts = Transactions(bursts)
  }

  /// Adds the bursts with some words, by their places in the order of ``Bursts/Order/channelsFirst``.
  mutating func add(
    _ words: [Int], of tensor: Tensor, width: BitWidth, to count: WritableKeyPath<Transactions, Int>
  ) {
    let places = bursts.order == .channelsFirst ? words : words.map { channelsLast($0, tensor) }
    counts[keyPath: count] += bursts(of: places, width)
  }

  /// Adds the bursts with some biases.
  mutating func add(biases: [Int]) { counts.biasesRead += bursts(of: biases, widths.partialSums) }

  private func bursts(of places: [Int], _ width: BitWidth) -> Int {
    var (count, last) = (0, -1)
    for place in places.sorted() {
      let first = max(last + 1, place * width.count / bursts.size.count)
      let end = ((place + 1) * width.count - 1) / bursts.size.count
      count += max(0, end - first + 1)
      last = max(last, end)
    }
    return count
  }

  /// Where a word lies when channels stand next to each other.
  private func channelsLast(_ word: Int, _ tensor: Tensor) -> Int {
    let (channels, points) =
      switch tensor {
      case .inputs: (layer.inputChannels, layer.vertical.inputSize * layer.horizontal.inputSize)
      case .weights: (layer[.c], layer[.r] * layer[.s])
      case .outputs: (layer.outputChannels, layer[.p] * layer[.q])
      }
    let (outer, rest) = word.quotientAndRemainder(dividingBy: channels * points)
    let (channel, point) = rest.quotientAndRemainder(dividingBy: points)
    return (outer * points + point) * channels + channel
  }
}
