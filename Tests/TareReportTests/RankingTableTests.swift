/// Whole rankings as expectations.
import TareCore
import TareRanking
import TareReport
import Testing

@Suite struct RankingTableTests {
  private func rankings() throws -> [Ranking] {
    let scores = [("a", 0.5), ("a", 2), ("a", 0.5), ("b", -1)]
    let responses = scores.enumerated().map { row, made in
      ScoredResponse(
        promptID: made.0, index: row % 3, role: .response, score: made.1, covariates: [:])
    }
    return try Ranking.rankings(of: responses)
  }

  @Test func `candidates stand in order with their margins`() throws {
    let texts = ["one", "the second\nresponse", "three", "four"]
    let text = RankingTable(try rankings()) { texts[$0] }.text()
    #expect(
      text == """
        prompt  rank  response    score  margin  text
        ────────────────────────────────────────────────────────────
        a          1         1   2.0000  1.5000  the second response
                   2         0   0.5000     tie  one
                   3         2   0.5000       –  three
        ────────────────────────────────────────────────────────────
        b          1         0  −1.0000       –  four

        """)
  }

  @Test func `the best alone need no lines between them`() throws {
    let text = RankingTable(try rankings(), top: 1).text()
    #expect(
      text == """
        prompt  rank  response    score  margin
        ───────────────────────────────────────
        a          1         1   2.0000  1.5000
        b          1         0  −1.0000       –

        """)
  }
}
