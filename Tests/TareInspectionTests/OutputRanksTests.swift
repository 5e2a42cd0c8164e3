/// Ranks of router scores and output norms, against scipy and on tokens that are known.
import Foundation
import TareCore
import TareInspection
import TareTesting
import Testing

@Suite struct OutputRanksTests {
  @Test func `the mean rank correlation equals that of scipy, ties included`() throws {
    let file = try JSONValue(parsing: Data(contentsOf: fixture("routing.json")))
    let tokens = file["outputs"]?["tokens"]?.array ?? []
    #expect(tokens.count == 12)
    var ranks = OutputRanks(experts: 7)
    for token in tokens {
      ranks.add(
        scores: (token["scores"]?.numbers ?? []).map(Float.init),
        norms: (token["norms"]?.numbers ?? []).map(Float.init))
    }
    // Ranks and their products are exact; a square root and a quotient a token.
    #expect(abs(ranks.spearman - (file["outputs"]?["spearman"]?.double ?? 1)) < 1e-14)
    #expect(ranks.tokens == 12)
  }

  @Test func `the same order is a diagonal, the opposite the other one`() {
    var same = OutputRanks(experts: 3)
    same.add(scores: [0.2, 0.7, 0.1], norms: [5, 9, 1])
    same.add(scores: [0.5, 0.2, 0.3], norms: [3, 1, 2])
    #expect(same.ranks == [[2, 0, 0], [0, 2, 0], [0, 0, 2]])
    #expect(same.spearman == 1)
    #expect(same.firstIsLargest == 1)
    var opposite = OutputRanks(experts: 3)
    opposite.add(scores: [0.2, 0.7, 0.1], norms: [5, 1, 9])
    #expect(opposite.ranks == [[0, 0, 1], [0, 1, 0], [1, 0, 0]])
    #expect(opposite.spearman == -1)
    #expect(opposite.firstIsLargest == 0)
  }

  @Test func `equal values take the lower index first and the mean of their ranks`() {
    var ranks = OutputRanks(experts: 3)
    // Ranks of scores 0.5, 0.5, 2 and of norms 1, 0, 2: 3/2 over √(3/2 · 2).
    ranks.add(scores: [4, 4, 1], norms: [2, 3, 1])
    #expect(ranks.ranks == [[0, 1, 0], [1, 0, 0], [0, 0, 1]])
    #expect(abs(ranks.spearman - 1.5 / 3.0.squareRoot()) < 1e-15)
    #expect(ranks.firstIsLargest == 0)
    // Norms all alike: no correlation, and none is larger than the first choice's.
    ranks.add(scores: [1, 2, 3], norms: [1, 1, 1])
    #expect(abs(ranks.spearman - 0.75 / 3.0.squareRoot()) < 1e-15)
    #expect(ranks.firstIsLargest == 0.5)
  }

  @Test func `without tokens all is 0`() {
    let ranks = OutputRanks(experts: 2)
    #expect(ranks.spearman == 0)
    #expect(ranks.firstIsLargest == 0)
    #expect(ranks.ranks == [[0, 0], [0, 0]])
  }
}
