/// The weights: where they are, how many, how they are stored, and whether they are the family's.
internal import Foundation
internal import TareCore
internal import TareEngine

extension ModelInspector {
  mutating func describeFormat(_ weights: ModelWeights) {
    if weights.ggufMetadata != nil {
      result.add("format", "gguf", "format", "GGUF")
    } else {
      let shards = weights.files.count - (weights.adapter == nil ? 0 : 1)
      result.add(
        "format", "safetensors", "format",
        shards == 1 ? "safetensors" : "safetensors, \(shards) shards")
      result.add("shards", .int(shards))
    }
    guard let adapter = weights.adapter else { return }
    let base = weights.baseURL?.path ?? ""
    let replaced = adapter.replacedTensors
    let name = adapter.url.lastPathComponent
    result.add(
      "adapter",
      [
        "name": .string(name), "type": "lora",
        "rank": adapter.settings["r"] ?? .null, "alpha": adapter.settings["lora_alpha"] ?? .null,
        "changes": .array(adapter.changedTensors.map { .string($0) }),
        "replaces": .array(replaced.map { .string($0) }), "base": .string(base),
      ], "adapter",
      "LoRA '\(name)' of rank \(adapter.settings["r"]?.text() ?? "unknown") on "
        + "\(adapter.changedTensors.count) weights"
        + (replaced.isEmpty ? "" : ", replaces \(replaced.joined(separator: ", "))"))
    result.add("base", .string(base), "base model")
  }

  mutating func describeStorage(_ weights: ModelWeights) {
    let tensors = weights.shapes
    var kinds: [String: (tensors: Int, bytes: Int)] = [:]
    for (_, _, kind, bytes) in tensors {
      kinds[kind, default: (0, 0)].tensors += 1
      kinds[kind, default: (0, 0)].bytes += bytes
    }
    let ordered = kinds.sorted { ($0.value.bytes, $1.key) > ($1.value.bytes, $0.key) }
    // Saved tables are no parameters.
    let weightsAlone = tensors.filter { tensor in
      ![".inv_freq"].contains { tensor.name.hasSuffix($0) }
    }
    let parameters = weightsAlone.reduce(0) { $0 + $1.shape.reduce(1, *) }
    result.add("parameters", .int(parameters), "parameters", Self.parameterText(parameters))
    result.add(
      "stored",
      .array(
        ordered.map {
          [
            "type": .string($0.key), "tensors": .int($0.value.tensors),
            "bytes": .int($0.value.bytes),
          ]
        }), "stored",
      ordered.map {
        "\($0.key) \($0.value.bytes.bytesText) in \($0.value.tensors) "
          + ($0.value.tensors == 1 ? "tensor" : "tensors")
      }.joined(separator: "; "))
    // A byte a weight of a matrix, and a float32 a row; vectors stay float32.
    let eightBit = weightsAlone.reduce(0) { total, tensor in
      let count = tensor.shape.reduce(1, *)
      return total + (tensor.shape.count < 2 ? 4 * count : count + 4 * tensor.shape[0])
    }
    result.add(
      "memory",
      [
        "float32": .int(4 * parameters), "bfloat16": .int(2 * parameters), "int8": .int(eightBit),
        "default": "float32",
      ], "memory",
      "float32 \((4 * parameters).bytesText), bfloat16 \((2 * parameters).bytesText), "
        + "int8 \(eightBit.bytesText); scores are computed in float32 unless --precision is given"
    )
    noteTypes(ordered.map(\.key), isQuantised: weights.isQuantised)
  }

  private mutating func noteTypes(_ kinds: [String], isQuantised: Bool) {
    let names = kinds.filter { ["F16", "BF16"].contains($0) }
    if !names.isEmpty {
      result.find(
        .note,
        "weights are stored as \(names.joined(separator: " and ")), and converted exactly to "
          + "float32")
    }
    if kinds.contains("F8_E4M3") {
      result.find(
        .note, "weights are stored as float8: each is converted and multiplied by its scale")
    }
    let quantised = kinds.filter { !["F64", "F32", "F16", "BF16", "F8_E4M3"].contains($0) }
    if isQuantised, !quantised.isEmpty {
      result.find(
        .note,
        "weights are quantized (\(quantised.joined(separator: ", "))): scores differ from those of "
          + "the original model")
    }
  }

  private static func parameterText(_ count: Int) -> String {
    switch count {
    case 1_000_000_000...: "\((Double(count) / 1e8).rounded() / 10) billion (\(count))"
    case 1_000_000...: "\((Double(count) / 1e5).rounded() / 10) million (\(count))"
    default: "\(count)"
    }
  }

  /// Loads the body, which is what finds missing, misshapen and left-over tensors, and looks at all numbers.
  mutating func checkTensors(
    _ weights: ModelWeights, _ size: BodySize, _ head: (any RewardHead)?
  ) {
    // Four bytes a weight in half of the memory.
    guard size.parameterCount <= memory / 8 else {
      result.find(
        .note,
        "the weights were not loaded, as they would fill more than half of the memory: missing, "
          + "misshapen and unknown tensors, NaN and zeros were not checked")
      return
    }
    guard
      let body = result.attempt({ () throws(TareError) in
        try weights.body(threads: ProcessInfo.processInfo.activeProcessorCount)
      })
    else { return }
    // A head's layers by name: "score.0" of "score.0.weight".
    let layers = (head?.tensors ?? []).map { $0.split(separator: ".").dropLast() }
    let unknown = body.unusedTensors.filter { name in
      !layers.contains(name.split(separator: ".").dropLast())
    }
    result.add("unknown_tensors", .array(unknown.map { .string($0) }))
    if !unknown.isEmpty {
      let shown = unknown.prefix(8).joined(separator: ", ")
      result.find(
        .warning,
        "\(unknown.count) unused \(unknown.count == 1 ? "tensor" : "tensors"): \(shown)"
          + (unknown.count > 8 ? " and more" : ""))
    }
    let suspect = weights.suspectTensors
    for tensor in suspect.prefix(8) { result.find(.warning, tensor.description) }
    if suspect.count > 8 {
      result.find(.warning, "\(suspect.count - 8) more tensors are not finite or only zeros")
    }
  }
}
