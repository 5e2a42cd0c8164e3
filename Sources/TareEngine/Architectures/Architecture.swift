/// What a model family must say: its sizes, and where its tensors are.
package import TareCore

/// A family of decoders. Its key is the name that GGUF's `general.architecture` gives it.
package protocol Architecture: Registered {
  /// Reads the sizes from a weight file's metadata.
  /// - Throws: `TareError.badData` for what is missing, and for every feature that this family can
  ///   have and that is not supported: never a silently different model.
  static func spec(_ metadata: JSONObject) throws(TareError) -> DecoderSpec
  /// Reads the weights, in float32.
  static func weights(_ reader: WeightReader, _ spec: DecoderSpec) throws(TareError)
    -> DecoderWeights
}
