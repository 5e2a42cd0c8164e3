/// A model as it lies on disk, a GGUF file or a folder in Hugging Face layout: its configuration and
/// its tensors under Hugging Face's names, checked, not yet read.
package import Foundation
package import TareCore

/// How the tables are rounded that a model computes from its configuration.
package enum BufferPrecision: String, Sendable, CaseIterable {
  /// As transformers computes them when it loads a model, whatever the weights' type.
  case float32
  /// To bfloat16 where the weights are stored so, as they are in a model that was cast as a whole by
  /// `model.to(torch.bfloat16)`.
  case stored
}

package struct ModelWeights: Sendable {
  package let url: URL
  package let config: ModelConfig
  /// How the numbers that the configuration gives (rotary frequencies, Gemma's embedding scale) are
  /// rounded.
  package var buffers = BufferPrecision.float32
  /// What the products of the model's body are.
  package var precision = Precision.float32
  /// Whether a decoder's tokens see those after them, too.
  package var seesAhead = false
  /// The files that hold the weights, the base model's first.
  package let files: [WeightFile]
  /// A GGUF file's metadata; nil for a folder.
  package let ggufMetadata: JSONObject?
  /// The configuration of a PEFT adapter that is merged at load; nil without one.
  package let adapter: LoRAAdapter?
  /// The folder of the model that an adapter changes; nil without one.
  package let baseURL: URL?
  let tensors: [String: StoredTensor]
  /// What a user must know of the files to trust the scores, a sentence each.
  package let remarks: [String]

  /// - Throws: `TareError.badData` if a file was written to since it was opened.
  package func checkUnchanged() throws(TareError) {
    for file in files { try file.file.checkUnchanged() }
  }

  /// Opens a .gguf file, a folder, or a folder with a PEFT adapter.
  ///
  /// - Parameters:
  ///   - base: the model that an adapter changes, where adapter_config.json names one that is not a
  ///     folder here.
  ///   - readsWeights: whether a folder's weights are opened; without, they need not be there.
  /// - Throws: `TareError.badData` that names the file and what is wrong with it.
  package init(
    _ url: URL, base: URL? = nil, readsWeights: Bool = true
  ) throws(TareError) {
    self.url = url
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw .badData(place: url.path, found: "no such file or folder", accepted: "a model")
    }
    guard isFolder.boolValue else {
      let file = try WeightFile(url)
      do throws(TareError) {
        let model = try GGUFModel(file)
        (config, tensors) = (model.config, model.tensors)
      } catch {
        throw error.inside(url.path)
      }
      files = [file]
      ggufMetadata = file.metadata
      adapter = nil
      baseURL = nil
      remarks = []
      return
    }
    ggufMetadata = nil
    guard readsWeights else {
      config = try ModelFolder.config(url)
      (files, tensors, adapter, baseURL) = ([], [:], nil, nil)
      remarks = []
      return
    }
    guard FileManager.default.fileExists(atPath: url.appending(path: LoRAAdapter.config).path)
    else {
      (config, files, tensors) = try Self.folder(url)
      adapter = nil
      baseURL = nil
      remarks = Self.remarks(config, files)
      return
    }
    var adapter = try LoRAAdapter(url)
    let baseFolder: URL
    if let base { baseFolder = base } else { baseFolder = try adapter.baseFolder() }
    let (config, files, tensors) = try Self.folder(baseFolder)
    self.config = config
    self.files = files + [adapter.file]
    self.tensors = try adapter.applied(to: tensors)
    self.adapter = adapter
    baseURL = baseFolder
    remarks =
      Self.remarks(config, files) + [adapter.remark(on: baseFolder, config)].compactMap { $0 }
  }

  private static func remarks(_ config: ModelConfig, _ files: [WeightFile]) -> [String] {
    [Quantization(config, files: files)?.remark].compactMap { $0 }
  }

  private static func folder(
    _ url: URL
  ) throws(TareError) -> (ModelConfig, [WeightFile], [String: StoredTensor]) {
    let config = try ModelFolder.config(url)
    let files = try ModelFolder.weights(url)
    do throws(TareError) {
      try Quantization(config, files: files)?.check()
    } catch {
      throw error.inside(url.path)
    }
    var tensors: [String: StoredTensor] = [:]
    let family = try? Architectures.family(named: config) as? any DecoderArchitecture.Type
    let names = try? family?.names(config)
    let spellings = names?.spellings ?? []
    let isTransposed = names?.mixture.expertGateUp != nil
    for file in files {
      for (stored, entry) in file.tensors {
        let tensor = StoredTensor(entry: entry, file: file.file)
        let own = stored.withoutWrappers.spelled(spellings)
        for (name, tensor) in tensor.experts(own, areTransposed: isTransposed)
        where tensors.updateValue(tensor, forKey: name) != nil {
          throw .badData(
            place: "\(file.file.path), tensor '\(stored)'", found: "a second tensor '\(name)'",
            accepted: "each tensor once")
        }
      }
    }
    // Float8 checkpoints keep a weight's scales beside it: compressed-tensors' `weight_scale`, and
    // `weight_scale_inv` of fine-grained ones, which is multiplied too.
    let block = config["quantization_config"]?["weight_block_size"]?.array?.compactMap(\.int) ?? []
    for name in tensors.keys where name.hasSuffix(".weight") {
      for scale in [name + "_scale", name + "_scale_inv"]
      where tensors[name]?.entry.type == .f8E4M3 && tensors[scale] != nil {
        tensors[name]?.mend = .scaled(
          by: scale, rows: min(max(block.first ?? 128, 1), 1 << 21),
          columns: min(max(block.last ?? 128, 1), 1 << 21))
      }
    }
    return (config, files, tensors)
  }

  /// Whether the tables are rounded to bfloat16.
  var hasRoundedBuffers: Bool {
    buffers == .stored && tensors.values.contains { $0.entry.type == .bf16 }
  }

  /// All tensors with their shapes, by name.
  package var shapes: [(name: String, shape: [Int], type: TensorType)] {
    tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value.entry.shape, $0.value.entry.type) }
  }
}
