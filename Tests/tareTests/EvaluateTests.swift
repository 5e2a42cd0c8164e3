/// `tare evaluate` as a user calls it: what is right, what is common, what the labels chose.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct EvaluateTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ name: String, _ lines: [String]) throws -> String {
    try folder.file(name, Data((lines.joined(separator: "\n") + "\n").utf8))
  }

  private func evaluate(_ arguments: String...) throws -> JSONValue {
    let result = try Program.run(["evaluate", "--bootstrap", "200", "--json"] + arguments)
    try #require(result.status == 0, "\(result.error)")
    return try JSONValue(parsing: result.output)
  }

  @Test func `reference answers in the column of labels are refused`() throws {
    let path = try file(
      "rollouts.csv",
      ["prompt,response,score,label", "Q,a,1,72", "Q,b,0,72", "R,a,1,18", "R,b,0,18"])
    let result = try Program.run(["evaluate", path])
    #expect(result.status == 65)
    #expect(result.error.contains("a reference answer?"))
    let ranked = try Program.run(["rank", path, "--curve", "--json"])
    #expect(ranked.status == 0 && ranked.output.contains("as reference answers are"))
  }

  @Test func `a leaderboard of one file with subsets and one without has both`() throws {
    let parts = try file(
      "parts.csv",
      [
        "prompt_id,score,label,subset", "1,2,1,a", "1,1,0,a", "2,2,1,b", "2,1,0,b", "3,1,1,b",
        "3,2,0,b",
      ])
    let plain = try file(
      "plain.csv", ["prompt_id,score,label", "1,1,1", "1,2,0", "2,1,1", "2,2,0"])
    for paths in [[parts, plain], [plain, parts]] {
      let result = try Program.run(["evaluate"] + paths)
      try #require(result.status == 0, "\(result.error)")
      // Subsets and their macro average are one model's alone.
      let rows = result.output.split(separator: "\n").map { $0.split(separator: " ") }
      #expect(rows.contains(["plain", "–", "–", "–"]), "\(result.output)")
      #expect(rows.contains(["parts", "100.0", "50.0", "75.0"]), "\(result.output)")
    }
  }

  /// An é in one scalar and in two is one text to Swift, and two ids to whoever wrote the file.
  @Test func `ids and models of other bytes are other ones`() throws {
    let ids = ["caf\u{E9}", "cafe\u{301}"]
    let csv = try file(
      "ids.csv",
      ["prompt_id,score,label"]
        + [(0, 1, 1), (0, 0, 0), (1, 0, 1), (1, 1, 0)].map { "\(ids[$0.0]),\($0.1),\($0.2)" })
    let lines = try file(
      "ids.jsonl",
      ids.enumerated().map {
        #"{"id": "\#($1)", "score_chosen": \#(1 - $0), "score_rejected": \#($0)}"#
      })
    for path in [csv, lines] {
      let result = try Program.run(["evaluate", path, "--json"])
      try #require(result.status == 0, "\(result.error)")
      let overall = try JSONValue(parsing: result.output)["overall"]
      #expect(overall?["n"] == 2 && overall?["accuracy"]?.double == 0.5, "\(result.output)")
    }
    let models = try file(
      "models.csv",
      ["rm,prompt_id,score,label"]
        + ids.flatMap { model in ["\(model),p,1,1", "\(model),p,0,0"] })
    let result = try Program.run(["evaluate", models, "--json"])
    try #require(result.status == 0, "\(result.error)")
    #expect(try JSONValue(parsing: result.output)["parts"]?.array?.count == 2, "\(result.output)")
  }

  @Test func `NaN deep inside is found at once`() throws {
    let path = try file(
      "deep.json",
      [String(repeating: "[", count: 100) + "NaN" + String(repeating: "]", count: 100)])
    #expect(try Program.run(["evaluate", path]).status == 65)
  }

  @Test func `resamples that would never end are refused`() throws {
    let path = try planted { $0 ? "1" : "0" }
    let result = try Program.run(["evaluate", path, "--bootstrap", "\(Int.max)"])
    #expect(result.status == 64 && result.error.contains("1 to 1000000"), "\(result.error)")
  }

  /// Ten prompts of four responses, of which the lowest of the first five prompts is right.
  private func planted(_ label: (Bool) -> String) throws -> String {
    try file(
      "bon.jsonl",
      (0..<10).flatMap { prompt in
        (0..<4).map { index in
          """
          {"id": "p\(prompt)", "role": "response", "index": \(index), "score": \(4 - index), \
          "label": \(label(prompt < 5 && index == 3))}
          """
        }
      })
  }

  @Test func `0, 1 and true, false are no grades, whether the label is named or not`() throws {
    for label in [{ $0 ? "1" : "0" }, { $0 ? "true" : "false" }] as [(Bool) -> String] {
      let path = try planted(label)
      for arguments in [[], ["--label", "label", "--benchmark", "bestofn"]] {
        let result = try Program.run(["evaluate", path, "--json"] + arguments)
        try #require(result.status == 0, "\(result.error)")
        let json = try JSONValue(parsing: result.output)
        #expect(json["benchmark"] == "bestofn")
        #expect(json["overall"]?["accuracy"]?.double == 0)
        #expect(json["details"]?["random choice"]?["accuracy"]?.double == 0.125)
        #expect(json["details"]?["perfect choice"]?["accuracy"]?.double == 0.5)
      }
    }
  }

  @Test func `the best-of-n curve ends where evaluate is`() throws {
    // Ties, prompts without a right response, prompts with several.
    var random = Xoshiro256(seed: 5)
    let path = try file(
      "curve.jsonl",
      (0..<40).flatMap { prompt in
        (0..<5).map { index in
          """
          {"prompt_id": "p\(prompt)", "index": \(index), "score": \(random.next(below: 4)), \
          "label": \(random.next(below: 5) == 0 ? 1 : 0)}
          """
        }
      })
    let accuracy = try evaluate(path, "--benchmark", "bestofn")["overall"]?["accuracy"]?.double
    let curve = try Program.run(["rank", path, "--curve", "--json"])
    let last = try JSONValue(parsing: curve.output)["curve"]?.array?.last
    #expect(last?["n"] == 5)
    #expect(abs((last?["label"]?.double ?? .nan) - (accuracy ?? .infinity)) < 1e-12)
  }

  @Test func `single labelled responses are judged by their AUC`() throws {
    let path = try file(
      "single.csv",
      ["prompt_id,score,label"]
        + (0..<40).map { "p\($0),\($0 % 4 == 0 ? -$0 : $0),\($0 % 2)" })
    let json = try evaluate(path)
    #expect(json["benchmark"] == "unpaired")
    #expect(json["measure"] == "AUC")
    // Every odd number, right, against every even one, wrong; every other one of those is negative.
    let even = (0..<40).filter { $0 % 2 == 0 }.map { $0 % 4 == 0 ? -$0 : $0 }
    let odd = (0..<40).filter { $0 % 2 == 1 }
    let wins = odd.reduce(0) { wins, right in wins + even.count { $0 < right } }
    #expect(json["overall"]?["accuracy"]?.double == Double(wins) / 400)
    let graded = try file(
      "graded.csv", ["prompt_id,score,label"] + (0..<9).map { "p\($0),1,\($0)" })
    let refused = try Program.run(["evaluate", graded])
    #expect(refused.status == 65)
    #expect(refused.error.contains("no prompt with two responses"))
  }

  private func pairs(_ name: String, _ prompts: some Sequence<Int>, better: Int) throws -> String {
    try file(
      name,
      prompts.map {
        "{\"id\": \($0), \"score_chosen\": \($0 % 10 < better ? 1 : -1), \"score_rejected\": 0}"
      })
  }

  @Test func `two files that overlap are compared on what both have, by their names`() throws {
    let mine = try pairs("mine.jsonl", 0..<100, better: 7)
    let theirs = try pairs("theirs.jsonl", 20..<130, better: 6)
    let against = try evaluate(mine, "--against", theirs)["against"]
    #expect(against?["names"]?["a"] == "theirs")
    #expect(against?["names"]?["b"] == "mine")
    #expect(against?["overall"]?["n"] == 80)
    #expect(against?["left_out"]?["only_a"] == 30)
    #expect(against?["left_out"]?["only_b"] == 20)
    #expect(against?["verdict"] == "mine is significantly better than theirs.")
    let text = try Program.run(["evaluate", mine, "--against", theirs, "--bootstrap", "200"])
    #expect(text.output.contains("mine against theirs: differences in points"))
    #expect(
      text.output.replacing("\n", with: " ").contains(
        "Left out: 20 prompts only in mine, 30 prompts only in theirs."))
    let same = try evaluate(mine, "--against", try pairs("other.jsonl", 0..<10, better: 6))
    #expect(same["against"]?["verdict"] == "mine and other do not differ significantly.")
    let apart = try Program.run([
      "evaluate", mine, "--against", try pairs("far.jsonl", 200..<210, better: 6),
    ])
    #expect(apart.status == 65)
    #expect(apart.error.contains("no prompt on both sides"))
  }

  @Test func `a part of RewardBench says so in table, leaderboard and JSON`() throws {
    func file(_ name: String, _ count: Int) throws -> String {
      try self.file(
        name,
        (0..<count).map {
          """
          {"id": \($0), "subset": "hep-go", "score_chosen": \($0 % 3), "score_rejected": 1}
          """
        })
    }
    let (first, second) = (try file("a.jsonl", 100), try file("b.jsonl", 90))
    let warning = "100 of RewardBench's 2,985 pairs: not the published number"
    #expect(try evaluate(first)["warning"]?.string?.hasPrefix(warning) == true)
    #expect(try evaluate(first)["published"]?["of"] == 2985)
    let table = try Program.run(["evaluate", first, "--bootstrap", "100"])
    #expect(table.output.contains(warning))
    let board = try Program.run(["evaluate", first, second, "--bootstrap", "100"])
    #expect(board.output.contains("100*"))
    #expect(board.output.contains("90*"))
    let rows = try evaluate(first, second)["leaderboard"]?.array
    #expect(rows?.allSatisfy { $0["warning"]?.string != nil } == true)
  }

  /// Forty prompts and more, of which the longer response scores higher, and is worse.
  private func biased() throws -> String {
    var random = Xoshiro256(seed: 2)
    return try file(
      "biased.csv",
      ["prompt_id,score,length,label"]
        + (0..<150).flatMap { prompt in
          (0..<2).map { answer in
            let length = 10 + random.next(below: 400)
            let noise = Double(random.next(below: 1000)) / 500
            let quality = answer == 0 ? 0.6 : 0
            return "p\(prompt),\(Double(length) / 150 + noise + quality),\(length),\(1 - answer)"
          }
        })
  }

  @Test func `what the labels chose is said to be in-sample`() throws {
    let scores = try biased()
    let output = folder.path("calibrated.csv")
    let calibrated = try Program.run(["calibrate", scores, "-o", output])
    try #require(calibrated.status == 0, "\(calibrated.error)")
    #expect(calibrated.output.contains("This calibration used the labels"))
    #expect(calibrated.output.contains("in-sample"))
    let json = try Program.run(["calibrate", scores, "-o", output, "--json"])
    #expect(try JSONValue(parsing: json.output)["parts"]?.array?[0]["labels"] == "in_sample")
    let unknown = try evaluate(output)["raw_against_calibrated"]
    #expect(unknown?["labels"] == "unknown")
    let text = try Program.run(["evaluate", output, "--bootstrap", "200"])
    let words = text.output.replacing("\n", with: " ")
    #expect(words.contains("The calibrated scores are the source's own column"))
    #expect(words.contains("the scores were calibrated elsewhere, possibly by these labels"))
    #expect(!words.contains("McNemar"))

    let folded = try Program.run([
      "calibrate", scores, "-o", output, "--cross-fit", "5", "--json",
    ])
    #expect(try JSONValue(parsing: folded.output)["parts"]?.array?[0]["labels"] == "held_out")
    let blind = try Program.run(["calibrate", scores, "-o", output, "--ignore-labels"])
    #expect(blind.output.contains("The labels were ignored, as requested"))
  }

  @Test func `the page judges a calibration on prompts that had no part in it`() throws {
    let result = try Program.run([
      "report", try biased(), "--bootstrap", "200", "--output", "-",
    ])
    try #require(result.status == 0, "\(result.error)")
    #expect(result.output.contains("Accuracy, calibrated (held out)"))
    #expect(result.output.contains("each prompt by a fit to other prompts"))
    let blind = try Program.run([
      "report", try biased(), "--bootstrap", "200", "--output", "-", "--method", "lowess",
    ])
    #expect(blind.output.contains("for this report only, without their labels"))
    #expect(!blind.output.contains("(held out)"))
  }

  @Test func `a run's calibration is judged by what the store knows of it`() throws {
    let scores = try biased()
    let store = folder.path("s.sqlite")
    func run(_ arguments: String...) throws {
      let result = try Program.run(arguments)
      try #require(result.status == 0, "\(result.error)")
    }
    try run("runs", "import", scores, "--store", store)
    let source = ["--store", store, "--run", "biased"]
    func judged(_ options: String...) throws -> JSONValue {
      let result = try Program.run(["calibrate"] + source + options)
      try #require(result.status == 0, "\(result.error)")
      let json = try Program.run(["evaluate", "--bootstrap", "200", "--json"] + source)
      return try JSONValue(parsing: json.output)
    }
    let chosen = try judged()
    #expect(chosen["raw_against_calibrated"]?["labels"] == "in_sample")
    #expect(chosen["raw_against_calibrated"]?["overall"]?["difference"]?.double != nil)
    #expect(chosen["raw_against_calibrated"]?["overall"]?["p"] == nil)
    let text = try Program.run(["evaluate", "--bootstrap", "200"] + source)
    #expect(
      text.output.replacing("\n", with: " ").contains(
        "In-sample: the labels that measure this change"))
    #expect(!text.output.contains("McNemar"))
    let held = try judged("--cross-fit", "5")
    #expect(held["raw_against_calibrated"]?["labels"] == "held_out")
    #expect(held["raw_against_calibrated"]?["overall"]?["p"]?.double != nil)
    let blind = try judged("--ignore-labels")
    #expect(blind["raw_against_calibrated"]?["labels"] == "unused")
    #expect(blind["calibration"]?.string?.contains("without their labels") == true)
    let page = try Program.run(["report"] + source + ["--bootstrap", "200", "--output", "-"])
    #expect(page.output.contains("without their labels"))
  }

  /// Above the size that is looked at before the file is read.
  @Test func `a pipe is read from its beginning`() throws {
    var lines: [String] = []
    for prompt in 0..<4000 {
      for (score, label) in [(prompt > 2000 ? 1 : 0, 1), (prompt > 2000 ? 0 : 1, 0)] {
        lines.append(
          #"{"prompt_id": \#(prompt), "score": \#(score), "label": \#(label), "x": 1234567}"#)
      }
    }
    let path = try file("scores.jsonl", lines)
    let whole = try evaluate(path)
    for command in ["report -o /dev/null", "evaluate --bootstrap 200 --json"] {
      let result = try Program.run(
        ["-c", "\(Program.executable.path) \(command) <(cat \(path))"],
        of: URL(filePath: "/bin/bash"))
      try #require(result.status == 0, "\(result.error)")
      guard command.hasPrefix("evaluate") else { continue }
      let piped = try JSONValue(parsing: result.output)
      #expect(piped["overall"] == whole["overall"])
      #expect(piped["overall"]?["n"] == 4000)
    }
  }

  /// Without a column `index` the order of a prompt's rows says nothing.
  @Test func `sides are compared whatever the order of a prompt's rows`() throws {
    let header = "prompt_id,score,label"
    let first = try file("first.csv", [header, "a,2,1", "a,1,0", "b,2,1", "b,1,0"])
    let second = try file("second.csv", [header, "a,2,0", "a,1,1", "b,1,0", "b,2,1"])
    let overall = try evaluate(first, "--against", second)["against"]?["overall"]
    #expect(overall?["n"] == 2)
    #expect(overall?["difference"]?.double.map(abs) == 0.5)
    let index = "prompt_id,index,score,label"
    let placed = try Program.run([
      "evaluate", file("placed.csv", [index, "a,0,2,1", "a,1,1,0"]), "--against",
      file("others.csv", [index, "a,0,2,0", "a,1,1,1"]),
    ])
    #expect(placed.status == 65)
    #expect(placed.error.contains("no prompt with the same responses and labels"))
  }
}
