import Foundation
import TareCore
import TareFormats
import Testing

@Suite struct ArrowWriterTests {
  /// Columns of every type, nested at random, with and without missing values.
  private struct Maker {
    var random: Xoshiro256

    mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }

    mutating func text() -> String {
      let long = String(repeating: "long ", count: 40)
      let words = ["", "a", "ß", "日本", "prompt-12", long, "\u{0}"]
      return words[below(words.count)]
    }

    mutating func missing(_ rows: Int) -> [Bool]? {
      switch below(3) {
      case 0: nil
      case 1: (0..<rows).map { _ in below(4) == 0 }
      default: (0..<rows).map { $0 % 7 == 3 }
      }
    }

    mutating func texts(_ count: Int) -> Texts {
      var texts = Texts()
      for _ in 0..<count { texts.append(text().utf8) }
      return texts
    }

    mutating func column(_ rows: Int, depth: Int = 0) -> Column {
      let missing = missing(rows)
      switch below(depth < 3 ? 8 : 5) {
      case 0: return Column(.bools((0..<rows).map { _ in below(2) == 0 }), missing: missing)
      case 1:
        return Column(
          .integers((0..<rows).map { _ in Int64(bitPattern: random.next()) }), missing: missing)
      case 2:
        let numbers = (0..<rows).map { _ in Double(Int64(bitPattern: random.next())) / 1e9 }
        return Column(.numbers(numbers), missing: missing)
      case 3: return Column(.texts(texts(rows)), missing: missing)
      case 4:
        var texts = Texts()
        for name in 0...below(5) { texts.append("name \(name)".utf8) }
        let codes = (0..<rows).map { row in
          // What a missing row has for a code is no code.
          missing?[row] == true ? Int32(-7) : Int32(below(texts.count))
        }
        return Column(.names(codes: codes, texts: texts), missing: missing)
      case 5:
        var starts = [below(2)]
        for _ in 0..<rows { starts.append(starts.last.map { $0 + below(4) } ?? 0) }
        let elements = column((starts.last ?? 0) + below(2), depth: depth + 1)
        return Column(.lists(starts: starts, elements: elements), missing: missing)
      case 6:
        let members = (0..<below(3)).map { number in
          Column.Member(name: "m\(number)", column: column(rows, depth: depth + 1))
        }
        return Column(.objects(members, count: rows), missing: missing)
      default: return Column(.nothing(count: rows))
      }
    }
  }

  @Test(
    arguments: [ArrowWriter.Layout.file, .stream], [ArrowWriter.Compression.none, .lz4, .zstd])
  func `what was written is read again`(
    layout: ArrowWriter.Layout, compression: ArrowWriter.Compression
  ) throws {
    for seed in 0..<60 {
      var maker = Maker(random: Xoshiro256(seed: UInt64(seed)))
      let rows = [0, 1, 7, 8, 9, 64, 200][seed % 7]
      let columns = (0...maker.below(5)).map { ("c\($0)", maker.column(rows)) }
      let writer = ArrowWriter(
        columns, count: rows, layout, compression: compression,
        metadata: [("key", "value")], rowsPerBatch: [3, 8, 1000][seed % 3])
      let bytes = writer.bytes
      let table = try ArrowReader.table(bytes)
      #expect(table.count == rows)
      #expect(table.layout == layout)
      #expect(table.metadata.map(\.key) == ["key"] && table.metadata.map(\.value) == ["value"])
      #expect(table.columns.map(\.name) == columns.map(\.0))
      for ((_, written), (name, found)) in zip(columns, table.columns) {
        let wanted = ArrowSamples.values(written)
        #expect(ArrowSamples.values(found) == wanted, "seed \(seed), \(name)")
      }
      // What was read is what is read again, column for column.
      let again = ArrowWriter(
        table.columns, count: rows, layout, compression: compression,
        metadata: [("key", "value")], rowsPerBatch: [3, 8, 1000][seed % 3])
      let same = try ArrowReader.table(again.bytes)
      #expect(same.columns.map(\.column) == table.columns.map(\.column))
    }
  }

  @Test func `numbers that are not finite stay`() throws {
    let values: [Double] = [.nan, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude]
    let table = try ArrowReader.table(
      ArrowWriter([("x", Column(.numbers(values)))], count: values.count).bytes)
    guard case .numbers(let found)? = table.columns.first?.column.values else {
      Issue.record("no numbers")
      return
    }
    #expect(found.map(\.bitPattern) == values.map(\.bitPattern))
  }

  @Test func `a table gets columns and is written as it was`() throws {
    for name in ArrowSamples.files where name != "old.arrows" {
      let table = try readTable(Data(ArrowSamples.bytes(name)), name: name)
      let count = table.rows.count
      let score = TableColumn(
        name: "calibrated", values: (0..<count).map { .double(Double($0) / 2) })
      let first = try #require(table.columns.first)
      let replaced = TableColumn(name: first, values: (0..<count).map { .string("r\($0)") })
      let again = try readTable(table.data(adding: [score, replaced]), name: name)
      #expect(again.columns == table.columns + ["calibrated"], "\(name)")
      #expect(try again.values(in: "calibrated") == score.values, "\(name)")
      #expect(try again.values(in: first) == replaced.values, "\(name)")
      for column in table.columns.dropFirst() {
        #expect(try again.values(in: column) == table.values(in: column), "\(name), \(column)")
      }
      let rows = try ArrowFile.table(of: SourceFile(Data(ArrowSamples.bytes(name))))
      let some = try readTable(Data(rows.encoded([count - 1, 0], adding: [])), name: name)
      #expect(try some.values(in: first) == rows.values(of: first, in: [count - 1, 0]), "\(name)")
    }
  }

  @Test(arguments: ArrowSamples.files.filter { $0 != "old.arrows" })
  func `columns are copied as they stand, types and all`(name: String) throws {
    let table = try readTable(Data(ArrowSamples.bytes(name)), name: name)
    let score = TableColumn(name: "calibrated", values: table.rows.map { .double(Double($0)) })
    let once = try table.data(adding: [score])
    // What was added is replaced by itself, and what was copied is copied again.
    #expect(try readTable(once, name: name).data(adding: [score]) == once)
    // Of a type nothing else tells the zone.
    let zone = Data("Europe/Berlin".utf8)
    let before = try Data(ArrowSamples.bytes(name)).range(of: zone)
    #expect((once.range(of: zone) == nil) == (before == nil))
  }

  private static let written = ProcessInfo.processInfo.environment["TARE_WRITTEN_ARROW"]

  /// Fixtures/arrow/check_written.py reads them with other libraries.
  @Test(.enabled(if: written != nil))
  func `files for other libraries`() throws {
    let folder = URL(filePath: try #require(Self.written))
    for name in ArrowSamples.files {
      let table = try ArrowReader.table(ArrowSamples.bytes(name))
      for compression in [ArrowWriter.Compression.none, .lz4, .zstd] {
        for (layout, end) in [(ArrowWriter.Layout.file, "arrow"), (.stream, "arrows")] {
          let bytes = ArrowWriter(
            table.columns, count: table.count, layout, compression: compression
          ).bytes
          let file = folder.appending(path: "\(name).\(layout).\(compression).\(end)")
          try Data(bytes).write(to: file)
          #expect(try ArrowReader.table(bytes).count == table.count)
        }
      }
    }
  }
}
