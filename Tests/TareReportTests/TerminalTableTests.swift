/// Whole tables as expectations.
import TareReport
import Testing

@Suite struct TerminalTableTests {
  private func table() -> TerminalTable {
    var table = TerminalTable(columns: [
      .init("name", .left, leastWidth: 5), .init("n"), .init("score"),
    ])
    table.addRow(["漢字", "5", "1.25"])
    table.addRow(["a longer name", "1,200", "−0.5"], isBold: true)
    table.addRule()
    table.addRow(["line\nbreak"])
    return table
  }

  @Test func `columns are aligned by the width that a terminal draws`() {
    #expect(
      table().text() == """
        name               n  score
        ───────────────────────────
        漢字               5   1.25
        a longer name  1,200   −0.5
        ───────────────────────────
        line break

        """)
  }

  @Test func `the columns that may be cut make room`() {
    #expect(
      table().text(width: 20) == """
        name        n  score
        ────────────────────
        漢字        5   1.25
        a lon…  1,200   −0.5
        ────────────────────
        line …

        """)
  }

  @Test(arguments: 1...30)
  func `no line is wider than asked, down to what cannot be cut`(width: Int) {
    // Five of the name, five of the numbers, five of the scores and two gaps.
    let widest =
      table().text(width: width).split(separator: "\n")
      .map { String($0).displayWidth }.max() ?? 0
    #expect(widest <= max(width, 5 + 5 + 5 + 4))
  }

  @Test func `of two columns the wider is cut first`() {
    var table = TerminalTable(columns: [
      .init("a", .left, leastWidth: 2), .init("b", .left, leastWidth: 2),
    ])
    table.addRow(["123456", "123456789"])
    #expect(table.text(width: 14).split(separator: "\n").last == "123456  12345…")
    #expect(table.text(width: 12).split(separator: "\n").last == "1234…  1234…")
  }

  @Test func `only a terminal gets escape sequences`() {
    #expect(!table().text().contains("\u{1B}"))
    let coloured = table().text(style: .terminal)
    #expect(coloured.contains("\u{1B}[1ma longer name  1,200   −0.5\u{1B}[0m\n"))
    let plain = coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "")
    #expect(plain == table().text())
  }

  @Test func `cells beyond the columns are left out`() {
    var table = TerminalTable(columns: [.init("a")])
    table.addRow(["1", "2"])
    #expect(table.text() == "a\n─\n1\n")
  }
}
