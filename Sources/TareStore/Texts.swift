/// Prompts and responses: each text is kept once, under its digest.
import Foundation
import GRDB
import TareCore

extension [Message] {
  /// The prompt's row, inserted if it is new.
  func findOrInsertPrompt(in db: Database) throws -> Int64 {
    let messages = JSONValue(self).text()
    let digest = Digest(of: messages).data
    let find = try db.cachedStatement(sql: "SELECT id FROM prompt WHERE digest = ?")
    if let id = try Int64.fetchOne(find, arguments: [digest]) { return id }
    let insert = try db.cachedStatement(sql: "INSERT INTO prompt (digest, messages) VALUES (?, ?)")
    try insert.execute(arguments: [digest, messages])
    return db.lastInsertedRowID
  }
}

/// The row of a response to a prompt, inserted if it is new.
func findOrInsertResponse(_ text: String, prompt: Int64, in db: Database) throws -> Int64 {
  let digest = Digest(of: text).data
  let find = try db.cachedStatement(sql: "SELECT id FROM response WHERE prompt = ? AND digest = ?")
  if let id = try Int64.fetchOne(find, arguments: [prompt, digest]) { return id }
  let insert = try db.cachedStatement(
    sql: "INSERT INTO response (prompt, digest, text) VALUES (?, ?, CAST(? AS TEXT))")
  try insert.execute(arguments: [prompt, digest, text.data])
  return db.lastInsertedRowID
}

extension Conversation {
  /// - Parameter row: a prompt's messages and a response's text as bytes, from `column` on.
  init(_ row: Row, from column: Int) throws {
    guard let prompt = try JSONValue(row, at: column).messages else {
      throw damage("a prompt that is no list of messages", "messages with role and content")
    }
    let response = try row.decode(Data.self, atIndex: column + 1)
    self.init(prompt: prompt, response: String(decoding: response, as: UTF8.self))
  }
}
