import EnergyModel
import Foundation
import Interchange
import TestSupport
import Testing
import Validation
import Workloads

struct ValidationFileTests {
  private func message(_ text: String) -> String { refusal { _ = try ValidationFile.parse(text, origin: "v.yaml") } }

  @Test func everyKey() throws {
    let requests = try ValidationFile.parse(
      """
      data-sets:
        - name: some
          data: a.csv
          columns: [p, total, data, "-"]
          shape: k=3
          platform: simba
          bins: 10
          below: 4e11
          capacities: [64KiB, 1KiB...2KiB]
        - data: b.csv
          network: AlexNet
          platform: eyeriss
      """, origin: "v.yaml")
    #expect(requests[0].network == nil && requests[1].network?.entries.count == 8)
    #expect(requests.map(\.data) == ["a.csv", "b.csv"] && requests.map(\.platform.name) == ["simba", "eyeriss"])
    #expect(requests[0].name == "some" && requests[0].columns == ["p", "total", "data", "-"])
    #expect(requests[0].shape == "k=3" && requests[0].bins == Bins(size: 10, below: 4e11))
    #expect(requests[0].capacities == [.bytes(65536), .bytes(1024), .bytes(2048)])
    #expect(requests.allSatisfy { $0.remarks.isEmpty })
    let short = try ValidationFile.parse(
      "data-sets:\n  - {data: a.csv, platform: simba, capacities: 64K}\n", origin: "v.yaml")
    #expect(short[0].capacities == [.bytes(65536)])
    #expect(
      short[0].remarks
        == ["v.yaml: data-sets[0].capacities: '64K' means 64KiB; powers of 1000 are written 64KB"])
    #expect(requests[1].name == nil && requests[1].columns == nil && requests[1].bins == nil)
  }

  /// Tables are beside the file unless a folder is given; platforms' files always are.
  @Test func filesBesideTheFile() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tilebound-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "v.yaml")
    try Data("data-sets:\n  - {data: a.csv, platform: simba}\n  - {data: /b.csv, platform: simba}\n".utf8).write(
      to: file)
    #expect(try ValidationFile.read(file: file.path).map(\.data) == ["\(folder.path)/a.csv", "/b.csv"])
    #expect(try ValidationFile.read(file: file.path, data: "there").map(\.data) == ["there/a.csv", "/b.csv"])
    try Data("data-sets:\n  - {data: a.csv, platform: gone.yaml}\n".utf8).write(to: file)
    #expect(refusal { _ = try ValidationFile.read(file: file.path) }.contains("\(folder.path)/gone.yaml"))
  }

  @Test func refusals() {
    #expect(message("data-sets: []\n").contains("has no data sets"))
    #expect(message("data-sets:\n  - {platform: simba}\n").contains("the key 'data' is missing"))
    #expect(message("data-sets:\n  - {data: a.csv}\n").contains("the key 'platform' is missing"))
    #expect(message("data-sets:\n  - {data: a.csv, platform: simbo}\n").contains("v.yaml:2: data-sets[0].platform"))
    #expect(message("data-sets:\n  - {data: a, network: alexnot, platform: simba}\n").contains("data-sets[0].network"))
    #expect(message("data-sets:\n  - {data: a, platform: simba, below: 3}\n").contains("stands without 'bins'"))
    #expect(message("data-sets:\n  - {data: a, platform: simba, bins: 0}\n").contains("bins: is 0"))
    let twice = "data-sets:\n  - {data: x/a.csv, platform: simba}\n  - {data: y/a.csv, platform: eyeriss}\n"
    #expect(message(twice).contains("two data sets are called 'a': give one of them a 'name'"))
  }
}
