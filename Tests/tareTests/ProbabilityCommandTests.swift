/// `tare calibrate --probabilities` and `tare evaluate --probabilities` from outside.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(2))) struct ProbabilityCommandTests {
  private let folder = Result { try TemporaryFolder() }

  /// Rows as `tare decide` writes them: overconfident answers to two questions, labelled.
  private func answers(
    _ name: String, prompts: Int, seed: UInt64, hasLabels: Bool = true
  ) throws -> String {
    var random = Xoshiro256(seed: seed)
    func unit() -> Double { Double(random.next() >> 11) / 9_007_199_254_740_992 }
    var lines = ""
    for row in 0..<2 * prompts {
      let p = 0.5 + 0.48 * (unit() - 0.5) * 2
      let isRight = unit() < 0.5 + (p - 0.5) * 0.5
      let level = [0.2, 0.3, 0.5].shuffled(using: &random)
      let draw = unit()
      let label = draw < level[0] ? 0 : draw < level[0] + level[1] ? 1 : 2
      let value: JSONValue = [
        "id": .string("\(name)-\(row / 2)"), "index": .int(row % 2), "score": .double(p),
        "response": .string(String(repeating: "x", count: 10 + row % 50)),
        "answers": [
          [
            "name": "correct", "type": "noul", "options": ["true", "false"],
            "probabilities": [.double(p), .double(1 - p)], "answer": "true",
          ],
          [
            "name": "helpful", "type": "score", "options": ["0", "1", "2"],
            "probabilities": .array(level.map { .double($0) }), "answer": "1",
          ],
        ],
        "labels": hasLabels ? ["correct": .bool(isRight), "helpful": .int(label)] : .null,
      ]
      lines += value.text() + "\n"
    }
    return try folder.get().file("\(name).jsonl", Data(lines.utf8))
  }

  @Test func `probabilities are calibrated, saved, applied and evaluated`() throws {
    let folder = try folder.get()
    let (old, new) = (
      try answers("old", prompts: 150, seed: 1), try answers("new", prompts: 100, seed: 2)
    )
    let saved = folder.path("p.json")
    let output = folder.path("old-calibrated.jsonl")
    let fitted = try Program.run([
      "calibrate", old, "--probabilities", "--conformal", "0.1", "--max-risk", "0.45", "--save",
      saved, "-o", output,
    ])
    #expect(fitted.status == 0, "\(fitted.error)")
    #expect(fitted.output.contains("correct (noul, 2 options): 150 labelled rows of 75 prompts"))
    #expect(fitted.output.contains("held-out log loss: none "))
    #expect(fitted.output.contains("sets hold the right option for at least 90.0%"))
    #expect(fitted.output.contains("75 held-out prompts"))
    let first = try JSONValue(
      parsing: String(
        String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")[0]))
    let calibrated = try #require(first["calibrated_answers"]?.array)
    #expect(calibrated.map { $0["name"]?.string } == ["correct", "helpful"])
    #expect(calibrated[0]["set"] == nil)
    #expect(first["answers"]?.array?.count == 2)

    let applied = folder.path("new-calibrated.jsonl")
    let result = try Program.run([
      "calibrate", new, "--probabilities", "--apply", saved, "-o", applied,
    ])
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains("sets hold the right option in"))
    let text = try String(contentsOfFile: applied, encoding: .utf8)
    let rows = try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    #expect(
      rows.allSatisfy { row in
        row["calibrated_answers"]?.array?.allSatisfy { $0["set"]?.array?.isEmpty == false } == true
      })

    let evaluated = try Program.run(["evaluate", applied, "--probabilities", "--json"])
    #expect(evaluated.status == 0, "\(evaluated.error)")
    let json = try JSONValue(parsing: evaluated.output)
    let models = try #require(json["models"]?.array)
    #expect(models.map { $0["calibrated"] } == [false, true])
    func number(_ model: Int, _ name: String) throws -> Double {
      try #require(models[model]["questions"]?.array?[0][name]?["value"]?.double)
    }
    #expect(try number(1, "log_loss") < number(0, "log_loss"))
    let compared = try #require(json["comparisons"]?.array?.first?["questions"]?.array?.first)
    #expect(compared["rows"] == 200)
    #expect(compared["prompts"] == 100)
    let shown = try Program.run(["evaluate", applied, "--probabilities"])
    #expect(shown.output.contains("calibrated, by chance alone:"))
    #expect(shown.output.contains("quadratic kappa"))
    #expect(shown.output.contains("per doubled length"))
    #expect(models.allSatisfy { $0["questions"]?.array?[0]["style"] != nil })
  }

  @Test func `a plain table has a column for each option`() throws {
    var lines = "id,question,p_yes,p_no,p_maybe,label\n"
    for row in 0..<60 {
      let isYes = row % 3 != 0
      lines += "\(row),a,0.9,0.1,,\(isYes ? "yes" : "no")\n"
      lines += "\(row),b,0.2,0.3,0.5,\(["yes", "no", "maybe"][row % 3])\n"
    }
    let folder = try folder.get()
    let file = try folder.file("plain.csv", Data(lines.utf8))
    let output = folder.path("plain-out.csv")
    let result = try Program.run([
      "calibrate", file, "--probabilities", "--method", "platt", "-o", output,
    ])
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains("chosen: platt"))
    let yes = try #require(try plainCSV(URL(filePath: output)).first).number("calibrated_p_yes")
    // Two in three are yes.
    #expect(abs(yes - 2 / 3.0) < 0.06)
    let evaluated = try Program.run(["evaluate", output, "--probabilities", "--json"])
    #expect(evaluated.status == 0, "\(evaluated.error)")
  }

  @Test func `two models are compared on the rows that both have`() throws {
    let (first, second) = (
      try answers("same", prompts: 40, seed: 1), try folder.get().path("other.jsonl")
    )
    try FileManager.default.copyItem(atPath: first, toPath: second)
    let same = try Program.run([
      "evaluate", first, "--probabilities", "--against", second, "--json",
    ])
    #expect(same.status == 0, "\(same.error)")
    let difference = try JSONValue(parsing: same.output)["comparisons"]?.array?[0]["questions"]?
      .array?[0]["differences"]?.array?[0]
    #expect(difference?["difference"]?["value"] == .double(0))
    #expect(difference?["p"]?.double == 1)
  }

  @Test func `a missing answer is left out, and other forms of answers are read`() throws {
    let lines = [
      #"{"id":"1","answers":[null,{"name":"q","type":"noul","options":["true","false"],"probabilities":[0.9,0.1]}],"label":true}"#,
      #"{"id":"2","answers":[null],"label":null}"#,
      #"{"id":"3","answers":{"q":{"type":"noul","noul":0.2}},"label":0}"#,
      #"{"id":"4","answers":{"q":{"type":"noul","noul":0.6}},"labels":{"q":"false"}}"#,
    ]
    let file = try folder.get().file("forms.jsonl", Data(lines.joined(separator: "\n").utf8))
    let result = try Program.run(["evaluate", file, "--probabilities", "--json"])
    #expect(result.status == 0, "\(result.error)")
    let question = try JSONValue(parsing: result.output)["models"]?.array?[0]["questions"]?.array?[
      0]
    #expect(question?["rows"] == 3)
    let accuracy = try #require(question?["accuracy"]?["value"]?.double)
    #expect(abs(accuracy - 2 / 3.0) < 1e-9)
    // (0.1² + 0.2² + 0.6²) · 2 / 3
    let brier = try #require(question?["brier"]?["value"]?.double)
    #expect(abs(brier - 0.82 / 3) < 1e-9)
  }

  @Test func `what cannot be calibrated or read is refused`() throws {
    let unlabelled = try answers("none", prompts: 10, seed: 3, hasLabels: false)
    for command in ["calibrate", "evaluate"] {
      let result = try Program.run([command, unlabelled, "--probabilities"])
      #expect(result.status == 65, "\(command): \(result.error)")
      #expect(result.error.contains("label"))
    }
    let folder = try folder.get()
    let wrong = try folder.file(
      "wrong.csv", Data("id,p_true,p_false,label\n1,0.7,0.7,true\n".utf8))
    let sums = try Program.run(["evaluate", wrong, "--probabilities"])
    #expect(sums.status == 65)
    #expect(sums.error.contains("add up to 1"))
    let other = try folder.file(
      "label.csv", Data("id,p_true,p_false,label\n1,0.7,0.3,perhaps\n".utf8))
    let label = try Program.run(["evaluate", other, "--probabilities"])
    #expect(label.status == 65)
    #expect(label.error.contains("perhaps"))
    let without = try Program.run(["calibrate", other, "--conformal", "0.1"])
    #expect(without.status == 64)
    #expect(without.error.contains("--probabilities"))
  }
}
