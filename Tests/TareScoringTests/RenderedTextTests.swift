/// Texts that are rendered already become the tokens that their conversations become.
import Foundation
import TareCore
import TareScoring
import TareTemplates
import TareTesting
import Testing

@Suite struct RenderedTextTests {
  private let folder: TemporaryFolder
  private let text: TextModel
  private let options: ScoringOptions

  init() throws {
    folder = try TemporaryFolder()
    text = try TextModel(URL(filePath: folder.file("tiny.gguf", TinyModel.gguf())))
    options = ScoringOptions(readRule: .huggingFace, date: try CalendarDate(parsing: "2026-01-31"))
  }

  private let conversation = Conversation(
    prompt: [.system("Be brief."), .user("Zwölf mal zwölf?")], response: "144 \u{1F600}")

  @Test func `a rendered conversation has the conversation's tokens and read position`() throws {
    for bos in ScoringOptions.BOS.allCases {
      var options = options
      options.bos = bos
      let whole = try text.tokenize(conversation, options)
      let rendered = try text.tokenize(rendered: whole.text, options)
      #expect(rendered.ids == whole.ids)
      #expect(rendered.readAt == whole.readAt)
      #expect(rendered.digest == whole.digest)
      #expect(!rendered.truncated)
    }
  }

  @Test(arguments: [ScoringOptions.Truncation.left, .right])
  func `it is cut as the conversation is`(side: ScoringOptions.Truncation) throws {
    var options = options
    options.maxTokens = 20
    options.truncation = side
    let whole = try text.tokenize(conversation, options)
    let rendered = try text.tokenize(rendered: whole.text, options)
    #expect(rendered.ids.count == 20)
    #expect(rendered.ids == whole.ids)
    #expect(rendered.readAt == whole.readAt)
    #expect(rendered.truncated)
  }

  @Test func `its length is that of the whole text, in Unicode scalars`() throws {
    #expect(try text.tokenize(rendered: "é\u{1F600}e\u{301}", options).length == 4)
  }

  @Test func `what cannot be scored is refused`() {
    let error = #expect(throws: TareError.self) { try text.tokenize(rendered: "", options) }
    #expect(error?.description.contains("no tokens") == true)
    var strict = options
    strict.maxTokens = 3
    strict.truncation = .error
    #expect(throws: TareError.self) { try text.tokenize(rendered: "four", strict) }
    var marked = options
    marked.readRule = .token(0)
    #expect(throws: TareError.self) { try text.tokenize(rendered: "no mark", marked) }
  }
}
