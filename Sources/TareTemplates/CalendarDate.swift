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
        place: "date", found: "\(year)-\(month)-\(day)", accepted: "a calendar date")
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

  /// Characters that a directive may be filled up to.
  static let mostWidth = 40

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  /// The week of the year, from the first Sunday or Monday; the days before it are in week 0.
  private func week(startsOnMonday: Bool) -> Int {
    let day = startsOnMonday ? (weekday + 6) % 7 : weekday
    return (dayOfYear + 6 - day) / 7
  }

  /// The week that ISO 8601 counts, and the year that it belongs to.
  private var isoWeek: (year: Int, week: Int) {
    func weeks(in year: Int) -> Int {
      func weekdayOfLastDay(_ year: Int) -> Int { (year + year / 4 - year / 100 + year / 400) % 7 }
      return weekdayOfLastDay(year) == 4 || weekdayOfLastDay(year - 1) == 3 ? 53 : 52
    }
    let week = (dayOfYear - ((weekday + 6) % 7 + 1) + 10) / 7
    if week < 1 { return (year - 1, weeks(in: year - 1)) }
    return week > weeks(in: year) ? (year + 1, 1) : (year, week)
  }

  /// Python's `strftime` in the C locale, at midnight, with glibc's flags and widths, as in `%-d`;
  /// a directive that is not known stands as it is.
  func formatted(_ format: String) -> String {
    var out = ""
    var rest = Array(format.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      guard scalar == "%", let next = rest.first else {
        out.unicodeScalars.append(scalar)
        continue
      }
      if let (text, length) = directive(in: rest) {
        rest = rest.dropFirst(length)
        out += text
      } else {
        rest = rest.dropFirst()
        out += "%\(next)"
      }
    }
    return out
  }

  /// How a directive is to be written.
  private struct Layout {
    /// What numbers are filled up with; nil for the directive's own way, `-` for nothing.
    var fill: Unicode.Scalar?
    var isUppercase = false
    var width = 0
  }

  /// What flags, a width, a modifier and a letter stand for, and how many characters they are.
  private func directive(
    in written: ArraySlice<Unicode.Scalar>
  ) -> (text: String, length: Int)? {
    var layout = Layout()
    var rest = written
    while let flag = rest.first, "-_0^#".unicodeScalars.contains(flag) {
      switch flag {
      case "^": layout.isUppercase = true
      case "#": layout.isUppercase = true
      default: layout.fill = flag
      }
      rest.removeFirst()
    }
    while let digit = rest.first, ("0"..."9").contains(digit), layout.width <= Self.mostWidth {
      layout.width = layout.width * 10 + Int(digit.value - 0x30)
      rest.removeFirst()
    }
    guard layout.width <= Self.mostWidth else { return nil }
    if let modifier = rest.first, modifier == "E" || modifier == "O" { rest.removeFirst() }
    guard let letter = rest.popFirst(), var text = directive(letter, layout) else { return nil }
    if layout.isUppercase { text = text.uppercased() }
    let isNumber = text.unicodeScalars.allSatisfy { ("0"..."9").contains($0) }
    let fill =
      layout.fill == "_" || layout.fill == "-" || !isNumber && layout.fill != "0" ? " " : "0"
    let missing = max(0, layout.width - text.unicodeScalars.count)
    return (String(repeating: fill, count: missing) + text, written.count - rest.count)
  }

  private func directive(_ letter: Unicode.Scalar, _ layout: Layout) -> String? {
    func number(_ value: Int, _ width: Int, _ own: String = "0") -> String {
      let digits = String(value)
      if layout.fill == "-" { return digits }
      let fill = layout.fill.map { $0 == "_" ? " " : "0" } ?? own
      return String(repeating: fill, count: max(0, width - digits.utf8.count)) + digits
    }
    func short(_ name: String) -> String { String(name.prefix(3)) }
    switch letter {
    case "U": return number(week(startsOnMonday: false), 2)
    case "W": return number(week(startsOnMonday: true), 2)
    case "V": return number(isoWeek.week, 2)
    case "G": return number(isoWeek.year, 4)
    case "g": return number(isoWeek.year % 100, 2)
    case "C": return number(year / 100, 2)
    case "l": return number(12, 2, " ")
    case "k": return number(0, 2, " ")
    case "P": return "am"
    case "r": return formatted("%I:%M:%S %p")
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
