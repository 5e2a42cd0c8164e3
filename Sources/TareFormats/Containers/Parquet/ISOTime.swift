/// Dates and times as ISO 8601 writes them, from the counts that column stores keep.

enum ISOTime {
  /// - Parameter days: since 1970-01-01, in the Gregorian calendar before 1582 too.
  static func date(days: Int64) -> String {
    // Days of the 400-year cycle from 1 March on (Hinnant, chrono-compatible date algorithms).
    let shifted = days &+ 719_468
    let era = floorDivide(shifted, 146_097)
    let day = shifted &- era &* 146_097
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
    let dayOfYear = day - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    let civil = month < 10 ? month + 3 : month - 9
    let whole = year &+ era &* 400 &+ (civil <= 2 ? 1 : 0)
    let sign = whole < 0 ? "-" : ""
    let number = pad(Int64(clamping: whole.magnitude), 4)
    return "\(sign)\(number)-\(pad(civil, 2))-\(pad(dayOfYear - (153 * month + 2) / 5 + 1, 2))"
  }

  /// - Returns: nil where the count is not within a day.
  static func time(_ count: Int64, perSecond: Int64) -> String? {
    guard count >= 0, count <= 86_400 * perSecond else { return nil }
    let seconds = count / perSecond
    let clock =
      "\(pad(seconds / 3600, 2)):\(pad(seconds / 60 % 60, 2)):\(pad(seconds % 60, 2))"
    let part = count % perSecond
    guard part > 0 else { return clock }
    let digits = perSecond == 1000 ? 3 : perSecond == 1_000_000 ? 6 : 9
    return "\(clock).\(pad(part, digits))"
  }

  static func timestamp(_ count: Int64, perSecond: Int64, isUTC: Bool) -> String {
    let perDay = 86_400 * perSecond
    let day = floorDivide(count, perDay)
    let clock = time(count &- day &* perDay, perSecond: perSecond) ?? ""
    return "\(date(days: day))T\(clock)\(isUTC ? "Z" : "")"
  }

  /// Nanoseconds of the day and the Julian day, as Impala and old Spark write them.
  static func int96(_ bytes: ArraySlice<UInt8>) -> String {
    func number(_ bytes: some Collection<UInt8>) -> UInt64 {
      bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    let nanoseconds = Int64(bitPattern: number(bytes.prefix(8)))
    let day = Int64(number(bytes.dropFirst(8))) - 2_440_588
    // Writers may count past midnight.
    let more = floorDivide(nanoseconds, 86_400_000_000_000)
    let clock = time(nanoseconds &- more &* 86_400_000_000_000, perSecond: 1_000_000_000) ?? ""
    return "\(date(days: day + more))T\(clock)"
  }

  private static func floorDivide(_ value: Int64, _ by: Int64) -> Int64 {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: by)
    return rest < 0 ? quotient - 1 : quotient
  }

  private static func pad(_ value: Int64, _ width: Int) -> String {
    let text = "\(value)"
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}
