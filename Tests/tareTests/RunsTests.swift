/// `tare runs` and `tare evaluate` from outside, with score files of all kinds.
import Foundation
import TareCore
import TareFormats
import TareTesting
import Testing

@Suite struct RunsTests {
  private let folder: TemporaryFolder
  private let store: String

  init() throws {
    folder = try TemporaryFolder()
    store = folder.path("s.sqlite")
  }

  /// RewardBench's layout: pairs of which so many are right.
  private func scores(right: Int, of count: Int) -> Data {
    let ids = (0..<count).map { "\"\($0)\"" }.joined(separator: ",")
    let subsets = (0..<count).map { $0 % 2 == 0 ? "\"hep-go\"" : "\"donotanswer\"" }
    let chosen = (0..<count).map { $0 < right ? "1" : "-1" }
    let rejected = (0..<count).map { _ in "0" }
    return Data(
      """
      {"id": [\(ids)], "model": "m", "subset": [\(subsets.joined(separator: ","))],
       "scores_chosen": [\(chosen.joined(separator: ","))],
       "scores_rejected": [\(rejected.joined(separator: ","))]}
      """.utf8)
  }

  @Test func `a run without a name, and a store that keeps nothing, are refused`() throws {
    let file = try folder.file("model.json", scores(right: 3, of: 4))
    for (arguments, found) in [
      (["--run", "", "--store", store], "--run: expected a name, found nothing"),
      (["--store", ":memory:"], "found :memory:, which keeps nothing"),
      (["--store", "/dev/null"], "/dev/null: expected a file, found a pipe or device"),
    ] {
      let refused = try Program.run(["runs", "import", file] + arguments)
      #expect(refused.status == 64)
      #expect(refused.error.contains(found), "\(refused.error)")
    }
    #expect(!FileManager.default.fileExists(atPath: store))
  }

  @Test func `a file is imported, evaluated from the store, and exported, gzipped or not`() throws {
    let file = try folder.file("model.json.gz", Gzip.deflated(scores(right: 3, of: 4)))
    #expect(try Program.run(["runs", "import", file, "--store", store]).status == 0)
    let evaluated = try Program.run(["evaluate", "--store", store, "--run", "model", "--json"])
    let json = try JSONValue(parsing: evaluated.output)
    #expect(json["benchmark"] == "rewardbench")
    #expect(json["overall"]?["n"] == 4)
    let plain = folder.path("out.json")
    #expect(try Program.run(["runs", "export", "model", plain, "--store", store]).status == 0)
    #expect(try Data(contentsOf: URL(filePath: plain)) == scores(right: 3, of: 4))
    let gzipped = folder.path("out.json.gz")
    #expect(try Program.run(["runs", "export", "model", gzipped, "--store", store]).status == 0)
    #expect(try Gzip.inflated(Data(contentsOf: URL(filePath: gzipped))) == scores(right: 3, of: 4))
    let direct = try Program.run(["evaluate", gzipped, "--json"])
    #expect(try JSONValue(parsing: direct.output)["subsets"] == json["subsets"])
  }

  /// A tenth of 300 files is broken, each in one of four ways.
  @Test func `of many files the broken ones are named and the rest go on`() throws {
    var files: [String] = []
    for number in 0..<300 {
      var data = scores(right: 20 + number % 20, of: 40)
      switch number % 40 {
      case 7: data = data.prefix(200)
      case 17: data = Data("{\"id\": [1], \"scores_chosen\": [NaN], \"scores_rejected\": [0]}".utf8)
      case 27: data = Data()
      case 37: data = Data("{\"text\": \"no scores\"}\n".utf8)
      default: break
      }
      files.append(try folder.file("model-\(number).json", data))
    }
    let broken = (0..<300).filter { [7, 17, 27, 37].contains($0 % 40) }
    let result = try Program.run(["evaluate"] + files + ["--json", "--bootstrap", "200"])
    #expect(result.status == 65)
    let json = try JSONValue(parsing: result.output)
    #expect(json["parts"]?.array?.count == 300 - broken.count)
    #expect(json["leaderboard"]?.array?.count == 300 - broken.count)
    #expect(json["failed"]?.array?.count == broken.count)
    for number in broken { #expect(result.error.contains("model-\(number) skipped: ")) }
    let best = try #require(json["leaderboard"]?.array?.first)
    #expect(best["rank"] == 1)
    #expect(best["accuracy"]?.double == 0.975)

    let imported = try Program.run(["runs", "import"] + files.prefix(45) + ["--store", store])
    #expect(imported.status == 65)
    #expect(imported.error.contains("model-7.json skipped"))
    let list = try Program.run(["runs", "list", "--store", store, "--json"])
    #expect(try JSONValue(parsing: list.output).array?.count == 45 - 4)
  }

  @Test func `two models are compared, subset by subset, with examples`() throws {
    let first = try folder.file("a.json", scores(right: 24, of: 40))
    let second = try folder.file("b.json", scores(right: 34, of: 40))
    let result = try Program.run([
      "evaluate", second, "--against", first, "--disagreements", "3", "--json",
    ])
    #expect(result.status == 0, "\(result.error)")
    let against = try #require(try JSONValue(parsing: result.output)["against"])
    #expect(against["overall"]?["gained"] == 10)
    #expect(against["subsets"]?["hep-go"]?["p"]?.double == 2.0 / 32)
    #expect(against["subsets"]?["hep-go"]?["q"]?.double == 2.0 / 32)
    #expect(against["disagreements"]?.array?.count == 3)
    #expect(against["agreement"]?["both_right"] == 24)
    let text = try Program.run(["evaluate", second, "--against", first, "--disagreements", "3"])
    #expect(text.output.contains("Disagreements: 3 of 10"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text.output)")
    let alone = try Program.run(["evaluate", second, "--disagreements", "3"])
    #expect(alone.status == 64)
    let other = try folder.file("c.json", scores(right: 3, of: 4))
    // What both have is compared; the others are counted.
    let common = try Program.run(["evaluate", second, "--against", other])
    #expect(common.status == 0, "\(common.error)")
    #expect(common.output.contains("Compared on the prompts that both have. Left out: 36 prompts"))
  }

  @Test func `the files of one model are taken together, domains by the files' names`() throws {
    let item = { (id: String, chosen: String) in
      """
      [{"id": "\(id)", "subset": "alpacaeval", "score_chosen": \(chosen), "score_rejected": [0, 0, 0]}]
      """
    }
    let files = try [
      folder.file("chat_filtered_m.json", Data(item("1", "[1, 1, 1]").utf8)),
      folder.file("safety-refuse_m.json", Data(item("1", "[1, 1, 1]").utf8)),
      folder.file("safety-response_m.json", Data(item("1", "[-1, -1, -1]").utf8)),
    ]
    let result = try Program.run(["evaluate"] + files + ["--together", "--json"])
    let json = try JSONValue(parsing: result.output)
    #expect(json["benchmark"] == "rm-bench")
    #expect(json["sections"]?["chat"]?["accuracy"] == 1.0)
    #expect(json["sections"]?["safety"]?["accuracy"] == 0.5)
    #expect(json["overall"]?["accuracy"] == 0.75)
    #expect(json["hard"]?["n"] == 9)
    #expect(json["grids"]?.array?.first?["cells"]?.array?.count == 3)
  }

  @Test func `pairs and best-of-n sets of one's own hold accuracy, n and interval`() throws {
    let pairs = try folder.file(
      "pairs.jsonl",
      Data(
        """
        {"id": "1", "subset": "a", "section": "X", "scores_chosen": 2, "scores_rejected": 1}
        {"id": "2", "subset": "b", "section": "X", "scores_chosen": [1], "scores_rejected": [1]}

        """.utf8))
    let json = try JSONValue(parsing: Program.run(["evaluate", pairs, "--json"]).output)
    #expect(json["benchmark"] == "pairs")
    let candidates = try folder.file(
      "best.csv",
      Data(
        "prompt_id,subset,section,score,label\n1,a,X,3,0.5\n1,a,X,2,0.25\n1,a,X,1,2\n2,b,X,5,9\n2,b,X,4,1\n"
          .utf8))
    let best = try JSONValue(
      parsing: Program.run(["evaluate", candidates, "--benchmark", "bestofn", "--json"]).output)
    for result in [json, best] {
      #expect(result["overall"]?["accuracy"] == 0.5)
      for number in [
        result["overall"], result["subsets"]?["a"], result["subsets"]?["b"],
        result["sections"]?["X"],
      ] {
        #expect(number?["accuracy"]?.double != nil)
        #expect(number?["n"]?.int != nil)
        #expect(number?["interval"]?.array?.count == 2)
      }
    }
    #expect(json["overall"]?["ties"] == 1)
  }

  @Test func `calibrated scores of RewardBench's layout are evaluated beside the raw ones`() throws
  {
    let lengths = (0..<40).map { "\"" + String(repeating: "x", count: 10 + $0) + "\"" }
    let others = (0..<40).map { "\"" + String(repeating: "x", count: 60 - $0) + "\"" }
    let text = String(decoding: scores(right: 24, of: 40), as: UTF8.self)
    let file = try folder.file(
      "m.json",
      Data(
        (text.dropLast()
          + ",\"text_chosen\":[\(lengths.joined(separator: ","))],\"text_rejected\":[\(others.joined(separator: ","))]}")
          .utf8))
    let output = folder.path("calibrated.json")
    let calibrated = try Program.run([
      "calibrate", file, "--method", "lowess", "-o", output,
    ])
    #expect(calibrated.status == 0, "\(calibrated.error)")
    let json = try JSONValue(parsing: Program.run(["evaluate", output, "--json"]).output)
    #expect(json["calibrated"]?["overall"]?["n"] == 40)
    #expect(json["raw_against_calibrated"]?["labels"] == "unknown")
    #expect(json["raw_against_calibrated"]?["overall"]?["difference"]?.double != nil)
  }

  @Test func `lines in the form of score's keep scores that no float32 holds`() throws {
    let line = { (id: String, score: String) in
      "{\"id\":\"\(id)\",\"role\":\"response\",\"index\":0,\"score\":\(score),\"tokens\":3,\"length\":2,\"truncated\":false,\"read_at\":2}\n"
    }
    let text = line("a", "0.1") + line("b", "0.10000000001") + line("c", "-0.0")
    let file = try folder.file("x.jsonl", Data(text.utf8))
    #expect(try Program.run(["runs", "import", file, "--store", store]).status == 0)
    let exported = try Program.run(["runs", "export", "x", "-", "--store", store])
    #expect(exported.output == text)
    // Two of one name in two folders are two runs.
    let other = try folder.file("other.json", scores(right: 1, of: 2))
    let inner = folder.url.appending(path: "org")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    try scores(right: 2, of: 2).write(to: inner.appending(path: "other.json"))
    let both = try Program.run([
      "runs", "import", other, inner.appending(path: "other.json").path, "--store", store,
    ])
    #expect(both.status == 0, "\(both.error)")
    #expect(try Program.run(["runs", "show", "org/other", "--store", store]).status == 0)
  }

  @Test func `errors name file and line, lengths and calibrated scores are found by themselves`()
    throws
  {
    let bad = try folder.file(
      "bad.jsonl",
      Data(
        """
        {"id": "a", "subset": "hep-go", "scores_chosen": 1, "scores_rejected": 0}
        {"id": "b", "subset": "bogus", "scores_chosen": 1, "scores_rejected": 0}

        """.utf8))
    let refused = try Program.run(["evaluate", bad, "--benchmark", "rewardbench"])
    #expect(refused.status == 65)
    #expect(
      refused.error.shows("bad.jsonl, line 2 (prompt b): expected …, found subset 'bogus'"),
      "\(refused.error)")
    let csv = try folder.file(
      "c.csv",
      Data("id,score,calibrated,label,length\n1,2,0,1,30\n1,1,1,0,10\n2,2,3,1,5\n2,1,1,0,9\n".utf8))
    let direct = try JSONValue(parsing: Program.run(["evaluate", csv, "--json"]).output)
    #expect(direct["by_length"]?["chosen_longer"]?["n"] == 1)
    #expect(direct["calibrated"]?["overall"]?["accuracy"] == 0.5)
    #expect(try Program.run(["runs", "import", csv, "--store", store]).status == 0)
    let stored = try JSONValue(
      parsing: Program.run(["evaluate", "--store", store, "--run", "c", "--json"]).output)
    #expect(stored["calibrated"] == direct["calibrated"])
    #expect(stored["by_length"] == direct["by_length"])
    let calibrated = try JSONValue(
      parsing: Program.run(["evaluate", csv, "--score", "calibrated", "--json"]).output)
    #expect(calibrated["overall"]?["accuracy"] == 0.5)
    #expect(calibrated["calibrated"] == nil)
  }

  @Test func `one model of a file is compared with another, and files in parts`() throws {
    let both = try folder.file(
      "both.csv",
      Data("rm,id,score,label\nA,1,1,1\nA,1,0,0\nB,1,0,1\nB,1,1,0\n".utf8))
    let compared = try Program.run([
      "evaluate", both, "--where", "rm=A", "--against", both, "--against-where", "rm=B", "--json",
    ])
    #expect(compared.status == 0, "\(compared.error)")
    #expect(try JSONValue(parsing: compared.output)["against"]?["overall"]?["gained"] == 1)
    let unclear = try Program.run(["evaluate", both, "--where", "rm=A", "--against", both])
    #expect(unclear.status == 64)
    #expect(unclear.error.contains("--against-where"))
    let parts = try ["chat_m.json", "math_m.json"].map { name in
      try folder.file(
        name,
        Data("[{\"id\": \"1\", \"score_chosen\": [1, 1, 1], \"score_rejected\": [0, 0, 2]}]".utf8))
    }
    let together = try Program.run(
      ["evaluate"] + parts + ["--together", "--against", parts[0], "--against", parts[1], "--json"])
    #expect(together.status == 0, "\(together.error)")
    #expect(try JSONValue(parsing: together.output)["against"]?["overall"]?["p"] == 1.0)
    // The store knows the files' names.
    #expect(try Program.run(["runs", "import"] + parts + ["--store", store]).status == 0)
    let stored = try Program.run([
      "evaluate", "--store", store, "--run", "chat_m", "--run", "math_m", "--together", "--json",
    ])
    #expect(try JSONValue(parsing: stored.output)["benchmark"] == "rm-bench")
  }

  @Test func `a folder holds the files of one model`() throws {
    for (model, scores) in [("A", "[1, 1, 1]"), ("B", "[-1, 1, 1]")] {
      let inner = folder.url.appending(path: model)
      try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
      for domain in ["chat", "math"] {
        let text =
          "[{\"id\": \"1\", \"score_chosen\": \(scores), \"score_rejected\": [0, 0, 0]}]"
        try Data(text.utf8).write(to: inner.appending(path: "\(domain)_x.json"))
      }
    }
    let result = try Program.run([
      "evaluate", folder.path("A"), folder.path("B"), "--against", folder.path("A"), "--json",
    ])
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONValue(parsing: result.output)
    #expect(json["leaderboard"]?.array?.map { $0["name"] } == ["A", "B"])
    #expect(json["leaderboard"]?.array?.map { $0["accuracy"]?.double?.rounded() } == [1, 1])
    #expect(json["parts"]?.array?.map { $0["benchmark"] } == ["rm-bench", "rm-bench"])
    #expect(json["parts"]?.array?[1]["against"]?["overall"]?["lost"] == 6)
    let empty = folder.url.appending(path: "empty")
    try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
    let refused = try Program.run(["evaluate", empty.path])
    #expect(refused.status == 65)
    #expect(refused.error.contains("a folder without score files"))
  }

  @Test func `AlpacaEval's models share the instructions' difficulty, in one file or in several`()
    throws
  {
    func rows(_ model: String, _ turn: Int) -> [String] {
      (0..<30).map { instruction in
        let preference = 1 + Double((instruction * 7 + turn * 5) % 30) / 30
        return
          "{\"instruction\": \"i\(instruction)\", \"output_1\": \"\(String(repeating: "b", count: 20 + instruction % 9))\", \"generator_1\": \"base\", \"output_2\": \"\(String(repeating: "m", count: 10 + (instruction * turn) % 40))\", \"generator_2\": \"\(model)\", \"preference\": \(preference)}"
      }
    }
    let models = [("m", 1), ("m_concise", 2), ("z", 3)]
    let one = try folder.file(
      "all.json",
      Data(("[" + models.flatMap { rows($0.0, $0.1) }.joined(separator: ",") + "]").utf8))
    let several = try models.map {
      try folder.file(
        "\($0.0).json", Data(("[" + rows($0.0, $0.1).joined(separator: ",") + "]").utf8))
    }
    let joint = try JSONValue(parsing: Program.run(["evaluate", one, "--json"]).output)
    let apart = try JSONValue(parsing: Program.run(["evaluate"] + several + ["--json"]).output)
    func rates(_ value: JSONValue) -> [Double] {
      value["parts"]?.array?.compactMap { $0["length-controlled"]?["accuracy"]?.double } ?? []
    }
    #expect(rates(joint).count == 3)
    #expect(rates(joint) == rates(apart))
    #expect(joint["gameability"]?["win rate"]?.array?.count == 1)
    // Notes are wrapped to the terminal's width.
    let text = try Program.run(["evaluate", several[0]]).output
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(text.contains("approximation of AlpacaEval's model, no instruction difficulties"))
    // Through a pipe, which can be read but once.
    let script = "cat '\(several[0])' | '\(Program.executable.path)' evaluate - --json"
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", script]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let piped = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let whole = try Program.run(["evaluate", several[0], "--json"]).output
    #expect(String(decoding: piped, as: UTF8.self) == whole)
  }
}
