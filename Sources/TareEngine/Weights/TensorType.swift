/// How a tensor's numbers are stored.
internal import CKernels

/// Element types by ggml's numbers; safetensors' F64, F32, F16 and BF16 are the same four, and its
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
  case iq2XXS = 16
  case iq2XS = 17
  case iq3XXS = 18
  case iq1S = 19
  case iq4NL = 20
  case iq3S = 21
  case iq2S = 22
  case iq4XS = 23
  case f64 = 28
  case iq1M = 29
  case bf16 = 30
  case tq10 = 34
  case tq20 = 35
  case mxfp4 = 39
  case nvfp4 = 40
  case f8E4M3 = 1001

  /// The types that a GGUF file can hold.
  package static let gguf = allCases.filter { $0 != .f8E4M3 }

  /// The names of ggml's types that are not read, by number, for messages.
  static let unreadNames: [UInt32: String] = [
    9: "Q8_1", 15: "Q8_K", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 41: "Q1_0",
  ]

  /// The name that ggml gives it: "Q4_1", "Q6_K".
  package var name: String {
    guard self != .f8E4M3 else { return "F8_E4M3" }
    let plain = "\(self)".uppercased()
    // Letters and a number, then what kind of it: IQ2 and XXS, Q4 and K.
    guard let digit = plain.firstIndex(where: \.isNumber), plain[..<digit].hasSuffix("Q") else {
      return plain
    }
    let end = plain.index(after: digit)
    return "\(plain[..<end])_\(plain[end...])"
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
