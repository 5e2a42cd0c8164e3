import TareCore
import TareScoring
import Testing

@Suite struct ReadRuleTests {
  @Test(arguments: [
    ("hf", ReadRule.huggingFace), ("last", .last), ("first", .first), ("mean", .mean),
    ("token:12", .token(12)), ("step:7", .step(7, .min)), ("step:7:product", .step(7, .product)),
    ("token:<x>", .token(99)), ("step:<x>:mean", .step(99, .mean)), ("turn:<x>", .turn(99)),
    ("turns:4", .turns(4, .min)), ("turns:<x>:last", .turns(99, .last)),
    ("trl-steps", .pieces(.trl, .min)), ("skywork-steps:product", .pieces(.skywork, .product)),
  ])
  func `a rule is read, and what it prints is read again`(text: String, rule: ReadRule) throws {
    let id: (String) -> Int32? = { $0 == "<x>" ? 99 : nil }
    #expect(try ReadRule(parsing: text, id: id) == rule)
    #expect(try ReadRule(parsing: rule.description) == rule)
  }

  @Test(arguments: [
    "", "HF", "token:", "token:-1", "step:", "step:nothing", "token:1:min", "mean:3", "turn:1:min",
    "turns", "trl-steps:4", "steps",
  ])
  func `what is no rule is refused`(text: String) {
    let error = #expect(throws: TareError.self) { try ReadRule(parsing: text) }
    #expect(error?.exitCode == 64)
    #expect(error?.description.contains("step:ID") == true)
  }

  @Test func `a gated head reads where the last prompt ends and the last token that is no padding`()
    throws
  {
    let ids: [Int32] = [9, 5, 6, 7, 1, 2, 5, 6, 7, 3, 4, 0, 0]
    #expect(try ReadRule.gated([5, 6, 7]).positions(in: ids, padID: 0) == [6, 10])
    #expect(try ReadRule.gated([5, 6, 7]).positions(in: ids, padID: nil) == [6, 12])
    for pattern in [[7, 5], [], Array(repeating: 5, count: 20)] as [[Int32]] {
      let error = #expect(throws: TareError.self) {
        try ReadRule.gated(pattern).positions(in: ids, padID: 0)
      }
      #expect(error?.description.contains("end of the prompt") == true)
    }
  }

  @Test func `steps become a score in four ways`() {
    let steps: [Float] = [0.5, 0.25, 1]
    #expect(ReadRule.StepsToScore.min.score(steps) == 0.25)
    #expect(ReadRule.StepsToScore.last.score(steps) == 1)
    #expect(ReadRule.StepsToScore.product.score(steps) == 0.125)
    #expect(ReadRule.StepsToScore.mean.score(steps) == Float(1.75 / 3))
  }
}
