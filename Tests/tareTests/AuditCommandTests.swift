/// `tare audit`, `tare estimate` and the new options of `tare smooth` from outside.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct AuditCommandTests {
  /// Forty prompts with four responses, whose score follows their length.
  private func candidates(_ folder: TemporaryFolder) throws -> String {
    var lines = ""
    for prompt in 0..<40 {
      for response in 0..<4 {
        let words = 5 + (prompt * 7 + response * 13) % 40
        let noise = Double((prompt * 31 + response * 17) % 23) / 23
        let text = Array(repeating: "word", count: words).joined(separator: " ")
        let row: JSONValue = [
          "prompt_id": .string("p\(prompt)"), "prompt": .string("question \(prompt)"),
          "response": .string(response % 2 == 0 ? text : "Sorry. " + text + "?"),
          "score": .double(Double(words) / 10 + noise),
        ]
        lines += row.text() + "\n"
      }
    }
    return try folder.file("candidates.jsonl", Data(lines.utf8))
  }

  @Test func `an audit says whether a correction holds, and counts on the text`() throws {
    let folder = try TemporaryFolder()
    let file = try candidates(folder)
    let result = try Program.run([
      "audit", file, "--method", "auto", "--method", "within-prompt",
    ])
    #expect(result.status == 0, "\(result.error)")
    for mention in [
      "160 responses to 40 prompts, 40 with several responses", "Calibration: auto (length)",
      "Mean length of the best of n by raw and by calibrated scores", "apologies", "questions",
      "Preference pairs (best and worst)", "(* paid for here, ! made worse)",
      "Constant within prompts:",
    ] {
      #expect(result.output.contains(mention), "\(mention): \(result.output)")
    }
    #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test func `the audit's JSON has both parts of every calibration`() throws {
    let folder = try TemporaryFolder()
    let file = try candidates(folder)
    let saved = folder.path("length.json")
    let fitted = try Program.run([
      "calibrate", file, "--method", "lowess", "--save", saved, "-o", folder.path("out.jsonl"),
    ])
    #expect(fitted.status == 0, "\(fitted.error)")
    let result = try Program.run(["audit", file, "--calibration", saved, "--json"])
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONValue(parsing: result.output)
    let audited = try #require(json["parts"]?.array?.first?["calibrations"]?.array?.first)
    #expect(audited["name"]?.string == saved)
    #expect(audited["targets"] == ["length"])
    let selection = try #require(audited["selection"]?.array?.first)
    #expect(selection["covariate"] == "length")
    #expect(selection["decisive_n"] == 4)
    #expect(selection["best_of_n"]?.array?.count == 3)
    let cells = audited["substitution"]?["covariates"]?.array ?? []
    #expect(cells.contains { $0["covariate"] == "apologies" })
    // The saved rows hold their calibrated scores beside the raw ones: those are audited too.
    let beside = try Program.run(["audit", folder.path("out.jsonl"), "--json"])
    #expect(beside.output.contains("the column 'calibrated'"), "\(beside.error)")
  }

  @Test func `an audit without several responses per prompt is refused`() throws {
    let folder = try TemporaryFolder()
    let table = try folder.file(
      "t.csv", Data("prompt_id,score,length\na,1,5\nb,2,6\n".utf8))
    let result = try Program.run(["audit", table])
    #expect(result.status == 65)
    #expect(result.error.contains("no prompt with several responses"))
  }

  @Test func `estimates come from few labels and many scores`() throws {
    let folder = try TemporaryFolder()
    var text = "policy,prompt_id,score,gold\n"
    for (place, policy) in ["base", "new"].enumerated() {
      for row in 0..<200 {
        let quality = Double((row * 37 + place * 11) % 100) / 100
        let label = quality + Double(place) * 0.2 > 0.6 ? "1" : "0"
        text += "\(policy),q\(row),\(quality + Double(place) * 0.2),"
        text += row % 5 == place ? label + "\n" : "\n"
      }
    }
    let table = try folder.file("t.csv", Data(text.utf8))
    let result = try Program.run(["estimate", table, "--budget", "2%"])
    #expect(result.status == 0, "\(result.error)")
    for mention in [
      "Mean label per policy", "PPI++", "transport", "Differences of means", "labels for ±2%",
      "80 labels in 80 prompts",
    ] {
      #expect(result.output.contains(mention), "\(mention): \(result.output)")
    }
    let json = try JSONValue(
      parsing: Program.run(["estimate", table, "--against", "new", "--json"]).output)
    #expect(json["policies"]?.array?.map { $0["labelled"]?.int } == [40, 40])
    #expect(json["differences"]?.array?.first?["against"] == "new")
    let refused = try Program.run(["estimate", table, "--against", "none"])
    #expect(refused.status == 64)
    #expect(try Program.run(["estimate", table, "--budget", "x"]).status == 64)
  }

  @Test func `smooth chooses its fraction, and gives each group a curve`() throws {
    let folder = try TemporaryFolder()
    var text = "g,x,y\n"
    for row in 0..<120 {
      let x = Double(row % 60)
      let noise = Double((row * 29) % 17) / 17 - 0.5
      text += "\(row < 60 ? "a" : "b"),\(x),\(row < 60 ? x : 60 - x + noise)\n"
    }
    let table = try folder.file("t.csv", Data(text.utf8))
    let arguments = ["smooth", table, "--x", "x", "--y", "y", "--by", "g", "--bootstrap", "99"]
    let result = try Program.run(
      arguments + ["--frac", "auto", "--it", "0", "--prediction-interval", "--json"])
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONValue(parsing: result.output)
    #expect(json["frac_choice"]?["rule"] == "leave_one_out")
    #expect(json["frac"] == json["frac_choice"]?["frac"])
    #expect(json["groups"]?.array?.count == 2)
    #expect(json["difference"]?["p"]?.double == 0.01)
    #expect(json["curve"]?.array?.first?["upper_prediction"]?.double != nil)
    let rows = try Program.run(arguments + ["-o", "-"]).output.split(separator: "\n")
    #expect(rows.first == "g,x,fitted,se,lower,upper,slope")
    #expect(rows.count == 121)
    #expect(
      try Program.run(["smooth", table, "--x", "x", "--y", "y", "--frac", "all"]).status == 64)
  }
}
