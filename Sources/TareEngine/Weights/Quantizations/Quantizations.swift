/// The quantisation methods whose safetensors Tare reads.
package import TareCore

package enum Quantizations {
  package static let registry = Registry<any WeightQuantization.Type>(
    "quantization",
    [
      GPTQ.self,
      AWQ.self,
      CompressedTensors.self,
      BitsAndBytes.self,
      FineGrainedFloat8.self,
      MXFP4Experts.self,
      ModelOpt.self,
      TorchAO.self,
      MLXAffine.self,
    ]
  ) { $0 }

  /// The method that a configuration means; nil for one that is not known.
  static func method(_ settings: JSONObject) -> (any WeightQuantization.Type)? {
    let name = settings["quant_method"]?.string
    return registry.entries.first { entry in
      guard let name else { return entry.recognises(settings) }
      return entry.key == name || entry.otherMethods.contains(name)
    }
  }
}
