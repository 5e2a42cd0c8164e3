/// A model in several GGUF files, as llama.cpp's gguf-split cuts it: NAME-00001-of-00003.gguf and so on.
internal import Foundation
internal import TareCore

enum GGUFParts {
  /// All parts of the model that a file is one of, the first first; the file alone where it is whole.
  ///
  /// - Throws: `TareError.badData` for a part that is missing, that is of another model, or that holds a
  ///   tensor twice.
  static func files(from file: WeightFile) throws(TareError) -> [WeightFile] {
    guard let count = file.metadata["split.count"]?.int, count > 1 else { return [file] }
    let url = file.file.url
    guard count <= 99_999, let number = file.metadata["split.no"]?.int,
      (0..<count).contains(number)
    else {
      throw .badData(
        place: "\(url.path), metadata 'split.no'",
        found: "\(file.metadata["split.no"]?.text() ?? "nothing") of \(count)",
        accepted: "the number of the part, from 0 on")
    }
    let ending = self.ending(number, count)
    guard url.lastPathComponent.hasSuffix(ending) else {
      throw .badData(
        place: url.path, found: "part \(number + 1) of \(count) under this name",
        accepted: "a name that ends in '\(ending)', as the other parts are found by it")
    }
    let stem = url.lastPathComponent.dropLast(ending.count)
    var parts: [WeightFile] = []
    for index in 0..<count {
      if index == number {
        parts.append(file)
        continue
      }
      let other = url.deletingLastPathComponent().appending(path: stem + self.ending(index, count))
      let part = try WeightFile(other)
      guard part.metadata["split.no"]?.int == index, part.metadata["split.count"]?.int == count
      else {
        throw .badData(
          place: other.path, found: "no part \(index + 1) of \(count)",
          accepted: "the parts of one model")
      }
      parts.append(part)
    }
    try checkTensors(parts)
    return parts
  }

  private static func ending(_ index: Int, _ count: Int) -> String {
    func digits(_ number: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, 5 - text.count)) + text
    }
    return "-\(digits(index + 1))-of-\(digits(count)).gguf"
  }

  private static func checkTensors(_ parts: [WeightFile]) throws(TareError) {
    var holder: [String: String] = [:]
    for part in parts {
      for name in part.tensors.keys.sorted() {
        if let other = holder.updateValue(part.file.path, forKey: name) {
          throw .badData(
            place: "\(part.file.path), tensor '\(name)'", found: "a copy of it in \(other)",
            accepted: "each tensor in one part")
        }
      }
    }
    if let wanted = parts.first?.metadata["split.tensors.count"]?.int, wanted != holder.count {
      throw .badData(
        place: "\(parts[0].file.path), metadata 'split.tensors.count'",
        found: "\(holder.count) tensors in the parts", accepted: "\(wanted)")
    }
  }
}
