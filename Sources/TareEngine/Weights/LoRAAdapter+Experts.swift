/// LoRA on the fused experts of a mixture: PEFT's `target_parameters`, as `all-linear` becomes on
/// Qwen3-MoE.
internal import TareCore

extension LoRAAdapter {
  /// A and B of one parameter of all experts: A [experts · r, inputs] has the experts one after
  /// another, B [outputs, r · experts] has them side by side in each of r (`ParamWrapper` of peft).
  struct FusedChange: Sendable {
    /// The tensor's name in the adapter, for messages.
    let stored: String
    /// "model.layers.0.mlp.experts"
    let place: String
    let a: StoredTensor
    let b: StoredTensor
  }

  /// The changes of single experts' weights. Which parameter a fused change is of, gates with ups or
  /// downs, is told by its shape: names tell the order of wrapping alone.
  /// - Throws: `TareError.badData` for a shape that is neither's.
  static func experts(
    _ fused: [FusedChange], in base: [String: StoredTensor], _ settings: ModelConfig
  ) throws(TareError) -> [String: LoRAChange] {
    var changes: [String: LoRAChange] = [:]
    for change in fused {
      func weight(_ expert: Int, _ part: String) -> String {
        "\(change.place).\(expert).\(part).weight"
      }
      var count = 0
      while base[weight(count, "down_proj")] != nil { count += 1 }
      let (a, b) = (change.a.entry.shape, change.b.entry.shape)
      guard count > 0, let gate = base[weight(0, "gate_proj")]?.entry.shape, gate.count == 2,
        a.count == 2, b.count == 2, a[0] == b[1], a[0] > 0, a[0] % count == 0
      else { throw unfit(change, "A \(a) and B \(b)", "shapes that fit the experts of the base") }
      let (size, hidden) = (gate[0], gate[1])
      let parts: [(name: String, rows: Range<Int>)]
      let parameter: String
      if b[0] == 2 * size, a[1] == hidden {
        parameter = "gate_up_proj"
        parts = [("gate_proj", 0..<size), ("up_proj", size..<(2 * size))]
      } else if b[0] == hidden, a[1] == size {
        parameter = "down_proj"
        parts = [("down_proj", 0..<hidden)]
      } else {
        throw unfit(
          change, "a change of [\(b[0]), \(a[1])]",
          "[\(2 * size), \(hidden)] or [\(hidden), \(size)]")
      }
      for expert in 0..<count {
        for part in parts {
          changes[weight(expert, part.name)] = try LoRAChange(
            a: change.a, b: change.b, layer: "\(change.place).\(parameter)", settings,
            slice: LoRAChange.Slice(index: expert, count: count, rows: part.rows))
        }
      }
    }
    return changes
  }

  private static func unfit(
    _ change: FusedChange, _ found: String, _ accepted: String
  ) -> TareError {
    .badData(
      place: "tensor '\(change.stored)'", found: "LoRA on fused experts, \(found)",
      accepted: accepted)
  }
}
