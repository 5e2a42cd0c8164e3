/// One rule for rows that cannot be taken, in tables, streams and preference data.
import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct BadRowsTests {
  private let samples: CSVSamples

  init() throws { samples = try CSVSamples() }

  static let missing = ["", "nan", "NaN", "NA", "null", "None", " "]

  @Test(arguments: missing)
  func `rows with a missing score are dropped, and others are still errors`(_ cell: String) throws {
    let text = "id,score\na,1\nb,\(cell)\nc,3\n"
    let drop = BadRows(dropsMissing: true)
    let table = try readTable(Data(text.utf8), name: "in", dropsMissing: true)
    var skipped = SkippedRows()
    let good = try ScoreTable.goodRows(
      of: table, columns: ScoreColumns(), drop, counting: &skipped)
    #expect(try ScoreTable(good).responses.map(\.score) == [1, 3])
    #expect(skipped.kinds == [.missing: 1])
    #expect(skipped.text == "Skipped 1 bad row (1 with a missing value), line 3.")
    var numbers = SkippedRows()
    #expect(try table.withNumbers(in: ["score"], drop, counting: &numbers).rows == [0, 2])
    #expect(numbers == skipped)
    var reader = try CSVColumnReader(
      CSVPieces(ByteStream(samples.folder.file("m.csv", Data(text.utf8)))),
      columns: CSVColumns(numbers: ["score"]), badRows: drop)
    var streamed: [Double] = []
    while try reader.nextBlock() { streamed += reader.block.numbers[0] }
    #expect(streamed == [1, 3])
    #expect(reader.skipped.kinds == [.missing: 1])
    let other = try readTable(Data("id,score\na,\(cell)\nb,x\n".utf8), name: "in")
    let error = #expect(throws: TareError.self) {
      try ScoreTable.goodRows(of: other, columns: ScoreColumns(), drop, counting: &skipped)
    }
    #expect(error?.description.shows("line 3, column 'score': expected …, found 'x'") == true)
  }

  @Test func `missing values of JSON Lines are null, absent and Python's NaN`() throws {
    let text = """
      {"id":"a","score":1,"label":1}
      {"id":"b","score":null,"label":0}
      {"id":"c","score":NaN,"label":0}
      {"id":"d","label":0}
      {"id":"e","score":2,"label":null}
      {"id":"f","score":2,"label":0}

      """
    let table = try readTable(Data(text.utf8), name: "in", dropsMissing: true)
    var skipped = SkippedRows()
    let good = try ScoreTable.goodRows(
      of: table, columns: ScoreColumns(), BadRows(dropsMissing: true), counting: &skipped)
    #expect(good.rows == [0, 5])
    #expect(skipped.kinds == [.missing: 4])
    #expect(throws: TareError.self) { try readTable(Data(text.utf8), name: "in") }
  }

  @Test func `bad rows of preference data are left out, and told`() throws {
    let text = """
      {"prompt":"Q","chosen":"a","rejected":"b"}
      {"prompt":"Q","chosen":"a"}
      {"prompt":
      {"prompt":"R","chosen":"a","rejected":null}
      {"prompt":"S","chosen":"c","rejected":"d"}

      """
    let log = BadRows.Log()
    let sets = try readCandidates(
      Data(text.utf8), name: "pairs.jsonl", badRows: BadRows(skips: true, log: log))
    #expect(sets.count == 2)
    #expect(log.text.hasPrefix("pairs.jsonl: Skipped 3 bad rows ("))
    let lines = log.csv.split(separator: "\n")
    #expect(lines[0] == "row,column,found,reason")
    #expect(lines.dropFirst().map { $0.prefix(2) } == ["2,", "3,", "4,"])
    #expect(throws: TareError.self) { try readCandidates(Data(text.utf8), name: "in") }
    #expect(throws: TareError.self) {
      try readCandidates(
        Data("{\"prompt\":1}".utf8), name: "in", badRows: BadRows(skips: true))
    }
  }

  @Test func `the first hundred are written as CSV, each with its column and reason`() throws {
    let rows = (0..<150).map { "\"a,\($0)\",x\n" }.joined()
    let text = "id,score\nok,1\n\(rows)"
    let table = try readTable(Data(text.utf8), name: "in", skipsBadRows: true)
    var skipped = table.skipped
    _ = try ScoreTable.goodRows(of: table, columns: ScoreColumns(), counting: &skipped)
    #expect(skipped.count == 150)
    let lines = skipped.csv.split(separator: "\n")
    #expect(lines.count == 101)
    #expect(lines[1] == "3,score,'x',expected a finite number")
    #expect(skipped.listing.count == 5)
    #expect(skipped.listing[0] == "row 3, column 'score': expected a finite number, found 'x'")
  }
}
