/// A CSV file in memory piece by piece: the part that a scanner is in, and what follows it.
package import Foundation
package import TareCore

package struct CSVPieces {
  package var name: String { stream.name }
  private let stream: ByteStream
  /// As many bytes as are read at once.
  private let pieceSize: Int
  private let longestRow: Int
  /// The piece, and room for more behind it.
  private(set) var buffer: [UInt8]
  /// How many bytes of the buffer are the file's.
  private(set) var count = 0
  /// Whether the bytes are ASCII, so that their UTF-8 needs no look.
  private(set) var isASCII = true
  private var isAtEnd = false
  private var opening: (header: CSVHeader, scanner: CSVScanner)?

  /// Reads the first piece.
  ///
  /// - Parameters:
  ///   - pieceSize: of bytes read at once. 1 MiB is past the size where reading more at once is
  ///     faster, and stays within the cache.
  ///   - longestRow: bytes past which a row is taken for broken.
  /// - Throws: `TareError.badData` if the file cannot be read.
  package init(
    _ stream: ByteStream, pieceSize: Int = 1 << 20, longestRow: Int? = nil
  ) throws(TareError) {
    self.stream = stream
    self.pieceSize = max(1, pieceSize)
    self.longestRow = longestRow ?? CSVFault.longestRow
    buffer = [UInt8](repeating: 0, count: self.pieceSize)
    // A byte order mark counts as nothing.
    while count < 3, !isAtEnd { try read() }
    if buffer[..<count].starts(with: [0xEF, 0xBB, 0xBF]) {
      buffer.removeSubrange(..<3)
      count -= 3
      isASCII = Self.isASCII(buffer.span.extracting(0..<count))
    }
  }

  /// The first byte that is no white space; nil where the first piece has none.
  package var firstCharacter: UInt8? {
    buffer[..<count].first { $0 != 0x20 && !(0x09...0x0D).contains($0) }
  }

  /// Whether the first piece begins as a binary format does.
  package var isBinary: Bool { SourceFile.BinaryKind(Array(buffer[..<min(count, 16)])) != nil }

  /// Everything that was read so far and all that follows it; nothing is left to be read then.
  package mutating func everything() throws(TareError) -> Data {
    while !isAtEnd { try read() }
    return Data(buffer[..<count])
  }

  func ending(from position: Int) -> CSVScanner.Ending {
    if isAtEnd { return .file }
    return count - position >= longestRow ? .limit : .open
  }

  /// The header; nothing of the file is let go for it.
  package mutating func header() throws(TareError) -> CSVHeader {
    do throws(TareError) {
      return try readOpening().header
    } catch {
      throw error.inside(name)
    }
  }

  /// The header, and a scanner that stands behind it.
  mutating func readOpening() throws(TareError) -> (header: CSVHeader, scanner: CSVScanner) {
    if let opening { return opening }
    var scanner = CSVScanner()
    let opening = (try readHeader(&scanner), scanner)
    self.opening = opening
    return opening
  }

  private mutating func readHeader(_ scanner: inout CSVScanner) throws(TareError) -> CSVHeader {
    var ends: [Int] = []
    while true {
      let step = scanner.nextRow(
        in: buffer.span.extracting(0..<count), ending(from: scanner.position),
        appendingEndsTo: &ends)
      switch step {
      case .needsMore: try more(after: &scanner)
      case .fault(let fault): throw fault.error([])
      case .end: return try CSVHeader(nil, ends: [], in: buffer.span)
      case .row(let row):
        let bytes = buffer.span.extracting(0..<count)
        if !isASCII, let fault = scanner.invalidUTF8(row, bytes, ends[...]) {
          throw fault.error([])
        }
        return try CSVHeader(row, ends: ends, in: bytes)
      }
    }
  }

  /// Lets go what the scanner has passed, and reads on.
  mutating func more(after scanner: inout CSVScanner) throws(TareError) {
    buffer.removeSubrange(..<scanner.position)
    count -= scanner.position
    scanner.rebase()
    if count == 0 { isASCII = true }
    try read()
  }

  private mutating func read() throws(TareError) {
    // A row may be longer than a piece.
    let room = max(pieceSize, count)
    if buffer.count < count + room {
      buffer += [UInt8](repeating: 0, count: count + room - buffer.count)
    }
    let added = try stream.read(to: count, of: &buffer, most: room)
    isAtEnd = added == 0
    isASCII = isASCII && Self.isASCII(buffer.span.extracting(count..<count + added))
    count += added
  }

  private static func isASCII(_ bytes: Span<UInt8>) -> Bool {
    var all: UInt8 = 0
    for offset in 0..<bytes.count { all |= bytes[offset] }
    return all < 0x80
  }
}
