/// How digests, texts, JSON and float32 vectors stand in the database.
import Foundation
import GRDB
import TareCore

extension Digest {
  var data: Data { withUnsafeBytes(of: bytes) { Data($0) } }

  init(_ row: Row, at column: Int) throws {
    let data = try row.decode(Data.self, atIndex: column)
    guard let digest = Digest(bytes: data) else {
      throw damage("a digest of \(data.count) bytes", "32 bytes")
    }
    self = digest
  }
}

extension Digest {
  /// What stands for the tokens of an imported score, which are not known: its place in the input. In
  /// the order of the places, so that an index grows at its end.
  init(row: Int, response: Int) {
    var bytes = SIMD32<UInt8>(repeating: 0)
    for index in 0..<8 {
      bytes[index] = UInt8(truncatingIfNeeded: row >> (56 - 8 * index))
      bytes[8 + index] = UInt8(truncatingIfNeeded: response >> (56 - 8 * index))
    }
    self.init(bytes: bytes)
  }
}

extension String {
  /// The text as bytes, for columns where a NUL character must survive: GRDB's own binding of strings
  /// ends at the first. Written by `CAST(? AS TEXT)`, read by `CAST(column AS BLOB)`.
  var data: Data { Data(utf8) }
}

extension JSONObject {
  /// The text that equal objects share, whatever the order of their members.
  var canonicalText: String { JSONValue.object(self).text(sortedKeys: true) }
}

extension JSONValue {
  init(_ row: Row, at column: Int) throws {
    let text = try row.decode(String.self, atIndex: column)
    self = text == "{}" ? .object([:]) : try JSONValue(parsing: text)
  }

  /// Messages as an array of objects.
  init(_ messages: [Message]) { self = .array(messages.map(\.json)) }

  /// - Returns: nil if this is no array of messages.
  var messages: [Message]? {
    guard let array else { return nil }
    let messages = array.compactMap { try? Message($0) }
    return messages.count == array.count ? messages : nil
  }
}

extension JSONValue {
  /// An array of positions and values as the scores of steps.
  var steps: [StepScore] {
    (array ?? []).compactMap { pair in
      guard let pair = pair.array, pair.count == 2, let position = pair[0].int,
        let value = pair[1].double
      else { return nil }
      return StepScore(position: position, value: Float(value))
    }
  }
}

extension [Float] {
  /// Little-endian float32, on any machine.
  var littleEndianData: Data {
    map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
  }

  /// - Parameter data: a multiple of 4 bytes; what is left over counts as none.
  init(littleEndian data: Data) {
    self = data.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count / 4 * 4, by: 4).map { offset in
        let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return Float(bitPattern: UInt32(littleEndian: word))
      }
    }
  }
}

/// The error of a value that the schema lets through but Tare never writes.
func damage(_ found: String, _ accepted: String) -> TareError {
  .badData(place: "", found: found, accepted: accepted)
}
