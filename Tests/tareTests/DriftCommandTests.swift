/// `tare drift` from outside.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct DriftCommandTests {
  private let folder: TemporaryFolder
  private let before: String
  private let after: String

  /// A hundred prompts with two responses; in every fifth they change places, in the file's reverse order.
  init() throws {
    folder = try TemporaryFolder()
    var (old, new) = ("prompt_id,index,score\n", [String]())
    for prompt in 0..<100 {
      old += "p\(prompt),0,1.5\np\(prompt),1,\(prompt % 7 == 0 ? 0.75 : 0.5)\n"
      let isSwapped = prompt % 5 == 0
      new.append("p\(prompt),0,\(isSwapped ? 0.4 : 1.7)")
      new.append("p\(prompt),1,\(isSwapped ? 1.6 : 0.6)")
    }
    before = try folder.file("before.csv", Data(old.utf8))
    after = try folder.file(
      "after.csv",
      Data(("prompt_id,index,score\n" + new.reversed().joined(separator: "\n") + "\n").utf8))
  }

  @Test func `changes of order are counted by prompt, whatever the order of the rows`() throws {
    let result = try Program.run(["drift", before, after, "--json"])
    #expect(result.status == 0, "\(result.error)")
    let found = try #require(try JSONValue(parsing: result.output)["comparisons"]?.array?.first)
    #expect(found["order"]?["changed"] == 20)
    #expect(found["order"]?["prompts"] == 100)
    #expect(found["best"]?["changed"] == 20)
    let text = try Program.run(["drift", before, after])
    #expect(text.output.contains("20.0% ("), "\(text.output)")
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text.output)")
  }

  @Test func `a condition that holds ends with 2, another with 0`() throws {
    let holds = try Program.run([
      "drift", before, after, "--fail-if", "\"order\" significantly > 5",
    ])
    #expect(holds.status == 2)
    #expect(holds.error.contains("'\"order\" significantly > 5' holds: \"order\" is 20.0"))
    let not = try Program.run([
      "drift", before, after, "--fail-if", "\"order\" significantly > 15", "--fail-if",
      "\"shift\" significantly > 500",
    ])
    #expect(not.status == 0, "\(not.error)")
    let unknown = try Program.run(["drift", before, after, "--fail-if", "overall < 5"])
    #expect(unknown.status == 64)
    #expect(unknown.error.contains("expected \"order\", \"best\" or \"shift\""))
  }

  @Test func `one set of scores, and a response that is missing, are refused`() throws {
    let one = try Program.run(["drift", before])
    #expect(one.status == 64)
    #expect(one.error.contains("expected those before and those after"))
    let short = try folder.file("short.csv", Data("prompt_id,index,score\np0,0,1\n".utf8))
    let missing = try Program.run(["drift", before, short])
    #expect(missing.status == 65, "\(missing.error)")
  }
}
