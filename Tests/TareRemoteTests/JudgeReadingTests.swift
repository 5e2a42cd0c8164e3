/// Answers of judges, read: verdicts in texts, and the probabilities of what might have been said.
import Foundation
import TareCore
import TareRemote
import Testing

@Suite struct JudgeReadingTests {
  private static let brackets = "[[*]]"

  private func silence(
    _ text: String, _ choices: VerdictChoices, _ pattern: String = brackets, isCut: Bool = false
  ) throws -> JudgeSilence? {
    var answer = ChatAnswer(text: text)
    answer.finishReason = isCut ? "length" : "stop"
    switch JudgeReading.read(answer, try VerdictPattern(pattern, in: "test"), choices) {
    case .success: return nil
    case .failure(let failure): return failure.silence
    }
  }

  private func reading(
    _ answer: ChatAnswer, _ pattern: String, _ choices: VerdictChoices
  ) throws -> JudgeReading {
    try JudgeReading.read(answer, VerdictPattern(pattern, in: "test"), choices).get()
  }

  /// A token with its alternatives by probability.
  private func token(_ text: String, _ alternatives: KeyValuePairs<String, Double>) -> ChatToken {
    ChatToken(
      bytes: Array(text.utf8),
      alternatives: alternatives.map {
        ChatAlternative(bytes: Array($0.key.utf8), logProbability: log($0.value))
      })
  }

  private let ratings = VerdictChoices(scale: 1...10)
  private let letters = VerdictChoices(letters: ["A", "B"])

  @Test(arguments: [
    ("8", "*"), ("**8**", "*"), (" 8.\n", "*"), ("[[8]]", "*"),
    ("<think>2 or 3?</think>\n\n8", "*"),
    ("Good. [[8]]", brackets), ("[[ 8 ]] because", brackets), ("[[8]] … so [[8]]", brackets),
    ("<think>[[3]]</think>[[8]]", brackets), ("See [[this long note]]. [[8]]", brackets),
  ])
  func `a verdict is found where the pattern says`(text: String, pattern: String) throws {
    let found = try reading(ChatAnswer(text: text), pattern, ratings)
    #expect(found.number == 8)
    #expect(found.probabilities == ["8": 1])
    #expect(found.source == .text)
    #expect(found.mass == nil)
  }

  @Test func `a fraction in the text is a rating`() throws {
    #expect(try reading(ChatAnswer(text: "[[7.5]]"), Self.brackets, ratings).number == 7.5)
  }

  @Test func `what is no verdict is never taken for one`() throws {
    #expect(try silence("It is good.", ratings) == .missing)
    #expect(try silence("", ratings, "*") == .missing)
    #expect(try silence("I would say 8 of 10", ratings, "*") == .missing)
    #expect(try silence("8/10", ratings, "*") == .outOfRange)
    #expect(try silence("[[11]]", ratings) == .outOfRange)
    #expect(try silence("[[0]]", ratings) == .outOfRange)
    #expect(try silence("[[8/10]]", ratings) == .outOfRange)
    #expect(try silence("[[C]]", letters) == .outOfRange)
    #expect(try silence("[[a]]", letters) == .outOfRange)
    #expect(try silence("[[A]] or rather [[B]]", letters) == .contradictory)
    #expect(try silence("The first respon", letters, isCut: true) == .cutOff)
    #expect(try silence("<think>[[A]]", letters) == .missing)
    #expect(try silence("<think>Is it [[A]]?", letters, isCut: true) == .cutOff)
    #expect(try silence("[[A", letters, isCut: true) == .cutOff)
    var refusal = ChatAnswer(text: "A")
    refusal.refusal = "I cannot judge this."
    #expect(throws: JudgeFailure(.refused)) { try reading(refusal, "*", letters) }
  }

  @Test(arguments: ["", "[[", "[[*", "*]]", "[[*]][[*]]"])
  func `a pattern without a place for the verdict is refused`(pattern: String) {
    #expect(throws: TareError.self) { try VerdictPattern(pattern, in: "file") }
  }

  @Test func `a rating is the expected value over the verdict's log-probabilities`() throws {
    var answer = ChatAnswer(text: "8")
    answer.tokens = [token("8", ["8": 0.5, "7": 0.2, " 7": 0.1, "9": 0.1, "Eight": 0.05])]
    let found = try reading(answer, "*", ratings)
    #expect(found.source == .logProbabilities)
    // (8 × 0.5 + 7 × 0.3 + 9 × 0.1) / 0.9
    #expect(abs((found.number ?? 0) - 7 / 0.9) < 1e-12)
    #expect(abs((found.probabilities["7"] ?? 0) - 0.3 / 0.9) < 1e-12)
    #expect(abs((found.mass ?? 0) - 0.9) < 1e-12)
  }

  @Test func `the verdict's token is found behind reasoning and text`() throws {
    var answer = ChatAnswer(text: "A is right. [[B]]")
    answer.tokens = [
      token("<think>A", ["x": 1]), token("</think>\n", ["x": 1]), token("A", ["A": 0.9, "B": 0.1]),
      token(" is right. ", ["x": 1]), token("[[", ["[[": 1]), token("B", ["B": 0.6, "A": 0.2]),
      token("]]", ["]]": 1]), token("<|im_end|>", ["<|im_end|>": 1]),
    ]
    let found = try reading(answer, Self.brackets, letters)
    #expect(abs((found.probabilities["B"] ?? 0) - 0.75) < 1e-12)
    #expect(abs((found.mass ?? 0) - 0.8) < 1e-12)
  }

  @Test func `a token that holds the brackets, too, is read`() throws {
    var answer = ChatAnswer(text: "[[B]]")
    answer.tokens = [token("[[B", ["[[B": 0.5, "[[A": 0.25]), token("]]", ["]]": 1])]
    let found = try reading(answer, Self.brackets, letters)
    #expect(abs((found.probabilities["A"] ?? 0) - 1 / 3.0) < 1e-12)
  }

  @Test func `tokens that are not the answer's give no probabilities`() throws {
    var answer = ChatAnswer(text: "8")
    answer.tokens = [token("7", ["8": 0.5, "7": 0.5])]
    #expect(try reading(answer, "*", ratings).source == .text)
  }

  @Test func `a ten of two tokens has its share of the one`() throws {
    var ten = ChatAnswer(text: "10")
    ten.tokens = [token("1", ["1": 0.8, "9": 0.2]), token("0", ["0": 0.75, "<|im_end|>": 0.25])]
    let found = try reading(ten, "*", ratings)
    // 10 × 0.6 + 1 × 0.2 + 9 × 0.2
    #expect(abs((found.number ?? 0) - 8) < 1e-12)
    var one = ChatAnswer(text: "1")
    one.tokens = [token("1", ["1": 0.8, "9": 0.2]), token("<|im_end|>", ["<|im_end|>": 1])]
    #expect(abs(((try reading(one, "*", ratings)).number ?? 0) - 2.6) < 1e-12)
  }

  @Test func `where a one may be a ten and nobody knows, the text counts and says so`() throws {
    var answer = ChatAnswer(text: "9")
    answer.tokens = [token("9", ["9": 0.8, "1": 0.2])]
    let found = try reading(answer, "*", ratings)
    #expect(found.number == 9)
    #expect(found.source == .text)
    #expect(found.isAmbiguous)
    // A ten that is one token of its own settles it.
    answer.tokens = [token("9", ["9": 0.7, "1": 0.2, "10": 0.1])]
    #expect(abs(((try reading(answer, "*", ratings)).number ?? 0) - 7.5) < 1e-12)
    // So does a scale without a ten.
    answer.tokens = [token("9", ["9": 0.8, "1": 0.2])]
    let plain = try reading(answer, "*", VerdictChoices(scale: 0...9))
    #expect(abs((plain.number ?? 0) - 7.4) < 1e-12)
    #expect(!plain.isAmbiguous)
  }
}
