/// `tare judge` from outside, with a judge whose verdicts are in the texts that it reads.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct JudgeCommandTests {
  private let folder = Result { try TemporaryFolder() }

  /// Two pairs and a set of four; the number in a response is what it is worth.
  private func pairs() throws -> String {
    try folder.get().file(
      "pairs.jsonl",
      Data(
        """
        {"id": "a", "prompt": "P", "chosen": "worth 8", "rejected": "worth 3", "note": "kept"}
        {"id": "b", "prompt": "Q", "chosen": "worth 5", "rejected": "worth 6"}
        {"id": "c", "prompt": "R", "chosen": "worth 9", "rejected": "worth 1 of it"}

        """.utf8))
  }

  private static func content(_ request: CannedServer.Request) -> String {
    request.body?["messages"]?.array?.last?["content"]?.string ?? ""
  }

  /// What responses are worth, in the order in which they are shown.
  private static func worths(_ request: CannedServer.Request) -> [Double] {
    content(request).matches(of: /worth (\d+)/).compactMap { Double($0.output.1) }
  }

  private static func reply(
    _ text: String, _ alternatives: KeyValuePairs<String, Double> = [:], finish: String = "stop"
  ) -> CannedServer.Answer {
    let top = alternatives.map { name, probability -> JSONValue in
      ["token": .string(name), "logprob": .double(log(probability))]
    }
    var choice: JSONObject = [
      "message": ["role": "assistant", "content": .string(text)],
      "finish_reason": .string(finish),
    ]
    if !top.isEmpty {
      choice["logprobs"] = [
        "content": [["token": .string(text), "logprob": -0.1, "top_logprobs": .array(top)]]
      ]
    }
    let reply: JSONValue = [
      "choices": [.object(choice)], "usage": ["prompt_tokens": 100, "completion_tokens": 1],
    ]
    return .reply(reply.text())
  }

  /// Rates a response as its text says, with a tenth of the probability on one less.
  private func judge(
    _ script: @escaping @Sendable (CannedServer.Request) -> CannedServer.Answer
  ) throws -> CannedServer {
    try CannedServer {
      guard $0.method == "POST" else { return .reply(#"{"data": [{"id": "org/judge"}]}"#) }
      return script($0)
    }
  }

  private static let rater: @Sendable (CannedServer.Request) -> CannedServer.Answer = { request in
    let worth = Int(worths(request).first ?? 0)
    return reply("\(worth)", ["\(worth)": 0.9, "\(worth + 1)": 0.1])
  }

  private func rows(_ text: String) throws -> [JSONValue] {
    try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  }

  private func run(_ arguments: String...) throws -> Program.Result {
    try Program.run(["judge"] + arguments)
  }

  @Test func `ratings are scores of responses, with the row's columns`() throws {
    let server = try judge(Self.rater)
    let result = try run(pairs(), "--engine", server.url)
    #expect(result.status == 0, "\(result.error)")
    let rows = try rows(result.output)
    #expect(
      rows.map { $0["role"]?.string } == [
        "chosen", "rejected", "chosen", "rejected", "chosen", "rejected",
      ])
    let scores = rows.compactMap { $0["score"]?.double }
    expectClose(scores, [8.1, 3.1, 5.1, 6.1, 9.1, 1.1], tolerance: 1e-6)
    #expect(rows[0]["note"] == "kept")
    #expect(rows[0]["judge_from"] == "logprobs")
    #expect(rows[0]["judge_answers"] == 1)
    #expect(rows[0]["judge_unparsed"] == 0)
    #expect(result.error.contains("judged 6 of 6 responses by org/judge (template rating)"))
    let body = server.all.first { $0.method == "POST" }?.body
    #expect(body?["temperature"]?.double == 0)
    #expect(body?["top_logprobs"] == 20)
    #expect(body?["model"] == "org/judge")
    #expect(server.all.filter { $0.method == "POST" }.count == 6)
  }

  @Test func `what the judge says goes through the commands that read scores`() throws {
    let server = try judge(Self.rater)
    let file = try folder.get().path("ratings.jsonl")
    #expect(try run(pairs(), "--engine", server.url, "-o", file).status == 0)
    let evaluated = try Program.run(["evaluate", file, "--json"])
    #expect(evaluated.status == 0, "\(evaluated.error)")
    let overall = try JSONValue(parsing: evaluated.output)["overall"]
    #expect(overall?["n"] == 3)
    #expect(abs((overall?["accuracy"]?.double ?? 0) - 2 / 3.0) < 1e-9)
    let ranked = try Program.run(["rank", file])
    #expect(ranked.status == 0, "\(ranked.error)")
    let made = try Program.run(["pairs", file])
    #expect(made.status == 0, "\(made.error)")
  }

  @Test func `a pair is shown in both orders, and a preference for a place is measured`() throws {
    // The first place is worth 0.2 more.
    let server = try judge { request in
      let worths = Self.worths(request)
      let first = worths[0] > worths[1] ? 0.9 : 0.3
      return Self.reply(first > 0.5 ? "A" : "B", ["A": first, "B": 1 - first])
    }
    let file = try folder.get().path("judged.jsonl")
    let result = try run(
      pairs(), "--engine", server.url, "--judge-template", "pair", "-o", file, "--json")
    #expect(result.status == 0, "\(result.error)")
    let scores = try rows(String(contentsOfFile: file, encoding: .utf8))
      .compactMap { $0["score"]?.double }
    // The better one: (0.9 + 0.7) / 2.
    expectClose(scores, [0.8, 0.2, 0.2, 0.8, 0.8, 0.2], tolerance: 1e-6)
    let json = try JSONValue(parsing: result.output)
    let preference = json["place_preference"]?.array?.compactMap { $0["value"]?.double } ?? []
    expectClose(preference, [0.1, -0.1], tolerance: 1e-9)
    #expect(json["orders_compared"] == 3)
    #expect(json["orders_disagree"] == 0)
    #expect(server.all.filter { $0.method == "POST" }.count == 6)
  }

  @Test func `orders that disagree are counted and warned of`() throws {
    let server = try judge { _ in Self.reply("A") }
    let result = try run(pairs(), "--engine", server.url, "--judge-template", "pair")
    #expect(result.status == 0, "\(result.error)")
    let scores = try rows(result.output).compactMap { $0["score"]?.double }
    expectClose(scores, Array(repeating: 0.5, count: 6), tolerance: 0)
    #expect(result.error.contains("orders disagree in 3 of 3 comparisons"))
    #expect(result.error.contains("warning: the order of the responses decides 100.0%"))
    #expect(result.error.contains("+50.0 points"))
  }

  @Test func `the best of four is asked for in every rotation`() throws {
    let file = try folder.get().file(
      "sets.jsonl",
      Data(
        #"{"id":"s","prompt":"P","responses":["worth 2","worth 9","worth 4","worth 5"],"labels":[0,1,0,0]}"#
          .utf8))
    let server = try judge { request in
      let worths = Self.worths(request)
      let best = worths.firstIndex(of: worths.max() ?? 0) ?? 0
      return Self.reply("So it is [[\(["A", "B", "C", "D"][best])]].")
    }
    let result = try run(file, "--engine", server.url, "--judge-template", "best-explained")
    #expect(result.status == 0, "\(result.error)")
    let scores = try rows(result.output).compactMap { $0["score"]?.double }
    #expect(scores == [0, 1, 0, 0])
    #expect(server.all.filter { $0.method == "POST" }.count == 4)
    let one = try run(
      file, "--engine", server.url, "--judge-template", "best-explained", "--orders", "one")
    #expect(one.status == 0, "\(one.error)")
    #expect(server.all.filter { $0.method == "POST" }.count == 5)
  }

  @Test func `an answer without a verdict is counted, and its response has no score`() throws {
    let server = try judge { request in
      Self.worths(request).first == 3 ? Self.reply("I cannot say.") : Self.rater(request)
    }
    let file = try folder.get().path("ratings.jsonl")
    let result = try run(pairs(), "--engine", server.url, "-o", file, "--json")
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONValue(parsing: result.output)
    #expect(json["unscored"] == 1)
    #expect(json["without_verdict"]?["missing"] == 1)
    let rows = try rows(String(contentsOfFile: file, encoding: .utf8))
    #expect(rows.map { $0["score"] == .null } == [false, true, false, false, false, false])
    #expect(result.error.contains("1 of 6 answers have no verdict"))
    let refused = try Program.run(["evaluate", file])
    #expect(refused.status == 65)
    let dropped = try Program.run(["evaluate", file, "--missing", "drop", "--json"])
    #expect(dropped.status == 0, "\(dropped.error)")
    #expect(try JSONValue(parsing: dropped.output)["overall"]?["n"] == 2)
  }

  @Test func `samples measure the judge's own noise`() throws {
    // 2 above or below, as the seed is even or odd.
    let server = try judge { request in
      let seed = request.body?["seed"]?.int ?? 0
      let worth = Int(Self.worths(request).first ?? 0)
      return Self.reply("\(worth == 3 || worth == 6 ? worth + (seed % 2 == 0 ? 1 : -1) : worth)")
    }
    let file = try folder.get().path("ratings.jsonl")
    let result = try run(
      pairs(), "--engine", server.url, "--samples", "2", "-o", file, "--json")
    #expect(result.status == 0, "\(result.error)")
    let rows = try rows(String(contentsOfFile: file, encoding: .utf8))
    expectClose(rows.compactMap { $0["score"]?.double }, [8, 3, 5, 6, 9, 1], tolerance: 1e-6)
    expectClose(
      rows.compactMap { $0["judge_sd"]?.double }, [0, 2.0.squareRoot(), 0, 2.0.squareRoot(), 0, 0],
      tolerance: 1e-9)
    let json = try JSONValue(parsing: result.output)
    // Two of six responses have a variance of 2.
    #expect(abs((json["noise"]?["value"]?.double ?? 0) - (4 / 6.0).squareRoot()) < 1e-9)
    #expect(json["reliability"]?["value"]?.double ?? 0 > 0.8)
    #expect(server.all.first { $0.method == "POST" }?.body?["temperature"]?.double == 1)
  }

  @Test func `a budget stops the run, and the same command resumes it`() throws {
    let server = try judge(Self.rater)
    let store = try folder.get().path("s.sqlite")
    let arguments = try [
      "judge", pairs(), "--engine", server.url, "--store", store, "--run", "j", "--json",
    ]
    let first = try Program.run(arguments + ["--max-requests", "4"])
    #expect(first.status == 130)
    #expect(first.error.contains("the limit of 4 requests is reached"))
    #expect(server.all.filter { $0.method == "POST" }.count == 4)
    let unfinished = try Program.run(["evaluate", "--store", store, "--run", "j"])
    #expect(unfinished.status == 64)
    #expect(unfinished.error.contains("tare judge"))
    let second = try Program.run(arguments)
    #expect(second.status == 0, "\(second.error)")
    #expect(try JSONValue(parsing: second.output)["known"] == 4)
    #expect(server.all.filter { $0.method == "POST" }.count == 6)
    let again = try Program.run(arguments)
    #expect(again.status == 0, "\(again.error)")
    #expect(server.all.filter { $0.method == "POST" }.count == 6)
    let evaluated = try Program.run(["evaluate", "--store", store, "--run", "j", "--json"])
    #expect(evaluated.status == 0, "\(evaluated.error)")
    #expect(try JSONValue(parsing: evaluated.output)["overall"]?["n"] == 3)
    let calibrated = try Program.run(["calibrate", "--store", store, "--run", "j"])
    #expect(calibrated.status != 70, "\(calibrated.error)")
    let deleted = try Program.run(["runs", "delete", "j", "--store", store])
    #expect(deleted.status == 0, "\(deleted.error)")
  }

  @Test func `a run is exported with the judge's own words`() throws {
    let server = try judge { request in
      Self.worths(request).first == 3 ? Self.reply("I cannot say.") : Self.rater(request)
    }
    let store = try folder.get().path("words.sqlite")
    let judged = try run(pairs(), "--engine", server.url, "--store", store, "--run", "words")
    #expect(judged.status == 0, "\(judged.error)")
    let exported = try Program.run(["runs", "export", "words", "-", "--store", store])
    #expect(exported.status == 0, "\(exported.error)")
    let rows = try rows(exported.output)
    #expect(rows.count == 6)
    #expect(rows.allSatisfy { $0["replies"]?.array?.count == 1 })
    let first = rows[0]["replies"]?.array?.first
    #expect(first?["order"] == [0])
    #expect(first?["sample"] == 0)
    #expect(first?["text"] == "8")
    #expect(first?["verdict"] == "8")
    #expect(abs((first?["value"]?.double ?? 0) - 8.1) < 1e-9)
    #expect(abs((first?["probabilities"]?["9"]?.double ?? 0) - 0.1) < 1e-9)
    #expect(first?["from"] == "logprobs")
    #expect(first?["reply"]?["usage"]?["prompt_tokens"] == 100)
    let silent = rows[1]["replies"]?.array?.first
    #expect(silent?["text"] == "I cannot say.")
    #expect(silent?["without_verdict"] == "missing")
    #expect(silent?["verdict"] == nil)
  }

  @Test func `replies of a template of one's own are exported in both orders`() throws {
    let printed = try run("--print-template", "pair")
    let own = try folder.get().file(
      "poets.txt", Data(printed.output.replacing("Two assistants", with: "Two poets").utf8))
    let server = try judge { request in
      let worths = Self.worths(request)
      return Self.reply(worths[0] > worths[1] ? "A" : "B")
    }
    let store = try folder.get().path("own.sqlite")
    let arguments = try [
      pairs(), "--engine", server.url, "--judge-template", own, "--samples", "2", "--store", store,
      "--run", "own",
    ]
    let judged = try Program.run(["judge"] + arguments)
    #expect(judged.status == 0, "\(judged.error)")
    // The file itself is not needed any more.
    try FileManager.default.removeItem(atPath: own)
    let file = try folder.get().path("own.jsonl")
    let exported = try Program.run(["runs", "export", "own", file, "--store", store])
    #expect(exported.status == 0, "\(exported.error)")
    let rows = try rows(String(contentsOfFile: file, encoding: .utf8))
    let replies = rows[0]["replies"]?.array ?? []
    #expect(replies.map { $0["order"] } == [[0, 1], [0, 1], [1, 0], [1, 0]])
    #expect(replies.map { $0["sample"] } == [0, 1, 0, 1])
    #expect(replies.map { $0["verdict"] } == ["A", "A", "B", "B"])
    #expect(replies.allSatisfy { $0["from"] == "text" })
    #expect(rows[1]["replies"] == rows[0]["replies"])
  }

  @Test func `tokens are a budget, too`() throws {
    let server = try judge(Self.rater)
    let result = try run(
      pairs(), "--engine", server.url, "--max-tokens-total", "150", "--engine-concurrency", "1")
    #expect(result.status == 130)
    #expect(server.all.filter { $0.method == "POST" }.count == 2)
    #expect(result.error.contains("answers were not kept"))
  }

  @Test func `a request that is refused costs its own response alone`() throws {
    let server = try judge { request in
      Self.worths(request).first == 6
        ? .reply(status: 400, "context length exceeded") : Self.rater(request)
    }
    let result = try run(pairs(), "--engine", server.url)
    #expect(result.status == 0, "\(result.error)")
    #expect(
      try rows(result.output).map { $0["score"] == .null } == [
        false, false, false, true, false, false,
      ])
    #expect(result.error.contains("1 request was refused"))
    #expect(result.error.contains("context length exceeded"))
    let refusing = try judge { _ in .reply(status: 400, "no") }
    let all = try run(pairs(), "--engine", refusing.url)
    #expect(all.status == 65)
    #expect(all.output.isEmpty)
  }

  @Test func `a rubric stands in the prompt, of all rows or of each`() throws {
    let server = try judge(Self.rater)
    #expect(try run(pairs(), "--engine", server.url, "--rubric", "Only rhyme counts.").status == 0)
    let prompts = server.all.filter { $0.method == "POST" }.map { Self.content($0) }
    #expect(prompts.allSatisfy { $0.contains("\n\nOnly rhyme counts.\n\n") })
    let file = try folder.get().file(
      "own.jsonl",
      Data(#"{"prompt":"P","response":"worth 4","principle":"Be brief."}"#.utf8))
    let own = try judge(Self.rater)
    #expect(try run(file, "--engine", own.url, "--rubric-column", "principle").status == 0)
    #expect(own.all.last.map { Self.content($0).contains("Be brief.") } == true)
    let none = try run(pairs(), "--engine", own.url, "--rubric-column", "principle")
    #expect(none.status == 65)
  }

  @Test func `a template of one's own is a file`() throws {
    let printed = try run("--print-template", "pair")
    #expect(printed.status == 0)
    let own = printed.output.replacing("Two assistants", with: "Two poets")
      .replacing("verdict: *", with: "verdict: [[*]]\nlabels: A, B, C")
    let file = try folder.get().file("own.txt", Data(own.utf8))
    let server = try judge { _ in Self.reply("A tie: [[C]]") }
    let result = try run(pairs(), "--engine", server.url, "--judge-template", file)
    #expect(result.status == 0, "\(result.error)")
    #expect(server.all.last.map { Self.content($0).hasPrefix("Two poets") } == true)
    #expect(try rows(result.output).allSatisfy { $0["score"]?.double == 0.5 })
    let wrong = try folder.get().file("wrong.txt", Data("form: essay\n---\n{{ x }}".utf8))
    let refused = try run(pairs(), "--engine", server.url, "--judge-template", wrong)
    #expect(refused.status == 65)
    #expect(refused.error.contains("rating, pair, best"))
  }

  @Test(arguments: [
    (["--engine", "http://x", "--scale", "1-20"], "--scale"),
    (["--engine", "http://x", "--samples", "0"], "--samples"),
    (["--engine", "http://x", "--judge-template", "none"], "rating-explained"),
    (["--engine", "http://x", "--rubric", "a", "--rubric-column", "b"], "--rubric-file"),
    (["--engine", "http://x", "--store", "s.sqlite"], "--run"),
    (["--engine", "http://x", "--request-json", "[]"], "JSON object"),
    ([], "--engine"),
  ])
  func `wrong usage is refused before a server is asked`(
    arguments: [String], text: String
  ) throws {
    let result = try Program.run(["judge", pairs()] + arguments)
    #expect(result.status == 64, "\(result.error)")
    #expect(result.error.contains(text), "\(result.error)")
  }
}
