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
  /// Makes UTF-8 of a file in UTF-16.
  private var decoder: UTF16Text?
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
    do throws(TareError) {
      // As many bytes as tell UTF-16 by its first line.
      while count < UTF16Text.sampleBytes, !isAtEnd { try read() }
      if let order = UTF16Text.order(of: buffer.span.extracting(0..<count), isWhole: isAtEnd) {
        try decode(order)
      }
    } catch {
      throw error.inside(stream.name)
    }
    // A byte order mark counts as nothing, and so does a second of a file that was written with one twice.
    while buffer[..<count].starts(with: [0xEF, 0xBB, 0xBF]) {
      buffer.removeSubrange(..<3)
      count -= 3
      isASCII = Self.isASCII(buffer.span.extracting(0..<count))
    }
  }

  /// What a reader should know of how the file is taken, a phrase each.
  package var notes: [String] {
    let encoding = decoder == nil ? [] : [SourceFile.utf16Note]
    return encoding + [opening?.header.dialect.note].compactMap(\.self)
  }

  /// The first byte that is no white space; nil where the first piece has none.
  package var firstCharacter: UInt8? {
    buffer[..<count].first { $0 != 0x20 && !(0x09...0x0D).contains($0) }
  }

  /// Whether the first piece begins as a binary format does.
  package var isBinary: Bool { SourceFile.BinaryKind(Array(buffer[..<min(count, 16)])) != nil }
  /// - Throws: `TareError.badData` that names what the file is, where it begins as one that is no text.
  package func refuseUnread() throws(TareError) {
    do throws(TareError) {
      try UnreadFile.refuse(Data(buffer[..<count]))
    } catch {
      throw error.inside(name)
    }
  }

  /// Everything that was read so far and all that follows it, as UTF-8; nothing is left to be read then.
  package mutating func everything() throws(TareError) -> Data {
    do throws(TareError) {
      while !isAtEnd { try read() }
    } catch {
      throw error.inside(name)
    }
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
    while count < min(CSVDialect.sampleBytes, longestRow), !isAtEnd { try read() }
    let dialect = CSVDialect(
      recognising: buffer.span.extracting(0..<count), isWhole: isAtEnd)
    var scanner = dialect.scanner
    let opening = (try readHeader(&scanner, dialect), scanner)
    self.opening = opening
    return opening
  }

  private mutating func readHeader(
    _ scanner: inout CSVScanner, _ dialect: CSVDialect
  ) throws(TareError) -> CSVHeader {
    var ends: [Int] = []
    while true {
      let step = scanner.nextRow(
        in: buffer.span.extracting(0..<count), ending(from: scanner.position),
        appendingEndsTo: &ends)
      switch step {
      case .needsMore: try read()
      case .fault(let fault): throw fault.error([])
      case .end: return try CSVHeader(nil, ends: [], in: buffer.span, dialect)
      case .row(let row):
        let bytes = buffer.span.extracting(0..<count)
        if !isASCII, let fault = scanner.invalidUTF8(row, bytes, ends[...]) {
          throw fault.error([])
        }
        return try CSVHeader(row, ends: ends, in: bytes, dialect)
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
    let read = try stream.read(to: count, of: &buffer, most: room)
    isAtEnd = read == 0
    let added = try decoded(read)
    isASCII = isASCII && Self.isASCII(buffer.span.extracting(count..<count + added))
    count += added
  }

  /// Puts UTF-8 in the place of all bytes that were read.
  private mutating func decode(_ order: UTF16Text.Order) throws(TareError) {
    decoder = UTF16Text(order)
    let read = count
    count = 0
    count = try decoded(read)
    isASCII = Self.isASCII(buffer.span.extracting(0..<count))
  }

  /// Puts UTF-8 in the place of the bytes that were read behind `count`.
  /// - Returns: how many bytes they are then.
  private mutating func decoded(_ read: Int) throws(TareError) -> Int {
    guard decoder != nil else { return read }
    var text: [UInt8] = []
    try decoder?.decode(buffer[count..<count + read], to: &text)
    if isAtEnd { try decoder?.finish() }
    buffer.replaceSubrange(count..<count + read, with: text)
    return text.count
  }

  private static func isASCII(_ bytes: Span<UInt8>) -> Bool {
    var all: UInt8 = 0
    for offset in 0..<bytes.count { all |= bytes[offset] }
    return all < 0x80
  }
}
