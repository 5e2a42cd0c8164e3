import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct CSVColumnReaderTests {
  private let samples: CSVSamples

  init() throws { samples = try CSVSamples() }

  private func withoutMark(_ bytes: [UInt8]) -> [UInt8] {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
  }

  // MARK: - The grammar

  @Test func `cells are those of the plain parser, wherever the pieces end`() throws {
    var generator = SplitMix(state: 11)
    for _ in 0..<150 {
      let bytes = CSVSamples.random(&generator)
      let expected = CSVPlainParser.rows(withoutMark(bytes))
      try #require(expected.broken == nil)
      guard expected.rows.count > 1 else { continue }
      for pieceSize in [1, 2, 3, 5, 7, 8, 16, 31, 64, 1 << 20] {
        let found = try samples.cells(bytes, pieceSize: pieceSize)
        #expect(
          found.cells == expected.rows.dropFirst().map(\.cells),
          "\(String(decoding: bytes, as: UTF8.self).debugDescription) in pieces of \(pieceSize)")
        #expect(found.error == nil)
      }
    }
  }

  @Test func `broken files end at the same line as in the plain parser`() throws {
    var generator = SplitMix(state: 12)
    for _ in 0..<1500 {
      let bytes = CSVSamples.soup(&generator)
      let text = String(decoding: bytes, as: UTF8.self).debugDescription
      let expected = CSVPlainParser.rows(bytes)
      let pieceSize = Int.random(in: 1...64, using: &generator)
      let found = try samples.cells(bytes, pieceSize: pieceSize)
      if let broken = expected.broken {
        #expect(found.error?.description.contains(", line \(broken.line)") == true, "\(text)")
      } else if expected.rows.count > 1 {
        #expect(found.error == nil, "\(text)")
        #expect(found.cells == expected.rows.dropFirst().map(\.cells), "\(text)")
      }
    }
  }

  @Test func `the table in memory skips the same rows, wherever the pieces end`() throws {
    var generator = SplitMix(state: 13)
    for _ in 0..<1000 {
      let bytes = CSVSamples.soup(&generator)
      let text = String(decoding: bytes, as: UTF8.self).debugDescription
      let found = try samples.cells(
        bytes, pieceSize: Int.random(in: 1...64, using: &generator), skipsBadRows: true)
      guard !found.cells.isEmpty else { continue }
      let table = try readTable(Data(bytes), name: samples.path, format: "csv", skipsBadRows: true)
      #expect(found.skipped.lines == table.skipped.lines, "\(text)")
      #expect(found.skipped.kinds == table.skipped.kinds, "\(text)")
      let columns = try table.columns.map { try table.values(in: $0).map { $0.string ?? "" } }
      #expect(found.cells.map { $0[0] } == columns[0], "\(text)")
      #expect(found.cells.map { $0[1] } == columns[1], "\(text)")
    }
  }

  @Test func `reading goes on at the next whole row behind a quote that is never closed`() throws {
    let text = "x,y\n1,2\n3,\"four\n5,6\n7\n8,9\n"
    let found = try samples.cells(Array(text.utf8), skipsBadRows: true)
    #expect(found.cells == [["1", "2"], ["5", "6"], ["8", "9"]])
    #expect(found.skipped.lines == [3, 5])
    #expect(found.skipped.kinds == [.brokenQuotes: 1, .cellCount: 1])
  }

  @Test func `lines that hold no whole row belong to the broken one before them`() throws {
    let text = "x,y\n\"a\"b,\nc\nd,\"e\n1,2\n"
    let found = try samples.cells(Array(text.utf8), skipsBadRows: true)
    #expect(found.cells == [["1", "2"]])
    #expect(found.skipped.kinds == [.brokenQuotes: 1])
    #expect(found.skipped.lines == [2])
  }

  // MARK: - Bad rows

  static let bad: [(row: [UInt8], SkippedRows.Kind, message: String)] = [
    (
      Array("a,,1".utf8), .noNumber,
      ", line 3, column 'score': expected a finite number, found an empty cell"
    ),
    (
      Array("a,x,1".utf8), .noNumber,
      ", line 3, column 'score': expected a finite number, found 'x'"
    ),
    (Array("a,0x1F,1".utf8), .noNumber, ", line 3, column 'score': expected …, found '0x1F'"),
    (Array("a,1 2,1".utf8), .noNumber, ", line 3, column 'score': expected …, found '1 2'"),
    (
      Array("a,nan,1".utf8), .notFinite,
      ", line 3, column 'score': expected a finite number, found 'nan'"
    ),
    (
      Array("a,-Infinity,1".utf8), .notFinite,
      ", line 3, column 'score': expected …, found '-Infinity'"
    ),
    (Array("a,1e999,1".utf8), .notFinite, ", line 3, column 'score': expected …, found '1e999'"),
    (Array("a,\"n\"\"a\",1".utf8), .noNumber, ", line 3, column 'score': expected …, found 'n\"a'"),
    (
      Array("a,1,maybe".utf8), .noLabel,
      ", line 3, column 'gold': expected labels of one kind…, found 'maybe'"
    ),
    (Array(",1,1".utf8), .noID, ", line 3, column 'id': expected the prompt's id, found no value"),
    (Array("a,1".utf8), .cellCount, ", line 3: expected 3 cells, as in the header, found 2 cells"),
    (
      Array("a,1,1,".utf8), .cellCount,
      ", line 3: expected 3 cells, as in the header, found 4 cells"
    ),
    (
      Array("\"a\nb\"c,1,1,1".utf8), .brokenQuotes,
      ", line 4, column 'id': expected …, found text after the closing quote of a cell"
    ),
    (
      Array("a,\"1,1".utf8), .brokenQuotes,
      ", line 3, column 'score': expected …, found a quote that is nev"
    ),
    (
      Array("a,1,".utf8) + [0xE9], .brokenUTF8,
      ", line 3, column 'gold': expected UTF-8 text, found bytes that are not UTF-8 (0xE9)"
    ),
    (
      Array("\"ü\n".utf8) + [0xC3] + Array("\",1,0".utf8), .brokenUTF8,
      ", line 4, column 'id': expected …, found bytes that are not UTF-8 (0xC3)"
    ),
  ]

  @Test(arguments: bad)
  func `a bad row is refused with line and column, or skipped and counted`(
    _ row: [UInt8], _ kind: SkippedRows.Kind, _ message: String
  ) throws {
    let bytes = Array("id,score,gold\nä,1,0\n".utf8) + row + Array("\nb,2,1\nb,3,0.5\n".utf8)
    let columns = CSVColumns(
      numbers: ["score"], names: [.init("id", isNeeded: true)], labels: [.init("gold", .needed)])
    for pieceSize in [1, 3, 1 << 20] {
      var strict = try samples.reader(bytes, columns, pieceSize: pieceSize)
      let error = #expect(throws: TareError.self) { while try strict.nextBlock() {} }
      #expect(error?.description.begins(samples.path + message) == true, "\(error as Any)")
      var lenient = try samples.reader(bytes, columns, pieceSize: pieceSize, skipsBadRows: true)
      var scores: [Double] = []
      var ids: [Int32] = []
      var labels: [Double] = []
      while try lenient.nextBlock() {
        scores += lenient.block.numbers[0]
        ids += lenient.block.names[0]
        labels += lenient.block.labels[0]
      }
      #expect(scores == [1, 2, 3])
      #expect(ids == [0, 1, 1])
      #expect(lenient.names[0].all == ["ä", "b"])
      #expect(labels == [0, 1, 0.5])
      #expect(lenient.count == 3)
      #expect(lenient.skipped.kinds == [kind: 1])
      #expect(lenient.skipped.lines.count == 1)
    }
  }

  @Test func `a file without a good row says what is wrong with the first`() throws {
    var reader = try samples.reader(
      Array("score\nx\ny\n".utf8), CSVColumns(numbers: ["score"]), skipsBadRows: true)
    let error = #expect(throws: TareError.self) { _ = try reader.nextBlock() }
    #expect(error?.description.shows("line 2, column 'score': expected …, found 'x'") == true)
    var empty = try samples.reader(Array("score\n\n".utf8), CSVColumns(numbers: ["score"]))
    let other = #expect(throws: TareError.self) { _ = try empty.nextBlock() }
    #expect(other?.description.contains("a header without rows") == true)
  }

  @Test func `a column that is not there is named`() throws {
    let error = #expect(throws: TareError.self) {
      _ = try samples.reader(Array("a,b\n1,2\n".utf8), CSVColumns(numbers: ["c"]))
    }
    #expect(error?.description.hasSuffix("expected one of 'a', 'b', found no column 'c'") == true)
  }

  @Test func `the first lines of many bad rows are kept`() throws {
    let text = "score\n" + (0..<30).map { $0.isMultiple(of: 2) ? "1\n" : "-\n" }.joined()
    var reader = try samples.reader(
      Array(text.utf8), CSVColumns(numbers: ["score"]), skipsBadRows: true)
    while try reader.nextBlock() {}
    #expect(reader.skipped.count == 15)
    #expect(reader.skipped.lines == Array(stride(from: 3, through: 21, by: 2)))
    #expect(
      reader.skipped.json.text()
        == #"{"count":15,"lines":[3,5,7,9,11,13,15,17,19,21],"kinds":{"no_number":15}}"#)
    #expect(
      reader.skipped.text
        == "Skipped 15 bad rows (15 without a number), "
        + "lines 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, ….")
  }

  @Test(arguments: [("\"", SkippedRows.Kind.brokenQuotes), ("", .tooLong)])
  func `a row longer than the limit is bad`(_ quote: String, _ kind: SkippedRows.Kind) throws {
    let long = quote + String(repeating: "x", count: 500)
    let text = "score,id\n1,a\n2,\(long)\n3,c\n" + String(repeating: "4,d\n", count: 100)
    for pieceSize in [1, 10, 64] {
      var reader = try samples.reader(
        Array(text.utf8), CSVColumns(numbers: ["score"]), pieceSize: pieceSize, longestRow: 100,
        skipsBadRows: true)
      var scores: [Double] = []
      while try reader.nextBlock() { scores += reader.block.numbers[0] }
      #expect(scores == [1, 3] + [Double](repeating: 4, count: 100))
      #expect(reader.skipped.kinds == [kind: 1])
      #expect(reader.skipped.lines == [3])
    }
  }

  // MARK: - Numbers

  @Test func `numbers are those of Swift's own parser`() throws {
    var generator = SplitMix(state: 14)
    var texts = [
      "0", "-0", "+1", "5.", ".5", "-.5e3", "1e5", "1E+05", "1e-7", "007", "9007199254740993",
      "9007199254740992.5", "0.1", "123456789012345678", "9999999999999999999", "1e22", "1e23",
      "4.35", "0.000001", "1.7976931348623157e308", "5e-324", "2.2250738585072011e-308", "1e0000",
      "8.5", "1234567.1234567", "0.30000000000000004",
    ]
    for _ in 0..<100_000 {
      let bits = UInt64.random(in: 0...UInt64.max, using: &generator)
      let digits = UInt64.random(in: 0..<(1 << (bits % 63 + 1)), using: &generator)
      var text = String(digits)
      if bits >> 10 & 1 == 0, text.utf8.count > 1 {
        let place = Int.random(in: 0..<text.count, using: &generator)
        text.insert(".", at: text.index(text.startIndex, offsetBy: place))
      }
      if bits >> 11 & 7 == 0 { text += "e\(Int.random(in: -40...40, using: &generator))" }
      if bits >> 14 & 1 == 0 { text = "-" + text }
      texts.append(text)
      let number = Double(bitPattern: bits)
      if bits >> 15 & 3 == 0, number.isFinite { texts.append("\(number)") }
      let score = Double.random(in: -10...10, using: &generator)
      if bits >> 17 & 3 == 0 { texts.append("\(score)") }
    }
    let text = "score\n" + texts.joined(separator: "\n")
    var reader = try samples.reader(Array(text.utf8), CSVColumns(numbers: ["score"]))
    var numbers: [Double] = []
    while try reader.nextBlock() { numbers += reader.block.numbers[0] }
    try #require(numbers.count == texts.count)
    let wrong = numbers.indices.first {
      Double(texts[$0])?.bitPattern != numbers[$0].bitPattern
    }
    #expect(wrong == nil, "\(wrong.map { "\(texts[$0]) became \(numbers[$0])" } ?? "")")
  }

  @Test func `quoted numbers and blanks around them are taken`() throws {
    var reader = try samples.reader(
      Array("score\n\" 1.5\t\"\n\t-2 \n".utf8), CSVColumns(numbers: ["score"]))
    #expect(try reader.nextBlock())
    #expect(reader.block.numbers[0] == [1.5, -2])
  }

  @Test func `what Swift's parser refuses is refused`() throws {
    for text in ["", "-", "+", ".", "e5", "1e", "1e+", "--1", "1-2", "1.2.3", "1e5e5", "+-1", "١"] {
      #expect(Double(text) == nil)
      var reader = try samples.reader(
        Array("score,x\n\(text),\n".utf8), CSVColumns(numbers: ["score"]))
      #expect(throws: TareError.self, "\(text)") { _ = try reader.nextBlock() }
    }
  }

  // MARK: - Names

  @Test func `names are numbered in the order in which they first appear`() throws {
    var generator = SplitMix(state: 15)
    let names = (0..<20_000).map { _ in "p\(Int.random(in: 0..<6000, using: &generator))" }
    let text = "id\n" + names.map { "\($0)\n" }.joined()
    var reader = try samples.reader(
      Array(text.utf8), CSVColumns(names: [.init("id")]), pieceSize: 1000)
    var numbers: [Int32] = []
    while try reader.nextBlock() { numbers += reader.block.names[0] }
    var order: [String: Int32] = [:]
    let expected = names.map { name in
      order[name]
        ?? {
          order[name] = Int32(order.count)
          return Int32(order.count - 1)
        }()
    }
    #expect(numbers == expected)
    #expect(reader.names[0].count == order.count)
    #expect(numbers.indices.allSatisfy { reader.names[0][Int(numbers[$0])] == names[$0] })
  }
}
