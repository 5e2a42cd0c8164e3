/// Heads in files of their own.
internal import TareCore
internal import TareEngine

extension OptionContext {
  /// - Returns: its tensors, and the SHA-256 of the file.
  /// - Throws: `TareError.badData` where there is none, or it is damaged.
  func headFile(_ name: String) throws(TareError) -> (reader: WeightReader, digest: Digest) {
    guard let file = folder.file(name) else {
      throw .badData(place: name, found: "no such file", accepted: "the head's weights")
    }
    let weights = try WeightFile(file)
    return (WeightReader(weights), Digest(of: weights.file.bytes))
  }
}
