/// A reward head in a file of its own beside the model.
internal import Foundation
package import TareCore

extension ModelWeights {
  private static let name = "value_head"

  /// `value_head.safetensors` of the folder, or of an adapter's base, as LLaMA-Factory saves it; nil
  /// where there is none.
  /// - Throws: `TareError.badData` for one as a Python pickle.
  package func headBeside() throws(TareError) -> WeightFile? {
    guard ggufMetadata == nil else { return nil }
    let manager = FileManager.default
    for folder in [url] + (baseURL.map { [$0] } ?? []) {
      let file = folder.appending(path: "\(Self.name).safetensors")
      if manager.fileExists(atPath: file.path) { return try WeightFile(file) }
      let pickle = folder.appending(path: "\(Self.name).bin")
      guard !manager.fileExists(atPath: pickle.path) else {
        throw .badData(
          place: pickle.path, found: "a reward head as a Python pickle",
          accepted: "\(Self.name).safetensors; load it in Python with torch.load and save it with "
            + "safetensors.torch.save_file")
      }
    }
    return nil
  }
}
