/// GLM-4-0414: GLM-4 with norms after the blocks too.
package import TareCore

package enum GLM4: DecoderArchitecture {
  package static let key = "glm4"
  package static let summary = "GLM-4-0414 (9B and 32B)"
  package static let defaultPadID: Int32? = GLM.defaultPadID

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    try GLM.spec(config)
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = try GLM.names(config)
    names.attentionPostNorm = "post_self_attn_layernorm"
    names.feedForwardPostNorm = "post_mlp_layernorm"
    return names
  }
}
