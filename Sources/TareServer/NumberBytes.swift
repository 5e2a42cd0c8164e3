/// Numbers as bytes, in the types and orders that vLLM's clients ask for (vllm/utils/serial_utils.py).
internal import Foundation
internal import TareCore

/// How numbers become bytes.
struct NumberBytes {
  enum Kind: String, CaseIterable { case float32, float16, bfloat16 }

  var kind = Kind.float32
  var isBigEndian = false

  /// Each rounded to nearest, ties to even.
  func bytes(_ values: [Double]) -> [UInt8] {
    var bytes: [UInt8] = []
    for value in values {
      switch kind {
      case .float32: append(Float(value).bitPattern, to: &bytes)
      case .float16: append(Float16(Float(value)).bitPattern, to: &bytes)
      case .bfloat16: append(Self.bfloat16(Float(value)), to: &bytes)
      }
    }
    return bytes
  }

  func base64(_ values: [Double]) -> String { Data(bytes(values)).base64EncodedString() }

  private static func bfloat16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
  }

  private func append(_ bits: some FixedWidthInteger, to bytes: inout [UInt8]) {
    let ordered = isBigEndian ? bits.bigEndian : bits.littleEndian
    withUnsafeBytes(of: ordered) { bytes.append(contentsOf: $0) }
  }
}
