/// Tables written anew as text: CSV, tab-separated values, JSON Lines and JSON.
package import Foundation
internal import TareCore

package enum CSVOutput: RowwiseOutput {
  package static let key = "csv"
  package static let summary = "CSV with a header line"
  package static let endings = [".csv"]
  package static let inputs = [CSVFile.key]

  package static func header(of table: OutputTable) -> [UInt8] { header(of: table, CSVDialect()) }

  package static func encoded(_ table: OutputTable, rows: Range<Int>) -> [UInt8] {
    encoded(table, rows: rows, CSVDialect())
  }

  static func header(of table: OutputTable, _ dialect: CSVDialect) -> [UInt8] {
    var out: [UInt8] = []
    for (index, column) in table.columns.enumerated() {
      if index > 0 { out.append(dialect.separator) }
      CSVCell.append(.string(column.name), to: &out, dialect)
    }
    out.append(newLine)
    return out
  }

  /// What is no text, number or truth value stands in a cell as JSON.
  static func encoded(
    _ table: OutputTable, rows: Range<Int>, _ dialect: CSVDialect
  ) -> [UInt8] {
    var out: [UInt8] = []
    for row in rows {
      let start = out.count
      for (index, column) in table.columns.enumerated() {
        if index > 0 { out.append(dialect.separator) }
        CSVCell.append(row, of: column.column, to: &out, dialect)
      }
      // A blank line is no row.
      if out.count == start { out += [quote, quote] }
      out.append(newLine)
    }
    return out
  }
}

package enum TSVOutput: RowwiseOutput {
  package static let key = "tsv"
  package static let summary = "tab-separated values with a header line"
  package static let endings = [".tsv", ".tab"]
  package static let inputs: [String] = []

  private static var dialect: CSVDialect {
    var dialect = CSVDialect()
    dialect.separator = UInt8(ascii: "\t")
    return dialect
  }

  package static func header(of table: OutputTable) -> [UInt8] {
    CSVOutput.header(of: table, dialect)
  }

  package static func encoded(_ table: OutputTable, rows: Range<Int>) -> [UInt8] {
    CSVOutput.encoded(table, rows: rows, dialect)
  }
}

package enum JSONLinesOutput: RowwiseOutput {
  package static let key = "jsonl"
  package static let summary = "JSON Lines, one object per row"
  package static let endings = [".jsonl", ".ndjson"]
  package static let inputs = [JSONLinesFile.key]

  package static func header(of table: OutputTable) -> [UInt8] { [] }

  package static func encoded(_ table: OutputTable, rows: Range<Int>) -> [UInt8] {
    var out: [UInt8] = []
    for row in rows {
      out += JSONValue.object(table.row(row)).text().utf8
      out.append(newLine)
    }
    return out
  }
}

package enum JSONOutput: OutputFormat {
  package static let key = "json"
  package static let summary = "JSON, an array of objects"
  package static let endings = [".json"]
  package static let inputs = [JSONFile.key, RewardBenchScores.key]

  package static func encoded(_ table: OutputTable) -> Data {
    let rows = (0..<table.count).map { JSONValue.object(table.row($0)) }
    return Data((JSONValue.array(rows).text(indent: 2) + "\n").utf8)
  }
}
