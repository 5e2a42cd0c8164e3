/// The weight files of a folder in Hugging Face layout.
internal import Foundation
internal import TareCore

enum ModelFolder {
  static let single = "model.safetensors"
  static let index = "model.safetensors.index.json"

  /// The folder's config.json.
  /// - Throws: `TareError.badData` if it is missing or not a JSON object.
  static func config(_ folder: URL) throws(TareError) -> ModelConfig {
    let file = folder.appending(path: "config.json")
    if !FileManager.default.fileExists(atPath: file.path), let inner = modelsInside(folder).first {
      throw .badData(
        place: folder.path,
        found: "no config.json, but a model or adapter in its folder '\(inner)'",
        accepted: "the folder of the model itself: \(folder.appending(path: inner).path)")
    }
    return ModelConfig(try object(file)).textPart
  }

  /// The names of the folders in a folder that hold a model or an adapter: an adapter that is not
  /// called 'default' is saved in one, and so are a trainer's checkpoints.
  private static func modelsInside(_ folder: URL) -> [String] {
    let manager = FileManager.default
    let names = ((try? manager.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    func holds(_ file: String, _ name: String) -> Bool {
      manager.fileExists(atPath: folder.appending(path: name).appending(path: file).path)
    }
    return names.filter { holds(LoRAAdapter.config, $0) }
      + names.filter { holds("config.json", $0) }
  }

  /// A JSON file that must be there and hold an object.
  static func object(_ url: URL) throws(TareError) -> JSONObject {
    let bytes = try MappedFile(url).copy()
    do throws(TareError) {
      let value = try JSONValue(parsing: bytes)
      guard let object = value.object else {
        throw .badData(place: "", found: value.kindName, accepted: "an object")
      }
      return object
    } catch {
      throw error.inside(url.path)
    }
  }

  /// Opens model.safetensors, or the shards that model.safetensors.index.json names.
  ///
  /// - Throws: `TareError.badData` if there are no weights in safetensors, if a shard is missing, if
  ///   a tensor stands in two shards, or if the index names one that its shard does not hold.
  static func weights(_ folder: URL) throws(TareError) -> [WeightFile] {
    let manager = FileManager.default
    let index = folder.appending(path: index)
    if manager.fileExists(atPath: index.path) { return try shards(index) }
    let single = folder.appending(path: single)
    if manager.fileExists(atPath: single.path) { return [try WeightFile(single)] }
    let names = ((try? manager.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    let pickled = names.filter {
      $0.hasSuffix(".bin") || $0.hasSuffix(".pt") || $0.hasSuffix(".pth")
    }
    guard pickled.isEmpty else {
      throw .badData(
        place: folder.path, found: "weights as Python pickles (\(pickled[0]))",
        accepted: "safetensors; load the model in Python and call "
          + "save_pretrained(folder)")
    }
    throw .badData(
      place: folder.path, found: "no weights", accepted: "\(Self.single) or \(Self.index)")
  }

  private static func shards(_ index: URL) throws(TareError) -> [WeightFile] {
    guard let map = try object(index)["weight_map"]?.object else {
      throw .badData(
        place: index.path, found: "no 'weight_map'", accepted: "an object of tensor to shard")
    }
    var shardOf: [String: String] = [:]
    for (tensor, shard) in map.members {
      guard let name = shard.string, !name.isEmpty, !name.contains("/"), name != ".." else {
        throw .badData(
          place: "\(index.path), tensor '\(tensor)'", found: shard.text(),
          accepted: "the name of a file beside the index")
      }
      shardOf[tensor] = name
    }
    var files: [WeightFile] = []
    var holder: [String: String] = [:]
    for name in Set(shardOf.values).sorted() {
      let file = try WeightFile(index.deletingLastPathComponent().appending(path: name))
      for tensor in file.tensors.keys {
        if let other = holder.updateValue(name, forKey: tensor) {
          throw .badData(
            place: "\(index.path), tensor '\(tensor)'",
            found: "a copy in each of \(other) and \(name)",
            accepted: "each tensor in one shard")
        }
      }
      files.append(file)
    }
    for (tensor, name) in shardOf.sorted(by: { $0.key < $1.key }) where holder[tensor] != name {
      throw .badData(
        place: "\(index.path), tensor '\(tensor)'", found: "no such tensor in \(name)",
        accepted: "the shard that the index names")
    }
    return files
  }
}
