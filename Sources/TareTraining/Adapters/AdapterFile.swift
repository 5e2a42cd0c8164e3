/// An adapter as PEFT saves it.
package import Foundation
package import TareCore
internal import TareEngine

extension AdapterFit {
  /// adapter_config.json (peft 0.21) of an adapter with a reward head named `score`.
  ///
  /// - Parameters:
  ///   - base: what the adapter changes, a folder or an id.
  ///   - first: the first layer that learnt, of those of the whole model.
  package func config(base: String, firstLayer first: Int) -> JSONValue {
    let targets = AdaptedLayer.Place.allCases.filter(settings.targets.contains)
    return [
      "peft_type": "LORA", "task_type": "SEQ_CLS", "base_model_name_or_path": .string(base),
      "r": .int(settings.rank), "lora_alpha": .double(settings.alpha), "lora_dropout": 0,
      "bias": "none", "target_modules": .array(targets.map { .string($0.name) }),
      "layers_to_transform": .array(stack.layers.indices.map { .int(first + $0) }),
      "layers_pattern": "layers", "modules_to_save": ["score"], "inference_mode": true,
      "fan_in_fan_out": false, "init_lora_weights": true, "use_rslora": false, "use_dora": false,
    ]
  }

  /// adapter_model.safetensors.
  package func weights(firstLayer first: Int) -> Data {
    var tensors: [(name: String, shape: [Int], values: [Float])] = []
    for (layer, place) in places {
      let linear = stack.layers[layer].linears[place]
      guard let change = linear.change else { continue }
      let module = AdaptedLayer.Place.allCases[place].module
      let name = "base_model.model.model.layers.\(first + layer).\(module)"
      tensors.append(("\(name).lora_A.weight", [change.rank, linear.inputs], change.a))
      tensors.append(("\(name).lora_B.weight", [linear.outputs, change.rank], change.b))
    }
    tensors.append(
      ("base_model.model.score.weight", [1, reward.count], reward.map { Float($0) }))
    return Safetensors.encode(tensors, metadata: ["format": "pt"])
  }
}
