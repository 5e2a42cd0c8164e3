/// Results by the values of a column as whole tables.
import TareCore
import TareEvaluation
import TareReport
import Testing

@Suite struct GroupComparisonTableTests {
  /// Pairs of which the first are right before, and others after.
  private func made(_ count: Int, right: Int, thenRight: Int) throws -> Made {
    try Made(
      (0..<count).map { MadePair($0 < right ? 1 : -1, $0 < thenRight ? 1 : -1) })
  }

  @Test func `each value has its difference, and those that are significant are named`() throws {
    let table = GroupComparisonTable(
      [
        ("de", try made(20, right: 6, thenRight: 18).comparison),
        ("en", try made(20, right: 15, thenRight: 14).comparison),
      ], column: "language", names: ("plain", "thinking"))
    #expect(
      table.text() == """
        thinking against plain by language: differences in points, with 95% intervals
        language  pairs  plain  thinking  change                      p       q
        ───────────────────────────────────────────────────────────────────────
        de           20   30.0      90.0  +60.0  +40.0 to +80.0  <0.001  <0.001
        en           20   75.0      70.0   −5.0  −15.0 to 0.0     1.000   1.000

        Prompts are paired. q: p adjusted for 2 values of language (Benjamini–Hochberg).
        Significant: de (+60.0).

        """)
  }

  @Test func `a leaderboard of values names the column`() throws {
    let evaluations = [
      ("de", try made(80, right: 48, thenRight: 0).raw),
      ("en", try made(70, right: 56, thenRight: 0).raw),
    ]
    let board = Leaderboard(evaluations, seed: 1, column: "language")
    let text = LeaderboardTable(
      board, evaluations.map { LeaderboardTable.Entry(name: $0.0, raw: $0.1) }
    ).text()
    #expect(text.hasPrefix("2 values of language on pairs, in per cent\n"), "\(text)")
    #expect(text.contains("language"), "\(text)")
    #expect(text.contains("20.0  +5.2 to +33.4"), "\(text)")
    #expect(text.contains("between independent samples"), "\(text)")
    #expect(!text.contains("model"), "\(text)")
  }
}
