/// Readers under libFuzzer, one per run: FUZZ_TARGET names it. `Benchmarks/fuzz/coverage.sh` builds this.
import Foundation
import TareCalibration
import TareCore
import TareFormats
import TareTemplates
import TareTokenizers

private let readers: [String: @Sendable ([UInt8]) throws -> Void] = [
  "jinja": { bytes in
    let template = try ChatTemplate(source: String(decoding: bytes, as: UTF8.self))
    let messages: [JSONValue] = [["role": "user", "content": "Hi"], ["role": "assistant", "content": "é"]]
    _ = try template.render(
      messages: messages, addGenerationPrompt: true,
      date: CalendarDate(year: 2026, month: 1, day: 1))
  },
  "json-value": { bytes in
    let value = try JSONValue(parsing: bytes)
    let again = try JSONValue(parsing: Array(value.text().utf8))
    precondition(again == value, "JSON that is read otherwise when it is written again")
  },
  "tokenizer.json": { bytes in
    try use(Tokenizer(json: bytes, config: nil))
  },
  "tokenizer.model": { bytes in
    try use(Tokenizer(sentencePiece: bytes, config: nil))
  },
  "table": { bytes in
    _ = try? readCandidates(bytes, name: "in", badRows: BadRows(skips: true, dropsMissing: true))
    let table = try readTable(bytes, name: "in")
    for format in ["csv", "jsonl", "arrow"] { _ = try? table.data(for: "out", format: format) }
    for column in table.columns { _ = try? table.numbers(in: column) }
  },
  "parquet": { bytes in
    let reader = try ParquetReader(bytes, maximumBytes: 8 << 20)
    for (_, column) in try reader.columns(threads: 1) where column.count > 0 { _ = column[0] }
  },
  "arrow": { bytes in
    let table = try ArrowReader.table(bytes, maximumBytes: 1 << 22)
    for (_, column) in table.columns where table.count > 0 { _ = column[table.count - 1] }
  },
  "gzip": { _ = try Gzip.inflated(Data($0)) },
  "zstd": { _ = try Zstd.inflated(Data($0)) },
  "calibration": { bytes in
    let saved = try Calibration(json: JSONValue(parsing: bytes))
    precondition(try Calibration(json: JSONValue(parsing: saved.json.text())) == saved)
  },
]

private func use(_ tokenizer: Tokenizer) throws {
  let ids = try tokenizer.encode("Hello, world's 42 cafés!\n\n日本", addSpecialTokens: true)
  precondition(ids.allSatisfy { (0..<tokenizer.count).contains(Int($0)) })
  _ = try tokenizer.decode(ids, skipSpecialTokens: false)
}

private let reader = readers[ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""]

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let reader else {
    print("FUZZ_TARGET: one of \(readers.keys.sorted().joined(separator: ", "))")
    exit(64)
  }
  // What is refused is well; only traps, hangs and memory are not.
  try? reader(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
