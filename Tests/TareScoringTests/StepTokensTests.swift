/// Step tokens: put in, counted, and what no step token reads.
import Foundation
import TareCore
import TareScoring
import TareTemplates
import TareTesting
import Testing

@Suite struct StepTokensTests {
  private let folder: TemporaryFolder
  private let model: TextModel
  private var options: ScoringOptions

  init() throws {
    folder = try TemporaryFolder()
    model = try TextModel(URL(filePath: folder.file("tiny.gguf", TinyModel.gguf())))
    // "<|endoftext|>" ends steps here.
    options = ScoringOptions(
      readRule: .step(0, .min), date: try CalendarDate(parsing: "2026-01-31"))
  }

  private func tokens(_ response: String, separator: String? = nil) throws -> TokenizedConversation
  {
    var options = options
    options.stepSeparator = separator
    return try model.tokenize(Conversation(prompt: [.user("2+2?")], response: response), options)
  }

  @Test func `a separator becomes a step token, and the last step ends with one`() throws {
    let wanted = try tokens("Add.<|endoftext|>It is 4.<|endoftext|>")
    #expect(wanted.positions.count == 2 && !wanted.hasUnreadStep)
    for (response, separator) in [
      ("Add.\n\nIt is 4.", "\n\n"), ("Add.\n\nIt is 4.\n\n", "\n\n"), ("Add. ## It is 4.", " ## "),
      ("Add.<|endoftext|>\nIt is 4.<|endoftext|>", "\n"),
    ] {
      #expect(try tokens(response, separator: separator).ids == wanted.ids, "\(response)")
    }
    #expect(try tokens("Add.\n\nIt is 4.", separator: "\n\n").length == 14)
    #expect(model.token("<|endoftext|>") == 0)
    #expect(
      try model.response(ofSteps: ["Add.", "It is 4."], options)
        == "Add.<|endoftext|>It is 4.<|endoftext|>")
  }

  @Test func `text after the last step token is noted`() throws {
    #expect(try tokens("Add.<|endoftext|>It is 4.").hasUnreadStep)
    #expect(try !tokens("Add.<|endoftext|>\n ").hasUnreadStep)
    let error = #expect(throws: TareError.self) { try tokens("Add. It is 4.") }
    #expect(error?.description.contains("a step separator inserts it") == true)
  }

  @Test func `a model that reads no steps has an empty line between them`() throws {
    var other = options
    other.readRule = .last
    #expect(try model.response(ofSteps: ["a", "b"], other) == "a\n\nb")
  }

  @Test func `a step token that is joined with the text before it is refused`() throws {
    // "h" after "t" becomes the token "th".
    var joined = options
    joined.readRule = .step(try #require(model.token("h")), .min)
    #expect(throws: TareError.self) { try model.response(ofSteps: ["not", "x"], joined) }
  }
}
