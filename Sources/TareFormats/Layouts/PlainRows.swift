/// A table whose rows are a prompt and a response each, both plain texts: read without their layout.
import TareCore

struct PlainRows: PlainTexts {
  private let prompt: TextReader
  private let response: TextReader

  /// Columns that add to a text, or stand in its way.
  private static let others = Set(
    SourceRow.contextColumns + SourceRow.mediaColumns + RowTexts.systemColumns + ["history"])

  /// - Returns: nil where any row is something else, or has more: that is for its layout to read.
  init?(_ table: DataTable) {
    guard Self.others.isDisjoint(with: table.columns),
      let column = RowLayouts.possible(for: table.columns).first?.plainResponse,
      let prompt = table.texts(of: "prompt"), let response = table.texts(of: column)
    else { return nil }
    (self.prompt, self.response) = (prompt, response)
    var text: [UInt8] = []
    for row in table.rows.indices {
      text.removeAll(keepingCapacity: true)
      guard prompt(row, &text), !Self.isMessageList(text, table), !Self.isDialogue(text) else {
        return nil
      }
      text.removeAll(keepingCapacity: true)
      guard response(row, &text), !Self.isMessageList(text, table) else { return nil }
    }
  }

  func appendPrompt(of row: Int, to text: inout [UInt8]) { _ = prompt(row, &text) }
  func appendResponse(of row: Int, to text: inout [UInt8]) { _ = response(row, &text) }

  /// Where the format has nothing but texts, a list of messages may be one.
  private static func isMessageList(_ text: [UInt8], _ table: DataTable) -> Bool {
    table.isText && text.first == UInt8(ascii: "[")
      && SourceRow.isMessageList(String(decoding: text, as: UTF8.self))
  }

  /// Whether a text is turns of `Human:` and `Assistant:`; most are seen not to be by their ends. White
  /// space may also be of other characters than ASCII's.
  private static func isDialogue(_ text: [UInt8]) -> Bool {
    guard let first = text.first(where: { $0 > 0x20 }), let last = text.last(where: { $0 > 0x20 }),
      first == UInt8(ascii: "H") || first >= 0x80, last == UInt8(ascii: ":") || last >= 0x80
    else { return false }
    return DialogueText.isPrompt(String(decoding: text, as: UTF8.self))
  }
}
