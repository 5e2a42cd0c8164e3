import Foundation
import TareCore
import TareTesting
import Testing

/// `tare evaluate --fail-if` and `--junit`: exit codes and files for CI.
@Suite struct ConditionCommandTests {
  /// Ten pairs, so many of them right.
  private static func table(right: Int) -> Data {
    var text = "prompt_id,subset,role,score\n"
    for pair in 0..<10 {
      let subset = pair < 5 ? "Chat" : "Chat & 'Hard'"
      text += "p\(pair),\(subset),chosen,\(pair < right ? 1 : -1)\np\(pair),\(subset),rejected,0\n"
    }
    return Data(text.utf8)
  }

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    _ = try folder.file("new.csv", Self.table(right: 7))
    _ = try folder.file("old.csv", Self.table(right: 8))
    return folder
  }

  @Test(
    arguments: [
      (["overall < 70"], 0), (["overall < 70.1"], 2), (["overall < base - 10"], 0),
      (["overall < base - 9"], 2), (["overall significantly < base"], 0),
      (["\"Chat\" < 100"], 0), (["\"Chat & 'Hard'\" <= 40"], 2),
      (["overall < 70", "overall < 71"], 2),
    ] as [([String], Int32)])
  func `the exit code is 2 where a condition holds`(conditions: [String], code: Int32) throws {
    let folder = try folder()
    let result = try Program.run(
      ["evaluate", "new.csv", "--against", "old.csv"] + conditions.flatMap { ["--fail-if", $0] },
      in: folder.url)
    #expect(result.status == code, "\(result.error)")
    #expect(result.output.contains("Accuracy"))
    #expect(result.error.contains("holds: ") == (code == 2))
  }

  @Test func `what holds is told with its numbers, and is in the JSON`() throws {
    let folder = try folder()
    let result = try Program.run(
      [
        "evaluate", "new.csv", "--against", "old.csv", "--fail-if", "overall < base - 9",
        "--fail-if", "overall < 50", "--json",
      ], in: folder.url)
    #expect(result.status == 2)
    #expect(
      result.error.contains(
        "'overall < base - 9' holds: overall is 70.0, base 80.0, difference −10.0, 95% interval"))
    let checks = try #require(try JSONValue(parsing: result.output)["fail_if"]?.array)
    #expect(checks.map { $0["holds"] } == [.bool(true), .bool(false)])
    #expect(checks[0]["base"] == 0.8)
    #expect(checks[1]["base"] == nil)
    #expect(checks[1]["value"] == 0.7)
  }

  @Test(arguments: [
    ["--fail-if", "overal < 3"], ["--fail-if", "\"Math\" < 3"], ["--fail-if", "overall < base"],
    ["--junit", "tests.xml"], ["--fail-if", "overall < 3", "--junit", "new.csv"],
    ["--fail-if", "overall < 3", "--junit", "-", "--json"],
  ])
  func `what cannot be asked is wrong usage, and prints no result`(arguments: [String]) throws {
    let folder = try folder()
    let result = try Program.run(["evaluate", "new.csv"] + arguments, in: folder.url)
    #expect(result.status == 64, "\(result.error)")
    let isJSON = arguments.contains("--json")
    #expect(try isJSON ? JSONValue(parsing: result.output)["error"] != nil : result.output.isEmpty)
    if arguments[1].contains("overal ") {
      #expect(result.error.contains("'overal' at character 1"))
    }
  }

  @Test func `a JUnit report has a suite per model and a test per condition`() throws {
    let folder = try folder()
    let result = try Program.run(
      [
        "evaluate", "new.csv", "--fail-if", "\"Chat & 'Hard'\" < 41", "--fail-if", "overall < 50",
        "--junit", "tests.xml",
      ], in: folder.url)
    #expect(result.status == 2)
    let xml = try String(contentsOfFile: folder.path("tests.xml"), encoding: .utf8)
    #expect(
      xml == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="tare evaluate" tests="2" failures="1" errors="0">
          <testsuite name="new" tests="2" failures="1" errors="0" skipped="0">
            <testcase name="not: &quot;Chat &amp; 'Hard'&quot; &lt; 41" classname="new">
              <failure message="&quot;Chat &amp; 'Hard'&quot; is 40.0, 95% interval 11.8–76.9" \
        type="condition">&quot;Chat &amp; 'Hard'&quot; &lt; 41</failure>
            </testcase>
            <testcase name="not: overall &lt; 50" classname="new">
              <system-out>overall is 70.0, 95% interval 39.7–89.2</system-out>
            </testcase>
          </testsuite>
        </testsuites>

        """)
  }

  @Test func `each of several models is asked, and one that cannot be read is an error`() throws {
    let folder = try folder()
    _ = try folder.file("bad.csv", Data("prompt_id,role,score\na,chosen,many\n".utf8))
    let result = try Program.run(
      ["evaluate", "new.csv", "old.csv", "bad.csv", "--fail-if", "overall < 75", "--junit", "-"],
      in: folder.url)
    #expect(result.status == 65)
    #expect(result.output.contains(#"tests="3" failures="1" errors="1""#))
    #expect(result.output.contains(#"<testsuite name="bad" tests="1" failures="0" errors="1""#))
    #expect(result.error.contains("new: 'overall < 75' holds"))
    #expect(!result.error.contains("old: 'overall"))
  }
}
