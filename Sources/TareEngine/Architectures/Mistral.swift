/// Mistral: Llama with a sliding window.
package import TareCore

package enum Mistral: DecoderArchitecture {
  package static let key = "mistral"
  package static let summary = "Mistral, with a sliding window where the configuration has one"

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var spec = try DecoderSpec(config)
    try spec.slide(config, window: config.nullableCount("sliding_window", default: 4096)) { _ in
      true
    }
    return spec
  }

  /// Models that also see (`mistral3`) have it inside.
  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    TensorNames().besidePictures
  }
}
