/// safetensors: a JSON header, then the data. Models and reward heads; `train-head` writes it.
///
/// The format: huggingface/safetensors, README "Format".
package import Foundation
package import TareCore

package enum Safetensors: WeightFormat {
  package static let key = "safetensors"
  package static let summary = "safetensors (.safetensors)"

  /// Types by the header's names.
  static let types: [String: TensorType] = [
    "F64": .f64, "F32": .f32, "F16": .f16, "BF16": .bf16, "F8_E4M3": .f8E4M3,
  ]
  /// Longer headers are refused, as the reference implementation does.
  static let longestHeader = 100_000_000

  package static func recognises(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count > 8, bytes[8] == UInt8(ascii: "{") else { return false }
    return bytes.loadUnaligned(as: UInt64.self).littleEndian <= UInt64(longestHeader)
  }

  package static func directory(
    of bytes: UnsafeRawBufferPointer
  ) throws(TareError) -> WeightDirectory {
    var cursor = ByteCursor(bytes)
    cursor.place = "header"
    let length = try cursor.count(of: 1)
    guard length <= longestHeader else {
      throw cursor.error(
        "a header of \(length) bytes", "a header of at most \(longestHeader) bytes")
    }
    let text = try cursor.take(length)
    let dataStart = cursor.position
    let header: JSONValue
    do {
      header = try JSONValue(parsing: Array(text))
    } catch {
      throw error.inside("header")
    }
    guard let object = header.object else {
      throw cursor.error(header.kindName, "an object of tensors")
    }
    var metadata = JSONObject()
    var entries: [TensorEntry] = []
    var wholeNumbers: [String: WholeEntry] = [:]
    for (name, value) in object.members {
      if name == "__metadata__" {
        metadata = value.object ?? [:]
      } else if let type = value["dtype"]?.string, let size = WholeEntry.sizes[type] {
        let (shape, range) = try place(name, value, dataStart: dataStart, type, size: size)
        wholeNumbers[name] = WholeEntry(name: name, shape: shape, type: type, range: range)
      } else {
        entries.append(try tensor(name, value, dataStart: dataStart))
      }
    }
    try checkPlaces(
      entries.map { ($0.name, $0.range) } + wholeNumbers.values.map { ($0.name, $0.range) },
      fileSize: bytes.count)
    return WeightDirectory(
      metadata: metadata, tensors: try checked(entries, fileSize: bytes.count),
      wholeNumbers: wholeNumbers)
  }

  private static func tensor(
    _ name: String, _ value: JSONValue, dataStart: Int
  ) throws(TareError) -> TensorEntry {
    func bad(_ found: String, _ accepted: String) -> TareError {
      .badData(place: "tensor '\(name)'", found: found, accepted: accepted)
    }
    let typeName = value["dtype"]?.string ?? "none"
    guard let type = types[typeName] else {
      throw bad("the dtype \(typeName)", types.keys.sorted().joined(separator: ", "))
    }
    let (shape, range) = try place(
      name, value, dataStart: dataStart, typeName, size: type.blockBytes)
    return TensorEntry(name: name, shape: shape, type: type, range: range)
  }

  /// The shape of a tensor of numbers of `size` bytes, and where its data stands.
  private static func place(
    _ name: String, _ value: JSONValue, dataStart: Int, _ typeName: String, size: Int
  ) throws(TareError) -> (shape: [Int], range: Range<Int>) {
    func bad(_ found: String, _ accepted: String) -> TareError {
      .badData(place: "tensor '\(name)'", found: found, accepted: accepted)
    }
    guard let extents = value["shape"]?.array, let offsets = value["data_offsets"]?.array,
      offsets.count == 2, let start = offsets[0].int, let end = offsets[1].int, start >= 0,
      end >= start, end <= Int.max - dataStart
    else { throw bad("no shape or data_offsets", "both, as arrays of whole numbers") }
    var shape: [Int] = []
    var bytes = size
    for extent in extents {
      guard let extent = extent.int, extent >= 0, !bytes.multipliedReportingOverflow(by: extent).1
      else { throw bad("the shape \(value["shape"]?.text() ?? "")", "whole numbers") }
      bytes *= extent
      shape.append(extent)
    }
    guard bytes == end - start else {
      throw bad(
        "\(end - start) bytes of data", "\(bytes) bytes for \(typeName) of shape \(shape)")
    }
    return (shape, (dataStart + start)..<(dataStart + end))
  }

  /// The bytes of a file with these float32 tensors, in the order given, and string metadata.
  package static func encode(
    _ tensors: [(name: String, shape: [Int], values: [Float])], metadata: [String: String]
  ) -> Data {
    var header = JSONObject()
    if !metadata.isEmpty {
      var object = JSONObject()
      for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { object[key] = .string(value) }
      header["__metadata__"] = .object(object)
    }
    var data = Data()
    for tensor in tensors {
      precondition(tensor.shape.reduce(1, *) == tensor.values.count)
      let start = data.count
      for value in tensor.values {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
      header[tensor.name] = [
        "dtype": "F32", "shape": .array(tensor.shape.map { .int($0) }),
        "data_offsets": .array([.int(start), .int(data.count)]),
      ]
    }
    var text = Array(JSONValue.object(header).text().utf8)
    // The data starts at a multiple of 8.
    text += Array(repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
    var result = Data()
    withUnsafeBytes(of: UInt64(text.count).littleEndian) { result.append(contentsOf: $0) }
    return result + text + data
  }
}
