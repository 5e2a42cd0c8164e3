/// Every family and every head against transformers, on the tiny checkpoints in Fixtures/families.
import Foundation
import TareCore
import TareEngine
import TareTesting
import Testing

/// One folder of Fixtures/families, or the GGUF file in it.
struct FamilyCase: CustomStringConvertible, Sendable {
  let folder: URL
  let model: URL
  let description: String

  /// `TARE_FAMILIES` names another folder of such cases, made by the same script with other sizes.
  static let root =
    ProcessInfo.processInfo.environment["TARE_FAMILIES"].map { URL(filePath: $0) }
    ?? projectFolder.appending(path: "Tests/TareEngineTests/Fixtures/families")

  /// All cases whose models stand by themselves.
  static let all: [FamilyCase] = {
    let manager = FileManager.default
    return ((try? manager.contentsOfDirectory(atPath: root.path)) ?? []).sorted().flatMap { name in
      let folder = root.appending(path: name)
      guard exists(folder.appending(path: "reference.json")) else { return [FamilyCase]() }
      let gguf = folder.appending(path: "model.gguf")
      return
        (exists(folder.appending(path: "config.json"))
        ? [FamilyCase(folder: folder, model: folder, description: name)] : [])
        + (exists(gguf)
          ? [FamilyCase(folder: folder, model: gguf, description: "\(name), GGUF")] : [])
    }
  }()

  func reference() throws -> JSONValue {
    try JSONValue(
      parsing: Array(Data(contentsOf: folder.appending(path: "reference.json"))))
  }
}

extension JSONValue {
  fileprivate var floats: [Float] { (array ?? []).compactMap(\.double).map { Float($0) } }
  fileprivate var ints: [Int] { (array ?? []).compactMap(\.int) }
  fileprivate var ids: [Int32] { ints.map { Int32($0) } }
}

@Suite struct FamilyTests {
  /// The reference is float64; `deviation` is how far transformers' own float32 is from it. Another
  /// correct float32 implementation sums in another order and may be several times as far: eight
  /// deviations, or 2e-5 of the largest entry. Switches that are read wrongly change the states by
  /// far more, which the fixtures' script asserts.
  @Test(arguments: FamilyCase.all)
  func `hidden states are those of transformers`(family: FamilyCase) throws {
    let reference = try family.reference()
    guard let hidden = reference["hidden"]?.array else { return }
    let sequences = (reference["sequences"]?.array ?? []).map(\.ids)
    let positions = (reference["positions"]?.array ?? []).map(\.ints)
    let types = reference["tokenTypes"]?.array?.map(\.ids)
    let body = try ModelWeights(family.model).body(threads: 2)
    let found = try body.hiddenStates(sequences, types: types, at: positions)
    let wanted = hidden.map { ($0.array ?? []).map(\.floats) }
    let largest = wanted.joined().joined().map(abs).max() ?? 0
    let deviation = Float(reference["deviation"]?.double ?? 0)
    for (found, wanted) in zip(found, wanted) {
      expectClose(
        Array(found.joined()), Array(wanted.joined()), tolerance: max(8 * deviation, 2e-5 * largest)
      )
    }
    // Each alone has the same bits.
    for index in sequences.indices {
      let alone = try body.hiddenStates(
        [sequences[index]], types: types.map { [$0[index]] }, at: [positions[index]])
      #expect(alone[0] == found[index])
    }
  }

  /// Heads add one layer or two to the states.
  @Test(arguments: FamilyCase.all.filter { $0.model == $0.folder })
  func `scores are those of transformers`(family: FamilyCase) throws {
    let reference = try family.reference()
    let model = try ModelWeights(family.model)
    guard let scores = reference["scores"]?.array, let read = reference["readAt"]?.ints,
      !model.config.isLanguageModel, model.config["pooling"] != "mean",
      model.config["classifier_pooling"] != "mean"
    else { return }
    let sequences = (reference["sequences"]?.array ?? []).map(\.ids)
    let types = reference["tokenTypes"]?.array?.map(\.ids)
    let body = try model.body(threads: 2)
    let head = try loadRewardHead(
      WeightReader(model), HeadContext(hiddenSize: body.size.hiddenSize, config: model.config))
    let gates = reference["gates"]?.ints
    let places = read.indices.map { row in
      if head.position == .late { return Array(sequences[row].indices) }
      if let gates { return [gates[row], read[row]] }
      return [read[row]]
    }
    let states = try body.hiddenStates(sequences, types: types, at: places)
    for (states, wanted) in zip(states, scores) {
      let wanted = wanted.array == nil ? [Float(wanted.double ?? .nan)] : wanted.floats
      let isLate = head.position == .late
      let inputs = isLate ? states : [Array(states.joined())]
      let outputs = inputs.map { head.outputs($0) }
      let found = outputs[0].indices.map { index in
        outputs.reduce(0) { $0 + $1[index] } / Float(outputs.count)
      }
      expectClose(found, wanted, tolerance: 2e-4)
    }
  }

  /// PiSSA's and OLoRA's start is taken off the base; float32's SVD and QR in PEFT are the reference.
  @Test(arguments: [
    "plain", "rslora", "patterns", "pissa", "pissa_rslora", "olora", "mica", "orthogonal",
    "experts", "experts_rslora", "kinds/dora", "kinds/dora_rslora", "kinds/bias_all",
    "kinds/bias_lora_only", "kinds/tokens", "kinds/tokens_named", "kinds/several",
    "kinds/several/other",
  ])
  func `an adapter is merged as peft merges it`(name: String) throws {
    let group =
      name.hasPrefix("kinds/") ? "lora_kinds" : name.hasPrefix("experts") ? "lora_experts" : "lora"
    let folder = FamilyCase.root.appending(path: group)
    let adapter = folder.appending(path: name.replacing("kinds/", with: ""))
    let reference = try JSONValue(
      parsing: Array(Data(contentsOf: adapter.appending(path: "reference.json"))))
    let model = try ModelWeights(adapter, base: folder.appending(path: "base"))
    let body = try model.body(threads: 1)
    let head = try loadRewardHead(
      WeightReader(model), HeadContext(hiddenSize: body.size.hiddenSize, config: model.config))
    let states = try body.hiddenStates(
      (reference["sequences"]?.array ?? []).map(\.ids),
      at: (reference["readAt"]?.ints ?? []).map { [$0] })
    for (states, wanted) in zip(states, reference["scores"]?.array ?? []) {
      expectClose(head.outputs(states[0]), wanted.floats, tolerance: 2e-4)
    }
  }

  @Test func `one of several adapters is found by its name, and no other`() throws {
    let folder = FamilyCase.root.appending(path: "lora_kinds/several")
    #expect(try LoRAAdapter.folder(named: "default", in: folder).path == folder.path)
    #expect(try LoRAAdapter.folder(named: "other", in: folder).lastPathComponent == "other")
    let error = #expect(throws: TareError.self) {
      try LoRAAdapter.folder(named: "third", in: folder)
    }
    #expect(error?.exitCode == 65)
    #expect(error?.description.contains("default, other") == true)
    // Names do not lead out of the folder.
    #expect(throws: TareError.self) { try LoRAAdapter.folder(named: "../several", in: folder) }
  }

  /// The reference's sums of up to 150 logarithms, in float64; ours differ by what the states do.
  @Test func `probabilities of tokens are those of transformers`() throws {
    let folder = FamilyCase.root.appending(path: "dpo")
    let reference = try JSONValue(
      parsing: Array(Data(contentsOf: folder.appending(path: "reference.json"))))
    let sequences = (reference["sequences"]?.array ?? []).map(\.ids)
    let starts = reference["promptLengths"]?.ints ?? []
    for name in ["policy", "reference"] {
      let body = try ModelWeights(folder.appending(path: name)).body(threads: 2)
      let decoder = try #require(body as? Decoder)
      let found = try decoder.logProbabilities(sequences, from: starts)
      expectClose(
        found.map { Float($0.reduce(0) { $0 + Double($1) }) }, reference[name]?.floats ?? [],
        tolerance: 1e-3)
      // One at a time the same bits.
      for index in sequences.indices {
        #expect(
          try decoder.logProbabilities([sequences[index]], from: [starts[index]])[0] == found[index]
        )
      }
    }
  }

  @Test(arguments: ["lm_llama", "lm_qwen3_tied", "t5", "t5_gated"])
  func `a language model is read at tokens`(name: String) throws {
    let folder = FamilyCase.root.appending(path: name)
    let reference = try JSONValue(
      parsing: Array(Data(contentsOf: folder.appending(path: "reference.json"))))
    let model = try ModelWeights(folder)
    let body = try model.body(threads: 1)
    let (yes, no) = (reference["yes"]?.int ?? 0, reference["no"]?.int ?? 0)
    let head = try loadRewardHead(
      WeightReader(model),
      HeadContext(
        hiddenSize: body.size.hiddenSize, config: model.config,
        tokens: [0, Int32(yes), Int32(no)]))
    let states = try body.hiddenStates(
      (reference["sequences"]?.array ?? []).map(\.ids),
      at: (reference["readAt"]?.ints ?? []).map { [$0] })
    for (index, states) in states.enumerated() {
      let outputs = head.outputs(states[0])
      expectClose([outputs[0]], reference["scores"]?.array?[index].floats ?? [], tolerance: 2e-4)
      expectClose(
        Array(outputs[1...]), reference["yesNoLogits"]?.array?[index].floats ?? [], tolerance: 2e-4)
    }
  }
}
