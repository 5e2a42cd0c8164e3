/// `tare decide --engine` from outside: servers elsewhere answer, and the store has what they said.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(5))) struct DecideEngineTests {
  private static let rubric = """
    {"questions": {
      "good": {"type": "score", "instructions": "Good?", "criteria": ["no", "so so", "yes"]},
      "style": {"type": "choice", "instructions": "Style?", "criteria": {"dry": null, "wet": "w"}}}}
    """
  private static let pairs = (0..<4).map { index in
    """
    {"id": "p\(index)", "prompt": "say \(index)", "chosen": "\(index) it is", "rejected": "no"}

    """
  }.joined()

  private let folder: TemporaryFolder
  private let rubric: String
  private let pairs: String

  init() throws {
    folder = try TemporaryFolder()
    rubric = try folder.file("rubric.json", Data(Self.rubric.utf8))
    pairs = try folder.file("pairs.jsonl", Data(Self.pairs.utf8))
  }

  private func decide(_ more: [String], input: String? = nil) throws -> Program.Result {
    try Program.run(["decide", input ?? pairs] + more, in: folder.url)
  }

  private func rows(_ text: String) throws -> [JSONValue] {
    try text.split(separator: "\n").map { try JSONValue(parsing: $0) }
  }

  /// Answers System One's questions by the places of options alone: the first has 3/4 and the last 1/4
  /// of a response that begins with "no", and of others the reverse.
  private static let reply: @Sendable (CannedServer.Request) -> CannedServer.Answer = { request in
    guard request.method == "POST" else { return .reply(#"{"data": [{"id": "org/judge"}]}"#) }
    let response = request.body?["state"]?["response"]?.string ?? ""
    let first = response.hasPrefix("no") ? 0.75 : 0.25
    var answers = JSONObject()
    for (name, question) in request.body?["questions"]?.object?.members ?? [] {
      let options =
        question["criteria"]?.object?.keys
        ?? (question["criteria"]?.array ?? []).indices.map { "\($0)" }
      var shares = JSONObject()
      for (place, option) in options.enumerated() {
        shares[option] = .double(
          place == 0 ? first : place == options.count - 1 ? 1 - first : 0)
      }
      answers[name] = [
        "type": question["type"] ?? .null, "probabilities": .object(shares),
      ]
    }
    let whole: JSONValue = [
      "answers": .object(answers), "usage": ["input_tokens": 30, "output_tokens": 0],
    ]
    return .reply(whole.text())
  }

  @Test
  func `a rubric's rewards come from the server's probabilities, and are not asked for twice`()
    throws
  {
    let server = try CannedServer(Self.reply)
    let store = folder.path("s.sqlite")
    let engine = ["--engine", server.url, "--engine-protocol", "systemone", "--questions", rubric]
    let kept = engine + ["--store", store, "--run", "far", "--json"]
    let result = try decide(kept)
    #expect(result.status == 0, "\(result.error)")
    let summary = try JSONValue(parsing: result.output)
    #expect(summary["computed"] == 16)
    // One request for each response; equal ones are sent once.
    let posts = server.all.filter { $0.method == "POST" }.count
    #expect(posts == 8)
    #expect(summary["tokens"] == 240)
    #expect(try JSONValue(parsing: decide(kept).output)["computed"] == 0)
    #expect(server.all.filter { $0.method == "POST" }.count == posts)
    for row in try rows(decide(engine).output) {
      let isChosen = row["role"] == "chosen"
      let answers = row["answers"]?.array ?? []
      #expect(row["model"] == "org/judge")
      let first: JSONValue = isChosen ? 0.25 : 0.75
      #expect(answers.map { $0["probabilities"]?.array?.first } == [first, first])
      // The expected level on a scale from 0 to 1; the choice has no value.
      #expect(abs((row["score"]?.double ?? -1) - (isChosen ? 0.75 : 0.25)) < 1e-6)
    }
    let evaluated = try Program.run(["evaluate", "--store", store, "--run", "far", "--json"])
    #expect(try JSONValue(parsing: evaluated.output)["overall"]?["accuracy"]?.double == 1)
  }

  @Test func `orders are averaged: a server that knows places alone has no preference left`() throws
  {
    let server = try CannedServer(Self.reply)
    let result = try decide([
      "--engine", server.url, "--engine-protocol", "systemone", "--questions", rubric,
      "--average-orders",
    ])
    #expect(result.status == 0, "\(result.error)")
    for row in try rows(result.output) {
      let style = row["answers"]?.array?.last?["probabilities"]?.array?.compactMap(\.double) ?? []
      expectClose(style, [0.5, 0.5], tolerance: 1e-6)
    }
  }

  @Test func `pairs and audits work with a server as with a model`() throws {
    let server = try CannedServer(Self.reply)
    let engine = ["--engine", server.url, "--engine-protocol", "systemone"]
    let pairs = try decide(engine + ["--pairs", "--json"])
    #expect(pairs.status == 0, "\(pairs.error)")
    // The first option has a quarter, whichever response it stands for.
    let found = try JSONValue(parsing: pairs.output)["positions"]
    #expect(found?["pairs"] == 4)
    #expect(found?["disagreeing_orders"] == 4)
    let audit = try decide(engine + ["--questions", rubric, "--audit", "--json"])
    #expect(audit.status == 0, "\(audit.error)")
    let questions = try JSONValue(parsing: audit.output)["questions"]?.array ?? []
    #expect(questions.map { $0["order_flips"]?["value"]?.double } == [1, 1])
    #expect(questions.map { $0["verdict"] } == ["do not use", "do not use"])
  }

  @Test func `what was answered before a limit, or a failure, is kept`() throws {
    let server = try CannedServer(Self.reply)
    let run = [
      "--engine", server.url, "--engine-protocol", "systemone", "--questions", rubric, "--store",
      folder.path("s.sqlite"), "--run", "far", "--json",
    ]
    let limited = try decide(run + ["--max-requests", "3", "--engine-concurrency", "1"])
    #expect(limited.status == 130)
    #expect(limited.error.contains("the limit of 3 requests is reached; answers are stored"))
    let rest = try decide(run)
    #expect(rest.status == 0, "\(rest.error)")
    #expect(try JSONValue(parsing: rest.output)["computed"] == 10)
    #expect(server.all.filter { $0.method == "POST" }.count == 8)
  }

  @Test func `a request that a server refuses is told with its row, or takes its own line`() throws
  {
    let server = try CannedServer { request in
      request.body?["state"] == "bad"
        ? .reply(status: 422, #"{"detail": "no such state"}"#) : Self.reply(request)
    }
    let requests = try folder.file(
      "requests.jsonl",
      Data(
        ["good", "bad"].map {
          """
          {"name": "\($0)", "state": "\($0)", "questions": {"c": {"type": "choice", \
          "criteria": {"a": null, "b": null}}}}

          """
        }.joined().utf8))
    let engine = ["--engine", server.url, "--engine-protocol", "systemone"]
    let refused = try decide(engine, input: requests)
    #expect(refused.status == 65)
    #expect(refused.error.contains("row 2"))
    #expect(refused.error.contains("no such state"))
    let rows = try rows(decide(engine + ["--skip-bad-rows"], input: requests).output)
    #expect(rows[0]["answers"]?["c"]?["probabilities"] == ["a": 0.25, "b": 0.75])
    #expect(rows[0]["input_tokens"] == 30)
    #expect(rows[1]["error"]?.string?.contains("no such state") == true)
  }

  @Test func `options that the server decides are refused, and a protocol is needed`() throws {
    let engine = ["--engine", "http://127.0.0.1:1", "--questions", rubric]
    for (more, said) in [
      (["--engine-protocol", "systemone", "--model", "m"], "--model cannot be combined"),
      (["--engine-protocol", "systemone", "--prompts"], "--prompts cannot be combined"),
      (["--engine-protocol", "systemone", "--threads", "1"], "--threads cannot be combined"),
      ([], "--engine requires --engine-protocol: systemone, decisions"),
      (["--engine-protocol", "openai"], "known: systemone, decisions"),
      (["--engine-protocol", "systemone", "--max-requests", "0"], "--max-requests"),
    ] {
      let result = try decide(engine + more)
      #expect(result.status == 64)
      #expect(result.error.contains(said), "\(result.error)")
    }
    let alone = try decide(["--model", "m", "--questions", rubric, "--max-requests", "1"])
    #expect(alone.error.contains("--max-requests requires --engine"))
  }

  /// A running `tare serve --decide` and its address.
  private func serve(
    _ model: String, _ more: String...
  ) async throws -> (server: Process, url: String) {
    let said = try folder.file("said", Data())
    let server = try Program.start(
      ["serve", "--port", "0", "--decide", "--model", model, "--date", "2026-11-29"] + more,
      error: FileHandle(forWritingAtPath: said))
    var line = ""
    while !line.hasSuffix("\n"), server.isRunning {
      try await Task.sleep(for: .milliseconds(10))
      line = try String(contentsOfFile: said, encoding: .utf8)
    }
    let url = try #require(line.firstMatch(of: /http:[^\n, ]*/)?.output, "it said: \(line)")
    return (server, String(url))
  }

  /// The probabilities of each row's answers, by question.
  private func probabilities(_ rows: [JSONValue], _ column: String) -> [[JSONValue?]] {
    rows.map { $0[column]?.array?.map { $0["probabilities"] } ?? [] }
  }

  @Test func `a server with a calibration answers what calibrate makes of its raw answers`()
    async throws
  {
    let model = try folder.file("tiny.gguf", TinyModel.gguf())
    let labelled = try folder.file(
      "labelled.jsonl",
      Data(
        (0..<8).map {
          """
          {"id": "p\($0)", "prompt": "say \($0)", "response": "\($0) it is", \
          "labels": {"good": \($0 % 3), "style": "\($0 % 2 == 0 ? "dry" : "wet")"}}

          """
        }.joined().utf8))
    let (raw, saved) = (folder.path("raw.jsonl"), folder.path("probabilities.json"))
    let mapped = folder.path("mapped.jsonl")
    let asked = ["--questions", rubric]
    let local = try decide(
      ["--model", model, "--date", "2026-11-29", "-o", raw] + asked, input: labelled)
    #expect(local.status == 0, "\(local.error)")
    for more in [["--method", "platt", "--save", saved], ["--apply", saved, "-o", mapped]] {
      let result = try Program.run(["calibrate", raw, "--probabilities"] + more)
      #expect(result.status == 0, "\(result.error)")
    }
    let wanted = probabilities(
      try rows(String(contentsOfFile: mapped, encoding: .utf8)), "calibrated_answers")
    let (server, url) = try await serve(model, "--calibration", saved)
    defer { server.terminate() }
    let far = try decide(
      ["--engine", url, "--engine-protocol", "systemone"] + asked, input: labelled)
    #expect(far.status == 0, "\(far.error)")
    let found = probabilities(try rows(far.output), "answers")
    #expect(found.count == 8)
    for (own, other) in zip(found.joined(), wanted.joined()) {
      expectClose(
        own?.array?.compactMap(\.double) ?? [], other?.array?.compactMap(\.double) ?? [],
        tolerance: 1e-6)
    }
    let vllm = try Program.run([
      "serve", "--decide", "--model", model, "--calibration", saved, "--dialect", "vllm",
    ])
    #expect(vllm.status == 64)
    #expect(vllm.error.contains("--dialect vllm cannot be combined"))
  }

  @Test func `answers through tare serve are those of its model here`() async throws {
    let model = try folder.file("tiny.gguf", TinyModel.gguf())
    let local = try rows(
      decide(["--model", model, "--date", "2026-11-29", "--questions", rubric]).output)
    let (server, url) = try await serve(model)
    defer { server.terminate() }
    let asked = ["--engine", url, "--questions", rubric, "--engine-protocol"]
    let first = try decide(asked + ["systemone"])
    #expect(first.status == 0, "\(first.error)")
    let far = try rows(first.output)
    #expect(far.map { $0["model"] } == local.map { $0["model"] })
    #expect(far.map { $0["score"] } == local.map { $0["score"] })
    for (own, other) in zip(local, far) {
      #expect(
        own["answers"]?.array?.map { $0["probabilities"] }
          == other["answers"]?.array?.map { $0["probabilities"] })
      #expect(own["tokens"] == other["tokens"])
    }
    // The other protocol prints choices as JSON: another prompt, and other answers.
    let second = try rows(decide(asked + ["decisions"]).output)
    #expect(second.count == 8)
    for row in second {
      for answer in row["answers"]?.array ?? [] {
        let shares = answer["probabilities"]?.array?.compactMap(\.double) ?? []
        #expect(abs(shares.reduce(0, +) - 1) < 1e-5)
      }
    }
  }
}
