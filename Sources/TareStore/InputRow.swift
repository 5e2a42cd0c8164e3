/// A row of a run's input as it stands in the database: found, compared and inserted.
import Foundation
import GRDB
import TareCore

/// What the table `inputRow` holds.
struct InputRow: Equatable {
  var run: Int64
  var position: Int
  var name: String
  var subset: String?
  var section: String?
  var extras: JSONObject

  /// What the table `item` holds before the text has been tokenised.
  struct Item: Equatable {
    var role: Role
    /// nil where the text is not known.
    var response: Int64?
    var length: Int
  }

  /// - Returns: nil if the run has no row at the position.
  static func find(
    run: Int64, position: Int, in db: Database
  ) throws -> (row: InputRow, items: [Item])? {
    let rows = try db.cachedStatement(
      sql: "SELECT id, name, subset, section, extras FROM inputRow WHERE run = ? AND position = ?")
    guard let row = try Row.fetchOne(rows, arguments: [run, position]) else { return nil }
    let inputRow = InputRow(
      run: run, position: position, name: try row.decode(atIndex: 1),
      subset: try row.decode(atIndex: 2), section: try row.decode(atIndex: 3),
      extras: try JSONValue(row, at: 4).object ?? [:])
    let items = try db.cachedStatement(
      sql: "SELECT role, response, length FROM item WHERE inputRow = ? ORDER BY responseIndex")
    let id = try row.decode(Int64.self, atIndex: 0)
    return (
      inputRow,
      try Row.fetchAll(items, arguments: [id]).map { item in
        Item(
          role: try Role(item, at: 0), response: try item.decode(atIndex: 1),
          length: try item.decode(atIndex: 2))
      }
    )
  }

  /// Whether the name was made of a row's number.
  var isNamedByNumber: Bool {
    name.hasPrefix("row-") && name.dropFirst(4).allSatisfy(\.isNumber)
  }

  /// Gives the stored row this row's name.
  func rename(from stored: InputRow, in db: Database) throws {
    try db.execute(
      sql: "UPDATE inputRow SET name = ? WHERE run = ? AND position = ?",
      arguments: [name, stored.run, stored.position])
    try Seal.remove(from: stored.run, in: db)
  }

  /// - Throws: if a text has a NUL character, at which its binding would end.
  func insert(in db: Database) throws -> Int64 {
    for text in [name, subset, section].compactMap(\.self) where text.contains("\0") {
      throw TareError.badData(
        place: "", found: "a NUL character in id, subset or section",
        accepted: "text without NUL characters")
    }
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO inputRow (run, position, name, subset, section, extras)
        VALUES (?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(
      arguments: [run, position, name, subset, section, JSONValue.object(extras).text()])
    return db.lastInsertedRowID
  }
}

extension InputRow.Item {
  /// - Parameter tokens: digest of the tokens and whether they were cut, if that is known already.
  func insert(
    row: Int64, index: Int, tokens: (digest: Digest, truncated: Bool)? = nil, in db: Database
  ) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO item (inputRow, responseIndex, role, response, length, tokenDigest, truncated)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(
      arguments: [
        row, index, role.rawValue, response, length, tokens?.digest.data, tokens?.truncated,
      ])
  }
}

extension Role {
  init(_ row: Row, at column: Int) throws {
    let name = try row.decode(String.self, atIndex: column)
    guard let role = Role(rawValue: name) else {
      throw damage("role '\(name)'", Role.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = role
  }
}
