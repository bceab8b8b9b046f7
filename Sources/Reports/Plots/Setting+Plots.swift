import EnergyModel
import Interchange
public import Mappings
import Workloads

extension Problem.Setting {
  /// The setting in words.
  public var text: String {
    let widthsText =
      isUniform
      ? "\(widths.inputs.count) bit" : "\(WidthsText.text(widths)) bit (inputs/weights/outputs/partial sums)"
    return "energy model \(energyModel.name), word widths \(widthsText), reuse \(rulesText)"
  }

  /// The reuse, how tensors lie in the Buffer and which dataflows are searched, in words.
  public var rulesText: String {
    ([reuseText] + LayoutText.words(layout) + [dataflowsText].compactMap(\.self)).joined(separator: ", ")
  }

  /// The dataflows that are searched, in words; nil where all are.
  private var dataflowsText: String? {
    namedDataflows.map { "\($0.count == 1 ? "dataflow" : "dataflows") \(DataflowsText.short($0))" }
  }

  /// The parts of names of files.
  var fileNames: [String] {
    [energyModel.name, WidthsText.text(widths), reuse.rawValue] + (namedPhases.map { ["phases-\($0.rawValue)"] } ?? [])
      + (LayoutText.words(layout) + [dataflowsText].compactMap(\.self)).map {
        $0.replacing(", ", with: "-").replacing(" ", with: "-")
      }
  }

  /// What energies are counted in.
  var unit: String { energyModel.unit }

  /// The energy of moving data, which is the bits moved where each costs one.
  public var energy: Quantity {
    Quantity(
      name: unit == "bit" && energyModel.perBitRead == 1 && energyModel.perBitWritten == 1
        ? "data moved" : "data energy", unit: unit)
  }

  /// Words moved, with the words that one unit of energy moves; nil where words or their energies differ.
  public var words: (quantity: Quantity, perEnergy: Double)? {
    guard isUniform, energyModel.perBitRead == energyModel.perBitWritten, energyModel.perBitRead > 0 else { return nil }
    return (Quantity(name: "data moved", unit: "words"), 1 / (energyModel.perBitRead * Double(widths.inputs.count)))
  }

  /// Whether all words are alike.
  private var isUniform: Bool { widths == WordWidths(widths.inputs) }
}
