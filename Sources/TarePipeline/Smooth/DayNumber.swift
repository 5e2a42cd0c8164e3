/// Dates as numbers of days, for curves over time.
internal import Foundation
internal import TareCore
internal import TareFormats

/// Days from 1970-01-01 in the Gregorian calendar.
enum DayNumber {
  /// - Parameter text: `YYYY-MM-DD`, of years 1 to 9999; a time of midnight may follow.
  /// - Returns: nil for what is no date.
  static func parsed(_ text: String) -> Double? {
    var day = Substring(text)
    for midnight in ["T00:00:00Z", "T00:00:00", " 00:00:00"] where day.hasSuffix(midnight) {
      day = day.dropLast(midnight.count)
      break
    }
    let parts = day.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [4, 2, 2],
      day.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }),
      let year = Int64(parts[0]), let month = Int64(parts[1]), let date = Int64(parts[2]),
      year > 0
    else { return nil }
    // Years begin with March here, so that the leap day is the last of its year.
    let shifted = month > 2 ? year : year - 1
    let (era, yearOfEra) = ISOText.divide(shifted, 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + date - 1
    let days =
      era * 146_097 + 365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    // The 31st of April would come back as another day.
    return self.text(Double(days)).isExactly(String(day)) ? Double(days) : nil
  }

  /// The date of a day, the nearest where it is between two; the number itself beyond all calendars.
  static func text(_ day: Double) -> String {
    guard let days = Int64(exactly: day.rounded()), abs(days) < 4_000_000 else { return "\(day)" }
    var text = ISOText()
    text.date(days: days)
    return String(decoding: text.bytes, as: UTF8.self)
  }

  /// The first days of years or months within a range, at most so many, with labels.
  static func ticks(
    _ range: ClosedRange<Double>, atMost most: Int
  ) -> [(value: Double, label: String)] {
    let first = text(range.lowerBound).prefix(7).split(separator: "-").compactMap { Int($0) }
    guard first.count == 2 else { return [] }
    let months = (range.upperBound - range.lowerBound) / 30.44
    let steps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200]
    let step = steps.first { months / Double($0) <= Double(most) } ?? 2400
    let start = first[0] * 12 + first[1] - 1
    var ticks: [(value: Double, label: String)] = []
    var month = (start + step - 1) / step * step
    while ticks.count <= most {
      let label = String(format: "%04d-%02d", month / 12, month % 12 + 1)
      guard let day = parsed(label + "-01"), day <= range.upperBound else { break }
      if day >= range.lowerBound {
        ticks.append((day, step.isMultiple(of: 12) ? String(label.prefix(4)) : label))
      }
      month += step
    }
    return ticks
  }
}

/// A column of a table as numbers: its own, or days where it holds dates.
struct SmoothColumn {
  let values: [Double]
  let isDate: Bool

  /// - Throws: `TareError.badData` that names the row of what is neither, or not as the others.
  init(_ name: String, of table: DataTable) throws(TareError) {
    guard try Self.isDate(name, in: table) else {
      values = try table.numbers(in: name)
      isDate = false
      return
    }
    var days: [Double] = []
    for (row, cell) in try table.values(in: name).enumerated() {
      guard let text = cell.string, let day = DayNumber.parsed(text) else {
        throw table.error(
          row, name, found: cell.string.map { "'\($0)'" } ?? cell.kindName,
          accepted: "a date as YYYY-MM-DD, as in other rows")
      }
      days.append(day)
    }
    values = days
    isDate = true
  }

  /// Whether the first cell that holds anything holds a date.
  static func isDate(_ name: String, in table: DataTable) throws(TareError) -> Bool {
    let cells = try table.values(in: name)
    let first = cells.first { $0 != .null && $0.string?.isEmpty != true }
    return first?.string.flatMap(DayNumber.parsed) != nil
  }
}
