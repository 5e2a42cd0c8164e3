import TareCore
import TareTraining
import Testing

@Suite struct UpdateRuleTests {
  @Test(arguments: [
    ("all", UpdateRule.all), ("migu", .migu(threshold: nil)), ("migu:0.7", .migu(threshold: 0.7)),
    ("random", .random(threshold: nil)), ("random:0", .random(threshold: 0)),
    ("replay:0.25", .replay(share: 0.25)),
  ])
  func `a rule is read, and written as it was`(text: String, rule: UpdateRule) throws {
    #expect(try UpdateRule(parsing: text) == rule)
    #expect(try UpdateRule(parsing: rule.description) == rule)
  }

  @Test(arguments: [
    "", "some", "all:1", "migu:", "migu:1.1", "migu:-0.1", "migu:nan", "random:x", "replay",
    "replay:0", "replay:2", "migu:0.5:0.5",
  ])
  func `what is no rule is refused, and all rules are named`(text: String) {
    let error = #expect(throws: TareError.self) { try UpdateRule(parsing: text) }
    #expect(error?.exitCode == 64)
    for name in ["all", "migu:T", "random:T", "replay:R"] {
      #expect(error?.description.contains(name) == true)
    }
  }
}
