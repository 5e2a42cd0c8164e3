import Foundation
import TareCore
import TareFormats
import Testing

@Suite struct FormatsRecognitionTests {
  /// A file of each text format, by its key.
  private static let samples = [
    "rewardbench": #"{"id":[1,2],"scores_chosen":[1,[2]],"scores_rejected":[0,3],"model":"m"}"#,
    "jsonl":
      "{\"id\":\"a\",\"score\":1,\"prompt\":\"p\",\"response\":\"\\u00e9\"}\n{\"score\":2}\n",
    "json": "[\n {\"score\": 1, \"prompt\": \"p\", \"chosen\": [\"a\"], \"rejected\": [\"b\"]}\n]",
    "csv": "id,score,prompt,response\r\n1,2,\"a \"\"b\"\"\nc\",é\r\n",
  ]

  private static func sample(_ key: String) throws -> Data? {
    let scores = Column(.numbers([1, 2]))
    switch key {
    case "arrow": return Data(ArrowWriter([("score", scores)], count: 2).bytes)
    case "parquet": return Data(try ParquetWriter.file([(name: "score", column: scores)]))
    default: return samples[key].map { Data($0.utf8) }
    }
  }

  @Test(arguments: FileFormats.registry.keys)
  func `a format recognises its own files alone`(key: String) throws {
    let file = try SourceFile(try #require(try Self.sample(key)))
    #expect(FileFormats.registry.entries.filter { $0.recognises(file) }.first?.key == key)
  }

  /// Cut and changed files are read or refused, never a crash, and what is refused names the file.
  @Test(arguments: FileFormats.registry.keys)
  func `damaged files do no harm`(key: String) throws {
    let sample = Array(try #require(try Self.sample(key)))
    var damaged = sample.indices.map { Array(sample[..<$0]) }
    for byte in [
      UInt8(ascii: "\""), UInt8(ascii: ","), UInt8(ascii: "\r"), UInt8(ascii: "["), 0, 0xC3,
    ] {
      for position in sample.indices {
        var changed = sample
        changed[position] = byte
        damaged.append(changed)
      }
    }
    for bytes in damaged {
      for format in [nil, key] {
        refusal { () throws(TareError) in
          _ = try readCandidates(Data(bytes), name: "file", format: format)
        }
        refusal { () throws(TareError) in
          let table = try ScoreTable(try readTable(Data(bytes), name: "file", format: format))
          _ = try table.data(adding: [("x", table.responses.map(\.score))])
        }
      }
    }
  }

  private func refusal(_ body: () throws(TareError) -> Void) {
    do {
      try body()
    } catch {
      #expect(error.description.hasPrefix("file"), "\(error)")
    }
  }
}
