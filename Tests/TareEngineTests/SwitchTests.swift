/// Switches that a configuration may have, and that transformers follows, ignores, or fails with.
/// `Fixtures/switches.py` tried them.
import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

@Suite struct SwitchTests {
  private static let rows: [JSONValue] = {
    let file = projectFolder.appending(path: "Tests/TareEngineTests/Fixtures/switches.json")
    let rows = try? JSONValue(parsing: Array(Data(contentsOf: file)))
    return rows?.array ?? []
  }()

  private func spec(_ row: JSONValue) throws -> DecoderSpec {
    let config = ModelConfig(row["config"]?.object ?? [:])
    let family = try #require(
      try Architectures.family(named: config) as? any DecoderArchitecture.Type)
    return try family.spec(config)
  }

  @Test func `as many values of a head are turned as in transformers`() throws {
    let rows = Self.rows.filter { $0["turned"] != nil }
    #expect(rows.count > 250)
    for row in rows {
      if let wanted = row["turned"]?.int {
        #expect(try Set(spec(row).rotaries.map(\.dim)) == [wanted], "\(row.text())")
      } else {
        let error = #expect(throws: TareError.self, "\(row.text())") { try spec(row) }
        #expect(error?.exitCode == 65)
      }
    }
  }

  @Test func `attention that looks both ways is refused, and no other`() throws {
    let rows = Self.rows.filter { $0["bothWays"] != nil }
    #expect(rows.count == 77)
    for row in rows {
      let bothWays = row["bothWays"] == true
      // Refused in all Gemmas, though transformers ignores it in the first two.
      let isGemma =
        row["config"]?["model_type"]?.string?.hasPrefix("gemma") == true
        && row["config"]?["use_bidirectional_attention"] == true
      if bothWays || isGemma {
        let error = #expect(throws: TareError.self, "\(row.text())") { try spec(row) }
        #expect(error?.description.contains(isGemma ? "bidirectional" : "is_causal") == true)
      } else {
        #expect(throws: Never.self, "\(row.text())") { try spec(row) }
      }
    }
  }

  /// Dynamic scaling begins where `max_position_embeddings` ends, and linear scaling and YaRN reach
  /// factor times the trained length: a limit before that would make them useless.
  @Test(arguments: [
    (#"{"rope_type": "default"}"#, 128), (#"{"rope_type": "linear", "factor": 4.0}"#, 512),
    (#"{"rope_type": "dynamic", "factor": 2.0}"#, Int(Int32.max)),
    (#"{"type": "dynamic", "factor": 2.0}"#, Int(Int32.max)),
    (#"{"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 128}"#, 512),
    (#"{"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}"#, 128),
    (#"{"rope_type": "yarn", "factor": 4.0}"#, 512),
  ])
  func `texts may be as long as the rotary embedding is stretched to`(
    rope: String, limit: Int
  ) throws {
    for family in ["llama", "internlm2", "qwen2"] {
      let config: JSONObject = [
        "model_type": .string(family), "vocab_size": 64, "hidden_size": 32, "intermediate_size": 24,
        "num_hidden_layers": 1, "num_attention_heads": 4, "max_position_embeddings": 128,
        "rope_scaling": try JSONValue(parsing: Array(rope.utf8)),
      ]
      let model = ModelConfig(config)
      #expect(
        try Architectures.family(named: model).size(model).contextLength == limit, "\(family)")
    }
  }
}
