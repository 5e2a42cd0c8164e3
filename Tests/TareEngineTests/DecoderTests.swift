import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

/// The real model, read once for all tests; nil where `make model` has not brought it.
enum SmolLM2 {
  static let url = projectFolder.appending(path: "models/SmolLM2-135M-Instruct.Q4_1.gguf")
  static let isHere = exists(url)
  static let decoder = Result { try Decoder(ModelWeights(url), Llama.self, threads: 2) }
}

@Suite(.enabled(if: SmolLM2.isHere, "models/ is empty: run `make model`"))
struct DecoderTests {
  static let reference = Result {
    try WeightFile(
      projectFolder.appending(path: "Tests/TareEngineTests/Fixtures/smollm2_reference.safetensors"))
  }

  /// transformers' float32 result for the same file, at texts of 1, 7, 128 and 1,500 tokens.
  ///
  /// Tolerance: 30 layers add about 60 rounded terms to a stream whose entries reach the hundreds
  /// before the last norm; two correct float32 implementations of transformers itself (eager and
  /// sdpa attention) differ by `spread`. A third may differ from each by several times that; 8
  /// spreads, and at least 2e-4 of the largest entry, is far below any wrong operation.
  @Test(arguments: [1, 7, 128, 1500])
  func `hidden states and logits are those of transformers`(count: Int) throws {
    let reader = try WeightReader(Self.reference.get())
    let ids = try reader["\(count).ids"].vector(count).map { Int32($0) }
    let readAt = count == 1 ? 1 : 3
    let positions = try reader["\(count).positions"].vector(readAt).map { Int($0) }
    let decoder = try SmolLM2.decoder.get()
    let width = decoder.spec.hiddenSize
    let wanted = try reader["\(count).hidden"].rows(readAt, width)
    let spread = try reader["\(count).spread"].vector(1)[0]

    let states = try decoder.hiddenStates([ids], at: [positions])[0]
    for (found, wanted) in zip(states, wanted) {
      let largest = wanted.map(abs).max() ?? 0
      expectClose(found, wanted, tolerance: max(8 * spread, 2e-4 * largest))
    }
    let logits = try decoder.logits(states[readAt - 1])
    let sampled = stride(from: 0, to: decoder.spec.vocabularySize, by: 768).map { logits[$0] }
    let wantedLogits = try reader["\(count).logits"].vector(64)
    let largest = wantedLogits.map(abs).max() ?? 0
    expectClose(sampled, wantedLogits, tolerance: 4e-4 * largest)
  }

  @Test func `a sequence has the same bits alone, in company, in any order and thread count`()
    throws
  {
    let decoder = try SmolLM2.decoder.get()
    let lengths = [3, 70, 1, 64, 129, 33, 200]
    var generator = SplitMix(state: 7)
    let sequences = lengths.map { length in
      (0..<length).map { _ in Int32.random(in: 3..<49152, using: &generator) }
    }
    let ends = sequences.map { [$0.count - 1] }
    let together = try decoder.hiddenStates(sequences, at: ends)
    for index in sequences.indices {
      #expect(try decoder.hiddenStates([sequences[index]], at: [ends[index]])[0] == together[index])
    }
    let reversed = try decoder.hiddenStates(sequences.reversed(), at: ends.reversed())
    #expect(Array(reversed.reversed()) == together)
    for threads in [1, 3] {
      let other = try ModelWeights(SmolLM2.url).body(threads: threads)
      #expect(try other.hiddenStates(sequences, at: ends) == together)
    }
  }

  @Test func `a prefix's state does not depend on what follows`() throws {
    let decoder = try SmolLM2.decoder.get()
    let ids = (0..<100).map { Int32(100 + 7 * $0) }
    let whole = try decoder.hiddenStates([ids], at: [[40, 99]])[0]
    let prefix = try decoder.hiddenStates([Array(ids[...40])], at: [[40]])[0]
    #expect(whole[0] == prefix[0])
  }

  @Test func `ids outside the vocabulary and empty sequences are refused`() throws {
    let decoder = try SmolLM2.decoder.get()
    #expect(throws: TareError.self) { try decoder.hiddenStates([[49152]], at: [[0]]) }
    #expect(throws: TareError.self) { try decoder.hiddenStates([[-1]], at: [[0]]) }
    #expect(throws: TareError.self) { try decoder.hiddenStates([[]], at: [[]]) }
  }
}

/// A model so small that OpenBLAS would use other kernels for few rows than for many.
@Suite struct TinyDecoderTests {
  static let folder = Result { try TemporaryFolder() }

  static func decoder(threads: Int) throws -> Decoder {
    let path = try folder.get().path("tiny-\(UUID()).gguf")
    try TinyModel.gguf().write(to: URL(filePath: path))
    return try Decoder(ModelWeights(URL(filePath: path)), Llama.self, threads: threads)
  }

  @Test func `a sequence has the same bits in every company`() throws {
    var generator = SplitMix(state: 5)
    let sequences = (0..<60).map { _ in
      (0..<Int.random(in: 1...400, using: &generator)).map { _ in
        Int32.random(in: 0..<259, using: &generator)
      }
    }
    let ends = sequences.map { [$0.count - 1] }
    let decoder = try Self.decoder(threads: 2)
    let together = try decoder.hiddenStates(sequences, at: ends)
    let single = try Self.decoder(threads: 1)
    for index in sequences.indices {
      #expect(try single.hiddenStates([sequences[index]], at: [ends[index]])[0] == together[index])
    }
    let few = Array(sequences[10..<13].reversed())
    #expect(
      try decoder.hiddenStates(few, at: few.map { [$0.count - 1] })
        == Array(together[10..<13].reversed()))
  }

  @Test func `a missing or misshapen tensor is named with both shapes`() throws {
    let whole = try ModelWeights(
      URL(filePath: Self.folder.get().file("whole.gguf", TinyModel.gguf())))
    let reader = WeightReader(whole)
    // By the name that the file has for it.
    let missing = #expect(throws: TareError.self) {
      try reader["model.layers.7.self_attn.q_proj.weight"].vector(3)
    }
    #expect(
      missing?.description
        == "tensor 'blk.7.attn_q.weight': expected shape [3], found no such tensor")
    let wrong = #expect(throws: TareError.self) { try reader["model.norm.weight"].vector(3) }
    #expect(
      wrong?.description == "tensor 'output_norm.weight': expected shape [3], found shape [64]")
  }

  @Test(arguments: [
    ("llama.rope.scaling.type", UInt32(8), GGUFBuilder.string("spiral")),
    ("llama.expert_count", 4, GGUFBuilder.bytes(UInt32(8))),
    ("llama.attention.causal", 7, [0]),
  ])
  func `what the family can have and we do not compute is refused`(
    key: String, type: UInt32, value: [UInt8]
  ) throws {
    var builder = TinyModel.builder()
    builder.pairs.append((key, type, value))
    let file = try Self.folder.get().path("feature-\(UUID()).gguf")
    try Data(builder.file).write(to: URL(filePath: file))
    let error = #expect(throws: TareError.self) { try ModelWeights(URL(filePath: file)) }
    #expect(error?.description.contains(key) == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    "llama.embedding_length", "llama.feed_forward_length", "llama.attention.head_count",
    "llama.attention.head_count_kv", "llama.attention.key_length", "llama.block_count",
    "llama.vocab_size",
  ])
  func `sizes that the tensors do not have are refused before memory is taken for them`(
    key: String
  ) throws {
    let file = try Self.folder.get().path("size-\(UUID()).gguf")
    for size in [2_097_151, 2_000_000, 512, 3] {
      var builder = TinyModel.builder()
      builder.pairs.removeAll { $0.0 == key }
      builder.pairs.append((key, 4, GGUFBuilder.bytes(UInt32(size))))
      try Data(builder.file).write(to: URL(filePath: file))
      let error = #expect(throws: TareError.self, "\(key) \(size)") {
        try ModelWeights(URL(filePath: file)).body(threads: 1)
      }
      #expect(error?.exitCode == 65)
    }
  }
}
