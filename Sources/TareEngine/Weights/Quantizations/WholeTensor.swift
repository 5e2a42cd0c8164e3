/// A tensor of whole numbers: the codes, indices and shapes of quantised models.
internal import TareCore

/// A tensor of whole numbers as the file's directory describes it.
package struct WholeEntry: Sendable, Equatable {
  package let name: String
  package let shape: [Int]
  /// safetensors' name of the type: "I32".
  package let type: String
  /// Where its bytes stand in the file.
  package let range: Range<Int>

  /// Bytes of one number by safetensors' names; F8_E8M0 are exponents, which stand as bytes.
  static let sizes = [
    "I64": 8, "U64": 8, "I32": 4, "U32": 4, "I16": 2, "U16": 2, "I8": 1, "U8": 1, "BOOL": 1,
    "F8_E8M0": 1,
  ]
}

struct WholeTensor: Sendable {
  let entry: WholeEntry
  let file: MappedFile

  var shape: [Int] { entry.shape }
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[entry.range]) }
  private var size: Int { WholeEntry.sizes[entry.type] ?? 1 }

  func bad(_ found: String, _ accepted: String) -> TareError {
    .badData(place: "tensor '\(entry.name)'", found: found, accepted: accepted)
  }

  /// - Throws: `TareError.badData` unless it is of one of the types and of the shape.
  func check(_ types: [String], _ shape: [Int]) throws(TareError) {
    guard types.contains(entry.type), entry.shape == shape else {
      throw bad(
        "\(entry.type) of shape \(entry.shape)",
        "\(types.joined(separator: " or ")) of shape \(shape)")
    }
  }

  /// All numbers; a number of 64 bits that no Int holds is cut.
  var integers: [Int] {
    let (bytes, size) = (bytes, size)
    let isSigned = entry.type.hasPrefix("I")
    return (0..<(bytes.count / size)).map { index in
      var value: UInt64 = 0
      for place in 0..<size { value |= UInt64(bytes[index * size + place]) << (8 * place) }
      let shift = 64 - 8 * size
      return isSigned
        ? Int(Int64(bitPattern: value << shift) >> shift) : Int(truncatingIfNeeded: value)
    }
  }
}
