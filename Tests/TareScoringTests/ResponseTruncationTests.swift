/// Cuts inside the response: nothing but tokens of it goes.
import Foundation
import TareCore
import TareScoring
import TareTemplates
import TareTesting
import TareTokenizers
import Testing

@Suite struct ResponseTruncationTests {
  private let folder: TemporaryFolder
  private let model: String
  private let options: ScoringOptions

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.file("tiny.gguf", TinyModel.gguf())
    options = ScoringOptions(readRule: .last, date: try CalendarDate(parsing: "2026-01-31"))
  }

  private static let judge = """
    <|im_start|>judge\nQ: {{ messages[0].content }}\nA: "{{ messages[-1].content | trim }}"\nIs this \
    the best answer? <|im_end|>\n{{ messages[0].role }}: éa
    """

  private func text(_ template: String? = judge) throws -> TextModel {
    let file = try template.map { try folder.file("\($0.count).jinja", Data($0.utf8)) }
    return try TextModel(URL(filePath: model), template: file)
  }

  private func cut(
    _ side: ScoringOptions.Truncation, to limit: Int, _ response: String, _ model: TextModel
  ) throws -> TokenizedConversation {
    var options = options
    options.maxTokens = limit
    options.truncation = side
    return try model.tokenize(
      Conversation(prompt: [.user("Which is it?")], response: response), options)
  }

  @Test(arguments: [ScoringOptions.Truncation.responseLeft, .responseRight])
  func `the judge's words stay, and the response loses one end`(
    side: ScoringOptions.Truncation
  ) throws {
    let model = try text()
    let responses = [
      "a plain answer of some length, and then more of it", "Zwölf 😀 e\u{301}ßéa", "\n  spaced \n",
      "\"quoted\"", "7 or 0", "question a1b2answerQ Z9y8replyk q7word4", "Which is it?",
    ]
    for response in responses {
      let whole = try cut(.error, to: 500, response, model).ids
      let trimmed = response.trimmingCharacters(in: .whitespacesAndNewlines)
      // Every byte is a token, but "th".
      let own = try model.tokenizer.encode(trimmed, addSpecialTokens: false)
      let start = try #require(
        whole.firstRange(of: try model.tokenizer.encode("A: \"", addSpecialTokens: false)))
      #expect(Array(whole[start.upperBound...].prefix(own.count)) == own)
      let (before, after) = (whole[..<start.upperBound], whole[(start.upperBound + own.count)...])
      for dropped in 1..<own.count {
        let result = try cut(side, to: whole.count - dropped, response, model)
        let kept = side == .responseLeft ? own.dropFirst(dropped) : own.dropLast(dropped)
        #expect(result.ids == Array(before + kept + after), "\(response), \(dropped) dropped")
        #expect(result.truncated && result.readAt == result.ids.count - 1)
        // The text that is told is that of the tokens.
        if try !model.tokenizer.encode("é", addSpecialTokens: false).contains(where: kept.contains)
        {
          let shown = try model.text(of: result)
          #expect(try model.tokenizer.encode(shown, addSpecialTokens: false) == result.ids)
        }
      }
      for limit in [whole.count - own.count, whole.count - own.count - 1, 3] {
        let error = #expect(throws: TareError.self) { try cut(side, to: limit, response, model) }
        #expect(
          error?.description.contains("\(whole.count - own.count) tokens around the response")
            == true, "\(String(describing: error))")
      }
    }
  }

  @Test func `a text that fits is whole`() throws {
    let model = try text()
    for side in [ScoringOptions.Truncation.responseLeft, .responseRight] {
      #expect(try cut(side, to: 500, "Fine", model) == cut(.error, to: 500, "Fine", model))
    }
  }

  @Test func `a rendered text and tokens are cut as their conversation is`() throws {
    let model = try text(nil)
    for side in [ScoringOptions.Truncation.responseLeft, .responseRight] {
      let response = "the response, of more than a few tokens"
      let whole = try cut(.error, to: 500, response, model)
      var short = options
      short.maxTokens = whole.ids.count - 9
      short.truncation = side
      let wanted = try cut(side, to: whole.ids.count - 9, response, model).ids
      #expect(wanted.count == whole.ids.count - 9)
      #expect(try model.tokenize(rendered: whole.text, short).ids == wanted)
      #expect(try model.tokenize(ids: whole.ids, short).ids == wanted)
    }
  }

  @Test func `a response that stands nowhere, or twice, cannot be cut`() throws {
    for template in [
      "no response at all, whatever is said here",
      "{{ messages[-1].content }} {{ messages[-1].content }}",
    ] {
      let model = try text(template)
      let error = #expect(throws: TareError.self) {
        try cut(.responseRight, to: 8, "something of more than eight", model)
      }
      #expect(error?.description.contains("in which the response cannot be located") == true)
    }
    var short = options
    (short.maxTokens, short.truncation) = (5, .responseLeft)
    let model = try text(nil)
    #expect(throws: TareError.self) { try model.tokenize(rendered: "no template's text", short) }
  }
}
