/// A model file opened for text: tokenizer, chat template and identity, without loading weights.
package import Foundation
package import TareCore
package import TareEngine
package import TareTemplates
package import TareTokenizers

package struct TextModel: Sendable {
  /// The file's name, for people.
  package let name: String
  /// SHA-256 of the whole file.
  package let digest: Digest
  package let tokenizer: Tokenizer
  package let template: ChatTemplate
  /// Positions that the model was trained for.
  package let contextLength: Int
  /// The weights' directory; the data is read when `decoder` is called.
  package let weights: WeightFile

  /// - Throws: `TareError.badData` that names the file and what is missing in it.
  package init(_ url: URL) throws(TareError) {
    weights = try WeightFile(url)
    name = url.lastPathComponent
    do throws(TareError) {
      tokenizer = try Tokenizer(Vocabulary(ggufMetadata: weights.metadata))
      guard let source = weights.metadata["tokenizer.chat_template"]?.string else {
        throw .badData(
          place: "metadata 'tokenizer.chat_template'", found: "nothing",
          accepted: "the model's chat template")
      }
      template = try ChatTemplate(source: source)
      let spec = try Decoder.spec(of: weights)
      contextLength = spec.contextLength
      guard tokenizer.count <= spec.vocabularySize else {
        throw .badData(
          place: "tokenizer", found: "\(tokenizer.count) tokens",
          accepted: "at most the \(spec.vocabularySize) that the model has embeddings for")
      }
    } catch {
      throw error.inside(url.path)
    }
    digest = Digest(of: weights.file.bytes)
  }
}
