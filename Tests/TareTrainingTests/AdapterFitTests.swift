import Foundation
import TareCore
import TareEngine
import TareTesting
import TareTraining
import Testing

/// Adapters on the tiny model: what they start from, learn, and save.
@Suite struct AdapterFitTests {
  private let weights: ModelWeights
  private let decoder: Decoder
  private let folder: TemporaryFolder

  init() throws {
    try OpenBLAS.require()
    folder = try TemporaryFolder()
    weights = try ModelWeights(URL(filePath: folder.file("tiny.gguf", TinyModel.gguf())))
    decoder = try #require(try weights.body(threads: 2) as? Decoder)
  }

  private func sequence(_ seed: UInt64, length: Int) -> [Int32] {
    var generator = SplitMix(state: seed)
    return (0..<length).map { _ in Int32.random(in: 3..<200, using: &generator) }
  }

  private func stack(layers: Int) throws -> AdaptedStack {
    try AdaptedStack(weights, layers: layers, positions: 64)
  }

  /// float32 sums of up to 128 terms in another order, in two layers.
  @Test(arguments: [1, 2])
  func `layers on the states below them give the model's own states`(layers: Int) throws {
    let sequences = [sequence(1, length: 9), sequence(2, length: 40), sequence(3, length: 1)]
    let states = try decoder.states(below: 2 - layers, of: sequences)
    let stack = try stack(layers: layers)
    for (ids, states) in zip(sequences, states) {
      let wanted = try decoder.hiddenStates([ids], types: nil, at: [[ids.count - 1]])[0][0]
      let found = stack.forward(states, reading: ids.count - 1).feature
      expectClose(found.map(Double.init), wanted.map(Double.init), tolerance: 1e-4)
    }
  }

  @Test func `states do not depend on what else is computed`() throws {
    let sequences = (1...5).map { sequence($0, length: 5 + 7 * Int($0)) }
    let together = try decoder.states(below: 1, of: sequences)
    for (ids, states) in zip(sequences, together) {
      #expect(try decoder.states(below: 1, of: [ids])[0] == states)
      #expect(states.count == ids.count * TinyModel.hidden)
    }
    #expect(throws: TareError.self) { try decoder.states(below: 3, of: sequences) }
  }

  /// Pairs whose chosen conversation ends in one of three tokens, the rejected in one of three others.
  private func pairs(_ count: Int, sign: Int, seed: UInt64) throws -> StreamPairs {
    func side(_ first: Int32) throws -> [StreamStates] {
      let sequences = (0..<count).map { index -> [Int32] in
        sequence(seed &+ UInt64(index) &* 7 &+ UInt64(first), length: 6) + [
          first + Int32(index % 3)
        ]
      }
      return try decoder.states(below: 0, of: sequences).map {
        StreamStates(states: $0, row: 6)
      }
    }
    let (good, bad) = sign > 0 ? (Int32(50), Int32(60)) : (Int32(60), Int32(50))
    return StreamPairs(
      chosen: try side(good), rejected: try side(bad), prompts: (0..<count).map { "\(seed) \($0)" })
  }

  private var settings: AdapterSettings {
    var settings = AdapterSettings()
    (settings.rank, settings.layers, settings.epochs, settings.batchSize) = (4, 2, 6, 8)
    settings.learningRate = 5e-3
    settings.targets = AdaptedLayer.Place.allCases
    return settings
  }

  @Test func `a domain is learnt, and the loss falls`() throws {
    var fit = AdapterFit(try stack(layers: 2), settings, threads: 2, seed: 1)
    let test = try pairs(30, sign: 1, seed: 900)
    #expect(fit.accuracy(test) == 0)
    let losses = fit.train(on: try pairs(48, sign: 1, seed: 1), rule: .all, stage: 0) { _, _ in true
    }
    #expect(losses.count == 6)
    // Before the first step every margin is 0: log 2.
    #expect(losses[0] < log(2) && losses[5] < losses[0] / 2, "\(losses)")
    #expect(fit.accuracy(test) > 0.9)
    // Not by the reward alone: the layers have changed.
    #expect(fit.stack.layers[0].linears.contains { $0.change?.b.contains { $0 != 0 } == true })
  }

  @Test func `threads change no bit, seeds do`() throws {
    let train = try pairs(24, sign: 1, seed: 5)
    func fitted(threads: Int, seed: UInt64) throws -> AdapterFit {
      var settings = settings
      settings.epochs = 1
      var fit = AdapterFit(try stack(layers: 2), settings, threads: threads, seed: seed)
      _ = fit.train(on: train, rule: .random(threshold: 0.5), stage: 1) { _, _ in true }
      return fit
    }
    let one = try fitted(threads: 1, seed: 1)
    #expect(try fitted(threads: 2, seed: 1).weights(firstLayer: 0) == one.weights(firstLayer: 0))
    #expect(try fitted(threads: 1, seed: 2).weights(firstLayer: 0) != one.weights(firstLayer: 0))
  }

  @Test func `what is asked to stop stops after a step`() throws {
    var fit = AdapterFit(try stack(layers: 1), settings, threads: 1, seed: 1)
    var steps = 0
    let losses = fit.train(on: try pairs(24, sign: 1, seed: 5), rule: .all, stage: 0) {
      done, total in
      steps = done
      #expect(total == 18)
      return done < 2
    }
    #expect(losses.isEmpty && steps == 2)
  }

  /// One step from moments of 0: rows of A and B that are masked stay where they are.
  @Test func `in a step of MIGU rows of small outputs stay where they are`() throws {
    var settings = settings
    settings.epochs = 1
    settings.batchSize = 100
    var fit = AdapterFit(try stack(layers: 1), settings, threads: 1, seed: 1)
    let train = try pairs(16, sign: 1, seed: 5)
    // The first step moves the reward alone, the second B.
    for stage in 0..<2 { _ = fit.train(on: train, rule: .all, stage: stage) { _, _ in true } }
    let before = fit.stack.layers[0].linears
    _ = fit.train(on: train, rule: .migu(threshold: 0.5), stage: 2) { _, _ in true }
    for (old, new) in zip(before, fit.stack.layers[0].linears) {
      let (a, b) = (try #require(old.change), try #require(new.change))
      let rows = (0..<old.outputs).count { row in
        let range = (row * a.rank)..<((row + 1) * a.rank)
        return a.b[range] != b.b[range]
      }
      // Half of the rows, and those that are alike.
      #expect(rows <= (old.outputs + 1) / 2 + 1 && rows > 0, "\(rows) of \(old.outputs)")
    }
  }

  /// A folder of the Qwen2 family, whose adapter was fitted to one pair.
  private struct Saved {
    let base = projectFolder.appending(path: "Tests/TareEngineTests/Fixtures/families/lora/base")
    let adapter: URL
    let ids: [Int32] = [5, 9, 33, 2, 40, 17, 8]
    /// Of the fit itself.
    let reward: Double

    init(in folder: TemporaryFolder, targets: [AdaptedLayer.Place]) throws {
      let weights = try ModelWeights(base)
      let decoder = try #require(try weights.body(threads: 1) as? Decoder)
      var settings = AdapterSettings()
      (settings.rank, settings.layers, settings.epochs) = (2, 1, 4)
      (settings.learningRate, settings.targets) = (0.05, targets)
      let stack = try AdaptedStack(weights, layers: 1, positions: 16)
      var fit = AdapterFit(stack, settings, threads: 2, seed: 3)
      let states = try decoder.states(below: 1, of: [ids, [7, 7, 3]])
      let pair = StreamPairs(
        chosen: [StreamStates(states: states[0], row: ids.count - 1)],
        rejected: [StreamStates(states: states[1], row: 2)], prompts: ["p"])
      _ = fit.train(on: pair, rule: .all, stage: 0) { _, _ in true }
      #expect(fit.accuracy(pair) == 1)
      reward = fit.rewards(pair.chosen)[0]
      adapter = folder.url.appending(path: "adapter")
      try FileManager.default.createDirectory(at: adapter, withIntermediateDirectories: true)
      try fit.weights(firstLayer: 1)
        .write(to: adapter.appending(path: "adapter_model.safetensors"))
      try Data(fit.config(base: base.path, firstLayer: 1).text().utf8)
        .write(to: adapter.appending(path: "adapter_config.json"))
    }
  }

  /// The adapter is merged by the engine, which sums in float32 in another order.
  @Test(arguments: [[AdaptedLayer.Place.query, .value], AdaptedLayer.Place.allCases])
  func `a saved adapter is the one that was fitted`(targets: [AdaptedLayer.Place]) throws {
    let saved = try Saved(in: folder, targets: targets)
    let merged = try ModelWeights(saved.adapter)
    #expect(merged.adapter?.replacedTensors == ["score.weight"])
    #expect(merged.adapter?.changedTensors.count == targets.count)
    let body = try #require(try merged.body(threads: 1) as? Decoder)
    let hidden = try body.hiddenStates([saved.ids], types: nil, at: [[saved.ids.count - 1]])[0][0]
    let reader = WeightReader(merged)
    let score = try reader["score.weight"].values(shaped: [1, hidden.count])
    let reward = zip(hidden, score).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(reward - saved.reward) < 1e-4 * max(1, abs(reward)))
    // And not that of the base.
    let plain = try #require(try ModelWeights(saved.base).body(threads: 1) as? Decoder)
    let before = try plain.hiddenStates([saved.ids], types: nil, at: [[saved.ids.count - 1]])[0][0]
    let unchanged = zip(before, score).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(unchanged - reward) > 1e-2)
  }

  /// Whether the python3 on the path has PEFT.
  private static let hasPEFT = (try? python(["-c", "import peft, transformers"])) != nil

  private static func python(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    let output = Pipe()
    (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw TareError.fault("python3 failed") }
    return String(decoding: data, as: UTF8.self)
  }

  @Test(.enabled(if: AdapterFitTests.hasPEFT, "needs python3 with peft and transformers"))
  func `PEFT loads a saved adapter and gives the same score`() throws {
    let saved = try Saved(in: folder, targets: AdaptedLayer.Place.allCases)
    let script = projectFolder.appending(path: "Tests/TareTrainingTests/Fixtures/peft_score.py")
    let printed = try Self.python([
      script.path, saved.base.path, saved.adapter.path,
      saved.ids.map { String($0) }.joined(separator: ","),
    ])
    let score = try #require(Double(printed.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(abs(score - saved.reward) < 1e-4 * max(1, abs(score)), "\(score) \(saved.reward)")
  }
}
