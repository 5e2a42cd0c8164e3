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
    var places: [(name: String, range: Range<Int>)] = []
    for (name, value) in object.members {
      if name == "__metadata__" {
        metadata = try Self.metadata(value)
      } else if let type = value["dtype"]?.string, let size = WholeEntry.sizes[type] {
        let (shape, range) = try place(name, value, numberBytes: size, dataStart: dataStart)
        wholeNumbers[name] = WholeEntry(name: name, shape: shape, type: type, range: range)
        places.append((name, range))
      } else {
        entries.append(try tensor(name, value, dataStart: dataStart))
      }
    }
    places += entries.map { ($0.name, $0.range) }
    try checkLayout(places, dataStart..<bytes.count)
    return WeightDirectory(
      metadata: metadata, tensors: try checked(entries, fileSize: bytes.count),
      wholeNumbers: wholeNumbers)
  }

  /// - Throws: for what is no object of strings, which the reference implementation refuses, too.
  private static func metadata(_ value: JSONValue) throws(TareError) -> JSONObject {
    guard let object = value.object, object.members.allSatisfy({ $0.value.string != nil }) else {
      throw .badData(
        place: "'__metadata__'", found: value.object == nil ? value.kindName : "other values",
        accepted: "an object of strings")
    }
    return object
  }

  /// Tensors must fill the data without a hole or an overlap, as in the reference implementation:
  /// bytes behind the last one are what is left of a larger file that was written over.
  private static func checkLayout(
    _ places: [(name: String, range: Range<Int>)], _ data: Range<Int>
  ) throws(TareError) {
    var end = data.lowerBound
    let ordered = places.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    for (name, range) in ordered {
      guard range.upperBound <= data.upperBound else {
        throw .badData(
          place: "tensor '\(name)'",
          found: "data that ends at byte \(range.upperBound) of a file of \(data.upperBound) bytes",
          accepted: "data inside the file (is it truncated?)")
      }
      guard range.lowerBound == end else {
        throw .badData(
          place: "tensor '\(name)'",
          found: range.lowerBound < end
            ? "data that overlaps another tensor's" : "\(range.lowerBound - end) bytes before it",
          accepted: "tensors one after the other")
      }
      end = range.upperBound
    }
    guard end == data.upperBound else {
      throw .badData(
        place: "end", found: "\(data.upperBound - end) bytes after the last tensor",
        accepted: "nothing (was a larger file written over?)")
    }
  }

  private static func tensor(
    _ name: String, _ value: JSONValue, dataStart: Int
  ) throws(TareError) -> TensorEntry {
    let typeName = value["dtype"]?.string ?? "none"
    guard let type = types[typeName] else {
      throw .badData(
        place: "tensor '\(name)'", found: "the dtype \(typeName)",
        accepted: types.keys.sorted().joined(separator: ", "))
    }
    let (shape, range) = try place(
      name, value, numberBytes: type.blockBytes, dataStart: dataStart)
    return TensorEntry(name: name, shape: shape, type: type, range: range)
  }

  /// The tensor's shape, and where its data is in the file.
  private static func place(
    _ name: String, _ value: JSONValue, numberBytes: Int, dataStart: Int
  ) throws(TareError) -> (shape: [Int], range: Range<Int>) {
    func bad(_ found: String, _ accepted: String) -> TareError {
      .badData(place: "tensor '\(name)'", found: found, accepted: accepted)
    }
    guard let extents = value["shape"]?.array, let offsets = value["data_offsets"]?.array,
      offsets.count == 2, let start = offsets[0].int, let end = offsets[1].int, start >= 0,
      end >= start, end <= Int.max - dataStart
    else { throw bad("no shape or data_offsets", "both, as arrays of whole numbers") }
    var shape: [Int] = []
    var bytes = numberBytes
    for extent in extents {
      guard let extent = extent.int, extent >= 0, !bytes.multipliedReportingOverflow(by: extent).1
      else { throw bad("the shape \(value["shape"]?.text() ?? "")", "whole numbers") }
      bytes *= extent
      shape.append(extent)
    }
    guard bytes == end - start else {
      throw bad(
        "\(end - start) bytes of data",
        "\(bytes) bytes for \(value["dtype"]?.string ?? "") of shape \(shape)")
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
