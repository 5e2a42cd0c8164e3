/// Which files of a model are fetched: those that scoring needs, unless the user names others.
internal import Foundation
internal import TareCore

struct HubSelection: Sendable {
  /// Patterns of names; empty for what scoring needs.
  var includes: [String] = []
  /// Patterns of names that are left out in any case.
  var excludes: [String] = []

  /// Weights, configuration, tokenizer and chat templates. All lie at the top of a repository except
  /// further templates (transformers' `CHAT_TEMPLATE_DIR`); weights in folders are other models, or
  /// the same in another layout.
  static let needed = [
    "*.safetensors", "*.safetensors.index.json", "config.json", "generation_config.json",
    "adapter_*.json", "tokenizer.json", "tokenizer_config.json", "tokenizer.model",
    "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "vocab.txt",
    "spm.model", "chat_template.jinja", "chat_templates/*.jinja",
    "additional_chat_templates/*.jinja",
  ]

  /// The files of the list that are wanted, in its order.
  ///
  /// - Throws: `TareError.badData` if the repository has no weights that can be read, with what to
  ///   do; `TareError.usage` if the user's patterns leave nothing.
  func files(of list: HubFileList, id: HubID) throws(TareError) -> [HubFile] {
    let chosen = list.files.filter { file in
      (includes.isEmpty ? isNeeded(file.name, in: list) : matches(file.name, includes))
        && !matches(file.name, excludes)
    }
    guard !chosen.isEmpty || includes.isEmpty && excludes.isEmpty else {
      throw .usage(
        "none of the \(list.files.count) files of \(id) is left by --include and --exclude; "
          + "it has \(outline(list.files.map(\.name)))")
    }
    if includes.isEmpty { try checkWeights(list, id: id) }
    return chosen
  }

  private func isNeeded(_ name: String, in list: HubFileList) -> Bool {
    guard Self.needed.contains(where: { fnmatch($0, name, FNM_PATHNAME | FNM_PERIOD) == 0 }) else {
      return false
    }
    // Mistral's own layout of the weights that stand beside it in that of transformers.
    return !name.hasPrefix("consolidated")
      || !list.files.contains { fnmatch("model*.safetensors", $0.name, FNM_PATHNAME) == 0 }
  }

  /// Patterns as Python's `fnmatch` takes them: "*" goes past a "/", and a pattern that ends in "/"
  /// is all of a folder.
  private func matches(_ name: String, _ patterns: [String]) -> Bool {
    patterns.contains { fnmatch($0.hasSuffix("/") ? $0 + "*" : $0, name, 0) == 0 }
  }

  private func checkWeights(_ list: HubFileList, id: HubID) throws(TareError) {
    let names = list.files.map(\.name)
    func top(_ suffix: String) -> [String] {
      names.filter { !$0.contains("/") && $0.hasSuffix(suffix) }
    }
    guard top(".safetensors").isEmpty else { return }
    let pickled = top(".bin").filter { $0.hasPrefix("pytorch_model") || $0.hasPrefix("adapter_") }
    guard pickled.isEmpty else {
      throw .badData(
        place: "\(id)", found: "pickled weights (\(outline(pickled))) and no safetensors",
        accepted: "safetensors, as a pickle can run any code: look for a revision that has them "
          + "(--revision refs/pr/N), or load the model with transformers and save it with "
          + "save_pretrained(FOLDER), and give the folder")
    }
    let gguf = names.filter { $0.hasSuffix(".gguf") }
    guard gguf.isEmpty else {
      throw .badData(
        place: "\(id)", found: "no safetensors, but \(outline(gguf))",
        accepted: "one of them by name, as --include '\(gguf[0])'")
    }
    throw .badData(
      place: "\(id)", found: names.isEmpty ? "no files" : "no weights (\(outline(names)))",
      accepted: "a model with .safetensors at the top of its repository")
  }
}

/// The first few of many names.
private func outline(_ names: [String]) -> String {
  names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
}
