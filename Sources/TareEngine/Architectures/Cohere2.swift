/// Command R7B and Command A: Command R with a window in three layers of four; the others are not
/// turned.
package import TareCore

package enum Cohere2: DecoderArchitecture {
  package static let key = "cohere2"
  package static let summary = "Command R7B and Command A"
  package static let defaultPadID: Int32? = 0
  package static let isTiedByDefault = true

  package static func spec(_ config: ModelConfig) throws(TareError) -> DecoderSpec {
    let config = config.filled(["sliding_window": 4096]).replacing(["head_dim": .null])
    var spec = try DecoderSpec(cohere: config, defaultRotaryBase: 10_000)
    let period =
      config["layer_types"] == nil ? try config.count("sliding_window_pattern", default: 4) : 1
    let window = try config.optionalCount("sliding_window")
    try spec.slide(config, window: window) { ($0 + 1) % period != 0 }
    for index in spec.layers.indices where spec.layers[index].window == nil {
      spec.layers[index].rotary = nil
    }
    return spec
  }

  package static func names(_ config: ModelConfig) throws(TareError) -> TensorNames {
    try Cohere.names(config)
  }
}
