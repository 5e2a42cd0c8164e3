/// Small files that grow without end when they are decompressed.
import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct GrowthLimitTests {
  /// 512 MB of zeros: one gzip member of 64 MB, eight times over.
  private func bomb() throws -> Data {
    let member = try Gzip.deflated(Data(count: 64 << 20))
    return (0..<8).reduce(into: Data()) { data, _ in data += member }
  }

  @Test func `bytes that grow a thousandfold are refused before they fill the memory`() throws {
    let data = try bomb()
    let error = #expect(throws: TareError.self) { try Gzip.inflated(data) }
    #expect(error?.description.contains("grow at most 250 times") == true, "\(error as Any)")
    let folder = try TemporaryFolder()
    let path = try folder.file("bomb.csv.gz", data)
    let stream = #expect(throws: TareError.self) { try ByteStream(path).rest() }
    #expect(stream?.exitCode == 65)
    #expect(stream?.description.contains(path) == true)
  }

  @Test func `content of a moderate size may grow as it likes`() throws {
    #expect(try Gzip.inflated(Gzip.deflated(Data(count: 16 << 20))).count == 16 << 20)
  }

  /// 64 bytes of zeros and the footers of Parquet files with a column `score`, as base64.
  private static let footers = [
    // 2^62 rows, of which there are none.
    [
      "FQIZLEgEcm9vdBUCABUKJQAYBXNjb3JlABaAgICAgICAgIABGRwZHCYAHBUKGRUAGRgFc2NvcmUVABYAFgAWACYIAAAWABaAgIC"
        + "AgICAgIABAABTAAAAUEFSMQ=="
    ],
    // A dictionary at the largest number that there is, in the second file.
    [
      "FQIZLEgEcm9vdBUCABUKJQAYBXNjb3JlABYCGRwZHCYAHBUKGRUAGRgFc2NvcmUVABYCFiAWICYIAAAWABYCAABBAAAAUEFSMQ==",
      "FQIZLEgEcm9vdBUCABUKJQAYBXNjb3JlABYCGRwZHCYAHBUKGRUAGRgFc2NvcmUVABYCFiAWICYIJv7//////////wEAABYAFgI"
        + "AAEwAAABQQVIx",
    ],
  ]

  private static func parquet(_ footer: String) -> Data {
    Data("PAR1".utf8) + Data(count: 64) + (Data(base64Encoded: footer) ?? Data())
  }

  @Test(arguments: footers)
  func `numbers in the footers of a folder's files are bounded`(footers: [String]) throws {
    let folder = try TemporaryFolder()
    for (name, footer) in zip(["a", "b"], [footers[0], footers[footers.count - 1]]) {
      _ = try folder.file("\(name).parquet", Self.parquet(footer))
    }
    let error = #expect(throws: TareError.self) {
      try TableFiles(folder.url.path)?.content()
    }
    #expect(error?.exitCode == 65)
  }

  /// Ten thousand million rows without a column, and five thousand million nulls.
  private static let empty = [
    parquet("FQIZHEgEcm9vdBUAABaAkN/ASikcGQwWABaAkN/ASigAACEAAABQQVIx"),
    Data(
      base64Encoded:
        "/////3gAAAAQAAAACgAMAAQABgAIAAAADAAAAAQAAQAMAAAACAAIAAAABAAIAAAACAAAAAEgAUAAQAAAAIAAwAAAAAABAAAAAEA"
        + "AQABAAEAEAAAAEAAAAJAAAABAAAAABAAAAEAAAABAAAABAAAAAeAAAACwAAAAAAAAAMAAAAP////9oAAAAEAAAAAwAFAAEAAYAC"
        + "AAMAAwAAAAEAAMAGAAAAAAAAAAAAAAACgAUAAgABAAQAAAADAAAABgAAAA8gUqAQAAACAAAAAAAAAAAAAAAEAAAA8gUqAQAAAA"
        + "DyBSoBAAAAAAAAAAAAAD/////AAAAAA==") ?? Data(),
  ]

  @Test(arguments: empty)
  func `rows that take no bytes of a file are not numbered without end`(file: Data) {
    let error = #expect(throws: TareError.self) { try readTable(file, name: "file") }
    #expect(error?.exitCode == 65)
  }

  @Test func `a wide header over empty lines takes no memory for rows`() {
    let text = (0..<9000).map { "c\($0)" }.joined(separator: ",")
    let bytes = Array(text.utf8) + [UInt8](repeating: 0x0A, count: 10_000_000)
    let error = #expect(throws: TareError.self) { try readTable(Data(bytes), name: "wide") }
    #expect(error?.exitCode == 65)
  }

  /// A header of too many names, and rows that each have a member of their own.
  private static let wide = [
    (0..<200_000).map { "c\($0)" }.joined(separator: ",") + "\n1\n",
    (0..<50_000).map { "{\"score\": 1, \"meta_\($0)\": 1}\n" }.joined(),
    "{" + (0..<50_000).map { "\"m\($0)\": 1" }.joined(separator: ", ") + "}\n",
  ]

  @Test(.timeLimit(.minutes(1)), arguments: wide)
  func `a table of too many columns is refused`(text: String) {
    let error = #expect(throws: TareError.self) { try readTable(Data(text.utf8), name: "wide") }
    #expect(error?.description.contains("at most 10000 different columns") == true)
  }

  @Test(.timeLimit(.minutes(1))) func `rows of nine thousand different members are read`() throws {
    let text = (0..<9000).map { "{\"score\": \($0), \"meta_\($0)\": \($0)}\n" }.joined()
    let table = try readTable(Data(text.utf8), name: "wide")
    #expect(table.columns.count == 9001)
    #expect(try table.numbers(in: "score") == (0..<9000).map(Double.init))
    #expect(try table.values(in: "meta_8999") == (0..<9000).map { $0 < 8999 ? .null : 8999 })
  }

  /// Pairs of one id whose prompts or texts differ.
  @Test(.timeLimit(.minutes(1))) func `many prompts under one id are told apart in time`() throws {
    let rows = (0..<20_000).map {
      "{\"prompt_id\": \"x\", \"prompt\": \"p\($0)\", \"chosen\": \"a\", \"rejected\": \"b\"}\n"
    }
    let sets = try readCandidates(Data(rows.joined().utf8), name: "pairs")
    #expect(sets.count == 20_000 && Set(sets.map(\.id)).count == 20_000)
    #expect(sets[0].id == "x" && sets[1].id == "x-2" && sets[19_999].id == "x-20000")
  }

  @Test(.timeLimit(.minutes(1))) func `a long dialogue is cut into its turns in time`() throws {
    let text = String(repeating: "\\n\\nHuman: a\\n\\nAssistant: b", count: 20_000)
    let row = "{\"chosen\": \"\(text)c\", \"rejected\": \"\(text)d\"}\n"
    let set = try #require(readCandidates(Data(row.utf8), name: "dialogue").first)
    #expect(set.prompt.count == 39_999)
  }
}
