/// Preference pairs: counting, ties, sections, lengths, refusals.
import TareCore
import TareEvaluation
import Testing

@Suite struct PairsTests {
  private let options: EvaluationOptions

  init() throws { options = .init(bootstrap: try Bootstrap(resamples: 500)) }

  @Test func `a tie is not correct, and is counted`() throws {
    let responses = pair("1", 1) + pair("2", 0) + pair("3", -1) + pair("4", 2)
    let overall = try Pairs.evaluate(responses, options).accuracies.overall
    #expect(overall.value == 0.5)
    #expect(overall.n == 4)
    #expect(overall.ties == 1)
    #expect(overall.interval == Proportion.wilson(2, of: 4))
    #expect(overall.method == .wilson)
  }

  /// Their inverse, with which the fit of a temperature begins, is infinite.
  @Test func `scores that differ by the smallest numbers are counted, and fit no temperature`()
    throws
  {
    let least = Double.leastNonzeroMagnitude
    let scores: [(Double, Double)] = [(3 * least, 0), (0, least), (2 * least, least), (least, 0)]
    let responses = scores.enumerated().flatMap { index, pair in
      [(Role.chosen, pair.0), (.rejected, pair.1)].enumerated().map { place, row in
        ScoredResponse(
          promptID: "\(index)", index: place, role: row.0, score: row.1, covariates: [:])
      }
    }
    #expect(try Pairs.evaluate(responses, options).accuracies.overall.value == 0.75)
  }

  @Test func `sections count by pairs, macro by sections`() throws {
    let responses =
      pairs(3, of: 4, subset: "a", section: "X") + pairs(0, of: 2, subset: "b", section: "X")
      + pairs(2, of: 2, subset: "c", section: "Y")
    let evaluation = try Pairs.evaluate(responses, options).accuracies
    #expect(evaluation.subsets.map(\.name) == ["a", "b", "c"])
    #expect(evaluation.subsets.map(\.value.value) == [0.75, 0, 1])
    #expect(evaluation.sections.map(\.name) == ["X", "Y"])
    #expect(evaluation.sections.map(\.value.value) == [0.5, 1])
    #expect(evaluation.overall.value == 5.0 / 8)
    #expect(evaluation.averages.map(\.name) == ["micro", "macro"])
    #expect(evaluation.averages.map(\.value.value) == [5.0 / 8, 0.75])
  }

  @Test func `an average of subsets that are all right is not sure`() throws {
    let responses = pairs(7, of: 7, subset: "a") + pairs(1, of: 1, subset: "b")
    let averages = try Pairs.evaluate(responses, options).accuracies.averages
    let macro = try #require(averages.first { $0.name == "macro" }).value
    #expect(macro.value == 1)
    // Half of each one's distance to Wilson's lower end, added like standard errors.
    let distances = [Proportion.wilson(7, of: 7), Proportion.wilson(1, of: 1)].map {
      1 - $0.lowerBound
    }
    let distance = (distances[0] * distances[0] + distances[1] * distances[1]).squareRoot() / 2
    #expect(abs(macro.interval.lowerBound - (1 - distance)) < 1e-12)
    #expect(macro.interval.upperBound == 1)
    #expect(macro.method == .wilson)
  }

  @Test func `the same id in two subsets is two prompts`() throws {
    let responses = pairs(2, of: 3, subset: "a") + pairs(1, of: 3, subset: "b")
    #expect(try Pairs.evaluate(responses, options).accuracies.overall.n == 6)
  }

  @Test func `accuracy by length relation`() throws {
    let responses =
      pair("1", 1, lengths: (200, 100)) + pair("2", -1, lengths: (200, 100))
      + pair("3", 1, lengths: (90, 100)) + pair("4", 1, lengths: (89, 100))
      + pair("5", -1, lengths: (0, 0))
    let byLength = try Pairs.evaluate(responses, options).byLength
    #expect(byLength.map(\.relation) == [.chosenLonger, .chosenShorter, .alike])
    #expect(byLength.map(\.accuracy.n) == [2, 1, 2])
    #expect(byLength.map(\.accuracy.value) == [0.5, 1, 0.5])
  }

  @Test func `without lengths there is no accuracy by length`() throws {
    let responses = pair("1", 1, lengths: (2, 1)) + pair("2", 1)
    #expect(try Pairs.evaluate(responses, options).byLength.isEmpty)
  }

  @Test func `the JSON holds accuracy, n, ties and interval of each number`() throws {
    let responses =
      pair("1", 1, subset: "a", section: "X", lengths: (3, 1))
      + pair("2", 0, subset: "b", section: "Y", lengths: (1, 9))
    let json = try Pairs.evaluate(responses, options).json
    #expect(json["benchmark"]?.string == "pairs")
    for number in [
      json["overall"], json["micro"], json["macro"], json["sections"]?["X"],
      json["subsets"]?["b"], json["by_length"]?["chosen_longer"],
    ] {
      let number = try #require(number)
      #expect(number["accuracy"]?.double != nil)
      #expect(number["n"]?.int != nil)
      #expect(number["ties"]?.int != nil)
      #expect(number["interval"]?.array?.count == 2)
    }
    #expect(json["subsets"]?["b"]?["ties"]?.int == 1)
    #expect(json["macro"]?["rule"]?.string == "mean of 2 sections")
  }

  @Test func `broken rows are refused with their place`() throws {
    func place(_ responses: [ScoredResponse]) -> String? {
      let error = #expect(throws: TareError.self) { try Pairs.evaluate(responses, options) }
      guard case .badData(let place, _, _)? = error else { return nil }
      return place
    }
    var bad = pair("1", 1) + pair("2", 1)
    bad[3].score = .nan
    #expect(place(bad) == "row 4 (prompt 2)")
    bad = pair("1", 1) + pair("2", 1)
    bad[2].role = .response
    #expect(place(bad) == "row 3 (prompt 2)")
    bad = pair("1", 1) + pair("2", 1)
    bad[3].role = .chosen
    #expect(place(bad) == "row 3 (prompt 2)")
    bad = pair("1", 1) + pair("2", 1) + pair("1", 1)
    #expect(place(bad) == "row 5 (prompt 1)")
    #expect(place([]) == "pairs")
  }
}
