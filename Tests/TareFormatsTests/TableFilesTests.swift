import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

/// Folders of Parquet files as one table.
@Suite struct TableFilesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(
    _ name: String, _ columns: [(String, [JSONValue])]
  ) throws {
    let file = try ParquetWriter.file(columns.map { (name: $0.0, column: Column($0.1)) })
    _ = try folder.file(name, Data(file))
  }

  private func table(_ path: String? = nil) throws -> DataTable {
    let files = try #require(try TableFiles(path ?? folder.url.path))
    return try readTable(files.content(), name: "parts")
  }

  private func message(_ path: String? = nil) -> String {
    do {
      _ = try TableFiles(path ?? folder.url.path)?.content()
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: ParquetFixtures.names)
  func `a file twice is a table of twice its rows`(name: String) throws {
    let bytes = try ParquetFixtures.bytes(name)
    for part in ["b", "a"] { _ = try folder.file("\(part).parquet", Data(bytes)) }
    _ = try folder.file("_metadata", Data("no table".utf8))
    _ = try folder.file(".a.parquet.crc", Data("crc".utf8))
    _ = try folder.file("README.md", Data("# Parts".utf8))
    let files = try #require(try TableFiles(folder.url.path))
    let joined = try ParquetReader(Array(files.content()))
    let alone = try ParquetReader(bytes)
    #expect(joined.count == 2 * alone.count && joined.columnNames == alone.columnNames)
    for (twice, once) in zip(try joined.columns(), try alone.columns()) {
      let values = ParquetFixtures.plain(once.column)
      #expect(ParquetFixtures.plain(twice.column) == values + values, "\(once.name)")
    }
  }

  @Test func `rows follow one another in the order of the names, columns in that of the first`()
    throws
  {
    try write("part-1.parquet", [("score", [.double(3)]), ("id", ["c"])])
    try write("part-0.parquet", [("id", ["a", "b"]), ("score", [.double(1), .null])])
    let table = try table()
    #expect(table.columns == ["id", "score"])
    #expect(try table.values(in: "id") == ["a", "b", "c"])
    #expect(try table.values(in: "score") == [.double(1), .null, .double(3)])
    let again = try readTable(table.data(), name: "again")
    #expect(try again.values(in: "id") == ["a", "b", "c"])
  }

  @Test func `files of other columns are named`() throws {
    try write("a.parquet", [("id", ["a"]), ("score", [.double(1)])])
    try write("b.parquet", [("id", ["a"]), ("reward", [.double(1)])])
    #expect(message().shows("b.parquet: expected …, found no column 'score'"))
    #expect(message().contains("a.parquet: 'id', 'score'"))
    try write("b.parquet", [("id", ["a"]), ("score", [.int(1)])])
    #expect(message().shows("b.parquet, column 'score': expected …, found int64"), "\(message())")
    #expect(message().contains("double, as in "))
    try write("b.parquet", [("id", ["a"]), ("score", [.double(1)]), ("note", ["n"])])
    #expect(message().shows("b.parquet: expected …, found the column 'note'"))
    _ = try folder.file("b.parquet", Data("PAR1".utf8))
    #expect(message().shows("b.parquet: expected …, found 4 bytes"))
  }

  @Test func `nothing in a folder is left out or put together without a word`() throws {
    for name in ["train", "test"] { try write("\(name).parquet", [("id", [.string(name)])]) }
    #expect(message().contains("the splits 'test', 'train'"))
    #expect(message().contains("/train*.parquet'"))
    #expect(try table(folder.path("train*.parquet")).values(in: "id") == ["train"])
    try FileManager.default.removeItem(atPath: folder.path("test.parquet"))
    _ = try folder.file("dataset_infos.json", Data("{}".utf8))
    #expect(try table().values(in: "id") == ["train"])
    _ = try folder.file("more.jsonl", Data("{}".utf8))
    #expect(message().contains("'more.jsonl' among Parquet files"))
  }

  @Test func `of several splits one is named by a pattern, and a split is whole`() throws {
    for (name, id) in [
      ("train-00000-of-00002", "a"), ("train-00001-of-00002", "b"), ("test-00000-of-00001", "c"),
    ] { try write("\(name).parquet", [("id", [.string(id)])]) }
    #expect(message().contains("the splits 'test', 'train'"))
    #expect(message().contains("/train-*.parquet'"))
    #expect(try table(folder.path("train-*.parquet")).values(in: "id") == ["a", "b"])
    #expect(try table(folder.path("t*0-of-*")).values(in: "id") == ["c", "a"])
    #expect(message(folder.path("dev-*.parquet")).contains("no Parquet file that matches"))
    for name in ["test-00000-of-00001", "train-00000-of-00002"] {
      try FileManager.default.removeItem(atPath: folder.path("\(name).parquet"))
    }
    #expect(message().contains("1 of the 2 files of 'train'"))
  }
}
