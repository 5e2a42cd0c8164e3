/// `tare calibrate --by`: a curve for each value of a column, saved and applied.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct CalibrateByTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A hundred prompts in two languages with two responses each.
  ///
  /// - Parameter slopes: of score on length, by language.
  private func table(_ name: String, slopes: [String: Double]) throws -> String {
    var text = "prompt_id,lang,score,length\n"
    var random = Xoshiro256(seed: 9)
    for prompt in 0..<100 {
      let language = prompt % 2 == 0 ? "de" : "en"
      for _ in 0..<2 {
        let length = 20 + random.next(below: 200)
        let noise = Double(random.next(below: 1000)) / 500
        // Levels differ, which is no difference of curves.
        let score =
          (slopes[language] ?? 0) * Double(length) + noise + (language == "en" ? 50 : 0)
        text += "p\(prompt),\(language),\(score),\(length)\n"
      }
    }
    return try folder.file(name, Data(text.utf8))
  }

  private func calibrate(_ arguments: String...) throws -> JSONValue {
    let result = try Program.run(["calibrate"] + arguments + ["--json"])
    #expect(result.status == 0, "\(result.error)")
    return try JSONValue(parsing: result.output)
  }

  private let options = ["--by", "lang", "--method", "lowess", "--covariate", "length"]

  @Test func `groups that differ have curves of their own, and the test says so`() throws {
    let file = try table("t.csv", slopes: ["de": 0.05, "en": -0.02])
    let json = try calibrate(file, "--by", "lang", "--method", "lowess", "--covariate", "length")
    #expect(json["parts"]?.array?.map { $0["name"]?.string } == ["de", "en"])
    #expect(json["difference"]?["by"] == "lang")
    #expect((json["difference"]?["p"]?.double ?? 1) < 0.01)
    let text = try Program.run(["calibrate", file] + options + ["-o", folder.path("o.csv")])
    #expect(text.output.contains("depends on length differently"), "\(text.output)")
  }

  @Test func `groups with one curve and different levels are not called different`() throws {
    let file = try table("t.csv", slopes: ["de": 0.05, "en": 0.05])
    let json = try calibrate(file, "--by", "lang", "--method", "lowess", "--covariate", "length")
    #expect((json["difference"]?["p"]?.double ?? 0) > 0.05)
    let text = try Program.run(["calibrate", file] + options + ["-o", folder.path("o.csv")])
    #expect(text.output.contains("one curve for all may do"), "\(text.output)")
  }

  @Test func `calibrations of groups are saved in one file, and applied to each by its own`() throws
  {
    let file = try table("t.csv", slopes: ["de": 0.05, "en": -0.02])
    let (saved, fitted) = (folder.path("saved.json"), folder.path("fitted.csv"))
    let fit = try Program.run(
      ["calibrate", file] + options + ["--save", saved, "-o", fitted])
    #expect(fit.status == 0, "\(fit.error)")
    let applied = folder.path("applied.csv")
    let result = try Program.run(["calibrate", file, "--apply", saved, "-o", applied])
    #expect(result.status == 0, "\(result.error)")
    #expect(
      try Data(contentsOf: URL(filePath: applied)) == Data(contentsOf: URL(filePath: fitted)))
    let json = try JSONValue(parsing: String(contentsOfFile: saved, encoding: .utf8))
    #expect(json["by"] == "lang")
    #expect(json["groups"]?.array?.map { $0["value"]?.string } == ["de", "en"])
  }

  @Test func `a value without a calibration, and a command that takes one, are refused by name`()
    throws
  {
    let file = try table("t.csv", slopes: ["de": 0.05, "en": -0.02])
    let saved = folder.path("saved.json")
    _ = try Program.run(
      ["calibrate", file] + options + ["--save", saved, "-o", folder.path("o.csv")])
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let other = try folder.file("fr.csv", Data(text.replacing(",en,", with: ",fr,").utf8))
    let unknown = try Program.run([
      "calibrate", other, "--apply", saved, "-o", folder.path("o.csv"),
    ])
    #expect(unknown.status == 65)
    #expect(
      unknown.error.contains(
        "column lang: expected a value that has a calibration: de, en, found 'fr'"),
      "\(unknown.error)")
    let audit = try Program.run(["audit", file, "--calibration", saved])
    #expect(audit.status == 65)
    #expect(audit.error.contains("a calibration for each value of column lang"), "\(audit.error)")
    let elsewhere = try Program.run([
      "calibrate", file, "--apply", saved, "--by", "prompt_id", "-o", folder.path("o.csv"),
    ])
    #expect(elsewhere.status == 64, "\(elsewhere.error)")
  }
}
