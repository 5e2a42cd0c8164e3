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

/// Folders within a model's folder where a format keeps its text files; "" for the model's own.
package struct FolderParts: Sendable, Equatable {
  package var config: String
  package var tokenizer: String

  package init(config: String = "", tokenizer: String = "") {
    self.config = config
    self.tokenizer = tokenizer
  }
}

package struct ModelWeights: Sendable {
  package let url: URL
  package let parts: FolderParts
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
  ///   - parts: where a folder keeps its text files.
  /// - Throws: `TareError.badData` that names the file and what is wrong with it.
  package init(
    _ url: URL, base: URL? = nil, readsWeights: Bool = true, parts: FolderParts = FolderParts()
  ) throws(TareError) {
    self.url = url
    self.parts = parts
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw .badData(place: url.path, found: "no such file or folder", accepted: "a model")
    }
    guard isFolder.boolValue else {
      let parts = try GGUFParts.files(from: WeightFile(url))
      do throws(TareError) {
        let model = try GGUFModel(parts)
        (config, tensors) = (model.config, model.tensors)
      } catch {
        throw error.inside(url.path)
      }
      files = parts
      ggufMetadata = parts[0].metadata
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
      let folder = try Self.folder(url, config: parts.config)
      (config, files, tensors) = (folder.config, folder.files, folder.tensors)
      adapter = nil
      baseURL = nil
      remarks = folder.remarks
      return
    }
    var adapter = try LoRAAdapter(url)
    let baseFolder: URL
    if let base { baseFolder = base } else { baseFolder = try adapter.baseFolder() }
    let folder = try Self.folder(baseFolder)
    config = folder.config
    files = folder.files + [adapter.file]
    tensors = try adapter.applied(to: folder.tensors)
    self.adapter = adapter
    baseURL = baseFolder
    remarks = folder.remarks + [adapter.remark(on: baseFolder, config)].compactMap { $0 }
  }

  private struct FolderContents {
    let config: ModelConfig
    let files: [WeightFile]
    let tensors: [String: StoredTensor]
    let remarks: [String]
  }

  private static func folder(
    _ url: URL, config place: String = ""
  ) throws(TareError) -> FolderContents {
    let config = try ModelFolder.config(place.isEmpty ? url : url.appending(path: place))
    let files = try ModelFolder.weights(url)
    var parts = PackedParts(files)
    for file in files {
      for (stored, entry) in file.tensors {
        try parts.insert(stored.withoutWrappers, StoredTensor(entry: entry, file: file.file))
      }
    }
    var remarks: [String] = []
    do throws(TareError) {
      (parts, remarks) = try Quantization(config, parts)?.unpacked() ?? (parts, [])
    } catch {
      throw error.inside(url.path)
    }
    var tensors: [String: StoredTensor] = [:]
    let family = try? Architectures.family(named: config) as? any DecoderArchitecture.Type
    let names = try? family?.names(config)
    let spellings = names?.spellings ?? []
    let isTransposed = names?.mixture.expertGateUp != nil
    for (stored, tensor) in parts.floats.sorted(by: { $0.key < $1.key }) {
      let own = stored.spelled(spellings)
      for (name, part) in tensor.experts(own, areTransposed: isTransposed)
      where tensors.updateValue(part, forKey: name) != nil {
        throw .badData(
          place: "\(tensor.file.path), tensor '\(stored)'", found: "a second tensor '\(name)'",
          accepted: "each tensor once")
      }
    }
    return FolderContents(config: config, files: files, tensors: tensors, remarks: remarks)
  }

  /// Whether the tables are rounded to bfloat16.
  var hasRoundedBuffers: Bool {
    buffers == .stored && tensors.values.contains { $0.entry.type == .bf16 }
  }

  /// All tensors with their shapes, how they are stored and in how many bytes, by name.
  package var shapes: [(name: String, shape: [Int], kind: String, bytes: Int)] {
    tensors.sorted { $0.key < $1.key }.map {
      ($0.key, $0.value.entry.shape, $0.value.storage.kind, $0.value.storage.bytes)
    }
  }

  /// Whether any tensor is quantised: of blocks, or packed.
  package var isQuantised: Bool {
    tensors.values.contains { $0.packed != nil || $0.entry.type.blockValues > 1 }
  }
}
