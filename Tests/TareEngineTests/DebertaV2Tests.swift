import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

/// DeBERTa-v2 beyond its reference values, on the tiny checkpoints of the families' fixtures.
@Suite struct DebertaV2Tests {
  static let families = projectFolder.appending(path: "Tests/TareEngineTests/Fixtures/families")

  static func model(_ name: String) throws -> ModelWeights {
    try ModelWeights(families.appending(path: name))
  }

  /// Lengths on both sides of a tile, of a block of rows and of a unit of rows. Types go round.
  static func texts() -> (sequences: [[Int32]], types: [[Int32]]) {
    var generator = SplitMix(state: 11)
    let sequences = [3, 70, 1, 64, 129, 12, 160, 65, 25].map { length in
      (0..<length).map { _ in Int32.random(in: 0..<64, using: &generator) }
    }
    return (sequences, sequences.map { $0.indices.map { Int32($0 % 2) } })
  }

  @Test(arguments: [
    "deberta", "deberta_c2p", "deberta_conv", "deberta_types", "deberta_unshared",
  ])
  func `a text has the same bits alone, in company, in any order and thread count`(
    name: String
  ) throws {
    let model = try Self.model(name)
    let (sequences, types) = Self.texts()
    let ends = sequences.map { [0, $0.count - 1] }
    let together = try model.body(threads: 2).hiddenStates(sequences, types: types, at: ends)
    for threads in [1, 3] {
      let body = try model.body(threads: threads)
      for index in sequences.indices {
        let alone = try body.hiddenStates(
          [sequences[index]], types: [types[index]], at: [ends[index]])
        #expect(alone[0] == together[index], "text \(index), \(threads) threads")
      }
      let reversed = try body.hiddenStates(
        sequences.reversed(), types: types.reversed(), at: ends.reversed())
      #expect(Array(reversed.reversed()) == together, "\(threads) threads")
    }
  }

  @Test func `texts that the model cannot read are refused`() throws {
    let body = try Self.model("deberta_types").body(threads: 1)
    #expect(throws: TareError.self) { try body.hiddenStates([[]], at: [[]]) }
    #expect(throws: TareError.self) { try body.hiddenStates([[64]], at: [[0]]) }
    #expect(throws: TareError.self) { try body.hiddenStates([[-1]], at: [[0]]) }
    // It has 160 absolute positions and two types.
    let long = [Int32](repeating: 5, count: 161)
    #expect(throws: TareError.self) { try body.hiddenStates([long], at: [[0]]) }
    for types: [Int32] in [[2, 0], [-1, 0], [0]] {
      #expect(throws: TareError.self) {
        try body.hiddenStates([[5, 6]], types: [types], at: [[0]])
      }
    }
  }

  @Test func `no types are types of zero, and types matter only where the model has them`() throws {
    let ids: [Int32] = [5, 6, 7]
    let typed = try Self.model("deberta_types").body(threads: 1)
    let none = try typed.hiddenStates([ids], at: [[0]])
    #expect(try typed.hiddenStates([ids], types: [[0, 0, 0]], at: [[0]]) == none)
    #expect(try typed.hiddenStates([ids], types: [[]], at: [[0]]) == none)
    #expect(try typed.hiddenStates([ids], types: [[0, 1, 1]], at: [[0]]) != none)
    let plain = try Self.model("deberta").body(threads: 1)
    #expect(
      try plain.hiddenStates([ids], types: [[0, 1, 1]], at: [[0]])
        == plain.hiddenStates([ids], at: [[0]]))
  }

  @Test func `the pooled head is found and reads the first token`() throws {
    let model = try Self.model("deberta")
    let head = try loadRewardHead(
      WeightReader(model), HeadContext(hiddenSize: model.size().hiddenSize, config: model.config))
    #expect(head is PooledHead)
    #expect(head.position == .first)
    #expect(LinearHead(weight: [1], bias: 0).position == .readRule)
  }

  @Test(arguments: [
    ("attention_head_size", JSONValue.int(7)), ("pos_att_type", "p2p|c2p"),
    ("norm_rel_ebd", "batch_norm"), ("position_buckets", 1), ("position_buckets", 2_097_152),
    ("conv_kernel_size", 2), ("hidden_act", "mish"), ("num_attention_heads", 3),
    ("pooler_hidden_size", 8),
  ])
  func `what is not supported is refused by its key`(key: String, value: JSONValue) throws {
    var values = try Self.model("deberta").config.values
    values[key] = value
    let error = #expect(throws: TareError.self) { try DebertaV2.size(ModelConfig(values)) }
    #expect(error?.description.contains("'\(key)'") == true)
  }
}
