/// The model that an adapter changes, and what an adapter's folder may lack.
package import Foundation
package import TareCore

extension LoRAAdapter {
  private static let baseKey = "base_model_name_or_path"

  /// The folder of the model that is changed, as `base_model_name_or_path` names it: from the current
  /// folder, as PEFT reads it, or from the adapter's.
  func baseFolder() throws(TareError) -> URL {
    let name = try settings.text(Self.baseKey) ?? ""
    for folder in [URL(filePath: name), URL(filePath: name, relativeTo: url).absoluteURL]
    where !name.isEmpty
      && FileManager.default.fileExists(atPath: folder.appending(path: "config.json").path)
    {
      return folder
    }
    throw .badData(
      place: "\(url.path), \(Self.config), '\(Self.baseKey)'",
      found: "'\(name)', which is not a model folder here",
      accepted: "the folder of the base model; name that folder as the base")
  }

  /// What is to be said of a base that is not the one that adapter_config.json names; nil where it is
  /// that one as far as names go, or none is named.
  func remark(on base: URL, _ config: ModelConfig) -> String? {
    guard let name = settings[Self.baseKey]?.string, !name.isEmpty else { return nil }
    let named = URL(filePath: name)
    for folder in [named, URL(filePath: name, relativeTo: url).absoluteURL]
    where folder.resolvingSymlinksInPath().path == base.resolvingSymlinksInPath().path {
      return nil
    }
    let last = named.lastPathComponent.lowercased()
    // A hub's cache calls the folder models--ORG--NAME.
    let hub = "models--" + name.replacing("/", with: "--").lowercased()
    let places = base.standardizedFileURL.pathComponents.map { $0.lowercased() }
    guard !places.contains(last), !places.contains(hub), config["_name_or_path"]?.string != name
    else { return nil }
    return "adapter_config.json names the base model '\(name)', and the adapter is applied to "
      + "'\(base.path)': the scores are those of the trained model only if the two are the same"
  }

  /// The folder of an adapter by its name: PEFT saves "default" in the folder itself, and others in
  /// folders of their names.
  /// - Throws: `TareError.badData` for a name that none has.
  package static func folder(named name: String, in url: URL) throws(TareError) -> URL {
    let manager = FileManager.default
    func holds(_ folder: URL) -> Bool {
      manager.fileExists(atPath: folder.appending(path: config).path)
    }
    let names = ((try? manager.contentsOfDirectory(atPath: url.path)) ?? []).sorted()
    if names.contains(name), holds(url.appending(path: name)) { return url.appending(path: name) }
    if name == "default", holds(url) { return url }
    let found = (holds(url) ? ["default"] : []) + names.filter { holds(url.appending(path: $0)) }
    throw .badData(
      place: url.path, found: "no adapter '\(name)'",
      accepted: found.isEmpty ? "a folder with adapters" : found.joined(separator: ", "))
  }

  static func refusePickles(_ url: URL) throws(TareError) {
    let manager = FileManager.default
    let pickle = "adapter_model.bin"
    guard !manager.fileExists(atPath: url.appending(path: weights).path),
      manager.fileExists(atPath: url.appending(path: pickle).path)
    else { return }
    throw .badData(
      place: url.path, found: "an adapter as a Python pickle (\(pickle))",
      accepted: "\(weights); load the adapter in Python with PEFT and call save_pretrained(folder)")
  }

  /// Whether a tensor is a reward head's, not a layer's.
  func isHead(_ name: String) -> Bool {
    !name.contains("layers.") && !name.contains("layer.") && !name.contains("embed")
      && !name.hasPrefix("lm_head")
  }

  /// The head was made at random when training began, only its change was saved, and nobody knows it.
  func unsavedHead(_ name: String) -> TareError {
    .badData(
      place: "\(file.file.path), '\(name)'",
      found:
        "a change of a randomly initialized reward head that was never saved, so that the model "
        + "cannot be restored",
      accepted: "an adapter trained with task_type SEQ_CLS, which saves its head")
  }
}
