/// What the numbers of the matrix products are.
package import CKernels

/// The residual stream, norms, softmax and the head are float32 in every precision.
package enum Precision: String, Sendable, CaseIterable {
  /// Weights, activations, keys and values in float32.
  case float32
  /// Weights and activations rounded to bfloat16 on their way into products, keys, values and
  /// attention probabilities too; sums in float32.
  case bfloat16
  /// Weights in 8 bits with a scale for each output, activations in 8 bits with a scale for each
  /// row, sums in 32-bit integers; attention as in bfloat16.
  case int8

  package var kernel: TarePrecision {
    switch self {
    case .float32: TARE_FLOAT32
    case .bfloat16: TARE_BFLOAT16
    case .int8: TARE_INT8
    }
  }

  /// What attention's products are.
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
  package func groups(_ count: Int) -> Int { (count + valuesPerGroup - 1) / valuesPerGroup }

  /// Bytes of a weight.
  package var bytes: Int { 4 / valuesPerGroup }
}
