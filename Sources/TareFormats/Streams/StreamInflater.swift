/// Makes content of compressed bytes as they come.
internal import Foundation
internal import TareCore

protocol StreamInflater: AnyObject {
  /// Takes some of the bytes, and puts content into the room.
  ///
  /// - Returns: how many bytes were read and written; none of either where more bytes are needed.
  /// - Throws: `TareError.badData` for damaged bytes.
  func next(
    _ bytes: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer
  ) throws(TareError) -> (read: Int, written: Int)

  /// Whether the content may end behind what was read.
  var isWhole: Bool { get }
  /// What is wrong with bytes that end where it may not.
  var endsTooEarly: TareError { get }
}

extension StreamInflater {
  private static var pieceSize: Int { 1 << 18 }

  /// The content of all the bytes.
  func content(of data: Data) throws(TareError) -> Data {
    var content = Data()
    var piece = [UInt8](repeating: 0, count: Self.pieceSize)
    let result: Result<Void, TareError> = data.withUnsafeBytes { bytes in
      piece.withUnsafeMutableBytes { room in
        Result { () throws(TareError) in
          var position = 0
          var growth = GrowthLimit()
          while true {
            let step = try next(UnsafeRawBufferPointer(rebasing: bytes[position...]), to: room)
            position += step.read
            try growth.add(read: step.read, written: step.written)
            content.append(contentsOf: room[..<step.written])
            if step == (0, 0) { break }
          }
          guard position == bytes.count, isWhole else { throw endsTooEarly }
        }
      }
    }
    try result.get()
    return content
  }

  /// Puts the content of all the bytes into a room, past which nothing is written.
  ///
  /// - Returns: how many bytes it is; nil for damaged bytes and for more content than there is room.
  func inflate(
    _ bytes: UnsafeRawBufferPointer, to room: UnsafeMutableRawBufferPointer
  ) -> Int? {
    var (read, written) = (0, 0)
    while true {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[read...])
      let free = UnsafeMutableRawBufferPointer(rebasing: room[written...])
      guard let step = try? next(rest, to: free) else { return nil }
      if step == (0, 0) { break }
      read += step.read
      written += step.written
    }
    return read == bytes.count && isWhole ? written : nil
  }
}
