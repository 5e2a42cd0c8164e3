/// Audits and probes in the HTML report.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct FindingsReportTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `an audit that was printed as JSON is a section of the report`() throws {
    var text = "prompt_id,score,length,lists\n"
    for prompt in 0..<40 {
      for response in 0..<4 {
        let length = 5 + (prompt * 7 + response * 13) % 40
        text += "p\(prompt),\(Double(length) / 10 + Double((prompt * 3 + response) % 5)),\(length),"
        text += "\((prompt + response) % 3)\n"
      }
    }
    let table = try folder.file("t.csv", Data(text.utf8))
    let audit = try Program.run([
      "audit", table, "--method", "within-prompt", "--watch", "lists", "--json",
    ])
    #expect(audit.status == 0, "\(audit.error)")
    let file = try folder.file("audit.json", Data(audit.output.utf8))
    let page = folder.path("r.html")
    let report = try Program.run(["report", "--findings", file, "-o", page])
    #expect(report.status == 0, "\(report.error)")
    let html = try String(contentsOfFile: page, encoding: .utf8)
    for mention in [
      "Does the correction hold?", "within-prompt", "Partial rank correlation", ">lists<",
      "audit.json",
    ] {
      #expect(html.contains(mention), "\(mention)")
    }
    #expect(!html.contains("Edited responses"))
  }

  @Test func `probes are another, beside the runs or without any`() throws {
    let json = """
      {"prompts": 3, "responses": 6, "probes": [{"probe": "bold", "summary": "<b>first</b> words", \
      "responses": 6, "effect": 0.5, "interval": [0.25, 0.75], "effect_in_margins": 0.1, \
      "share_flipped": 0.25, "detectable_effect": 0.4, "bias": true, "blind": false}]}
      """
    let file = try folder.file("probe.json", Data(json.utf8))
    let page = folder.path("r.html")
    let report = try Program.run(["report", "--findings", file, "-o", page])
    #expect(report.status == 0, "\(report.error)")
    let html = try String(contentsOfFile: page, encoding: .utf8)
    for mention in [
      "Edited responses", "bold: &lt;b&gt;first&lt;/b&gt; words", "0.25 to 0.75", "25.0%", ">bias<",
    ] {
      #expect(html.contains(mention), "\(mention)")
    }
  }

  @Test func `another file is refused by name`() throws {
    let file = try folder.file("x.json", Data("{}".utf8))
    let report = try Program.run(["report", "--findings", file, "-o", folder.path("r.html")])
    #expect(report.status == 65)
    #expect(
      report.error.contains("expected what tare audit or tare probe prints with --json"),
      "\(report.error)")
  }
}
