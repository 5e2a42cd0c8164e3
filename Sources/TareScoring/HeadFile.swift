/// A reward head in a safetensors file of its own, as `train-head` writes it.
package import Foundation
package import TareCore
package import TareEngine

package struct HeadFile: Sendable {
  package let head: any RewardHead
  package let digest: Digest
  /// The rule that the head was trained with; nil where the file does not say.
  package let readRule: ReadRule?

  /// - Throws: `TareError.badData` if the file has no head, or one for another model.
  package init(_ url: URL, for text: TextModel) throws(TareError) {
    let file = try WeightFile(url)
    if let wanted = file.metadata["model_sha256"]?.string, wanted != text.digest.description {
      throw .badData(
        place: url.path, found: "a head for the model with SHA-256 \(wanted)",
        accepted: "a head for \(text.name), \(text.digest)")
    }
    head = try loadRewardHead(file, hiddenSize: Decoder.spec(of: text.weights).hiddenSize)
    if let rule = file.metadata["read"]?.string {
      do throws(TareError) {
        readRule = try ReadRule(parsing: rule)
      } catch {
        throw .badData(
          place: "\(url.path), metadata 'read'", found: "'\(rule)'", accepted: "hf, last, token:ID")
      }
    } else {
      readRule = nil
    }
    digest = Digest(of: file.file.bytes)
  }
}
