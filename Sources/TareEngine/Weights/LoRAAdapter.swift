/// A PEFT adapter: low-rank changes of linear layers, merged when the weights are read.
///
/// The format: huggingface/peft, `adapter_config.json` and `adapter_model.safetensors`. A layer's
/// weight becomes W + (alpha / r) · B · A; with `use_rslora` the factor is alpha / √r. With `use_dora`
/// each output of that is brought to the length that the adapter has for it.
package import Foundation
internal import TareCore

package struct LoRAAdapter: Sendable {
  static let config = "adapter_config.json"
  static let weights = "adapter_model.safetensors"

  package let url: URL
  package let settings: ModelConfig
  let file: WeightFile
  /// The changes by the name of the weight that they change.
  private(set) var changes: [String: LoRAChange]
  /// Changes of all experts of a mixture, which become those of single ones when the base is known.
  private let fused: [FusedChange]
  /// Tensors that the adapter replaces as a whole (`modules_to_save`), by name.
  private let replaced: [String: StoredTensor]
  /// Single rows of embeddings (`trainable_token_indices`), by the name of the embedding's weight.
  let tokens: [String: TokenRows]

  /// The weights that are changed, and the tensors that are replaced as a whole, by name.
  package var changedTensors: [String] { changes.keys.sorted() }
  package var replacedTensors: [String] { replaced.keys.sorted() }

  init(_ url: URL) throws(TareError) {
    self.url = url
    let settings = ModelConfig(
      try ModelFolder.object(url.appending(path: Self.config)), source: Self.config)
    self.settings = settings
    try Self.refusePickles(url)
    file = try WeightFile(url.appending(path: Self.weights))
    do throws(TareError) {
      let type = try settings.text("peft_type") ?? "none"
      guard type == "LORA" else { throw settings.error("peft_type", "'\(type)'", "LORA") }
      for key in ["fan_in_fan_out", "lora_bias"] { try settings.refuse(key, unless: false) }
      // Biases that were trained are saved as whole tensors.
      _ = try settings.choice(
        "bias", ["none": false, "all": true, "lora_only": true], default: false)
      for key in [
        "alora_invocation_tokens", "layer_replication", "arrow_config",
        "velora_config",
      ] where settings[key] != nil {
        throw settings.error(key, settings[key]?.text() ?? "", "null (nothing else is supported)")
      }
      for key in ["use_qalora", "use_bdlora"] { try settings.refuse(key, unless: false) }
      (changes, replaced, fused, tokens) = try Self.sorted(file, settings)
    } catch {
      throw error.inside(url.path)
    }
  }

  /// The base model's tensors with those that the adapter replaces.
  mutating func applied(
    to base: [String: StoredTensor]
  ) throws(TareError) -> [String: StoredTensor] {
    changes = changes.reduce(into: [:]) { $0[Self.name($1.key, in: base)] = $1.value }
    do throws(TareError) {
      changes.merge(try Self.experts(fused, in: base, settings)) { $1 }
    } catch {
      throw error.inside(file.file.path)
    }
    for name in changes.keys.sorted() where base[name] == nil {
      throw isHead(name)
        ? unsavedHead(name)
        : .badData(
          place: "\(file.file.path), '\(name)'",
          found: "a change of a tensor that the base does not have",
          accepted: "an adapter for this base model")
    }
    for name in tokens.keys.sorted() where base[name] == nil && !name.hasPrefix("lm_head") {
      throw .badData(
        place: "\(file.file.path), '\(name)'",
        found: "rows of an embedding that the base does not have",
        accepted: "an adapter for this base model")
    }
    // Heads are new; what is in the layers or the embeddings must be there.
    for name in replaced.keys.sorted() where base[name] == nil {
      guard !name.contains("layers.") && !name.contains("embed") else {
        throw .badData(
          place: "\(file.file.path), '\(name)'",
          found: "a tensor that is neither LoRA nor part of the base",
          accepted: "LoRA on linear layers, and whole modules of the base")
      }
    }
    return base.merging(replaced) { $1 }
  }

  /// The base's name of a weight: an adapter of a body alone (FEATURE_EXTRACTION), or of the language
  /// model within one that sees, has other prefixes than the base's files.
  private static func name(_ name: String, in base: [String: StoredTensor]) -> String {
    guard base[name] == nil else { return name }
    let own = name.hasPrefix("model.") ? String(name.dropFirst("model.".count)) : name
    let prefixes = [
      "", "model.", "model.language_model.", "language_model.model.", "language_model.",
    ]
    return prefixes.map { $0 + own }.first { base[$0] != nil } ?? name
  }

  private static func sorted(
    _ file: WeightFile, _ settings: ModelConfig
  ) throws(TareError) -> (
    [String: LoRAChange], [String: StoredTensor], [FusedChange], [String: TokenRows]
  ) {
    let hasMagnitudes = try settings.flag("use_dora")
    var tokens: [String: TokenRows] = [:]
    var magnitudes: [String: StoredTensor] = [:]
    var fused: [FusedChange] = []
    var changes: [String: LoRAChange] = [:]
    var replaced: [String: StoredTensor] = [:]
    for (stored, entry) in file.tensors {
      var name = stored.withoutWrappers
      for prefix in ["base_model.model.", "base_model."] where name.hasPrefix(prefix) {
        name.removeFirst(prefix.count)
        break
      }
      name = name.replacing(".modules_to_save.default", with: "")
        .replacing(".modules_to_save", with: "").replacing(".base_layer.bias", with: ".bias")
      let tensor = StoredTensor(entry: entry, file: file.file)
      if let range = name.range(of: ".token_adapter.") ?? name.range(of: ".trainable_tokens_") {
        let layer = String(name[..<range.lowerBound])
        // The embedding as a whole, where it is saved beside its rows, is the base's.
        guard name.contains("trainable_tokens_delta") else { continue }
        tokens[layer + ".weight"] = try TokenRows(tensor, layer: layer, settings)
        continue
      }
      if let range = name.range(of: ".lora_magnitude_vector"), hasMagnitudes {
        magnitudes[String(name[..<range.lowerBound]) + ".weight"] = tensor
        continue
      }
      if name.contains(".experts.lora_") || name.contains(".experts.base_layer.") {
        if let change = try fusedChange(stored, name, file) { fused.append(change) }
        continue
      }
      if let range = name.range(of: ".lora_A.") {
        let layer = String(name[..<range.lowerBound])
        let partner = stored.replacing(".lora_A.", with: ".lora_B.")
        guard let other = file.tensors[partner] else {
          throw .badData(
            place: "tensor '\(partner)'", found: "no such tensor",
            accepted: "A and B for each layer"
          )
        }
        changes[layer + ".weight"] = try LoRAChange(
          a: tensor, b: StoredTensor(entry: other, file: file.file), layer: layer, settings)
      } else if name.contains(".lora_B.") {
        let partner = stored.replacing(".lora_B.", with: ".lora_A.")
        guard file.tensors[partner] != nil else {
          throw .badData(
            place: "tensor '\(partner)'", found: "no such tensor",
            accepted: "A and B for each layer"
          )
        }
      } else if name.contains(".lora_") {
        throw .badData(
          place: "tensor '\(stored)'", found: "a change that is not a product of A and B",
          accepted: "LoRA on linear layers")
      } else {
        replaced[name] = tensor
      }
    }
    guard hasMagnitudes else { return (changes, replaced, fused, tokens) }
    for name in changes.keys.sorted() {
      guard let magnitude = magnitudes[name] else {
        throw .badData(
          place: "'\(name)'", found: "no lora_magnitude_vector",
          accepted: "one for each layer, as use_dora is true")
      }
      changes[name]?.magnitude = magnitude
    }
    return (changes, replaced, fused, tokens)
  }

  /// The change whose A a tensor is; nil for a B, which its A brings.
  private static func fusedChange(
    _ stored: String, _ name: String, _ file: WeightFile
  ) throws(TareError) -> FusedChange? {
    guard let range = name.range(of: ".experts."), !name.contains(".lora_B.") else { return nil }
    let partner = stored.replacing(".lora_A.", with: ".lora_B.")
    guard let a = file.tensors[stored], let b = file.tensors[partner], name.contains(".lora_A.")
    else {
      throw .badData(
        place: "tensor '\(stored)'", found: "a change that is not a product of A and B",
        accepted: "A and B for each layer")
    }
    return FusedChange(
      stored: stored, place: name[..<range.lowerBound] + ".experts",
      a: StoredTensor(entry: a, file: file.file), b: StoredTensor(entry: b, file: file.file))
  }
}

/// scale · B · A, with A [r, inputs] and B [outputs, r].
struct LoRAChange: Sendable {
  let a: StoredTensor
  let b: StoredTensor
  let scale: Double
  /// What the base's weight is without.
  let start: LoRAStart
  /// The length of each output's weights (DoRA), [outputs]; nil for as long as they are.
  var magnitude: StoredTensor?

  /// Which of all experts' rows and columns it is; nil for a layer of its own.
  let slice: Slice?

  struct Slice: Sendable {
    /// The expert, of so many.
    let index: Int
    let count: Int
    /// Those of B.
    let rows: Range<Int>
  }

  /// [outputs, inputs]
  var shape: [Int] { [slice?.rows.count ?? b.entry.shape[0], a.entry.shape[1]] }
  private var rank: Int { a.entry.shape[0] / (slice?.count ?? 1) }

  init(
    a: StoredTensor, b: StoredTensor, layer: String, _ settings: ModelConfig, slice: Slice? = nil
  ) throws(TareError) {
    guard a.entry.shape.count == 2, b.entry.shape.count == 2, a.entry.shape[0] == b.entry.shape[1]
    else {
      throw .badData(
        place: "layer '\(layer)'", found: "A \(a.entry.shape) and B \(b.entry.shape)",
        accepted: "A [r, inputs] and B [outputs, r]")
    }
    self.a = a
    self.b = b
    self.slice = slice
    start = try LoRAStart(settings)
    let rank = Double(a.entry.shape[0] / (slice?.count ?? 1))
    let common = try settings.number("lora_alpha")
    let alpha = Self.pattern(settings["alpha_pattern"], layer) ?? common
    scale = alpha / (try settings.flag("use_rslora") ? rank.squareRoot() : rank)
  }

  /// The value whose key is the layer's name or its end, as PEFT matches them.
  private static func pattern(_ table: JSONValue?, _ layer: String) -> Double? {
    for (key, value) in table?.object?.members ?? [] {
      let ending = try? Regex("(.*\\.)?(\(key))$")
      if layer == key || layer.hasSuffix("." + key)
        || ending.flatMap({ try? $0.wholeMatch(in: layer) }) != nil
      {
        return value.double
      }
    }
    return nil
  }

  /// Adds the change to a [rows, columns] matrix. The product is summed in double.
  func add(to target: FloatView, rows: Int, columns: Int) throws(TareError) {
    try start.subtract(from: target, rows: rows, columns: columns, rank: rank, scale: scale)
    let (left, right) = (FloatBuffer(count: b.entry.count), FloatBuffer(count: a.entry.count))
    a.read(into: right.view)
    b.read(into: left.view)
    // Of several experts B has the k-th column of each side by side, and A its rows by expert.
    let (experts, expert) = (slice?.count ?? 1, slice?.index ?? 0)
    let (width, first) = (rank * experts, slice?.rows.lowerBound ?? 0)
    var sums = [Double](repeating: 0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns { sums[column] = 0 }
      for k in 0..<rank {
        let factor =
          scale
          * Double(
            left.view.base[(first + row) * width + k * experts + expert])
        let inner = right.view[from: (expert * rank + k) * columns]
        for column in 0..<columns { sums[column] += factor * Double(inner.base[column]) }
      }
      for column in 0..<columns {
        target.base[row * columns + column] += Float(sums[column])
      }
    }
    try bringToMagnitude(target, rows: rows, columns: columns)
  }

  /// DoRA: each row becomes as long as the adapter says.
  private func bringToMagnitude(
    _ target: FloatView, rows: Int, columns: Int
  ) throws(TareError) {
    guard let magnitude else { return }
    guard magnitude.entry.shape.reduce(1, *) == rows else {
      throw .badData(
        place: "lora_magnitude_vector", found: "shape \(magnitude.entry.shape)",
        accepted: "shape [\(rows)]")
    }
    let lengths = FloatBuffer(count: rows)
    magnitude.read(into: lengths.view)
    for row in 0..<rows {
      let values = target[(row * columns)..<((row + 1) * columns)]
      var squares = 0.0
      for i in 0..<columns { squares += Double(values.base[i]) * Double(values.base[i]) }
      guard squares > 0 else { continue }
      let factor = Double(lengths.view.base[row]) / squares.squareRoot()
      for i in 0..<columns { values.base[i] = Float(Double(values.base[i]) * factor) }
    }
  }
}

extension StoredTensor {
  /// Writes the tensor's numbers as they are stored, as float32.
  func read(into target: FloatView) {
    if let packed { return packed.read(into: target) }
    entry.type.dequantize(UnsafeRawBufferPointer(rebasing: file.bytes[entry.range]), into: target)
  }
}
