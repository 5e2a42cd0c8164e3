import Foundation
import TareCore
import TareTemplates
import Testing

@Suite struct CalendarDateTests {
  private static func formatted(_ date: CalendarDate, _ format: String) throws -> String {
    try ChatTemplate(source: "{{ strftime_now(format) }}").render(
      messages: [JSONValue](), addGenerationPrompt: false, variables: ["format": .string(format)],
      date: date)
  }

  @Test func `a date is read from its text, and only days that exist are`() throws {
    let day = try CalendarDate(parsing: "2024-02-29")
    #expect(day == (try CalendarDate(year: 2024, month: 2, day: 29)))
    for text in [
      "2023-02-29", "2024-13-01", "2024-00-10", "2024-1-01", "24-01-01", "2024-01-32", "", "today",
      "2024-01-01-", "-024-01-01", "٢٠٢٤-01-01", "1900-02-29", "0000-01-01",
    ] {
      #expect(throws: TareError.self, "\(text)") { try CalendarDate(parsing: text) }
    }
  }

  @Test func `weekdays and days of the year agree with Foundation's calendar`() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let start = try #require(
      calendar.date(from: DateComponents(year: 1899, month: 12, day: 25, hour: 12)))
    for step in 0..<400 {
      // 373 days is longer than a year and meets every weekday, month and kind of year.
      let date = start.addingTimeInterval(Double(step) * 373 * 86_400)
      let parts = calendar.dateComponents([.year, .month, .day, .weekday, .dayOfYear], from: date)
      let day = try CalendarDate(
        year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0)
      let expected = "\((parts.weekday ?? 0) - 1) \(parts.dayOfYear ?? 0)"
      #expect(try Self.formatted(day, "%w %-j") == expected, "\(day)")
    }
  }

  @Test func `directives that are not known stand as they are`() throws {
    let day = try CalendarDate(year: 2026, month: 3, day: 7)
    #expect(try Self.formatted(day, "%Q %-Q % %") == "%Q %-Q % %")
    #expect(try Self.formatted(day, "%-d.%-m.%y %d") == "7.3.26 07")
  }
}
