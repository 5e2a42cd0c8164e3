/// Text in UTF-16, which Excel and Windows programs write, on its way to UTF-8.
import TareCore

struct UTF16Text: Sendable {
  enum Order: Sendable { case little, big }

  private let order: Order
  /// The first byte of a unit whose second is not here yet.
  private var half: UInt8?
  /// The first half of a surrogate pair.
  private var high: UInt16?
  private var isAtStart = true
  private var line = 1

  /// Bytes that suffice to tell UTF-16 without a mark by its first line.
  static let sampleBytes = 256

  init(_ order: Order) { self.order = order }

  /// The order of a text's bytes: by its byte order mark, or where the whole first line, or what
  /// there is of it, is of two or more characters of ASCII. nil for another text.
  static func order(of bytes: Span<UInt8>, isWhole: Bool) -> Order? {
    guard bytes.count > 1 else { return nil }
    switch (bytes[0], bytes[1]) {
    case (0xFF, 0xFE): return .little
    case (0xFE, 0xFF): return .big
    case (0, 0): return nil
    case (_, 0): return isASCII(bytes, low: 0) ? .little : nil
    case (0, _): return isASCII(bytes, low: 1) ? .big : nil
    default: return nil
    }
  }

  /// - Parameter low: where the low byte of a unit stands.
  private static func isASCII(_ bytes: Span<UInt8>, low: Int) -> Bool {
    var units = 0
    while units < sampleBytes / 2, 2 * units + 1 < bytes.count {
      let unit = bytes[2 * units + low]
      guard bytes[2 * units + 1 - low] == 0, unit < 0x80,
        unit >= 0x20 || (0x09...0x0D).contains(unit)
      else { return false }
      units += 1
      if isLineEnd(unit) { break }
    }
    return units > 1
  }

  /// The whole of a text in UTF-8, without its byte order mark.
  static func utf8(_ bytes: [UInt8], _ order: Order) throws(TareError) -> [UInt8] {
    var decoder = UTF16Text(order)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 3 / 4)
    try decoder.decode(bytes[...], to: &text)
    try decoder.finish()
    return text
  }

  mutating func decode(_ bytes: ArraySlice<UInt8>, to text: inout [UInt8]) throws(TareError) {
    for byte in bytes {
      guard let first = half else {
        half = byte
        continue
      }
      half = nil
      let (low, up) = order == .little ? (first, byte) : (byte, first)
      try append(UInt16(up) << 8 | UInt16(low), to: &text)
    }
  }

  private mutating func append(_ unit: UInt16, to text: inout [UInt8]) throws(TareError) {
    defer { isAtStart = false }
    if isAtStart, unit == 0xFEFF { return }
    if unit == 0x0A { line += 1 }
    let scalar: Unicode.Scalar?
    switch (high, unit) {
    case (nil, 0xD800..<0xDC00):
      high = unit
      return
    case (let first?, 0xDC00..<0xE000):
      scalar = Unicode.Scalar(
        0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(unit) - 0xDC00))
      high = nil
    case (nil, _): scalar = Unicode.Scalar(UInt32(unit))
    case (.some, _): scalar = nil
    }
    guard let scalar else { throw broken("half a surrogate pair") }
    if scalar.isASCII {
      text.append(UInt8(scalar.value))
    } else {
      text += String(scalar).utf8
    }
  }

  /// - Throws: `TareError.badData` for a text that ends within a character.
  func finish() throws(TareError) {
    if half != nil { throw broken("an odd number of bytes") }
    if high != nil { throw broken("half a surrogate pair") }
  }

  private func broken(_ found: String) -> TareError {
    .badData(place: "line \(line)", found: "\(found) in UTF-16", accepted: "UTF-16 or UTF-8 text")
  }
}
