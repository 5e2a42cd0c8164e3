import Foundation
import TareCore
import TareTesting
import Testing

/// `tare doctor`: what a score file supports.
@Suite struct DoctorTests {
  private func diagnosis(
    _ table: String, _ options: String..., name: String = "scores.csv", status: Int32 = 0
  ) throws -> (json: JSONValue, folder: TemporaryFolder) {
    let folder = try TemporaryFolder()
    _ = try folder.file(name, Data(table.utf8))
    let result = try Program.run(["doctor", name, "--json"] + options, in: folder.url)
    #expect(result.status == status, "\(result.error)")
    return (try JSONValue(parsing: result.output), folder)
  }

  private func uses(_ json: JSONValue, model: Int = 0) -> [String: JSONValue] {
    var uses: [String: JSONValue] = [:]
    for use in json["models"]?.array?[model]["uses"]?.array ?? [] {
      uses[use["use"]?.string ?? ""] = use
    }
    return uses
  }

  /// Pairs of which the chosen response scores higher but every fourth time, with lengths.
  private func pairs(_ count: Int, score: (Int, Bool) -> Double) -> String {
    var text = "prompt_id,role,score,length\n"
    for pair in 0..<count {
      text += "p\(pair),chosen,\(score(pair, true)),\(20 + pair % 7)\n"
      text += "p\(pair),rejected,\(score(pair, false)),\(18 + pair % 5)\n"
    }
    return text
  }

  @Test func `what is counted is what the commands count`() throws {
    let (json, folder) = try diagnosis(
      pairs(120) { pair, isChosen in
        isChosen ? (pair % 4 == 0 ? -1 : pair % 10 == 1 ? 0 : 1) : 0
      })
    let facts = try #require(json["models"]?.array?[0]["scores"])
    #expect(facts["responses"] == 240)
    #expect(facts["prompts"] == 120)
    #expect(facts["labels"] == "roles")
    let uses = uses(json)
    let evaluate = try #require(uses["evaluate"])
    let evaluated = try JSONValue(
      parsing: Program.run(["evaluate", "scores.csv", "--json"], in: folder.url).output)
    #expect(evaluate["n"] == evaluated["overall"]?["n"])
    #expect(evaluate["ties"] == evaluated["overall"]?["ties"])
    #expect(evaluate["value"] == evaluated["overall"]?["accuracy"])
    #expect(evaluate["interval"] == evaluated["overall"]?["interval"])
    #expect(evaluate["ties"] == 12)
    // z / (2 √(n + z²)) for n = 120.
    let half = try #require(evaluate["half_width_at_most"]?.double)
    #expect(abs(half - 1.959963984540054 / (2 * (120 + 3.841458820694124).squareRoot())) < 1e-12)
    let calibrated = try JSONValue(
      parsing: Program.run(["calibrate", "scores.csv", "--json"], in: folder.url).output
    )["parts"]?.array?[0]
    #expect(uses["calibrate"]?["method"] == calibrated?["method"])
    #expect(uses["calibrate"]?["gamma"] == calibrated?["gamma"])
    #expect(uses["rank"]?["prompts"] == 120)
    #expect(uses["rank --curve"]?["n"] == 2)
    // Without texts.
    #expect(uses["pairs"]?["works"] == .bool(false))
  }

  @Test func `the commands that it advises run`() throws {
    var rows = ""
    for prompt in 0..<40 {
      for response in 0..<3 {
        let words = String(repeating: "word ", count: 1 + (prompt * 7 + response * 5) % 11)
        rows += """
          {"prompt_id": "p\(prompt)", "prompt": "Q\(prompt)?", "response": "\(words)\(response)", \
          "score": \((prompt * 13 + response * 29) % 17), "label": \(response == 1 ? 1 : 0)}

          """
      }
    }
    let (json, folder) = try diagnosis(rows, "--group", "prompt_id", name: "my scores.jsonl")
    let uses = uses(json)
    #expect(uses.values.allSatisfy { $0["works"] == .bool(true) }, "\(uses)")
    for use in uses.values where use["use"] != "evaluate --against" {
      let command = try #require(use["command"]?.string)
      #expect(command.contains("'my scores.jsonl' --group prompt_id"))
      let tare = Program.executable.path
      let line = command.replacing("tare ", with: "'\(tare)' ", maxReplacements: 1)
      let result = try Program.run(
        ["-c", line], in: folder.url, of: URL(filePath: "/bin/sh"))
      #expect(result.status == 0, "\(command): \(result.error)")
    }
    #expect(FileManager.default.fileExists(atPath: folder.path("my scores-calibrated.jsonl")))
  }

  @Test func `few prompts are said to be too few`() throws {
    let (json, _) = try diagnosis(
      pairs(20) { pair, isChosen in isChosen == (pair % 3 != 0) ? 1 : 0 })
    let doubts = uses(json)["evaluate"]?["doubts"]?.array?.compactMap(\.string) ?? []
    #expect(doubts.contains { $0.contains("20 labelled prompts give at best ±20.1 points") })
    #expect(doubts.contains { $0.contains("(93 would do)") })
  }

  @Test func `constant scores, single responses and missing labels are told`() throws {
    var text = "id,score,length\n"
    for row in 0..<30 { text += "p\(row),1.5,\(row)\n" }
    let (json, _) = try diagnosis(text)
    let facts = try #require(json["models"]?.array?[0]["scores"])
    #expect(facts["constant"] == .bool(true))
    #expect(facts["prompts_with_one_response"] == 30)
    #expect(facts["labels"] == "none")
    let uses = uses(json)
    #expect(uses["evaluate"]?["works"] == .bool(false))
    #expect(uses["evaluate"]?["found"]?.string?.contains("a label column") == true)
    #expect(uses["rank"]?["works"] == .bool(false))
  }

  @Test func `bad rows are counted, and the commands leave them out`() throws {
    let table =
      pairs(30) { pair, isChosen in isChosen ? Double(pair) : 7 }
      + "p30,chosen,,3\np30,rejected,NaN,3\n"
    let (json, _) = try diagnosis(table)
    #expect(json["problem"]?.string?.contains("line 62") == true, "\(json["problem"] ?? .null)")
    #expect(json["skipped_rows"]?["count"] == 2)
    let command = uses(json)["evaluate"]?["command"]?.string
    #expect(command == "tare evaluate scores.csv --skip-bad-rows")
  }

  @Test func `a file of several models has a part for each`() throws {
    var text = "rm,prompt_id,role,score\n"
    for model in ["A", "B"] {
      for pair in 0..<10 {
        text += "\(model),p\(pair),chosen,\(model == "A" ? 1 : pair % 2)\n"
        text += "\(model),p\(pair),rejected,0.5\n"
      }
    }
    let (json, _) = try diagnosis(text)
    #expect(json["models"]?.array?.map { $0["name"] } == ["A", "B"])
    #expect(uses(json, model: 0)["evaluate"]?["value"] == 1.0)
    #expect(uses(json, model: 1)["evaluate"]?["value"] == 0.5)
    #expect(
      uses(json, model: 1)["evaluate"]?["command"]?.string
        == "tare evaluate scores.csv --where rm=B")
    // Calibrating writes all models' rows into one file.
    let calibrated = try diagnosis(
      text.replacing("score\n", with: "score,length\n").split(separator: "\n").enumerated()
        .map { $0.offset == 0 ? String($0.element) : "\($0.element),\($0.offset % 9)" }
        .joined(separator: "\n") + "\n")
    for model in 0..<2 {
      #expect(
        uses(calibrated.json, model: model)["calibrate"]?["command"]?.string
          == "tare calibrate scores.csv -o scores-calibrated.csv")
    }
  }

  @Test func `columns that nothing takes are named with the options that could`() throws {
    var text = "id,score,len_char,good,kind,note\n"
    for row in 0..<40 {
      text += "p\(row / 2),\(row % 7),\(10 + row),\(row % 2),k\(row % 3),n\(row)\n"
    }
    let (json, _) = try diagnosis(text)
    var options: [String: [String]] = [:]
    for column in json["columns"]?["left_over"]?.array ?? [] {
      options[column["column"]?.string ?? ""] =
        column["options"]?.array?.compactMap(\.string) ?? []
    }
    #expect(options["good"] == ["--label good"])
    #expect(options["kind"] == ["--subset kind"])
    #expect(options["note"] == [])
    let calibrate = uses(json)["calibrate"]
    #expect(calibrate?["works"] == .bool(true), "\(calibrate ?? .null)")
  }

  @Test func `a file without scores is of no use`() throws {
    let (json, _) = try diagnosis("name,colour\na,red\n", status: 65)
    #expect(json["models"] == .array([]))
    #expect(json["problem"]?.string?.isEmpty == false)
  }

  @Test func `the same response twice is a problem that is named`() throws {
    let (json, _) = try diagnosis(
      """
      prompt_id,index,role,score
      a,0,chosen,1
      a,0,chosen,1
      a,1,rejected,0

      """, status: 65)
    #expect(json["problem"]?.string?.contains("a second time") == true)
  }

  @Test func `the page for people has columns, uses and formula`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file(
      "scores.csv", Data(pairs(12) { pair, isChosen in isChosen ? Double(pair) : 5 }.utf8))
    let text = try Program.run(["doctor", "scores.csv"], in: folder.url).output
    for line in [
      "scores.csv: csv, 24 rows", "24 responses to 12 prompts (2 each)",
      "Labels: chosen and rejected", "  $ tare evaluate scores.csv\n", "z / (2 √(n + z²))",
    ] { #expect(text.contains(line), "\(text)") }
    #expect(!text.split(separator: "\n").contains { $0.count > 120 })
  }
}
