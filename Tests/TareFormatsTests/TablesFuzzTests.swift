/// Tables of every format with changed bytes: they are read as each stage reads them, or refused.
import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct TablesFuzzTests {
  private static func seeds(_ folder: String, _ endings: [String]) -> [[UInt8]] {
    let url = projectFolder.appending(path: "Tests/TareFormatsTests/Fixtures/\(folder)")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.sorted().filter { name in endings.contains { name.hasSuffix($0) } }
      .compactMap { try? Array(Data(contentsOf: url.appending(path: $0))) }
      .filter { $0.count < 1 << 16 }
  }

  private static func texts(_ texts: String...) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  /// Reads a table, its scores and its conversations, and writes it.
  private static func use(_ bytes: [UInt8]) throws {
    let data = Data(bytes)
    _ = try? readCandidates(data, name: "in", badRows: BadRows(skips: true, dropsMissing: true))
    let table = try readTable(data, name: "in")
    let added = [TableColumn(name: "calibrated", values: table.rows.map { .int($0) })]
    for format in ["csv", "json", "jsonl", "parquet", "arrow"] {
      _ = try? table.data(adding: added, for: "out.\(format)", format: format)
    }
    for column in table.columns { _ = try? table.numbers(in: column) }
    _ = try ScoreTable(table).data(adding: [])
  }

  private static let words = [
    "prompt_id", "score", "label", "chosen", "rejected", "subset", "text_chosen", "data", "columns",
    "index", "scores_chosen", "results", "1,234", "#", "\"\"", "\r\n", "\u{FEFF}",
  ]

  private static let targets = [
    FuzzTarget(
      "csv",
      seeds: texts(
        "prompt_id,score,label,subset\n1,2,1,a\n1,1.5e-3,0,a\n2,,1,\"b \"\"x\"\"\"\n",
        "id;score\n1;0,5\n2;1.234,5\n", "id\tprompt\tresponse\tscore\n1\ta\tb\t2\n",
        "prompt,chosen,rejected,chosen_score,rejected_score\na,b,c,1,2\n")
        + seeds("text", [".csv"]), words: words, rounds: 600
    ) { try use($0) },
    FuzzTarget(
      "json",
      seeds: texts(
        #"[{"id":1,"score":1,"label":1},{"id":1,"score":-2.5e300,"label":0}]"#,
        #"{"id":"a","prompt":"p","chosen":"c","rejected":"r"}"# + "\n"
          + #"{"id":"b","prompt":"p","chosen":["c"],"rejected":{"x":null}}"#,
        #"{"columns":["a","score"],"index":[0,1],"data":[[1,2],[3,4]]}"#,
        #"{"subset":["a","b"],"id":[0,1],"scores_chosen":[[1],[2]],"scores_rejected":[[0],[3]]}"#)
        + seeds("text", [".json", ".jsonl"]), words: words, rounds: 600
    ) { try use($0) },
    FuzzTarget("parquet", seeds: seeds("parquet", [".parquet"]), words: ["PAR1"], rounds: 300) {
      _ = try ParquetReader($0, maximumBytes: 8 << 20)
      try use($0)
    },
    FuzzTarget(
      "arrow", seeds: seeds("arrow", [".arrow", ".arrows", ".feather"]), words: ["ARROW1"],
      rounds: 300
    ) {
      _ = try ArrowReader.table($0, maximumBytes: 1 << 22)
      try use($0)
    },
    FuzzTarget("gzip", seeds: compressed(.gzip), rounds: 1000) { try inflate($0, .gzip) },
    FuzzTarget("zstd", seeds: compressed(.zstd), rounds: 1000) { try inflate($0, .zstd) },
    FuzzTarget(
      "json-value",
      seeds: texts(#"{"a":[1,-2.5e300,true,null,"\u00e9\ud83d\ude00\n"],"b":{"":{}}}"#),
      rounds: 5000
    ) { bytes in
      let value = try JSONValue(parsing: bytes)
      // What was read is written and read again as the same.
      guard try JSONValue(parsing: Array(value.text().utf8)) == value else {
        throw TareError.fault("JSON that is read otherwise when it is written again")
      }
    },
  ]

  private static func compressed(_ kind: Compression) -> [[UInt8]] {
    ["", "a,b\n1,2\n", String(repeating: "row,1\n", count: 3000)]
      .compactMap { try? kind.deflated(Data($0.utf8)) }.map { Array($0) }
  }

  /// The whole at once and piece by piece must be the same, content or error.
  private static func inflate(_ bytes: [UInt8], _ kind: Compression) throws {
    let whole = Result { try kind.inflated(Data(bytes)) }
    guard Compression(of: Data(bytes.prefix(4))) == kind else {
      _ = try whole.get()
      return
    }
    let folder = try TemporaryFolder()
    let path = try folder.file("in", Data(bytes))
    let pieces = Result { try ByteStream(path).rest() }
    switch (whole, pieces) {
    case (.success(let first), .success(let second)):
      guard Array(first) == second else { throw TareError.fault("two contents") }
    case (.failure(let error), .failure): throw error
    default: throw TareError.fault("read in one way alone: \(whole) \(pieces)")
    }
  }

  @Test(.timeLimit(.minutes(90)), arguments: targets)
  func `changed tables are read or refused`(target: FuzzTarget) async throws {
    let outcome = try await target.run()
    #expect(outcome.faults.isEmpty)
    #expect(outcome.isRead > 0 && outcome.refused > 0, "\(outcome)")
  }
}
