/// Every text container, as pandas and polars write it, reads as the plain CSV of the same table.
import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct TextContainersTests {
  static let files = try? FileManager.default
    .contentsOfDirectory(atPath: fixture("text").path)
    .filter { !["make.py", "pandas-values.json", "plain.csv"].contains($0) }.sorted()

  static func content(_ name: String) throws -> Data {
    let data = try Data(contentsOf: fixture("text/\(name)"))
    return try Compression(of: data)?.inflated(data) ?? data
  }

  private func table(_ name: String) throws -> DataTable {
    try readTable(Self.content(name), name: name)
  }

  private func texts(_ table: DataTable, _ column: String) throws -> [String] {
    try table.values(in: column).map { $0.string ?? $0.text() }
  }

  @Test func `every container is there`() { #expect(Self.files?.count == 35) }

  @Test(arguments: files ?? [])
  func `a container holds the same values as plain CSV`(_ name: String) throws {
    let plain = try table("plain.csv")
    let table = try table(name)
    #expect(table.columns.filter { $0 != "" && $0 != "index" } == plain.columns)
    for column in ["score", "length", "label"] {
      #expect(try table.numbers(in: column) == plain.numbers(in: column), "\(column)")
    }
    for column in ["prompt_id", "prompt", "response"] {
      #expect(try texts(table, column) == texts(plain, column), "\(column)")
    }
    let (scores, expected) = try (ScoreTable(table), ScoreTable(plain))
    #expect(scores.responses == expected.responses)
    #expect(
      try readCandidates(Self.content(name), name: name).map(\.id)
        == readCandidates(Self.content("plain.csv"), name: name).map(\.id))
  }

  @Test(arguments: (files ?? []).filter { $0.contains("csv") || $0.contains("tsv") })
  func `the streaming reader holds the same values as the table`(_ name: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("in.csv", Self.content(name))
    let table = try table(name)
    for pieceSize in [1, 7, 64, 1 << 20] {
      var reader = try CSVColumnReader(
        CSVPieces(ByteStream(path), pieceSize: pieceSize),
        columns: CSVColumns(
          numbers: ["score", "length"], names: [.init("response")],
          labels: [.init("label", .needed)]))
      var numbers: [[Double]] = [[], []]
      var names: [String] = []
      var labels: [Double] = []
      while try reader.nextBlock() {
        for index in numbers.indices { numbers[index] += reader.block.numbers[index] }
        names += reader.block.names[0].map { reader.names[0][Int($0)] }
        labels += reader.block.labels[0]
      }
      #expect(try numbers == [table.numbers(in: "score"), table.numbers(in: "length")])
      #expect(try names == texts(table, "response"))
      #expect(try labels == table.numbers(in: "label"))
    }
  }

  @Test(arguments: files ?? [])
  func `a container is written back as it is, with a column more`(_ name: String) throws {
    let table = try table(name)
    let values = table.rows.map { JSONValue.double(Double($0) + 0.25) }
    let added = [TableColumn(name: "calibrated", values: values)]
    let written = try table.data(adding: added)
    let again = try readTable(written, name: name)
    #expect(again.format == table.format)
    #expect(again.columns == table.columns + ["calibrated"])
    #expect(try again.numbers(in: "calibrated") == values.compactMap(\.double))
    for column in ["score", "length", "label"] {
      #expect(try again.numbers(in: column) == table.numbers(in: column), "\(column)")
    }
    #expect(try texts(again, "response") == texts(table, "response"))
    // Once more, the column replaced: the same bytes.
    #expect(try again.data(adding: added) == written)
    // Without a change a text keeps its bytes, but for its encoding and white space between values.
    let kept = String(decoding: try table.data(), as: UTF8.self)
      .filter { !$0.isWhitespace }
    if !name.contains("utf16"), !name.contains("bom"), !name.contains("json") {
      #expect(
        try kept == String(decoding: Self.content(name), as: UTF8.self).filter { !$0.isWhitespace })
    }
  }

  @Test(arguments: files ?? [])
  func `a container is written as another, and compressed by its name`(_ name: String) throws {
    let table = try table(name)
    for ending in ["csv", "tsv", "jsonl", "json"] {
      for (compression, kind) in [("", nil), (".gz", Compression.gzip), (".zst", .zstd)] {
        let data = try table.data(for: "out.\(ending)\(compression)", format: ending)
        #expect(Compression(of: data) == kind)
        let again = try readTable(kind?.inflated(data) ?? data, name: "out")
        #expect(again.format == (ending == "tsv" ? "csv" : ending))
        for column in ["score", "length", "label"] {
          #expect(try again.numbers(in: column) == table.numbers(in: column), "\(column) \(ending)")
        }
        #expect(try texts(again, "response") == texts(table, "response"), "\(ending)")
      }
    }
  }

  @Test func `rows without column names are refused by name`() throws {
    let error = #expect(throws: TareError.self) { try table("pandas-values.json") }
    #expect(error?.description.contains("pandas' orient values") == true)
  }

  @Test func `the frames of small and odd objects`() throws {
    func columns(_ text: String) throws -> String {
      let table = try readTable(Data(text.utf8), name: "in")
      return "\(table.columns.joined(separator: ",")) \(table.rows.count)"
    }
    // A pair of messages, and lists of messages, are one row.
    let message = #"{"role":"user","content":"Q"}"#
    #expect(try columns(#"{"chosen":\#(message),"rejected":\#(message)}"#) == "chosen,rejected 1")
    #expect(
      try columns(#"{"chosen":[\#(message)],"rejected":[\#(message)]}"#) == "chosen,rejected 1")
    #expect(try columns(#"{"responses":["a","b"],"scores":[1,2]}"#) == "responses,scores 1")
    #expect(try columns(#"{"score":[1,2],"text":["a","b"]}"#) == "score,text 2")
    #expect(try columns(#"{"score":[1,2],"text":["a"]}"#) == "score,text 1")
    // Labels that are no numbers are kept.
    #expect(try columns(#"{"score":{"a":1,"b":2}}"#) == "score,index 2")
    #expect(try columns(#"{"a":{"score":1},"b":{"score":2}}"#) == "score,index 2")
    #expect(try columns(#"{"3":{"score":1},"1":{"score":2}}"#) == "score 2")
    #expect(try columns("{\"score\":\n1}\n{\"score\":2}") == "score 2")
    #expect(throws: TareError.self) { try columns("[[1,2],[3,4]]") }
    #expect(throws: TareError.self) { try columns(#"{"columns":["a","a"],"data":[[1,2]]}"#) }
    #expect(throws: TareError.self) { try columns(#"{"columns":["a","b"],"data":[[1]]}"#) }
  }

  @Test func `numbers stand in quotes, and in lists of one`() throws {
    func scores(_ text: String) throws -> [Double] {
      try readTable(Data(text.utf8), name: "in").numbers(in: "score")
    }
    #expect(
      try scores("{\"score\":\"0.5\"}\n{\"score\":[1.5]}\n{\"score\":[[2]]}") == [0.5, 1.5, 2])
    #expect(try scores("score,x\n[0.4444],1\n\"[[-1]]\",2\n") == [0.4444, -1])
    #expect(throws: TareError.self) { try scores("score,x\n\"[1,2]\",1\n") }
    #expect(throws: TareError.self) { try scores("{\"score\":[1,2]}\n{\"score\":1}") }
    let pairs = "scores_chosen,scores_rejected\n\"[0.5, 1]\",[0.25]\n"
    let table = try ScoreTable(readTable(Data(pairs.utf8), name: "in"))
    #expect(table.responses.map(\.score) == [0.5, 1, 0.25])
    #expect(
      String(decoding: try table.data(adding: [("c", [1, 2, 3])]), as: UTF8.self)
        == "scores_chosen,scores_rejected,c_chosen,c_rejected\n\"[0.5, 1]\",[0.25],\"[1.0,2.0]\",[3.0]\n"
    )
  }

  // MARK: - What is no table

  @Test(arguments: [
    ("SQLite format 3\0", "an SQLite database"), ("<!DOCTYPE html><html>", "a web page"),
    ("version https://git-lfs.github.com/spec/v1\noid", "a Git LFS pointer"),
    ("PK\u{3}\u{4}....xl/workbook.xml", "an Excel workbook (.xlsx)"),
    ("PK\u{3}\u{4}....scores.npy", "NumPy arrays (.npz)"),
    ("PK\u{3}\u{4}....a.csv", "a zip archive"),
    ("BZh9\u{1}", "bzip2"), ("%PDF-1.7", "a PDF"), ("GGUF\u{3}", "a GGUF model"),
  ])
  func `a file that is no table is named`(_ text: String, _ name: String) throws {
    let error = #expect(throws: TareError.self) { try readTable(Data(text.utf8), name: "in") }
    #expect(error?.description.begins("in: expected …, found \(name)") == true, "\(error as Any)")
  }

  @Test func `a pickle is named, and a header that begins alike is a header`() throws {
    let pickle = Data([0x80, 0x04, 0x95, 0, 0])
    let error = #expect(throws: TareError.self) { try readTable(pickle, name: "in") }
    #expect(
      error?.description.contains("expected CSV, JSON Lines or Parquet (convert it: python -c ")
        == true)
    #expect(try readTable(Data("ORC,score\n1,2\n".utf8), name: "in").columns == ["ORC", "score"])
    #expect(try readTable(Data("PK,score\n1,2\n".utf8), name: "in").columns == ["PK", "score"])
  }

  // MARK: - Fuzz

  /// Rounds for each file; more of them, for a longer run, by TARE_FUZZ_ROUNDS.
  private static let rounds =
    Int(ProcessInfo.processInfo.environment["TARE_FUZZ_ROUNDS"] ?? "") ?? 60

  @Test func `changed bytes are read or refused, never a trap`() throws {
    var generator = SplitMix(state: 20)
    var outcomes = [false: 0, true: 0]
    for name in Self.files ?? [] {
      for _ in 0..<Self.rounds {
        let bytes = try Self.mutated(Array(Self.content(name)), &generator)
        let isRead = Self.read(bytes, generator: &generator)
        outcomes[isRead, default: 0] += 1
      }
    }
    #expect((outcomes[true] ?? 0) > 100 && (outcomes[false] ?? 0) > 100, "\(outcomes)")
  }

  static func mutated(_ bytes: [UInt8], _ generator: inout SplitMix) -> [UInt8] {
    var bytes = bytes
    let pieces: [[UInt8]] = [
      Array("\"".utf8), Array(",".utf8), Array(";".utf8), Array("\n".utf8), Array("\r".utf8),
      Array("{".utf8), Array("}".utf8), Array("[".utf8), Array("]".utf8), Array(":".utf8),
      Array("null".utf8), Array("NaN".utf8), [0], [0xFF], [0xFE], [0xD8], Array("\t".utf8),
      Array("1,234".utf8), Array("#".utf8), Array("1e999".utf8), Array("\"data\":".utf8),
    ]
    for _ in 0..<Int.random(in: 1...6, using: &generator) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes.insert(contentsOf: pieces.randomElement(using: &generator) ?? [], at: place)
      case 2:
        bytes.removeSubrange(
          place..<min(bytes.count, place + Int.random(in: 1...20, using: &generator)))
      case 3: bytes.removeSubrange(place...)
      default:
        let from = Int.random(in: 0..<bytes.count, using: &generator)
        bytes.insert(contentsOf: bytes[from..<min(bytes.count, from + 30)], at: place)
      }
    }
    return bytes
  }

  /// Reads bytes in every way, and writes what was read.
  /// - Returns: whether they were a table.
  static func read(_ bytes: [UInt8], generator: inout SplitMix) -> Bool {
    let data = Data(bytes)
    if let compression = Compression(of: data) { _ = try? compression.inflated(data) }
    let skips = Bool.random(using: &generator)
    let bad = BadRows(skips: skips, dropsMissing: Bool.random(using: &generator))
    _ = try? readCandidates(data, name: "in", badRows: bad)
    guard
      let table = try? readTable(
        data, name: "in", skipsBadRows: skips, dropsMissing: bad.dropsMissing)
    else { return false }
    let added = [TableColumn(name: "calibrated", values: table.rows.map { .int($0) })]
    #expect(throws: Never.self) { try table.data(adding: added) }
    _ = try? table.data(for: "out.json", format: "json")
    _ = try? table.data(for: "out.csv", format: "csv")
    for column in table.columns { _ = try? table.numbers(in: column) }
    var skipped = table.skipped
    if let good = try? ScoreTable.goodRows(
      of: table, columns: ScoreColumns(), bad, counting: &skipped)
    {
      _ = try? ScoreTable(good).data(adding: [])
    }
    return true
  }
}
