/// T5 and Flan-T5 (Raffel et al. 2019): an encoder and a decoder, of which the state after the decoder's first
/// token is read, as SteamSHP's is.
package import TareCore

package enum T5: Architecture {
  package static let key = "t5"
  package static let summary = "T5, Flan-T5 (SteamSHP): the decoder's first token"
  package static let defaultPadID: Int32? = 0
  package static let precisions = [Precision.float32]
  // Every token of the encoder sees all others.
  package static let sharesPrefixes = false

  package static func size(_ config: ModelConfig) throws(TareError) -> BodySize {
    try T5Spec(config).size
  }

  package static func body(_ model: ModelWeights, threads: Int) throws(TareError) -> any Body {
    try EncoderDecoder(model, T5Spec(model.config), family: key, threads: threads)
  }

  /// The first T5 has the embedding for its head, and states that are scaled down before it; later ones say
  /// that theirs are two.
  package static func languageHead(_ config: ModelConfig) throws(TareError) -> LanguageHead? {
    let spec = try T5Spec(config)
    let isScaled =
      config["scale_decoder_outputs"]?.bool ?? (config["tie_word_embeddings"]?.bool != false)
    return LanguageHead(
      names: ["lm_head", "shared"], scale: isScaled ? 1 / Float(spec.hiddenSize).squareRoot() : 1)
  }
}
