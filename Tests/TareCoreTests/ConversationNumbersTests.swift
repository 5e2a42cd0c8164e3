/// Numbers in place of texts, and texts as bytes.
import TareCore
import Testing

@Suite struct ConversationNumbersTests {
  private struct Texts: PlainTexts {
    let rows: [(prompt: String, response: String)]

    func appendPrompt(of row: Int, to text: inout [UInt8]) { text += rows[row].prompt.utf8 }
    func appendResponse(of row: Int, to text: inout [UInt8]) { text += rows[row].response.utf8 }
  }

  /// An é of one scalar and of two, a Kelvin sign, kana with a mark for its sound apart, an emoji.
  private let rows = [
    ("p", "\u{E9}t\u{E9}"), ("p", "e\u{301}te\u{301}"), ("q", "K"), ("q", "\u{212A}"),
    ("が", "が"), ("か\u{3099}", "か"), ("p", "👍🏽"), ("p", ""), ("q", "K"),
  ]

  @Test func `texts are equal where their bytes are`() {
    let numbers = ConversationNumbers(Conversations(count: rows.count, Texts(rows: rows)))
    #expect(numbers.prompts == [0, 0, 1, 1, 2, 3, 0, 0, 1])
    #expect(numbers.responses == [0, 1, 2, 3, 4, 5, 6, 7, 2])
    #expect(numbers.lengths == [3, 5, 1, 1, 1, 1, 2, 0, 1])
  }

  @Test func `conversations have the numbers of their bytes within a prompt`() {
    let plain = Conversations(count: rows.count, Texts(rows: rows))
    let (bytes, read) = (
      ConversationNumbers(plain), ConversationNumbers(Conversations(Array(plain)))
    )
    #expect(read.prompts == bytes.prompts)
    #expect(read.lengths == bytes.lengths)
    for (row, other) in rows.indices.flatMap({ row in rows.indices.map { (row, $0) } })
    where bytes.prompts[row] == bytes.prompts[other] {
      #expect(
        (read.responses[row] == read.responses[other])
          == (bytes.responses[row] == bytes.responses[other]))
    }
  }

  @Test func `bytes are quoted as strings are`() {
    let controls = String(String.UnicodeScalarView((0..<0x20).map { Unicode.Scalar($0)! }))
    for text in ["", "a", #"a"b\c/d"#, controls, "\u{2028}x\u{2029}", "’“€😀\u{7F}"] {
      var quoted: [UInt8] = []
      quoted.appendQuoted(Array(text.utf8))
      #expect(String(decoding: quoted, as: UTF8.self) == JSONValue.string(text).text())
    }
  }
}
