import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct ParquetWriterTests {
  /// A column of random values of random type.
  private func column(
    _ random: inout Xoshiro256, rows: Int, depth: Int = 0
  ) -> Column {
    func missing() -> [Bool]? {
      guard random.next(below: 2) == 0 else { return nil }
      // One is there at least, so that the column keeps its type.
      return (0..<rows).map { $0 > 0 && random.next(below: 3) == 0 }
    }
    func text() -> String {
      let words = ["", "a", "Grüße", "日本語", "x\u{0}y", "chosen", "0.5", "🙂 two words"]
      return words[random.next(below: words.count)] + "\(random.next(below: 30))"
    }
    let wide = random.next(below: 2) == 0
    switch random.next(below: depth < 3 ? 8 : 5) {
    case 0:
      return Column(.bools((0..<rows).map { _ in random.next(below: 2) == 0 }), missing: missing())
    case 1:
      let values = (0..<rows).map { _ in
        wide ? Int64(bitPattern: random.next()) : Int64(random.next(below: 9)) - 4
      }
      return Column(.integers(values), missing: missing())
    case 2:
      let values = (0..<rows).map { _ in
        wide ? Double(random.next(below: 1 << 50)) / 1024 : Double(random.next(below: 5)) - 2
      }
      return Column(.numbers(values), missing: missing())
    case 3:
      var texts = Texts()
      for _ in 0..<rows { texts.append(text().utf8) }
      return Column(.texts(texts), missing: missing())
    case 4:
      var texts = Texts()
      for index in 0..<5 { texts.append("name \(index)".utf8) }
      return Column(
        .names(codes: (0..<rows).map { _ in Int32(random.next(below: 5)) }, texts: texts),
        missing: missing())
    case 5, 6:
      var starts = [0]
      for row in 0..<rows { starts.append(starts[row] + (row == 0 ? 2 : random.next(below: 4))) }
      let elements = column(&random, rows: starts[rows], depth: depth + 1)
      return Column(.lists(starts: starts, elements: elements), missing: missing())
    default:
      let members = (0...random.next(below: 3)).map { index in
        Column.Member(
          name: "member \(index)", column: column(&random, rows: rows, depth: depth + 1))
      }
      return Column(.objects(members, count: rows), missing: missing())
    }
  }

  private func expectSame(
    _ found: [(name: String, column: Column)], _ expected: [(name: String, column: Column)],
    _ comment: String
  ) {
    #expect(found.map(\.name) == expected.map(\.name), "\(comment)")
    for ((name, one), (_, other)) in zip(found, expected) {
      #expect(one.count == other.count, "\(comment), \(name)")
      let bad = (0..<min(one.count, other.count)).first { one[$0] != other[$0] }
      if let bad {
        Issue.record("\(comment), \(name), row \(bad): \(one[bad]) in place of \(other[bad])")
      }
    }
  }

  @Test(arguments: 0..<40)
  func `what is written is read again`(seed: Int) throws {
    var random = Xoshiro256(seed: UInt64(seed))
    let rows = 1 + random.next(below: seed % 4 == 0 ? 3 : 400)
    let columns = (0...random.next(below: 5)).map { index in
      (name: "c\(index)", column: column(&random, rows: rows))
    }
    var options = ParquetWriter.Options()
    let all = ParquetWriter.Compression.allCases
    options.compression = all[seed % all.count]
    options.rowGroupRows = 1 + random.next(below: 500)
    options.statistics = seed % 2 == 0
    let bytes = try ParquetWriter.file(columns, options)
    let reader = try ParquetReader(bytes)
    #expect(reader.count == rows)
    expectSame(try reader.columns(), columns, "seed \(seed)")
  }

  @Test func `row groups go to the sink as they are written`() throws {
    var bytes: [UInt8] = []
    var writer = ParquetWriter { bytes += $0 }
    let first = Column(.integers([1, 2]))
    try writer.write([("n", first), ("t", Column([.string("a"), .null]))])
    let early = bytes.count
    #expect(early > 4)
    // Rows in which a column has no value fit any column.
    try writer.write([("n", Column(.integers([3]))), ("t", Column(.nothing(count: 1)))])
    #expect(bytes.count > early)
    let error = #expect(throws: TareError.self) {
      try writer.write([("n", Column(.bools([true]))), ("t", Column([.string("a")]))])
    }
    #expect(error?.description.hasPrefix("column 'n': expected ") == true)
    #expect(
      error?.description.hasSuffix("found values of a different type than in the rows before")
        == true)
    let other = #expect(throws: TareError.self) { try writer.write([("x", first)]) }
    #expect(other?.description.contains("'n', 't'") == true)
    try writer.finish()
    let columns = try ParquetReader(bytes).columns()
    #expect((0..<3).map { columns[0].column[$0] } == [1, 2, 3])
    #expect((0..<3).map { columns[1].column[$0] } == ["a", .null, .null])
  }

  @Test func `tables without rows or columns are files`() throws {
    let empty = try ParquetReader(ParquetWriter.file([("a", Column(.numbers([])))]))
    #expect(empty.count == 0 && empty.columnNames == ["a"])
    #expect(try empty.columns().map(\.column.count) == [0])
    let none = try ParquetReader(ParquetWriter.file([]))
    #expect(none.count == 0 && none.columnNames.isEmpty)
    #expect(throws: TareError.self) {
      try ParquetWriter.file([("o", Column(.objects([], count: 1)))])
    }
  }

  @Test func `texts that repeat are written once`() throws {
    let words = (0..<20_000).map { JSONValue.string("a rather long name, number \($0 % 10)") }
    var options = ParquetWriter.Options()
    options.compression = .none
    let bytes = try ParquetWriter.file([("w", Column(words))], options)
    #expect(bytes.count < 20_000)
  }

  // MARK: - Tables of files

  /// As `data(adding:)` leaves it: every column in its own type, and the new one.
  @Test(arguments: ParquetFixtures.names.filter { !["pyarrow_empty"].contains($0) })
  func `a table is written back as it was, with columns added`(name: String) throws {
    let bytes = try ParquetFixtures.bytes(name)
    let table = try readTable(Data(bytes), name: name)
    #expect(table.format == "parquet")
    let added = TableColumn(name: "added", values: table.rows.map { .double(Double($0) + 0.5) })
    let written = try Array(table.data(adding: [added]))
    let before = try ParquetReader(bytes)
    let after = try ParquetReader(written)
    #expect(after.columnNames == before.columnNames + ["added"])
    let columns = try after.columns()
    for ((_, one), (name, other)) in zip(columns, try before.columns()) {
      #expect(ParquetFixtures.plain(one) == ParquetFixtures.plain(other), "\(name)")
    }
    #expect(
      ParquetFixtures.plain(columns[columns.count - 1].column)
        == added.values.map(ParquetFixtures.plain))
    // Some of the rows, in another order; a column in place of one that is there.
    let first = try #require(table.columns.first)
    let rows = Array(table.rows.reversed().prefix(5))
    let some = table.selecting(rows)
    let replacing = TableColumn(name: first, values: rows.map { .int($0) })
    let picked = try ParquetReader(Array(some.data(adding: [replacing]))).columns()
    #expect(picked.map(\.name) == table.columns)
    for ((_, one), (name, other)) in zip(picked, try before.columns()) where name != first {
      let wanted = ParquetFixtures.plain(other)
      #expect(ParquetFixtures.plain(one) == rows.map { wanted[$0] }, "\(name)")
    }
    #expect(ParquetFixtures.plain(picked[0].column) == rows.map { .int($0) })
  }

  @Test func `added values that Parquet has no form for are written as JSON`() throws {
    let bytes = try ParquetWriter.file([("a", Column(.integers([1, 2])))])
    let table = try readTable(Data(bytes), name: "in")
    let deep = (0..<100).reduce(JSONValue.int(7)) { value, _ in .array([value]) }
    let added = [
      TableColumn(name: "deep", values: [deep, .null]),
      TableColumn(name: "mixed", values: [1, "x"]),
      TableColumn(name: "empty", values: [.object([:]), .object([:])]),
    ]
    let columns = try ParquetReader(Array(table.data(adding: added))).columns()
    #expect(columns.map(\.name) == ["a", "deep", "mixed", "empty"])
    #expect(columns[1].column[0] == .string(deep.text()) && columns[1].column[1] == .null)
    #expect(columns[2].column[0] == "1" && columns[2].column[1] == "x")
    #expect(columns[3].column[0] == "{}")
  }

  @Test func `scores and conversations are read from Parquet`() throws {
    let columns: [(name: String, column: Column)] = [
      ("id", Column(["a", "a", "b", "b"])), ("score", Column([1.5, 2, .int(-1), 0.25])),
      ("length", Column([10, 20, 30, 40])),
    ]
    let table = try ScoreTable(readTable(Data(ParquetWriter.file(columns)), name: "in"))
    #expect(table.responses.map(\.score) == [1.5, 2, -1, 0.25])
    #expect(table.responses.map(\.promptID) == ["a", "a", "b", "b"])
    let turns: JSONValue = [
      ["role": "user", "content": "hi"], ["role": "assistant", "content": "yes"],
    ]
    let other: JSONValue = [
      ["role": "user", "content": "hi"], ["role": "assistant", "content": "no"],
    ]
    let pairs = try ParquetWriter.file([("chosen", Column([turns])), ("rejected", Column([other]))])
    let sets = try readCandidates(Data(pairs), name: "in")
    #expect(sets.count == 1 && sets[0].responses.map(\.text) == ["yes", "no"])
    let scores = try ParquetWriter.file([("score", Column(.numbers([1, .nan])))])
    let error = #expect(throws: TareError.self) {
      try readTable(Data(scores), name: "in").numbers(in: "score")
    }
    #expect(
      error?.description == "in, row 2, column 'score': expected a finite number, found 'NaN'")
  }

  /// Files for Fixtures/parquet/check_written.py, which reads them with the real libraries.
  static let checked = ProcessInfo.processInfo.environment["TARE_WRITTEN_PARQUET"]

  @Test(.enabled(if: checked != nil), arguments: ParquetFixtures.names)
  func `files for the real libraries`(name: String) throws {
    let folder = URL(filePath: try #require(Self.checked))
    let bytes = try ParquetFixtures.bytes(name)
    let columns = try ParquetReader(bytes).columns()
    var options = ParquetWriter.Options()
    let all = ParquetWriter.Compression.allCases
    options.compression = all[name.utf8.count % all.count]
    options.rowGroupRows = 70
    let written = try ParquetWriter.file(columns, options)
    try Data(written).write(to: folder.appending(path: "\(name).columns.parquet"))
    #expect(try ParquetReader(written).count == columns.first?.column.count)
    guard name != "pyarrow_empty" else { return }
    let table = try readTable(Data(bytes), name: name)
    let added = TableColumn(name: "added", values: table.rows.map { .int($0) })
    try table.data(adding: [added]).write(to: folder.appending(path: "\(name).table.parquet"))
  }
}
