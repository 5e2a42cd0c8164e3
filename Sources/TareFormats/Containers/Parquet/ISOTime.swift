/// Dates and times as texts, from the counts that Parquet keeps.

enum ISOTime {
  /// - Parameter days: since 1970-01-01.
  static func date(days: Int64) -> String { text { $0.date(days: days) } }

  /// - Returns: nil where the count is not within a day.
  static func time(_ count: Int64, perSecond: Int64) -> String? {
    guard count >= 0, count <= 86_400 * perSecond else { return nil }
    return text {
      $0.clock(count / perSecond, fraction: count % perSecond, perSecond: perSecond)
    }
  }

  static func timestamp(_ count: Int64, perSecond: Int64, isUTC: Bool) -> String {
    text { $0.moment(count, perSecond: perSecond, isUTC: isUTC) }
  }

  /// Nanoseconds of the day and the Julian day, as Impala and old Spark write them.
  static func int96(_ bytes: ArraySlice<UInt8>) -> String {
    func number(_ bytes: some Collection<UInt8>) -> UInt64 {
      bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    let day = Int64(number(bytes.dropFirst(8))) - 2_440_588
    // Writers may count past midnight.
    let (more, rest) = ISOText.divide(
      Int64(bitPattern: number(bytes.prefix(8))), 86_400_000_000_000)
    let clock = time(rest, perSecond: 1_000_000_000) ?? ""
    return "\(date(days: day + more))T\(clock)"
  }

  private static func text(_ write: (inout ISOText) -> Void) -> String {
    var text = ISOText()
    write(&text)
    return String(decoding: text.bytes, as: UTF8.self)
  }
}
