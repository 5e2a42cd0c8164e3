/// The default prompt and the answers of typed questions, as transformers 5.23 writes them.
import Foundation
import TareCore
import TareScoring
import TareTemplates
import TareTesting
import Testing

@Suite struct DecisionPromptTests {
  private static func rows() throws -> [JSONValue] {
    let file = projectFolder.appending(
      path: "Tests/TareScoringTests/Fixtures/decision_prompts.json")
    return try JSONValue(parsing: Array(Data(contentsOf: file))).array ?? []
  }

  /// The tiny model's template writes each message between two lines of its own, and no prompt of the
  /// assistant's.
  @Test func `the user message of any chat model is transformers', to the character`() throws {
    let folder = try TemporaryFolder()
    let model = try DecisionModel(
      URL(filePath: folder.file("tiny.gguf", TinyModel.gguf())),
      DecisionModel.Options(threads: 1, date: CalendarDate(parsing: "2026-11-29")))
    let rows = try Self.rows()
    #expect(rows.count == 8)
    for row in rows {
      let request = try DecisionRequest(parsing: row["request"]?.string ?? "")
      let wanted = "<|im_start|>user\n" + (row["prompt"]?.string ?? "") + "<|im_end|>\n"
      let text = try model.prompts(request)[0].text
      #expect(Array(text.utf8) == Array(wanted.utf8), "\(text)")
    }
  }

  /// Probabilities are float32 here and double there: 1e-6 is far above what that changes.
  @Test func `answers of given probabilities are transformers', ties included`() throws {
    var compared = 0
    for row in try Self.rows() {
      let request = try DecisionRequest(parsing: row["request"]?.string ?? "")
      let question = try #require(request.questions.first)
      for answer in row["answers"]?.array ?? [] {
        let shares = answer["shares"]?.array?.compactMap(\.double) ?? []
        let reading = DecisionReading(
          scores: shares.map { Float($0) }, probabilities: shares.map { Float($0) },
          labelMass: nil, isTopALabel: nil, tokens: 1)
        try compare(
          DecisionAnswer(question, reading).transformers, answer["answer"] ?? .null)
        compared += 1
      }
    }
    #expect(compared == 32)
  }

  private func compare(_ found: JSONValue, _ wanted: JSONValue) throws {
    switch (found, wanted) {
    case (.object(let found), .object(let wanted)):
      #expect(found.keys == wanted.keys)
      for (own, other) in zip(found.members, wanted.members) {
        try compare(own.value, other.value)
      }
    default:
      guard let own = found.double, let other = wanted.double else {
        #expect(found == wanted)
        return
      }
      #expect(abs(own - other) < 1e-6, "\(own), \(other)")
    }
  }
}
