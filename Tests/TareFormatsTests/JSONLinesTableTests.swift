/// JSON Lines by columns: the same values as of the lines read one by one.
import Foundation
import TareCore
import TareFormats
import Testing

@Suite struct JSONLinesTableTests {
  private func table(_ text: String, skipsBadRows: Bool = false) throws -> DataTable {
    try readTable(Data(text.utf8), name: "t.jsonl", skipsBadRows: skipsBadRows)
  }

  @Test func `rows may have their members in any order, and some not at all`() throws {
    let table = try table(
      """
      {"a": 1, "b": "x"}

        {"b": "y", "a": -0, "c": [1, {"d": null}]}\t
      {}
      {"a": 2, "c": true, "a": 3}
      """)
    #expect(table.columns == ["a", "b", "c"])
    #expect(try table.values(in: "a") == [1, 0, .null, 3])
    #expect(try table.values(in: "b") == ["x", "y", .null, .null])
    #expect(try table.values(in: "c") == [.null, [1, ["d": .null]], .null, true])
    #expect(try table.names(in: "b") == ["x", "y", nil, nil])
    let error = #expect(throws: TareError.self) { try table.numbers(in: "a") }
    #expect(error?.description.contains("line 4, column 'a'") == true)
  }

  @Test func `numbers and names are those that a parser of single values reads`() throws {
    let numbers = ["0", "-0", "-0.0", "12", "1.5e-7", "1E+2", "123456789012345678901", "0.1"]
    let names = [#""""#, #""é\u0301 \"q\"""#, #""plain""#, "7", "-3", "null"]
    let lines = numbers.indices.map { row in
      #"{"n": \#(numbers[row]) , "name":\#(names[row % names.count])}"#
    }
    let table = try table(lines.joined(separator: "\n"))
    let wanted = try numbers.map { try #require(try JSONValue(parsing: $0).double) }
    let found = try table.numbers(in: "n")
    #expect(found.map(\.bitPattern) == wanted.map(\.bitPattern))
    let known: [String?] = [nil, "é\u{301} \"q\"", "plain", "7", "-3", nil]
    #expect(try table.names(in: "name") == numbers.indices.map { known[$0 % known.count] })
  }

  @Test func `a line that is left out leaves no columns behind`() throws {
    let table = try table(
      """
      {"a": 1}
      {"bad": 2, "worse": }
      [1]
      {"a": 2, "b": 3}
      """, skipsBadRows: true)
    #expect(table.columns == ["a", "b"])
    #expect(table.skipped.lines == [2, 3])
    #expect(try table.values(in: "a") == [1, 2])
    #expect(try table.values(in: "b") == [.null, 3])
  }

  @Test func `what is wrong is told by line and column`() {
    for (text, place) in [
      ("{\"a\": 1}\n  {\"a\": tru}", "line 2, column 7"), ("{\"a\": 1}\n{\"a\": 1} x", "line 2"),
      ("{\"a\": 1}\n\n{\"a\": \"\\q\"}", "line 3, column 8"), ("{\"a\": 1}\n1", "line 2"),
      ("{\"a\": 1}\n{\"a\": \"a\u{1}\"}", "line 2, column 9"),
    ] {
      let error = #expect(throws: TareError.self) { try self.table(text) }
      #expect(error?.description.contains(place) == true, "\(error?.description ?? "")")
    }
  }

  @Test func `lines stay as they are where members are added`() throws {
    let table = try table(#" {"a" :1}"# + "\n" + #"{"c": 0, "a":2}"# + "\n{}\n")
    let added = TableColumn(name: "c", values: [.double(0.5), .double(1), .null])
    let data = try table.data(adding: [added])
    #expect(
      String(decoding: data, as: UTF8.self)
        == #"{"a" :1,"c":0.5}"# + "\n" + #"{"c":1.0,"a":2}"# + "\n" + #"{"c":null}"# + "\n")
  }
}
