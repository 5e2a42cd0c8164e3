/// Dates and times as ISO 8601 writes them: 2026-11-29, 15:48:16.123456, 2026-11-29T15:48:16Z.

/// Every number has a text, years of more than four digits too.
package struct ISOText {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func clear() { bytes.removeAll(keepingCapacity: true) }

  /// Rounded down, so that the remainder is never negative.
  package static func divide(_ value: Int64, _ unit: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: unit)
    return remainder < 0 ? (quotient - 1, remainder + unit) : (quotient, remainder)
  }

  private mutating func add(_ character: Unicode.Scalar) { bytes.append(UInt8(ascii: character)) }

  private mutating func add(_ number: Int64, digits: Int) {
    var rest = number.magnitude
    var count = 0
    while count < digits || rest > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
      count += 1
    }
    bytes[(bytes.count - count)...].reverse()
  }

  /// - Parameter days: from 1970-01-01, in the Gregorian calendar, also before it was made.
  package mutating func date(days: Int64) {
    // Years begin with March here, so that the leap day is the last of its year; 400 years have 146,097
    // days.
    let (era, dayOfEra) = Self.divide(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let year = 400 * era + yearOfEra + (month < 10 ? 0 : 1)
    if year < 0 { add("-") }
    add(year, digits: 4)
    add("-")
    add(month < 10 ? month + 3 : month - 9, digits: 2)
    add("-")
    add(dayOfYear - (153 * month + 2) / 5 + 1, digits: 2)
  }

  /// - Parameters:
  ///   - seconds: of the day.
  ///   - fraction: of a second, in parts of which it has `perSecond`, a power of ten; not written
  ///     where it is 0.
  package mutating func clock(_ seconds: Int64, fraction: Int64, perSecond: Int64) {
    add(seconds / 3600, digits: 2)
    add(":")
    add(seconds / 60 % 60, digits: 2)
    add(":")
    add(seconds % 60, digits: 2)
    add(fraction: fraction, perSecond: perSecond)
  }

  private mutating func add(fraction: Int64, perSecond: Int64) {
    guard fraction > 0 else { return }
    add(".")
    add(fraction, digits: perSecond == 1000 ? 3 : perSecond == 1_000_000 ? 6 : 9)
  }

  /// - Parameter value: since 1970-01-01T00:00:00.
  package mutating func moment(_ value: Int64, perSecond: Int64, isUTC: Bool) {
    let (seconds, fraction) = Self.divide(value, perSecond)
    let (days, second) = Self.divide(seconds, 86_400)
    date(days: days)
    add("T")
    clock(second, fraction: fraction, perSecond: perSecond)
    if isUTC { add("Z") }
  }

  /// In seconds alone, however many: PT90.5S.
  package mutating func duration(_ value: Int64, perSecond: Int64) {
    if value < 0 { add("-") }
    add("P")
    add("T")
    let (seconds, fraction) = value.magnitude.quotientAndRemainder(dividingBy: UInt64(perSecond))
    // The magnitude of the least number of all is one above the greatest.
    bytes += String(seconds).utf8
    add(fraction: Int64(fraction), perSecond: perSecond)
    add("S")
  }
}
