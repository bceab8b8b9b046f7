import EnergyModel
import Foundation
import Interchange
import Testing
import Workloads

struct BuiltInTests {
  /// Published totals: torchvision's models. Weights are those of convolutions and fully-connected layers, without
  /// biases and batch normalisation; torchvision's parameter counts include both (in brackets).
  @Test(arguments: [
    ("alexnet", 714_188_480, 61_100_840 - 10_344),
    ("vgg16", 15_470_264_320, 138_357_544 - 13_416),
    ("resnet18", 1_814_073_344, 11_689_512 - 1_000 - 9_600),
    ("resnet50", 4_089_184_256, 25_557_032 - 1_000 - 53_120),
  ])
  func totals(name: String, macs: Int, weights: Int) throws {
    let network = try #require(try BuiltIn.network(name))
    #expect(network.name == name)
    #expect(network.macs == macs)
    #expect(network.usedElements(of: .weights).count == weights)
    #expect(!network.source.isEmpty)
  }

  /// torchvision prints 0.714, 15.47, 1.814 and 4.089 GMACs.
  @Test func publishedGigaMACs() throws {
    for (name, published) in [("alexnet", 0.714), ("vgg16", 15.47), ("resnet18", 1.814), ("resnet50", 4.089)] {
      let network = try #require(try BuiltIn.network(name))
      #expect(abs(Double(network.macs) / 1e9 - published) < 0.0006)
    }
  }

  @Test func everyFileOfConfigsIsBuiltIn() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    func names(_ folder: String) throws -> Set<String> {
      let files = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "configs/\(folder)").path)
      return Set(files.map { $0.replacingOccurrences(of: ".yaml", with: "") })
    }
    #expect(try names("networks") == Set(BuiltIn.networkNames))
    #expect(try names("energy") == Set(BuiltIn.energyModelNames))
    let mapping = root.appending(path: "configs/mappings/alexnet-conv2.yaml").path
    #expect(try MappingFile.read(file: mapping).layer == "conv2")
  }

  @Test func energyModels() throws {
    let unit = try #require(try BuiltIn.energyModel("unit"))
    #expect(unit.macQuanta == 0 && unit.readQuanta == 1 && unit.writeQuanta == 1 && unit.quantaPerUnit == 1)
    let horowitz = try #require(try BuiltIn.energyModel("horowitz-45nm-int8"))
    #expect(horowitz.unit == "pJ")
    #expect(horowitz.inUnits(quanta: horowitz.readQuanta) == 1300.0 / 64)
    #expect(horowitz.widths?.partialSums == BitWidth(32))
  }
}
