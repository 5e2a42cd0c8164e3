/// What stored values mean: text, dates and times, decimals, numbers of other widths.
internal import Foundation
internal import TareCore

extension ParquetLeaf {
  /// Whether values mean no more than what is stored, so that both are one column.
  ///
  /// Texts are checked to be UTF-8; binary that is no text becomes hexadecimal.
  func meaning(of column: Column) throws(TareError) -> Column {
    if case .nothing = column.values { return column }
    switch (physical, element.logical) {
    case (.boolean, _), (.float, _), (.double, _): return column
    case (.int32, .decimal(let scale)), (.int64, .decimal(let scale)):
      return try column.mapIntegers { .number(Self.decimal($0, scale: scale)) }
    case (.int32, .date):
      return try column.mapIntegers { .text(ISOTime.date(days: $0)) }
    case (.int32, .time(let unit)), (.int64, .time(let unit)):
      return try column.mapIntegers { (value) throws(TareError) in
        guard let text = ISOTime.time(value, perSecond: unit) else {
          throw .badData(
            place: "", found: "the time \(value), outside of a day", accepted: "a time of day")
        }
        return .text(text)
      }
    case (.int32, .timestamp(let unit, let isUTC)), (.int64, .timestamp(let unit, let isUTC)):
      return try column.mapIntegers {
        .text(ISOTime.timestamp($0, perSecond: unit, isUTC: isUTC))
      }
    case (.int32, .integer(let bits, isSigned: false)),
      (.int64, .integer(let bits, isSigned: false)):
      return try unsigned(column, bits: min(bits, physical == .int32 ? 32 : 64))
    case (.int32, _), (.int64, _): return column
    case (.int96, _):
      return try column.mapTexts { .text(ISOTime.int96($0)) }
    case (_, .decimal(let scale)):
      return try column.mapTexts { (bytes) throws(TareError) in
        .number(try Self.decimal(bytes, scale: scale))
      }
    case (_, .float16):
      return try column.mapTexts { bytes in
        .number(Self.half(UInt16(bytes.first ?? 0) | UInt16(bytes.last ?? 0) << 8))
      }
    case (_, .uuid): return try column.mapTexts { .text(Self.uuid($0)) }
    case (_, .text):
      if let row = column.texts?.firstInvalid(in: column) {
        throw .badData(
          place: "\(isFlat ? "row" : "value") \(row + 1)", found: "bytes that are not UTF-8",
          accepted: "UTF-8 text")
      }
      return column
    default:
      // Old writers say nothing of their texts.
      let isText = element.logical == .plain && physical == .byteArray
      if isText, column.texts?.firstInvalid(in: column) == nil { return column }
      return try column.mapTexts { .text(Self.hexadecimal($0)) }
    }
  }

  private func unsigned(_ column: Column, bits: Int) throws(TareError) -> Column {
    guard case .integers(let values) = column.values else { return column }
    if bits < 64 {
      let mask = Int64(1) << Int64(bits) - 1
      guard values.contains(where: { $0 & mask != $0 }) else { return column }
      return Column(.integers(values.map { $0 & mask }), missing: column.missing)
    }
    guard values.contains(where: { $0 < 0 }) else { return column }
    // Such numbers are hashes and ids: all digits count.
    return try column.mapIntegers { .text("\(UInt64(bitPattern: $0))") }
  }

  // MARK: - Numbers

  private static let powers: [Double] = (0...22).map { power in
    (0..<power).reduce(1.0) { value, _ in value * 10 }
  }

  /// The nearest number to value · 10⁻ˢᶜᵃˡᵉ.
  private static func decimal(_ value: Int64, scale: Int) -> Double {
    // Both sides are exact up to here, so that the division rounds once.
    if abs(Double(value)) < 0x1p53, scale < powers.count { return Double(value) / powers[scale] }
    return Double("\(value)e-\(scale)") ?? .nan
  }

  /// - Parameter bytes: two's complement, most significant byte first.
  private static func decimal(
    _ bytes: ArraySlice<UInt8>, scale: Int
  ) throws(TareError) -> Double {
    guard bytes.count <= 64 else {
      throw .unsupportedParquet(
        "a decimal of \(bytes.count) bytes", accepted: "decimals of at most 64 bytes")
    }
    let isNegative = (bytes.first ?? 0) >= 0x80
    if bytes.count <= 8 {
      var value: UInt64 = isNegative ? .max : 0
      for byte in bytes { value = value << 8 | UInt64(byte) }
      return decimal(Int64(bitPattern: value), scale: scale)
    }
    var rest = bytes.map { isNegative ? ~$0 : $0 }
    if isNegative {
      for index in rest.indices.reversed() {
        rest[index] &+= 1
        if rest[index] != 0 { break }
      }
    }
    var digits: [UInt8] = []
    while rest.contains(where: { $0 != 0 }) {
      var carry = 0
      for index in rest.indices {
        let value = carry << 8 | Int(rest[index])
        rest[index] = UInt8(value / 10)
        carry = value % 10
      }
      digits.append(UInt8(ascii: "0") + UInt8(carry))
    }
    let text = String(decoding: digits.reversed(), as: UTF8.self)
    return Double("\(isNegative ? "-" : "")\(text.isEmpty ? "0" : text)e-\(scale)") ?? .nan
  }

  /// IEEE 754 binary16.
  private static func half(_ bits: UInt16) -> Double {
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Double(bits & 0x3FF) / 1024
    let size: Double =
      switch exponent {
      case 0: Double(sign: .plus, exponent: -14, significand: fraction)
      case 31: fraction == 0 ? .infinity : .nan
      default: Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction)
      }
    return bits >> 15 == 1 ? -size : size
  }

  // MARK: - Binary

  private static func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func uuid(_ bytes: ArraySlice<UInt8>) -> String {
    let text = hexadecimal(bytes)
    var parts: [Substring] = []
    var rest = text[...]
    for count in [8, 4, 4, 4, 12] {
      parts.append(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    return parts.joined(separator: "-")
  }
}

// MARK: - Value by value

extension Column {
  fileprivate enum Meaning {
    case number(Double)
    case text(String)
  }

  fileprivate func mapIntegers(
    _ meaning: (Int64) throws(TareError) -> Meaning
  ) throws(TareError) -> Column {
    guard case .integers(let values) = values else { return self }
    var built = Built(values.count)
    for (row, value) in values.enumerated() {
      try built.add(missing?[row] == true ? nil : try meaning(value))
    }
    return built.column(missing)
  }

  fileprivate func mapTexts(
    _ meaning: (ArraySlice<UInt8>) throws(TareError) -> Meaning
  ) throws(TareError) -> Column {
    guard let texts else { return self }
    var built = Built(count)
    let codes: [Int32]? = if case .names(let codes, _) = values { codes } else { nil }
    for row in 0..<count {
      let index = codes.map { Int($0[row]) } ?? row
      let isMissing = missing?[row] == true
      let bytes = isMissing ? [] : texts.bytes[texts.starts[index]..<texts.starts[index + 1]]
      try built.add(isMissing ? nil : try meaning(bytes))
    }
    return built.column(missing)
  }

  /// The texts themselves, or those of the dictionary.
  fileprivate var texts: Texts? {
    switch values {
    case .texts(let texts), .names(_, let texts): texts
    default: nil
    }
  }

  private struct Built {
    private var numbers: [Double] = []
    private var texts = Texts()
    private let count: Int

    init(_ count: Int) { self.count = count }

    mutating func add(_ meaning: Meaning?) throws(TareError) {
      switch meaning {
      case .number(let number): numbers.append(number)
      case .text(let text): texts.append(text.utf8)
      case nil:
        // Of one of them there is none at the end.
        numbers.append(0)
        texts.append([])
      }
    }

    func column(_ missing: [Bool]?) -> Column {
      numbers.count == count
        ? Column(.numbers(numbers), missing: missing) : Column(.texts(texts), missing: missing)
    }
  }
}

extension Texts {
  /// The row of the first text that is not UTF-8; nil where all are.
  fileprivate func firstInvalid(in column: Column) -> Int? {
    // All at once: whole and with no text that begins within a character, each is by itself.
    let isWhole = (try? UTF8Span(validating: bytes.span)) != nil
    if isWhole, starts.allSatisfy({ $0 >= bytes.count || bytes[$0] & 0xC0 != 0x80 }) { return nil }
    for text in 0..<count
    where String(validating: bytes[starts[text]..<starts[text + 1]], as: UTF8.self) == nil {
      guard case .names(let codes, _) = column.values else { return text }
      return codes.firstIndex(of: Int32(text)) ?? 0
    }
    return nil
  }
}
