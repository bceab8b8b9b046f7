import EnergyModel
import Foundation
import Interchange
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
