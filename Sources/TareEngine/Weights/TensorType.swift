/// How a tensor's numbers are stored.
internal import CKernels

/// Element types by ggml's numbers; safetensors' F32, F16 and BF16 are the same three, and its
/// F8_E4M3 has a number of our own.
package enum TensorType: Int32, Sendable, CaseIterable {
  case f32 = 0
  case f16 = 1
  case q40 = 2
  case q41 = 3
  case q50 = 6
  case q51 = 7
  case q80 = 8
  case q2K = 10
  case q3K = 11
  case q4K = 12
  case q5K = 13
  case q6K = 14
  case bf16 = 30
  case f8E4M3 = 1001

  /// The types that a GGUF file can hold.
  package static let gguf = allCases.filter { $0 != .f8E4M3 }

  /// The name that ggml gives it: "Q4_1", "Q6_K".
  package var name: String {
    guard self != .f8E4M3 else { return "F8_E4M3" }
    let plain = "\(self)".uppercased()
    guard plain.hasPrefix("Q") else { return plain }
    return "\(plain.prefix(2))_\(plain.dropFirst(2))"
  }

  /// Values that share one block; a row is a whole number of blocks.
  package var blockValues: Int { Int(tare_block_values(rawValue)) }
  package var blockBytes: Int { Int(tare_block_bytes(rawValue)) }

  /// Writes `target.count` float32 values, a multiple of `blockValues`, from stored blocks.
  package func dequantize(_ source: UnsafeRawBufferPointer, into target: FloatView) {
    precondition(target.count % blockValues == 0)
    precondition(source.count >= target.count / blockValues * blockBytes)
    guard let base = source.baseAddress else { return }
    let done = tare_dequantize(rawValue, base, target.base, target.count)
    precondition(done, "every case of TensorType has a kernel")
  }
}
