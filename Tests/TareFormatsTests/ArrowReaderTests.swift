import Foundation
import TareCore
import TareFormats
import Testing

@Suite struct ArrowReaderTests {
  @Test(arguments: ArrowSamples.files)
  func `files of other libraries read as those libraries read them`(name: String) throws {
    let table = try ArrowReader.table(ArrowSamples.bytes(name))
    let expected = try #require(ArrowSamples.expected[name]?.object)
    #expect(Set(table.columns.map(\.name)).subtracting(["__index_level_0__"]) == Set(expected.keys))
    for (column, wanted) in expected.members {
      let stored = try #require(table.columns.first { $0.name == column }).column
      let found = ArrowSamples.values(stored)
      let wanted = try #require(wanted.array)
      #expect(found.count == wanted.count)
      for (row, (found, wanted)) in zip(found, wanted).enumerated() where !found.means(wanted) {
        Issue.record("\(column), row \(row): \(found.text()), wanted \(wanted.text())")
      }
    }
  }

  @Test(arguments: ArrowSamples.files)
  func `some columns alone are the same`(name: String) throws {
    let bytes = try ArrowSamples.bytes(name)
    let whole = try ArrowReader.table(bytes)
    for (name, column) in whole.columns {
      let part = try ArrowReader.table(bytes, columns: [name])
      #expect(part.count == whole.count)
      #expect(part.columns.map(\.name) == [name])
      #expect(part.columns.first?.column == column, "\(name)")
    }
  }

  @Test func `files are recognised by their first bytes`() throws {
    for name in ArrowSamples.files where name != "old.arrows" {
      let file = try SourceFile(Data(ArrowSamples.bytes(name)))
      let found = FileFormats.registry.entries.first { $0.recognises(file) }
      #expect(found?.key == "arrow", "\(name)")
    }
    // A CSV header may begin as a file does.
    let text = try SourceFile(Data("ARROW1,score\nx,1\n".utf8))
    #expect(!ArrowFile.recognises(text))
  }

  @Test func `pandas' numbers of rows are no column, and are its index again`() throws {
    for (name, isKept) in [("pandas.arrow", true), ("pandas_named.arrow", false)] {
      let table = try readTable(Data(ArrowSamples.bytes(name)), name: name)
      let columns = try #require(ArrowSamples.expected[name]?.object).keys
      #expect(Set(table.columns) == Set(columns), "\(name)")
      let again = try ArrowReader.table(Array(table.data()))
      #expect(again.columns.contains { $0.name == "__index_level_0__" } == isKept, "\(name)")
      let account = try JSONValue(parsing: try #require(again.metadata.first?.value))
      let index = isKept ? "__index_level_0__" : "id"
      #expect(account["index_columns"] == [.string(index)], "\(name)")
    }
  }

  @Test func `texts of a dictionary are kept once each`() throws {
    for name in ["delta.arrows", "delta.arrow", "replaced.arrows"] {
      let column = try #require(ArrowReader.table(ArrowSamples.bytes(name)).columns.first?.column)
      guard case .names(_, let texts) = column.values else {
        Issue.record("\(name): no names")
        continue
      }
      let all = (0..<texts.count).map { texts[$0] }
      #expect(Set(all).count == all.count, "\(name)")
    }
  }

  @Test func `streams one behind the other are one table`() throws {
    let stream = try ArrowSamples.bytes("numbers_stream.arrows")
    let one = try ArrowReader.table(stream)
    let two = try ArrowReader.table(stream + stream)
    #expect(two.count == 2 * one.count)
    for (column, (_, first)) in zip(two.columns, one.columns) {
      let values = ArrowSamples.values(first)
      #expect(ArrowSamples.values(column.column) == values + values)
    }
    let other = try ArrowSamples.bytes("polars.arrows")
    let error = #expect(throws: TareError.self) { try ArrowReader.table(stream + other) }
    #expect(error?.description.contains("different columns than the one before it") == true)
  }

  @Test func `a limit on memory holds`() throws {
    for name in ArrowSamples.files {
      let bytes = try ArrowSamples.bytes(name)
      let error = #expect(throws: TareError.self) {
        try ArrowReader.table(bytes, maximumBytes: 16)
      }
      #expect(error?.description.contains("at most 16 bytes") == true, "\(name)")
    }
  }

  // MARK: - What is refused

  private func message(_ bytes: [UInt8]) -> String {
    do throws(TareError) {
      _ = try ArrowReader.table(bytes)
      return ""
    } catch {
      return error.description
    }
  }

  @Test func `what is not read is refused by its name`() throws {
    #expect(message(Array("FEA1".utf8) + [0, 0, 0, 0]).contains("Feather file of version 1"))
    var bigEndian = FlatWriter.bytes([
      .int16(4), .int8(1), .table([.int16(1), .tables([])]), .int64(0),
    ])
    while bigEndian.count % 8 != 0 { bigEndian.append(0) }
    let size = withUnsafeBytes(of: Int32(bigEndian.count)) { Array($0) }
    #expect(message(ArrowReader.continuation + size + bigEndian).contains("big-endian"))
    let union = FlatWriter.bytes([
      .int16(4), .int8(1),
      .table([nil, .tables([.table([.string("mixed"), .flag(true), .int8(14), .table([])])])]),
      .int64(0),
    ])
    let unionSize = withUnsafeBytes(of: Int32(union.count)) { Array($0) }
    let found = message(ArrowReader.continuation + unionSize + union)
    #expect(found.contains("column 'mixed'") && found.contains("the type union"))
  }

  @Test func `damage is named by batch, column and row`() throws {
    var texts = Texts()
    for text in ["good", "bad!", "fine"] { texts.append(text.utf8) }
    let columns = [(name: "answer", column: Column(.texts(texts)))]
    var bytes = ArrowWriter(columns, count: 3, compression: .none).bytes
    let place = try #require(bytes.firstRange(of: Array("bad!".utf8))?.lowerBound)
    bytes[place + 2] = 0xFF
    #expect(
      message(bytes)
        == "record batch 1, column 'answer', row 2: expected UTF-8 text, "
        + "found a text that is not UTF-8")
    #expect(message(Array(bytes.dropLast())).contains("a truncated Arrow file without its footer"))
  }

  @Test func `bytes that are no text become hexadecimal digits, and uuids their own text`() throws {
    // Fixed-size binary is bytes by its type: one value that is not UTF-8 makes all of them digits.
    var bytes = try ArrowSamples.bytes("texts.arrow")
    let place = try #require(bytes.firstRange(of: Array("xyzxyz".utf8))?.lowerBound)
    bytes[place] = 0xFE
    let table = try ArrowReader.table(bytes, columns: ["fixed"])
    let values = ArrowSamples.values(try #require(table.columns.first?.column))
    #expect(Array(values.prefix(4)) == ["616263", .null, "fe797a", "78797a"])
  }
}
