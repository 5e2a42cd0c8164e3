/// Tables written anew as typed columns: Parquet and Arrow.
package import Foundation
package import TareCore

package enum ParquetOutput: OutputFormat {
  package static let key = "parquet"
  package static let summary = "Apache Parquet, compressed with zstd"
  package static let endings = [".parquet", ".pq"]
  package static let inputs = [ParquetFile.key]

  package static func encoded(_ table: OutputTable) throws(TareError) -> Data {
    Data(try ParquetWriter.file(table.columns.map { ($0.name, $0.column) }))
  }
}

package enum ArrowOutput: OutputFormat {
  package static let key = "arrow"
  package static let summary = "Arrow IPC (Feather version 2), compressed with zstd"
  package static let endings = [".arrow", ".feather", ".ipc"]
  package static let inputs = [ArrowFile.key]

  package static func encoded(_ table: OutputTable) -> Data {
    let writer = ArrowWriter(
      table.columns.map { ($0.name, $0.column) }, count: table.count, .file)
    return Data(writer.bytes)
  }
}
