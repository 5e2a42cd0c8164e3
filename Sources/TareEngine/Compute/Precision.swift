/// What the numbers of the matrix products are.
package import CKernels

/// The residual stream, norms, softmax and the head are float32 in every precision.
package enum Precision: String, Sendable, CaseIterable {
  /// Weights, activations, keys and values in float32.
  case float32
  /// Weights and activations rounded to bfloat16 on their way into products, keys, values and
  /// attention probabilities too; sums in float32.
  case bfloat16
  /// Weights and activations in 8 bits, each stretch of 64 inputs with a scale of its own after a
  /// Hadamard transform; stretches are summed in 32-bit integers, and their sums in float32.
  /// Attention and the projections into it are as in bfloat16.
  case int8

  package var kernel: TarePrecision {
    switch self {
    case .float32: TARE_FLOAT32
    case .bfloat16: TARE_BFLOAT16
    case .int8: TARE_INT8
    }
  }

  /// What attention's products are, and those that give it queries, keys and values: errors in
  /// these weigh more than in others.
  var ofAttention: Precision { self == .float32 ? .float32 : .bfloat16 }

  /// Numbers in a group of 4 bytes.
  package var valuesPerGroup: Int {
    switch self {
    case .float32: 1
    case .bfloat16: 2
    case .int8: 4
    }
  }

  /// Groups of a row of `count` numbers.
  package func groups(_ count: Int) -> Int {
    guard self == .int8 else { return (count + valuesPerGroup - 1) / valuesPerGroup }
    return stretches(count) * Int(TARE_INT8_GROUP) / 4
  }

  /// Stretches of a row that have a scale of their own; none but in 8 bits.
  package func stretches(_ count: Int) -> Int {
    let size = Int(TARE_INT8_GROUP)
    return self == .int8 ? (count + size - 1) / size : 0
  }
}
