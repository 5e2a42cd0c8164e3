/// What a decoder is, as data: the sizes and rules that one forward pass reads.
internal import TareCore

package struct DecoderSpec: Sendable, Equatable {
  package var vocabularySize: Int
  package var hiddenSize: Int
  package var layerCount: Int
  package var headCount: Int
  /// Query heads share key and value heads in groups of headCount / keyValueHeadCount.
  package var keyValueHeadCount: Int
  package var headDim: Int
  package var feedForwardSize: Int
  /// Positions the model was trained for.
  package var contextLength: Int
  package var normEpsilon: Float
  package var rotaryBase: Double

  /// Parameters of the layers, embeddings not counted.
  package var bodyParameterCount: Int {
    let attention = (2 * headCount + 2 * keyValueHeadCount) * headDim * hiddenSize
    return layerCount * (attention + 3 * feedForwardSize * hiddenSize + 2 * hiddenSize) + hiddenSize
  }

  /// - Throws: `TareError.badData` where sizes do not fit each other.
  func checked() throws(TareError) -> DecoderSpec {
    func bad(_ place: String, _ found: Int, _ accepted: String) -> TareError {
      .badData(place: place, found: "\(found)", accepted: accepted)
    }
    guard headCount % keyValueHeadCount == 0 else {
      throw bad("key-value heads", keyValueHeadCount, "a divisor of the \(headCount) heads")
    }
    guard headDim % 2 == 0, headDim <= 512 else {
      throw bad("head size", headDim, "an even number up to 512")
    }
    return self
  }
}
