import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct TextCovariatesTests {
  /// Texts and what Python's `re` counts in them, written by the script beside the file.
  private static let rows = Result {
    let file = projectFolder.appending(
      path: "Tests/TareCoreTests/Fixtures/text_covariates.json")
    return try JSONValue(parsing: Data(contentsOf: file)).array ?? []
  }

  private var counters: [any TextCovariate.Type] {
    TextCovariates.registry.entries.filter { $0.source == .response }
  }

  @Test func `every count of a response is Python's`() throws {
    let rows = try Self.rows.get()
    #expect(rows.count > 200)
    for (index, row) in rows.enumerated() {
      let text = try #require(row["text"]?.string)
      for kind in counters {
        let value = kind.value(prompt: [], response: text, tokens: nil)
        #expect(
          value == row[kind.key]?.double, "\(kind.key) of text \(index), \(row["text"]!.text())")
      }
    }
  }

  private static let pairs = sharedFolder.appending(path: "data/preferences/dev.jsonl")

  @Test(.enabled(if: exists(pairs)))
  func `every count of real texts is Python's`() throws {
    let sums = try JSONValue(
      parsing: Data(
        contentsOf: projectFolder.appending(
          path: "Tests/TareCoreTests/Fixtures/text_covariates_dev.json")))
    let rows = try Data(contentsOf: Self.pairs).split(separator: UInt8(ascii: "\n"))
    let texts = try rows.flatMap { line in
      let row = try JSONValue(parsing: Data(line))
      return try ["prompt", "chosen", "rejected"].map { try #require(row[$0]?.string) }
    }
    for kind in counters {
      let counts = texts.map { kind.value(prompt: [], response: $0, tokens: nil) ?? .nan }
      let weighted = zip(1..., counts).map { Double($0) * $1 }
      #expect(
        sums[kind.key]?.array?.compactMap(\.double) == [
          counts.reduce(0, +), weighted.reduce(0, +),
        ], "\(kind.key)")
    }
  }

  @Test func `what is not in the response comes from the prompt and the tokens`() {
    func value(_ key: String, tokens: Int? = nil) -> Double? {
      TextCovariates.value(
        of: key, prompt: [.system("héy"), .user("e\u{301}😀")], response: "abc", tokens: tokens)
    }
    #expect(value("prompt_length") == 6)
    #expect(value("tokens", tokens: 12) == 12)
    #expect(value("tokens") == nil)
    #expect(value("length") == 3)
    #expect(value("nothing") == nil)
  }

  /// Saved calibrations know covariates by these: a count that changes gets another version.
  @Test func `covariates keep their identities`() {
    let ids = TextCovariates.registry.entries.map { "\($0.key) \($0.id)" }
    #expect(
      ids == [
        "length length.scalars/1", "characters length.scalars/1", "tokens tokens.model/1",
        "words words.whitespace/1", "lines lines/1", "headers markdown.headers/1",
        "list_items markdown.list-items/1", "bold markdown.bold/1",
        "code_blocks markdown.code-blocks/1", "links links/1", "digits digits/1",
        "markdown markdown.published/1", "prompt_length prompt-length.scalars/1",
        "hedges markers.hedges/1",
        "certainty markers.certainty/1", "agreement markers.agreement/1",
        "apologies markers.apologies/1", "refusals markers.refusals/1",
        "questions markers.questions/1", "emoji markers.emoji/1",
        "first_person markers.first-person/1", "type_token_ratio words.type-token-ratio/1",
        "readability flesch.reading-ease/1",
      ])
    #expect(Covariate.named("length") == .length)
    #expect(Covariate.named("words").id == "column/words")
    #expect(Covariate.computedOnWholeTexts(Length.self) != .length)
    #expect(Covariate.computed(Words.self) != .column("words"))
  }

  /// A scanner that begins anew at every mark would take hours here.
  @Test(arguments: [
    "*", "**", "__", "** __ ", "[", "[](", "[a](b", "# ", "\n", " ", "1", "```\n", "http://", "i'",
    "i am ", "?!", "a.", "é",
  ])
  func `time is linear in the text's length`(piece: String) {
    let text = String(repeating: piece, count: 2_000_000)
    for kind in counters {
      #expect(kind.value(prompt: [], response: text, tokens: nil) != nil)
    }
  }
}
