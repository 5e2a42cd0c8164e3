/// `tare rank` and `tare pairs` from outside.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct RankTests {
  private let folder: TemporaryFolder
  private let scores: String

  /// Two prompts with three answers; longer ones score higher.
  init() throws {
    folder = try TemporaryFolder()
    let rows = [
      ("a", "x", 1.0, 0.5), ("a", "xxxx", 3, 0.25), ("a", "xx", 2, 1), ("b", "yyyyy", 2, 1),
      ("b", "y", 1, 0), ("b", "y", 1, 0),
    ]
    let lines = rows.map { prompt, text, score, label in
      """
      {"prompt_id": "\(prompt)", "prompt": "ask \(prompt)", "response": "\(text)", "score": \(score), "label": \(label)}

      """
    }
    scores = try folder.file("scores.jsonl", Data(lines.joined().utf8))
  }

  private func json(_ arguments: [String]) throws -> [JSONValue] {
    let result = try Program.run(arguments)
    #expect(result.status == 0, "\(result.error)")
    return try #require(JSONValue(parsing: result.output).array)
  }

  @Test func `candidates are ranked with their texts`() throws {
    let lines = try json(["rank", scores, "--json"])
    #expect(lines.count == 2)
    let first = lines[0]["ranked"]?.array ?? []
    #expect(first.map { $0["index"]?.int } == [1, 2, 0])
    #expect(first.map { $0["response"]?.string } == ["xxxx", "xx", "x"])
    #expect(try json(["rank", scores, "--top", "1", "--json"])[0]["ranked"]?.array?.count == 1)
  }

  @Test func `rows of no common prompt are asked for their group`() throws {
    let table = try folder.file("clips.csv", Data("video,score\na,1\na,2\nb,3\n".utf8))
    func words(_ arguments: [String]) throws -> String {
      try Program.run(arguments).output.replacing("\n", with: " ")
    }
    let hint = "name the column that groups them with --group."
    #expect(try words(["rank", table]).contains("Every prompt has one candidate."))
    #expect(try words(["rank", table]).contains(hint))
    #expect(try !words(["rank", table, "--group", "video"]).contains(hint))
    let calibrate = ["calibrate", table, "--covariate", "score", "-o", folder.path("out.csv")]
    #expect(try words(calibrate).contains("--group names the column that groups the responses"))
  }

  @Test func `the curve tells score and label of the best of n`() throws {
    let result = try Program.run(["rank", scores, "--curve", "--json"])
    let curve = try JSONValue(parsing: result.output)["curve"]?.array ?? []
    #expect(curve.map { $0["n"]?.int } == [1, 2, 3])
    #expect(curve[2]["score"]?.double == 2.5)
    #expect(curve[2]["label"]?.double == 0.625)
    #expect(abs((curve[1]["kl"]?.double ?? 0) - 0.19314718055994531) < 1e-15)
    let text = try Program.run(["rank", scores, "--curve"]).output
    #expect(text.contains("KL, nats"))
  }

  @Test func `an ensemble is matched by prompt and index`() throws {
    let other = try folder.file(
      "other.csv", Data("prompt_id,index,score\nb,1,9\nb,2,0\nb,0,0\na,2,4\na,0,0\na,1,1\n".utf8))
    let own = try folder.file(
      "own.csv", Data("prompt_id,index,score\na,0,1\na,1,3\na,2,2\nb,0,2\nb,1,1\nb,2,1\n".utf8))
    let mean = try json(["rank", own, other, "--json"])
    #expect(mean[0]["ranked"]?.array?.first?["score"] == 3.0)
    #expect(mean[1]["ranked"]?.array?.first?["index"] == 1)
    let worst = try json(["rank", own, other, "--combine", "min", "--json"])
    #expect(worst[0]["ranked"]?.array?.map { $0["score"]?.double } == [2, 1, 0])
    let careful = try json([
      "rank", own, other, "--combine", "mean-sd", "--lambda", "1", "--json",
    ])
    // Of two models mean − sd is the smaller.
    #expect(careful[0]["ranked"]?.array?.map { $0["score"]?.double } == [2, 1, 0])
    let normal = try json(["rank", own, "--normalize", "--json"])
    let sum = normal[0]["ranked"]?.array?.reduce(0) { $0 + ($1["score"]?.double ?? .nan) }
    #expect(abs(sum ?? .nan) < 1e-15)
    let short = try folder.file("short.csv", Data("prompt_id,index,score\na,0,1\n".utf8))
    let result = try Program.run(["rank", own, short])
    #expect(result.status == 65)
    #expect(result.error.contains("no response 1 of prompt 'a'"))
    #expect(try Program.run(["rank", own, "--combine", "max"]).status == 64)
    #expect(try Program.run(["rank", own, "--lambda", "1"]).status == 64)
    // Texts may be in one of the files alone, but not differ.
    let bare = try folder.file(
      "bare.csv", Data("prompt_id,score\na,1\na,2\na,3\nb,1\nb,2\nb,3\n".utf8))
    #expect(try Program.run(["pairs", bare, scores]).status == 0)
    let changed = try String(contentsOfFile: scores, encoding: .utf8).replacing("xxxx", with: "z")
    let others = try Program.run(["pairs", scores, folder.file("o.jsonl", Data(changed.utf8))])
    #expect(others.status == 65)
    #expect(others.error.contains("a different text for response 1 of prompt 'a'"))
  }

  @Test func `pairs are written in TRL's conversational format and its plain one`() throws {
    let conversational = try Program.run(["pairs", scores])
    #expect(conversational.status == 0, "\(conversational.error)")
    #expect(
      conversational.output.split(separator: "\n").first.map(String.init)
        == #"{"prompt":[{"role":"user","content":"ask a"}],"chosen":[{"role":"assistant","content":"xxxx"}],"#
        + #""rejected":[{"role":"assistant","content":"x"}],"id":"a","score_chosen":3.0,"score_rejected":1.0}"#
    )
    #expect(conversational.error.contains("2 pairs from 2 prompts"))
    #expect(conversational.error.contains("1 responses repeat"))
    let plain = try Program.run(["pairs", scores, "--plain"]).output.split(separator: "\n")
      .map { try JSONValue(parsing: String($0)) }
    #expect(plain[1]["prompt"] == "ask b")
    #expect(plain[1]["chosen"] == "yyyyy")
    #expect(plain[1]["rejected"] == "y")
  }

  @Test func `statistics tell how often chosen is longer, with and without calibration`() throws {
    let saved = folder.path("length.json")
    let table = try folder.file(
      "many.jsonl",
      Data(
        (0..<40).flatMap { prompt in
          (0..<2).map { side in
            let length = 5 + (prompt * 7 + side * 13) % 40
            let text = String(repeating: "w", count: length)
            return
              "{\"prompt_id\": \"\(prompt)\", \"prompt\": \"p\(prompt)\", \"response\": \"\(text)\", \"score\": \(Double(length) / 10 + Double((prompt * 5 + side * 3) % 7) / 10)}\n"
          }
        }.joined().utf8))
    #expect(
      try Program.run(["calibrate", table, "--method", "lowess", "--save", saved]).status == 0)
    let pairs = folder.path("pairs.jsonl")
    let stats = folder.path("stats.json")
    let result = try Program.run([
      "pairs", table, "--calibration", saved, "-o", pairs, "--stats", stats, "--json",
    ])
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONValue(parsing: result.output)
    let before = json["length_without_calibration"]?["share_chosen_longer"]?.double ?? 0
    let after = json["length"]?["share_chosen_longer"]?.double ?? 1
    #expect(before > 0.9)
    #expect(after < before)
    #expect(json["length"]?["interval"]?.array?.count == 2)
    #expect(try JSONValue(parsing: String(contentsOfFile: stats, encoding: .utf8)) == json)
    #expect(
      try String(contentsOfFile: pairs, encoding: .utf8).split(separator: "\n").count
        == json["pairs"]?.int)
  }

  @Test(arguments: [
    (["--rule", "worst"], 64, "best-worst, best-random, all"),
    (["--margin=-1"], 64, "--margin: expected 0 or more, found -1.0"),
    (["--ties", "maybe"], 64, "--ties: expected drop, keep, found maybe"),
    (["--json"], 64, "--json both go to standard output"),
  ])
  func `wrong options are refused`(options: [String], status: Int32, message: String) throws {
    let result = try Program.run(["pairs", scores] + options)
    #expect(result.status == status)
    #expect(result.error.shows(message), "\(result.error)")
  }

  @Test func `scores without texts, and prompts that no string holds, are refused`() throws {
    let bare = try folder.file("bare.csv", Data("prompt_id,score\na,1\na,2\n".utf8))
    let result = try Program.run(["pairs", bare])
    #expect(result.status == 65)
    #expect(result.error.contains("scores without texts"))
    let turns = try folder.file(
      "turns.jsonl",
      Data(
        (0..<2).map {
          "{\"id\": \"a\", \"prompt\": [{\"role\": \"system\", \"content\": \"s\"}, {\"role\": \"user\", \"content\": \"u\"}], \"response\": \"r\($0)\", \"score\": \($0)}\n"
        }.joined().utf8))
    let plain = try Program.run(["pairs", turns, "--plain", "--group", "id"])
    #expect(plain.status == 65)
    #expect(plain.error.shows("prompt 'a': expected …, found the roles system, user"))
    #expect(try Program.run(["pairs", turns, "--group", "id"]).status == 0)
  }
}
