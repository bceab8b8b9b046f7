import TestSupport
import Testing

@testable import Interchange

struct CSVReaderTests {
  /// The rows of a table, each with its line.
  private func rows(
    _ text: String, separators: String = ",", hasQuotes: Bool = true
  ) throws -> [(line: Int, fields: [String])] {
    var reader = CSVReader(text, origin: "t", separators: separators, hasQuotes: hasQuotes)
    var rows: [(line: Int, fields: [String])] = []
    while let row = try reader.next() { rows.append((row.line, row.fields)) }
    return rows
  }

  private func message(_ text: String) -> String { refusal { _ = try rows(text) } }

  @Test("Rows and their lines", arguments: ["\n", "\r\n", "\r"])
  func lines(end: String) throws {
    let text = "\n a, b ,\n\n \t\n\"c\n\nd\" ,\"e\"\"f\",,g\"h\"\n,\n\"\"".replacing("\n", with: end)
    let rows = try rows(text)
    #expect(rows.map(\.line) == [2, 5, 8, 9])
    #expect(rows.map(\.fields) == [["a", "b", ""], ["c\(end)\(end)d", "e\"f", "", "g\"h\""], ["", ""], [""]])
    #expect(try self.rows(text + end).map(\.fields) == rows.map(\.fields))
  }

  @Test func noRows() throws {
    for text in ["", "\n", " ", "\r\n \t\r\n"] { #expect(try rows(text).isEmpty) }
  }

  @Test func separators() throws {
    #expect(try rows("a;b,c\nd,e;f", separators: ";\t,").map(\.fields) == [["a", "b,c"], ["d,e", "f"]])
    #expect(try rows("\n\na\tb,c\n\td", separators: ";\t,").map(\.fields) == [["a", "b,c"], ["", "d"]])
    #expect(try rows("a,b\nc;d", separators: ";\t,").map(\.fields) == [["a", "b"], ["c;d"]])
    #expect(try rows("a", separators: ";\t,").map(\.fields) == [["a"]])
    #expect(CSVReader("a\tb", origin: "t", separators: ";\t,").separator == "\t")
  }

  @Test func quotationMarksAsTheyAre() throws {
    #expect(try rows("\"a,b\", \"\"\"c\n", hasQuotes: false).map(\.fields) == [["\"a", "b\"", "\"\"\"c"]])
  }

  /// An accent that joins a separator or a quotation mark to one character does not hide it.
  @Test func charactersThatJoin() throws {
    #expect(
      try rows("a,\u{301}b,\"\u{301},\",c\u{301}\n\u{301}").map(\.fields) == [
        ["a", "\u{301}b", "\u{301},", "c\u{301}"], ["\u{301}"],
      ])
  }

  @Test func misplacedQuotationMarks() {
    let remedy = "; one inside a field in quotation marks is written twice"
    #expect(message("a,b\nc,\"d\n\n,e") == "t:2: has a quotation mark that is not closed in column 2\(remedy)")
    #expect(message("\"") == "t:1: has a quotation mark that is not closed in column 1\(remedy)")
    #expect(message("a,\"b\nc\" d\n") == "t:2: has text behind a closing quotation mark in column 2\(remedy)")
  }

  /// What is written as a table's fields is read as them.
  @Test func everyFieldIsReadBack() throws {
    let seed = Int.random(in: 0..<1 << 30)
    var random = SplitMix64(seed: seed)
    let parts = ["a", "7.5", " ", ",", "\"", "\"\"", "\n", "\r\n", "\t", ";", "é", "\u{301}", "层"]
    for _ in 0..<300 {
      let table = (0..<random.pick(1...4)).map { _ in
        // A row of one empty field would be a blank line.
        ["-"] + (0..<random.pick(0...4)).map { _ in (0..<random.pick(0...5)).map { _ in random.pick(parts) }.joined() }
      }
      let text = table.map { $0.map(ResultFile.quoted).joined(separator: ",") }.joined(separator: "\n")
      #expect(try rows(text).map(\.fields) == table, "seed \(seed): \(text.debugDescription)")
    }
  }
}
