/// The day that `strftime_now` prints. Templates that print today's date make scores depend on the
/// day, so the day is given from outside.
package import TareCore

/// A day of the Gregorian calendar.
package struct CalendarDate: Sendable, Hashable {
  package let year: Int
  package let month: Int
  package let day: Int

  /// - Throws: `TareError.badData` if there is no such day, or its year is not 1...9999.
  package init(year: Int, month: Int, day: Int) throws(TareError) {
    guard (1...9999).contains(year), (1...12).contains(month),
      (1...Self.days(inMonth: month, year: year)).contains(day)
    else {
      throw .badData(
        place: "date", found: "\(year)-\(month)-\(day)", accepted: "a day of the calendar")
    }
    self.year = year
    self.month = month
    self.day = day
  }

  /// - Parameter text: `YYYY-MM-DD`.
  package init(parsing text: String) throws(TareError) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [4, 2, 2],
      parts.allSatisfy({ $0.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { throw .badData(place: "date", found: "'\(text)'", accepted: "YYYY-MM-DD") }
    try self.init(year: year, month: month, day: day)
  }

  private static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func days(inMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// From 1.
  private var dayOfYear: Int {
    (1..<month).reduce(day) { $0 + Self.days(inMonth: $1, year: year) }
  }

  /// From 0, Sunday. 1 January of year 1 was a Monday.
  private var weekday: Int {
    let before = year - 1
    return (before * 365 + before / 4 - before / 100 + before / 400 + dayOfYear) % 7
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  /// Python's `strftime` in the C locale, at midnight. `%-d` leaves leading zeros out, as on Linux;
  /// a directive that is not known stands as it is.
  func formatted(_ format: String) -> String {
    var out = ""
    var rest = format.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "%", let next = rest.popFirst() else {
        out.unicodeScalars.append(scalar)
        continue
      }
      if next == "-", let letter = rest.first, let text = directive(letter, padded: false) {
        rest.removeFirst()
        out += text
      } else if let text = directive(next, padded: true) {
        out += text
      } else {
        out += "%\(next)"
      }
    }
    return out
  }

  private func directive(_ letter: Unicode.Scalar, padded: Bool) -> String? {
    func number(_ value: Int, _ width: Int, _ fill: String = "0") -> String {
      let digits = String(value)
      return padded
        ? String(repeating: fill, count: max(0, width - digits.utf8.count)) + digits : digits
    }
    func short(_ name: String) -> String { String(name.prefix(3)) }
    switch letter {
    case "Y": return number(year, 4)
    case "m": return number(month, 2)
    case "d": return number(day, 2)
    case "e": return number(day, 2, " ")
    case "y": return number(year % 100, 2)
    case "j": return number(dayOfYear, 3)
    case "u": return String((weekday + 6) % 7 + 1)
    case "w": return String(weekday)
    case "B": return Self.months[month - 1]
    case "b", "h": return short(Self.months[month - 1])
    case "A": return Self.weekdays[weekday]
    case "a": return short(Self.weekdays[weekday])
    case "H", "M", "S": return number(0, 2)
    case "I": return number(12, 2)
    case "p": return "AM"
    case "f": return "000000"
    case "F": return formatted("%Y-%m-%d")
    case "D", "x": return formatted("%m/%d/%y")
    case "T", "X": return formatted("%H:%M:%S")
    case "R": return formatted("%H:%M")
    case "c": return formatted("%a %b %e %H:%M:%S %Y")
    case "Z", "z": return ""
    case "n": return "\n"
    case "t": return "\t"
    case "%": return "%"
    default: return nil
    }
  }
}
