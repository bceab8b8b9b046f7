import EnergyModel
import Foundation
import Interchange
import TestSupport
import Testing
import Workloads

struct BuiltInTests {
  @Test func everyFileOfConfigsIsBuiltIn() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    func names(_ folder: String) throws -> Set<String> {
      let files = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "configs/\(folder)").path)
      return Set(files.map { $0.replacingOccurrences(of: ".yaml", with: "") })
    }
    #expect(try names("networks") == Set(BuiltIn.networkNames))
    #expect(try names("energy") == Set(BuiltIn.energyModelNames))
    #expect(try names("accelerators") == Set(BuiltIn.acceleratorNames))
    let mapping = root.appending(path: "configs/mappings/alexnet-conv2.yaml").path
    #expect(try MappingFile.read(file: mapping).layer == "conv2")
  }

  /// Names are those of files whatever their case, hyphens and points; none is two things then.
  @Test func namesInOtherSpellings() throws {
    for (text, name) in [
      ("AlexNet", "alexnet"), ("ResNet-50", "resnet50"), ("VGG_16", "vgg16"), ("SqueezeNet1.1", "squeezenet1-1"),
      ("mobilenetv2", "mobilenet-v2"), ("ViT-B16", "vit-b16"), ("BERT base 384", "bert-base-384"),
    ] {
      #expect(try BuiltIn.network(nameOrFile: text).name == name, "\(text)")
      #expect(try BuiltIn.kind(of: text) == .network)
    }
    #expect(try BuiltIn.energyModel(nameOrFile: "Horowitz45nmINT8").name == "horowitz-45nm-int8")
    for text in ["Simba-Accelergy-0.3", "simba-small-buffers", "simba_small_buffers"] {
      #expect(try BuiltIn.platform(nameOrFile: text).name == "simba-accelergy-0-3", "\(text)")
    }
    for names in [BuiltIn.networkNames, BuiltIn.energyModelNames, BuiltIn.platformNames] {
      #expect(Set(names.map { $0.lowercased().filter { $0.isLetter || $0.isNumber } }).count == names.count)
    }
    func message(_ name: String) -> String { refusal { _ = try BuiltIn.network(nameOrFile: name) } }
    #expect(
      message("RESNET-5O")
        == "--network: unknown network 'RESNET-5O'; did you mean 'resnet50'? (a file's name has a dot or a slash)")
    #expect(message("./alexnet") == "./alexnet: cannot be read: No such file or directory")
    #expect(message("alexnet.yaml") == "alexnet.yaml: cannot be read: No such file or directory")
  }

  /// An energy model as its sources have it.
  struct Figures: Sendable {
    let name: String
    /// Energies of a MAC, of reading a bit and of writing one.
    let mac: Double
    let read: Double
    let write: Double
    let unit: String
    let widths: String?
  }

  /// Horowitz: 1300 pJ for 64 bits of DRAM. MACs of his are a multiplication and an addition.
  static let horowitz = 1300.0 / 64
  /// Accelergy's LPDDR4: 512 pJ for 64 bits.
  static let lpddr4 = 512.0 / 64

  static let figures: [Figures] = [
    Figures(name: "unit", mac: 0, read: 1, write: 1, unit: "bit", widths: nil),
    Figures(
      name: "horowitz-45nm-int8", mac: 0.2 + 0.1, read: horowitz, write: horowitz, unit: "pJ", widths: "8/8/8/32"),
    Figures(
      name: "horowitz-45nm-int32", mac: 3.1 + 0.1, read: horowitz, write: horowitz, unit: "pJ", widths: "32/32/32/32"),
    Figures(
      name: "horowitz-45nm-fp16", mac: 1.1 + 0.4, read: horowitz, write: horowitz, unit: "pJ", widths: "16/16/16/16"),
    Figures(
      name: "horowitz-45nm-fp32", mac: 3.7 + 0.9, read: horowitz, write: horowitz, unit: "pJ", widths: "32/32/32/32"),
    // Milliamperes and volts over 8 pins of 2.4 Gbit/s.
    Figures(
      name: "ddr4-2400-int8", mac: 0.2 + 0.1, read: 135 * 1.2 / 19.2, write: 123 * 1.2 / 19.2, unit: "pJ",
      widths: "8/8/8/32"),
    Figures(name: "lpddr4-int8", mac: 0.2 + 0.1, read: lpddr4, write: lpddr4, unit: "pJ", widths: "8/8/8/32"),
    Figures(name: "hbm2-fp16", mac: 1.1 + 0.4, read: 3.97, write: 3.97, unit: "pJ", widths: "16/16/16/16"),
    // 200 MACs for a word of 16 bits.
    Figures(name: "eyeriss", mac: 1, read: 200.0 / 16, write: 200.0 / 16, unit: "MAC", widths: "16/16/16/16"),
    // The first rows of the published data: computing energy over MACs.
    Figures(
      name: "eyeriss-lpddr4-int16", mac: 19_329_194.61 / 8_784_600, read: lpddr4, write: lpddr4, unit: "pJ",
      widths: "16/16/16/16"),
    Figures(
      name: "simba", mac: 4_926_403.68 / 8_784_600, read: lpddr4, write: lpddr4, unit: "pJ", widths: "8/8/8/24"),
    Figures(name: "cacti-45nm-int8", mac: 0.2 + 0.1, read: lpddr4, write: lpddr4, unit: "pJ", widths: "8/8/8/32"),
    Figures(
      name: "cacti-45nm-low-standby-int8", mac: 0.2 + 0.1, read: lpddr4, write: lpddr4, unit: "pJ", widths: "8/8/8/32"),
    Figures(name: "cacti-32nm-int8", mac: 0.2 + 0.1, read: lpddr4, write: lpddr4, unit: "pJ", widths: "8/8/8/32"),
  ]

  @Test(arguments: figures)
  func energyModels(figures: Figures) throws {
    let model = try #require(try BuiltIn.energyModel(figures.name))
    #expect(model.name == figures.name && model.unit == figures.unit && !model.source.isEmpty)
    #expect(model.widths.map(WidthsText.text) == figures.widths)
    for (quanta, energy) in [
      (model.macQuanta, figures.mac), (model.readQuanta, figures.read), (model.writeQuanta, figures.write),
    ] {
      // Rounded to 2^-10 of the unit.
      #expect(abs(model.inUnits(quanta: quanta) - energy) <= 0.5 / 1024 + 1e-12, "\(figures.name): \(energy)")
    }
  }

  /// CACTI's energies of reading 64 bits, in pJ, from 4 KiB to 4 MiB.
  @Test(arguments: [
    ("cacti-45nm-int8", [2.22, 3.20, 4.54, 6.48, 9.45, 13.9, 20.9, 29.8, 45.8, 68.0, 102]),
    ("cacti-45nm-low-standby-int8", [2.72, 3.79, 5.68, 8.12, 12.5, 17.9, 27.0, 39.4, 60.8, 92.1, 135]),
    ("cacti-32nm-int8", [1.22, 1.79, 2.54, 3.68, 5.34, 7.92, 11.9, 17.1, 26.1, 39.8, 59.3]),
  ])
  func buffers(name: String, energies: [Double]) throws {
    let model = try #require(try BuiltIn.energyModel(name))
    let buffer = try #require(model.buffer)
    #expect(buffer.table.map(\.capacity) == energies.indices.map { .bytes(4096 << $0) })
    for (row, energy) in zip(buffer.table, energies) { #expect(row.read == energy / 64 && row.write == row.read) }
    // Sixteen MACs share an access: at 64 KiB 48 bits are read for them and 32 written.
    let perMAC = try model.at(.bytes(64 << 10), widths: #require(model.widths)).perMAC
    #expect(abs(perMAC - (0.3 + (48 + 32) / 16 * energies[4] / 64)) <= 1.0 / 1024)
    #expect(model.keepsRatio)
  }

  @Test func everyEnergyModelIsTested() {
    #expect(BuiltIn.energyModelNames == Self.figures.map(\.name))
  }
}
