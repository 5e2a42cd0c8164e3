/// A way in which quantised weights are stored beside each other in a folder's safetensors.
package import TareCore

package protocol WeightQuantization: Registered {
  /// The `quant_method` of a `quantization_config`, other than the key, that means this one.
  static var otherMethods: [String] { get }
  /// Whether a `quantization_config` without a method is this one's.
  static func recognises(_ settings: JSONObject) -> Bool
  /// Puts the weights together that the method packs, and takes their parts away.
  ///
  /// - Throws: `TareError.badData` for a variant that is not read, by its name.
  static func unpack(_ settings: QuantizationSettings) throws(TareError)
}

extension WeightQuantization {
  package static var otherMethods: [String] { [] }
  package static func recognises(_ settings: JSONObject) -> Bool { false }
}

/// What a method gets: its settings, and the tensors.
package final class QuantizationSettings {
  let config: ModelConfig
  var parts: PackedParts
  /// Whether the settings or the files ask for quantised activations.
  var quantisesActivations = false

  init(_ config: ModelConfig, _ parts: PackedParts) {
    self.config = config
    self.parts = parts
  }

  /// Stops at settings that change the numbers and are not read.
  func refuse(_ keys: [String]) throws(TareError) {
    for key in keys {
      guard let found = config[key], found != false, found.object?.isEmpty != true,
        found.array?.isEmpty != true
      else { continue }
      throw config.error(key, found.text(), "nothing (it is not supported)")
    }
  }
}
