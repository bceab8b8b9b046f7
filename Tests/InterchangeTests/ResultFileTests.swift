import Answers
import EnergyModel
import Foundation
import Interchange
import MappingSearch
import Mappings
import Testing
import Workloads

struct ResultFileTests {
  private func answer(layer name: String) throws -> Answer {
    let layer = try Layer.gemm(name: name, m: 8, n: 6, k: 5)
    let problem = try Problem(layer, widths: WordWidths(.byte), reuse: .sliding)
    let optimum = try #require(Optimizer(problem).optimum(capacity: .bytes(20)))
    var answer = Answer(
      network: "net", entry: Network.Entry(layer: layer, count: 2), setting: problem.setting, capacity: .bytes(20),
      optimum.evaluation)
    answer.search = optimum.statistics
    return answer
  }

  /// Where a field holds what would end it, or a blank at its ends, it stands in quotation marks; an accent hides none of these.
  @Test(arguments: [
    ("", ""), ("a b", "a b"), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), (" a", "\" a\""), ("a\t", "\"a\t\""),
    ("a\nb", "\"a\nb\""), ("a\u{b}b", "\"a\u{b}b\""), ("a\u{1f}b", "a\u{1f}b"), ("é", "é"),
    ("a,\u{301}", "\"a,\u{301}\""),
    ("\u{a0}a", "\"\u{a0}a\""), ("a\u{2028}b", "\"a\u{2028}b\""),
  ])
  func fieldsStandInQuotationMarks(field: String, expected: String) {
    #expect(ResultFile.quoted(field) == expected)
  }

  @Test func jsonNamesItsSchemaAndSumsUp() throws {
    let answer = try answer(layer: "fc")
    let text = try ResultFile.json([answer])
    let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(document["schema"] as? String == "tilebound-results/1")
    #expect(
      document["producer"] as? [String: String] == ["version": Producer.version, "blas_core": Producer().core])
    #expect(try ResultFile.json([answer], producer: Producer(commit: "abc")).contains("\"commit\" : \"abc\""))
    let records = try #require(document["records"] as? [[String: Any]])
    #expect(records.count == 1)
    let traffic = try #require(records[0]["traffic_bits"] as? [String: Int])
    #expect(traffic["total"] == traffic.filter { $0.key != "total" }.values.reduce(0, +))
    let energy = try #require(records[0]["energy"] as? [String: Any])
    #expect(energy["data"] as? Int == traffic["total"])
    let nodes = try #require(records[0]["mapping"] as? [[String: Any]])
    #expect(nodes.count { $0["keep"] != nil } == 3)
    #expect(nodes.allSatisfy { $0["keep"] != nil || ($0["for"] is String && $0["tile"] is Int) })
    #expect(records[0]["count"] as? Int == 2 && records[0]["macs"] as? Int == 240)
    #expect(try ResultFile.json([self.answer(layer: "fc")]) == text)
  }

  @Test func csvQuotesWhatNeedsIt() throws {
    let lines = ResultFile.csv([try answer(layer: "a \"b\", c")]).split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("network,layer,shape,count,capacity_bits,"))
    #expect(lines[1].hasPrefix("net,\"a \"\"b\"\", c\",\"k=6,c=5,h=8\",2,160,8,8,8,8,sliding,"))
    let columns = lines[0].split(separator: ",").count
    let plain = ResultFile.csv([try answer(layer: "fc")]).split(separator: "\n")[1]
      .replacingOccurrences(of: "\"k=6,c=5,h=8\"", with: "shape")
    #expect(plain.split(separator: ",", omittingEmptySubsequences: false).count == columns)
  }
}
