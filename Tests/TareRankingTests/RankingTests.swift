/// Best of the candidates: order, ties, margins, refusals.
import TareCore
import TareRanking
import Testing

@Suite struct RankingTests {
  /// Candidates of prompts "a" and "b", in turn.
  private let responses = [1.0, 5, 3, 5, 3, 2, 0.5].enumerated().map { row, score in
    ScoredResponse(
      promptID: row.isMultiple(of: 2) ? "a" : "b", index: row / 2, role: .response, score: score,
      covariates: [:], subset: "s")
  }

  @Test func `the best stands first, ties in the order of the input`() throws {
    let rankings = try Ranking.rankings(of: responses)
    #expect(rankings.map(\.promptID) == ["a", "b"])
    #expect(rankings[0].places.map(\.index) == [1, 2, 0, 3])
    #expect(rankings[0].places.map(\.row) == [2, 4, 0, 6])
    #expect(rankings[0].places.map(\.score) == [3, 3, 1, 0.5])
    #expect(rankings[1].places.map(\.index) == [0, 1, 2])
  }

  @Test func `the margin is the distance to the next`() throws {
    let places = try Ranking.rankings(of: responses)[0].places
    #expect(places.map(\.margin) == [0, 2, 0.5, nil])
  }

  @Test func `other scores can be ranked by`() throws {
    let ranking = try Ranking.rankings(of: responses, by: responses.map { -$0.score })[0]
    #expect(ranking.places.map(\.index) == [3, 0, 1, 2])
    #expect(ranking.places[0].score == -0.5)
  }

  @Test func `the JSON holds the top candidates`() throws {
    let json = try Ranking.rankings(of: responses)[0].json(top: 2)
    #expect(
      json.text()
        == #"{"id":"a","subset":"s","ranked":[{"index":1,"score":3.0,"margin":0.0},"#
        + #"{"index":2,"score":3.0,"margin":2.0}]}"#)
    #expect(try Ranking.rankings(of: responses)[1].json()["ranked"]?.array?.count == 3)
    #expect(try Ranking.rankings(of: responses)[1].json(top: 9)["ranked"]?.array?.count == 3)
  }

  @Test func `no responses make no rankings`() throws {
    #expect(try Ranking.rankings(of: []).isEmpty)
  }

  @Test func `broken scores are refused with their row`() {
    var scores = responses.map(\.score)
    scores[3] = .infinity
    let error = #expect(throws: TareError.self) {
      try Ranking.rankings(of: responses, by: scores)
    }
    #expect(error?.description.hasPrefix("row 4 (prompt b)") == true)
    #expect(throws: TareError.self) { try Ranking.rankings(of: responses, by: [1]) }
  }
}

@Suite struct RankingLineTests {
  @Test(arguments: [nil, 1, 2]) func `a line is the text of the JSON`(top: Int?) throws {
    let scores = [("a\"b", 0.1, "s"), ("a\"b", 2, "s"), ("c", -1e99, nil), ("c", 1e98, nil)]
    let responses = scores.enumerated().map { row, made in
      ScoredResponse(
        promptID: made.0, index: row % 2, role: .response, score: made.1, covariates: [:],
        subset: made.2)
    }
    for ranking in try Ranking.rankings(of: responses) {
      #expect(ranking.line(top: top) == Array(ranking.json(top: top).text().utf8))
    }
  }
}
