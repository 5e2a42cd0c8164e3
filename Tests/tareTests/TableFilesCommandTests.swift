import Foundation
import TareCore
import TareTesting
import Testing

/// A folder of Parquet files as the input of every command that reads a table.
@Suite struct TableFilesCommandTests {
  private let folder: TemporaryFolder
  private let parts: String
  private let whole: String

  /// Pairs with texts and scores in one CSV file, and in three Parquet files.
  init() throws {
    folder = try TemporaryFolder()
    let header = "prompt_id,prompt,response,role,score,length\n"
    let rows = (0..<60).map { prompt in
      ["chosen", "rejected"].enumerated().map { index, role in
        let length = 10 + (prompt * 7 + index * 13) % 40
        let score = Double(length) / 10 + Double(prompt % 3) - Double(index) * 0.5
        return "p\(prompt),Question \(prompt)?,Answer \(index).,\(role),\(score),\(length)\n"
      }.joined()
    }
    whole = try folder.file("whole.csv", Data((header + rows.joined()).utf8))
    parts = folder.path("parts")
    try FileManager.default.createDirectory(atPath: parts, withIntermediateDirectories: true)
    for part in 0..<3 {
      let text = header + rows[(part * 20)..<(part * 20 + 20)].joined()
      let csv = try folder.file("part.csv", Data(text.utf8))
      let made = try Program.run([
        "calibrate", csv, "--method", "mean", "-o", "\(parts)/part-\(part).parquet",
      ])
      try #require(made.status == 0, "\(made.error)")
    }
  }

  @Test(arguments: [
    ["rank", "--raw"], ["pairs", "--raw", "-o", "-"],
    ["smooth", "--x", "length", "--y", "score"],
    ["calibrate", "--method", "lowess", "--covariate", "length", "--json"],
  ])
  func `a command takes the folder as it takes the whole file`(_ command: [String]) throws {
    let (one, several) = (try Program.run(command + [whole]), try Program.run(command + [parts]))
    #expect(one.status == 0 && several.status == 0, "\(one.error)\(several.error)")
    #expect(
      several.output.replacing(parts, with: "INPUT") == one.output.replacing(whole, with: "INPUT"))
  }

  @Test func `formats counts the files, and a run and a report are made of them`() throws {
    // The parts have calibrated scores beside them.
    let evaluated = try JSONValue(parsing: Program.run(["evaluate", parts, "--json"]).output)
    let alone = try JSONValue(parsing: Program.run(["evaluate", whole, "--json"]).output)
    #expect(evaluated["accuracy"] == alone["accuracy"] && evaluated["pairs"] == alone["pairs"])
    #expect(evaluated["calibrated"] != nil)
    let page = try Program.run(["formats", parts])
    #expect(page.output.contains("\(parts): Apache Parquet, typed columns, 3 files, 120 rows"))
    let json = try JSONValue(parsing: Program.run(["formats", parts, "--json"]).output)
    #expect(json["files"] == 3)
    let store = folder.path("s.sqlite")
    let imported = try Program.run(["runs", "import", parts, "--store", store])
    #expect(imported.status == 0, "\(imported.error)")
    #expect(try Program.run(["runs", "list", "--store", store]).output.contains("parts"))
    let report = try Program.run(["report", parts, "-o", folder.path("report.html")])
    #expect(report.status == 0, "\(report.error)")
    let output = folder.path("all.parquet")
    let calibrated = try Program.run(["calibrate", parts, "--method", "mean", "-o", output])
    #expect(calibrated.status == 0, "\(calibrated.error)")
    #expect(try Program.run(["formats", output]).output.contains("typed columns, 120 rows"))
  }
}
