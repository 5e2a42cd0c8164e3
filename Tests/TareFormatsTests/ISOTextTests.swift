import TareFormats
import Testing

@Suite struct ISOTextTests {
  private func text(_ write: (inout ISOText) -> Void) -> String {
    var text = ISOText()
    write(&text)
    return String(decoding: text.bytes, as: UTF8.self)
  }

  @Test func `every day of many years follows the one before it`() {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    // From 1600-01-01, 135,140 days before 1970.
    var day: Int64 = -135_140
    for year in 1600...2100 {
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      for month in 1...12 {
        for dayOfMonth in 1...(lengths[month - 1] + (isLeap && month == 2 ? 1 : 0)) {
          func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
          let wanted = "\(year)-\(two(month))-\(two(dayOfMonth))"
          let found = text { $0.date(days: day) }
          if found != wanted { Issue.record("\(day): \(found), wanted \(wanted)") }
          day += 1
        }
      }
    }
  }

  @Test func `the ends of all counts have a text`() {
    #expect(
      text { $0.moment(.max, perSecond: 1_000_000_000, isUTC: false) }
        == "2262-04-11T23:47:16.854775807")
    #expect(
      text { $0.moment(.min, perSecond: 1_000_000_000, isUTC: true) }
        == "1677-09-21T00:12:43.145224192Z")
    #expect(text { $0.moment(.max, perSecond: 1, isUTC: false) } == "292277026596-12-04T15:30:07")
    #expect(text { $0.moment(.min, perSecond: 1, isUTC: false) } == "-292277022657-01-27T08:29:52")
    #expect(text { $0.duration(.min, perSecond: 1000) } == "-PT9223372036854775.808S")
    #expect(text { $0.date(days: -719_528) } == "0000-01-01")
    #expect(text { $0.date(days: -719_529) } == "-0001-12-31")
  }
}
