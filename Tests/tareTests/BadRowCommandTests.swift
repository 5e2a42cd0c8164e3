/// Rows that are left out, and the formats of results, from outside.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct BadRowCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func table() throws -> String {
    let rows = [
      "id;role;score;length", "a;chosen;1,5;3", "a;rejected;0,5;4", "a;rejected;;5",
      "b;chosen;2,5;6", "b;rejected;1;7", "b;rejected;x;8", "c;chosen;0,25;9",
    ]
    let text = (rows + ["c;rejected;0,75;10"]).joined(separator: "\n") + "\n"
    return try folder.file("in.csv", Data(text.utf8))
  }

  @Test(arguments: [
    ["evaluate"], ["calibrate", "--method", "lowess", "--covariate", "length", "-o", "/dev/null"],
    ["rank"], ["smooth", "--x", "length", "--y", "score"],
    ["runs", "import", "--store", "STORE"],
  ])
  func `a command refuses a bad row, or leaves it out and lists it`(_ command: [String]) throws {
    let input = try table()
    let command = command.map { $0 == "STORE" ? folder.path("s.sqlite") : $0 } + [input]
    let refused = try Program.run(command)
    #expect(refused.status == 65)
    #expect(refused.error.shows("line 4, column 'score': expected …, found an empty cell"))
    let half = try Program.run(command + ["--missing", "drop"])
    #expect(half.status == 65)
    #expect(half.error.shows("line 7, column 'score': expected …, found 'x'"))
    let bad = folder.path("bad.csv")
    let result = try Program.run(
      command + ["--skip-bad-rows", "--missing", "drop", "--bad-rows", bad])
    #expect(result.status == 0, "\(result.error)")
    #expect(
      result.error.contains(
        "Skipped 2 bad rows (1 with a missing value, 1 without a number), lines 4, 7."))
    #expect(result.error.contains("row 7, column 'score': expected a finite number, found 'x'"))
    #expect(
      try String(contentsOfFile: bad, encoding: .utf8) == """
        row,column,found,reason
        4,score,an empty cell,expected a finite number
        7,score,'x',expected a finite number

        """)
    #expect(try Program.run(command + ["--bad-rows", bad]).status == 64)
    #expect(try Program.run(command + ["--missing", "ignore"]).status == 64)
  }

  @Test func `results are written by the ending of the file, or as is asked`() throws {
    let text = "id,role,score,length\na,chosen,1.5,3\na,rejected,0.5,4\n"
    let input = try folder.file("in.csv", Data(text.utf8))
    func written(_ arguments: [String], _ name: String) throws -> String {
      let result = try Program.run(arguments + [input, "-o", folder.path(name)])
      #expect(result.status == 0, "\(result.error)")
      return try String(contentsOfFile: folder.path(name), encoding: .utf8)
    }
    #expect(
      try written(["rank"], "r.csv")
        == "id,rank,index,score,margin\na,1,0,1.5,1.0\na,2,1,0.5,\n")
    #expect(try written(["rank"], "r.jsonl").hasPrefix("{\"id\":\"a\",\"ranked\":[{"))
    #expect(try written(["rank", "--output-format", "tsv"], "r.txt").hasPrefix("id\trank\t"))
    let calibrate = ["calibrate", "--method", "mean", "--group", "id"]
    #expect(
      try written(calibrate, "c.csv").hasPrefix(
        "id,role,score,length,calibrated,bias\na,chosen,1.5,3,"))
    #expect(try written(calibrate, "c.jsonl").hasPrefix("{\"id\":\"a\",\"role\":\"chosen\","))
    let rows = try written(["evaluate"], "e.csv").split(separator: "\n")
    #expect(rows.first == "model,scores,benchmark,part,name,measure,value,lower,upper,n,ties")
    #expect(rows.dropFirst().first?.hasPrefix(",raw,pairs,overall,,accuracy,1.0,") == true)
    #expect(try Program.run(["rank", input, "--output-format", "xml", "-o", "-"]).status == 64)
  }

  @Test func `evaluate leaves out prompts that lost their chosen or rejected response`() throws {
    func evaluate(_ rows: [String], _ options: [String]) throws -> Program.Result {
      let text = (["id,role,score,length"] + rows).joined(separator: "\n") + "\n"
      return try Program.run(["evaluate", folder.file("in.csv", Data(text.utf8))] + options)
    }
    let good = ["a,chosen,2,3", "a,rejected,1,4", "b,chosen,0,5", "b,rejected,1,6"]
    let bad = ["c,chosen,,3", "c,rejected,1,4", "d,rejected,x,3", "d,chosen,2,1"]
    let whole = try evaluate(good, ["--json"])
    let left = try evaluate(good + bad, ["--json", "--skip-bad-rows"])
    #expect(left.status == 0, "\(left.error)")
    #expect(left.output == whole.output)
    #expect(left.error.contains("2 prompts lost a response and were skipped"))
    // One that never had two sides is no prompt that lost one.
    let lone = try evaluate(good + bad + ["e,chosen,1,2"], ["--skip-bad-rows"])
    #expect(lone.status == 65 && lone.error.contains("1 chosen and 0 rejected responses"))
    // A row of too many cells does not say whose it was.
    let broken = try evaluate(good + ["f,chosen,1,2", "f,rejected,1,2,3"], ["--skip-bad-rows"])
    #expect(broken.status == 0)
    #expect(broken.error.contains("1 prompt lost a response and was skipped"))
    // Of several candidates, too, what is left decides nothing.
    let many = ["g,chosen,1,2", "g,rejected,0,2", "g,rejected,2,2", "h,chosen,nan,1"]
    let two = try evaluate(
      good + many + ["h,rejected,1,1", "h,rejected,2,1"], ["--json", "--missing", "drop"])
    #expect(try JSONValue(parsing: two.output)["benchmark"] == "pairs")
    let report = try Program.run([
      "report", folder.path("in.csv"), "--missing", "drop", "-o", folder.path("r.html"),
    ])
    #expect(report.status == 0, "\(report.error)")
  }
}
