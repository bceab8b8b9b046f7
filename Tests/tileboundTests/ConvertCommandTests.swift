import Foundation
import Interchange
import TestSupport
import Testing
import Workloads

/// `tilebound convert` as users run it.
struct ConvertCommandTests {
  /// What is written is read back as the same layers, and optimised as they are.
  @Test func writesLayerTables() throws {
    try withTemporaryFolder { folder in
      let outcome = try Program.run("convert resnet50 --output \(folder)/net.yaml")
      #expect(outcome.code == 0 && outcome.output.isEmpty && outcome.error.isEmpty, "\(outcome.error)")
      let network = try LayerTable.read(file: "\(folder)/net.yaml")
      #expect(network == (try BuiltIn.network("resnet50")))
      let shown = try Program.run("networks \(folder)/net.yaml")
      #expect(shown.output == (try Program.run("networks resnet50")).output)
    }
  }

  @Test func joinsChoosesAndMerges() throws {
    let outcome = try Program.run("convert resnet18 alexnet --layer conv1 --layer fc --name both")
    let network = try LayerTable.parse(outcome.output, origin: "output")
    #expect(network.name == "both" && network.entries.map(\.layer.name) == ["conv1", "fc", "conv1#2"])
    #expect(network.source.contains("Deep residual") && network.source.contains("weird trick"))
    let merged = try LayerTable.parse(
      try Program.run("convert alexnet alexnet --merge").output, origin: "output")
    #expect(merged.entries.count == 8 && merged.entries.allSatisfy { $0.count == 2 })
  }

  private static let refused: [(line: String, message: String)] = [
    ("convert", "needs a file to read, for example: tilebound convert model.onnx --output model.yaml"),
    (
      "convert alexnt",
      "convert: unknown network 'alexnt'; did you mean 'alexnet'? (a file's name has a dot or a slash)"
    ),
    (
      "convert alexnet --layer conv9",
      "--layer: alexnet has no layer 'conv9'; did you mean 'conv1'? it has conv1, conv2, conv3, conv4, conv5, fc6, fc7, "
        + "fc8"
    ),
    (
      "convert alexnet --output x.csv",
      "--output: 'x.csv' ends in .csv, and a layer table is written; a name in .yaml is accepted"
    ),
    ("convert absent.onnx", "absent.onnx: cannot be read: No such file or directory"),
    ("convert alexnet --dim batch", "--dim: 'batch' is no name=size with a size from 1 to 1048576, as in batch=1"),
    ("convert alexnet --dim a=1 --dim a=2", "--dim: 'a' is given twice"),
  ]

  @Test(arguments: cases(refused))
  func refusals(line: String, message: String) throws {
    let outcome = try Program.run(line)
    #expect(outcome.code == 64 && outcome.output.isEmpty)
    #expect(outcome.error.hasSuffix("\(message)\n"), "\(outcome.error)")
  }
}
