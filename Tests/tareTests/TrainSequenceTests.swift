import Foundation
import TareCore
import TareTesting
import Testing

/// `tare train-head --sequence` from outside.
@Suite struct TrainSequenceTests {
  /// Three files of 30 pairs: the rejected responses end in " no", those of the last in " yes" where
  /// the others' chosen ones do.
  private static func domains(_ folder: TemporaryFolder) throws -> [String] {
    var generator = SplitMix(state: 23)
    func text() -> String {
      let words = ["red", "blue", "seven", "sings", "slowly", "the", "a", "bird", "42"]
      return (0..<Int.random(in: 2...9, using: &generator))
        .map { _ in words.randomElement(using: &generator) ?? "" }.joined(separator: " ")
    }
    return try [("one", " yes", " no"), ("two", "", " no"), ("three", " no", " yes")].map {
      name, chosen, rejected in
      let lines = (0..<30).map { index in
        """
        {"id": "\(name)-\(index)", "prompt": "\(name) \(index)", "chosen": "\(text())\(chosen)", \
        "rejected": "\(text())\(rejected)"}

        """
      }
      return try folder.file("\(name).jsonl", Data(lines.joined().utf8))
    }
  }

  @Test func `a sequence tells what is learnt and forgotten, and keeps a head that scores`() throws
  {
    let workshop = try Workshop(pairs: 4)
    let head = workshop.folder.path("mlp.safetensors")
    let arguments =
      ["train-head", "--sequence"] + (try Self.domains(workshop.folder)) + [
        "--update", "all", "--update", "migu", "--update", "random:0.5", "--update", "replay:0.5",
        "--model", workshop.model, "--store", workshop.folder.path("s.sqlite"), "--hidden", "12,6",
        "--epochs", "60", "--batch-size", "8", "--learning-rate", "0.01",
      ]
    let first = try Program.run(arguments + ["--json", "--output", head])
    #expect(first.status == 0, "\(first.error)")
    let outcome = try JSONValue(parsing: first.output)
    #expect(outcome["domains"]?.array?.map { $0["pairs"] } == [30, 30, 30])
    #expect(outcome["hidden"] == [12, 6])
    let updates = try #require(outcome["updates"]?.array)
    #expect(updates.map { $0["update"]?.string } == ["all", "migu", "random:0.5", "replay:0.5"])
    for update in updates {
      let stages = try #require(update["accuracy_after_stage"]?.array)
      #expect(stages.map { $0.array?.count } == [3, 3, 3])
      let final = try #require(stages.last?.array).compactMap { $0["mean"]?.double }
      let average = try #require(update["average_accuracy"]?["mean"]?.double)
      #expect(abs(final.reduce(0, +) / 3 - average) < 1e-12)
      #expect(update["forgetting"]?["seeds"]?.array?.count == 5)
      #expect(update["forward_transfer"]?["interval"]?.array?.count == 2)
      // Its first domain is learnt.
      #expect(stages[0].array?[0]["mean"]?.double ?? 0 > 0.8)
    }
    // Where the first domain was right the last is wrong.
    let last = updates[0]["accuracy_after_stage"]?.array?[2].array ?? []
    #expect(last.last?["mean"]?.double ?? 0 > 0.8)
    let forgetting = updates.compactMap { $0["forgetting"]?["mean"]?.double }
    #expect(forgetting[0] > 0.2)
    #expect(updates[1]["thresholds"]?.array?.count == 5)
    #expect(outcome["threshold_cross_validation"]?.array?.count == 6)
    #expect(updates[3]["against_all"]?["forgetting"]?["seeds"]?.array?.count == 5)
    #expect(outcome["joint"]?["accuracy"]?.array?.count == 3)

    let bytes = try Data(contentsOf: URL(filePath: head))
    let again = try Program.run(arguments + ["--json", "--output", head])
    #expect(again.output == first.output)
    #expect(try Data(contentsOf: URL(filePath: head)) == bytes)
    let scored = try Program.run([
      "score", workshop.pairs, "--model", workshop.model, "--head", head,
    ])
    #expect(scored.status == 0, "\(scored.error)")
    #expect(scored.output.split(separator: "\n").count == 8)

    let table = try Program.run(arguments)
    #expect(table.status == 0, "\(table.error)")
    for mention in [
      "average accuracy", "forgetting", "forward transfer", "joint", "1 one", "3 three",
      "migu against all", "cross-validation",
    ] {
      #expect(table.output.contains(mention), "\(mention) in \(table.output)")
    }
    #expect(table.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  /// The head of the last stage, through `tare score`, is as often right on all pairs of the last domain
  /// as its fit says, and wrong on those of the first.
  @Test func `the saved head is the one that was judged`() throws {
    let workshop = try Workshop(pairs: 1)
    let domains = try Self.domains(workshop.folder)
    let head = workshop.folder.path("mlp.safetensors")
    let trained = try Program.run([
      "train-head", "--sequence", domains[0], domains[2], "--model", workshop.model, "--epochs",
      "60", "--batch-size", "8", "--learning-rate", "0.01", "--output", head, "--json",
    ])
    #expect(trained.status == 0, "\(trained.error)")
    func share(_ domain: String) throws -> Double {
      let scores = workshop.folder.path("scores.jsonl")
      let scored = try Program.run([
        "score", domain, "--model", workshop.model, "--head", head, "--output", scores,
      ])
      #expect(scored.status == 0, "\(scored.error)")
      let evaluated = try Program.run(["evaluate", scores, "--json"])
      #expect(evaluated.status == 0, "\(evaluated.error)")
      let result = try JSONValue(parsing: evaluated.output)
      return try #require(result["overall"]?["accuracy"]?.double)
    }
    let last = try share(domains[2])
    let first = try share(domains[0])
    #expect(last > 0.9)
    #expect(first < 0.6)
  }

  /// Texts of two or three classes, told by their last word; the second file has a split of its own.
  private static func tasks(_ folder: TemporaryFolder) throws -> [String] {
    func file(_ name: String, _ labels: [String], _ more: (Int) -> String) throws -> String {
      let lines = (0..<36).map { row in
        let label = labels[row % labels.count]
        return #"{"text": "\#(name) \#(row) says \#(label)", "label": "\#(label)"\#(more(row))}"#
          + "\n"
      }
      return try folder.file("\(name).jsonl", Data(lines.joined().utf8))
    }
    return [
      try file("mood", ["good", "bad"]) { _ in "" },
      try file("topic", ["sport", "world", "bad"]) {
        #", "split": "\#($0 < 24 ? "train" : "test")""#
      },
    ]
  }

  @Test func `files of texts with labels are tasks, whose classes a softmax head learns`() throws {
    let workshop = try Workshop(pairs: 1)
    let tasks = try Self.tasks(workshop.folder)
    let arguments =
      ["train-head", "--sequence"] + tasks + [
        "--update", "all", "--update", "migu:0.5", "--model", workshop.model, "--hidden", "12",
        "--epochs", "60", "--batch-size", "8", "--learning-rate", "0.01",
      ]
    let result = try Program.run(arguments + ["--json"])
    try #require(result.status == 0, "\(result.error)")
    let outcome = try JSONValue(parsing: result.output)
    let domains = try #require(outcome["domains"]?.array)
    #expect(domains.map { $0["classes"] } == [["bad", "good"], ["bad", "sport", "world"]])
    #expect(domains.map { $0["rows"] } == [36, 36])
    #expect(domains.map { $0["split"] } == ["seed", "file"])
    #expect(outcome["test_rows"]?.array?.allSatisfy { $0.array?[1] == 12 } == true)
    let stages = try #require(outcome["updates"]?.array?[0]["accuracy_after_stage"]?.array)
    #expect((stages[0].array?[0]["mean"]?.double ?? 0) > 0.8)
    #expect((stages[1].array?[1]["mean"]?.double ?? 0) > 0.6)
    let text = try Program.run(arguments)
    #expect(text.status == 0, "\(text.error)")
    let words = text.output.replacing("\n", with: " ")
    #expect(words.contains("Chance: mood 50.0, topic 33.3"), "\(text.output)")
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func `tasks that cannot be learnt are refused by name`() throws {
    let workshop = try Workshop(pairs: 3)
    let tasks = try Self.tasks(workshop.folder)
    func file(_ name: String, _ lines: String...) throws -> String {
      try workshop.folder.file(name, Data((lines.joined(separator: "\n") + "\n").utf8))
    }
    let row = #"{"text": "a", "label": "x"}"#
    let cases: [([String], Int32, String)] = [
      ([tasks[0], workshop.pairs], 64, "labels in"),
      (tasks + ["--output", workshop.folder.path("h.safetensors")], 64, "no rewards"),
      ([tasks[0], try file("one.jsonl", row, row)], 65, "at least two classes"),
      ([tasks[0], try file("bare.jsonl", row, #"{"text": "b", "label": null}"#)], 65, "'label'"),
      (
        [tasks[0], try file("split.jsonl", #"{"text": "b", "label": "y", "split": "dev"}"#)], 65,
        "train or test"
      ),
    ]
    for (files, status, mention) in cases {
      let result = try Program.run(
        ["train-head", "--model", workshop.model, "--sequence"] + files)
      #expect(result.status == status, "\(result.error)")
      #expect(result.error.contains(mention), "\(result.error)")
    }
  }

  @Test(arguments: [
    ([], "give a file of pairs"),
    (["a.jsonl"], "--output"),
    (["a.jsonl", "--output", "h", "--epochs", "3"], "--epochs requires --sequence"),
    (["a.jsonl", "--sequence", "b.jsonl", "c.jsonl"], "not both"),
    (["--sequence", "a.jsonl"], "two or more"),
    (["--sequence", "a.jsonl", "b.jsonl", "--validate", "c.jsonl"], "--validate"),
    (["--sequence", "a.jsonl", "b.jsonl", "--update", "most"], "update rule: expected all, migu"),
    (["--sequence", "a.jsonl", "b.jsonl", "--update", "migu:2"], "T from 0 to 1"),
    (["--sequence", "a.jsonl", "b.jsonl", "--update", "all", "--update", "all"], "twice"),
    (["--sequence", "a.jsonl", "b.jsonl", "--hidden", "64,x"], "64 or 128,32"),
    (["--sequence", "a.jsonl", "b.jsonl", "--hidden", "0"], "1 to 4096"),
    (["--sequence", "a.jsonl", "b.jsonl", "--epochs", "0"], "1 to 10000"),
    (["--sequence", "a.jsonl", "b.jsonl", "--learning-rate", "nan"], "above 0"),
    (["--sequence", "a.jsonl", "b.jsonl", "--batch-size", "0"], "1 to 100000"),
    (["--sequence", "a.jsonl", "b.jsonl", "--seeds", "4"], "5 to 1000"),
  ])
  func `wrong usage says what is accepted`(arguments: [String], mention: String) throws {
    let result = try Program.run(["train-head", "--model", "none.gguf"] + arguments)
    #expect(result.status == 64, "\(result.error)")
    #expect(result.error.contains(mention), "\(result.error)")
    #expect(result.output.isEmpty)
  }

  @Test func `a domain of one prompt is refused by name`() throws {
    let workshop = try Workshop(pairs: 10)
    let row = #"{"prompt": "a", "chosen": "b", "rejected": "c"}"#
    let single = try workshop.folder.file("single.jsonl", Data("\(row)\n".utf8))
    let result = try Program.run([
      "train-head", "--sequence", workshop.pairs, single, "--model", workshop.model,
    ])
    #expect(result.status == 65, "\(result.error)")
    #expect(result.error.contains("single.jsonl"))
    #expect(result.error.contains("at least two prompts"))
  }
}
