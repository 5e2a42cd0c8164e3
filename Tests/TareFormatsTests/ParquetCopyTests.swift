import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

/// Parquet files that are copied with numbers added, some rows at a time.
@Suite struct ParquetCopyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Row groups of seven rows, one of them with missing values, one without any value in a column.
  private func file() throws -> [UInt8] {
    let rows = (0..<40).map(row)
    let table = OutputTable(rows)
    var options = ParquetWriter.Options()
    options.rowGroupRows = 7
    return try ParquetWriter.file(table.columns.map { ($0.name, $0.column) }, options)
  }

  private func row(_ number: Int) -> JSONObject {
    var row = JSONObject()
    row["prompt_id"] = .string("p\(number / 4)")
    row["score"] = .double(Double(number) / 3)
    row["length"] = .int(100 - number)
    row["label"] = .int(number % 4 == 0 ? 1 : 0)
    let isMissing = (7..<14).contains(number) || number == 20
    row["text"] = isMissing ? .null : .string("a,\"\(number % 3)\"\nb")
    row["tags"] = .array([.string("x"), .string("\(number)")])
    return row
  }

  private let added: [(name: String, values: [Double])] = [
    (name: "calibrated", values: (0..<40).map { (row: Int) -> Double in Double(row) / 7 }),
    (name: "length", values: (0..<40).map { (row: Int) -> Double in Double(-row) }),
  ]

  private func columns(_ table: DataTable) -> [TableColumn] {
    added.map { TableColumn(name: $0.name, values: $0.values.map { .double($0) }) }
  }

  @Test(arguments: ["parquet", "csv", "tsv", "jsonl"])
  func `a copy in pieces has the bytes of one as a whole`(format: String) throws {
    let table = try readTable(file(), name: "in")
    let path = folder.path("out.\(format)")
    let copy = try #require(try ScoreTable(table).copy(for: path, format: nil))
    let sink = try ByteSink(path)
    try copy.write(adding: added, to: sink)
    try sink.finish()
    let whole = try table.data(adding: columns(table), for: path, format: nil)
    #expect(try Data(contentsOf: URL(filePath: path)) == whole)
  }

  @Test func `row groups of other sizes are put together and cut`() throws {
    let file = try file()
    let path = folder.path("out.parquet")
    let sink = try ByteSink(path)
    let copy = try #require(ParquetCopy(ParquetReader(file), groupRows: 9))
    try copy.write(adding: added, to: sink)
    try sink.finish()
    let read = try ParquetReader(path: path).columns()
    let before = try ParquetReader(file).columns()
    #expect(read.map(\.name) == before.map(\.name) + ["calibrated"])
    for row in 0..<40 {
      for (place, column) in before.enumerated() where column.name != "length" {
        #expect(read[place].column[row] == column.column[row])
      }
      #expect(read[2].column[row] == .double(Double(-row)))
      #expect(read[read.count - 1].column[row] == .double(Double(row) / 7))
    }
  }

  @Test func `what must be had whole is not copied`() throws {
    let table = try readTable(file(), name: "in")
    let scores = try ScoreTable(table)
    #expect(try scores.copy(for: "out.csv.gz", format: nil) == nil)
    #expect(try scores.copy(for: "out.arrow", format: nil) == nil)
    #expect(try scores.copy(for: "out", format: "jsonl") != nil)
    let some = try ScoreTable(table.selecting([0, 1, 2]))
    #expect(try some.copy(for: nil, format: nil) == nil)
  }
}
