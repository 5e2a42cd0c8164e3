/// One table, one answer: what commands make of prompts, labels and calibrated scores.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct TablesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Two answers to each of 60 prompts; the longer ones score higher, the shorter ones are right.
  private func table(
    _ name: String = "in.csv", labels: (String, String)? = ("1", "0"), hasID: Bool = true,
    header: String? = nil
  ) throws -> String {
    var generator = SplitMix(state: 3)
    let names = [
      hasID ? "prompt_id" : nil, "prompt", "response", "score", labels == nil ? nil : "label",
    ]
    var text = (header ?? names.compactMap(\.self).joined(separator: ",")) + "\n"
    for prompt in 0..<60 {
      for side in 0..<2 {
        let length = Int.random(in: 3...80, using: &generator) + side * 20
        let score = Double(length) / 30 + Double.random(in: -0.5...0.5, using: &generator)
        let cells = [
          hasID ? "p\(prompt)" : nil, "Q\(prompt)?", String(repeating: "w", count: length),
          "\(score)",
          labels.map { side == 0 ? $0.0 : $0.1 },
        ]
        text += cells.compactMap(\.self).joined(separator: ",") + "\n"
      }
    }
    return try folder.file(name, Data(text.utf8))
  }

  private func run(_ arguments: [String]) throws -> Program.Result { try Program.run(arguments) }

  private func json(_ arguments: [String]) throws -> JSONValue {
    let result = try run(arguments)
    #expect(result.status == 0, "\(result.error)")
    return try JSONValue(parsing: result.output)
  }

  // MARK: - Labels

  @Test(arguments: [("chosen", "rejected"), ("Yes", "no"), ("True", "False"), ("won", "lost")])
  func `labels that are words say what 1 and 0 say`(_ better: String, _ worse: String) throws {
    let numbers = try table("numbers.csv")
    let words = try table("words.csv", labels: (better, worse))
    for command in [
      ["calibrate", "--json", "-o", folder.path("out.csv")], ["evaluate", "--json"],
      ["rank", "--curve", "--json"],
    ] {
      let first = try json([command[0], numbers] + command.dropFirst())
      let second = try json([command[0], words] + command.dropFirst())
      #expect(first == second, "\(command)")
    }
  }

  @Test(arguments: ["calibrate", "evaluate", "rank", "pairs", "report"])
  func `a malformed label is an error of every command, unless there are to be none`(
    _ command: String
  ) throws {
    let bad = try table(labels: ("chosen", "maths"))
    let output = ["calibrate", "report"].contains(command) ? ["-o", folder.path("out")] : []
    let result = try run([command, bad] + output)
    #expect(result.status == 65)
    #expect(
      result.error.shows("in.csv, line 3, column 'label': expected …, found 'maths'"),
      "\(result.error)")
    guard command != "evaluate" else { return }
    let without = try run([command, bad, "--label", "none"] + output)
    #expect(without.status == 0, "\(without.error)")
  }

  @Test func `ignored labels may be anything`() throws {
    let bad = try table(labels: ("chosen", "maths"))
    #expect(try run(["calibrate", bad, "--ignore-labels", "-o", folder.path("out")]).status == 0)
  }

  @Test func `a file without labels is told how to name them`() throws {
    let result = try run(["evaluate", try table(labels: nil)])
    #expect(result.status == 65)
    #expect(result.error.contains("expected a label column (label, gold or role)"))
    #expect(
      result.error.contains("'prompt_id', 'prompt', 'response', 'score'; name it with --label"))
  }

  @Test func `a file without scores is told how to name them`() throws {
    let result = try run([
      "calibrate", try table(header: "prompt_id,prompt,response,rm_logit,label"),
    ])
    #expect(result.status == 65)
    #expect(
      result.error.contains("no column 'score'")
        && result.error.contains("name it with --score NAME (perhaps 'rm_logit')"),
      "\(result.error)")
  }

  // MARK: - Prompts

  @Test func `rows of one prompt without an id are ranked, paired and calibrated together`() throws
  {
    let named = try table("named.csv")
    let bare = try table("bare.csv", hasID: false)
    let best = try run(["rank", bare, "--top", "1", "--json"])
    #expect(try JSONValue(parsing: best.output).array?.count == 60)
    let words = try run(["rank", bare]).output
    #expect(words.hasPrefix("There is no column of prompt ids: rows with the same 'prompt'"))
    let pairs = try run(["pairs", bare])
    #expect(pairs.output.split(separator: "\n").count == 60)
    #expect(pairs.error.contains("60 pairs from 60 prompts"))
    #expect(pairs.error.contains("rows with the same 'prompt'"))
    // The folds of a held-out gain go by the prompts' names, which differ.
    func diagnosis(_ path: String) throws -> JSONValue? {
      try json(["calibrate", path, "--json", "-o", folder.path("out.csv")])["parts"]?.array?[0][
        "before"]
    }
    #expect(try diagnosis(bare) == diagnosis(named))
    #expect(try diagnosis(bare) != nil)
    let evaluated = try json(["evaluate", bare, "--json"])
    #expect(evaluated.text().contains("rows with the same 'prompt'"))
  }

  @Test func `no pair at all is no success`() throws {
    let alone = try folder.file(
      "alone.csv", Data("prompt_id,prompt,response,score\na,p,x,1\nb,q,y,2\n".utf8))
    let output = folder.path("pairs.jsonl")
    let result = try run(["pairs", alone, "-o", output])
    #expect(result.status == 65)
    #expect(result.error.contains("2 prompts do not have two different responses"))
    #expect(result.error.contains("no pairs in 2 prompts"))
    #expect(!result.error.contains("0.0%"))
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  @Test func `several pairs of a prompt are each judged, and no others`() throws {
    var text = ""
    for pair in 0..<100 {
      text +=
        #"{"prompt_id":"u\#(pair / 2)","prompt":"Q\#(pair / 2)","chosen":"c\#(pair)","#
        + #""rejected":"r\#(pair)","score_chosen":\#(pair % 4 == 0 ? -1 : pair),"#
        + #""score_rejected":\#(Double(pair) - 0.5)}"# + "\n"
    }
    let path = try folder.file("pairs.jsonl", Data(text.utf8))
    let evaluated = try json(["evaluate", path, "--json"])
    #expect(evaluated.text().contains("100"))
    #expect(try run(["evaluate", path]).output.contains("75.0"))
    #expect(
      try run(["calibrate", path, "--covariate", "length", "-o", folder.path("out")]).status == 0)
  }

  // MARK: - Calibrated scores

  @Test func `rank and pairs use calibrated scores where evaluate does, and say so`() throws {
    let plain = try table(labels: nil)
    let calibrated = folder.path("calibrated.csv")
    #expect(
      try run(["calibrate", plain, "--method", "lowess", "-o", calibrated]).status == 0)
    func statistics(_ options: [String]) throws -> JSONValue {
      try json(["pairs", calibrated, "-o", folder.path("p.jsonl"), "--json"] + options)
    }
    let usual = try statistics([])
    #expect(usual["notes"]?.text().contains("column 'calibrated'") == true)
    #expect(usual["length_without_calibration"] != nil)
    #expect(try usual["length"] == statistics(["--score", "calibrated"])["length"])
    let raw = try statistics(["--raw"])
    #expect(raw["length"] == usual["length_without_calibration"])
    #expect(raw["notes"]?.text().contains("column 'score'") == true)
    #expect(try raw["length"] == statistics(["--score", "score"])["length"])
    #expect(raw["length"] != usual["length"])
    let ranked = try run(["rank", calibrated, "--json"]).output
    #expect(try ranked == run(["rank", calibrated, "--score", "calibrated", "--json"]).output)
    #expect(try ranked != run(["rank", calibrated, "--raw", "--json"]).output)
    #expect(try run(["rank", calibrated]).output.contains("Scores are calibrated: the column"))
  }
}
