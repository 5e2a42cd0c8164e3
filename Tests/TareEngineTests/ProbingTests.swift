/// What passes tell of routers, attention and gates, against float64 passes of transformers and of our
/// own modules (Fixtures/inspection_reference.py).
import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

private struct Reference {
  let root: JSONValue

  init() throws {
    let file = projectFolder.appending(
      path: "Tests/TareEngineTests/Fixtures/inspection_reference.json")
    root = try JSONValue(parsing: Array(Data(contentsOf: file)))
  }

  func checkpoint(_ name: String) throws -> JSONValue {
    try #require(root["checkpoints"]?[name])
  }

  /// A probe of the checkpoint's sequences, and the pass that it was told of.
  func probe(_ name: String, _ settings: PassProbe.Settings) throws -> PassProbe {
    let starts = (root["responseStarts"]?.array ?? []).compactMap(\.int)
    let samples = (root["samples"]?.array ?? []).map { ($0.array ?? []).compactMap(\.int) }
    let ids = try checkpoint(name)["sequences"]?.array?.map(\.ids) ?? []
    let probe = PassProbe(
      settings,
      zip(starts, samples).map { PassProbe.Sequence(responseStart: $0, samples: $1) })
    let body = try ModelWeights(ParityCheckpoints.folder(name)).body(threads: 2)
    let decoder = try #require(body as? Decoder)
    _ = try decoder.hiddenStates(ids, types: nil, at: ids.map { [$0.count - 1] }, probe: probe)
    return probe
  }
}

extension JSONValue {
  fileprivate var ids: [Int32] { (array ?? []).compactMap(\.int).map { Int32($0) } }
  fileprivate var doubles: [Double] { (array ?? []).compactMap(\.double) }
  fileprivate func doubles(_ key: String) -> [Double] { self[key]?.doubles ?? [] }
  fileprivate func rows(_ key: String) -> [[Double]] { (self[key]?.array ?? []).map(\.doubles) }
}

@Suite(.enabled(if: ParityCheckpoints.isHere)) struct ProbingTests {
  /// Sums over a few hundred tokens of numbers whose float32 errors are some 1e-6 of them: logits of
  /// size 1 are rounded some hundred times.
  static let share = 2e-5

  private static func expectSums(
    _ found: [Double], _ wanted: [Double], _ tolerance: Double = share,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let size = wanted.map(abs).max() ?? 0
    expectClose(found, wanted, tolerance: tolerance * size, sourceLocation: sourceLocation)
  }

  @Test(arguments: ["qwen3", "mistral", "qwen3_moe", "rmoe", "gated_headwise", "gated_elementwise"])
  func `attention, activations and gates are those of the reference`(name: String) throws {
    let reference = try Reference()
    let trace = try #require(try reference.probe(name, .init(attention: true)).attention)
    let wanted = try #require(try reference.checkpoint(name)["attention"])
    #expect(trace.tokens == wanted["tokens"]?.int)
    #expect(trace.late == wanted["late"]?.int)
    let layers = wanted["layers"]?.array ?? []
    try #require(trace.layers.count == layers.count)
    for (index, (found, wanted)) in zip(trace.layers, layers).enumerated() {
      Self.expectSums(found.sink, wanted.doubles("sink"))
      Self.expectSums(found.entropy, wanted.doubles("entropy"))
      #expect(found.activation.channel == wanted["channel"]?.int)
      // An embedding is the same wherever its token stands.
      if index > 0 { #expect(found.activation.position == wanted["position"]?.int) }
      let largest = try #require(wanted["largest"]?.double)
      #expect(abs(Double(found.activation.largest) - largest) < 1e-5 * largest)
      Self.expectSums([found.activation.squares], [wanted["squares"]?.double ?? 0])
      #expect((found.gates == nil) == (wanted["gates"] == nil))
      guard let gates = found.gates, let wanted = wanted["gates"] else { continue }
      Self.expectSums(gates.sum, wanted.doubles("sum"))
      Self.expectSums(gates.squares, wanted.doubles("squares"))
      Self.expectSums(gates.late, wanted.doubles("late"))
      Self.expectSums(gates.sink, wanted.doubles("sink"))
      // A gate within a rounding of an edge may count on the other side.
      expectClose(gates.histogram, wanted.doubles("histogram"), tolerance: 2)
      expectClose(gates.below, wanted.doubles("below"), tolerance: 2)
    }
  }

  /// Of the responses that the reference's regressions are on.
  @Test(arguments: ["qwen3_moe", "rmoe"])
  func `the experts of responses are those of the reference`(name: String) throws {
    let responses = try #require(try Reference().checkpoint(name)["responses"])
    let (rows, ids) = (
      responses["rows"]?.array ?? [], responses["sequences"]?.array?.map(\.ids) ?? []
    )
    let probe = PassProbe(
      .init(routing: true),
      rows.map { PassProbe.Sequence(responseStart: $0["start"]?.int ?? 0, samples: []) })
    let body = try ModelWeights(ParityCheckpoints.folder(name)).body(threads: 2)
    _ = try #require(body as? Decoder).hiddenStates(
      ids, types: nil, at: ids.map { [$0.count - 1] }, probe: probe)
    let texts = try #require(probe.routing?.texts)
    #expect(texts.count == 42)
    for (found, wanted) in zip(texts, rows) {
      #expect(found.counts == wanted.rows("all"))
      #expect(found.responseCounts == wanted.rows("counts"))
    }
  }

  @Test(arguments: ["qwen3_moe", "rmoe"])
  func `choices, probabilities and states of routers are those of the reference`(
    name: String
  ) throws {
    let reference = try Reference()
    var settings = PassProbe.Settings(routing: true)
    settings.activeThreshold = 0.1
    let trace = try #require(try reference.probe(name, settings).routing)
    let wanted = try #require(try reference.checkpoint(name)["routing"])
    #expect(trace.layers == (wanted["layers"]?.array ?? []).compactMap(\.int))
    #expect(trace.experts == wanted["experts"]?.int)
    #expect(trace.chosen == wanted["chosen"]?.int)
    for (found, wanted) in zip(trace.texts, wanted["texts"]?.array ?? []) {
      #expect(found.counts == wanted.rows("counts"))
      #expect(found.responseCounts == wanted.rows("responseCounts"))
      for (found, wanted) in zip(found.probabilities, wanted.rows("probabilities")) {
        Self.expectSums(found, wanted)
      }
    }
    let joint = wanted.rows("joint")
    try #require(trace.joint.count == joint.count)
    for (found, wanted) in zip(trace.joint, joint) { expectClose(found, wanted, tolerance: 1e-9) }
    let recurrent = wanted.rows("recurrent")
    try #require(trace.recurrent.count == recurrent.count)
    for (found, wanted) in zip(trace.recurrent, recurrent) {
      Self.expectSums([found.norm, found.change, found.cosine], wanted)
    }
    let samples = (wanted["samples"]?.array ?? []).map { $0.array ?? [] }
    for (found, wanted) in zip(trace.samples, samples) {
      try #require(found.count == wanted.count)
      // Rows are in the order of the tree.
      for wanted in wanted {
        let scores = wanted.doubles("scores")
        func distance(_ sample: RoutingTrace.Sample) -> Double {
          zip(sample.scores, scores).reduce(0) { $0 + abs(Double($1.0) - $1.1) }
        }
        let match = try #require(found.min { distance($0) < distance($1) })
        expectClose(match.scores.map(Double.init), scores, tolerance: 1e-5)
        Self.expectSums(match.norms.map(Double.init), wanted.doubles("norms"))
        #expect(abs(match.similarity - (wanted["similarity"]?.double ?? 9)) < 1e-5)
        #expect(abs(match.active - (wanted["active"]?.double ?? 9)) < 1e-9)
      }
    }
  }
}

/// Made models whose answer is known, and sums that do not change the scores.
@Suite struct ProbedPassTests {
  static let families = FamilyCase.root

  /// A family's folder with some tensors changed.
  static func changed(
    _ name: String, in folder: TemporaryFolder, _ change: (String, inout [Float], [Int]) -> Void
  ) throws -> Decoder {
    let source = families.appending(path: name)
    let target = URL(filePath: folder.path(name))
    try FileManager.default.copyItem(at: source, to: target)
    let model = try ModelWeights(source)
    let reader = WeightReader(model)
    let tensors = try model.shapes.map { entry in
      var values = try reader[entry.name].values(shaped: entry.shape)
      change(entry.name, &values, entry.shape)
      return (name: entry.name, shape: entry.shape, values: values)
    }
    try Safetensors.encode(tensors, metadata: [:]).write(
      to: target.appending(path: "model.safetensors"))
    return try #require(try ModelWeights(target).body(threads: 2) as? Decoder)
  }

  static func run(
    _ decoder: Decoder, _ sequences: [[Int32]], _ settings: PassProbe.Settings,
    sharesPrefixes: Bool = true
  ) throws -> (states: [[[Float]]], probe: PassProbe) {
    let probe = PassProbe(
      settings,
      sequences.map { PassProbe.Sequence(responseStart: $0.count / 2, samples: [$0.count - 1]) })
    let states = try decoder.hiddenStates(
      sequences, types: nil, at: sequences.map { [$0.count - 1] }, sharesPrefixes: sharesPrefixes,
      probe: probe)
    return (states, probe)
  }

  static func sequences(_ count: Int, below vocabulary: Int32, longest: Int) -> [[Int32]] {
    var random = SplitMix(state: 3)
    let shared = (0..<(longest / 2)).map { _ in Int32.random(in: 3..<vocabulary, using: &random) }
    return (0..<count).map { index in
      let own = (0..<Int.random(in: 1...(longest / 2), using: &random)).map { _ in
        Int32.random(in: 3..<vocabulary, using: &random)
      }
      return index % 3 == 0 ? own : shared.prefix(index % 3 == 1 ? shared.count : 20) + own
    }
  }

  @Test(
    arguments: [
      "qwen3_moe", "qwen3_moe_mlp_only", "rmoe_gru", "rmoe_dense_first", "rmoe_shared",
      "gated_headwise", "gated_elementwise_biases", "mistral_window", "gpt_neox", "gemma2",
    ], Precision.allCases)
  func `scores have the same bits with it and without`(name: String, precision: Precision) throws {
    var model = try ModelWeights(Self.families.appending(path: name))
    model.precision = precision
    let decoder = try #require(try model.body(threads: 2) as? Decoder)
    let sequences = Self.sequences(
      9, below: Int32(min(decoder.spec.vocabularySize, 60)), longest: 40)
    let plain = try decoder.hiddenStates(sequences, at: sequences.map { [$0.count - 1] })
    for settings in [
      PassProbe.Settings(routing: true), .init(attention: true),
      .init(routing: true, attention: true),
    ] {
      #expect(try Self.run(decoder, sequences, settings).states == plain)
    }
  }

  @Test(arguments: Precision.allCases)
  func `long texts and shared starts change neither bits nor sums`(precision: Precision) throws {
    let sequences = SameBitsTests.sequences(seed: 4)
    let decoder = try SameBitsTests.decoder(precision, threads: 2)
    let plain = try decoder.hiddenStates(sequences, at: sequences.map { [$0.count - 1] })
    let settings = PassProbe.Settings(attention: true)
    let shared = try Self.run(decoder, sequences, settings)
    let alone = try Self.run(decoder, sequences, settings, sharesPrefixes: false)
    #expect(shared.states == plain)
    #expect(alone.states == plain)
    let (first, second) = (
      try #require(shared.probe.attention), try #require(alone.probe.attention)
    )
    #expect(first.tokens == sequences.reduce(0) { $0 + $1.count })
    #expect(first.tokens == second.tokens && first.late == second.late)
    for (first, second) in zip(first.layers, second.layers) {
      // The same numbers, added in another order.
      expectClose(first.sink, second.sink, tolerance: 1e-9)
      expectClose(first.entropy, second.entropy, tolerance: 1e-8)
      #expect(first.activation.largest == second.activation.largest)
    }
    // Whole passes, and their halves added.
    let half = sequences.count / 2
    var sum = try #require(
      try Self.run(decoder, Array(sequences[..<half]), settings).probe.attention)
    sum += try #require(
      try Self.run(decoder, Array(sequences[half...]), settings).probe.attention)
    #expect(sum.late == first.late)
    for (sum, whole) in zip(sum.layers, first.layers) {
      expectClose(sum.entropy, whole.entropy, tolerance: 1e-8)
    }
  }

  @Test func `shared starts count for each text`() throws {
    let model = try ModelWeights(Self.families.appending(path: "rmoe_gru"))
    let decoder = try #require(try model.body(threads: 2) as? Decoder)
    let sequences = Self.sequences(9, below: 60, longest: 40)
    let settings = PassProbe.Settings(routing: true)
    let shared = try #require(try Self.run(decoder, sequences, settings).probe.routing)
    let alone = try #require(
      try Self.run(decoder, sequences, settings, sharesPrefixes: false).probe.routing)
    for ((first, second), ids) in zip(zip(shared.texts, alone.texts), sequences) {
      #expect(first.tokens == ids.count)
      #expect(first.responseTokens == ids.count - ids.count / 2)
      #expect(first.counts == second.counts)
      #expect(first.responseCounts == second.responseCounts)
      #expect(first.probabilities == second.probabilities)
      for (counts, probabilities) in zip(first.counts, first.probabilities) {
        #expect(counts.reduce(0, +) == Double(shared.chosen * ids.count))
        #expect(abs(probabilities.reduce(0, +) - Double(ids.count)) < 1e-4)
      }
    }
    for (first, second) in zip(shared.joint, alone.joint) {
      expectClose(first, second, tolerance: 1e-9)
    }
  }

  @Test func `a router without weights gives every expert the same, and the first are chosen`()
    throws
  {
    let folder = try TemporaryFolder()
    let decoder = try Self.changed("qwen3_moe", in: folder) { name, values, _ in
      if name.hasSuffix("mlp.gate.weight") { values = values.map { _ in 0 } }
    }
    let sequences = Self.sequences(4, below: 60, longest: 40)
    let trace = try #require(
      try Self.run(decoder, sequences, .init(routing: true)).probe.routing)
    for (text, ids) in zip(trace.texts, sequences) {
      let n = Double(ids.count)
      for (counts, probabilities) in zip(text.counts, text.probabilities) {
        #expect(counts == (0..<trace.experts).map { $0 < trace.chosen ? n : 0 })
        expectClose(
          probabilities, counts.map { _ in n / Double(trace.experts) }, tolerance: n * 1e-6)
      }
    }
  }

  /// Channel 0 of every token's embedding decides: tokens below 30 have it up, others down.
  @Test func `a router that reads one channel sends each kind of token to its expert`() throws {
    let folder = try TemporaryFolder()
    let decoder = try Self.changed("qwen3_moe", in: folder) { name, values, shape in
      if name.hasSuffix("embed_tokens.weight") {
        for token in 0..<shape[0] { values[token * shape[1]] = token < 30 ? 100 : -100 }
      } else if name.hasSuffix("post_attention_layernorm.weight") {
        values = values.map { _ in 1 }
      } else if name.hasSuffix("mlp.gate.weight") {
        values = values.map { _ in 0 }
        values[2 * shape[1]] = 50
        values[3 * shape[1]] = -50
      }
    }
    let low: [Int32] = (3..<23).map { Int32($0) }
    let high: [Int32] = (31..<44).map { Int32($0) }
    let trace = try #require(
      try Self.run(decoder, [low, high], .init(routing: true)).probe.routing)
    for (text, expert) in zip(trace.texts, [2, 3]) {
      for (counts, probabilities) in zip(text.counts, text.probabilities) {
        #expect(counts[expert] == Double(text.tokens))
        #expect(counts[expert == 2 ? 3 : 2] == 0)
        #expect(probabilities[expert] > 0.999 * Double(text.tokens))
      }
    }
  }

  @Test(arguments: ["gated_headwise_biases", "gated_elementwise_biases"], [Float(30), -30])
  func `gates that biases hold open or shut are found so`(name: String, bias: Float) throws {
    let folder = try TemporaryFolder()
    let probe = try ModelWeights(Self.families.appending(path: name)).body(threads: 1)
    let spec = try #require(probe as? Decoder).spec
    let gates = name.contains("headwise") ? spec.headCount : spec.headCount * spec.headDim
    let group = spec.headCount / spec.keyValueHeadCount * spec.headDim
    let (perGroup, size) = (
      gates / spec.keyValueHeadCount, group + gates / spec.keyValueHeadCount
    )
    let decoder = try Self.changed(name, in: folder) { name, values, shape in
      guard name.contains("self_attn.q_proj") else { return }
      let width = shape.count == 2 ? shape[1] : 1
      for row in 0..<(size * spec.keyValueHeadCount) where row % size >= size - perGroup {
        for i in 0..<width { values[row * width + i] = shape.count == 2 ? 0 : bias }
      }
    }
    let sequences = Self.sequences(4, below: 60, longest: 40)
    let trace = try #require(
      try Self.run(decoder, sequences, .init(attention: true)).probe.attention)
    let tokens = Double(trace.tokens)
    for layer in trace.layers {
      let found = try #require(layer.gates)
      let bin = bias > 0 ? found.histogram.count - 1 : 0
      #expect(found.histogram[bin] == tokens * Double(gates))
      #expect(found.histogram.reduce(0, +) == tokens * Double(gates))
      expectClose(
        found.sum, Array(repeating: bias > 0 ? tokens : 0, count: gates), tolerance: 1e-6 * tokens)
      #expect(
        found.below.reduce(0, +) == (bias > 0 ? 0 : tokens * Double(gates)))
    }
  }
}
