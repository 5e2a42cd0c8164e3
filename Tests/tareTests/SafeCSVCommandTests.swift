/// `--safe-csv` from outside: what a spreadsheet would run, in every CSV that commands write.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct SafeCSVCommandTests {
  private let folder: TemporaryFolder
  private let table: String
  private static let formula = "=HYPERLINK(\"http://x\")"

  init() throws {
    folder = try TemporaryFolder()
    var rows = ["prompt_id,score,label,@note,length"]
    for prompt in 0..<12 {
      for answer in 0..<2 {
        let note = prompt == 0 ? "\"=HYPERLINK(\"\"http://x\"\")\"" : "-\(prompt).50"
        rows.append(
          "=p\(prompt),\(Double((prompt * 7 + answer * 3) % 5) - 2),\(1 - answer),\(note),\(prompt + answer)"
        )
      }
    }
    table = try folder.file("in.csv", Data(rows.joined(separator: "\n").utf8))
  }

  private func written(_ arguments: [String], _ name: String = "out.csv") throws -> String {
    let result = try Program.run(arguments + ["-o", folder.path(name), "--safe-csv"])
    #expect(result.status == 0, "\(arguments): \(result.error)")
    return try String(contentsOfFile: folder.path(name), encoding: .utf8)
  }

  @Test func `a file that is copied keeps its cells but for formulas`() throws {
    for options in [[], ["--where", "label=1", "--group", "prompt_id"], ["--by", "label"]] {
      let text = try written(["calibrate", table, "--covariate", "length"] + options)
      let lines = text.split(separator: "\n")
      #expect(lines[0].hasPrefix("prompt_id,score,label,'@note,length,calibrated,bias"))
      #expect(lines[1].hasPrefix("'=p0,-2.0,1,\"'=HYPERLINK(\"\"http://x\"\")\",0,"), "\(lines[1])")
      // Cells that are numbers are as they were, and those that are added have no apostrophe.
      #expect(text.contains(",-1.50,"))
      #expect(!text.contains("'-"))
    }
  }

  @Test func `rankings and tables of accuracies are safe, too`() throws {
    #expect(try written(["rank", table]).contains("\n'=p0,"))
    let evaluated = try written(["evaluate", table, "--subset", "prompt_id", "--bootstrap", "200"])
    #expect(evaluated.contains("'=p0") && !evaluated.contains(",=p0"))
    let other = try Program.run(["rank", table, "-o", folder.path("out.jsonl"), "--safe-csv"])
    #expect(other.status == 64)
    #expect(other.error.contains("--safe-csv: expected CSV output, found jsonl"))
  }

  @Test func `an imported run is exported safely, and its file's separator stays`() throws {
    let semicolons = try folder.file(
      "s.csv", Data("prompt_id;score;note\na;-1,5;=1\na;2,5;x,=1\n".utf8))
    let store = folder.path("s.sqlite")
    let imported = try Program.run(["runs", "import", semicolons, "--store", store, "--run", "r"])
    #expect(imported.status == 0, "\(imported.error)")
    func exported(_ more: String...) throws -> String {
      try Program.run(["runs", "export", "r", "-", "--store", store] + more).output
    }
    #expect(try exported() == "prompt_id;score;note\na;-1,5;=1\na;2,5;x,=1\n")
    #expect(try exported("--safe-csv") == "prompt_id;score;note\na;-1,5;'=1\na;2,5;x,=1\n")
  }

  @Test func `the file of bad rows is always safe`() throws {
    let bad = try folder.file(
      "bad.csv", Data("prompt_id,score\na,1\na,2\nb,=1+1\nb,2\n".utf8))
    let log = folder.path("log.csv")
    let result = try Program.run([
      "rank", bad, "--skip-bad-rows", "--bad-rows", log, "-o", folder.path("r.jsonl"),
    ])
    #expect(result.status == 0, "\(result.error)")
    let text = try String(contentsOfFile: log, encoding: .utf8)
    #expect(text.contains("=1+1"))
    #expect(!text.contains(",=1+1") && !text.contains("\"=1+1"))
  }
}
