import Foundation
import TareCore
import TareTesting
import Testing

/// The commands from outside: what they print, and how they fail.
@Suite struct CommandTests {
  @Test(arguments: [
    "score", "calibrate", "evaluate", "rank", "train-head", "inspect", "tokenize", "serve", "bench",
    "pull", "formats", "judge", "label",
  ])
  func `every command's help has an example`(command: String) throws {
    let help = try Program.run([command, "--help"])
    #expect(help.status == 0)
    #expect(help.output.contains("Example"))
    #expect(help.output.contains("tare \(command)"))
  }

  @Test func `the pipeline runs from texts to ranks`() throws {
    let workshop = try Workshop(pairs: 60)
    let store = workshop.folder.path("s.sqlite")
    let scored = try Program.run(workshop.score("--store", store, "--run", "r"))
    #expect(scored.status == 0, "\(scored.error)")
    #expect(scored.output.contains("scored 120 of 120 responses"))

    let saved = workshop.folder.path("cal.json")
    let calibrated = try Program.run([
      "calibrate", "--store", store, "--run", "r", "--method", "lowess", "--save", saved, "--json",
    ])
    #expect(calibrated.status == 0, "\(calibrated.error)")
    let after = try JSONValue(parsing: calibrated.output)["parts"]?.array?[0]["after"]
    let correlation = try #require(after?["pooled"]?["rank_correlation"]?.double)
    #expect(abs(correlation) < 0.2)

    let evaluated = try Program.run(["evaluate", "--store", store, "--run", "r", "--json"])
    #expect(evaluated.status == 0, "\(evaluated.error)")
    let result = try JSONValue(parsing: evaluated.output)
    #expect(result["overall"]?["n"] == 60)
    #expect(result["calibrated"]?["overall"]?["n"] == 60)
    #expect(result["raw_against_calibrated"] != nil)

    let ranked = try Program.run([
      "rank", "--store", store, "--run", "r", "--calibration", saved, "--json",
    ])
    #expect(ranked.status == 0, "\(ranked.error)")
    let prompts = try #require(JSONValue(parsing: ranked.output).array)
    #expect(prompts.count == 60)
    let first = prompts[0]["ranked"]?.array ?? []
    #expect(first.count == 2)
    #expect((first[0]["score"]?.double ?? 0) >= (first[1]["score"]?.double ?? 0))
    #expect(first[0]["response"]?.string?.isEmpty == false)
  }

  @Test func `scores go to standard output, a line a response in input order`() throws {
    let workshop = try Workshop(pairs: 5)
    let result = try Program.run(workshop.score())
    #expect(result.status == 0, "\(result.error)")
    let rows = try result.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    #expect(rows.map { $0["id"]?.string } == (0..<5).flatMap { ["p\($0)", "p\($0)"] })
    #expect(
      rows.map { $0["role"]?.string }
        == Array(repeating: ["chosen", "rejected"], count: 5).flatMap { $0 })
    for key in ["index", "score", "tokens", "length", "truncated", "read_at", "subset"] {
      #expect(rows[0][key] != nil, "\(key)")
    }
  }

  @Test func `a saved calibration gives what fitting gave`() throws {
    let folder = try TemporaryFolder()
    var csv = "prompt_id,score,len_char\n"
    var generator = SplitMix(state: 4)
    for index in 0..<200 {
      let length = Int.random(in: 10...2000, using: &generator)
      csv +=
        "\(index / 2),\(Double(length) / 500 + Double.random(in: -1...1, using: &generator)),\(length)\n"
    }
    let scores = try folder.file("scores.csv", Data(csv.utf8))
    let saved = folder.path("cal.json")
    let common = [scores, "--covariate", "len_char", "--group", "prompt_id"]
    let fitted = try Program.run(
      ["calibrate"] + common + ["--save", saved, "-o", folder.path("a.csv")])
    #expect(fitted.status == 0, "\(fitted.error)")
    #expect(fitted.output.contains("rank corr."))
    let applied = try Program.run(
      ["calibrate"] + common + ["--apply", saved, "-o", folder.path("b.csv")])
    #expect(applied.status == 0, "\(applied.error)")
    let a = try String(contentsOfFile: folder.path("a.csv"), encoding: .utf8)
    #expect(try a == String(contentsOfFile: folder.path("b.csv"), encoding: .utf8))
    #expect(a.hasPrefix("prompt_id,score,len_char,calibrated,bias\n"))
  }

  @Test func `covariates are counted on the texts of runs and of files`() throws {
    let workshop = try Workshop(pairs: 12)
    let store = workshop.folder.path("s.sqlite")
    let scored = try Program.run(workshop.score("--store", store, "--run", "first"))
    #expect(scored.status == 0, "\(scored.error)")
    let run = ["--store", store, "--run", "first"]
    // The responses of a prompt share its length: no pair has a longer one.
    let evaluated = try Program.run(["evaluate"] + run + ["--length", "prompt_length", "--json"])
    #expect(evaluated.status == 0, "\(evaluated.error)")
    #expect(try JSONValue(parsing: evaluated.output)["by_length"]?.object?.keys == ["alike"])
    let calibrated = try Program.run(["calibrate"] + run + ["--covariate", "words", "--json"])
    #expect(calibrated.status == 0, "\(calibrated.error)")
    let file = try workshop.folder.file(
      "scores.csv", Data("id,score,response\n1,1,a b\n2,2,c\n3,2,d e f\n".utf8))
    let refused = try Program.run(["calibrate", file, "--covariate", "wrods"])
    #expect(refused.status == 65)
    #expect(refused.error.contains("computed from the text: length, characters, words"))
  }

  @Test(arguments: [
    (["score", "in.jsonl", "--model", "none.gguf", "--head", "h"], Int32(65), "in.jsonl"),
    (["calibrate"], 64, "give a score file"),
    (["calibrate", "none.csv"], 65, "none.csv"),
    (["calibrate", "none.csv", "--where", "x"], 64, "COLUMN=VALUE"),
    (["evaluate", "--store", "none.sqlite"], 64, "--store and --run"),
    (["runs", "list", "--store", "none.sqlite"], 64, "no such store"),
    (["nonsense"], 64, "nonsense"),
    (["score", "--model"], 64, "--model"),
  ])
  func `failures have their exit code and say what is wrong`(
    arguments: [String], status: Int32, mention: String
  ) throws {
    let result = try Program.run(arguments)
    #expect(result.status == status, "\(result.error)")
    #expect(result.error.contains(mention), "\(result.error)")
    #expect(result.output.isEmpty)
  }

  @Test func `bad rows are named by file, line and field`() throws {
    let workshop = try Workshop(pairs: 1)
    let bad = try workshop.folder.file(
      "bad.jsonl", Data("{\"prompt\": \"a\", \"response\": \"b\"}\n{\"prompt\": \"a\"}\n".utf8))
    let result = try Program.run([
      "score", bad, "--model", workshop.model, "--head", workshop.head,
    ])
    #expect(result.status == 65)
    #expect(result.error.contains("bad.jsonl"))
    #expect(result.error.contains("line 2"))
  }

  @Test func `a model without a head is refused`() throws {
    let workshop = try Workshop(pairs: 1)
    let result = try Program.run(["score", workshop.pairs, "--model", workshop.model])
    #expect(result.status == 64)
    #expect(result.error.contains("without a reward head"))
  }

  @Test func `a text over the limit is refused, or cut and counted`() throws {
    let workshop = try Workshop(pairs: 3)
    let refused = try Program.run(
      workshop.score("--max-tokens", "20", "--truncate", "error"))
    #expect(refused.status == 65)
    #expect(refused.error.contains("at most 20"))
    let cut = try Program.run(workshop.score("--max-tokens", "20"))
    #expect(cut.status == 0)
    #expect(cut.error.contains("inputs were truncated"))
    #expect(cut.output.contains("\"truncated\":true"))
  }

  @Test func `a head trained on pairs prefers what it was trained to`() throws {
    let workshop = try Workshop(pairs: 60)
    let store = workshop.folder.path("s.sqlite")
    let head = workshop.folder.path("new.safetensors")
    let arguments = [
      "train-head", workshop.pairs, "--model", workshop.model, "--output", head, "--validate",
      workshop.pairs, "--store", store,
    ]
    let first = try Program.run(arguments)
    #expect(first.status == 0, "\(first.error)")
    let card = try JSONValue(parsing: first.output)
    #expect(card["features_computed"]?.int ?? 0 > 100)
    // The rejected texts of the workshop all end in " no".
    let accuracy = card["validation"]?["evaluation"]?["overall"]?["accuracy"]?.double
    #expect(accuracy ?? 0 > 0.9)
    let again = try Program.run(arguments)
    #expect(try JSONValue(parsing: again.output)["features_computed"] == 0)
    #expect(try JSONValue(parsing: again.output)["head_sha256"] == card["head_sha256"])
    let scored = try Program.run([
      "score", workshop.pairs, "--model", workshop.model, "--head", head,
    ])
    #expect(scored.status == 0, "\(scored.error)")
  }

  @Test(arguments: [["--laplace"], ["--ensemble", "5"]])
  func `scores know how sure they are, and rank and pairs use it`(option: [String]) throws {
    let workshop = try Workshop(pairs: 60)
    let files = ["new.safetensors", "scores.jsonl", "pairs.jsonl"].map(workshop.folder.path)
    let trained = try Program.run(
      ["train-head", workshop.pairs, "--model", workshop.model, "--output", files[0]] + option)
    #expect(trained.status == 0, "\(trained.error)")
    let measured = try JSONValue(parsing: trained.output)["training"]?["uncertainty"]
    #expect(measured?["pairs"]?.int == 60 && measured?["with_sd"]?["brier"] != nil)
    let scored = try Program.run([
      "score", workshop.pairs, "--model", workshop.model, "--head", files[0], "--output", files[1],
    ])
    #expect(scored.status == 0, "\(scored.error)")
    let rows = try String(contentsOfFile: files[1], encoding: .utf8).split(separator: "\n").map {
      try JSONValue(parsing: String($0))
    }
    let bounds = rows.compactMap { row in
      row["score"]?.double.flatMap { score in row["score_sd"]?.double.map { score - 2 * $0 } }
    }
    #expect(bounds.count == 120)
    let ranked = try Program.run(["rank", files[1], "--lower-bound", "2", "--json"])
    let best = try JSONValue(parsing: ranked.output).array?.compactMap {
      $0["ranked"]?.array?.first?["score"]?.double
    }
    #expect(best == (0..<60).map { max(bounds[2 * $0], bounds[2 * $0 + 1]) })
    let made = try Program.run(["pairs", files[1], "--sure", "0.5", "--json", "-o", files[2]])
    let counts = try JSONValue(parsing: made.output)
    let unsure = counts["dropped"]?["unsure"]?.int ?? 0
    #expect((counts["pairs"]?.int ?? 0) + unsure == 60 && unsure > 0, "\(made.output)")
  }

  @Test func `options of deviations are refused where they say nothing`() throws {
    for arguments in [
      ["rank", "x.csv", "--sd-column", "sd"], ["pairs", "x.csv", "--correlation", "0.5"],
      ["train-head", "x.jsonl", "--model", "m", "--output", "h", "--laplace", "--ensemble", "5"],
    ] {
      #expect(try Program.run(arguments).status == 64)
    }
  }

  @Test func `the project's data set scores from end to end on the real model`() throws {
    // Covered by `make demo`; here only that the tokenizer and template read every row.
    let model = projectFolder.appending(path: "models/SmolLM2-135M-Instruct.Q4_1.gguf")
    guard exists(model) else { return }
    let data = projectFolder.appending(path: "datasets/balanced-pairs.jsonl").path
    let result = try Program.run(["tokenize", data, "--model", model.path])
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.split(separator: "\n").count == 480)
  }

  @Test func `prompts of different files stay apart though their ids are alike`() throws {
    let workshop = try Workshop(pairs: 1)
    let one = try workshop.folder.file(
      "one.jsonl", Data(#"{"prompt": "1?", "responses": ["a", "b"]}"#.utf8))
    let two = try workshop.folder.file(
      "two.jsonl", Data(#"{"prompt": "2?", "responses": ["cc", "dd"]}"#.utf8))
    let store = workshop.folder.path("s.sqlite")
    let scored = try Program.run([
      "score", one, two, "--model", workshop.model, "--head", workshop.head, "--store", store,
      "--run", "r",
    ])
    #expect(scored.status == 0, "\(scored.error)")
    let ranked = try Program.run(["rank", "--store", store, "--run", "r", "--json"])
    #expect(try JSONValue(parsing: ranked.output).array?.count == 2)
  }

  @Test func `BOS stays when a text is cut`() throws {
    let workshop = try Workshop(pairs: 1)
    let result = try Program.run([
      "tokenize", workshop.pairs, "--model", workshop.model, "--bos", "add", "--max-tokens", "5",
    ])
    #expect(result.status == 0, "\(result.error)")
    for line in result.output.split(separator: "\n") {
      let ids = try JSONValue(parsing: String(line))["ids"]?.array ?? []
      #expect(ids.count == 5)
      #expect(ids.first == 1)
    }
  }

  @Test func `standard output that is full is an error, not a crash`() throws {
    guard let full = FileHandle(forWritingAtPath: "/dev/full") else { return }
    let workshop = try Workshop(pairs: 1)
    let process = try Program.start(
      ["tokenize", workshop.pairs, "--model", workshop.model], output: full)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 70)
  }

  @Test func `what would be ignored or would fail at the end is refused at once`() throws {
    let workshop = try Workshop(pairs: 2)
    let store = workshop.folder.path("s.sqlite")
    _ = try Program.run(workshop.score("--store", store, "--run", "r"))
    let run = ["--store", store, "--run", "r"]
    for (arguments, mention) in [
      (workshop.score("-o", "/nowhere/scores.jsonl"), "folder"),
      (workshop.score("--threads", "0"), "--threads"),
      (workshop.score("--store", store), "--store and --run must be given together"),
      (["bench", "--threads=-1"], "--threads"),
      (["evaluate"] + run + ["--where", "subset=s0"], "--where"),
      (["calibrate"] + run + ["--score", "other"], "--score"),
      (["rank"] + run + ["--head", workshop.head], "--head"),
      (
        ["calibrate", "--store", workshop.folder.path("typo.sqlite"), "--run", "r"], "no such store"
      ),
    ] {
      let result = try Program.run(arguments)
      #expect(result.status == 64, "\(arguments): \(result.error)")
      #expect(result.error.contains(mention), "\(result.error)")
    }
    #expect(!exists(URL(filePath: workshop.folder.path("typo.sqlite"))))
  }

  @Test func `a head that is not finite is refused by its tensor's name`() throws {
    let workshop = try Workshop(pairs: 1)
    var head = TinyModel.head()
    head.replaceSubrange((head.count - 4)..., with: GGUFBuilder.bytes(Float.nan.bitPattern))
    let broken = try workshop.folder.file("broken.safetensors", head)
    let result = try Program.run([
      "score", workshop.pairs, "--model", workshop.model, "--head", broken,
    ])
    #expect(result.status == 65)
    #expect(result.error.contains("score.weight"))
    #expect(result.error.contains("broken.safetensors"))
  }
}
