/// Maps of probabilities against a reference by numpy and scipy, and what is promised of sets and limits.
import Foundation
import TareCalibration
import TareCore
import TareTesting
import Testing

@Suite struct ProbabilityFitTests {
  private static let fixture = Result {
    try JSONValue(
      parsing: Data(
        contentsOf: projectFolder.appending(
          path: "Tests/TareCalibrationTests/Fixtures/probabilities/answers.json")))
  }

  private func answers(_ index: Int) throws -> (QuestionAnswers, JSONValue) {
    let json = try #require(try Self.fixture.get()["questions"]?.array?[index])
    let labels = json["labels"]?.array?.compactMap(\.int) ?? []
    let probabilities = json["probabilities"]?.array?.map { $0.array?.compactMap(\.double) ?? [] }
    let rows = zip(probabilities ?? [], labels).enumerated().map { row, pair in
      AnsweredRow(row: row, prompt: "p\(row)", probabilities: pair.0, label: pair.1)
    }
    let type = try #require(json["type"]?.string.flatMap(QuestionType.init(rawValue:)))
    return (
      QuestionAnswers(
        name: json["name"]?.string ?? "", type: type,
        options: json["options"]?.array?.compactMap(\.string) ?? [], rows: rows), json
    )
  }

  /// BFGS of the reference stops at gradients of 1e-8; the fits' curvature is above 1 in every direction
  /// that a probability depends on, so that those differ by far less than 1e-5.
  @Test(arguments: 0..<3, [ProbabilityMethod.temperature, .platt, .isotonic, .beta])
  func `a map is that of the reference`(question: Int, method: ProbabilityMethod) throws {
    let (answers, json) = try answers(question)
    let map = ProbabilityFit.fit(method, answers.rows)
    let wanted = try #require(json["maps"]?[method.rawValue]?.array)
    for (row, values) in zip(answers.rows, wanted) {
      expectClose(
        map.apply(row.probabilities), values.array?.compactMap(\.double) ?? [], tolerance: 1e-5)
    }
  }

  /// scikit-learn fits without a ridge: that moves Platt's probabilities by up to 2e-5 on these rows, and
  /// its values are rounded to 9 digits.
  @Test(arguments: 0..<3, [ProbabilityMethod.temperature, .platt, .isotonic])
  func `a map is scikit-learn's, where it has one`(
    question: Int, method: ProbabilityMethod
  ) throws {
    let (answers, _) = try answers(question)
    let reference = try JSONValue(
      parsing: Data(
        contentsOf: projectFolder.appending(
          path: "Tests/TareCalibrationTests/Fixtures/probabilities/sklearn.json")))
    let wanted = reference["questions"]?.array?[question]["maps"]?[method.rawValue]?.array
    // Of more than two options it has isotonic regression alone.
    try #require((wanted == nil) == (method != .isotonic && answers.options.count > 2))
    guard let wanted else { return }
    #expect(wanted.count == answers.rows.count)
    let map = ProbabilityFit.fit(method, answers.rows)
    for (row, values) in zip(answers.rows, wanted) {
      expectClose(
        map.apply(row.probabilities), values.array?.compactMap(\.double) ?? [],
        tolerance: method == .platt ? 1e-4 : 1e-6)
    }
  }

  @Test(arguments: 0..<3)
  func `the method of least held-out loss is chosen, and improves overconfident answers`(
    question: Int
  ) throws {
    let (answers, _) = try answers(question)
    let fit = try FittedQuestion(answers, ProbabilityOptions())
    let losses = fit.calibration.heldOut
    let best = try #require(losses.min { $0.value < $1.value })
    #expect(losses[fit.calibration.map.method] == best.value)
    #expect(fit.calibration.map.method != .none)
    #expect(fit.probabilities.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-9 })
    #expect(fit.probabilities.joined().allSatisfy { (0...1).contains($0) })
    // The order of rows makes no difference.
    var shuffled = answers
    shuffled.rows.reverse()
    let again = try FittedQuestion(shuffled, ProbabilityOptions())
    expectClose(
      again.calibration.heldOut.values.sorted(), losses.values.sorted(), tolerance: 1e-9)
  }

  @Test func `a row's own label has no part in its calibrated probabilities`() throws {
    let (answers, _) = try answers(0)
    let before = try FittedQuestion(answers, ProbabilityOptions()).probabilities[7]
    var changed = answers
    let row = changed.rows[7]
    changed.rows[7] = AnsweredRow(
      row: row.row, prompt: row.prompt, probabilities: row.probabilities,
      label: 1 - (row.label ?? 0))
    var options = ProbabilityOptions()
    options.method = .platt
    let first = try FittedQuestion(answers, options).probabilities[7]
    #expect(try FittedQuestion(changed, options).probabilities[7] == first)
    #expect(before.count == 2)
  }

  @Test func `labels of few prompts are refused`() {
    let rows = (0..<9).map {
      AnsweredRow(row: $0, prompt: "p\($0 % 3)", probabilities: [0.5, 0.5], label: 0)
    }
    let answers = QuestionAnswers(name: "q", type: .noul, options: ["true", "false"], rows: rows)
    #expect(throws: TareError.self) { try FittedQuestion(answers, ProbabilityOptions()) }
  }

  @Test func `perfectly separated labels give finite maps`() {
    let rows = (0..<20).map {
      AnsweredRow(
        row: $0, prompt: "p\($0)", probabilities: $0 < 10 ? [1, 0] : [0, 1], label: $0 < 10 ? 0 : 1)
    }
    for method in ProbabilityMethod.allCases {
      let mapped = ProbabilityFit.fit(method, rows).apply([0.7, 0.3])
      #expect(mapped.allSatisfy { $0.isFinite }, "\(method)")
      #expect(mapped[0] > 0.5, "\(method)")
    }
  }

  // MARK: - Sets

  /// Made answers of which the right option is drawn by other probabilities than those given.
  private func made(_ count: Int, seed: UInt64, type: QuestionType = .choice) -> QuestionAnswers {
    var random = Xoshiro256(seed: seed)
    func unit() -> Double { Double(random.next() >> 11) / 9_007_199_254_740_992 }
    let rows = (0..<count).map { row in
      let weights = (0..<4).map { _ in -log(max(unit(), 1e-12)) }
      let sum = weights.reduce(0, +)
      let true4 = weights.map { $0 / sum }
      var draw = unit()
      let label =
        true4.firstIndex {
          draw -= $0
          return draw < 0
        } ?? 3
      let sharp = true4.map { $0 * $0 }
      let total = sharp.reduce(0, +)
      return AnsweredRow(
        row: row, prompt: "s\(seed)-\(row)", probabilities: sharp.map { $0 / total }, label: label)
    }
    return QuestionAnswers(
      name: "q", type: type,
      options: type == .score ? ["0", "1", "2", "3"] : ["a", "b", "c", "d"],
      rows: rows)
  }

  /// 30 fits to 80 prompts (40 held out), each applied to 200 new rows: 6,000 rows. The mean coverage of
  /// 40 held-out rows at 90% has a standard deviation of about 0.047, so that of 30 means is 0.009.
  @Test(arguments: [QuestionType.choice, .score])
  func `sets hold the right option as often as they say`(type: QuestionType) throws {
    var (hits, sizes, count) = (0, 0, 0)
    for seed in 0..<UInt64(30) {
      var options = ProbabilityOptions()
      options.miss = 0.1
      options.method = .temperature
      let own = try FittedQuestion(made(80, seed: seed, type: type), options).calibration
      let sets = try #require(own.sets)
      #expect(sets.rows == 40)
      for row in made(200, seed: 1_000 + seed, type: type).rows {
        let set = sets.set(
          own.map.apply(row.probabilities), question: "q", prompt: row.prompt, row: row.row)
        #expect(!set.isEmpty)
        if type == .score { #expect(set == Array((set.first ?? 0)...(set.last ?? 0))) }
        hits += set.contains(row.label ?? -1) ? 1 : 0
        sizes += set.count
        count += 1
      }
    }
    let coverage = Double(hits) / Double(count)
    #expect(coverage > 0.9 - 3 * 0.009, "\(coverage)")
    // ⌈41 × 0.9⌉ / 41 and what sets that are never empty add.
    #expect(coverage < 0.902 + 0.04, "\(coverage)")
    #expect(Double(sizes) / Double(count) < 3.4)
  }

  @Test func `too few held-out rows allow no set but all options`() throws {
    var options = ProbabilityOptions()
    options.miss = 0.1
    let own = try FittedQuestion(made(16, seed: 3), options).calibration
    let sets = try #require(own.sets)
    #expect(sets.rows == 8)
    #expect(sets.coverage == nil)
    #expect(
      sets.set([0.97, 0.01, 0.01, 0.01], question: "q", prompt: "x", row: 0) == [0, 1, 2, 3])
  }

  @Test func `the range of coverage is that of the beta distribution`() throws {
    let sets = ConformalSets(miss: 0.1, threshold: 0.8, rows: 100, isOrdinal: false, seed: 1)
    let range = try #require(sets.coverage)
    // scipy.stats.beta.ppf([0.05, 0.95], 91, 10)
    expectClose(
      [range.lowerBound, range.upperBound], [0.84820457, 0.94473676], tolerance: 1e-7)
  }

  // MARK: - Abstention

  /// 40 fits; the limit may fail in a tenth of them. More than 13 failures have a chance below 1e-4.
  @Test func `answers that are given are wrong as seldom as promised`() throws {
    var failures = 0
    var given = 0
    for seed in 0..<UInt64(40) {
      var options = ProbabilityOptions()
      options.risk = 0.4
      options.method = .temperature
      let own = try FittedQuestion(made(300, seed: seed), options).calibration
      let limit = try #require(own.abstention)
      guard limit.threshold != nil else { continue }
      let rows = made(1_000, seed: 5_000 + seed).rows.map { row in
        AnsweredRow(
          row: row.row, prompt: row.prompt, probabilities: own.map.apply(row.probabilities),
          label: row.label)
      }
      let answered = rows.filter { limit.isAnswered($0.probabilities) }
      given += answered.count
      let wrong = answered.count { $0.answer != $0.label }
      if Double(wrong) > 0.4 * Double(answered.count) { failures += 1 }
    }
    #expect(failures <= 13, "\(failures)")
    #expect(given > 200, "\(given)")
  }

  // MARK: - Saved

  private func saved() throws -> ProbabilityCalibration {
    var options = ProbabilityOptions()
    options.miss = 0.1
    options.risk = 0.3
    let methods: [ProbabilityMethod] = [.beta, .isotonic, .platt]
    let questions = try methods.enumerated().map { index, method in
      options.method = method
      return try FittedQuestion(answers(index).0, options).calibration
    }
    return ProbabilityCalibration(
      questions: questions, folds: 5, seed: 1, data: "data", date: "2026-11-30")
  }

  @Test func `a saved calibration is read back, and its id does not depend on the date`() throws {
    let calibration = try saved()
    let read = try ProbabilityCalibration(
      json: JSONValue(parsing: calibration.json.text(indent: 2)))
    #expect(read == calibration)
    let later = ProbabilityCalibration(
      questions: calibration.questions, folds: 5, seed: 1, data: "other", date: "2027-01-01")
    #expect(later.id == calibration.id)
    var json = try #require(calibration.json.object)
    json["id"] = "0123456789abcdef"
    #expect(throws: TareError.self) { try ProbabilityCalibration(json: .object(json)) }
    json["version"] = 2
    #expect(throws: TareError.self) { try ProbabilityCalibration(json: .object(json)) }
  }

  /// The file that version 0.1 wrote is read for ever, and gives the same.
  @Test func `the golden file gives what it gave`() throws {
    let file = projectFolder.appending(
      path: "Tests/TareCalibrationTests/Fixtures/probabilities/saved-v1.json")
    let golden = try ProbabilityCalibration(json: JSONValue(parsing: Data(contentsOf: file)))
    #expect(golden.questions.map(\.map.method) == [.beta, .isotonic, .platt])
    let fresh = try saved()
    for (old, new) in zip(golden.questions, fresh.questions) {
      let even = old.options.map { _ in 1 / Double(old.options.count) }
      let sharp = old.options.indices.map { $0 == 0 ? 0.9 : 0.1 / Double(old.options.count - 1) }
      for probabilities in [even, sharp] {
        expectClose(
          old.map.apply(probabilities), new.map.apply(probabilities), tolerance: 1e-6)
      }
      #expect(old.sets?.rows == new.sets?.rows)
      #expect(old.abstention?.wrong == new.abstention?.wrong)
    }
  }

  @Test func `a question with other options is refused`() throws {
    let calibration = try saved()
    let (answers, _) = try answers(0)
    #expect(throws: Never.self) { try calibration.calibration(of: answers) }
    let renamed = QuestionAnswers(
      name: "other", type: .noul, options: ["true", "false"], rows: answers.rows)
    #expect(throws: TareError.self) { try calibration.calibration(of: renamed) }
    let turned = QuestionAnswers(
      name: "correct", type: .noul, options: ["false", "true"], rows: answers.rows)
    #expect(throws: TareError.self) { try calibration.calibration(of: turned) }
  }

  @Test(arguments: ProbabilityMethod.allCases)
  func `a fit says whether it ended, and ends`(method: ProbabilityMethod) throws {
    for question in 0..<3 {
      #expect(ProbabilityFit.search(method, try answers(question).0.rows).didConverge)
    }
    // All labels the same, and probabilities at the ends.
    let extreme = (0..<30).map {
      AnsweredRow(row: $0, prompt: "p\($0)", probabilities: [$0 % 2 == 0 ? 1 : 0, 0], label: 0)
    }
    let found = ProbabilityFit.search(method, extreme)
    #expect(found.didConverge)
    #expect(found.map.apply([0.7, 0.3]).allSatisfy { $0.isFinite })
  }
}
