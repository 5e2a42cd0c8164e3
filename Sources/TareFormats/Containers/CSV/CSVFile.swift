/// Comma-separated values with a header line; also by semicolons, tabs and bars.
package import TareCore

package enum CSVFile: FileFormat {
  package static let key = "csv"
  package static let summary =
    "CSV with a header line, separated by commas, semicolons, tabs or bars"
  package static let example = "prompt_id,score,length\n7,2.5,120"

  package static func recognises(_ file: SourceFile) -> Bool {
    if case .text = file.opening { true } else { false }
  }

  package static func rows(of file: SourceFile) throws(TareError) -> SourceRows {
    try CSVTable(file.bytes).sourceRows
  }

  package static func table(of file: SourceFile) throws(TareError) -> any TableRows {
    try CSVTable(file.bytes, skipsBadRows: file.skipsBadRows)
  }
}
