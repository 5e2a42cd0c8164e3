/// Tables that are taken by columns (CSV) beside the same rows taken one by one (JSON Lines).
import Foundation
import TareCore
import TareFormats
import Testing

@Suite struct ResponseColumnsTests {
  private func responses(_ text: String, _ columns: ScoreColumns) throws -> [ScoredResponse] {
    Array(try ScoreTable(try readTable(Data(text.utf8), name: "in"), columns: columns).responses)
  }

  /// The cells as a CSV file and as JSON Lines; texts in quotes where `isQuoted`.
  private func both(_ header: [String], _ rows: [[JSONValue]], isQuoted: Bool) -> [String] {
    let csv = rows.map { row in
      row.map { cell in
        guard case .string(let text) = cell else { return cell == .null ? "" : cell.text() }
        return isQuoted ? "\"\(text)\"" : text
      }.joined(separator: ",")
    }
    let lines = rows.map { row in
      var object = JSONObject()
      for (name, cell) in zip(header, row) { object[name] = cell }
      return JSONValue.object(object).text()
    }
    return [
      ([header.joined(separator: ",")] + csv).joined(separator: "\n") + "\n",
      lines.joined(separator: "\n") + "\n",
    ]
  }

  private static let tables: [(header: [String], rows: [[JSONValue]])] = [
    (
      ["prompt_id", "index", "score", "length", "label", "subset"],
      [
        ["a", 1, 0.5, 3, 1, "x"], ["a", 0, -2.25, 4, 0, "x"], ["b", 0, 1e-3, 5, 0, "y"],
        ["a", 0, 7, 5, 1, "y"], ["b", 3, 7, 5, 1, "y"],
      ]
    ),
    (["id", "score", "gold"], [["p", 1, 0.25], ["q", 2, 3], ["p", 3, -1]]),
    (["pair_id", "score", "role"], [["1", 1, "chosen"], ["1", 0, "rejected"]]),
    (["id", "score", "label"], [["1", 1, "yes"], ["1", 0, "no"], ["2", 5, "Yes"]]),
    (["id", "score", "role", "label"], [["1", 1, "response", 2], ["1", 0, "response", 3]]),
    (["id", "score", "subset"], [["1", 1, .null], ["1", 0, "s"]]),
    (["score", "length"], [[1, 2], [3, 4]]),
    (["id", "prompt_id", "index", "score"], [["r1", "p", 0, 1], ["r2", "p", 0, 2]]),
    (["id", "index", "score"], [["e\u{301}", 70, 1], ["\u{E9}", 90, 2], ["z", 70, 0]]),
  ]

  @Test(arguments: tables.indices, [false, true])
  func `columns and rows are read alike`(table: Int, isQuoted: Bool) throws {
    let (header, rows) = Self.tables[table]
    let texts = both(header, rows, isQuoted: isQuoted)
    var columns = ScoreColumns()
    columns.optionalCovariates = ["length"]
    let byColumns = try responses(texts[0], columns)
    #expect(byColumns.count == rows.count)
    #expect(try responses(texts[1], columns) == byColumns)
  }

  @Test(arguments: [
    "id,score\na,1\na,x\n", "id,score\na,1\n,2\n", "id,index,score\na,0,1\na,0,2\n",
    "id,score,label\na,1,yes\na,2,maybe\n", "id,score,role\na,1,chosen\na,2,best\n",
    "id,score,length\na,1,5\na,2,inf\n",
  ])
  func `what is wrong with a row is told with its line`(text: String) {
    var columns = ScoreColumns()
    if text.contains("length") { columns.covariates = ["length"] }
    let error = #expect(throws: TareError.self) { try responses(text, columns) }
    #expect(error?.description.contains("line 3") == true, "\(error?.description ?? "")")
  }

  @Test func `places of rows are their lines though some lines are blank`() throws {
    let text = "id,score\na,1\n\n\nb,2\n\"c\n\",3\nd,4\n"
    let table = try ScoreTable(try readTable(Data(text.utf8), name: "in"))
    #expect((0..<4).map(table.place(ofResponse:)) == ["line 2", "line 5", "line 6", "line 8"])
  }

  @Test func `columns of a store of columns are numbers and names`() {
    let numbers = Column(.numbers([1, 2, .infinity]), missing: [false, true, false])
    #expect(numbers.numbers(in: [0, 2]) == [1, .infinity])
    #expect(numbers.numbers(in: [1])?[0].isNaN == true)
    #expect(numbers.names(in: [0]) == nil)
    #expect(Column(.integers([5, -7])).numbers(in: [1, 0]) == [-7, 5])
    var texts = Texts()
    for text in ["x", "", "y"] { texts.append(text.utf8) }
    let codes: [Int32] = [2, 0, 2, 1]
    for column in [Column(.names(codes: codes, texts: texts))] {
      let names = column.names(in: [0, 1, 2, 3])
      #expect((0..<4).map { names?[$0] } == ["y", "x", "y", nil])
      #expect(column.numbers(in: [0]) == nil)
    }
    let integers = Column(.integers([3, 3, 12]), missing: [false, true, false]).names(in: [0, 1, 2])
    #expect((0..<3).map { integers?[$0] } == ["3", nil, "12"])
    let plain = Column(.texts(texts)).names(in: [2, 1, 0])
    #expect((0..<3).map { plain?[$0] } == ["y", nil, "x"])
  }
}
