/// Numbers of typed questions against a reference by numpy, and what chance alone shows.
import Foundation
import TareCore
import TareEvaluation
import TareTesting
import Testing

@Suite struct QuestionEvaluationTests {
  private static let fixture = Result {
    try JSONValue(
      parsing: Data(
        contentsOf: projectFolder.appending(
          path: "Tests/TareCalibrationTests/Fixtures/probabilities/answers.json")))
  }

  private let bootstrap = Result { () throws(TareError) in try Bootstrap(resamples: 500) }

  private func answers(_ index: Int) throws -> (QuestionAnswers, JSONValue) {
    let json = try #require(try Self.fixture.get()["questions"]?.array?[index])
    let labels = json["labels"]?.array?.compactMap(\.int) ?? []
    let probabilities = json["probabilities"]?.array?.map { $0.array?.compactMap(\.double) ?? [] }
    let rows = zip(probabilities ?? [], labels).enumerated().map { row, pair in
      AnsweredRow(
        row: row, prompt: "p\(row / 2)", probabilities: pair.0, label: pair.1,
        length: Double(20 + 13 * row % 97))
    }
    let type = try #require(json["type"]?.string.flatMap(QuestionType.init(rawValue:)))
    return (
      QuestionAnswers(
        name: json["name"]?.string ?? "", type: type,
        options: json["options"]?.array?.compactMap(\.string) ?? [], rows: rows), json
    )
  }

  @Test(arguments: 0..<3)
  func `numbers are those of the reference`(question: Int) throws {
    let (answers, json) = try answers(question)
    let found = try QuestionEvaluation(answers, bootstrap.get())
    let wanted = try #require(json["numbers"]?.object)
    func check(_ name: String, _ value: Double?) throws {
      let value = try #require(value, "\(name)")
      #expect(abs(value - (wanted[name]?.double ?? .nan)) < 1e-9, "\(name): \(value)")
    }
    for metric in QuestionMetric.allCases where answers.type == .score || !metric.isOrdinal {
      try check(metric.rawValue, found.metrics[metric]?.value)
    }
    try check("ece", found.reliability.error)
    try check("area", found.coverage.area.value)
    if answers.type == .score { try check("kappa", found.kappa?.value) }
    #expect(found.prompts == answers.rows.count / 2)
    for number in found.metrics.values {
      let interval = try #require(number.interval)
      #expect(interval.lowerBound < number.value && number.value < interval.upperBound)
    }
  }

  /// The error of a perfectly calibrated yes-or-no model with confidences spread evenly over ½ to 1.
  @Test func `a calibrated model shows an error by chance, and no significant one`() throws {
    var random = Xoshiro256(seed: 11)
    func unit() -> Double { Double(random.next() >> 11) / 9_007_199_254_740_992 }
    var values: [Double] = []
    for _ in 0..<100 {
      let confidences = (0..<100).map { _ in 0.5 + unit() / 2 }
      let isRight = confidences.map { unit() < $0 }
      let found = Reliability(confidences: confidences, isRight: isRight, seed: 1)
      values.append(found.p)
      #expect(found.calibratedMean > 0.05 && found.calibratedMean < 0.16)
    }
    // p-values of true hypotheses are uniform: 5 of 100 below 0.05; more than 14 have a chance of 1e-4.
    #expect(values.count { $0 <= 0.05 } <= 14)
    let overconfident = Reliability(
      confidences: Array(repeating: 0.95, count: 100),
      isRight: (0..<100).map { $0 % 3 != 0 }, seed: 1)
    #expect(overconfident.p < 0.01)
  }

  @Test func `the area of equal confidences is the error rate`() throws {
    let rows = (0..<40).map {
      AnsweredRow(row: $0, prompt: "p\($0)", probabilities: [0.6, 0.4], label: $0 % 4 == 0 ? 1 : 0)
    }
    let answers = QuestionAnswers(name: "q", type: .noul, options: ["true", "false"], rows: rows)
    let found = try QuestionEvaluation(answers, bootstrap.get())
    #expect(abs(found.coverage.area.value - 0.25) < 1e-12)
    #expect(found.coverage.points.count == 1)
    #expect(found.majority == 0.75)
  }

  @Test func `a planted slope on the length is found, and labels do not feign one`() throws {
    var random = Xoshiro256(seed: 4)
    func unit() -> Double { Double(random.next() >> 11) / 9_007_199_254_740_992 }
    func rows(_ slope: Double) -> [AnsweredRow] {
      (0..<4000).map { row in
        let label = unit() < 0.5 ? 0 : 1
        // Right responses are longer.
        let doublings = 5 + 2 * unit() + (label == 0 ? 1 : 0)
        let p = 0.3 + (label == 0 ? 0.3 : 0) + slope * (doublings - 6) + 0.1 * (unit() - 0.5)
        return AnsweredRow(
          row: row, prompt: "p\(row)", probabilities: [p, 1 - p], label: label,
          length: exp2(doublings))
      }
    }
    for slope in [0, 0.05] {
      let answers = QuestionAnswers(
        name: "q", type: .noul, options: ["true", "false"], rows: rows(slope))
      let found = try #require(
        try QuestionEvaluation(answers, bootstrap.get()).lengthSlopes.first
      ).slope
      let interval = try #require(found.interval)
      // The noise's standard deviation 0.029 over that of doublings, 0.58, and √4000: 0.0008.
      #expect(abs(found.value - slope) < 0.0032, "\(found)")
      #expect(interval.lowerBound < found.value && found.value < interval.upperBound)
      #expect(interval.upperBound - interval.lowerBound < 0.0048)
    }
  }

  @Test func `a planted slope on markdown is told from that on the length`() throws {
    var random = Xoshiro256(seed: 6)
    func unit() -> Double { Double(random.next() >> 11) / 9_007_199_254_740_992 }
    for (length, style) in [(0.05, 0.0), (0.0, 0.04)] {
      let rows = (0..<4000).map { row in
        // Longer responses have more marks.
        let doublings = 5 + 2 * unit()
        let marks = exp2(doublings - 5 + unit()) - 1
        let p =
          0.4 + length * (doublings - 6) + style * log2(marks + 1) + 0.1 * (unit() - 0.5)
        return AnsweredRow(
          row: row, prompt: "p\(row)", probabilities: [p, 1 - p], label: row % 2,
          length: exp2(doublings), markdown: marks)
      }
      let answers = QuestionAnswers(
        name: "q", type: .noul, options: ["true", "false"], rows: rows)
      let found = try #require(
        try QuestionEvaluation(answers, bootstrap.get()).styleSlopes.first
      ).slope
      // The noise's standard deviation 0.029 over that of marks at one length, 0.29, and √4000: 0.0016.
      #expect(abs(found.value - style) < 0.0064, "\(found)")
    }
  }

  @Test func `two models are compared on the same rows`() throws {
    let (answers, _) = try answers(0)
    let worse = answers.rows.map { row in
      AnsweredRow(
        row: row.row, prompt: row.prompt, probabilities: row.probabilities.map { 0.5 * $0 + 0.25 },
        label: row.label)
    }
    let pairs = Array(zip(answers.rows, worse))
    let found = QuestionComparison("correct", type: .noul, pairs, try bootstrap.get())
    let accuracy = try #require(found.differences.first { $0.metric == .accuracy })
    #expect(accuracy.difference.value == 0)
    #expect(accuracy.p == 1)
    let loss = try #require(found.differences.first { $0.metric == .logLoss })
    #expect(loss.p < 0.05 || loss.difference.interval?.contains(0) == true)
    #expect(found.prompts == 80)
  }

  @Test func `rows without labels are no evaluation`() throws {
    let rows = [AnsweredRow(row: 0, prompt: "p", probabilities: [0.5, 0.5], label: nil)]
    let answers = QuestionAnswers(name: "q", type: .noul, options: ["true", "false"], rows: rows)
    #expect(throws: TareError.self) { try QuestionEvaluation(answers, bootstrap.get()) }
  }
}
