/// `tare report` as a user calls it.
import Foundation
import TareTesting
import Testing

@Suite struct ReportCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Forty prompts with a right and a wrong answer each; the longer one scores higher.
  private func scores(_ name: String, labels: Bool = true, answers: Int = 2) throws -> String {
    var generator = SplitMix(state: 3)
    var lines = labels ? "prompt_id,score,length,label\n" : "prompt_id,score,length\n"
    for prompt in 0..<40 {
      for answer in 0..<answers {
        let length = Int.random(in: 10...500, using: &generator)
        let noise = Double.random(in: -1...1, using: &generator)
        lines += "p\(prompt),\(Double(length) / 100 + noise),\(length)"
        lines += labels ? ",\(answer == 0 ? 1 : 0)\n" : "\n"
      }
    }
    return try folder.file(name, Data(lines.utf8))
  }

  private func page(_ arguments: String...) throws -> String {
    let result = try Program.run(
      ["report", "--bootstrap", "100", "--output", "-"] + arguments)
    try #require(result.status == 0, "\(result.error)")
    return result.output
  }

  @Test func `a score file is enough`() throws {
    let page = try page(try scores("mine.csv"), "--title", "Mine & <yours>")
    #expect(page.hasPrefix("<!DOCTYPE html>"))
    #expect(page.contains("<h1>Mine &amp; &lt;yours&gt;</h1>"))
    #expect(page.contains("Within prompts longer responses score higher"))
    #expect(page.contains("<td>mine.csv</td>"))
    #expect(page.contains("There is only one run; give several to compare them."))
  }

  @Test func `several files are compared, each calibrated as asked`() throws {
    let files = (try scores("a.csv"), try scores("b.csv"))
    let page = try page(files.0, files.1, "--method", "lowess")
    #expect(page.contains("<option value=\"1\">b</option>"))
    #expect(page.contains("Pairwise comparison on the same prompts"))
    #expect(page.contains("Calibrated by lowess (frac 0.9, it 3), fitted to these responses"))
    let raw = try self.page(files.0, "--method", "none")
    #expect(!raw.contains("After: calibrated scores"))
  }

  @Test func `scores without labels have a page too, and it says what is missing`() throws {
    let page = try page(try scores("plain.csv", labels: false, answers: 4))
    #expect(page.contains("There are no labelled pairs."))
    #expect(page.contains("Before: raw scores"))
    #expect(page.contains("Mean raw score of the best of n"))
    #expect(page.contains("Mean length of the best of n"))
  }

  @Test func `inspections stand beside scores, or alone`() throws {
    let (routing, attention) = try InspectionExample.write(to: folder)
    let page = try page(try scores("mine.csv"), "--inspection", routing)
    #expect(page.contains("<section id=\"answer\""))
    #expect(page.contains("<section id=\"routing\""))
    #expect(!page.contains("<section id=\"attention\""))
    let alone = try self.page("--inspection", routing, "--inspection", attention)
    #expect(alone.contains("<h1>tiny &lt;moe&gt;</h1>"))
    #expect(!alone.contains("<section id=\"answer\""))
    #expect(alone.contains("<section id=\"attention\""))
    #expect(alone.contains("<td>routing.json</td>"))
    #expect(alone.contains("Inspection SHA-256"))
  }

  @Test func `a broken inspection is named with the place`() throws {
    let (routing, attention) = try InspectionExample.write(to: folder)
    for (file, found, instead, said) in [
      (
        routing, "\"entropy\"", "\"entropie\"",
        "routing.layers[0].entropy: expected …, found no such member"
      ),
      (routing, "\"global\": 2.1", "\"global\": \"x\"", "loss.global: expected …, found a string"),
      (
        routing, "[0.4, 0.6, 0.5, 0.5]", "[0.4]",
        "routing.layers[0].share: expected …, found 1 elements"
      ),
      (attention, "\"head_count\": 2", "\"head_count\": 3", "sink: expected …, found 2 elements"),
      (attention, "\"attention\"", "\"other\"", "found neither a member routing"),
      (attention, "}", "", "line 1, column"),
    ] {
      let text = try String(contentsOfFile: file, encoding: .utf8)
      try #require(text.contains(found))
      let broken = try folder.file("broken.json", Data(text.replacing(found, with: instead).utf8))
      let result = try Program.run(["report", "--output", "-", "--inspection", broken])
      #expect(result.status == 65, "\(said)")
      #expect(result.error.contains("broken.json"), "\(result.error)")
      #expect(result.error.shows(said), "\(result.error)")
    }
  }

  @Test func `what cannot be reported is refused, and nothing is written`() throws {
    let output = folder.path("report.html")
    let bad = try folder.file("bad.csv", Data("prompt_id,score\np,NaN\n".utf8))
    for (arguments, status) in [
      ([folder.path("none.csv")], 65), ([bad], 65), (["--store", folder.path("none.sqlite")], 64),
      ([try scores("a.csv"), "--method", "magic"], 64), ([String](), 64),
      ([try scores("a.csv"), "--examples", "-1"], 64),
    ] {
      let result = try Program.run(["report", "--output", output] + arguments)
      #expect(Int(result.status) == status, "\(arguments): \(result.error)")
      #expect(!result.error.isEmpty)
    }
    #expect(!FileManager.default.fileExists(atPath: output))
  }
}
