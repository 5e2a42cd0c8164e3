/// Text from outside on its way to a terminal: the one place where control characters become visible.

extension String {
  /// The text with what would steer a terminal, or reorder what it shows, as `\u{1b}`.
  ///
  /// Escaped are the controls of C0 and C1 but for line feeds, tabs and the carriage return of a line's
  /// end, the line and paragraph separators, and the characters that override or isolate directions
  /// (Unicode Technical Report 36, section 2.5, names both for spoofing).
  ///
  /// - Parameter sequences: escape sequences that are the program's own and stay.
  package func showingControls(keeping sequences: [String] = []) -> String {
    guard utf8.contains(where: Self.mayBeginControl) else { return self }
    let scalars = Array(unicodeScalars)
    let kept = sequences.map { Array($0.unicodeScalars) }
    var result = UnicodeScalarView()
    var place = 0
    while place < scalars.count {
      if let own = kept.first(where: { scalars[place...].starts(with: $0) }) {
        result.append(contentsOf: own)
        place += own.count
        continue
      }
      let scalar = scalars[place]
      place += 1
      let endsLine = scalar == "\r" && place < scalars.count && scalars[place] == "\n"
      if scalar.isControl, !endsLine {
        result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  /// Whether a byte is, or begins in UTF-8, a character that may be escaped.
  private static func mayBeginControl(_ byte: UInt8) -> Bool {
    byte < 0x20 && byte != UInt8(ascii: "\n") && byte != UInt8(ascii: "\t") || byte == 0x7F
      || byte == 0xC2 || byte == 0xE2
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool {
    switch value {
    case 0x09, 0x0A: false
    case 0x00..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

/// The same for bytes that come in pieces, which may end within a character.
package struct VisibleBytes {
  /// What cannot be shown before the next piece is known.
  private var held: [UInt8] = []

  package init() {}

  /// The part of all bytes so far that can be shown now; what is not UTF-8 becomes U+FFFD.
  package mutating func next(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    held += bytes
    let end = held.count - Self.unfinished(held)
    let text = String(decoding: held[..<end], as: UTF8.self)
    held.removeFirst(end)
    return Array(text.showingControls().utf8)
  }

  /// What was held back.
  package mutating func finish() -> [UInt8] {
    defer { held = [] }
    return Array(String(decoding: held, as: UTF8.self).showingControls().utf8)
  }

  /// How many bytes at the end begin a character, or a line's end, that is not whole yet.
  private static func unfinished(_ bytes: [UInt8]) -> Int {
    if bytes.last == UInt8(ascii: "\r") { return 1 }
    for count in 1..<4 where count <= bytes.count {
      let byte = bytes[bytes.count - count]
      guard byte & 0xC0 != 0x80 else { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > count ? count : 0
    }
    return 0
  }
}
