import Foundation
import TareTesting
import Testing

/// The command that makes sense next, which ends what a command shows on a terminal.
@Suite struct NextCommandTests {
  private static let table = """
    prompt_id,role,score,length
    a,chosen,2.0,10
    a,rejected,1.0,20
    b,chosen,0.5,30
    b,rejected,1.5,15
    c,chosen,1.0,12
    c,rejected,0.0,11

    """

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    _ = try folder.file("my scores.csv", Data(Self.table.utf8))
    return folder
  }

  private func last(_ shown: String) -> String {
    shown.split(separator: "\n").last.map(String.init) ?? ""
  }

  @Test func `a command ends with the next one, and that one runs`() throws {
    let folder = try folder()
    var arguments = ["calibrate", "my scores.csv", "-o", "calibrated.csv"]
    let expected = [
      "Next: tare evaluate calibrated.csv", "Next: tare report calibrated.csv -o report.html",
      "Next: xdg-open report.html",
    ]
    for next in expected {
      let result = try PseudoTerminal.run(arguments, in: folder.url)
      #expect(result.status == 0, "\(result.shown)")
      #expect(last(result.shown) == next)
      arguments = next.split(separator: " ").dropFirst(2).map(String.init)
    }
  }

  @Test func `what was typed for the columns is needed by the next command too`() throws {
    let folder = try folder()
    let result = try PseudoTerminal.run(
      ["evaluate", "my scores.csv", "--group=prompt_id", "--length", "length", "--details"],
      in: folder.url)
    #expect(result.status == 0, "\(result.shown)")
    #expect(
      last(result.shown)
        == "Next: tare report 'my scores.csv' --group=prompt_id --length length -o report.html")
  }

  @Test func `rows without texts are ranked but make no pairs`() throws {
    let folder = try folder()
    let result = try PseudoTerminal.run(["rank", "my scores.csv"], in: folder.url)
    #expect(last(result.shown) == "Next: tare rank 'my scores.csv' --curve")
    let curve = try PseudoTerminal.run(["rank", "my scores.csv", "--curve"], in: folder.url)
    #expect(!curve.shown.contains("Next:"))
  }

  @Test func `a store is named as it was`() throws {
    let folder = try folder()
    let imported = try PseudoTerminal.run(
      ["runs", "import", "my scores.csv", "--store", "s.sqlite", "--run", "r"], in: folder.url)
    #expect(last(imported.shown) == "Next: tare evaluate --store s.sqlite --run r")
    let calibrated = try PseudoTerminal.run(
      ["calibrate", "--store", "s.sqlite", "--run", "r"], in: folder.url)
    #expect(last(calibrated.shown) == "Next: tare evaluate --store s.sqlite --run r")
    let listed = try PseudoTerminal.run(["runs", "list", "--store=s.sqlite"], in: folder.url)
    #expect(last(listed.shown) == "Next: tare report --store=s.sqlite")
  }

  @Test func `nothing is said with JSON, without a terminal, or where a setting says so`() throws {
    let folder = try folder()
    let command = ["evaluate", "my scores.csv"]
    #expect(try PseudoTerminal.run(command, in: folder.url).shown.contains("Next:"))
    #expect(
      try !PseudoTerminal.run(command + ["--json"], in: folder.url).shown.contains("Next:"))
    #expect(
      try !PseudoTerminal.run(
        command, environment: ["TARE_NEXT_COMMAND": "0"], in: folder.url
      ).shown.contains("Next:"))
    #expect(try !Program.run(command, in: folder.url).error.contains("Next:"))
    _ = try folder.file("tare.toml", Data("next-command = false".utf8))
    #expect(try !PseudoTerminal.run(command, in: folder.url).shown.contains("Next:"))
  }

  @Test func `a command that fails advises nothing`() throws {
    let folder = try folder()
    let result = try PseudoTerminal.run(
      ["evaluate", "my scores.csv", "--fail-if", "overall > 1"], in: folder.url)
    #expect(result.status == 2)
    #expect(!result.shown.contains("Next:"))
  }
}
