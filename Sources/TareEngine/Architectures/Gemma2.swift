/// Gemma 2: norms after the blocks too, soft caps, every other layer with a sliding window.
package import TareCore

package enum Gemma2: DecoderArchitecture {
  package static let key = "gemma2"
  package static let summary = "Gemma 2 (2B, 9B, 27B)"
  package static let defaultPadID: Int32? = 0
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    var spec = try DecoderSpec(gemma: config)
    try spec.addLaterGemma(config)
    // The caps are there where the file says nothing, and not where it says null.
    if config.values["attn_logit_softcapping"] == nil { spec.attentionSoftCap = 50 }
    if config.values["final_logit_softcapping"] == nil { spec.logitSoftCap = 30 }
    let window = try config.count("sliding_window", default: 4096)
    try spec.slide(config, window: window) { $0 % 2 == 0 }
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames { .fourNorms }
}
