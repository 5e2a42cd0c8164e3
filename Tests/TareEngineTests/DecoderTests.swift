import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

/// The real model, read once for all tests; nil where `make model` has not brought it.
enum SmolLM2 {
  static let url = projectFolder.appending(path: "models/SmolLM2-135M-Instruct.Q4_1.gguf")
  static let isHere = exists(url)
  static let decoder = Result { try Decoder(WeightFile(url), threads: 2) }
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
    let logits = decoder.logits(states[readAt - 1])
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
      let other = try Decoder(WeightFile(SmolLM2.url), threads: threads)
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
