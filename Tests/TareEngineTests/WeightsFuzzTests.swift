/// Weight files and configurations with changed bytes.
import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

@Suite struct WeightsFuzzTests {
  private static let targets = [
    FuzzTarget(
      "safetensors",
      seeds: [
        Array(
          Safetensors.encode(
            [("score.weight", [2, 3], [1, -2, 0.5, 0, 1, 2]), ("score.bias", [2], [7, 8])],
            metadata: ["format": "pt"])),
        Array(
          Safetensors.encode([("a", [0, 3], []), ("b", [1], [1])], metadata: [:])),
      ],
      words: [
        "data_offsets", "shape", "dtype", "F32", "BF16", "I64", "F8_E4M3", "__metadata__",
      ], rounds: 3000
    ) { bytes in
      let found = try bytes.withUnsafeBytes { try Safetensors.directory(of: $0) }
      for tensor in found.tensors.values where tensor.range.upperBound > bytes.count {
        throw TareError.fault("a tensor outside the file")
      }
    },
    FuzzTarget(
      "gguf", seeds: [Array(TinyModel.gguf().prefix(1 << 14)), ggufWithAllTypes()],
      words: ["tokenizer.ggml.tokens", "general.architecture", "general.alignment"], rounds: 500
    ) { bytes in
      let found = try bytes.withUnsafeBytes { try GGUF.directory(of: $0) }
      for tensor in found.tensors.values where tensor.range.upperBound > bytes.count {
        throw TareError.fault("a tensor outside the file")
      }
    },
    FuzzTarget("config", seeds: configurations, words: ["rope_scaling", "num_hidden_layers"]) {
      bytes in
      let config = ModelConfig(try JSONValue(parsing: bytes).object ?? [:])
      _ = try Architectures.family(named: config).size(config)
    },
  ]

  private static func ggufWithAllTypes() -> [UInt8] {
    var builder = GGUFBuilder()
    builder.pairs = [
      ("u8", 0, [200]), ("f32", 6, GGUFBuilder.bytes(Float(1.5).bitPattern)), ("bool", 7, [1]),
      ("text", 8, GGUFBuilder.string("h\u{F6}he")),
      (
        "list", 9,
        GGUFBuilder.bytes(UInt32(4)) + GGUFBuilder.bytes(UInt64(2)) + [1, 0, 0, 0, 2, 0, 0, 0]
      ),
      ("f64", 12, GGUFBuilder.bytes(2.5.bitPattern)),
    ]
    builder.tensors = [("a", [4, 2], 0, 0), ("b", [32], 8, 32)]
    return builder.file
  }

  private static let configurations = [
    #"{"model_type":"llama","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"#
      + #""num_key_value_heads":2,"intermediate_size":128,"vocab_size":260,"rms_norm_eps":1e-5,"#
      + #""rope_theta":10000.0,"max_position_embeddings":512,"#
      + #""rope_scaling":{"rope_type":"llama3","factor":8.0,"low_freq_factor":1.0,"#
      + #""high_freq_factor":4.0,"original_max_position_embeddings":128}}"#,
    #"{"model_type":"gemma2","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"#
      + #""num_key_value_heads":2,"head_dim":16,"intermediate_size":128,"vocab_size":260,"#
      + #""rms_norm_eps":1e-6,"sliding_window":16,"attn_logit_softcapping":50.0,"#
      + #""final_logit_softcapping":30.0,"query_pre_attn_scalar":16,"hidden_activation":"gelu"}"#,
    #"{"model_type":"qwen3_moe","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"#
      + #""num_key_value_heads":2,"moe_intermediate_size":32,"num_experts":4,"vocab_size":260,"#
      + #""num_experts_per_tok":2,"rms_norm_eps":1e-6,"decoder_sparse_step":1,"#
      + #""mlp_only_layers":[]}"#,
  ].map { Array($0.utf8) }

  @Test(.timeLimit(.minutes(90)), arguments: targets)
  func `changed weight files and configurations are read or refused`(target: FuzzTarget)
    async throws
  {
    let outcome = try await target.run()
    #expect(outcome.faults.isEmpty)
    #expect(outcome.isRead > 0 && outcome.refused > 0, "\(outcome)")
  }
}
