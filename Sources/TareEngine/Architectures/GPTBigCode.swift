/// SantaCoder and StarCoder: GPT-2 whose heads share keys and values.
package import TareCore

package enum GPTBigCode: DecoderArchitecture {
  package static let key = "gpt_bigcode"
  package static let summary = "SantaCoder, StarCoder, StarChat"
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    try config.refuse("add_cross_attention", unless: false)
    let isShared = try config.flag("multi_query", default: true)
    return try DecoderSpec(
      gpt2: config, defaultActivation: "gelu_pytorch_tanh", keyValueHeads: isShared ? 1 : nil)
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    var names = TensorNames.gpt2
    names.attention = .grouped("attn.c_attn")
    return names
  }
}
