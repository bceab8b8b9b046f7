import Interchange
import TestSupport
import Testing
import Validation
import Workloads

struct MeasuredFileTests {
  private func read(_ text: String, _ columns: String? = nil, shape: String? = nil) throws -> MeasuredData {
    try MeasuredFile.parse(
      text, name: "some", columns: columns?.split(separator: ",").map(String.init), shape: shape, origin: "m.csv")
  }

  private func message(_ text: String, _ columns: String? = nil, shape: String? = nil) -> String {
    refusal { _ = try read(text, columns, shape: shape) }
  }

  @Test("Separators, with and without names", arguments: [";", ",", "\t"], [false, true])
  func separators(separator: String, hasNames: Bool) throws {
    let names = ["h+w", "k", "stride", "total", "data", "-"]
    let rows = [["57", "8", "4", "12.5", "10", "x"], ["224", "16", "4", "3e3", "1e3", "y"]]
    let lines = (hasNames ? [names] : []) + rows
    let text = lines.map { $0.joined(separator: separator) }.joined(separator: "\r\n") + "\r\n"
    let data = try read(text, hasNames ? nil : names.joined(separator: ","), shape: "c=3,r=11,s=11,round-up=true")
    #expect(data.parameters == ["h+w", "k", "stride"] && data.varying == [0, 1])
    #expect(data.rows.map(\.line) == (hasNames ? [2, 3] : [1, 2]))
    #expect(data.rows.map(\.compute) == [2.5, 2000] && data.rows.map(\.data) == [10, 1000])
    #expect(data.rows.map(\.parameters) == [[57, 8, 4], [224, 16, 4]])
    // (57 - 11) / 4 and (224 - 11) / 4, rounded up, plus 1.
    #expect(data.rows.map { $0.layer[.p] } == [13, 55] && data.rows.map { $0.layer[.q] } == [13, 55])
    #expect(data.rows.map { $0.layer.vertical.inputSize } == [57, 224])
  }

  @Test func namesAreOfTheOptionWhereBothAreGiven() throws {
    let data = try read("a;b;c\n5;3;1\n", "p,total,data")
    #expect(data.rows.count == 1 && data.rows[0].layer[.p] == 5 && data.rows[0].compute == 2)
  }

  @Test func publishedFigures() throws {
    let data = try read("5;3;1;40;7.0\n", "p,total,data,macs,words", shape: "k=8")
    #expect(data.rows[0].publishedMACs == 40 && data.rows[0].publishedWords == 7)
  }

  /// Rows that are layers of a network, by number or by name, have its sizes.
  @Test func layersOfANetwork() throws {
    let network = try #require(try BuiltIn.network("alexnet"))
    func read(_ text: String) throws -> MeasuredData {
      try MeasuredFile.parse(text, name: "some", columns: nil, shape: nil, network: network, origin: "m.csv")
    }
    let data = try read("layer;total;data\n1;30;20\nfc6;40;10\n5;9;6\n")
    #expect(data.rows.map(\.layer.name) == ["conv1", "fc6", "conv5"] && data.hasNamedLayers)
    #expect(data.rows.map(\.layer) == [0, 5, 4].map { network.entries[$0].layer })
    // Columns and kernel columns change as rows do.
    #expect(data.parameters == ["k", "c", "p", "r"])
    #expect(data.rows.map(\.parameters) == [[64, 3, 55, 11], [4096, 9216, 1, 1], [256, 256, 13, 3]])
    #expect(data.rows.map(\.compute) == [10, 30, 3] && data.rows.map(\.line) == [2, 3, 4])
    for (text, message) in [
      ("layer;total;data\n9;3;1\n", "m.csv:2: layer: '9' is no layer of alexnet; 1 to 8 or a layer's name is expected"),
      ("layer;total;data\n0;3;1\n", "m.csv:2: layer: '0' is no layer of alexnet; 1 to 8 or a layer's name is expected"),
      (
        "layer;total;data\n\(Int.min);3;1\n",
        "m.csv:2: layer: '\(Int.min)' is no layer of alexnet; 1 to 8 or a layer's name is expected"
      ),
      ("p;total;data\n1;3;1\n", "m.csv: has no column 'layer' that says which of alexnet's layers a row is"),
      ("layer;p;total;data\n1;1;3;1\n", "m.csv: the column 'p' does not go with 'layer', which says all of a shape"),
      ("layer;layer;total;data\n1;1;3;1\n", "m.csv:1: the column 'layer' is given twice"),
    ] {
      #expect(refusal { _ = try read(text) } == message)
    }
    #expect(
      message("layer;total;data\n1;3;1\n") == "m.csv: the column 'layer' needs a network, as in --network alexnet")
    let shaped = refusal {
      _ = try MeasuredFile.parse(
        "layer;total;data\n1;3;1\n", name: "some", columns: nil, shape: "k=3", network: network, origin: "m.csv")
    }
    #expect(shaped == "m.csv: its layers are those of a network: a shape does not go with it")
  }

  @Test func refusals() {
    #expect(message("1;2;3\n") == "m.csv:1: has no names of columns; give --columns, as in k,total,compute,data")
    #expect(message("p;total;data\n5;3\n") == "m.csv:2: has 2 values between ';'; 3 are expected")
    #expect(message("p;total;data\n5.5;3;1\n") == "m.csv:2: p: '5.5' is no whole number")
    #expect(message("p;total;data\n5;x;1\n") == "m.csv:2: total: 'x' is no energy; a number of at least 0 is expected")
    #expect(message("p;total;data\n5;nan;1\n").contains("'nan' is no energy"))
    #expect(message("p;total;data\n5;inf;1\n").contains("'inf' is no energy"))
    #expect(message("p;total;data\n5;-3;1\n").contains("'-3' is no energy"))
    #expect(message("p;total;compute\n5;3;3\n").contains("is 0.0; an energy of moving data above 0 is expected"))
    #expect(message("p;total\n5;3\n").contains("m.csv:1: two of the columns total, compute and data are needed"))
    #expect(message("p;total;data;pp\n5;3;1;1\n").contains("m.csv:1: unknown column 'pp'"))
    #expect(message("p;total;data;p\n5;3;1;5\n").contains("the column 'p' is given twice"))
    #expect(message("", "p,total,data") == "m.csv: has no rows; a table of measured energies is expected")
    #expect(message("p;total;data\n") == "m.csv: has no rows; a table of measured energies is expected")
    #expect(message("p;total;data\n0;3;1\n").contains("m.csv:2: p: is 0; 1 to 1048576 is accepted"))
    #expect(message("p;total;data\n99999999999999999999;3;1\n").contains("is no whole number"))
    #expect(message("p;total;data\n5;3;1\n", shape: "p=4").contains("m.csv:2: the key 'p' is given twice"))
    #expect(message("p;total;data\n5;3;1\n", shape: "q=x").contains("m.csv:2: q: 'x' is no whole number"))
  }
}
