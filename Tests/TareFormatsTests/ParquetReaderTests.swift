import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct ParquetReaderTests {
  @Test func `there are files of every library`() {
    for library in ["pyarrow", "pandas", "polars", "duckdb", "fastparquet", "datasets"] {
      #expect(ParquetFixtures.names.contains { $0.hasPrefix(library) }, "\(library)")
    }
  }

  @Test(arguments: ParquetFixtures.names)
  func `the columns are those that the library reads`(name: String) throws {
    let expected = try ParquetFixtures.values(name)
    let reader = try ParquetReader(ParquetFixtures.bytes(name))
    #expect(reader.columnNames == expected.keys)
    for threads in [1, 3] {
      for (column, values) in try reader.columns(threads: threads) {
        let wanted = try #require(expected[column]?.array).map(ParquetFixtures.plain)
        let found = ParquetFixtures.plain(values)
        #expect(found.count == wanted.count && found.count == reader.count)
        let bad = zip(found, wanted).enumerated().first { $1.0 != $1.1 }
        if let bad {
          Issue.record(
            "\(column), row \(bad.offset): \(bad.element.0) in place of \(bad.element.1)")
        }
      }
    }
  }

  @Test func `only the columns that are asked for are decoded, in the order asked`() throws {
    var bytes = try ParquetFixtures.bytes("pyarrow_plain")
    // The first data of the file are those of the first column.
    for offset in 40..<60 { bytes[offset] = 0xFF }
    let reader = try ParquetReader(bytes)
    let columns = try reader.columns(["length", "score"])
    #expect(columns.map(\.name) == ["length", "score"])
    let error = #expect(throws: TareError.self) { try reader.columns(["id"]) }
    #expect(error?.description.contains("column 'id', row group 1: ") == true, "\(error as Any)")
    let unknown = #expect(throws: TareError.self) { try reader.columns(["x"]) }
    #expect(unknown?.description.contains("no column 'x'") == true)
  }

  @Test func `a file is read from memory that it is mapped into`() throws {
    let path = ParquetFixtures.folder.appending(path: "polars.parquet").path
    let mapped = try ParquetReader(path: path)
    let read = try ParquetReader(ParquetFixtures.bytes("polars"))
    for (one, other) in zip(try mapped.columns(), try read.columns()) {
      #expect(one.name == other.name && one.column == other.column)
    }
    let error = #expect(throws: TareError.self) { try ParquetReader(path: path + ".none") }
    #expect(error?.description.contains("polars.parquet.none: ") == true)
  }

  @Test func `columns of few different texts are codes`() throws {
    let reader = try ParquetReader(ParquetFixtures.bytes("pyarrow_v2"))
    let column = try #require(try reader.columns(["id"]).first?.column)
    guard case .names(let codes, let texts) = column.values else {
      Issue.record("no codes")
      return
    }
    // Three row groups with a dictionary each.
    #expect(codes.count == 300 && texts.count == 75)
    #expect(codes == (0..<300).map { Int32($0 / 4) })
  }

  @Test func `what cannot be read is refused by its name`() throws {
    let brotli = try ParquetReader(ParquetFixtures.bytes("refused_brotli"))
    #expect(
      throws: TareError.badData(
        place: "column 'id', row group 1", found: "the compression BROTLI",
        accepted: "UNCOMPRESSED, SNAPPY, GZIP, ZSTD or LZ4_RAW")
    ) { try brotli.columns() }
    let text = try ParquetReader(ParquetFixtures.bytes("refused_utf8"))
    #expect(
      throws: TareError.badData(
        place: "column 'text', row 3", found: "bytes that are not UTF-8", accepted: "UTF-8 text")
    ) { try text.columns() }
    var encrypted = try ParquetFixtures.bytes("polars")
    encrypted.replaceSubrange((encrypted.count - 4)..., with: Array("PARE".utf8))
    let error = #expect(throws: TareError.self) { try ParquetReader(encrypted) }
    #expect(error?.description.contains("encrypted") == true)
  }

  @Test func `a file's footer names its columns and is read by itself`() throws {
    let folder = try TemporaryFolder()
    let file = Data(try ParquetFixtures.bytes("polars"))
    let footer = try #require(ParquetFile.footer(of: folder.file("a.parquet", file)))
    #expect(footer.count < file.count && file.suffix(footer.count) == footer)
    for column in try ParquetReader(ParquetFixtures.bytes("polars")).columns() {
      #expect(footer.range(of: Data(column.name.utf8)) != nil)
    }
    for other in [Data(), Data("PAR1".utf8), Data("a,b\n1,2\n".utf8), Data(file.dropLast())] {
      #expect(ParquetFile.footer(of: try folder.file("b.parquet", other)) == nil)
    }
    #expect(ParquetFile.footer(of: folder.path("none")) == nil)
  }

  @Test func `decoded values have a limit`() throws {
    let bytes = try ParquetFixtures.bytes("pyarrow_v2")
    let error = #expect(throws: TareError.self) {
      try ParquetReader(bytes, maximumBytes: 20_000).columns(threads: 1)
    }
    #expect(error?.description.contains("at most 20000 bytes") == true, "\(error as Any)")
    _ = try ParquetReader(bytes, maximumBytes: 2_000_000).columns()
  }
}
