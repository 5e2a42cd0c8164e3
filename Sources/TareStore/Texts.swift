/// Prompts and responses: each is kept once, under its digest.
import Foundation
import GRDB
package import TareCore

/// A prompt as the store keeps it: equal messages with other tools or variables are another prompt.
struct StoredPrompt: Equatable {
  var messages: [Message]
  var context: TemplateContext

  /// The prompt's row, inserted if it is new.
  func findOrInsert(in db: Database) throws -> Int64 {
    let messages = JSONValue(self.messages).text()
    let context = context.isEmpty ? nil : JSONValue.object(context.json).text()
    let digest = Self.digest(messages, context).data
    let find = try db.cachedStatement(sql: "SELECT id FROM prompt WHERE digest = ?")
    if let id = try Int64.fetchOne(find, arguments: [digest]) { return id }
    let insert = try db.cachedStatement(
      sql: "INSERT INTO prompt (digest, messages, context) VALUES (?, ?, ?)")
    try insert.execute(arguments: [digest, messages, context])
    return db.lastInsertedRowID
  }

  /// - Parameters:
  ///   - messages: as JSON.
  ///   - context: as JSON; nil for none.
  static func digest(_ messages: String, _ context: String?) -> Digest {
    // Without a context that of the messages alone; JSON on one line has no line feed.
    Digest(of: context.map { "\(messages)\n\($0)" } ?? messages)
  }
}

extension [Message] {
  /// The digest of a response.
  ///
  /// - Parameters:
  ///   - text: in UTF-8.
  ///   - turns: its messages as JSON; nil for a plain one.
  static func responseDigest(_ text: Data, _ turns: String?) -> Digest {
    // Of a plain response that of its text; no text is taken for another response's messages.
    turns.map { Digest(of: "\0turns\0\($0)") } ?? text.withUnsafeBytes { Digest(of: $0) }
  }

  /// A response as a column of a file holds it: a text, or messages where it is more than one.
  package var responseJSON: JSONValue {
    isPlainResponse ? .string(response) : JSONValue(self)
  }

  /// Whether this is one assistant's message of a text and nothing else, which a text says whole.
  package var isPlainResponse: Bool { count == 1 && self[0].role == "assistant" && self[0].isPlain }

  /// The row of this response to a prompt, inserted if it is new.
  func findOrInsertResponse(prompt: Int64, in db: Database) throws -> Int64 {
    let text = response
    let turns = isPlainResponse ? nil : JSONValue(self).text()
    let digest = Self.responseDigest(text.data, turns).data
    let find = try db.cachedStatement(
      sql: "SELECT id FROM response WHERE prompt = ? AND digest = ?")
    if let id = try Int64.fetchOne(find, arguments: [prompt, digest]) { return id }
    let insert = try db.cachedStatement(
      sql: """
        INSERT INTO response (prompt, digest, text, turns) VALUES (?, ?, CAST(? AS TEXT), ?)
        """)
    try insert.execute(arguments: [prompt, digest, text.data, turns])
    return db.lastInsertedRowID
  }
}

extension Conversation {
  /// The columns of a conversation, as `init(_:from:)` reads them, of `prompt` and `response`.
  static let columns =
    "messages, CAST(text AS BLOB), context, turns, prompt.digest, response.digest"

  /// - Parameter row: has `columns` from `column` on.
  /// - Throws: also if a text is not the one that its digest was made of.
  init(_ row: Row, from column: Int) throws {
    try Self.checkDigests(row, from: column)
    guard let prompt = try JSONValue(row, at: column).messages else {
      throw damage("a prompt that is no list of messages", "messages with a role")
    }
    var context = TemplateContext()
    if !row.hasNull(atIndex: column + 2) {
      context = try TemplateContext(json: try JSONValue(row, at: column + 2).object ?? [:])
    }
    guard !row.hasNull(atIndex: column + 3) else {
      let response = try row.decode(Data.self, atIndex: column + 1)
      self.init(
        prompt: prompt, response: String(decoding: response, as: UTF8.self), context: context)
      return
    }
    guard let turns = try JSONValue(row, at: column + 3).messages else {
      throw damage("a response that is no list of messages", "messages with a role")
    }
    self.init(prompt: prompt, turns: turns, context: context)
  }

  private static func checkDigests(_ row: Row, from column: Int) throws {
    let text = try row.decode(Data.self, atIndex: column + 1)
    let prompt = StoredPrompt.digest(
      try row.decode(atIndex: column), try row.decode(atIndex: column + 2))
    let response = [Message].responseDigest(text, try row.decode(atIndex: column + 3))
    let isPrompt = try prompt == Digest(row, at: column + 4)
    let isResponse = try response == Digest(row, at: column + 5)
    guard isPrompt, isResponse else {
      throw damage(
        "a \(isPrompt ? "response" : "prompt") that is not the one its digest was made of",
        "texts as tare stored them \(Seal.help)")
    }
  }
}
