/// The head of a reply, line by line, of bounded size whatever the server sends.
internal import Foundation

struct HTTPHead: Sendable {
  var status = 0
  var headers = HTTPHeaders()

  /// What it says that the body's length is.
  var length: Int? { headers.first("content-length").flatMap { Int($0) } }
}

struct HeadReader {
  /// Bytes of one line, of all lines (trailers and interim replies, too), and fields of one head.
  /// The library's own limits are 100 kB and, in newer versions, 300 kB.
  private static let longestLine = 80 << 10
  private static let longest = 256 << 10
  private static let mostFields = 256

  private var head = HTTPHead()
  private var size = 0
  private var isWhole = false

  /// - Parameter line: with its end.
  /// - Returns: the head with its last line, which is empty.
  /// - Throws: `HTTPFailure.malformed` for what is too long, and for a body whose length is not clear.
  mutating func read(_ line: UnsafeRawBufferPointer) throws(HTTPFailure) -> HTTPHead? {
    size += line.count
    guard line.count <= Self.longestLine, size <= Self.longest else {
      throw .malformed("headers of more than \(Self.longest >> 10) kB, or one of over 80 kB")
    }
    // Trailers say nothing that anybody asks for.
    guard !isWhole else { return nil }
    let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .newlines)
    if text.hasPrefix("HTTP/") {
      head = HTTPHead()
      head.status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    } else if text.isEmpty {
      // An interim reply is followed by another.
      if (100..<200).contains(head.status), head.status != 101 { return nil }
      try check()
      isWhole = true
      return head
    } else if text.hasPrefix(" ") || text.hasPrefix("\t") {
      head.headers.extendLast(text.trimmingCharacters(in: .whitespaces))
    } else if let colon = text.firstIndex(of: ":") {
      head.headers.add(
        String(text[..<colon]),
        text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces))
      guard head.headers.fields.count <= Self.mostFields else {
        throw .malformed("more than \(Self.mostFields) headers")
      }
    }
    return nil
  }

  private func check() throws(HTTPFailure) {
    guard head.status >= 200 else { throw .malformed("status \(head.status)") }
    // The library would take a body apart that is compressed on its way; nobody asked for one.
    for value in head.headers["transfer-encoding"]
    where !["chunked", "identity"].contains(value.lowercased()) {
      throw .malformed("transfer encoding '\(value.prefix(40))'")
    }
    let lengths = Set(head.headers["content-length"])
    guard lengths.count < 2 else { throw .malformed("\(lengths.count) content lengths") }
  }
}
