/// `tare decide` from outside: rubrics, rewards, requests, pairs and audits on the tiny model, whose
/// vocabulary has letters and no "Yes".
import Foundation
import TareCore
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(10))) struct DecideCommandTests {
  private static let rubric = """
    {"questions": {
      "good": {"type": "score", "instructions": "Good?", "criteria": ["no", "so so", "yes"]},
      "style": {"type": "choice", "instructions": "Style?", "criteria": {"dry": null, "wet": "w"}}},
     "wordings": {"good": ["Fine?"]}}
    """
  private static let pairs = (0..<6).map { index in
    """
    {"id": "p\(index)", "prompt": "say \(index)", "chosen": "\(index) it is", \
    "rejected": "no\(String(repeating: "!", count: index))", "source": "made"}

    """
  }.joined()

  private let folder: TemporaryFolder
  private let model: String
  private let rubric: String
  private let pairs: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.file("tiny.gguf", TinyModel.gguf())
    rubric = try folder.file("rubric.json", Data(Self.rubric.utf8))
    pairs = try folder.file("pairs.jsonl", Data(Self.pairs.utf8))
  }

  private func decide(_ more: String..., input: String? = nil) throws -> Program.Result {
    try Program.run(
      ["decide", input ?? pairs, "--model", model, "--date", "2026-11-29"] + more, in: folder.url)
  }

  private func rows(_ text: String) throws -> [JSONValue] {
    try text.split(separator: "\n").map { try JSONValue(parsing: $0) }
  }

  @Test func `each response gets all answers, probabilities that sum to 1 and the mean as reward`()
    throws
  {
    let result = try decide("--questions", rubric)
    #expect(result.status == 0, "\(result.error)")
    let rows = try rows(result.output)
    #expect(rows.count == 12)
    for row in rows {
      let answers = row["answers"]?.array ?? []
      #expect(answers.compactMap { $0["name"]?.string } == ["good", "style"])
      for answer in answers {
        let shares = answer["probabilities"]?.array?.compactMap(\.double) ?? []
        #expect(abs(shares.reduce(0, +) - 1) < 1e-6)
        #expect(answer["label_mass"]?.double.map { $0 > 0 && $0 < 1 } == true)
      }
      let value = try #require(answers[0]["value"]?.double)
      #expect(abs((row["score"]?.double ?? -1) - value / 2) < 1e-6)
      #expect(row["source"] == "made")
      #expect(row["run"] == .some(.null))
    }
  }

  @Test func `a run in a store is not computed twice, and goes on to evaluate`() throws {
    let store = folder.path("s.sqlite")
    let first = try decide(
      "--questions", rubric, "--store", store, "--run", "a", "-o", folder.path("a.jsonl"))
    #expect(first.status == 0, "\(first.error)")
    let again = try decide(
      "--questions", rubric, "--store", store, "--run", "a", "-o", folder.path("b.jsonl"), "--json")
    #expect(try JSONValue(parsing: again.output)["computed"] == 0)
    let texts = try ["a.jsonl", "b.jsonl"].map {
      try String(contentsOfFile: folder.path($0), encoding: .utf8)
    }
    #expect(texts[0] == texts[1])
    // Other weights make another run of the same answers.
    let other = try decide(
      "--questions", rubric, "--reward", "2*good - style.wet", "--store", store, "--run", "b",
      "--json")
    #expect(try JSONValue(parsing: other.output)["computed"] == 0)
    let evaluated = try Program.run(["evaluate", "--store", store, "--run", "b", "--json"])
    #expect(evaluated.status == 0, "\(evaluated.error)")
    let exported = try Program.run(["runs", "export", "a", "-", "--store", store])
    #expect(try rows(exported.output) == rows(texts[0]), "\(exported.error)")
    let deleted = try Program.run(["runs", "delete", "a", "--store", store])
    #expect(deleted.status == 0, "\(deleted.error)")
  }

  @Test(arguments: ["laya", "wev-pointer", "nano-jev"])
  func `a model with a head of its own is asked, stored and audited`(name: String) throws {
    let head = projectFolder.appending(path: "Tests/TareScoringTests/Fixtures/layouts/\(name)")
    let rubric = try folder.file(
      "plain.json",
      Data(
        #"""
        {"questions": {
          "good": {"type": "score", "instructions": "Good?", "criteria": ["no", "so so", "yes"]},
          "style": {"type": "choice", "instructions": "Style?", "criteria": {"dry": null, "wet": null}}}}
        """#.utf8))
    func run(_ more: String...) throws -> Program.Result {
      try Program.run(
        ["decide", pairs, "--model", head.path, "--questions", rubric] + more, in: folder.url)
    }
    let result = try run(
      "--average-orders", "--store", folder.path("h.sqlite"), "--run", "h", "-o",
      folder.path("h.jsonl"))
    #expect(result.status == 0, "\(result.error)")
    let again = try run(
      "--average-orders", "--store", folder.path("h.sqlite"), "--run", "h", "--json", "-o",
      folder.path("g.jsonl"))
    #expect(try JSONValue(parsing: again.output)["computed"] == 0, "\(again.error)")
    let rows = try rows(String(contentsOfFile: folder.path("h.jsonl"), encoding: .utf8))
    #expect(rows.count == 12)
    for answer in rows.flatMap({ $0["answers"]?.array ?? [] }) {
      let shares = answer["probabilities"]?.array?.compactMap(\.double) ?? []
      #expect(abs(shares.reduce(0, +) - 1) < 1e-6)
      #expect(answer["label_mass"] == .some(.null))
    }
    let prompts = try run("--prompts")
    #expect(prompts.status == 0, "\(prompts.error)")
    #expect(prompts.output.contains("\"marks\""))
    let audit = try run("--audit", "--json")
    #expect(audit.status == 0, "\(audit.error)")
    let questions = try JSONValue(parsing: audit.output)["questions"]?.array ?? []
    #expect(questions.map { $0["label_mass"] } == [.null, .null])
    #expect(questions.map { $0["interference"]?.double } == [0, 0])
  }

  @Test func `a formula and weights make the reward of the answers`() throws {
    let weights = try folder.file(
      "w.json", Data(#"{"good": 3, "style": {"wet": -2}}"#.utf8))
    let byWeights = try rows(
      decide("--questions", rubric, "--weights", weights).output)
    let byFormula = try rows(
      decide("--questions", rubric, "--reward", "3*good - 2*style.wet").output)
    #expect(byWeights.map { $0["score"] } == byFormula.map { $0["score"] })
    let row = try #require(byFormula.first)
    let answers = row["answers"]?.array ?? []
    let wet = answers[1]["probabilities"]?.array?.last?.double ?? .nan
    let wanted = 3 * (answers[0]["value"]?.double ?? .nan) / 2 - 2 * wet
    #expect(abs((row["score"]?.double ?? .nan) - wanted) < 1e-5)
    let wrong = try decide("--questions", rubric, "--reward", "3*best")
    #expect(wrong.status == 64)
    #expect(wrong.error.contains("'best', which is no question"))
  }

  /// The tiny model's context has 512 tokens, one a letter.
  @Test(arguments: ["error", "skip", "zero"])
  func `a question that does not fit is handled as the rubric says, and told`(
    missing: String
  ) throws {
    let long = String(repeating: "long ", count: 120)
    let file = try folder.file(
      "long.json",
      Data(
        """
        {"missing": "\(missing)", "questions": {
          "good": {"type": "score", "instructions": "Good?", "criteria": ["no", "yes"]},
          "long": {"type": "score", "instructions": "\(long)?", "criteria": ["no", "yes"]}}}
        """.utf8))
    let result = try decide("--questions", file)
    guard missing != "error" else {
      #expect(result.status == 65)
      #expect(result.error.contains("question 'long'"))
      return
    }
    #expect(result.status == 0, "\(result.error)")
    #expect(result.error.contains("12 of 24 questions have no answer"))
    for row in try rows(result.output) {
      let answers = row["answers"]?.array ?? []
      #expect(answers.count == 2 && answers.last == .some(.null))
      let value = try #require(answers.first?["value"]?.double)
      let wanted = missing == "skip" ? value : value / 2
      #expect(abs((row["score"]?.double ?? -1) - wanted) < 1e-6)
    }
  }

  @Test func `a question whose labels are no single tokens is refused by its name`() throws {
    let file = try folder.file(
      "noul.json", Data(#"{"questions": {"right": {"type": "noul", "instructions": "?"}}}"#.utf8))
    let result = try decide("--questions", file)
    #expect(result.status == 65)
    #expect(result.error.contains("question 'right'"))
    #expect(result.error.contains("row 1"))
  }

  @Test func `requests are answered as they stand, and a bad one takes its own line`() throws {
    let requests = try folder.file(
      "requests.jsonl",
      Data(
        """
        {"name": "one", "state": "x", "questions": {"c": {"type": "choice", "criteria": {"a": null}}}}
        {"name": "two", "state": "x", "questions": {"c": {"type": "choice", "criteria": []}}}
        {"name": "three", "request": "{\\"state\\": 1.0, \\"questions\\": {\\"s\\": {\\"type\\": \
        \\"score\\", \\"criteria\\": [\\"l\\", \\"h\\"]}}}"}

        """.utf8))
    let refused = try decide(input: requests)
    #expect(refused.status == 65)
    #expect(refused.error.contains("row 2") && refused.error.contains("question 'c'"))
    let rows = try rows(decide("--skip-bad-rows", input: requests).output)
    #expect(rows.count == 3)
    #expect(
      rows[0]["answers"]
        == [
          "c": [
            "type": "choice", "choice": "a", "confidence": 1.0, "probabilities": ["a": 1.0],
          ]
        ])
    #expect(rows[1]["error"]?.string?.contains("question 'c'") == true)
    #expect(rows[2]["answers"]?["s"]?["legend"] == ["0": "l", "1": "h"])
    let prompts = try decide("--prompts", "--skip-bad-rows", input: requests)
    #expect(prompts.output.contains("1.0\\n\\n"))
  }

  @Test func `pairs are judged in both orders: exchanged responses exchange their scores`() throws {
    let exchanged = try folder.file(
      "exchanged.jsonl",
      Data(
        Self.pairs.replacing("\"chosen\"", with: "\"x\"").replacing(
          "\"rejected\"", with: "\"chosen\""
        )
        .replacing("\"x\"", with: "\"rejected\"").utf8))
    let straight = try decide("--pairs")
    #expect(straight.status == 0, "\(straight.error)")
    let store = folder.path("p.sqlite")
    let kept = try decide(
      "--pairs", "--store", store, "--run", "p", "-o", folder.path("kept.jsonl"))
    #expect(kept.status == 0, "\(kept.error)")
    let exported = try Program.run(["runs", "export", "p", "-", "--store", store])
    #expect(
      try rows(exported.output)
        == rows(String(contentsOfFile: folder.path("kept.jsonl"), encoding: .utf8)))
    let first = try rows(straight.output)
    let second = try rows(decide("--pairs", input: exchanged).output)
    #expect(first.count == 12)
    for (place, row) in first.enumerated() {
      // Within a row the two scores are opposite, and belong to the texts.
      let other = first[place ^ 1]
      #expect(row["score"]?.double == other["score"]?.double.map { -$0 + 0 })
      let twin = second.first {
        $0["response"] == row["response"] && $0["id"] == row["id"]
      }
      #expect(twin?["score"] == row["score"])
      let pair = row["pairs"]?.array?.first
      let margins = [pair?["margin_shown_first"]?.double, pair?["margin_shown_second"]?.double]
        .compactMap(\.self)
      #expect(abs((pair?["margin"]?.double ?? .nan) - margins.reduce(0, +) / 2) < 1e-9)
    }
    #expect(straight.error.contains("the two orders disagree in"))
  }

  @Test func `an audit measures order and wording and gives each question a verdict`() throws {
    let result = try decide("--questions", rubric, "--audit", "--sample", "8", "--json")
    #expect(result.status == 0, "\(result.error)")
    let audit = try JSONValue(parsing: result.output)
    let questions = audit["questions"]?.array ?? []
    #expect(questions.compactMap { $0["name"]?.string } == ["good", "style"])
    for question in questions {
      #expect(question["interference"] == 0.0)
      #expect(["usable", "use with care", "do not use"].contains(question["verdict"]?.string))
      let first = question["first_listed"]
      let value = first?["value"]?.double ?? .nan
      #expect((first?["low"]?.double ?? 2) <= value && value <= (first?["high"]?.double ?? -1))
    }
    #expect(questions[0]["wording_flips"]?["count"] == 8)
    #expect(questions.map { $0["label_flips"]?["count"] } == [8, 8])
    // A choice without weights has no value that could be compared.
    #expect(questions[0]["pair_accuracy"]?["count"] == 4)
    #expect(questions[1]["pair_accuracy"] == .some(.null))
  }
}
