/// CSV for spreadsheets: as CSV, but no text cell runs as a formula.
internal import Foundation
internal import TareCore

package enum SafeCSVOutput: RowwiseOutput {
  package static let key = "safe-csv"
  package static let summary = "CSV whose text cells no spreadsheet runs as formulas"
  /// It is written where it is asked for.
  package static let endings: [String] = []
  package static let inputs = CSVOutput.inputs
  package static let layoutKey = CSVOutput.key
  package static let neutralizesFormulas = true

  package static func header(of table: OutputTable) -> [UInt8] {
    neutral(CSVOutput.header(of: table))
  }

  package static func encoded(_ table: OutputTable, rows: Range<Int>) -> [UInt8] {
    neutral(CSVOutput.encoded(table, rows: rows))
  }

  /// Whole lines.
  private static func neutral(_ lines: [UInt8]) -> [UInt8] {
    Array(FormulaFilter.whole(Data(lines)))
  }
}
