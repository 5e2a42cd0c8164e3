import TareCore
import TareScoring
import Testing

@Suite struct ReadRuleTests {
  @Test(arguments: [
    ("hf", ReadRule.huggingFace), ("last", .last), ("first", .first), ("mean", .mean),
    ("token:12", .token(12)), ("step:7", .step(7, .min)), ("step:7:product", .step(7, .product)),
    ("token:<x>", .token(99)), ("step:<x>:mean", .step(99, .mean)),
  ])
  func `a rule is read, and what it prints is read again`(text: String, rule: ReadRule) throws {
    let id: (String) -> Int32? = { $0 == "<x>" ? 99 : nil }
    #expect(try ReadRule(parsing: text, id: id) == rule)
    #expect(try ReadRule(parsing: rule.description) == rule)
  }

  @Test(arguments: [
    "", "HF", "token:", "token:-1", "step:", "step:nothing", "token:1:min", "mean:3",
  ])
  func `what is no rule is refused`(text: String) {
    let error = #expect(throws: TareError.self) { try ReadRule(parsing: text) }
    #expect(error?.exitCode == 64)
    #expect(error?.description.contains("step:ID") == true)
  }

  @Test func `steps become a score in four ways`() {
    let steps: [Float] = [0.5, 0.25, 1]
    #expect(ReadRule.StepsToScore.min.score(steps) == 0.25)
    #expect(ReadRule.StepsToScore.last.score(steps) == 1)
    #expect(ReadRule.StepsToScore.product.score(steps) == 0.125)
    #expect(ReadRule.StepsToScore.mean.score(steps) == Float(1.75 / 3))
  }
}
