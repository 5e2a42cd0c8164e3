/// CSV of other separators, encodings and decimal marks, in the table and the stream alike.
import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct CSVDialectTests {
  private let samples: CSVSamples

  init() throws { samples = try CSVSamples() }

  private func table(_ text: String) throws -> DataTable {
    try readTable(Data(text.utf8), name: "in")
  }

  private func numbers(_ text: String, _ column: String = "score") throws -> [Double] {
    let numbers = try table(text).numbers(in: column)
    var reader = try samples.reader(Array(text.utf8), CSVColumns(numbers: [column]))
    var streamed: [Double] = []
    while try reader.nextBlock() { streamed += reader.block.numbers[0] }
    #expect(streamed == numbers)
    return numbers
  }

  private func failure(_ text: String) -> String {
    let error = #expect(throws: TareError.self) { try table(text).numbers(in: "score") }
    let streamed = #expect(throws: TareError.self) {
      var reader = try samples.reader(Array(text.utf8), CSVColumns(numbers: ["score"]))
      while try reader.nextBlock() {}
    }
    let place = error?.description.replacing("in, line", with: "\(samples.path), line")
    #expect(streamed?.description == place)
    return error?.description ?? ""
  }

  // MARK: - Separators

  @Test func `random tables read the same in every dialect, wherever the pieces end`() throws {
    var generator = SplitMix(state: 21)
    let words = [
      "a", "é😀", "x y", "1", "two,three", "semi;colon", "bar|bar", "tab\tbed", "q\"q", "l\nl", "",
    ]
    for _ in 0..<120 {
      let columns = Int.random(in: 2...5, using: &generator)
      let rows = (0..<Int.random(in: 1...30, using: &generator)).map { _ in
        (0..<columns).map { _ in words.randomElement(using: &generator) ?? "" }
      }
      let separator = [",", ";", "\t", "|"].randomElement(using: &generator) ?? ","
      let end = ["\n", "\r\n", "\r"].randomElement(using: &generator) ?? "\n"
      let comment = Bool.random(using: &generator) ? "# made; by, me\t|\(end)#\(end)" : ""
      func cell(_ text: String) -> String {
        let mustQuote = text.contains { $0 == "\"" || $0 == "\n" || String($0) == separator }
        guard mustQuote || text.isEmpty || Int.random(in: 0..<5, using: &generator) == 0 else {
          return text
        }
        return "\"\(text.replacing("\"", with: "\"\""))\""
      }
      var text = comment + (0..<columns).map { "column \($0)" }.joined(separator: separator) + end
      for row in rows { text += row.map(cell).joined(separator: separator) + end }
      var bytes = Array(text.utf8)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: bytes = [0xEF, 0xBB, 0xBF] + bytes
      case 1: bytes = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
      case 2: bytes = [0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
      default: break
      }
      let table = try readTable(Data(bytes), name: "in")
      #expect(table.columns == (0..<columns).map { "column \($0)" })
      for column in 0..<columns {
        #expect(
          try table.values(in: "column \(column)") == rows.map { .string($0[column]) },
          "\(text.debugDescription)")
      }
      let pieceSize = [1, 2, 3, 17, 64, 1 << 20].randomElement(using: &generator) ?? 1
      let found = try samples.cells(bytes, pieceSize: pieceSize)
      #expect(found.cells == rows, "\(text.debugDescription) in pieces of \(pieceSize)")
      // What is kept keeps its bytes.
      #expect(try String(decoding: table.data(), as: UTF8.self) == text)
    }
  }

  @Test func `a separator that fits as well is told`() throws {
    #expect(try table("a,b|c,score\n1,2,4\n").notes == [])
    let both = try table("a,b|score\n1,2|3\n")
    #expect(both.columns == ["a", "b|score"])
    #expect(
      both.notes == ["cells are separated by ',' (assumed; '|' would fit as well)"])
    #expect(try table("sep=;\nscore;a,b\n1;2,3\n").columns == ["score", "a,b"])
    #expect(try table("a b;score\nx, y;1\nx, y, z;2\n").numbers(in: "score") == [1, 2])
  }

  @Test func `a column alone may have any name`() throws {
    let text = "Do you like it; yes or no\n1\n0\n"
    #expect(try table(text).columns == ["Do you like it; yes or no"])
    #expect(try table(text).numbers(in: "do you like it; yes or no") == [1, 0])
  }

  @Test func `bad rows in another dialect are named`() {
    #expect(
      failure("id;score\na;1\nb\n").contains(
        "line 3: expected 2 cells, as in the header, found 1 cells"))
    #expect(
      failure("# x\nid\tscore\na\t1\nb\t\"2\"3\n")
        .shows("line 4, column 'score': expected …, found text after the closing quote"))
  }

  // MARK: - Headers

  @Test func `comments stand above the header, and are kept`() throws {
    let text = "# made by me\n#\n\nid,score\n1,2\n"
    #expect(try table(text).numbers(in: "score") == [2])
    #expect(String(decoding: try table(text).data(), as: UTF8.self) == text)
    // The last of them is the header where it fits the rows.
    #expect(try table("# made by me\n#id\tscore\na\t1\n").columns == ["id", "score"])
    #expect(try table("# id, score\n1, 2\n").columns == ["id", "score"])
    #expect(try table("#\"id\",score\n1,2\n").columns == ["id", "score"])
    #expect(try table("#\",score\n1,2\n").columns == ["\"", "score"])
    #expect(try table("# a, b\nid,score\nx,2\n").columns == ["id", "score"])
    #expect(try table("\"#id\",score\n1,2\n").columns == ["#id", "score"])
  }

  @Test func `names are found in any case and with blanks around them, and stay as they are`()
    throws
  {
    let text = "Prompt_ID, Score ,Length\np,1.5,3\n"
    let scores = try ScoreTable(table(text))
    #expect(scores.responses.map(\.score) == [1.5])
    #expect(scores.responses.map(\.promptID) == ["p"])
    #expect(
      String(decoding: try scores.data(adding: [("calibrated", [2])]), as: UTF8.self)
        == "Prompt_ID, Score ,Length,calibrated\np,1.5,3,2.0\n")
    let rows = try readCandidates(Data("Prompt, Response\nQ,A\n".utf8), name: "in")
    #expect(rows.map(\.responses.count) == [1])
    let error = #expect(throws: TareError.self) { try table("score, score\n1,2\n") }
    #expect(error?.description.contains("the name 'score' for column 1 and column 2") == true)
  }

  @Test func `an index column without a name is kept`() throws {
    let text = ",score\n0,1.5\n1,2.5\n"
    #expect(try table(text).columns == ["", "score"])
    #expect(String(decoding: try table(text).data(), as: UTF8.self) == text)
  }

  // MARK: - Decimal commas

  @Test func `decimal commas are read where a column has them consistently`() throws {
    #expect(
      try numbers("id;score\na;1,5\nb;-0,25\nc;3\nd;1,234\ne;1,5e3\n") == [
        1.5, -0.25, 3, 1.234, 1500,
      ])
    #expect(try numbers("id\tscore\na\t0,123\nb\t1,234\n") == [0.123, 1.234])
    #expect(try numbers("id,score\na,\"1,5\"\nb,\"2,25\"\n") == [1.5, 2.25])
    #expect(try numbers("id;score;version\na;1,5;3.11\nb;2,5;3.12\n") == [1.5, 2.5])
    // Another column shows what the comma is.
    #expect(try numbers("id;score;x\na;1,234;0,5\nb;2,345;0,25\n") == [1.234, 2.345])
    // The first hundred rows have no fraction.
    let whole = (0..<150).map { "a;\($0)\n" }.joined()
    #expect(try numbers("id;score\n\(whole)b;1,5\nc;2,125\n").suffix(2) == [1.5, 2.125])
    #expect(try numbers("id;score\n\(whole)b;1.5\n").suffix(1) == [1.5])
  }

  @Test func `what may be thousands is refused, and so are two marks in one column`() {
    #expect(
      failure("id;score\na;1,234\nb;2,345\n")
        .contains(
          "line 2, column 'score': expected an unambiguous number: without a thousands separator, or with a decimal point, found '1,234'"
        ))
    #expect(
      failure("id,score\na,\"1,234\"\nb,\"2,345\"\n").contains(
        "an unambiguous number: without a thousands separator"))
    #expect(
      failure("id;score\na;1,5\nb;2.5\n")
        .contains(
          "line 3, column 'score': expected a finite number with a decimal comma, as elsewhere in the file, found '2.5'"
        ))
    #expect(failure("id;score\na;1,234,567\n").contains("found '1,234,567'"))
    #expect(failure("id;score\na;1.234,5\n").contains("found '1.234,5'"))
    #expect(failure("id,score\na,1.5\nb,\"2,5\"\n").contains("line 3"))
    // An answer among texts does not show how the file's numbers are written.
    #expect(
      failure("id;response;score\na;2,5;1,234\nb;none;2,345\n").contains(
        "an unambiguous number: without a thousands separator"))
    let whole = (0..<150).map { "a;\($0)\n" }.joined()
    #expect(
      failure("id;score\n\(whole)b;1,234\n").contains(
        "an unambiguous number: without a thousands separator"))
    #expect(failure("id;score\n\(whole)b;1,5\nc;2.5\n").contains("line 153"))
  }

  @Test func `added numbers have the file's mark, in stream and table`() throws {
    let text = "id;score\na;1,5\nb;2,25\n"
    let written = "id;score;calibrated\na;1,5;0,5\nb;2,25;1e-07\n"
    let column = TableColumn(name: "calibrated", values: [.double(0.5), .double(1e-7)])
    #expect(try String(decoding: table(text).data(adding: [column]), as: UTF8.self) == written)
    var reader = try samples.reader(Array(text.utf8), CSVColumns(numbers: ["score"]))
    let path = samples.folder.path("out.csv")
    let sink = try ByteSink(path)
    var rewriter = CSVRewriter(reader.header, adding: ["calibrated"], to: sink)
    while try reader.nextBlock() { try rewriter.write(reader, [[0.5, 1e-7]]) }
    try rewriter.finish()
    try sink.finish()
    #expect(try String(contentsOfFile: path, encoding: .utf8) == written)
    let labels = try ScoreTable(table("score;gold\n1,5;0,5\n2,5;0,25\n"))
    #expect(labels.responses.map(\.label) == [0.5, 0.25])
  }

  // MARK: - Encodings

  @Test func `UTF-16 is known by its mark, or by a first line of ASCII`() throws {
    func utf16(_ text: String, isBig: Bool = false) -> [UInt8] {
      text.utf16.flatMap {
        isBig ? [UInt8($0 >> 8), UInt8($0 & 0xFF)] : [UInt8($0 & 0xFF), UInt8($0 >> 8)]
      }
    }
    let text = "id,score\né😀,1\n"
    for bytes in [utf16("\u{FEFF}" + text), utf16(text), utf16(text, isBig: true)] {
      let table = try readTable(Data(bytes), name: "in")
      #expect(try table.values(in: "id") == [.string("é😀")])
      #expect(table.notes == ["UTF-16; output is written as UTF-8"])
      #expect(try String(decoding: table.data(), as: UTF8.self) == text)
      #expect(try samples.cells(bytes, pieceSize: 1).cells == [["é😀", "1"]])
    }
    let half = Array(utf16("\u{FEFF}id,score\na,1").dropLast())
    let error = #expect(throws: TareError.self) { try readTable(Data(half), name: "in") }
    #expect(
      error?.description.shows("line 2: expected …, found an odd number of bytes in UTF-16") == true
    )
    let lone = utf16("\u{FEFF}id,score\n") + [0x00, 0xD8, 0x2C, 0x00]
    #expect(throws: TareError.self) { try readTable(Data(lone), name: "in") }
    #expect(throws: TareError.self) { try samples.cells(lone) }
  }

  @Test func `a point before three digits is no fraction where others have commas`() throws {
    let file = "id;score;length\na;2,5;1.234\nb;1,2;987\n"
    let error = #expect(throws: TareError.self) { try table(file).numbers(in: "length") }
    #expect(error?.description.contains("'1.234'") == true)
    #expect(
      error?.description.contains("an unambiguous number: without a thousands separator") == true)
    #expect(try table(file).numbers(in: "score") == [2.5, 1.2])
    let later = "id;score;length\n" + String(repeating: "a;2,5;987\n", count: 200) + "b;1,5;1.234\n"
    #expect(throws: TareError.self) { try table(later).numbers(in: "length") }
    #expect(try table("id;score\na;1.234\nb;987\n").numbers(in: "score") == [1.234, 987])
    #expect(try table("id;x;score\na;1,5;0.123\n").numbers(in: "score") == [0.123])
  }
}
